"""Reports: expected once, received with what is known, approved by who follows initiatives."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from alliance.lib.dates import today
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import actions
from initiatives.choices import ReportKind, State
from initiatives.models import Report


@pytest.fixture
def initiative(world):
    return world.initiative(State.IN_PROGRESS)


@pytest.fixture
def report(world, initiative):
    return actions.expect_report(
        initiative=initiative, kind=ReportKind.FINAL, due_on=date(2026, 3, 30), by=world.coordination
    )


def received(world, report, **values):
    return actions.receive_report(
        report=report, by=world.coordination, values={"received_on": date(2026, 3, 1)} | values
    )


def test_final_report_is_expected_once_whatever_the_date(world, initiative, report):
    again = actions.expect_report(
        initiative=initiative, kind=ReportKind.FINAL, due_on=date(2026, 5, 1), by=world.coordination
    )
    assert (again.pk, again.due_on) == (report.pk, date(2026, 3, 30))
    fallback = date(2026, 3, 31)
    assert (
        actions.expect_final_report(initiative=initiative, by=world.accounting, fallback=fallback) == report
    )
    assert Report.objects.filter(initiative=initiative).count() == 1


@pytest.mark.parametrize(
    ("ends_on", "due_on"), [(date(2026, 2, 28), date(2026, 3, 30)), (None, date(2026, 4, 30))]
)
def test_final_report_is_due_thirty_days_after_the_end_or_the_fallback(world, ends_on, due_on):
    initiative = world.initiative(ends_on=ends_on)
    report = actions.expect_final_report(
        initiative=initiative, by=world.accounting, fallback=date(2026, 3, 31)
    )
    assert (report.kind, report.due_on, report.received_on) == (ReportKind.FINAL, due_on, None)


def test_progress_reports_are_one_by_date(world, initiative):
    keywords = {"initiative": initiative, "kind": ReportKind.PROGRESS, "by": world.coordination}
    for due_on in (date(2025, 9, 1), date(2025, 12, 1)):
        actions.expect_report(due_on=due_on, **keywords)
    with pytest.raises(ValidationError, match="déjà attendu à cette date"):
        actions.expect_report(due_on=date(2025, 12, 1), **keywords)


def test_unknown_people_stay_unknown(world, report):
    assert received(world, report, results="Deux cuisines ouvertes").people_reached is None
    assert received(world, report, people_reached=0).people_reached == 0
    assert received(world, report).results == "Deux cuisines ouvertes"


def test_report_to_come_cannot_be_received(world, report):
    with pytest.raises(Refusal, match="dans le futur"):
        received(world, report, received_on=today() + timedelta(days=1))
    report.refresh_from_db()
    assert report.received_on is None


@pytest.mark.parametrize(
    ("values", "field"), [({"people_reached": 1_000_001}, "__all__"), ({"story": "a" * 2001}, "story")]
)
def test_what_a_report_cannot_say_is_refused_and_nothing_is_written(world, report, values, field):
    with pytest.raises(ValidationError) as refused:
        received(world, report, **values)
    assert list(refused.value.message_dict) == [field]
    report.refresh_from_db()
    assert (report.received_on, report.people_reached, report.story) == (None, None, "")


def test_content_of_a_report_is_named(world, report):
    with pytest.raises(TypeError, match="approved_at"):
        received(world, report, approved_at=None)


def test_report_is_approved_after_it_is_received_and_once(world, report):
    with pytest.raises(Refusal, match="date de réception"):
        actions.approve_report(report=report, by=world.coordination)
    received(world, report)
    approved = actions.approve_report(report=report, by=world.coordination)
    again = actions.approve_report(report=report, by=world.administration)
    assert (again.approved_at, again.approved_by) == (approved.approved_at, world.coordination)
    assert [row.history_user for row in approved.history.order_by("history_id")] == [world.coordination] * 3


def test_consent_can_be_taken_back_after_the_approval(world, report):
    received(world, report, story="Elle cuisine avec ses voisines.", story_consent=True)
    actions.approve_report(report=report, by=world.coordination)
    assert received(world, report, story_consent=False).story_consent is False


def test_approved_report_keeps_its_date_of_reception(world, report):
    received(world, report)
    actions.approve_report(report=report, by=world.coordination)
    with pytest.raises(ValidationError, match="après avoir été reçu"):
        received(world, report, received_on=None)


def test_due_date_moves_until_the_report_is_received(world, report):
    moved = actions.change_due(report=report, by=world.coordination, due_on=date(2026, 4, 15))
    assert moved.due_on == date(2026, 4, 15)
    received(world, report)
    with pytest.raises(Refusal, match="déjà reçu"):
        actions.change_due(report=report, by=world.coordination, due_on=date(2026, 5, 15))


@pytest.mark.parametrize("who", ["agent_mitis", "committee_mitis", "accounting", "reader"])
def test_only_who_moves_initiatives_follows_their_reports(world, initiative, report, who):
    by = getattr(world, who)
    received(world, report)
    for verb in (
        lambda: actions.expect_report(
            initiative=initiative, kind=ReportKind.PROGRESS, due_on=date(2025, 9, 1), by=by
        ),
        lambda: actions.receive_report(report=report, by=by, values={}),
        lambda: actions.approve_report(report=report, by=by),
        lambda: actions.change_due(report=report, by=by, due_on=date(2026, 5, 1)),
    ):
        with pytest.raises(NotAllowed):
            verb()
    report.refresh_from_db()
    assert (report.approved_at, initiative.reports.count()) == (None, 1)


def test_demonstration_account_follows_demonstration_only(world, report):
    received(world, report)
    world.coordination.is_demo = True
    with pytest.raises(Refusal, match="compte de démonstration"):
        actions.approve_report(report=report, by=world.coordination)
    report.initiative.is_demo = True
    report.initiative.save()
    assert actions.approve_report(report=report, by=world.coordination).approved_at


def test_report_of_a_demonstration_initiative_is_demonstration(world):
    initiative = world.initiative()
    initiative.is_demo = True
    initiative.save()
    report = actions.expect_final_report(
        initiative=initiative, by=world.coordination, fallback=date(2026, 3, 31)
    )
    assert report.is_demo is True


def test_people_of_an_approved_final_report_are_those_of_the_initiative(world):
    initiative = world.initiative(State.IN_PROGRESS, award="10", actual_reach=5)
    report = initiative.reports.get()
    told = {"received_on": today(), "people_reached": 48}
    report = actions.receive_report(report=report, by=world.coordination, values=told)
    initiative.refresh_from_db()
    assert initiative.actual_reach == 5
    report = actions.approve_report(report=report, by=world.coordination)
    initiative.refresh_from_db()
    assert initiative.actual_reach == 48
    actions.receive_report(report=report, by=world.coordination, values={"people_reached": 50})
    initiative.refresh_from_db()
    assert initiative.actual_reach == 50
    actions.receive_report(report=report, by=world.coordination, values={"people_reached": None})
    initiative.refresh_from_db()
    assert initiative.actual_reach is None
    assert initiative.history.first().history_user == world.coordination
