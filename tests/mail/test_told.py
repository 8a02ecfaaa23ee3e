"""Each message of a person is read before it leaves: reports that are decided, and messages of the thread."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from alliance.accounts.choices import MailState
from alliance.accounts.models import OutgoingMail
from alliance.lib.dates import today
from initiatives import actions
from initiatives.choices import ReportKind, State
from initiatives.models import Report


@pytest.fixture
def report(world):
    """Return a progress report received, whose message has not left yet."""
    initiative = world.initiative(State.IN_PROGRESS)
    report = actions.expect_report(
        initiative=initiative, kind=ReportKind.PROGRESS, due_on=today(), by=world.coordination
    )
    values = {"received_on": date(2025, 12, 2)}
    report = actions.receive_report(report=report, by=world.coordination, values=values)
    OutgoingMail.objects.all().delete()
    return report


@pytest.mark.parametrize(
    ("name", "said"), [("approve", "est approuvé."), ("return", "[Votre note viendra ici, telle quelle.]")]
)
def test_decision_about_a_report_shows_its_message_first(world, client_for, report, name, said):
    client, page = (
        client_for(world.coordination),
        reverse(f"admin:initiatives_report_{name}", args=[report.pk]),
    )
    answer = client.get(page)
    text = answer.content.decode()
    assert ("Courriel qui partira" in text, said in text) == (True, True)
    assert ("Voir le courriel avec votre note" in text) is (name == "return")
    seen = client.post(page, {"note": "Le détail des achats.", "etape": "modifier"}).content.decode()
    assert ("Le détail des achats." in seen) is (name == "return")
    posted = {"version": report.version, "note": "Le détail des achats."}
    assert client.post(page, posted).status_code == 302
    mail = OutgoingMail.objects.get()
    assert mail.state != MailState.CANCELLED
    assert (mail.subject, mail.to) == (answer.context["mail"].subject, world.agent_mitis)


def test_message_of_a_report_is_held_back_by_its_box(world, client_for, report):
    page = reverse("admin:initiatives_report_approve", args=[report.pk])
    posted = {"version": report.version, "no_mail": "on"}
    assert client_for(world.coordination).post(page, posted).status_code == 302
    assert (OutgoingMail.objects.get().state, Report.objects.get().approved_by) == (
        MailState.CANCELLED,
        world.coordination,
    )


@pytest.mark.parametrize("person", ["coordination", "agent_mitis"])
def test_message_says_who_is_told_by_mail_before_it_is_sent(world, client_for, person):
    initiative = world.initiative(State.SUBMITTED)
    staff = person == "coordination"
    name = "admin:initiatives_initiative_message" if staff else "espace:exchanges"
    page = reverse(name, args=[initiative.pk])
    data = {"text": "Où en êtes-vous?", "token": str(uuid4()), "do": "relire"}
    text = client_for(getattr(world, person)).post(page, data).content.decode()
    told = str(world.agent_mitis) if staff else str(world.coordination)
    assert f"Prévenus par courriel\xa0: {told} (dans le résumé du jour)" in text
