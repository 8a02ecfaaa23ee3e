"""The page of a file in the admin: the thread, the CRD's own notes, the corrections asked and what changed since."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from initiatives import actions
from initiatives.actions import CorrectionRow
from initiatives.choices import ReportKind, State
from initiatives.models import Correction, Exchange, Initiative, InternalNote
from tests.admin.deciding import decide


def page(initiative, name="change", *args):
    return reverse(f"admin:initiatives_initiative_{name}", args=[initiative.pk, *args])


def returned(**changes):
    return {"note": "Deux précisions, s’il vous plait."} | changes


def test_return_is_read_again_then_done_and_opens_the_named_fields_only(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    client = client_for(world.coordination)
    address = page(initiative, "step", "request_changes")
    data = returned(
        reason_summary="incomplete", note_summary="Dites le nombre de jours.", reason_ends_on="incorrect"
    )
    read = client.post(address, data)
    text = read.content.decode()
    assert (read.status_code, Correction.objects.count()) == (200, 0)
    assert "Seuls ces 2\xa0champs seront ouverts" in text.replace("2 champs", "2\xa0champs")
    assert [row[0] for row in read.context["review"].rows] == ["Résumé public", "Date de fin"]
    assert decide(client, address, data).status_code == 302
    assert list(Correction.objects.values_list("field", "reason", "note", "asked_by")) == [
        ("summary", "incomplete", "Dites le nombre de jours.", world.coordination.pk),
        ("ends_on", "incorrect", "", world.coordination.pk),
    ]
    assert actions.open_fields(Initiative.objects.get()) == {"summary", "ends_on"}


def test_return_without_a_field_says_that_all_is_open(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW)
    client = client_for(world.coordination)
    read = client.post(page(initiative, "step", "request_changes"), returned())
    assert "tout le dossier sera ouvert" in read.content.decode()
    decide(client, page(initiative, "step", "request_changes"), returned())
    stored = Initiative.objects.get()
    assert (stored.state, actions.open_fields(stored)) == (State.CHANGES_REQUESTED, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": ""}, "Inscrivez une note"),
        ({"note_title": "Trop long"}, "Choisissez la raison de cette correction"),
        ({"reason_title": "laid"}, "Choisissez une raison dans la liste"),
        ({"reason_title": "incorrect", "note_title": "x" * 1001}, "au plus 1000 caractères"),
        ({"reason_title": "incorrect", "note_title": "a\x00b"}, "caractère non permis"),
    ],
)
def test_return_that_cannot_be_read_is_refused_and_kept(world, client_for, changes, said):
    initiative = world.initiative(State.SUBMITTED)
    data = returned(reason_budget_note="to_update", note_budget_note="À jour") | changes
    answer = client_for(world.coordination).post(page(initiative, "step", "request_changes"), data)
    text = answer.content.decode()
    assert (answer.status_code, said in text, 'value="À jour"' in text) == (422, True, True)
    assert Initiative.objects.get().state == State.SUBMITTED


def test_page_tells_the_corrections_and_what_changed_since(world, client_for):
    initiative = world.initiative(State.SUBMITTED, summary="Un frigo.")
    rows = [CorrectionRow("summary", "incomplete", "Dites où.")]
    actions.request_changes(initiative=initiative, by=world.coordination, note="Voir.", asked=rows)
    client = client_for(world.coordination)
    assert "<strong>pas encore</strong>" in client.get(page(initiative)).content.decode()
    actions.update(initiative=initiative, by=world.agent_mitis, values={"summary": "Un frigo à Price."})
    text = client.get(page(initiative)).content.decode()
    assert "Changé depuis le dépôt du" in text
    assert "<del>Un frigo.</del>" in text
    assert "<ins>Un frigo à Price.</ins>" in text
    actions.submit(initiative=initiative, by=world.agent_mitis)
    text = client.get(page(initiative)).content.decode()
    assert "Changé entre le dépôt du" in text
    assert "<ins>Un frigo à Price.</ins>" in text
    assert "<strong>pas encore</strong>" not in text


def test_message_is_read_again_then_sent_once(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    client = client_for(world.coordination)
    data = {"text": "Où en êtes-vous?", "asks_answer": "on", "token": str(uuid4())}
    read = client.post(page(initiative, "message"), data)
    assert "Où en êtes-vous?" in read.content.decode()
    assert ">oui<" in read.content.decode()
    assert Exchange.objects.count() == 0
    for _click in range(2):
        assert decide(client, page(initiative, "message"), data).status_code == 302
    assert [(row.text, row.by) for row in Exchange.objects.all()] == [
        ("Où en êtes-vous?", world.coordination)
    ]


def test_note_is_written_once_and_shown_apart(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    client = client_for(world.coordination)
    data = {"text": "À surveiller", "token": str(uuid4())}
    for _click in range(2):
        assert client.post(page(initiative, "note"), data).status_code == 302
    assert InternalNote.objects.get().text == "À surveiller"
    text = client.get(page(initiative)).content.decode()
    assert "Notes internes du CRD, jamais montrées aux MRC" in text
    assert text.index("exchange-internal") < text.index("À surveiller")
    assert "À surveiller" in client_for(world.accounting).get(page(initiative)).content.decode()
    assert "À surveiller" not in client_for(world.reader).get(page(initiative)).content.decode()


@pytest.mark.parametrize("person", ["accounting", "reader", "agent_mitis", "committee_mitis"])
def test_others_neither_write_nor_note(world, client_for, person):
    initiative = world.initiative(State.SUBMITTED)
    client = client_for(getattr(world, person))
    for name in ("message", "note"):
        answer = client.post(page(initiative, name), {"text": "X", "token": str(uuid4())}, follow=True)
        assert answer.status_code == 403
    assert (Exchange.objects.count(), InternalNote.objects.count()) == (0, 0)


def test_page_of_a_file_asks_as_many_queries_for_three_rows_as_for_one(world, client_for):
    initiative, client = world.initiative(State.SUBMITTED), client_for(world.coordination)
    asked = []
    for number in (0, 1, 3):
        while Exchange.objects.count() < number:
            actions.say(initiative=initiative, by=world.agent_mitis, text="Bonjour")
            actions.note_internally(initiative=initiative, by=world.coordination, text="Note")
        rows = [CorrectionRow("title", "incorrect")] * number
        actions.request_changes(initiative=initiative, by=world.coordination, note="Voir.", asked=rows)
        actions.submit(initiative=initiative, by=world.agent_mitis)
        client.get(page(initiative))
        with CaptureQueriesContext(connection) as queries:
            client.get(page(initiative))
        asked.append(len(queries))
        initiative.refresh_from_db()
    assert asked[1] == asked[2]  # the first time, there was no earlier deposit to compare with


def test_landing_page_shows_messages_without_an_answer_and_reports_to_approve(world, client_for):
    client = client_for(world.coordination)
    asked = world.initiative(State.IN_PROGRESS, title="Une question de la MRC")
    actions.say(initiative=asked, by=world.agent_mitis, text="Quand signons-nous?")
    report = actions.expect_report(
        initiative=asked, kind=ReportKind.PROGRESS, due_on=date(2025, 12, 1), by=world.coordination
    )
    actions.receive_report(report=report, by=world.coordination, values={"received_on": date(2025, 12, 2)})
    text = client.get("/admin/").content.decode()
    assert "Messages des MRC sans réponse (1)" in text
    assert "Une question de la MRC" in text
    assert "1\xa0rapport reçu à approuver" in text.replace("1 rapport", "1\xa0rapport")
    actions.say(initiative=asked, by=world.coordination, text="Lundi.", asks_answer=False)
    assert "sans réponse" not in client.get("/admin/").content.decode()


def test_page_leads_to_every_answer_for_who_decides_only(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW)
    whole = f'href="/espace/initiatives/{initiative.pk}/"'
    shown = [whole in client_for(person).get(page(initiative)).content.decode() for person in _readers(world)]
    assert shown == [True, True, False, False]
    details = actions.Details(answers={"need": "Un besoin à lire."})
    actions.update(initiative=initiative, by=world.coordination, values={}, details=details)
    text = client_for(world.coordination).get(f"/espace/initiatives/{initiative.pk}/").content.decode()
    assert "Un besoin à lire." in text


def _readers(world):
    return world.coordination, world.administration, world.accounting, world.reader
