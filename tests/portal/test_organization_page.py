"""The page of an organization and their list: each count is the list that it opens, a sum with an unknown is « au moins »."""

import pytest

from alliance.portal import directory as memory
from alliance.portal import freshness
from funding.choices import ContributionKind
from initiatives.choices import PartnerRole, State
from initiatives.models import Initiative
from territories import actions as places
from tests.portal.test_initiative_page import N, bring, page  # noqa: F401

pytestmark = pytest.mark.django_db


def test_organization_counts_each_initiative_once_and_its_dollars(page, trio, world):  # noqa: F811
    both = world.published(
        State.IN_PROGRESS,
        title="Deux rôles",
        partners=[(world.moisson, PartnerRole.LEAD, ""), (world.moisson, PartnerRole.FUNDER, "")],
        award="500",
    )
    shown = page("/organisations/moisson-mitis/")
    assert (
        '<span class="figure-number">3</span> <span class="figure-text">initiatives publiées</span>' in shown
    )
    assert f'<span class="figure-number">13{N}000,50{N}$</span>' in shown
    assert 'href="#role-lead"' in shown
    section = shown.split('id="role-lead"')[1].split("</section>")[0]
    assert [title in section for title in ("Deux rôles", "Frigo libre-service", "Logements")] == [
        True,
        True,
        False,
    ]
    assert Initiative.objects.get(pk=both.pk).partnerships.count() == 2


def test_dollars_of_an_organization_say_at_least_when_one_is_unknown(page, trio, world):  # noqa: F811
    world.published(title="Sans montant")
    shown = page("/organisations/moisson-mitis/")
    assert f'<span class="figure-number">au moins 12{N}500,50{N}$</span>' in shown
    assert f"{N}: 1 montant n’est pas publié, ce n’est pas zéro." in shown


def test_list_behind_each_count_holds_that_many(page, trio, world, get):  # noqa: F811
    partners = [(world.moisson, PartnerRole.LEAD, ""), (world.cdc, PartnerRole.PARTNER, "")]
    world.published(title="Autre", partners=partners)
    memory.forget()
    answer = get("/organisations/cdc-des-grandes-marees/")
    portrait = answer.context["portrait"]
    links = [*portrait.themes, *portrait.territories]
    counted = {link.url: link.count for link in links} | {portrait.facts[0].url: portrait.count}
    listed = {url: get(url).context["page"].paginator.count for url in counted}
    assert listed == counted
    assert len(counted) == 12


def test_what_an_organization_brings_is_the_table_shown(page, trio, world):  # noqa: F811
    bring(world, trio[0], 250)
    bring(world, trio[1], None, kind=ContributionKind.IN_KIND)
    bring(world, world.initiative(title="Brouillon caché"), 9999)
    shown = page("/organisations/cdc-des-grandes-marees/")
    assert f'<span class="figure-number">au moins 250{N}$</span>' in shown
    table = shown.split('id="t-apports"')[1].split("</table>")[0]
    assert table.count('<th scope="row">') == 2
    assert ("montant non publié" in table, "Brouillon" in table) == (True, False)


def test_organization_tells_its_other_names(page, trio, world):  # noqa: F811
    places.update_organization(
        organization=world.moisson, by=world.coordination, values={}, aliases=["La Moisson", "Moisson Mitis"]
    )
    assert "<dt>Aussi connue sous</dt><dd>La Moisson</dd>" in page("/organisations/moisson-mitis/")


def test_kinds_are_counted_as_the_list_they_open(trio, world, get):
    def context(query=""):
        freshness.forget()
        return get(f"/organisations/{query}").context

    kinds = context()["kinds"]
    assert sum(number for _, _, number, _ in kinds) == context()["count"] == 2
    assert {value: context(f"?type={value}")["count"] for value, _, _, _ in kinds} == {
        value: number for value, _, number, _ in kinds
    }
    assert sum(number for _, _, number, _ in context("?q=moisson")["kinds"]) == 1
