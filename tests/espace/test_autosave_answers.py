"""What a page that saves by itself is told when its session is over, its token old or its text too long."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from initiatives.models import Initiative

NEW = "/espace/initiatives/nouvelle/"
ALONE = {"X-Autosave": "1"}
SIGNED_OUT = "Pas enregistré\xa0: votre session a pris fin. Votre texte reste sur cette page."


def fields(**changes):
    return {"title": "Frigo du quartier", "entry_token": uuid4(), "do": "autosave", "complet": "1"} | changes


def told(answer):
    return answer.status_code, answer.json()


@pytest.mark.parametrize("method", ["get", "post"])
def test_page_without_session_is_told_401(world, client, method):
    answer = getattr(client, method)(NEW, headers=ALONE)
    assert told(answer) == (401, {"state": "signed_out", "said": SIGNED_OUT, "kept": False})
    assert getattr(client, method)(NEW).status_code == 302


@pytest.mark.parametrize(("carried", "kept"), [({}, True), ({"starts_on": "hier"}, False)])
def test_text_that_arrives_after_the_limit_is_saved_then_401(world, client_for, carried, kept):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.agent_mitis)
        client.get("/espace/")
        clock.shift(timedelta(hours=2, minutes=10))
        assert (
            told(client.get(NEW, headers=ALONE))[0] == 401
        )  # what only looks does not take the text's author away
        status, body = told(client.post(NEW, fields(**carried), headers=ALONE))
        assert (status, body["state"], body["kept"]) == (401, "signed_out", kept)
        assert body["said"].endswith("puis votre session a pris fin.") is kept
        assert Initiative.objects.get().title == "Frigo du quartier"
        assert "typed" not in client.session
        assert client.get("/espace/").status_code == 302


def test_old_token_is_told_in_json(world, client_for):
    client = client_for(world.agent_mitis, enforce_csrf_checks=True)
    status, body = told(client.post(NEW, fields(), headers=ALONE))
    assert (status, body["state"]) == (403, "token")
    assert "text/html" in client.post(NEW, fields())["Content-Type"]


def test_missing_right_and_unknown_file_are_told_in_json(world, client_for):
    reader = client_for(world.committee_mitis)
    assert told(reader.post(NEW, fields(), headers=ALONE))[0] == 403
    agent = client_for(world.agent_mitis)
    status, body = told(agent.post("/espace/initiatives/999999/modifier/initiative/", headers=ALONE))
    assert (status, body["said"]) == (404, "Pas enregistré\xa0: ce dossier n’est plus accessible.")


def test_text_too_long_is_told_in_json(world, client_for, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    client = client_for(world.agent_mitis)
    status, body = told(client.post(NEW, fields(title="x" * 2000), headers=ALONE))
    assert (status, body["state"]) == (413, "refused")
    assert Initiative.objects.count() == 0
