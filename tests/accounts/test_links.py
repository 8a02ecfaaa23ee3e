"""Sign-in by a link sent by e-mail: one session, fifteen minutes, no hint of who has an account (quality.md §3.F)."""

import hashlib
import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.utils import timezone

from alliance.accounts.models import SignInLink

ASK = "/compte/lien/"


def ask(client, email, **extra):
    return client.post(ASK, {"email": email}, **extra)


def path_of(message):
    return "/" + re.search(r"https?://\S+", message.body)[0].split("/", 3)[3]


def asked_path(client, user, **extra):
    ask(client, user.email, **extra)
    return path_of(mail.outbox[-1])


def test_link_shows_one_button_then_opens_the_session_once(world, client, client_for):
    path = asked_path(client, world.agent_mitis)
    for _ in range(3):  # a mail scanner reads, and uses nothing up
        page = client.get(path)
        assert (page.status_code, page.content.decode().count("<button")) == (200, 1)
    answer = client.post(path)
    assert (answer.status_code, answer["Location"]) == (302, "/espace/")
    assert client.get("/espace/").status_code == 200
    other = client_for()
    assert (other.get(path).status_code, other.post(path).status_code) == (410, 410)
    assert other.get("/espace/").status_code == 302


def test_link_keeps_only_the_sha256_of_its_secret(world, client):
    path = asked_path(client, world.agent_mitis)
    user, secret = world.agent_mitis, path.strip("/").split("/")[-1].split("-", 1)[1]
    kept = SignInLink.objects.get()
    assert (
        kept.digest == hashlib.sha256(f"{secret}|{user.pk}|{user.email}|{user.password}".encode()).hexdigest()
    )
    assert len(secret) == 43


def test_link_is_refused_after_fifteen_minutes(world, client):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        path = asked_path(client, world.agent_mitis)
        clock.shift(timedelta(minutes=14, seconds=59))
        assert client.get(path).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert (client.get(path).status_code, client.post(path).status_code) == (410, 410)


@pytest.mark.parametrize("change", ["email", "password", "inactive"])
def test_link_is_refused_when_the_account_changed(world, client, change):
    user = world.agent_mitis
    path = asked_path(client, user)
    if change == "email":
        user.email = "ailleurs@exemple.invalid"
    elif change == "password":
        user.set_password("une autre longue phrase 2026")
    else:
        user.is_active = False
    user.save()
    assert (client.get(path).status_code, client.post(path).status_code) == (410, 410)


@pytest.mark.parametrize("token", ["x", "1-x", "-", "9" * 30 + "-x", "1-é", "²-x", "1-%00"])
def test_link_made_up_is_gone(world, client, token):
    assert client.get(f"/compte/lien/{token}/").status_code in (400, 410)


def test_answer_is_the_same_whether_the_address_has_an_account_or_not(world, client):
    world.agent_temis.is_active = False
    world.agent_temis.save()
    emails = [world.agent_mitis.email.upper(), "personne@exemple.invalid", world.agent_temis.email]
    answers = [ask(client, email) for email in emails]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, f"{ASK}envoye/")] * 3
    assert [message.subject for message in mail.outbox] == [
        "Votre lien de connexion",
        "Aucun compte à cette adresse",
        "Aucun compte à cette adresse",
    ]
    assert SignInLink.objects.count() == 1


def test_sixth_link_for_an_address_answers_429_known_or_not(world, client):
    for email in (world.agent_mitis.email, "personne@exemple.invalid"):
        statuses = [ask(client, email).status_code for _ in range(6)]
        assert statuses == [302] * 5 + [429]
    assert len(mail.outbox) == 10


def test_twenty_links_asked_from_one_place_are_enough(world, client):
    statuses = [ask(client, f"p{n}@exemple.invalid").status_code for n in range(21)]
    assert statuses == [302] * 20 + [429]


def test_link_takes_its_host_from_the_settings(world, client):
    ask(client, world.agent_mitis.email, headers={"host": "localhost"})
    assert f"{settings.SITE_URL}{ASK}" in mail.outbox[0].body


@pytest.mark.parametrize("email", ["", "a", "a\x00b@exemple.ca", "a@b.ca\r\nBcc: c@d.ca"])
def test_link_for_a_bad_address_is_a_refused_form(world, client, email):
    answer = ask(client, email)
    assert (answer.status_code, len(mail.outbox)) == (422, 0)
    assert "Il y a un problème" in answer.content.decode()


def test_link_leads_to_the_page_asked_for_in_the_same_browser_only(world, client, client_for):
    sent = client.post(ASK, {"email": world.agent_mitis.email, "next": "/espace/partenaires/"})
    assert sent.status_code == 302
    assert client.post(path_of(mail.outbox[-1]))["Location"] == "/espace/partenaires/"
    evil = client_for()
    evil.post(ASK, {"email": world.agent_mitis.email, "next": "//evil.example"})
    assert evil.post(path_of(mail.outbox[-1]))["Location"] == "/espace/"


def test_link_opened_over_another_session_closes_it_first(world, client, client_for):
    path = asked_path(client, world.agent_mitis)
    other = client_for(world.agent_temis)
    assert str(world.agent_temis) in other.get(path).content.decode()
    other.post(path)
    assert int(other.session["_auth_user_id"]) == world.agent_mitis.pk


def test_link_of_a_mail_server_that_does_not_answer_is_a_refused_form(world, client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("alliance.accounts.letters.send_mail", refuse)
    known, unknown = ask(client, world.agent_mitis.email), ask(client, "personne@exemple.invalid")
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert "Le courriel n’a pas pu partir" in known.content.decode()
