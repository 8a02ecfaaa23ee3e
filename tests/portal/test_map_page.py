"""The pages of the map: areas as links that say place and value, the same numbers beside, filters kept, bad addresses."""

import csv
import html
import re
from io import StringIO
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest

from alliance.portal import directory as memory
from alliance.portal.figures.scale import MEASURES
from initiatives.choices import Scope, State
from territories.models import Municipality, Territory
from tests.portal.random_directory import PLACES
from tests.routes_table import EVERYONE, EXPECTED

SVG = "{http://www.w3.org/2000/svg}"
PATHS = ("/carte/", "/carte/?mesure=par-habitant&theme=alimentation", "/carte.csv", "/carte/la-mitis/")


def drawings(page):
    """Return the drawings of a page: lists of areas with their address, accessible name, printed text and style."""
    found = []
    for drawn in re.findall(r'<svg class="map map-\w+".*?</svg>', page, re.DOTALL):
        root = ElementTree.fromstring(drawn)  # noqa: S314 - our own page
        links = list(root.iter("a"))
        above = [list(group) for group in root.findall("g[@aria-hidden='true']") if len(group) == len(links)]
        letters = above[0] if above else links
        found.append([told(link, text) for link, text in zip(links, letters, strict=True)])
    return found


def told(link, letters):
    """Return what an area says; its letters may stand in a layer above all areas."""
    texts = list(letters.iter("text"))
    styles = [group.get("class") for group in link.iter("g") if group.get("class")]
    assert link.find("title").text == link.get("aria-label")
    return {
        "href": link.get("href"),
        "said": link.get("aria-label"),
        "values": {text.text for text in texts if text.get("class") != "map-name"},
        "name": "".join(text.text for text in texts if text.get("class") == "map-name"),
        "style": next(iter(styles), ""),  # nothing is drawn where nothing stands
        "patterns": [path.get("fill") for path in link.iter("path") if path.get("fill")],
    }


def plain(text):
    return re.sub(r"[\s-]", "", text)


def table(page):
    """Return the cells of the table of the map, as read."""
    body = re.search(r'<table class="table[^"]*(?:table-compact).*?</table>', page, re.DOTALL)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    clean = re.compile(r'<span class="cell-note">.*?</span>|<[^>]*>')
    return [[html.unescape(clean.sub("", cell)).strip() for cell in row] for row in cells]


@pytest.mark.parametrize("measure", MEASURES)
def test_each_area_is_a_link_that_says_its_place_and_its_value(trio, get, measure):
    page = get(f"/carte/?mesure={measure}").content.decode()
    tall, wide = drawings(page)
    names = [row[0] for row in table(page)[1:9]]
    assert len(names) == 8
    for drawn in (tall, wide):
        assert [urlsplit(area["href"]).path for area in drawn] == [f"/carte/{slug}/" for slug in PLACES]
        for area, name in zip(drawn, names, strict=True):
            (value,) = area["values"]
            assert area["said"].startswith(f"{name}\xa0: ")
            assert plain(area["name"]) == plain(name)
            said = area["said"].removeprefix(f"{name}\xa0: ")
            assert said.startswith(value) or (value == "?" and ("non publié" in said or "inconnu" in said))
    assert [area["said"] for area in tall] == [area["said"] for area in wide]
    assert page.count('<svg class="map map-tall"') == page.count('<svg class="map map-wide"') == 1


def test_page_says_that_the_map_is_schematic(trio, get):
    for path in ("/carte/", "/carte/la-mitis/", "/carte/deserts/?theme=logement", "/initiatives/?vue=carte"):
        page = get(path).content.decode()
        assert 'role="group" aria-label="Carte schématique.' in page, path
        assert '<p class="meta">Carte schématique\xa0: elle dit qui est à côté de qui' in page, path


@pytest.mark.parametrize("measure", MEASURES)
def test_unknown_is_hatched_and_every_style_is_in_the_legend(trio, world, get, measure):
    place = {"territories": [world.territories["les-basques"]], "municipalities": []}
    world.published(by=world.agent_temis, **place)
    page = get(f"/carte/?mesure={measure}").content.decode()
    legend = re.search(r'<ul class="map-legend".*?</ul>', page, re.DOTALL)[0]
    keys = re.findall(r'<g class="(map-\w+)">', legend)
    for drawn in drawings(page):
        assert {area["style"] for area in drawn} <= set(keys)
        for area in drawn:
            assert ("url(#hachures)" in area["patterns"]) == (area["style"] == "map-unknown")
            assert ("?" in area["values"]) == (area["style"] == "map-unknown")
    assert ("map-unknown" in keys) == (measure != "nombre")
    assert ('fill="url(#hachures)"' in legend) == (measure != "nombre")
    assert all(re.findall(r"</svg> ([^<]+)</li>", legend))


