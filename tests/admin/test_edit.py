"""Editing: initiatives through the action with their version, organizations, accounts."""

import pytest
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliance.accounts.models import User
from alliance.accounts.roles import Role
from initiatives import actions
from initiatives.choices import PartnerRole, State
from initiatives.models import Initiative
from territories import actions as territory_actions
from territories.models import Membership


def change(initiative):
    return reverse("admin:initiatives_initiative_change", args=[initiative.pk])


def posted(initiative, partners=None, **changes):
    """Return what the browser sends for the form as it stands, with `changes`."""
    rows = partners if partners is not None else list(initiative.partnerships.all())
    data = {
        "read_version": initiative.version,
        "title": initiative.title,
        "summary": initiative.summary,
        "scope": initiative.scope,
        "territories": [t.pk for t in initiative.territories.all()],
        "municipalities": [t.pk for t in initiative.municipalities.all()],
        "themes": [t.pk for t in initiative.themes.all()],
        "primary_theme": initiative.primary_theme_id or "",
        "target_groups": [t.pk for t in initiative.target_groups.all()],
        "fiscal_years": [t.pk for t in initiative.fiscal_years.all()],
        "starts_on": initiative.starts_on or "",
        "ends_on": initiative.ends_on or "",
        "continuity": initiative.continuity,
        "partnerships-TOTAL_FORMS": len(rows),
        "partnerships-INITIAL_FORMS": sum(1 for row in rows if getattr(row, "pk", None)),
        "transitions-TOTAL_FORMS": 0,
        "transitions-INITIAL_FORMS": 0,
        "documents-TOTAL_FORMS": 0,
        "documents-INITIAL_FORMS": 0,
    }
    for number, row in enumerate(rows):
        fields = (
            row
            if isinstance(row, dict)
            else {"role": row.role, "organization": row.organization_id, "note": row.note}
        )
        data |= {f"partnerships-{number}-{name}": value for name, value in fields.items()}
        data |= {
            f"partnerships-{number}-id": getattr(row, "pk", ""),
            f"partnerships-{number}-initiative": initiative.pk,
        }
    return data | changes


