"""Inviting a person: account, MRCs and message at once, once; the link opens the account by name (quality.md §3.F)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from alliance.accounts import outbox, roles
from alliance.accounts.models import OutgoingMail, SignInLink, User
from alliance.accounts.roles import Role

ADD = reverse("admin:accounts_user_add")
CHOSEN = "une autre longue phrase 2026"


@pytest.fixture(autouse=True)
def committed(monkeypatch):
    """A test never commits: what leaves after the transaction leaves at once."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda work, **_options: work())


@pytest.fixture
def data(world):
    return {
        "email": "Nouvelle@Exemple.invalid",
        "full_name": "Nouvelle Agente",
        "role": Role.AGENT,
        "territories": ["la-mitis", "la-matapedia"],
    }


@pytest.fixture
def invited(world, client_for, data):
    """Return the person invited and the path of the link that they received."""
    client_for(world.administration).post(ADD, data)
    return User.objects.get(email="nouvelle@exemple.invalid"), last_path()


def last_path():
    return "/" + re.search(r"https?://\S+", mail.outbox[-1].body)[0].split("/", 3)[3]


def test_invitation_makes_the_account_its_mrcs_and_one_message(world, invited):
    person, path = invited
    assert (person.role, person.has_usable_password(), person.is_active) == (Role.AGENT, False, True)
    assert sorted(person.memberships.values_list("territory__slug", flat=True)) == [
        "la-matapedia",
        "la-mitis",
    ]
    assert person.history.first().history_user == world.administration
    assert [message.to for message in mail.outbox] == [["nouvelle@exemple.invalid"]]
    assert path.startswith("/compte/invitation/")


def test_invitation_posted_twice_invites_once(world, client_for, data):
    client = client_for(world.administration)
    first, second = client.post(ADD, data), client.post(ADD, data)
    assert first["Location"] == second["Location"]
    assert (User.objects.filter(full_name="Nouvelle Agente").count(), len(mail.outbox)) == (1, 1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": ""}, "Inscrivez l’adresse courriel de la personne"),
        ({"email": "a@b.ca\r\nBcc: c@d.ca"}, "Inscrivez une adresse courriel complète"),
        ({"email": "AGENT.MITIS@exemple.invalid"}, "Un compte existe déjà pour cette adresse courriel."),
        ({"full_name": " "}, "Inscrivez le nom de la personne"),
        ({"role": "superuser"}, "Choisissez un rôle de la liste"),
        ({"territories": []}, "Choisissez au moins une MRC"),
        ({"territories": ["99999999999999999999"]}, "Choisissez des MRC de la liste"),
        ({"territories": ["x"]}, "Choisissez des MRC de la liste"),
        ({"role": Role.COORDINATION}, "n’en choisissez aucune"),
    ],
)
def test_invitation_refused_says_why_and_keeps_what_was_typed(world, client_for, data, change, sentence):
    world.agent_mitis.email = "agent.mitis@exemple.invalid"
    world.agent_mitis.save()
    people = User.objects.count()
    answer = client_for(world.administration).post(ADD, data | change)
    page = answer.content.decode()
    assert (answer.status_code, sentence in page) == (422, True)
    assert (User.objects.count(), len(mail.outbox)) == (people, 0)
    if "full_name" not in change:
        assert "Nouvelle Agente" in page


def test_invitation_opens_the_account_with_the_chosen_name_and_password(client, invited):
    person, path = invited
    assert "Nouvelle Agente" in client.get(path).content.decode()
    short = client.post(path, {"full_name": "Nouvelle A.", "password1": "court", "password2": "court"})
    differ = client.post(path, {"full_name": "Nouvelle A.", "password1": CHOSEN, "password2": "autre"})
    assert (short.status_code, differ.status_code) == (422, 422)
    answer = client.post(path, {"full_name": "Nouvelle A.", "password1": CHOSEN, "password2": CHOSEN})
    assert answer["Location"] == "/espace/"
    assert client.get("/espace/").status_code == 200
    person.refresh_from_db()
    assert (person.full_name, person.check_password(CHOSEN)) == ("Nouvelle A.", True)
    assert client.get(path).status_code == 410


