"""The same form posted twice, by two people, or after the session ended: nothing typed is lost, nothing is doubled."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from initiatives import actions
from initiatives.models import Initiative
from tests import world as universe
from tests.espace.forms import typed
from tests.espace.test_entry import NEW, edit, post


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.fixture
def draft(world):
    return world.initiative()


# One entry, two people ----------------------------------------------------------------------------------------


def test_same_form_posted_again_makes_one_draft_and_keeps_the_last_text(world, agent):
    token = uuid4()
    for title in ("Un", "Un", "Deux"):
        assert agent.post(NEW, typed(world, title=title) | {"entry_token": token}).status_code == 302
    assert [i.title for i in Initiative.objects.all()] == ["Deux"]


def test_same_form_posted_after_a_change_shows_both_versions(world, agent):
    token = uuid4()
    agent.post(NEW, typed(world, title="Un") | {"entry_token": token})
    draft = Initiative.objects.get()
    post(agent, draft, typed(world, title="Deux"))
    answer = agent.post(NEW, typed(world, title="Trois") | {"entry_token": token})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert ("Deux" in page, "Trois" in page, Initiative.objects.count()) == (True, True, 1)


def test_file_changed_meanwhile_answers_409_with_both_versions_and_can_be_saved(world, agent, draft):
    version = draft.version
    actions.update(initiative=draft, by=world.coordination, values={"title": "Titre du CRD"})
    answer = agent.post(edit(draft), typed(world, title="Titre de l’agente") | {"version": version})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Titre du CRD" in page
    assert 'value="Titre de l’agente"' in page
    draft.refresh_from_db()
    assert draft.title == "Titre du CRD"
    assert f'name="version" value="{draft.version}"' in page
    assert post(agent, draft, typed(world, title="Titre de l’agente")).status_code == 302


def test_form_without_its_version_never_overwrites(world, agent, draft):
    assert agent.post(edit(draft), typed(world, title="Autre")).status_code == 409


def test_ten_posts_at_once_make_one_draft(at_once, client_for):
    world = universe.build()
    fields = typed(world) | {"entry_token": uuid4()}
    clients = [client_for(world.agent_mitis) for _ in range(10)]
    statuses = at_once([lambda client=client: client.post(NEW, fields).status_code for client in clients])
    assert statuses == [302] * 10
    assert at_once([Initiative.objects.count]) == [1]


# The session ends while typing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["new", "edit"])
def test_text_typed_when_the_session_ended_is_saved_before_sign_in(world, client_for, draft, address):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.agent_mitis)
        client.get("/espace/")
        clock.shift(timedelta(hours=3))
        where = NEW if address == "new" else edit(draft)
        answer = client.post(
            where, typed(world, title="Écrit trop tard") | {"version": draft.version, "entry_token": uuid4()}
        )
        saved = Initiative.objects.get(title="Écrit trop tard")
        assert saved.created_by == world.agent_mitis
        assert answer["Location"] == f"/compte/connexion/?next={edit(saved)}"
        assert "Votre brouillon est enregistré." in client.get("/compte/connexion/").content.decode()
        assert client.get("/espace/").status_code == 302


def test_text_that_could_not_be_saved_is_given_back_after_sign_in(world, client_for, draft):
    version = draft.version
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.agent_mitis)
        client.get("/espace/")
        actions.update(initiative=draft, by=world.coordination, values={"title": "Titre du CRD"})
        clock.shift(timedelta(hours=3))
        client.post(edit(draft), typed(world, title="Écrit trop tard") | {"version": version})
        sign_in = {"login": world.agent_mitis.email, "password": "longue phrase de test 2025"}
        assert client.post("/compte/connexion/", sign_in).status_code == 302
        page = client.get(edit(draft)).content.decode()
        assert 'value="Écrit trop tard"' in page
        assert "Votre texte d’avant la connexion est de retour" in page
        assert "Écrit trop tard" not in client.get(edit(draft)).content.decode()


def test_expired_form_without_its_token_is_not_saved(world, client_for, draft):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.agent_mitis, enforce_csrf_checks=True)
        client.get("/espace/")
        clock.shift(timedelta(hours=3))
        answer = client.post(edit(draft), typed(world, title="Posté d’ailleurs") | {"version": draft.version})
        assert answer.status_code == 403
        assert not Initiative.objects.filter(title="Posté d’ailleurs").exists()
