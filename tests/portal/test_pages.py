"""What public pages say, what they never say, and what they cost."""

import gzip
from datetime import date
from decimal import Decimal

import html5lib
import pytest
from django.db import connection

from alliance.portal import directory as memory
from funding import actions as money
from funding.choices import ContributionKind
from funding.models import Contribution
from initiatives import actions
from initiatives.choices import PUBLIC_STATE, PartnerRole, State
from initiatives.models import Initiative
from territories import actions as places
from territories.models import Municipality, OrganizationPastSlug

CANARY = "canari"


@pytest.fixture
def rich(world):
    """A published initiative with every public thing, and a canary in every private field."""
    initiative = world.initiative(
        State.COMPLETED,
        title="Frigo libre-service",
        description=f"{CANARY} description",
        internal_note=f"{CANARY} note interne",
        target_note="Familles avec de jeunes enfants",
        quantity_note="30 frigos",
        expected_reach=120,
        verified_on=date(2026, 1, 5),
        amount_requested="4321.09",
        partners=[
            (world.moisson, PartnerRole.LEAD, ""),
            (world.cdc, PartnerRole.FIDUCIARY, "Tient les comptes"),
        ],
        award="12500",
    )
    for organization in (world.moisson, world.cdc):
        places.update_organization(
            organization=organization,
            by=world.coordination,
            values={
                "note": f"{CANARY} note",
                "contact_email": f"{CANARY}@exemple.invalid",
                "contact_phone": "418 555-0199",
                "contact_is_public": False,
            },
        )
    for kind, amount in ((ContributionKind.CASH, Decimal(1000)), (ContributionKind.IN_KIND, None)):
        share = Contribution(initiative=initiative, organization=world.cdc, kind=kind, amount=amount)
        money.record_contribution(contribution=share, by=world.coordination)
    return actions.publish(initiative=initiative, by=world.coordination)


PAGES = (
    "/",
    "/initiatives/",
    "/initiatives/?q=frigo&territoire=la-mitis",
    "/initiatives/frigo-libre-service/",
    "/themes/",
    "/themes/alimentation/",
    "/territoires/",
    "/territoires/la-mitis/",
    "/municipalites/mont-joli/",
    "/organisations/",
    "/organisations/?q=moisson",
    "/organisations/moisson-mitis/",
    "/organisations/cdc-des-grandes-marees/",
    "/a-propos/",
    "/accessibilite/",
    "/confidentialite/",
    "/nous-joindre/",
)


def test_initiative_page_tells_everything_public(rich, get):
    page = get("/initiatives/frigo-libre-service/").content.decode()
    for said in (
        "Initiative réalisée, du 1er mai 2025 au 28 février 2026, portée par Moisson Mitis avec CDC des Grandes Marées, "
        "financée par 12\xa0500\xa0$ du FQIS.",
        rich.number,
        "Tient les comptes",
        "Familles. Familles avec de jeunes enfants",
        "30 frigos",
        "120",
        "inconnu",
        "L’initiative est terminée.",
        "5 janvier 2026",
        "1 contribution a un montant non publié\xa0: ce n’est pas zéro.",
    ):
        assert said in page, said


def test_list_and_page_say_the_same_amount_once_released(world, get):
    initiative = world.published(State.IN_PROGRESS, title="Argent libéré", award="500")
    commitment = initiative.commitments.get()
    money.release(commitment=commitment, by=world.coordination, reason="Projet moins cher")
    assert "sans argent accordé (0\xa0$)." in get("/initiatives/argent-libere/").content.decode()
    assert "<b>0\xa0$</b> <span>accordé</span>" in get("/initiatives/").content.decode()


def test_nothing_private_reaches_a_public_page(rich, world, get):
    for state in State:
        if state not in PUBLIC_STATE:
            world.initiative(state, title=f"{CANARY} {state}", summary=CANARY)
    hidden = world.published(title=f"{CANARY} retirée")
    actions.unpublish(initiative=hidden, by=world.coordination)
    people = [user.email for user in (world.coordination, world.agent_mitis)]
    for path in (*PAGES, "/robots.txt", "/sitemap.xml", "/sante/?pret=1"):
        page = get(path).content.decode()
        assert CANARY not in page.lower(), path
        assert "555-0199" not in page, path
        assert "4\xa0321,09" not in page, path
        assert rich.search_text.strip() not in page, path
        assert not [email for email in people if email in page], path


def test_search_does_not_read_private_fields(rich, get):
    assert "Aucune initiative" in get(f"/initiatives/?q={CANARY}").content.decode()
    assert "Aucune organisation" in get(f"/organisations/?q={CANARY}").content.decode()


def test_public_contact_is_shown(world, get):
    places.update_organization(
        organization=world.moisson,
        by=world.coordination,
        values={"contact_email": "bonjour@exemple.invalid", "contact_is_public": True},
    )
    assert "mailto:bonjour@exemple.invalid" in get("/organisations/moisson-mitis/").content.decode()


def test_unpublished_is_exactly_like_unknown(world, get):
    unknown = get("/initiatives/inconnue/")
    seen = 0
    for state in State:
        initiative = world.initiative(state, title=f"Dossier {state}")
        answer = get(initiative.get_absolute_url())
        assert (answer.status_code, answer.content) == (404, unknown.content)
        seen += 1
    assert seen == 10


