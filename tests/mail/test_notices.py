"""Who is told what: every event has its text, to the right side, once, in good French."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind, MailState
from alliance.accounts.models import OutgoingMail
from alliance.accounts.roles import Role
from alliance.lib.dates import today
from initiatives import actions, notices, reminders, workflow
from initiatives.choices import EntryMode, ReportKind, Scope, State
from initiatives.models import Exchange, Initiative, Report
from initiatives.notice_texts import DUE, EXCHANGE, INCOMPLETE, LATE, MOVES, REPORTS
from tests.test_typography import RULES
from tests.world import PATHS

EVERY = (*MOVES.values(), EXCHANGE, *REPORTS.values(), DUE, LATE, INCOMPLETE)

SILENT = {"start_review", "complete", "withdraw"}
ENDS = {
    "submit": State.SUBMITTED,
    "request_changes": State.CHANGES_REQUESTED,
    "approve": State.APPROVED,
    "decline": State.DECLINED,
    "start": State.IN_PROGRESS,
    "cancel": State.CANCELLED,
}


def told(**which):
    return list(OutgoingMail.objects.filter(**which).order_by("pk"))


def receivers(**which):
    return {row.to for row in told(**which)}


# Texts ----------------------------------------------------------------------------------------------------


def test_every_move_has_a_text_or_is_silent_on_purpose():
    assert set(MOVES) | SILENT == set(workflow.TRANSITIONS)
    assert set(MOVES) & SILENT == set()


ELSEWHERE = {MailKind.INVITATION, MailKind.ERROR_TOLD, *map(MailKind, MailKind.to_public)}


def test_every_kind_of_message_about_a_file_has_a_text():
    assert {message.kind for message in EVERY} == set(MailKind) - ELSEWHERE


def test_every_kind_is_received_by_some_role_that_can_switch_it():
    offered = {kind for role in Role for kind in outbox.kinds_for(role)}
    assert offered == set(MailKind) - {MailKind.INVITATION, *map(MailKind, MailKind.to_public)}


@pytest.mark.parametrize("rule", RULES)
def test_whole_messages_follow_the_typography(rule):
    seen = 0
    for message in EVERY:
        named = message.naming(name="Frigo (BSL-2025-001)", report="rapport final", day="1er avril 2026")
        for team in (True, False):
            text = outbox.message_text(kind=named.kind, body=named.body("Note."), path="/espace/", team=team)
            assert RULES[rule].search(f"{named.subject}\n{text}") is None, named
            assert "{" not in f"{named.subject}{text}"
            seen += 1
    assert seen == 2 * 13


def test_title_with_braces_or_newlines_stays_a_title(world):
    initiative = world.initiative(State.SUBMITTED, title="Frigo {report} {day}")
    (row,) = told(to=world.coordination)
    assert row.subject == f"Dossier déposé\xa0: Frigo {{report}} {{day}} ({initiative.number})"
    Initiative.objects.filter(pk=initiative.pk).update(title="a\nBcc: x@exemple.invalid")
    initiative.refresh_from_db()
    notices.moved(initiative, "approve", by=world.coordination)
    assert "\n" not in told(to=world.agent_mitis)[-1].subject


# Moves ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", MOVES)
def test_each_move_tells_the_other_side_once_as_it_was_previewed(world, move):
    path = PATHS[ENDS[move]]
    before = world.initiative(_state_before(path, move))
    OutgoingMail.objects.all().delete()
    by = world.agent_mitis if move == "submit" else world.coordination
    note = dict(path).get(move, {}).get("note", "")
    seen = notices.preview(before, move, note or "Bon travail.", by=by)
    getattr(actions, move)(initiative=before, by=by, note=note or "Bon travail.")
    staff = {world.coordination, world.second_coordination}
    assert receivers() == (staff if move == "submit" else {world.agent_mitis})
    row = told()[0]
    team = row.kind in MailKind.to_staff
    stored = outbox.message_text(kind=row.kind, body=row.body, path=row.path, team=team)
    if move != "submit":  # its number is given by the deposit itself
        assert (seen.subject, seen.body) == (row.subject, stored)
    assert (note or "Bon travail.") in row.body
    assert len(seen.to) == len(told())
    assert (row.state, row.by, row.is_demo) == (MailState.PENDING, by, False)


def _state_before(path, move):
    names = [name for name, _keywords in path]
    index = names.index(move)
    return State.DRAFT if index == 0 else State(workflow.TRANSITIONS[names[index - 1]].target)


@pytest.mark.parametrize("move", ["start_review", "complete", "withdraw"])
def test_silent_move_writes_nothing_and_shows_no_message(world, move):
    states = {"start_review": State.SUBMITTED, "complete": State.IN_PROGRESS, "withdraw": State.SUBMITTED}
    initiative = world.initiative(states[move])
    OutgoingMail.objects.all().delete()
    assert notices.preview(initiative, move) is None
    actor = world.agent_mitis if move == "withdraw" else world.coordination
    getattr(actions, move)(initiative=initiative, by=actor)
    assert told() == []


def test_refused_move_tells_nothing(world):
    initiative = world.initiative(State.UNDER_REVIEW, by=world.coordination)
    before = len(told())
    with pytest.raises(actions.moves.Refusal):
        actions.approve(initiative=initiative, by=world.coordination)
    assert len(told()) == before


def test_returned_twice_is_told_twice(world):
    initiative = world.initiative(State.CHANGES_REQUESTED)
    actions.submit(initiative=initiative, by=world.agent_mitis)
    actions.request_changes(initiative=initiative, by=world.coordination, note="Encore.")
    assert len(told(kind=MailKind.RETURNED)) == 2


# To whom --------------------------------------------------------------------------------------------------


def test_authors_are_told_while_they_serve_the_mrc_then_its_other_agents(world):
    initiative = world.initiative(State.SUBMITTED)
    colleague = type(world.agent_mitis).objects.create_user(
        "collegue@exemple.invalid", full_name="Collègue", role=Role.AGENT
    )
    colleague.memberships.create(territory=world.territories["la-mitis"])
    assert notices.agents_of(initiative) == [world.agent_mitis]
    world.agent_mitis.memberships.all().delete()
    assert notices.agents_of(initiative) == [colleague]
    colleague.is_active = False
    colleague.save()
    assert notices.agents_of(initiative) == []
    assert notices.preview(initiative, "approve").to == ()


def test_file_entered_by_the_crd_is_told_to_the_agents_of_its_mrcs(world):
    territories = [world.territories["la-mitis"], world.territories["temiscouata"]]
    initiative = world.initiative(
        State.DRAFT, by=world.coordination, territories=territories, scope=Scope.SUPRALOCAL
    )
    assert notices.agents_of(initiative) == [world.agent_mitis, world.agent_temis]


def test_regional_file_is_told_to_its_author(world):
    initiative = world.initiative(State.DRAFT, territories=[], municipalities=[], scope=Scope.REGIONAL)
    assert notices.agents_of(initiative) == [world.agent_mitis]


def test_message_goes_to_the_other_side_without_its_text(world):
    initiative = world.initiative(State.SUBMITTED)
    OutgoingMail.objects.all().delete()
    for by, expected in (
        (world.coordination, {world.agent_mitis}),
        (world.agent_mitis, {world.coordination, world.second_coordination}),
    ):
        message = Exchange.objects.create(initiative=initiative, text="Confidence", at=timezone.now(), by=by)
        for _twice in range(2):
            notices.exchanged(message)
        assert receivers(by=by) == expected
    assert len(told()) == 3
    assert {row.path for row in told()} == {f"/espace/initiatives/{initiative.pk}/echanges/"}
    assert not any("Confidence" in row.body for row in told())
    assert {row.kind for row in told()} == {EXCHANGE.kind}


@pytest.mark.parametrize("event", REPORTS)
def test_each_event_of_a_report_tells_the_other_side(world, event):
    initiative = world.initiative(State.IN_PROGRESS)
    report = Report.objects.create(
        initiative=initiative, kind=ReportKind.FINAL, due_on=date(2026, 3, 30), returned_note="Précisez."
    )
    OutgoingMail.objects.all().delete()
    by = world.agent_mitis if event == "sent" else world.coordination
    notices.report_changed(report, event, by=by)
    staff = {world.coordination, world.second_coordination}
    assert receivers() == (staff if event == "sent" else {world.agent_mitis})
    assert "rapport final" in told()[0].body
    assert ("Précisez." in told()[0].body) == (event == "returned")
    seen = notices.preview_report(report, event, by=by, note="Précisez.")
    assert seen.subject == told()[0].subject


# Reminders ------------------------------------------------------------------------------------------------


def test_report_is_reminded_at_its_pace_then_no_more(world):
    initiative = world.initiative(State.IN_PROGRESS)
    due = date(2026, 6, 30)
    Report.objects.create(initiative=initiative, kind=ReportKind.FINAL, due_on=due)
    OutgoingMail.objects.all().delete()
    days = []
    for offset in (-30, -15, -14, -13, -4, -3, 0, 1, 2, 7, 8, 14, 15, 22, 28, 29, 35, 36, 90):
        before = len(told())
        for _twice in range(2):
            reminders.write(due + timedelta(days=offset))
        days += [offset] * (len(told()) - before)
    assert days == [-14, -3, 1, 8, 15, 22, 29]
    assert receivers() == {world.agent_mitis}
    assert told()[0].subject.startswith("À remettre le 30 juin 2026\xa0: rapport final, ")
    assert told()[2].subject.startswith("En retard\xa0: rapport final, ")


def test_received_report_or_abandoned_file_is_not_reminded(world):
    running, given_up = world.initiative(State.IN_PROGRESS), world.initiative(State.CANCELLED)
    for initiative, received in ((running, today()), (given_up, None)):
        Report.objects.create(
            initiative=initiative, kind=ReportKind.PROGRESS, due_on=today(), received_on=received
        )
    reminders.write()
    assert told(kind=MailKind.REPORT_DUE) == []


@pytest.mark.parametrize(
    ("state", "mode", "author", "expected"),
    [
        (State.DRAFT, EntryMode.QUICK, "agent_mitis", "agent_mitis"),
        (State.DRAFT, EntryMode.QUICK, "coordination", "coordination"),
        (State.CHANGES_REQUESTED, EntryMode.DIRECT, "agent_mitis", "agent_mitis"),
        (State.DRAFT, EntryMode.DIRECT, "agent_mitis", None),
        (State.SUBMITTED, EntryMode.FORM, "agent_mitis", None),
    ],
)
def test_sleeping_file_is_reminded_at_its_pace_then_no_more(world, state, mode, author, expected):
    initiative = world.initiative(state, by=getattr(world, author))
    OutgoingMail.objects.all().delete()
    days = []
    for age in (13, 14, 15, 27, 28, 55, 56, 83, 84, 97, 98, 150):
        touched = timezone.now() - timedelta(days=age, hours=1)
        Initiative.objects.filter(pk=initiative.pk).update(updated_at=touched, entry_mode=mode)
        before = len(told())
        reminders.write()
        days += [age] * (len(told()) - before)
    assert receivers() == ({getattr(world, expected)} if expected else set())
    assert days == ([14, 28, 56, 84] if expected else [])


def test_preview_holds_what_staff_must_read():
    assert [field.name for field in fields(notices.Preview)] == ["to", "subject", "body"]
