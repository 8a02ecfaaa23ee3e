"""Reports posted twice, at once, too late, or with a file; returned, and approved by another person."""

import re
import time
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from alliance.lib.workflow import NotAllowed, Refusal, Stale
from funding import actions as money
from funding import ledger
from funding.choices import Condition, DisbursementState
from funding.models import Disbursement
from funding.rules import Instalment
from initiatives.actions import reports as actions
from initiatives.choices import ReportKind, State
from initiatives.models import Report
from initiatives.reporting import Expense


def page(report):
    return reverse("espace:report", args=[report.pk])


@pytest.fixture
def report(world):
    return world.initiative(State.IN_PROGRESS, award="1000").reports.get()


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


def typed(report, **changes):
    report.refresh_from_db()
    fields = {
        "version": report.version,
        "people_reached": "40",
        "results": "Deux cuisines.",
        "expenses-0-label": "Essence",
        "expenses-0-actual": "10",
        "complet": "1",
        "do": "save",
    }
    return fields | changes


def sent(world, report, by=None):
    by = by or world.agent_mitis
    values = {"people_reached": 40, "results": "Deux cuisines."}
    saved = actions.save_report(report=report, by=by, values=values, expenses=[Expense("Essence", None, 10)])
    return actions.send_report(report=saved, by=by)


def png():
    content = BytesIO()
    Image.new("RGB", (8, 8), "white").save(content, "PNG")
    return SimpleUploadedFile("cuisine.png", content.getvalue(), "image/png")


def test_ten_parallel_posts_send_one_report(world, at_once, report):
    fields = typed(report, do="send")

    def post():
        client = Client()
        client.force_login(world.agent_mitis)
        return client.post(page(report), fields).status_code

    statuses = at_once([post] * 10)

    def read():
        stored = Report.objects.get(pk=report.pk)
        labels = list(stored.expenses.values_list("label", flat=True))
        return stored.sent_by_id, labels, stored.history.exclude(sent_at=None).count()

    assert statuses == [302] * 10
    assert at_once([read]) == [(world.agent_mitis.pk, ["Essence"], 1)]


def test_nobody_approves_the_report_they_sent(world, client_for, report):
    received = sent(world, report, by=world.coordination)
    with pytest.raises(Refusal, match="Vous avez envoyé ce rapport"):
        actions.approve_report(report=received, by=world.coordination)
    address = reverse("admin:initiatives_report_approve", args=[report.pk])
    own = client_for(world.coordination)
    assert "une autre personne doit l’approuver" in own.get(address).content.decode()
    assert own.post(address).status_code == 422
    assert client_for(world.second_coordination).post(address).status_code == 302
    report.refresh_from_db()
    assert (report.approved_by, report.version) == (world.second_coordination, received.version + 1)


def test_approval_of_a_sent_report_releases_the_last_instalment(world, report):
    promise = report.initiative.commitments.get()
    halves = [
        Instalment(500, report.due_on, condition) for condition in (Condition.DATE, Condition.FINAL_REPORT)
    ]
    money.schedule(commitment=promise, by=world.accounting, instalments=halves)

    def last():
        return ledger.instalments(Disbursement.objects.filter(commitment=promise), report.due_on)[-1].state

    received = sent(world, report)
    assert last() == DisbursementState.HELD
    returned = actions.return_report(report=received, by=world.coordination, note="Précisez.")
    assert last() == DisbursementState.HELD
    actions.approve_report(report=sent(world, returned), by=world.coordination)
    assert last() == DisbursementState.PAYABLE


def test_return_asks_for_a_note_and_opens_the_report_again(world, client_for, report):
    coordination = client_for(world.coordination)
    address = reverse("admin:initiatives_report_return", args=[report.pk])
    assert coordination.post(address, {"note": "Précisez."}).status_code == 422  # not received yet
    received = sent(world, report)
    shown = coordination.get(address).content.decode()
    assert "Deux cuisines." in shown
    assert "Essence" in shown
    assert coordination.post(address, {"note": "  "}).status_code == 422
    assert coordination.post(address, {"note": "é" * 1001}).status_code == 422
    for who in ("accounting", "reader"):
        assert client_for(getattr(world, who)).post(address, {"note": "x"}).status_code == 403
    assert coordination.post(address, {"note": "Précisez l’essence."}).status_code == 302
    report.refresh_from_db()
    assert (report.received_on, report.returned_note, report.sent_by) == (
        None,
        "Précisez l’essence.",
        world.agent_mitis,
    )
    with pytest.raises(Stale):
        actions.return_report(
            report=report, by=world.coordination, note="x", expected_version=received.version
        )
    approved = actions.approve_report(report=sent(world, report), by=world.coordination)
    with pytest.raises(Refusal, match="ne se retourne plus"):
        actions.return_report(report=approved, by=world.coordination, note="Trop tard.")
    with pytest.raises(NotAllowed):
        actions.return_report(report=approved, by=world.agent_mitis, note="Non.")


def test_photo_goes_with_the_story_and_needs_its_words(world, agent, report, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    files = {"file": png(), "file_kind": "photo", "do": "join"}
    silent = agent.post(page(report), typed(report, story="Elle cuisine.", **files))
    assert silent.status_code == 422
    assert "ce que montre la photo" in silent.content.decode()
    report.refresh_from_db()
    assert (report.story, report.story_image) == ("Elle cuisine.", None)
    files = {"file": png(), "file_kind": "photo", "alt": "Deux mains.", "do": "join"}
    assert agent.post(page(report), typed(report, **files)).status_code == 302
    report.refresh_from_db()
    assert (report.story_image.alt, report.story_image.kind) == ("Deux mains.", "photo")
    assert "photo de l’histoire" in agent.get(page(report)).content.decode()
    twice = agent.post(page(report), typed(report, **(files | {"file": png()})))
    assert (twice.status_code, report.initiative.documents.count()) == (302, 1)
    again = agent.post(page(report), typed(report, **(files | {"file": png(), "alt": "Une table."})))
    assert again.status_code == 422
    assert "déjà joint" in again.content.decode()


def test_session_that_ends_keeps_what_was_typed(world, agent, report):
    session = agent.session
    session["seen"] = int(time.time()) - settings.SESSION_IDLE_SECONDS - 60
    session.save()
    answer = agent.post(page(report), typed(report, results="Tapé trop tard", women="x"))
    assert answer.status_code == 302
    report.refresh_from_db()
    assert report.results == "Tapé trop tard"
    agent.force_login(world.agent_mitis)


def test_more_than_sixty_expenses_are_refused(world, report):
    with pytest.raises(Refusal, match="au plus 60"):
        actions.save_report(
            report=report, by=world.agent_mitis, values={}, expenses=[Expense(str(n)) for n in range(61)]
        )
    assert not report.expenses.exists()


def test_progress_report_asks_less(world, agent):
    initiative = world.initiative(State.IN_PROGRESS)
    report = actions.expect_report(
        initiative=initiative, kind=ReportKind.PROGRESS, due_on=initiative.ends_on, by=world.coordination
    )
    text = agent.get(page(report)).content.decode()
    assert not re.search(r'name="(effects|unspent|visibility|organizations_count)"', text)
    fields = typed(report, do="send", **{"expenses-0-actual": "", "expenses-0-label": ""})
    assert agent.post(page(report), fields).status_code == 302
    report.refresh_from_db()
    assert report.sent_by == world.agent_mitis
