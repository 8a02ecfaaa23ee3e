"""My sessions: listed, closed one by one or all the others; the clock that warns before one ends (quality.md §3, F8, F9)."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.accounts.sessions import device
from tests.world import PASSWORD

PAGE, CLOCK = "/compte/sessions/", "/compte/session/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def sign_in(client_for):
    """Return a function that gives a browser in which a person signed in by password."""

    def make(user):
        client = client_for(headers={"user-agent": FIREFOX})
        client.post("/compte/connexion/", {"login": user.email, "password": PASSWORD})
        return client

    return make


@pytest.fixture
def three(world, sign_in):
    return [sign_in(world.agent_mitis) for _ in range(3)]


def test_my_sessions_are_listed_and_closed_one_by_one(world, sign_in, three):
    mine, second, third = three
    sign_in(world.agent_temis)
    page = mine.get(PAGE).content.decode()
    assert (page.count("Firefox sur Windows</strong>"), page.count("Fermer cette session")) == (3, 2)
    row = UserSession.objects.get(session_key=second.session.session_key)
    assert mine.post(PAGE, {"fermer": row.pk})["Location"] == PAGE
    assert [client.get("/espace/").status_code for client in three] == [200, 302, 200]
    assert mine.post(PAGE, {"fermer": row.pk}, follow=True).status_code == 200


def test_all_other_sessions_are_closed_at_once(world, sign_in, three):
    other = sign_in(world.agent_temis)
    three[0].post(PAGE, {"fermer": "autres"})
    assert [client.get("/espace/").status_code for client in (*three, other)] == [200, 302, 302, 200]


def test_session_of_somebody_else_is_never_closed(world, sign_in, three):
    other = sign_in(world.agent_temis)
    theirs = UserSession.objects.get(user=world.agent_temis)
    own = UserSession.objects.get(session_key=three[0].session.session_key)
    for asked in (theirs.pk, own.pk):
        three[0].post(PAGE, {"fermer": asked})
    assert [client.get("/espace/").status_code for client in (three[0], other)] == [200, 200]


@pytest.mark.parametrize("asked", ["", "x", "9" * 30, "²", "-1"])
def test_session_that_cannot_be_read_is_not_found(world, client_for, asked):
    assert client_for(world.agent_mitis).post(PAGE, {"fermer": asked}).status_code == 404


def test_sessions_that_ended_are_not_listed(world, sign_in):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(world.agent_mitis)
        clock.shift(timedelta(minutes=123))
        page = sign_in(world.agent_mitis).get(PAGE).content.decode()
    assert page.count("Firefox sur Windows</strong>") == 1


def test_sessions_queries_for_three_rows_as_for_one(world, sign_in):
    mine = sign_in(world.agent_mitis)
    mine.get(PAGE)
    counts = []
    for more in (0, 2):
        for _ in range(more):
            sign_in(world.agent_mitis)
        with CaptureQueriesContext(connection) as queries:
            assert mine.get(PAGE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# The clock ------------------------------------------------------------------------------------------------------


def test_clock_tells_what_is_left_without_extending_it(world, client_for):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.coordination)
        assert client.get("/admin/").status_code == 200
        assert client.get(CLOCK).json() == {"left": 1800, "most": 43200}
        clock.shift(timedelta(minutes=29))
        assert client.get(CLOCK).json() == {"left": 60, "most": 41460}
        clock.shift(timedelta(minutes=2))
        ended = client.get(CLOCK)
        assert (ended.status_code, ended.json()) == (401, {"left": 0, "most": 0})
        assert client.get("/admin/").status_code == 302


def test_clock_posted_keeps_the_session_until_its_longest(world, client_for):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.coordination)
        client.get("/admin/")
        left = []
        for _ in range(24):
            clock.shift(timedelta(minutes=29))
            left.append(client.post(CLOCK).json()["left"])
        assert left == [1800] * 23 + [1440]
        clock.shift(timedelta(minutes=25))
        assert client.post(CLOCK).status_code == 401


def test_clock_refuses_a_post_without_its_token(world, client_for):
    client = client_for(world.agent_mitis, enforce_csrf_checks=True)
    assert (client.post(CLOCK).status_code, client.get(CLOCK).status_code) == (403, 200)
    assert client.put(CLOCK).status_code in (403, 405)


def test_pages_say_when_the_session_ends(world, client_for):
    with time_machine.travel("2026-03-02T19:05:00Z", tick=False):
        for person, path, ends in (
            ("agent_mitis", "/espace/", "16\xa0h\xa005"),
            ("coordination", "/admin/", "14\xa0h\xa035"),
        ):
            page = client_for(getattr(world, person)).get(path).content.decode()
            assert f"Sans activité, votre session prend fin à {ends}." in page


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604",
            "Safari sur iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", "Edge sur Linux"),
        ("curl/8", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)
def test_device_in_words(agent, words):
    assert device(agent) == words
