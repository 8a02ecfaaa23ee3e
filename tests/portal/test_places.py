"""The pages of MRCs, municipalities and themes: help first, what is true, and nothing private."""

import re
from datetime import date
from urllib.parse import urlsplit

import pytest

from alliance.portal import directory as memory
from alliance.portal import gazetteer
from alliance.portal.directory import Directory, build
from initiatives.choices import PartnerRole, PlanLevel, State
from initiatives.models import ActionPlan, Initiative, Period, PlanNode
from territories import actions as places
from territories.choices import MunicipalityKind
from territories.models import Municipality

PHONE = "418 555-0142, poste 12"
PAGES = (
    "/themes/",
    "/themes/alimentation/",
    "/themes/transport/",
    "/territoires/",
    "/territoires/la-mitis/",
    "/territoires/la-matanie/",
    "/municipalites/mont-joli/",
    "/municipalites/amqui/",
)


@pytest.fixture
def called(world):
    """The world where La Mitis says whom to call."""
    values = {
        "contact_name": "Développement social",
        "contact_phone": PHONE,
        "contact_email": "aide@exemple.invalid",
        "website": "https://www.exemple.invalid/mitis/",
    }
    places.update_territory(territory=world.territories["la-mitis"], by=world.coordination, values=values)
    return world


