"""What each public page tells machines: its address, its preview, its data; and that a title cannot break out of it."""

import json
import re
from datetime import date
from html import unescape

import pytest
from django.conf import settings
from PIL import Image

from alliance.portal import actions as portal_actions
from alliance.portal import structured
from funding import actions as money
from initiatives import actions
from initiatives.choices import PartnerRole
from territories import actions as places

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
META = re.compile(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">')
TITLE = "</script><script>alert(1)</script> « L’été » & <b>\u2028"


def told(page):
    """Return the data of a page, by type."""
    blocks = [json.loads(text) for text in BLOCK.findall(page)]
    return {block.get("@type", "@graph"): block for block in blocks}


def canonical(page):
    return re.findall(r'<link rel="canonical" href="([^"]+)">', page)


@pytest.fixture
def page_of(get):
    return lambda path: get(path).content.decode()


def test_every_address_of_the_sitemap_answers_and_names_itself(trio, world, get):
    addresses = re.findall(r"<loc>([^<]+)</loc>", get("/sitemap.xml").content.decode())
    wrong = {}
    for address in addresses:
        assert address.startswith(f"{SITE}/")
        answer = get(address.removeprefix(SITE))
        page = answer.content.decode()
        seen = (answer.status_code, canonical(page), dict(META.findall(page)).get("og:url"))
        if seen != (200, [address], address):
            wrong[address] = seen
    assert wrong == {}
    assert len(addresses) == len(set(addresses))
    kinds = {
        kind: sum(address.startswith(f"{SITE}/{kind}/") for address in addresses)
        for kind in ("territoires", "initiatives")
    }
    assert kinds == {"territoires": 9, "initiatives": 4}


def test_preview_has_the_words_of_the_page(trio, page_of):
    page = page_of("/initiatives/frigo-libre-service-de-mont-joli/")
    metas = dict(META.findall(page))
    assert metas["og:title"] == "Frigo libre-service de Mont-Joli"
    assert metas["og:description"] == metas["description"] == "Un frigo ouvert à tout le monde, jour et nuit."
    assert metas["og:image"] == f"{SITE}/static/img/partage.png"
    assert metas["twitter:card"] == "summary_large_image"
    assert (metas["og:locale"], metas["og:type"]) == ("fr_CA", "website")
    assert metas["og:image:alt"]


def test_preview_image_is_light_and_of_the_size_said():
    path = settings.BASE_DIR / "static/img/partage.png"
    assert path.stat().st_size < 60_000
    with Image.open(path) as image:
        assert image.size == (1200, 630)


def test_pages_that_no_index_keeps_say_nothing(world, client_for):
    for path, client in (
        ("/nulle-part/", client_for()),
        ("/initiatives/inconnue/", client_for()),
        ("/compte/connexion/", client_for()),
        ("/espace/", client_for(world.agent_mitis)),
    ):
        page = client.get(path).content.decode()
        assert "noindex" in page
        assert ("og:" in page, "ld+json" in page, canonical(page)) == (False, False, [])


def test_home_tells_who_publishes_and_where_to_search(world, page_of):
    publisher, website = told(page_of("/"))["@graph"]["@graph"]
    assert publisher["name"] == website["name"] == "Alliance pour la solidarité au Bas-Saint-Laurent"
    assert (
        website["potentialAction"]["target"]["urlTemplate"] == f"{SITE}/recherche/?q={{search_term_string}}"
    )


def test_initiative_is_a_project_with_its_place_people_and_money(trio, page_of):
    data = told(page_of("/initiatives/frigo-libre-service-de-mont-joli/"))
    project = data["Project"]
    assert project["url"] == project["@id"] == f"{SITE}/initiatives/frigo-libre-service-de-mont-joli/"
    assert [place["name"] for place in project["areaServed"]] == ["La Mitis", "Mont-Joli"]
    assert project["parentOrganization"]["name"] == "Moisson Mitis"
    assert project["funding"]["amount"] == {"@type": "MonetaryAmount", "currency": "CAD", "value": "12500.50"}
    assert (project["foundingDate"], project["dissolutionDate"]) == ("2025-05-01", "2026-02-28")
    items = data["BreadcrumbList"]["itemListElement"]
    assert [(item["position"], item["name"], item["item"]) for item in items] == [
        (1, "Accueil", f"{SITE}/"),
        (2, "Initiatives", f"{SITE}/initiatives/"),
        (3, "Frigo libre-service de Mont-Joli", project["url"]),
    ]


def test_end_that_nobody_confirmed_is_not_told_as_an_end(trio, page_of, monkeypatch):
    monkeypatch.setattr("alliance.portal.still.today", lambda: date(2026, 3, 1))
    assert "dissolutionDate" not in told(page_of("/initiatives/frigo-libre-service-de-mont-joli/"))["Project"]


def test_what_is_not_known_is_absent_from_the_data(trio, page_of):
    project = told(page_of("/initiatives/oeuvre-du-transport-collectif/"))["Project"]
    assert "funding" not in project
    assert [place["name"] for place in project["areaServed"]] == ["Bas-Saint-Laurent"]


def test_places_and_organizations_tell_what_they_are(trio, page_of):
    mrc = told(page_of("/territoires/la-mitis/"))["AdministrativeArea"]
    assert (mrc["name"], mrc["containedInPlace"]["name"]) == ("MRC de La Mitis", "Bas-Saint-Laurent")
    town = told(page_of("/municipalites/mont-joli/"))["AdministrativeArea"]
    assert (town["name"], town["containedInPlace"]["name"]) == ("Mont-Joli", "La Mitis")
    assert told(page_of("/organisations/moisson-mitis/"))["Organization"]["legalName"] == "Moisson Mitis"


def test_private_contact_is_not_told_to_machines(trio, world, page_of):
    values = {"contact_email": "canari@exemple.invalid", "contact_phone": "418 555-0199"}
    places.update_organization(organization=world.moisson, by=world.coordination, values=values)
    assert "canari" not in page_of("/organisations/moisson-mitis/")
    places.update_organization(
        organization=world.moisson, by=world.coordination, values={"contact_is_public": True}
    )
    data = told(page_of("/organisations/moisson-mitis/"))["Organization"]
    assert (data["email"], data["telephone"]) == ("canari@exemple.invalid", "418 555-0199")


def test_no_text_can_close_the_data_block():
    block = structured.DataBlock({"name": TITLE})
    assert block.count("<") == 2
    assert "\u2028" not in block
    assert json.loads(BLOCK.fullmatch(block)[1]) == {"name": TITLE}


def test_title_of_an_initiative_cannot_break_out(world, page_of):
    title = TITLE.removesuffix("\u2028")
    initiative = world.published(title=title, partners=[(world.cdc, PartnerRole.LEAD, title)])
    money.award(
        initiative=initiative,
        allocation=world.lines["la-mitis"],
        by=world.coordination,
        amount=12,
        reason="Décision",
    )
    page = page_of(initiative.get_absolute_url())
    assert "<script>" not in page
    assert told(page)["Project"]["name"] == title
    assert unescape(dict(META.findall(page))["og:title"]) == title
    assert page.count("<script") == len(BLOCK.findall(page)) == 2


OLD = {
    "/initiatives/premier-nom/": "/initiatives/second-nom/",
    "/initiatives/Second-Nom/": "/initiatives/second-nom/",
    "/organisations/moisson-mitis/": "/organisations/moisson-de-la-mitis/",
    "/organisations/CDC-des-grandes-marees/": "/organisations/cdc-des-grandes-marees/",
    "/themes/bouffe/": "/themes/alimentation/",
    "/themes/ALIMENTATION/": "/themes/alimentation/",
    "/municipalites/Mont-Joli/": "/municipalites/mont-joli/",
    "/territoires/La-Mitis/": "/territoires/la-mitis/",
}


def test_old_addresses_lead_for_ever_to_the_present_one(world, get):
    initiative = world.published(title="Premier nom")
    actions.update(initiative=initiative, by=world.coordination, values={"title": "Second nom"})
    places.update_organization(
        organization=world.moisson, by=world.coordination, values={"name": "Moisson de La Mitis"}
    )
    world.themes["alimentation"].past_slugs.create(slug="bouffe")
    answers = {path: get(path) for path in OLD}
    assert {path: (one.status_code, one.get("Location")) for path, one in answers.items()} == {
        path: (301, target) for path, target in OLD.items()
    }
    assert {get(target).status_code for target in OLD.values()} == {200}


def test_merged_organization_leads_to_the_one_kept(world, get):
    portal_actions.merge_organizations(kept=world.cdc, absorbed=world.moisson, by=world.coordination)
    answer = get("/organisations/moisson-mitis/")
    assert (answer.status_code, answer["Location"]) == (301, "/organisations/cdc-des-grandes-marees/")
