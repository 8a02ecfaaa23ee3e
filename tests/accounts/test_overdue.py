"""What arrives after the end of a session: its author is remembered, and no text is lost (quality.md §3, F8, B28)."""

import time
from uuid import uuid4

import pytest
from django.urls import reverse

from alliance.accounts.overdue import GRACE
from initiatives.choices import State
from initiatives.models import Initiative
from tests.world import PASSWORD

TEXTS = reverse("account_texts")


def expire(client, settings, *, since=60):
    session = client.session
    session["seen"] = int(time.time()) - settings.SESSION_IDLE_SECONDS - since
    session.save()


def sign_in(client, person):
    return client.post("/compte/connexion/", {"login": person.email, "password": PASSWORD})


def held(client):
    return set(client.session.keys()) & {"_auth_user_id", "_auth_user_hash", "over", "typed", "unsaved"}


@pytest.fixture
def talk(world, client_for):
    """Return an agent's browser and the address of the thread that they write in."""
    initiative = world.initiative(State.SUBMITTED)
    client, address = client_for(world.agent_mitis), reverse("espace:exchanges", args=[initiative.pk])
    client.get(address)
    return client, address


def test_reading_after_the_limit_keeps_the_author_of_what_is_typed_elsewhere(world, talk, settings):
    client, address = talk
    expire(client, settings)
    for path, status in (("/compte/session/", 401), ("/espace/", 302), (address, 302), ("/compte/", 302)):
        assert client.get(path).status_code == status
    assert held(client) == {"over"}
    answer = client.post(address, {"text": "Une heure de travail", "token": uuid4(), "do": "relire"})
    assert answer["Location"].startswith("/compte/connexion/")
    key = client.session.session_key
    sign_in(client, world.agent_mitis)
    assert client.session.session_key != key
    assert "Une heure de travail</textarea>" in client.get(address).content.decode()
    assert held(client) == {"_auth_user_id", "_auth_user_hash"}


def test_texts_of_two_tabs_are_both_given_back(world, talk, settings):
    client, address = talk
    other = reverse("espace:exchanges", args=[world.initiative(State.SUBMITTED).pk])
    expire(client, settings)
    for path, text in ((other, "Premier texte"), (address, "Second texte")):
        client.post(path, {"text": text, "token": uuid4(), "do": "relire"})
    sign_in(client, world.agent_mitis)
    assert client.get("/espace/")["Location"] == TEXTS
    assert "Premier texte</textarea>" in client.get(TEXTS).content.decode()
    assert "Second texte</textarea>" in client.get(address).content.decode()


def test_another_person_who_signs_in_reads_nothing_of_it(world, talk, settings):
    client, address = talk
    expire(client, settings)
    client.post(address, {"text": "À moi", "token": uuid4(), "do": "relire"})
    sign_in(client, world.agent_temis)
    assert client.get("/espace/").status_code == 200
    assert held(client) == {"_auth_user_id", "_auth_user_hash"}


def test_text_of_a_page_of_the_admin_is_given_back_to_copy(world, client_for, settings):
    initiative = world.initiative(State.SUBMITTED)
    client = client_for(world.coordination)
    address = f"/admin/initiatives/initiative/{initiative.pk}/note/"
    assert client.get(address).status_code == 200
    expire(client, settings)
    sent = {"text": "Longue note", "token": uuid4(), "password": "secret-1", "do": "x"}
    answer = client.post(address, sent)
    assert answer["Location"] == f"/compte/connexion/?next={TEXTS}"
    sign_in(client, world.coordination)
    assert client.get("/admin/")["Location"] == TEXTS
    page = client.get(TEXTS).content.decode()
    assert [each in page for each in ("Longue note</textarea>", "secret-1", str(sent["token"]))] == [
        True,
        False,
        False,
    ]
    assert client.get("/admin/").status_code == 200
    client.post(TEXTS)
    assert "Aucun texte ne vous attend" in client.get(TEXTS).content.decode()


@pytest.mark.parametrize(("since", "written"), [(GRACE - 30, True), (GRACE + 30, False)])
def test_text_is_saved_for_a_quarter_of_an_hour_after_the_limit(world, client_for, settings, since, written):
    client, address = client_for(world.agent_mitis), reverse("espace:new")
    client.get("/espace/")
    expire(client, settings, since=since)
    client.post(address, {"title": "Frigo", "entry_token": uuid4(), "complet": "1"})
    assert (Initiative.objects.exists(), "typed" in client.session) == (written, not written)
    sign_in(client, world.agent_mitis)
    assert ('value="Frigo"' in client.get(address).content.decode()) is not written


def test_text_for_a_file_that_is_gone_is_given_back(world, client_for, settings):
    client = client_for(world.agent_mitis)
    client.get("/espace/")
    expire(client, settings)
    client.post(reverse("espace:section", args=[999999, "organisme"]), {"contact": "Julie Roy"})
    assert held(client) == {"over", "unsaved"}
    sign_in(client, world.agent_mitis)
    assert "Julie Roy" in client.get(TEXTS).content.decode()


def test_text_too_long_to_be_kept_is_never_told_as_saved(world, talk, settings):
    client, address = talk
    expire(client, settings)
    sent = {"text": "x" * 200_001, "token": uuid4(), "do": "autosave"}
    answer = client.post(address, sent, headers={"X-Autosave": "1"})
    assert (answer.status_code, answer.json()["kept"]) == (401, False)
    page = client.post(address, sent, follow=True).content.decode()
    assert "trop long pour être gardé" in page


def test_changed_role_ends_the_session_with_a_sentence_and_writes_nothing(world, client_for):
    client = client_for(world.agent_mitis)
    client.get("/espace/")
    session = client.session
    session["role"] = "committee"
    session.save()
    sent = {"title": "Frigo", "entry_token": uuid4(), "complet": "1"}
    page = client.post(reverse("espace:new"), sent, follow=True).content.decode()
    assert ("votre rôle a changé" in page, Initiative.objects.exists()) == (True, False)
    assert held(client) == {"over", "typed"}


def test_signing_out_after_the_limit_forgets_the_author(talk, settings):
    client, _address = talk
    expire(client, settings)
    client.get("/espace/")
    client.post("/compte/deconnexion/")
    assert held(client) == set()
