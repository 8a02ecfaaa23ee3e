"""Two rows of one organization become one: what moves, once, and what a closed fiscal year keeps."""

import pytest
from django.urls import reverse

from alliance.lib.workflow import NotAllowed, Refusal
from alliance.portal.actions import merge_organizations
from funding.choices import ContributionKind
from funding.models import Contribution
from initiatives.choices import PartnerRole, State
from territories import actions as territory_actions
from territories.choices import OrganizationKind
from territories.models import Organization


def _twin(world, name="Moisson de La Mitis"):
    return territory_actions.create_organization(
        by=world.coordination, values={"name": name, "kind": OrganizationKind.COMMUNITY}, aliases=["MDLM"]
    )


def test_merge_moves_everything_once(world, client_for):
    twin = _twin(world)
    both = world.initiative(
        partners=[
            (world.moisson, PartnerRole.LEAD, "local"),
            (twin, PartnerRole.PARTNER, ""),
            (world.cdc, "partner", ""),
        ]
    )
    alone = world.published(partners=[(twin, PartnerRole.LEAD, "")])
    same = world.initiative(partners=[(world.moisson, "partner", "temps"), (twin, "partner", "salle")])
    contribution = Contribution(initiative=alone, organization=twin, kind=ContributionKind.CASH)
    contribution.save()
    client = client_for(world.coordination)
    address = reverse("admin:merge_organization", args=[twin.pk])
    preview = client.get(address, {"garder": world.moisson.pk}).content.decode()
    assert all(name in preview for name in (both.title, alone.title, same.title, "MDLM"))
    for _ in range(2):
        client.post(address, {"garder": world.moisson.pk})
    assert not twin.partnerships.exists()
    assert {(row.organization, row.role) for row in both.partnerships.all()} == {
        (world.moisson, "lead"),
        (world.moisson, "partner"),
        (world.cdc, "partner"),
    }
    assert alone.partnerships.get().organization == world.moisson
    assert same.partnerships.get().note == "temps · salle"
    assert Contribution.objects.get().organization == world.moisson
    twin.refresh_from_db()
    assert (twin.is_active, twin.merged_into) == (False, world.moisson)
    assert territory_actions.find_organization("mdlm") == world.moisson
    assert territory_actions.find_organization("Moisson de La Mitis") == world.moisson
    assert territory_actions.find_organization(twin.slug) == world.moisson
    assert world.moisson.past_slugs.filter(slug=twin.slug).exists()
    assert twin.history.first().history_user == world.coordination
    alone.refresh_from_db()
    assert "moisson" in alone.search_text


def test_merge_leaves_what_a_closed_year_keeps(world, client_for):
    twin, years = _twin(world), world.years
    files = [world.initiative(State.APPROVED, title=f"Dossier {rank}") for rank in range(2)]
    for file, label in zip(files, ("2025-2026", "2024-2025"), strict=True):
        file.fiscal_years.set([years[label]])
    brings = {"organization": twin, "kind": ContributionKind.CASH}
    in_open, no_year, in_closed, only_year_closed = (
        Contribution.objects.create(initiative=file, fiscal_year=year, **brings)
        for file, year in (
            (files[0], years["2025-2026"]),
            (files[0], None),
            (files[0], years["2024-2025"]),
            (files[1], None),
        )
    )
    year = years["2024-2025"]
    year.closed_at, year.closed_by = "2025-07-01T12:00Z", world.administration
    year.save()
    client = client_for(world.coordination)
    address = reverse("admin:merge_organization", args=[twin.pk])
    shown = client.get(address, {"garder": world.moisson.pk}).context
    assert (shown["contributions"], shown["staying"]) == ([in_open, no_year], [in_closed, only_year_closed])
    assert client.post(address, {"garder": world.moisson.pk}).status_code == 302
    twin.refresh_from_db()
    assert twin.merged_into == world.moisson
    of = dict(Contribution.objects.values_list("pk", "organization"))
    assert of == {
        in_open.pk: world.moisson.pk,
        no_year.pk: world.moisson.pk,
        in_closed.pk: twin.pk,
        only_year_closed.pk: twin.pk,
    }


def test_merge_is_refused_when_it_makes_no_sense(world):
    twin = _twin(world)
    with pytest.raises(NotAllowed):
        merge_organizations(kept=world.moisson, absorbed=twin, by=world.accounting)
    with pytest.raises(Refusal):
        merge_organizations(kept=twin, absorbed=twin, by=world.coordination)
    for organization, neq in ((twin, "1140000001"), (world.moisson, "1140000002")):
        territory_actions.update_organization(
            organization=organization, by=world.coordination, values={"neq": neq}
        )
    with pytest.raises(Refusal):
        merge_organizations(kept=world.moisson, absorbed=twin, by=world.coordination)


def test_merge_carries_the_neq(world):
    twin = _twin(world)
    territory_actions.update_organization(
        organization=twin, by=world.coordination, values={"neq": "1140000001"}
    )
    kept = merge_organizations(kept=world.moisson, absorbed=twin, by=world.coordination)
    assert kept.neq == "1140000001"
    assert Organization.objects.get(pk=twin.pk).neq == ""


@pytest.mark.parametrize("role", ["accounting", "reader"])
def test_merge_page_is_for_those_who_keep_the_directory(world, client_for, role):
    address = reverse("admin:merge_organization", args=[_twin(world).pk])
    assert client_for(getattr(world, role)).get(address).status_code == 403