def test_edit_saves_through_the_action_with_its_author(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    response = client_for(world.coordination).post(
        change(initiative), posted(initiative, title="Nouveau titre")
    )
    fresh = Initiative.objects.get(pk=initiative.pk)
    assert response.status_code == 302
    assert (fresh.title, fresh.version) == ("Nouveau titre", initiative.version + 1)
    assert "nouveau" in fresh.search_text
    assert fresh.history.first().history_user == world.coordination
    assert fresh.state == State.SUBMITTED


def test_partners_may_exchange_their_roles(world, client_for):
    initiative = world.initiative(
        partners=[(world.moisson, PartnerRole.LEAD, ""), (world.cdc, PartnerRole.FIDUCIARY, "")]
    )
    rows = list(initiative.partnerships.all())
    data = posted(initiative, rows)
    data["partnerships-0-role"], data["partnerships-1-role"] = PartnerRole.FIDUCIARY, PartnerRole.LEAD
    assert client_for(world.coordination).post(change(initiative), data).status_code == 302
    assert {(row.organization, row.role) for row in initiative.partnerships.all()} == {
        (world.moisson, "fiduciary"),
        (world.cdc, "lead"),
    }


def test_second_lead_is_refused_and_nothing_is_lost(world, client_for):
    initiative = world.initiative(partners=[(world.moisson, PartnerRole.LEAD, "")])
    rows = [
        *initiative.partnerships.all(),
        {"role": "lead", "organization": world.cdc.pk, "note": "mot gardé"},
    ]
    response = client_for(world.coordination).post(
        change(initiative), posted(initiative, rows, title="Titre gardé")
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert "un seul porteur" in text
    assert "Titre gardé" in text
    assert "mot gardé" in text
    assert initiative.partnerships.count() == 1


def test_stale_edit_shows_both_versions_and_can_be_taken_up(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    stale = posted(initiative, title="Ma version")
    actions.update(initiative=initiative, by=world.second_coordination, values={"title": "L’autre version"})
    client = client_for(world.coordination)
    response = client.post(change(initiative), stale)
    text = response.content.decode()
    assert response.status_code == 409
    assert "<ins>Ma version</ins>" in text
    assert "<del>L’autre version</del>" in text
    assert "Coordination2" in text
    fresh = Initiative.objects.get(pk=initiative.pk)
    assert fresh.title == "L’autre version"
    resumed = client.post(change(initiative), stale | {"read_version": fresh.version, "_resume": "1"})
    assert "Ma version" in resumed.content.decode()
    assert Initiative.objects.get(pk=initiative.pk).title == "L’autre version"
    assert client.post(change(initiative), stale | {"read_version": fresh.version}).status_code == 302
    assert Initiative.objects.get(pk=initiative.pk).title == "Ma version"


@pytest.mark.parametrize("version", ["", "0", "abc", "9" * 30])
def test_edit_without_its_version_is_never_a_silent_overwrite(world, client_for, version):
    initiative = world.initiative(State.SUBMITTED)
    response = client_for(world.coordination).post(
        change(initiative), posted(initiative, title="X", read_version=version)
    )
    assert response.status_code in (409, 422)
    assert Initiative.objects.get(pk=initiative.pk).title == initiative.title


def test_state_and_publication_are_not_fields(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    data = posted(initiative, state="approved", publication="published", number="BSL-1", is_demo="on")
    client_for(world.coordination).post(change(initiative), data)
    fresh = Initiative.objects.get(pk=initiative.pk)
    assert (fresh.state, fresh.publication, fresh.is_demo) == (State.SUBMITTED, "unpublished", False)


@pytest.mark.parametrize("role", ["accounting", "reader"])
def test_other_roles_read_only(world, client_for, role):
    initiative = world.initiative(State.SUBMITTED, internal_note="Secret du CRD")
    client = client_for(getattr(world, role))
    shown = client.get(change(initiative)).content.decode()
    assert client.post(change(initiative), posted(initiative, title="X")).status_code == 403
    assert ("Secret du CRD" in shown) == (role == "accounting")
    history = client.get(reverse("admin:initiatives_initiative_history", args=[initiative.pk]))
    assert history.status_code == (200 if role == "accounting" else 403)


def test_old_version_never_comes_back_by_a_post(world, client_for):
    initiative = world.initiative()
    version = initiative.history.first()
    address = f"{change(initiative).removesuffix('change/')}history/{version.pk}/"
    assert client_for(world.administration).post(address, posted(initiative, title="X")).status_code == 404
    assert Initiative.objects.get(pk=initiative.pk).title == initiative.title


def test_new_initiative_is_a_draft(world, client_for):
    data = {
        "title": "Saisie au CRD",
        "continuity": "new",
        "partnerships-TOTAL_FORMS": 1,
        "partnerships-INITIAL_FORMS": 0,
        "partnerships-0-role": "lead",
        "partnerships-0-organization": world.moisson.pk,
    }
    response = client_for(world.coordination).post(reverse("admin:initiatives_initiative_add"), data)
    made = Initiative.objects.get(title="Saisie au CRD")
    assert response.status_code == 302
    assert (made.state, made.created_by, made.partnerships.count()) == (State.DRAFT, world.coordination, 1)


# Organizations ---------------------------------------------------------------------------------------------


def test_private_contact_is_hidden_from_the_ministry(world, client_for):
    territory_actions.update_organization(
        organization=world.moisson,
        by=world.coordination,
        values={"contact_email": "prive@exemple.invalid", "note": "Note interne secrète"},
    )
    address = reverse("admin:territories_organization_change", args=[world.moisson.pk])
    reader = client_for(world.reader).get(address).content.decode()
    assert "prive@exemple.invalid" not in reader
    assert "Note interne secrète" not in reader
    assert "prive@exemple.invalid" in client_for(world.coordination).get(address).content.decode()


# Accounts --------------------------------------------------------------------------------------------------


def test_account_is_made_without_password_and_link_is_sent(
    world, client_for, django_capture_on_commit_callbacks
):
    client = client_for(world.administration)
    data = {"email": "Nouvelle@Exemple.invalid", "full_name": "Nouvelle Agente", "role": Role.AGENT}
    data["territories"] = ["la-mitis"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:accounts_user_add"), data)
    made = User.objects.get(full_name="Nouvelle Agente")
    assert (made.email, made.has_usable_password()) == ("nouvelle@exemple.invalid", False)
    assert made.history.first().history_user == world.administration
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("admin:accounts_user_send_link", args=[made.pk])).status_code == 302
    assert [message.to for message in mail.outbox] == [["nouvelle@exemple.invalid"]] * 2


@pytest.mark.parametrize("role", ["coordination", "accounting", "reader"])
def test_only_the_administration_changes_an_account(world, client_for, role):
    client = client_for(getattr(world, role))
    target = world.agent_mitis
    data = {
        "email": target.email,
        "full_name": "X",
        "role": "administration",
        "is_superuser": "on",
        "groups": "1",
    }
    assert client.post(reverse("admin:accounts_user_change", args=[target.pk]), data).status_code == 403
    assert client.post(reverse("admin:accounts_user_add"), data).status_code == 403
    assert client.post(reverse("admin:accounts_user_send_link", args=[target.pk])).status_code == 403
    target.refresh_from_db()
    assert target.role == Role.AGENT


def test_nobody_takes_away_their_own_role(world, client_for):
    me = world.administration
    data = {
        "email": me.email,
        "full_name": "Autre nom",
        "role": "reader",
        "read_version": me.history.first().history_id,
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    assert client_for(me).post(reverse("admin:accounts_user_change", args=[me.pk]), data).status_code == 302
    me.refresh_from_db()
    assert (me.full_name, me.role, me.is_active) == ("Autre nom", Role.ADMINISTRATION, True)


def test_account_form_has_no_superuser_nor_group_nor_password(world, client_for):
    address = reverse("admin:accounts_user_change", args=[world.agent_mitis.pk])
    shown = client_for(world.administration).get(address).content.decode()
    assert [
        name
        for name in ("is_superuser", "groups", "user_permissions", "password")
        if f'name="{name}"' in shown
    ] == []


def test_memberships_are_edited_on_the_account(world, client_for):
    user = world.committee_mitis
    row = user.memberships.get()
    data = {
        "email": user.email,
        "full_name": user.full_name,
        "role": user.role,
        "is_active": "on",
        "read_version": admin.site._registry[User].version_of(user),
        "memberships-TOTAL_FORMS": 2,
        "memberships-INITIAL_FORMS": 1,
        "memberships-0-id": row.pk,
        "memberships-0-user": user.pk,
        "memberships-0-territory": row.territory_id,
        "memberships-1-user": user.pk,
        "memberships-1-territory": world.territories["la-matanie"].pk,
    }
    response = client_for(world.administration).post(
        reverse("admin:accounts_user_change", args=[user.pk]), data
    )
    assert response.status_code == 302
    assert Membership.objects.filter(user=user).count() == 2


# Landing page ----------------------------------------------------------------------------------------------


def test_landing_page_lists_what_waits(world, client_for):
    submitted = world.initiative(State.SUBMITTED, title="Attend l’analyse")
    world.initiative(State.CHANGES_REQUESTED, title="Attend la MRC")
    draft = world.initiative(title="Brouillon oublié")
    Initiative.objects.filter(pk=draft.pk).update(updated_at="2025-01-01T12:00Z")
    Initiative.objects.filter(pk=submitted.pk).update(submitted_at="2025-01-01T12:00Z")
    published = world.published(title="Sans fin")
    actions.update(
        initiative=published,
        by=world.coordination,
        values={"ends_on": None, "fiscal_years": [world.years["2025-2026"]]},
    )
    world.initiative(State.APPROVED, award=5000)
    text = client_for(world.coordination).get("/admin/").content.decode()
    for expected in (
        "Attend l’analyse",
        "Attend la MRC",
        "Brouillon oublié",
        "Sans fin",
        "date de fin",
        "jours",
    ):
        assert expected in text, expected
    assert '<meter class="bar" min="0" max="30000.00" value="5000.00"' in text
    assert "25\xa0000\xa0$" in text


def test_landing_page_costs_the_same_for_many_files(world, client_for, django_assert_num_queries):
    client = client_for(world.coordination)
    world.initiative(State.SUBMITTED)
    client.get("/admin/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/admin/")
    for _ in range(3):
        world.initiative(State.SUBMITTED)
    with django_assert_num_queries(len(queries)):
        client.get("/admin/")
