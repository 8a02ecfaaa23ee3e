"""Which organizations, municipalities and days the public sees, and counts equal to the list that a link opens."""

import re
from datetime import UTC, date, datetime

from django.http import QueryDict

from alliance.lib.text import slug_fr
from alliance.portal.directory import build
from alliance.portal.filters import DirectoryFilter
from alliance.portal.selection import Selection
from initiatives.choices import PartnerRole, State
from initiatives.models import Initiative
from initiatives.search import search
from territories import actions as places
from territories.choices import OrganizationKind
from territories.models import Municipality, Organization, OrganizationPastSlug


def unlisted(world):
    values = {"name": "Maison du Sapin", "kind": OrganizationKind.COMMUNITY}
    return places.create_organization(by=world.agent_mitis, values=values)


def test_organization_waiting_to_be_checked_is_unknown_to_the_public(world, get):
    organization = unlisted(world)
    OrganizationPastSlug.objects.create(slug="ancien-sapin", organization=organization)
    unknown = get("/organisations/inconnue/")
    for slug in ("maison-du-sapin", "ancien-sapin", "MAISON-du-sapin"):
        answer = get(f"/organisations/{slug}/")
        assert (answer.status_code, answer.content) == (404, unknown.content), slug
    pages = ("/organisations/", "/organisations/?q=sapin", "/sitemap.xml", "/territoires/la-mitis/")
    pages += ("/initiatives/", "/initiatives/?organisation=maison-du-sapin")
    for page in pages:
        assert "Maison du Sapin" not in get(page).content.decode(), page
        assert "/organisations/maison-du-sapin/" not in get(page).content.decode(), page
    assert (
        "n’est pas dans le répertoire" in get("/initiatives/?organisation=maison-du-sapin").content.decode()
    )


def test_organization_of_a_published_initiative_is_public(world, get):
    world.published(partners=[(unlisted(world), PartnerRole.LEAD, "")])
    assert get("/organisations/maison-du-sapin/").status_code == 200
    assert "Maison du Sapin" in get("/organisations/").content.decode()


def test_sitemap_tells_the_day_here(world, get):
    initiative = world.published(title="Soir de mars")
    evening = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)  # 31 March, 22 h in Rimouski
    Initiative.objects.filter(pk=initiative.pk).update(published_at=evening)
    assert (
        "/initiatives/soir-de-mars/</loc><lastmod>2026-03-31</lastmod>"
        in get("/sitemap.xml").content.decode()
    )


def test_municipality_stays_until_the_day_it_ends(world, get):
    new = Municipality.objects.get(slug="mont-joli")
    for last, still in ((date(2100, 1, 1), True), (date(2024, 7, 31), False)):
        Municipality.objects.filter(slug="price").update(valid_to=last, merged_into=new)
        assert (">Price</a>" in get("/territoires/la-mitis/").content.decode()) is still
        assert ("fait maintenant partie" in get("/municipalites/price/").content.decode()) is not still


def test_links_say_what_their_list_holds(trio, world, get):
    world.published(title="Partout en Mitis", municipalities=[])
    page = get("/territoires/la-mitis/").content.decode()
    ((address, count, regional),) = re.findall(
        r'href="(/initiatives/[?][^"]+)">Voir la liste[^(]*[(](\d+) initiatives?, dont (\d+)', page
    )
    listed = get(address).content.decode()
    assert re.search(r'results-count">(\d+) initiative', listed)[1] == count
    assert f"{regional} initiative concerne toute la région." in listed


def test_each_number_of_a_municipality_is_the_list_it_leads_to(trio, world, get):
    """The list, its file and its alert hold what names it or is of the whole region; the MRC's vague ones stay apart."""
    world.published(title="Partout en Mitis", municipalities=[])
    world.published(State.COMPLETED, title="Finie")
    world.published(title="Passée", ends_on=date(2025, 6, 30))
    page = get("/municipalites/mont-joli/").content.decode()
    lede = re.search(r'<p class="lede">(.*?)</p>', page, re.DOTALL)[1]
    found = re.findall(r'<a href="(/initiatives/[?][^"]+)">(\d+) ', lede)
    numbers = []
    for address, count in found:
        listed = get(address.replace("&amp;", "&")).content.decode()
        assert re.search(r'results-count">(\d+) initiative', listed)[1] == count
        numbers.append(int(count))
    assert numbers == [4, 2, 2]
    rows = get("/initiatives.csv?municipalite=mont-joli").content.decode().strip().splitlines()
    assert len(rows) - 1 == numbers[0]
    assert '<a href="#mrc">1 initiative est dite</a> pour toute la MRC' in lede
    assert "celles qui nomment Mont-Joli et celles de toute la région" in page
    assert 'href="/carte/deserts/la-mitis/#mont-joli"' in page
    assert 'href="/integrer/?municipalite=mont-joli"' in page
    assert 'href="/signaler/?page=/municipalites/mont-joli/"' in page


def test_queryset_of_the_filters_is_the_selection(trio):
    asked = DirectoryFilter(QueryDict("theme=alimentation&territoire=la-mitis"), directory=build(0))
    assert {row.pk for row in asked.qs} == {row.pk for row in asked.selection.rows()} != set()
    assert asked.qs.count() == 1


def test_renamed_organization_is_found_by_its_new_name_in_both_searches(world):
    world.published(title="Cuisine")
    values = {"name": "Érablière solidaire"}
    places.update_organization(organization=world.moisson, by=world.coordination, values=values)
    assert Selection(build(0), words="erabliere").count == 1
    assert search(Initiative.objects.published(), "erabliere").count() == 1


def test_long_list_of_organizations_comes_letter_by_letter(world, get):
    names = [f"{'AB'[number % 2]} organisme {number:03}" for number in range(310)]
    Organization.objects.bulk_create(
        Organization(name=name, slug=slug_fr(name), kind=OrganizationKind.COMMUNITY) for name in names
    )
    first, second = get("/organisations/").content.decode(), get("/organisations/?page=4").content.decode()
    assert "312 organisations" in first
    assert tuple(len(re.findall(r"organisme \d{3}</a>", page)) for page in (first, second)) == (100, 10)
    assert ("Page 1 de 4" in first, "Page 4 de 4" in second) == (True, True)
    assert '/organisations/?page=2"' in first
