"""Nobody raises themselves, and the site never loses its administration (quality.md §3, F8, F17, F24)."""

import re

import pytest
from django.urls import reverse

from alliance.accounts import actions, roles
from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.lib.workflow import NotAllowed, Refusal


@pytest.fixture
def keeper(world, monkeypatch):
    """A person who holds every right on accounts without being of the administration."""
    monkeypatch.setitem(
        roles.RIGHTS, Role.COORDINATION, (*roles.RIGHTS[Role.COORDINATION], "accounts.*", "territories.*")
    )
    return world.coordination


def posted(user, **changes):
    data = {
        "email": user.email,
        "full_name": user.full_name,
        "role": user.role,
        "is_active": "on",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
        "is_superuser": "on",
        "is_staff": "on",
        "groups": "1",
        "user_permissions": "1",
    }
    return data | changes


def change(client, user, **changes):
    address = reverse("admin:accounts_user_change", args=[user.pk])
    read = re.search(r'name="read_version" value="(\d+)"', client.get(address).content.decode())
    version = {"read_version": read[1]} if read else {}
    return client.post(address, posted(user, **version, **changes)).status_code


def test_rights_on_accounts_raise_nobody(world, client_for, keeper):
    client = client_for(keeper)
    assert change(client, keeper, role=Role.ADMINISTRATION) == 403
    assert change(client, world.administration, email="moi@exemple.invalid") == 403
    assert change(client, world.agent_mitis, role=Role.ADMINISTRATION, full_name="Vue") == 302
    rows = User.objects.filter(pk__in=[keeper.pk, world.administration.pk, world.agent_mitis.pk])
    assert {row.pk: row.role for row in rows} == {
        keeper.pk: Role.COORDINATION,
        world.administration.pk: Role.ADMINISTRATION,
        world.agent_mitis.pk: Role.AGENT,
    }
    assert User.objects.get(pk=world.agent_mitis.pk).full_name == "Vue"
    for page in ("send_link", "reset_factor"):
        address = reverse(f"admin:accounts_user_{page}", args=[world.administration.pk])
        assert client.post(address).status_code == 403


def test_actions_refuse_what_the_form_hides(world, keeper):
    with pytest.raises(NotAllowed):
        actions.add_account(by=keeper, email="a@b.ca", full_name="A", role=Role.ADMINISTRATION)
    with pytest.raises(NotAllowed):
        actions.add_account(by=world.reader, email="a@b.ca", full_name="A", role=Role.AGENT)
    world.agent_mitis.role = Role.ADMINISTRATION
    with pytest.raises(NotAllowed):
        actions.save_account(user=world.agent_mitis, by=keeper)
    with pytest.raises(NotAllowed):
        actions.remove_second_factor(user=world.agent_mitis, by=keeper)
    with pytest.raises(NotAllowed):
        actions.send_invitation(user=world.administration, by=keeper)


def test_only_the_administration_gives_staff_roles():
    given = {giver: sorted(role for role in Role if roles.may_give(giver, role)) for giver in Role}
    everyone, theirs = sorted(Role), sorted(roles.TERRITORY_ROLES)
    assert given == {
        Role.AGENT: [],
        Role.COMMITTEE: [],
        Role.COORDINATION: theirs,
        Role.ACCOUNTING: theirs,
        Role.READER: theirs,
        Role.ADMINISTRATION: everyone,
    }


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.READER}])
def test_last_administration_account_stays(world, change):
    me = world.administration
    second = User.objects.create_user("admin2@exemple.invalid", full_name="Deux", role=Role.ADMINISTRATION)
    stale = User.objects.get(pk=second.pk)
    for name, value in change.items():
        setattr(me, name, value)
    actions.save_account(user=me, by=second)
    for name, value in change.items():
        setattr(stale, name, value)
    closed = User.objects.get(pk=me.pk)
    closed.role, closed.is_active = (
        Role.ADMINISTRATION,
        True,
    )  # a request that began before its account was closed
    with pytest.raises(Refusal, match="dernier compte"):
        actions.save_account(user=stale, by=closed)
    demo = User.objects.create_user(
        "demo@exemple.invalid", full_name="D", role=Role.ADMINISTRATION, is_demo=True
    )
    with pytest.raises(Refusal, match="dernier compte"):
        actions.save_account(user=stale, by=demo)


def test_nobody_closes_their_own_account(world):
    me = User.objects.get(pk=world.administration.pk)
    me.is_active = False
    with pytest.raises(Refusal, match="Une autre personne"):
        actions.save_account(user=me, by=world.administration)


def test_account_closed_keeps_its_history_and_loses_its_sessions(world, client, client_for):
    person = world.agent_mitis
    client.post("/compte/connexion/", {"login": person.email, "password": "longue phrase de test 2025"})
    assert client.get("/espace/").status_code == 200
    assert change(client_for(world.administration), person, is_active="") == 302
    assert client.get("/espace/").status_code == 302
    person.refresh_from_db()
    assert (person.is_active, person.usersession_set.count(), person.memberships.count()) == (False, 0, 2)
    assert person.history.first().history_user == world.administration
