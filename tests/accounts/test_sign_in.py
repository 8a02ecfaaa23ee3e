"""Sign-in: what it says, what it counts, when it ends (quality.md §3.F)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from alliance.accounts.roles import Role
from tests.world import PASSWORD

LOGIN = "/compte/connexion/"
REFUSED = "L’adresse courriel ou le mot de passe ne correspond à aucun compte actif"


def attempt(client, email, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


@pytest.mark.parametrize(
    ("person", "address"),
    [
        ("agent_mitis", "/espace/"),
        ("committee_mitis", "/espace/"),
        ("coordination", "/admin/"),
        ("reader", "/admin/"),
    ],
)
def test_sign_in_leads_each_role_to_its_place(world, client, person, address):
    answer = attempt(client, getattr(world, person).email)
    assert (answer.status_code, answer["Location"]) == (302, address)


def test_sign_in_gives_a_new_session_key(world, client):
    client.get("/compte/mot-de-passe/oublie/")
    session = client.session
    session["before"] = "1"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    attempt(client, world.agent_mitis.email)
    assert client.session.session_key != session.session_key


def test_sign_in_refused_says_the_same_whatever_the_reason(world, client):
    world.agent_temis.is_active = False
    world.agent_temis.save()
    answers = [
        attempt(client, world.agent_mitis.email, "mauvais mot de passe"),
        attempt(client, "personne@exemple.invalid"),
        attempt(client, world.agent_temis.email),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    pages = [answer.content.decode() for answer in answers]
    assert all(REFUSED in page for page in pages)
    bodies = {re.sub(r'(value|name="login")="[^"]*"|value="[^"]*"', "", page) for page in pages}
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "email", ["", "a", "a\x00b@exemple.ca", "x" * 300 + "@exemple.ca", "a@b.ca\r\nBcc: c@d.ca"]
)
def test_sign_in_with_a_bad_address_is_a_refused_form(world, client, email):
    answer = attempt(client, email)
    assert answer.status_code == 422
    assert "Il y a un problème" in answer.content.decode()


def test_eleventh_wrong_password_answers_429_and_others_are_not_blocked(world, client):
    email = world.agent_mitis.email
    statuses = [attempt(client, email, "mauvais").status_code for _ in range(10)]
    assert statuses == [422] * 10
    blocked = attempt(client, email.upper())
    assert blocked.status_code == 429
    assert "Réessayez dans 15 minutes" in blocked.content.decode()
    assert int(blocked["Retry-After"]) == 900
    other = attempt(client, world.agent_temis.email, REMOTE_ADDR="203.0.113.9")
    assert other.status_code == 302


def test_host_of_the_browser_does_not_give_new_tries(world, client):
    for _ in range(10):
        attempt(client, world.agent_mitis.email, "mauvais")
    assert attempt(client, world.agent_mitis.email, headers={"host": "127.0.0.1"}).status_code == 429


def test_twenty_accounts_tried_from_one_address_are_blocked(world, client):
    statuses = [attempt(client, f"p{n}@exemple.invalid", "mauvais").status_code for n in range(21)]
    assert statuses == [422] * 20 + [429]


def test_right_password_does_not_count_as_a_try(world, client_for):
    for _ in range(12):
        assert attempt(client_for(), world.agent_mitis.email).status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil",
        "///evil",
        "javascript:alert(1)",
        "\tjavascript:a",
        "http:evil",
    ],
)
def test_next_never_leaves_the_site(world, client, target):
    answer = client.post(LOGIN, {"login": world.agent_mitis.email, "password": PASSWORD, "next": target})
    assert answer["Location"] == "/espace/"


def test_next_leads_back_to_the_page_asked_for(world, client):
    asked = client.get("/espace/partenaires/?q=frigo")
    assert asked["Location"] == "/compte/connexion/?next=/espace/partenaires/%3Fq%3Dfrigo"
    answer = client.post(
        LOGIN,
        {"login": world.agent_mitis.email, "password": PASSWORD, "next": "/espace/partenaires/?q=frigo"},
    )
    assert answer["Location"] == "/espace/partenaires/?q=frigo"


# Forgotten password -------------------------------------------------------------------------------------------


def reset_link(client, email, **extra):
    answer = client.post("/compte/mot-de-passe/oublie/", {"email": email}, **extra)
    assert answer["Location"] == "/compte/mot-de-passe/oublie/envoye/"
    return re.search(r"https?://\S+", mail.outbox[-1].body)[0]


def follow(client, link):
    path = "/" + link.split("/", 3)[3]
    return client.get(path, follow=True)


def test_reset_link_chooses_a_password_once(world, client):
    new = "une autre longue phrase 2026"
    link = reset_link(client, world.agent_mitis.email)
    page = follow(client, link)
    answer = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert answer.status_code == 302
    assert attempt(client, world.agent_mitis.email, new).status_code == 302
    again = follow(client, link).content.decode()
    assert "Ce lien n’est plus valide" in again


def test_reset_link_is_refused_after_an_hour(world, client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        link = reset_link(client, world.agent_mitis.email)
        clock.shift(timedelta(minutes=59))
        assert "Choisir un nouveau mot de passe" in follow(client, link).content.decode()
        clock.shift(timedelta(minutes=2))
        assert "Ce lien n’est plus valide" in follow(client, link).content.decode()


def test_reset_for_an_unknown_address_answers_the_same(world, client):
    answer = client.post("/compte/mot-de-passe/oublie/", {"email": "personne@exemple.invalid"})
    assert answer["Location"] == "/compte/mot-de-passe/oublie/envoye/"
    assert mail.outbox[0].subject == "Aucun compte à cette adresse"


def test_reset_link_takes_its_host_from_the_settings(world, client):
    link = reset_link(client, world.agent_mitis.email, headers={"host": "localhost"})
    assert link.startswith(f"{settings.SITE_URL}/compte/mot-de-passe/nouveau/")
    refused = client.post(
        "/compte/mot-de-passe/oublie/", {"email": "a@b.ca"}, headers={"host": "evil.example"}
    )
    assert refused.status_code == 400


# Sessions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["password", "inactive", "role"])
def test_session_dies_when_the_account_changes(world, client_for, change):
    user = world.agent_mitis
    client = client_for(user)
    assert client.get("/espace/").status_code == 200
    if change == "password":
        user.set_password("une autre longue phrase 2026")
    elif change == "inactive":
        user.is_active = False
    else:
        user.role = Role.COMMITTEE
    user.save()
    assert client.get("/espace/").status_code == 302


@pytest.mark.parametrize(
    ("person", "minutes", "status"),
    [
        ("agent_mitis", 119, 200),
        ("agent_mitis", 121, 302),
        ("coordination", 29, 200),
        ("coordination", 31, 302),
    ],
)
def test_session_idle_limit(world, client_for, person, minutes, status):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(getattr(world, person))
        client.get("/espace/")
        clock.shift(timedelta(minutes=minutes))
        assert client.get("/espace/").status_code == status


def test_session_absolute_limit(world, client_for):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(world.agent_mitis)
        statuses = []
        for _ in range(13):
            statuses.append(client.get("/espace/").status_code)
            clock.shift(timedelta(minutes=60))
        assert client.get("/espace/").status_code == 302
        assert statuses == [200] * 13
        assert "elle dure au plus 12\xa0heures" in client.get(LOGIN).content.decode()


def test_logout_by_post_only_ends_the_session_and_clears_the_browser(world, client_for):
    client = client_for(world.agent_mitis)
    key = client.session.session_key
    assert client.get("/compte/deconnexion/").status_code == 200
    assert client.get("/espace/").status_code == 200
    answer = client.post("/compte/deconnexion/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    told = client.post("/compte/deconnexion/", {"textes": "effaces"})
    assert told["Clear-Site-Data"] == '"cache", "cookies"'
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get("/espace/").status_code == 302


@pytest.mark.parametrize(
    "address", ["/espace/", "/compte/mot-de-passe/", "/compte/connexion/", "/espace/rien/"]
)
def test_private_pages_are_never_stored(world, client_for, address):
    assert client_for(world.agent_mitis).get(address)["Cache-Control"] == "no-store, private"


def test_account_pages_answer_in_french(world, client, client_for):
    open_pages = {
        "account_login": 200,
        "account_reset_password": 200,
        "account_reset_password_done": 200,
        "account_reset_password_from_key_done": 200,
        "account_inactive": 200,
        "account_signup": 403,
        "account_email": 302,
        "account_email_verification_sent": 302,
        "account_logout": 302,
    }
    assert {name: client.get(reverse(name)).status_code for name in open_pages} == open_pages
    signed = {
        "account_change_password": 200,
        "account_reauthenticate": 200,
        "account_set_password": 302,
        "account_logout": 200,
    }
    agent = client_for(world.agent_mitis)
    assert {name: agent.get(reverse(name)).status_code for name in signed} == signed
    assert client.get("/compte/courriel/verification/abc/").status_code == 302


def test_password_changed_keeps_this_session(world, client_for):
    new = "une autre longue phrase 2026"
    client = client_for(world.agent_mitis)
    page = "/compte/mot-de-passe/"
    refused = client.post(page, {"oldpassword": "non", "password1": new, "password2": new})
    assert (refused.status_code, "Inscrivez votre mot de passe actuel" in refused.content.decode()) == (
        422,
        True,
    )
    answer = client.post(page, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer["Location"] == "/compte/"
    assert client.get("/espace/").status_code == 200


def test_sign_in_page_of_the_admin_is_ours(world, client, client_for):
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/compte/connexion/?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": "a"}).status_code == 302
    assert client_for(world.agent_mitis).get("/admin/", follow=True).status_code == 403