def text(page):
    """Return a page's words, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")


def section(page, identifier):
    """Return the words of the section whose heading has this identifier."""
    found = re.search(rf'<section[^>]*aria-labelledby="{identifier}".*?</section>', page, re.DOTALL)
    return text(found[0]) if found else ""


def test_help_comes_before_everything_else_on_every_page_of_a_place_or_theme(called, get):
    called.published()
    for path in ("/territoires/la-mitis/", "/municipalites/mont-joli/", "/themes/alimentation/"):
        main = get(path).content.decode().partition("<main")[2]
        assert main.index('href="tel:211"') < main.index('<section class="section"'), path


def test_an_mrc_says_whom_to_call_only_what_is_filled_in(called, get):
    page = get("/territoires/la-mitis/").content.decode()
    assert 'href="tel:+14185550142;ext=12"' in page
    for said in (PHONE, "Développement social", "aide@exemple.invalid", ">www.exemple.invalid/mitis<"):
        assert said in page, said
    other = get("/territoires/la-matanie/").content.decode()
    assert "Son numéro n’est pas encore inscrit ici." in other
    assert other.split("<footer")[0].count('href="tel:') == 1
    assert "mailto:" not in other


def test_an_mrc_with_an_email_alone_is_called_by_it(world, get):
    matanie = world.territories["la-matanie"]
    places.update_territory(
        territory=matanie, by=world.coordination, values={"contact_email": "m@exemple.invalid"}
    )
    page = get("/territoires/la-matanie/").content.decode()
    assert "mailto:m@exemple.invalid" in page
    assert "pas encore inscrit" not in page


def test_an_mrc_says_plainly_which_themes_none_of_its_initiatives_touches(trio, world, get):
    page = section(get("/territoires/la-mitis/").content.decode(), "themes")
    met, _, missing = page.partition("Ce qu’aucune initiative d’ici ne touche")
    assert ("Alimentation" in met, "Logement" in met) == (True, False)
    assert "Logement rien de publié" in missing
    assert "Transport seulement 1 initiative de toute la région" in missing


def plan(world, **changes):
    values = {
        "period": world.period,
        "territory": world.territories["la-mitis"],
        "title": "Plan local",
        "adopted_on": date(2024, 9, 1),
        "resolution": "24-09-187",
    }
    return ActionPlan.objects.create(**values | changes)


def test_a_local_plan_is_a_tree_with_what_comes_out_of_each_line(world, get):
    local = plan(world)
    axis = PlanNode.objects.create(plan=local, level=PlanLevel.AXIS, order=2, label="Se nourrir")
    under = PlanNode.objects.create(
        plan=local, parent=axis, level=PlanLevel.ACTION, order=1, label="Ouvrir des frigos"
    )
    PlanNode.objects.create(plan=local, level=PlanLevel.AXIS, order=1, label="Se loger")
    for title, node, public in (
        ("Frigo un", under, True),
        ("Cuisine deux", axis, True),
        ("Secret trois", under, False),
    ):
        made = world.initiative(State.APPROVED, publish=public, title=title)
        Initiative.objects.filter(pk=made.pk).update(plan_node=node)
    said = section(get("/territoires/la-mitis/").content.decode(), "plan")
    assert "Période 2024-2029, adopté le 1er septembre 2024, résolution 24-09-187" in said
    assert "Se nourrir (2 initiatives)" in said
    assert "Ouvrir des frigos (1 initiative)" in said
    assert "Se loger (aucune initiative publiée)" in said
    assert said.index("Se loger") < said.index("Se nourrir") < said.index("Ouvrir")
    assert ("Frigo un" in said, "Secret trois" in said) == (True, False)


def test_the_newest_plan_is_open_and_an_mrc_without_plan_says_so(world, get):
    before = Period.objects.create(
        slug="avant",
        name="2019-2023",
        plan_name="P",
        ministry_name="M",
        starts_on=date(2019, 4, 1),
        ends_on=date(2023, 3, 31),
    )
    plan(world, period=before, title="Ancien plan")
    plan(world, adopted_on=None, resolution="")
    said = section(get("/territoires/la-mitis/").content.decode(), "plan")
    assert "Plan local Période 2024-2029 Les objectifs" in said
    assert "Plan de la période 2019-2023 : Ancien plan" in said
    other = section(get("/territoires/la-matanie/").content.decode(), "plan")
    assert "Le plan d’action de cette MRC n’est pas encore publié ici." in other


def test_lines_of_a_plan_that_turn_in_a_circle_do_not_hang_the_page(world, get):
    local = plan(world)
    one = PlanNode.objects.create(plan=local, level=PlanLevel.AXIS, label="Un")
    two = PlanNode.objects.create(plan=local, level=PlanLevel.AXIS, label="Deux", parent=one)
    PlanNode.objects.filter(pk=one.pk).update(parent=two)
    assert get("/territoires/la-mitis/").status_code == 200


def test_every_number_of_an_mrc_leads_to_as_many_rows(trio, world, get):
    page, seen = get("/territoires/la-mitis/").content.decode(), 0
    for url, number in re.findall(
        r'<a href="(/initiatives/\?[^"]*)">(?:<span class="figure-number">)?(\d+)<', page
    ):
        listed = get(url.replace("&amp;", "&")).content.decode()
        count = re.search(r'class="results-count"[^>]*>\D*(\d+|Aucune)', listed)
        found = count[1] if count else "0"
        assert number == ("0" if found == "Aucune" else found), url
        seen += 1
    assert seen >= 4


def test_a_municipality_tells_services_of_now_from_those_that_ended(world, get):
    world.published(State.IN_PROGRESS, title="Frigo en marche")
    world.published(State.APPROVED, title="Jardin annoncé")
    world.published(State.COMPLETED, title="Popote finie")
    world.published(State.IN_PROGRESS, title="Écoute quelque part", municipalities=[])
    page = get("/municipalites/mont-joli/").content.decode()
    here, before = section(page, "ici").split("Ce qui a déjà existé ici")
    assert ("Frigo en marche" in here, "Jardin annoncé" in here, "Popote finie" in here) == (
        True,
        True,
        False,
    )
    assert "Popote finie" in before
    assert "On ne sait pas si elles se rendent à Mont-Joli : appelez pour le savoir." in section(page, "mrc")
    assert "Écoute quelque part" in section(page, "mrc")


def test_a_municipality_without_service_says_it_and_where_to_ask(world, get):
    page = get("/municipalites/amqui/").content.decode()
    assert "Aucun service sûr d’être en cours ne nomme Amqui en ce moment. Appelez le 211" in section(
        page, "ici"
    )
    assert section(page, "mrc") == section(page, "region") == ""


def contact(world, organization, **values):
    values = {"contact_phone": "418 555-0177", "contact_is_public": True} | values
    return places.update_organization(organization=organization, by=world.coordination, values=values)


def calls(page):
    return text(re.search(r'<ul class="calls-list">.*?</ul>', page, re.DOTALL)[0])


def test_who_serves_a_municipality_now_is_called_when_its_phone_is_public(world, get):
    world.published(
        State.IN_PROGRESS,
        title="Frigo",
        partners=[(world.moisson, PartnerRole.LEAD, ""), (world.cdc, PartnerRole.FUNDER, "")],
    )
    for organization in (world.moisson, world.cdc):
        contact(world, organization)
    said = calls(get("/municipalites/mont-joli/").content.decode())
    assert "418 555-0177 Moisson Mitis Porte « Frigo »" in said
    assert "CDC des Grandes Marées" not in said
    contact(world, world.moisson, contact_is_public=False)
    page = get("/municipalites/mont-joli/").content.decode()
    assert ("Moisson Mitis" in calls(page), "555-0177" in page) == (False, False)


def test_who_ended_its_service_is_not_called_unless_its_seat_is_here(world, get):
    world.published(State.COMPLETED, title="Frigo")
    contact(world, world.moisson)
    assert "Moisson Mitis" not in calls(get("/municipalites/mont-joli/").content.decode())
    contact(world, world.moisson, seat_municipality=Municipality.objects.get(slug="mont-joli"))
    said = calls(get("/municipalites/mont-joli/").content.decode())
    assert "Moisson Mitis Son siège est ici" in said


def test_what_is_not_public_is_not_even_read(world, rf):
    contact(world, world.moisson, contact_is_public=False, contact_email="secret@exemple.invalid")
    read = gazetteer.around(build(0))
    assert read.bodies[world.moisson.pk].contact == gazetteer.Contact()
    assert "555-0177" not in repr(read)
    assert "secret" not in repr(read)


def test_an_unorganized_territory_says_what_it_is(world, get):
    Municipality.objects.filter(slug="price").update(kind=MunicipalityKind.TNO)
    page = text(get("/municipalites/price/").content.decode())
    assert "Territoire non organisé : il n’a pas de conseil municipal. La MRC s’en occupe." in page
    assert "1 municipalité et 1 territoire non organisé" in text(
        get("/territoires/la-mitis/").content.decode()
    )


def test_a_merged_municipality_keeps_its_page_and_calls_those_of_the_new_one(world, get):
    new = Municipality.objects.get(slug="mont-joli")
    Municipality.objects.filter(slug="price").update(
        merged_into=new, valid_from=date(2000, 1, 1), valid_to=date(2024, 7, 31)
    )
    contact(world, world.moisson, seat_municipality=Municipality.objects.get(slug="price"))
    for slug in ("price", "mont-joli"):
        assert "Moisson Mitis Son siège est ici" in calls(get(f"/municipalites/{slug}/").content.decode())


def test_a_theme_answers_for_me_where_and_whom_before_any_dollar(called, get):
    called.published(State.IN_PROGRESS, title="Frigo", award="500")
    page = get("/themes/alimentation/").content.decode()
    order = [page.index(f'id="{name}"') for name in ("appeler", "ou", "pour-moi", "liste", "chiffres")]
    assert order == sorted(order)
    assert '<details class="fold"><summary>On dit aussi</summary>' in page
    assert "On dit aussi bouffe, frigo, panier." in section(page, "pour-moi")
    assert "Familles (1 initiative)" in section(page, "pour-moi")
    assert f"La Mitis 1 initiative {PHONE}" in section(page, "ou")
    assert "La Matanie aucune d’ici le 211" in section(page, "ou")
    assert "500" in section(page, "chiffres")


def test_a_theme_of_a_past_period_says_so_on_its_page_and_on_the_page_of_all(world, get):
    assert "D’une autre période" not in get("/themes/").content.decode()
    Period.objects.filter(pk=world.period.pk).update(starts_on=date(2017, 4, 1), ends_on=date(2023, 3, 31))
    world.themes["logement"].periods.clear()
    page = text(get("/themes/alimentation/").content.decode())
    assert "Ce thème était une priorité de la période 2024-2029." in page
    assert "Une priorité d’une autre période" not in get("/themes/logement/").content.decode()
    present, _, past = get("/themes/").content.decode().partition("D’une autre période")
    assert ("/themes/alimentation/" in past, "/themes/logement/" in present) == (True, True)


def test_addresses_of_others_are_linked_only_when_they_exist(world, get, settings):
    page = get("/territoires/la-mitis/").content.decode()
    links = {url.partition("?")[0] for url in re.findall(r'href="(/[^"#]*)"', page)}
    own = [url for url in links if url.startswith(("/carte", "/frigo", "/alertes", "/initiatives."))]
    assert [url for url in own if get(url).status_code >= 400] == []
    assert {get(urlsplit(url).path).status_code for url in links if url.startswith("/territoires")} == {200}


@pytest.mark.parametrize("rows", [1, 3])
def test_four_queries_cold_and_one_warm(
    called, get, django_assert_max_num_queries, django_assert_num_queries, rows
):
    plan(called)
    for number in range(rows):
        called.published(title=f"Initiative {number}")
    for path in PAGES:
        memory.forget()
        with django_assert_max_num_queries(4):
            assert get(path).status_code == 200
        with django_assert_num_queries(1):
            assert get(f"{path}?autre=1").status_code == 200


def test_the_gazetteer_follows_the_directory(world):
    first, second = build(0), build(0)
    assert isinstance(first, Directory)
    read = gazetteer.around(first)
    assert gazetteer.around(first) is read
    assert gazetteer.around(second) is not read