@pytest.mark.parametrize("query", ["", "theme=alimentation", "portee=locale&etat=en-cours", "q=transport"])
def test_table_file_and_areas_say_the_same_numbers(trio, get, query):
    for measure in MEASURES:
        page = get(f"/carte/?{query}&mesure={measure}").content.decode()
        link = html.unescape(re.search(r'<a href="(/carte\.csv[^"]*)" download>CSV', page)[1])
        answer = get(link)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
        lines = list(csv.reader(StringIO(answer.content.decode().removeprefix("\ufeff")), delimiter=";"))
        read = table(page)[1:]
        assert [row[0] for row in read] == [line[0] for line in lines[1:]]
        for row, line in zip(read, lines[1:], strict=True):
            assert row[1] == line[1]
            assert number(row[2]) == number(line[2])
            assert number(row[3]) == number(line[3])
        column = 1 + list(MEASURES).index(measure)
        for area, row in zip(drawings(page)[0], read, strict=False):
            (value,) = area["values"]
            known = number(row[column])
            assert value == "?" if known is None else abs(number(value) - known) <= 0.5


def number(text):
    """Return a number as printed, or None: « montant non publié », « inconnu », « sans objet », nothing."""
    found = re.sub(r"[^\d,]", "", text)
    return float(found.replace(",", ".")) if found else None


def test_count_of_each_area_is_the_list_and_the_page_it_leads_to(trio, world, get):
    page = get("/carte/?theme=alimentation").content.decode()
    linked = 0
    for area in drawings(page)[0]:
        (value,) = area["values"]
        assert parse_qsl(urlsplit(area["href"]).query) == [("theme", "alimentation")]
        there = get(area["href"]).content.decode()
        assert f'<p class="lede">{value} initiative' in there
        linked += value != "0"
    assert linked == 3
    links = re.findall(r'<a href="(/initiatives/[^"]*)">(\d+)</a>', page)
    assert len(links) == 4  # three MRCs and the total
    for url, count in links:
        listed = get(html.unescape(url)).content.decode()
        assert listed.count('class="card-title"') == int(count)


def test_regional_initiatives_are_told_once_apart(trio, get):
    page = get("/carte/").content.decode()
    assert [area["values"] for area in drawings(page)[0]].count({"0"}) == 5
    region = next(row for row in table(page) if row[0] == "Toute la région")
    assert region[1] == "1"
    assert 'href="/initiatives/?portee=regionale">1 pour toute la région</a>' in page


def test_switching_the_measure_keeps_the_filters(trio, world, get):
    query = "theme=logement&theme=alimentation&territoire=la-mitis&etat=en-cours&q=frigo"
    page = get(f"/carte/?{query}").content.decode()
    form = re.search(r'<form method="get" action="/carte/".*?</form>', page, re.DOTALL)[0]
    kept = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    for name, options in re.findall(r'<select [^>]*name="(\w+)">(.*?)</select>', form, re.DOTALL):
        kept += [(name, value) for value in re.findall(r'value="([^"]*)" selected', options)]
    asked = sorted((name, value) for name, value in kept if name != "mesure")
    assert asked == sorted(parse_qsl(query))
    page = get(f"/carte/?{query}&mesure=dollars").content.decode()
    for url in ("/carte/", "/carte.csv"):
        assert f"{url}?q=frigo&amp;theme=alimentation&amp;theme=logement&amp;territoire=la-mitis" in page
    assert 'value="dollars" selected' in page
    chips = re.findall(r'<a class="chip" href="([^"]*)"', page)
    assert len(chips) == 5
    assert all("mesure=dollars" in url for url in chips)


def test_what_is_not_understood_is_named_and_a_file_refuses_it(trio, get):
    page = get("/carte/?mesure=poids&theme=zzz")
    assert page.status_code == 200
    said = page.content.decode()
    assert "La mesure demandée n’existe pas\xa0: la carte montre le nombre d’initiatives." in said
    assert "Le thème «\xa0zzz\xa0» n’est pas dans le répertoire\xa0: ce filtre a été ignoré." in said
    assert drawings(said) == drawings(get("/carte/").content.decode())
    for query in ("mesure=poids", "theme=zzz", "zzz=1"):
        assert get(f"/carte.csv?{query}").status_code == 400
    assert get("/carte/la-mitis/?mesure=dollars").status_code == 200


