"""Reports in the admin: lists by step, reception through the form, approval by its own button."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from alliance.lib.dates import today
from initiatives import actions
from initiatives.choices import ReportKind, State
from initiatives.models import Report

LIST = "/admin/initiatives/report/"


def page(report, name="change"):
    return reverse(f"admin:initiatives_report_{name}", args=[report.pk])


@pytest.fixture
def report(world):
    return expected(world, world.initiative(State.IN_PROGRESS), due_on=today() + timedelta(days=20))


def expected(world, initiative, due_on, received_on=None, approved=False):
    report = actions.expect_report(
        initiative=initiative, kind=ReportKind.FINAL, due_on=due_on, by=world.coordination
    )
    if received_on:
        values = {"received_on": received_on}
        report = actions.receive_report(report=report, by=world.coordination, values=values)
    return actions.approve_report(report=report, by=world.coordination) if approved else report


def listed(client, query):
    return [row.pk for row in client.get(LIST + query).context["cl"].result_list]


def posted(client, report):
    """Return what the form of `report` sends when nothing is typed."""
    form = client.get(page(report)).context["adminform"].form
    return {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}


def test_lists_follow_the_steps_of_a_report(world, client_for, report):
    past = today() - timedelta(days=3)
    late = expected(world, world.initiative(State.COMPLETED), past)
    received = expected(world, world.initiative(State.COMPLETED), past, received_on=past)
    approved = expected(world, world.initiative(State.COMPLETED), past, received_on=past, approved=True)
    abandoned = expected(world, world.initiative(State.CANCELLED), past)
    client = client_for(world.reader)
    assert listed(client, "?etape=retard") == [late.pk]
    assert listed(client, "?etape=attendu") == [report.pk]
    assert listed(client, "?etape=recu") == [received.pk]
    assert listed(client, "?etape=approuve") == [approved.pk]
    everything = {report.pk, late.pk, received.pk, approved.pk, abandoned.pk}
    assert set(listed(client, "")) == everything
    assert "En retard de 3 jours" in client.get(LIST).content.decode()


def test_form_expects_a_report_once(world, client_for):
    initiative = world.initiative(State.IN_PROGRESS)
    client = client_for(world.coordination)
    data = {"initiative": initiative.pk, "kind": "final", "due_on": "2026-03-30"}
    assert client.post(f"{LIST}add/", data).status_code == 302
    again = client.post(f"{LIST}add/", data | {"due_on": "2026-04-30"})
    assert again.status_code == 422
    assert "Une initiative a un seul rapport final." in again.content.decode()
    row = Report.objects.get()
    assert (row.due_on, row.history.get().history_user) == (date(2026, 3, 30), world.coordination)


def test_form_receives_the_report_and_an_empty_number_stays_unknown(world, client_for, report):
    client = client_for(world.coordination)
    data = posted(client, report) | {
        "received_on": "2025-06-30",
        "results": "Deux cuisines.",
        "story": "Elle…",
    }
    assert client.post(page(report), data).status_code == 302
    report.refresh_from_db()
    assert (report.received_on, report.people_reached, report.results, report.story_consent) == (
        date(2025, 6, 30),
        None,
        "Deux cuisines.",
        False,
    )
    assert "inconnu" in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("received_on", "2099-01-01", "dans le futur"),
        ("received_on", "31 juin 2025", "date"),
        ("people_reached", "-1", "entre 0 et 1"),
        ("people_reached", "1000001", "entre 0 et 1"),
        ("people_reached", "9" * 30, "entre 0 et 1"),
        ("story", "a" * 2001, "2000"),
        ("results", "a\x00b", "caractère non permis"),
    ],
)
def test_bad_input_is_refused_with_its_sentence_and_kept(world, client_for, report, field, text, sentence):
    client = client_for(world.coordination)
    answer = client.post(page(report), posted(client, report) | {field: text})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert answer.context["adminform"].form[field].value() == text
    report.refresh_from_db()
    assert (report.received_on, report.people_reached, report.story, report.results) == (None, None, "", "")


def test_due_date_moves_in_the_form_until_the_report_is_received(world, client_for, report):
    client = client_for(world.coordination)
    data = posted(client, report) | {"due_on": "2030-01-15"}
    assert client.post(page(report), data).status_code == 302
    report.refresh_from_db()
    assert report.due_on == date(2030, 1, 15)
    received = posted(client, report) | {"received_on": "2025-06-30"}
    assert client.post(page(report), received).status_code == 302
    assert "due_on" not in client.get(page(report)).context["adminform"].form.fields


def test_report_is_approved_by_its_button_once_received(world, client_for, report):
    client = client_for(world.coordination)
    assert page(report, "approve") in client.get(page(report)).content.decode()
    blocked = client.get(page(report, "approve")).content.decode()
    assert "Inscrivez la date de réception" in blocked
    assert client.post(page(report, "approve")).status_code == 422
    values = {"received_on": date(2025, 6, 30), "people_reached": 40}
    actions.receive_report(report=report, by=world.coordination, values=values)
    shown = client.get(page(report, "approve"))
    assert "Le dernier versement devient payable." in shown.content.decode()
    assert dict(shown.context["facts"])["Personnes rejointes"] == "40"
    for _click in range(2):
        assert client.post(page(report, "approve")).status_code == 302
    report.refresh_from_db()
    assert report.approved_by == world.coordination
    assert page(report, "approve") not in client.get(page(report)).content.decode()


@pytest.mark.parametrize("role", ["accounting", "reader"])
def test_other_roles_read_reports_only(world, client_for, report, role):
    client = client_for(getattr(world, role))
    shown = client.get(page(report))
    assert shown.status_code == 200
    assert page(report, "approve") not in shown.content.decode()
    for address in (page(report), page(report, "approve"), f"{LIST}add/"):
        assert client.post(address, {"received_on": "2025-06-30"}).status_code == 403
    assert client.get(page(report, "approve")).status_code == 403


def test_unknown_report_has_no_page(world, client_for):
    client = client_for(world.coordination)
    for number in ("0", "9" * 30):
        assert client.get(f"{LIST}{number}/approuver/").status_code == 404
