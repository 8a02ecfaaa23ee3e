"""A decision taken on a page opened before somebody else changed the thing: 409, nothing changed, the words kept."""

from datetime import date, timedelta
from inspect import signature

import pytest
from django.urls import reverse

from alliance.lib.dates import today
from alliance.portal.admin_steps import _ACTIONS
from initiatives import actions
from initiatives.choices import Publication, ReportKind, State
from initiatives.models import Initiative
from tests.admin.deciding import decide

OLD = "pendant que cette page était ouverte"


def address(initiative, name):
    if name in ("publish", "unpublish"):
        return reverse(f"admin:initiatives_initiative_{name}", args=[initiative.pk])
    return reverse("admin:initiatives_initiative_step", args=[initiative.pk, name])


def read(client, page):
    """Open the page and return what its form sends when only a note is typed."""
    form = client.get(page).context["form"]
    return {"version": form["version"].value(), "note": "Un mot à garder."}


def kept(answer):
    text = answer.content.decode()
    return (answer.status_code, OLD in text, "Un mot à garder." in text)


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (State.SUBMITTED, "start_review"),
        (State.UNDER_REVIEW, "approve"),
        (State.UNDER_REVIEW, "decline"),
        (State.UNDER_REVIEW, "request_changes"),
        (State.APPROVED, "start"),
        (State.APPROVED, "cancel"),
        (State.IN_PROGRESS, "complete"),
    ],
)
def test_move_from_a_page_opened_before_a_change_is_refused_then_taken_again(world, client_for, state, name):
    initiative = world.initiative(state)
    client, page = client_for(world.coordination), address(initiative, name)
    typed = read(client, page)
    actions.update(initiative=initiative, by=world.second_coordination, values={"title": "Tout autre chose"})
    answer = client.post(page, typed)
    assert kept(answer) == (409, True, True)
    stored = Initiative.objects.get()
    assert (stored.state, stored.title) == (state, "Tout autre chose")
    typed["version"] = answer.context["form"]["version"].value()
    assert decide(client, page, typed).status_code == 302
    assert Initiative.objects.get().state != state


def test_every_action_of_a_step_holds_to_the_version_that_was_read():
    held = [name for name, action in _ACTIONS.items() if "expected_version" in signature(action).parameters]
    assert (held, len(held)) == (list(_ACTIONS), 9)


@pytest.mark.parametrize(
    ("name", "before"), [("publish", Publication.UNPUBLISHED), ("unpublish", Publication.PUBLISHED)]
)
def test_publication_from_a_page_opened_before_a_change_is_refused(world, client_for, name, before):
    initiative = world.initiative(State.IN_PROGRESS)
    if before == Publication.PUBLISHED:
        actions.publish(initiative=initiative, by=world.coordination)
    client, page = client_for(world.coordination), address(initiative, name)
    typed = read(client, page)
    actions.update(initiative=initiative, by=world.second_coordination, values={"title": "Tout autre chose"})
    answer = client.post(page, typed)
    assert (answer.status_code, OLD in answer.content.decode()) == (409, True)
    assert Initiative.objects.get().publication == before


def test_same_decision_by_two_people_keeps_the_second_note_on_the_page(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW)
    client, page = client_for(world.coordination), address(initiative, "decline")
    typed = read(client, page)
    actions.decline(initiative=initiative, by=world.second_coordination, note="Hors plan.")
    assert kept(client.post(page, typed)) == (409, True, True)


def test_version_that_is_no_number_is_refused(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW)
    client = client_for(world.coordination)
    for version in ("abc", "9" * 5000, "1.5"):
        answer = client.post(address(initiative, "approve"), {"version": version, "note": "Un mot à garder."})
        assert (answer.status_code, "Un mot à garder." in answer.content.decode()) == (422, True)
    assert Initiative.objects.get().state == State.UNDER_REVIEW


@pytest.mark.parametrize("name", ["approve", "return"])
def test_report_read_before_it_changed_is_not_decided(world, client_for, name):
    report = actions.expect_report(
        initiative=world.initiative(State.IN_PROGRESS),
        kind=ReportKind.PROGRESS,
        due_on=today() + timedelta(days=9),
        by=world.coordination,
    )
    values = {"received_on": date(2025, 12, 2)}
    actions.receive_report(report=report, by=world.coordination, values=values)
    client = client_for(world.coordination)
    page = reverse(f"admin:initiatives_report_{name}", args=[report.pk])
    typed = read(client, page)
    actions.receive_report(report=report, by=world.second_coordination, values={"results": "Autre chose"})
    answer = client.post(page, typed)
    report.refresh_from_db()
    assert (answer.status_code, OLD in answer.content.decode()) == (409, True)
    assert (report.approved_at, report.returned_note, report.received_on) == (None, "", date(2025, 12, 2))
    if name == "return":
        assert kept(answer)[2] is True
    typed["version"] = answer.context["form"]["version"].value()
    assert client.post(page, typed).status_code == 302