def test_unknown_mrc_is_not_found_and_capitals_lead_on(trio, get):
    for path in ("/carte/saturne/", "/carte/deserts/saturne/", "/carte/la-mitis/?theme="):
        assert get(path).status_code == (200 if "theme" in path else 404), path
    for path in ("/carte/", "/carte/deserts/"):
        moved = get(f"{path}La-Mitis/")
        assert (moved.status_code, moved["Location"]) == (301, f"{path}la-mitis/")


def test_an_mrc_draws_its_municipalities_and_says_each(trio, world, get):
    page = get("/carte/la-mitis/").content.decode()
    (drawn,) = drawings(page)
    assert [(area["href"], area["said"], area["values"]) for area in drawn] == [
        ("/municipalites/mont-joli/", "Mont-Joli\xa0: 1 initiative", {"1"}),
        ("/municipalites/price/", "Price\xa0: 0 initiative", {"0"}),
    ]
    assert [row[:2] for row in table(page)[1:]] == [
        ["Mont-Joli", "1"],
        ["Price", "0"],
        ["Sans municipalité nommée", "0"],
        ["Total, chacune comptée une fois", "1"],
    ]
    assert 'href="/carte/rimouski-neigette/"' in page
    assert 'href="/carte/les-basques/"' not in page


def test_an_mrc_that_is_not_drawn_has_its_table(world, get):
    Territory.objects.filter(slug="la-mitis").update(slug="la-nouvelle")
    page = get("/carte/la-nouvelle/").content.decode()
    assert drawings(page) == []
    assert "Mont-Joli" in page
    assert len(drawings(get("/carte/").content.decode())[0]) == 7
    assert get("/carte/deserts/la-nouvelle/?theme=logement").status_code == 200


HOSTILE = '=1+1"><script>alert(1)</script>&'


def test_hostile_names_stay_text(trio, world, get):
    Territory.objects.filter(slug="la-mitis").update(name=HOSTILE)
    Municipality.objects.filter(slug="price").update(name=HOSTILE)
    world.published(title="Encore", territories=[world.territories["la-mitis"]], scope=Scope.LOCAL)
    for path in ("/carte/", "/carte/la-mitis/", "/carte/deserts/la-mitis/?theme=alimentation"):
        page = get(path).content.decode()
        assert "<script>alert" not in page
        assert any(area["said"].startswith(HOSTILE) for area in drawings(page)[0]), path
    for path in ("/carte.csv", "/carte/deserts.csv"):
        lines = list(csv.reader(StringIO(get(path).content.decode().removeprefix("\ufeff")), delimiter=";"))
        cells = {cell for line in lines for cell in line}
        assert f"'{HOSTILE}" in cells
        assert HOSTILE not in cells


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("path", PATHS)
def test_map_asks_four_questions_at_most_then_one(world, get, django_assert_num_queries, path, rows):
    for _ in range(rows):
        world.published(award="500")
    memory.forget()
    with django_assert_num_queries(3 if path == "/carte/la-mitis/" else 4):
        first = get(path)
    with django_assert_num_queries(1):
        again = get(path)
    assert again.content == first.content
    with django_assert_num_queries(1):
        assert get(path, **{"If-None-Match": first["ETag"]}).status_code == 304
    world.published()
    changed = get(path, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_addresses_are_in_the_table_of_routes_and_the_sitemap(trio, get):
    for page in ("map", "map_file", "map_territory", "gaps", "gaps_file", "gaps_territory"):
        assert EXPECTED[f"portal:{page}"] == EVERYONE
    sitemap = get("/sitemap.xml").content.decode()
    for path in ("/carte/", "/carte/la-mitis/", "/carte/deserts/", "/carte/deserts/la-mitis/"):
        assert f"{path}</loc>" in sitemap


def test_drawing_and_table_say_at_least_beside_an_unknown_amount(world, get):
    world.published(State.IN_PROGRESS, title="Payée", award="500")
    world.published(title="Sans montant")
    page = get("/carte/?mesure=dollars").content.decode()
    said = {area["said"] for area in drawings(page)[0]}
    mitis = next(row for row in table(page) if row[0] == "La Mitis")
    assert "La Mitis\xa0: au moins 500\xa0$ du FQIS" in said
    assert mitis[1:3] == ["2", "au moins 500\xa0$"]
    assert mitis[3].startswith("au moins ") or mitis[3] == "inconnu"
