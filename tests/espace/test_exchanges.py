"""The thread shared by the MRC and the CRD: read again before it leaves, written once, open in every state."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliance.accounts.models import User
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import actions, notices
from initiatives.choices import State
from initiatives.models import Exchange, Initiative, InternalNote
from initiatives.situation import Side, status_of, waiting_messages

PEOPLE_WHO_WRITE = ["agent_mitis", "coordination", "administration"]
PEOPLE_WHO_DO_NOT = ["committee_mitis", "accounting", "reader", "agent_temis"]


def page(initiative):
    return reverse("espace:exchanges", args=[initiative.pk])


def message(**changes):
    return {"text": "Quel jour ouvre le frigo?", "asks_answer": "on", "token": str(uuid4())} | changes


def test_message_is_read_again_then_sent_once(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    agent = client_for(world.agent_mitis)
    fields = message()
    again = agent.post(page(initiative), fields | {"do": "relire"})
    text = again.content.decode()
    assert (again.status_code, Exchange.objects.count()) == (200, 0)
    assert "Rien n’est encore envoyé" in text
    assert "Quel jour ouvre le frigo?" in text
    back = agent.post(page(initiative), fields | {"do": "modifier"}).content.decode()
    assert "Quel jour ouvre le frigo?</textarea>" in back
    for _click in range(2):
        sent = agent.post(page(initiative), fields | {"do": "envoyer"})
    row = Exchange.objects.get()
    assert sent["Location"] == f"{page(initiative)}#message-{row.pk}"
    assert (row.by, row.text, row.asks_answer) == (world.agent_mitis, "Quel jour ouvre le frigo?", True)
    shown = agent.get(page(initiative)).content.decode()
    assert 'side-mrc">MRC</span> <strong>Agent Mitis</strong>' in shown


def test_same_form_with_another_text_is_refused_and_kept(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    agent = client_for(world.agent_mitis)
    fields = message(do="envoyer")
    agent.post(page(initiative), fields)
    answer = agent.post(page(initiative), fields | {"text": "Une autre question"})
    assert answer.status_code == 422
    assert "a déjà servi" in answer.content.decode()
    assert "Une autre question</textarea>" in answer.content.decode()
    assert Exchange.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": ""}, "Écrivez votre message."),
        ({"text": " \n "}, "Écrivez votre message."),
        ({"text": "a\x00b"}, "caractère non permis"),
        ({"text": "a" * 5001}, "au plus 5000 caractères"),
        ({"token": "x"}, "n’a pas pu être lu en entier"),
        ({"token": ""}, "n’a pas pu être lu en entier"),
    ],
)
def test_what_cannot_be_sent_is_said_beside_it(world, client_for, changes, said):
    initiative = world.initiative(State.SUBMITTED)
    answer = client_for(world.agent_mitis).post(page(initiative), message(do="envoyer", **changes))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Exchange.objects.count() == 0


def test_action_refuses_what_the_page_refuses(world):
    initiative = world.initiative(State.SUBMITTED)
    for text in ("", " \n", "a\x00", "a" * 5001):
        with pytest.raises(ValidationError):
            actions.say(initiative=initiative, by=world.agent_mitis, text=text)
        with pytest.raises(ValidationError):
            actions.note_internally(initiative=initiative, by=world.coordination, text=text)
    assert (Exchange.objects.count(), InternalNote.objects.count()) == (0, 0)


@pytest.mark.parametrize("state", State)
def test_people_may_write_in_every_state(world, client_for, state):
    initiative = world.initiative(state)
    before = Initiative.objects.values().get()
    for person in PEOPLE_WHO_WRITE:
        answer = client_for(getattr(world, person)).post(page(initiative), message(do="envoyer"))
        assert answer.status_code == 302
    assert Exchange.objects.count() == 3
    assert Initiative.objects.values().get() == before


def test_others_never_write(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    answers = {
        person: client_for(getattr(world, person)).post(page(initiative), message(do="envoyer")).status_code
        for person in PEOPLE_WHO_DO_NOT
    }
    assert answers == {"committee_mitis": 403, "accounting": 403, "reader": 403, "agent_temis": 404}
    for person in PEOPLE_WHO_DO_NOT:
        with pytest.raises(NotAllowed):
            actions.say(initiative=initiative, by=getattr(world, person), text="Bonjour")
    assert Exchange.objects.count() == 0
    read = client_for(world.committee_mitis).get(page(initiative)).content.decode()
    assert "<textarea" not in read


def test_only_who_changes_files_at_the_crd_writes_notes(world):
    initiative = world.initiative(State.SUBMITTED)
    for person in ("agent_mitis", "committee_mitis", "accounting", "reader"):
        with pytest.raises(NotAllowed):
            actions.note_internally(initiative=initiative, by=getattr(world, person), text="Note")
    token = uuid4()
    for _click in range(2):
        actions.note_internally(initiative=initiative, by=world.coordination, text="Note", token=token)
    assert InternalNote.objects.count() == 1


def test_demonstration_account_writes_in_the_demonstration_only(world):
    initiative = world.initiative(State.SUBMITTED)
    User.objects.filter(pk=world.agent_mitis.pk).update(is_demo=True)
    world.agent_mitis.refresh_from_db()
    with pytest.raises(Refusal, match="démonstration"):
        actions.say(initiative=initiative, by=world.agent_mitis, text="Bonjour")
    Initiative.objects.update(is_demo=True)
    assert actions.say(initiative=initiative, by=world.agent_mitis, text="Bonjour").pk


def test_other_side_is_told_once_of_each_message(world, monkeypatch):
    initiative, told = world.initiative(State.SUBMITTED), []
    monkeypatch.setattr(notices, "exchanged", told.append)
    token = uuid4()
    for _click in range(2):
        actions.say(initiative=initiative, by=world.agent_mitis, text="Bonjour", token=token)
    actions.note_internally(initiative=initiative, by=world.coordination, text="Note")
    assert told == [Exchange.objects.get()]


def test_message_waits_until_the_other_side_writes(world):
    initiative = world.initiative(State.IN_PROGRESS)

    def say(person, text, **options):
        return actions.say(initiative=initiative, by=getattr(world, person), text=text, **options)

    asked = say("coordination", "Où en êtes-vous?")
    say("second_coordination", "Merci d’avance.", asks_answer=False)
    assert waiting_messages() == {initiative.pk: {Side.CRD: asked}}
    assert status_of(initiative).turn == Side.MRC
    answer = say("agent_mitis", "Tout va bien. Et l’entente?")
    assert waiting_messages([initiative.pk]) == {initiative.pk: {Side.MRC: answer}}
    assert status_of(initiative).turn == Side.CRD
    say("coordination", "Elle est signée.", asks_answer=False)
    assert waiting_messages() == {}


def test_token_of_another_file_is_refused(world):
    one, other, token = world.initiative(), world.initiative(), uuid4()
    actions.say(initiative=one, by=world.agent_mitis, text="Bonjour", token=token)
    with pytest.raises(Refusal, match="déjà servi"):
        actions.say(initiative=other, by=world.agent_mitis, text="Bonjour", token=token)


def test_ten_posts_at_once_make_one_message(world, client_for, at_once):
    initiative = world.initiative(State.SUBMITTED)
    clients, fields = [client_for(world.agent_mitis) for _ in range(10)], message(do="envoyer")
    answers = at_once([lambda c=client: c.post(page(initiative), fields).status_code for client in clients])
    assert answers == [302] * 10
    assert at_once([Exchange.objects.count]) == [1]


def test_message_typed_when_the_session_ends_is_given_back(world, client_for, settings):
    initiative = world.initiative(State.SUBMITTED)
    agent = client_for(world.agent_mitis)
    agent.get(page(initiative))
    session = agent.session
    session["seen"] = 1
    session.save()
    answer = agent.post(page(initiative), message(do="envoyer"))
    assert answer["Location"].startswith("/compte/connexion/")
    assert Exchange.objects.count() == 0
    typed = agent.session["typed"]
    agent.force_login(world.agent_mitis)
    session = agent.session
    session["typed"] = typed
    session.save()
    assert "Quel jour ouvre le frigo?</textarea>" in agent.get(page(initiative)).content.decode()


def test_thread_asks_as_many_queries_for_three_rows_as_for_one(world, client_for):
    initiative, agent = world.initiative(State.SUBMITTED), client_for(world.agent_mitis)
    asked = []
    for number in (1, 3):
        while Exchange.objects.count() < number:
            actions.say(initiative=initiative, by=world.coordination, text="Bonjour")
        agent.get(page(initiative))
        with CaptureQueriesContext(connection) as queries:
            assert agent.get(page(initiative)).content.decode().count('class="exchange"') == number
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_only_what_is_not_answered_says_that_it_waits(world, client_for):
    initiative, agent = world.initiative(State.SUBMITTED), client_for(world.agent_mitis)
    actions.say(initiative=initiative, by=world.agent_mitis, text="Quand?")
    assert agent.get(page(initiative)).content.decode().count("· attend une réponse") == 1
    actions.say(initiative=initiative, by=world.coordination, text="Lundi.", asks_answer=False)
    assert agent.get(page(initiative)).content.decode().count("· attend une réponse") == 0
    actions.say(initiative=initiative, by=world.coordination, text="Cela vous va?")
    assert agent.get(page(initiative)).content.decode().count("· attend une réponse") == 1
