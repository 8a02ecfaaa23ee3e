"""The same page posted twice, by two people, by itself, or after the session ended: nothing lost, nothing doubled."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from initiatives import actions
from initiatives.models import Initiative
from initiatives.views.typed import key_of
from tests import world as universe
from tests.espace.forms import NEW, page, post, quick, section_of


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.fixture
def draft(world):
    return world.initiative()


def written(world, title, **changes):
    return page(world, "initiative", title=title, **changes)


# One entry, two people ----------------------------------------------------------------------------------------


def test_same_form_posted_again_makes_one_draft_and_keeps_the_last_text(world, agent):
    token = uuid4()
    for title in ("Un", "Un", "Deux"):
        assert agent.post(NEW, quick(world, title=title, entry_token=token)).status_code == 302
    assert [i.title for i in Initiative.objects.all()] == ["Deux"]


def test_same_form_posted_after_a_change_shows_both_versions(world, agent):
    token = uuid4()
    agent.post(NEW, quick(world, title="Un", entry_token=token))
    draft = Initiative.objects.get()
    post(agent, draft, "initiative", written(world, "Deux"))
    answer = agent.post(NEW, quick(world, title="Trois", entry_token=token))
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert ("Deux" in shown, "Trois" in shown, Initiative.objects.count()) == (True, True, 1)
    draft.refresh_from_db()
    assert f'name="version" value="{draft.version}"' in shown
    again = quick(world, title="Trois", entry_token=token, version=draft.version)
    assert agent.post(NEW, again).status_code == 302
    assert Initiative.objects.get().title == "Trois"


def test_page_changed_meanwhile_answers_409_with_both_versions_and_can_be_saved(world, agent, draft):
    version = draft.version
    actions.update(initiative=draft, by=world.coordination, values={"title": "Titre du CRD"})
    where = section_of(draft, "initiative")
    answer = agent.post(where, written(world, "Titre de l’agente") | {"version": version})
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "Titre du CRD" in shown
    assert 'value="Titre de l’agente"' in shown
    draft.refresh_from_db()
    assert draft.title == "Titre du CRD"
    assert f'name="version" value="{draft.version}"' in shown
    assert post(agent, draft, "initiative", written(world, "Titre de l’agente")).status_code == 302


def test_conflict_shows_the_lines_of_a_table_and_the_private_answers(world, agent, draft):
    version = draft.version
    post(agent, draft, "budget", page(world, "budget", **{"expenses-0-label": "Camion"}))
    mine = page(world, "budget", budget_note="Prix de mai", **{"expenses-0-label": "Vélo"})
    answer = agent.post(section_of(draft, "budget"), mine | {"version": version})
    differences = {row.label: (row.stored, row.typed) for row in answer.context["differences"]}
    assert answer.status_code == 409
    assert differences == {
        "Dépenses": (
            "Camion · 6\xa0000\xa0$ · 5\xa0000\xa0$ · 2025-2026",
            "Vélo · 6\xa0000\xa0$ · 5\xa0000\xa0$ · 2025-2026",
        ),
        "Explication du budget": ("", "Prix de mai"),
    }


def test_second_click_that_says_the_same_is_no_conflict(world, agent, draft):
    fields = written(world, "Un seul") | {"version": draft.version}
    answers = [agent.post(section_of(draft, "initiative"), fields).status_code for _ in range(2)]
    draft.refresh_from_db()
    assert (answers, draft.version) == ([302, 302], 2)


def test_page_without_its_version_never_overwrites(world, agent, draft):
    assert agent.post(section_of(draft, "initiative"), written(world, "Autre")).status_code == 409


def test_ten_posts_at_once_make_one_draft(at_once, client_for):
    world = universe.build()
    fields = quick(world)
    clients = [client_for(world.agent_mitis) for _ in range(10)]
    statuses = at_once([lambda client=client: client.post(NEW, fields).status_code for client in clients])
    assert statuses == [302] * 10
    assert at_once([Initiative.objects.count]) == [1]


# The page saves by itself ------------------------------------------------------------------------------------


def test_page_saved_by_itself_says_its_hour_its_version_and_what_is_refused(world, agent, draft):
    fields = written(world, "Écrit tout seul", do="autosave", summary="a" * 3001)
    answer = post(agent, draft, "initiative", fields)
    told = answer.json()
    draft.refresh_from_db()
    assert (answer.status_code, draft.title) == (200, "Écrit tout seul")
    assert told["said"].startswith("Brouillon enregistré à ")
    assert told | {"said": ""} == {
        "state": "saved",
        "said": "",
        "version": draft.version,
        "address": section_of(draft, "initiative"),
        "errors": {"summary": "Inscrivez au plus 3000 caractères (il y en a 3001)"},
    }


def test_new_file_saved_by_itself_again_and_again_is_one_file(world, agent):
    token, version = uuid4(), ""
    for title in ("F", "Frigo", "Frigo du quartier"):
        fields = quick(world, title=title, who="Mois", do="autosave", entry_token=token, version=version)
        told = agent.post(NEW, fields).json()
        version = told["version"]
        assert told["address"] == f"{NEW}?dossier={token}"
    row = Initiative.objects.get()
    assert (row.title, row.version, row.partnerships.count()) == ("Frigo du quartier", 3, 0)
    assert agent.get(told["address"]).context["form"]["title"].value() == "Frigo du quartier"
    agent.post(NEW, quick(world, entry_token=token, version=version))
    row.refresh_from_db()
    assert (row.partnerships.get().organization, row.description) == (world.moisson, "")


def test_page_saved_by_itself_over_another_version_is_a_conflict(world, agent, draft):
    version = draft.version
    actions.update(initiative=draft, by=world.coordination, values={"title": "Titre du CRD"})
    fields = written(world, "Le mien", do="autosave") | {"version": version}
    answer = agent.post(section_of(draft, "initiative"), fields)
    assert (answer.status_code, answer.json()["state"]) == (409, "conflict")
    assert (
        agent.post(
            NEW,
            quick(
                world,
                title="",
                who="",
                do="autosave",
                starts_on="",
                amount_requested="",
                primary_theme="",
                territories=[""],
                target_groups=[""],
            ),
        ).status_code
        == 422
    )
    actions.withdraw(initiative=draft, by=world.agent_mitis)
    closed = agent.post(section_of(draft, "initiative"), fields)
    assert (closed.status_code, closed.json()["address"]) == (409, f"/espace/initiatives/{draft.pk}/")


def test_key_of_the_texts_kept_by_the_browser_is_each_persons_own(world, client_for, draft):
    keys = {person: key_of(getattr(world, person)) for person in ("agent_mitis", "coordination")}
    for person, key in keys.items():
        answer = client_for(getattr(world, person)).get(section_of(draft, "initiative"))
        assert f'data-key="{key}"' in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    assert len({*keys.values()}) == 2
    assert all(len(key) == 64 for key in keys.values())


# The session ends while typing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["new", "section"])
def test_text_typed_when_the_session_ended_is_saved_before_sign_in(world, client_for, draft, address):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.agent_mitis)
        client.get("/espace/")
        clock.shift(timedelta(hours=2, minutes=10))
        if address == "new":
            answer = client.post(NEW, quick(world, title="Écrit trop tard"))
        else:
            fields = written(world, "Écrit trop tard") | {"version": draft.version}
            answer = client.post(section_of(draft, "initiative"), fields)
        saved = Initiative.objects.get(title="Écrit trop tard")
        assert saved.created_by == world.agent_mitis
        back = (
            f"/espace/initiatives/{saved.pk}/modifier/"
            if address == "new"
            else section_of(draft, "initiative")
        )
        assert answer["Location"] == f"/compte/connexion/?next={back}"
        assert "Votre brouillon est enregistré." in client.get("/compte/connexion/").content.decode()
        assert client.get("/espace/").status_code == 302


def test_text_that_could_not_be_saved_is_given_back_after_sign_in(world, client_for, draft):
    version = draft.version
    where = section_of(draft, "initiative")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.agent_mitis)
        client.get("/espace/")
        actions.update(initiative=draft, by=world.coordination, values={"title": "Titre du CRD"})
        clock.shift(timedelta(hours=3))
        client.post(where, written(world, "Écrit trop tard") | {"version": version})
        sign_in = {"login": world.agent_mitis.email, "password": universe.PASSWORD}
        assert client.post("/compte/connexion/", sign_in).status_code == 302
        shown = client.get(where).content.decode()
        assert 'value="Écrit trop tard"' in shown
        assert "Votre texte d’avant la connexion est de retour" in shown
        assert "Écrit trop tard" not in client.get(where).content.decode()


def test_expired_form_without_its_token_is_not_saved(world, client_for, draft):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.agent_mitis, enforce_csrf_checks=True)
        client.get("/espace/")
        clock.shift(timedelta(hours=3))
        fields = written(world, "Posté d’ailleurs") | {"version": draft.version}
        assert client.post(section_of(draft, "initiative"), fields).status_code == 403
        assert not Initiative.objects.filter(title="Posté d’ailleurs").exists()