def test_old_addresses_lead_to_the_present_ones(world, get):
    initiative = world.published(title="Premier nom")
    actions.update(initiative=initiative, by=world.coordination, values={"title": "Second nom"})
    OrganizationPastSlug.objects.create(slug="moisson", organization=world.moisson)
    moves = {
        "/initiatives/premier-nom/": "/initiatives/second-nom/",
        "/initiatives/SECOND-nom/": "/initiatives/second-nom/",
        "/organisations/moisson/": "/organisations/moisson-mitis/",
        "/themes/Alimentation/": "/themes/alimentation/",
        "/territoires/LA-MITIS/": "/territoires/la-mitis/",
        "/carte/LA-MITIS/?theme=logement": "/carte/la-mitis/?theme=logement",
        "/carte/deserts/LA-MITIS/?theme=logement": "/carte/deserts/la-mitis/?theme=logement",
    }
    answers = {path: get(path) for path in moves}
    assert {path: (answer.status_code, answer["Location"]) for path, answer in answers.items()} == {
        path: (301, target) for path, target in moves.items()
    }


def test_old_address_of_a_withdrawn_page_is_unknown(world, get):
    initiative = world.published(title="Premier nom")
    actions.update(initiative=initiative, by=world.coordination, values={"title": "Second nom"})
    actions.unpublish(initiative=Initiative.objects.get(pk=initiative.pk), by=world.coordination)
    assert get("/initiatives/premier-nom/").status_code == 404


def test_merged_municipality_says_so(world, get):
    new = Municipality.objects.get(slug="mont-joli")
    Municipality.objects.filter(slug="price").update(
        merged_into=new, valid_from=date(2000, 1, 1), valid_to=date(2024, 7, 31)
    )
    world.published(title="À Price avant", municipalities=[Municipality.objects.get(slug="price")])
    old = get("/municipalites/price/").content.decode()
    assert "Price fait maintenant partie de Mont-Joli" in old
    assert "le 31 juillet 2024" in old
    assert "À Price avant" in get("/municipalites/mont-joli/").content.decode()
    assert "À Price avant" in get("/initiatives/?municipalite=price").content.decode()


def test_municipality_shows_its_own_then_its_mrc_then_the_region(trio, world, get):
    world.published(title="Partout en Mitis", municipalities=[])
    page = get("/municipalites/price/").content.decode()
    assert [title in page for title in ("Frigo libre-service de Mont-Joli", "Partout en Mitis")] == [
        False,
        True,
    ]
    page = get("/municipalites/mont-joli/").content.decode()
    order = [page.index(title) for title in ("Frigo libre-service", "Partout en Mitis", "Œuvre du transport")]
    assert order == sorted(order)


@pytest.mark.parametrize("rows", [1, 3])
def test_at_most_four_queries(rich, world, get, django_assert_max_num_queries, rows):
    for number in range(1, rows):
        world.published(title=f"Autre initiative {number}", partners=[(world.cdc, PartnerRole.LEAD, "")])
    assert connection.features.supports_json_field  # asked of the engine once per connection, not by a page
    for path in PAGES:
        memory.forget()
        with django_assert_max_num_queries(4):  # cold: the process has nothing in memory
            assert get(path).status_code == 200
        with django_assert_max_num_queries(4):
            assert get(path).status_code == 200


def test_html_is_correct_without_cookie_or_session(rich, get):
    for path in PAGES:
        answer = get(path)
        page = answer.content.decode()
        html5lib.HTMLParser(strict=True).parse(page)
        assert answer.cookies == {}
        assert "Cookie" not in answer.get("Vary", "")
        assert page.count("<h1") == 1
        assert " style=" not in page
        assert page.count("<script") == page.count('<script type="application/ld+json">')  # data, never run
        assert len(gzip.compress(answer.content)) < 15_000
    assert len(PAGES) == 17


def test_empty_database_shows_every_list(db, get):
    statuses = [
        get(path).status_code
        for path in ("/", "/initiatives/", "/themes/", "/territoires/", "/organisations/")
    ]
    assert statuses == [200] * 5


def test_home_leaves_out_a_sum_that_nothing_known_feeds(world, get):
    world.published()
    assert "du FQIS promis" not in get("/").content.decode()
    world.published(award="125.50")
    assert "125,50\xa0$" in get("/").content.decode()


def test_sitemap_lists_public_addresses_only(rich, world, get):
    draft = world.initiative()
    text = get("/sitemap.xml").content.decode()
    assert f"<loc>http://127.0.0.1:8000{rich.get_absolute_url()}</loc>" in text
    assert draft.slug not in text
    assert get("/sitemap.xml")["Content-Type"] == "application/xml; charset=utf-8"


def test_robots_keeps_private_doors_out(db, get):
    assert "Disallow: /admin/\nDisallow: /compte/\nDisallow: /espace/" in get("/robots.txt").content.decode()


def test_health_lives_without_the_database(db, get, django_assert_num_queries, monkeypatch):
    with django_assert_num_queries(0):
        assert get("/sante/").content == b"ok\n"
    assert get("/sante/?pret=1").status_code == 200
    from alliance.portal.models import DataVersion  # noqa: PLC0415

    DataVersion.objects.all().delete()
    assert get("/sante/?pret=1").status_code == 503