def test_invitation_without_password_enters_and_comes_back_by_link(client, client_for, invited):
    person, path = invited
    assert client.post(path, {"full_name": "Nouvelle Agente"})["Location"] == "/espace/"
    person.refresh_from_db()
    assert (person.has_usable_password(), person.last_login is None) == (False, False)
    again = client_for()
    again.post("/compte/lien/", {"email": person.email})
    assert again.post(last_path())["Location"] == "/espace/"


def test_invitation_dies_once_its_person_came_in_by_any_door(client, client_for, invited):
    person, path = invited
    by_mail = client_for()
    by_mail.post("/compte/lien/", {"email": person.email})
    assert by_mail.post(last_path())["Location"] == "/espace/"
    assert SignInLink.objects.filter(used_at=None).count() == 0
    SignInLink.objects.update(used_at=None)  # even one made since
    assert [client.get(path).status_code, client.post(path, {"full_name": "Un autre"}).status_code] == [
        410,
        410,
    ]
    person.refresh_from_db()
    assert person.full_name == "Nouvelle Agente"


def test_invitation_lasts_seven_days(world, client, client_for, data):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client_for(world.administration).post(ADD, data)
        path = last_path()
        clock.shift(timedelta(days=7) - timedelta(seconds=1))
        assert client.get(path).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert client.get(path).status_code == 410


def test_invitation_sent_again_closes_the_one_before(world, client, client_for, invited):
    person, path = invited
    client_for(world.administration).post(reverse("admin:accounts_user_send_link", args=[person.pk]))
    assert (client.get(path).status_code, client.get(last_path()).status_code) == (410, 200)
    assert SignInLink.objects.filter(used_at=None).count() == 1


def test_account_stays_when_the_mail_server_does_not_answer(world, client_for, data, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise TimeoutError

    with monkeypatch.context() as cut:
        cut.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        answer = client_for(world.administration).post(ADD, data, follow=True)
    assert "n’est pas partie" in answer.content.decode()
    person = User.objects.get(full_name="Nouvelle Agente")
    waits = OutgoingMail.objects.get(to=person)
    assert (waits.kind, waits.state, "{lien}" in waits.body) == ("invitation", "pending", True)
    OutgoingMail.objects.update(not_before=None)
    outbox.send_waiting()
    assert client_for().get(last_path()).status_code == 200


def test_invitation_sent_again_replaces_the_one_that_waits(world, client_for, data, monkeypatch):
    with monkeypatch.context() as cut:
        cut.setattr(outbox.writing, "send_waiting", lambda *_args, **_options: None)
        client_for(world.administration).post(ADD, data)
    person = User.objects.get(full_name="Nouvelle Agente")
    client_for(world.administration).post(reverse("admin:accounts_user_send_link", args=[person.pk]))
    assert list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "sent"]
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("role", ["coordination", "accounting", "reader", "agent_mitis"])
def test_only_the_administration_invites(world, client_for, data, role):
    client = client_for(getattr(world, role))
    assert [client.get(ADD).status_code, client.post(ADD, data).status_code] == (
        [302, 302] if role == "agent_mitis" else [403, 403]
    )
    assert len(mail.outbox) == 0


def test_who_may_only_add_accounts_makes_no_staff(world, client_for, data, monkeypatch):
    rights = (*roles.RIGHTS[Role.COORDINATION], "accounts.*")
    monkeypatch.setitem(roles.RIGHTS, Role.COORDINATION, rights)
    client = client_for(world.coordination)
    for role in (Role.ADMINISTRATION, Role.COORDINATION):
        answer = client.post(ADD, data | {"role": role, "territories": []})
        assert (answer.status_code, "Choisissez un rôle de la liste" in answer.content.decode()) == (
            422,
            True,
        )
    assert client.post(ADD, data).status_code == 302
