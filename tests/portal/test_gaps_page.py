"""The pages of the gaps: links that say place and state, the same states in the table and the file, what is not known told."""

import csv
import html
import re
from io import StringIO

import pytest

from alliance.portal import directory as memory
from alliance.portal.figures.deserts import Gap, Service, Tally
from initiatives.choices import PartnerRole, State
from territories.models import Municipality, Organization
from tests.portal.random_directory import PLACES
from tests.portal.test_map_page import drawings

LABELS = {service.letter: service.label for service in Service}
PATHS = (
    "/carte/deserts/",
    "/carte/deserts/?theme=alimentation",
    "/carte/deserts/la-mitis/",
    "/carte/deserts/la-mitis/?theme=alimentation",
    "/carte/deserts.csv",
)


@pytest.fixture
def served(world):
    """Mont-Joli served in food, Price not; housing of all La Mitis; transport ended in Price."""
    world.published(State.IN_PROGRESS, title="Frigo de Mont-Joli")
    place = {"themes": [world.themes["logement"]], "primary_theme": world.themes["logement"]}
    world.published(title="Logement partout", municipalities=[], **place)
    place = {"themes": [world.themes["transport"]], "primary_theme": world.themes["transport"]}
    world.published(State.COMPLETED, title="Navette", municipalities=[world.municipalities["09048"]], **place)
    return world


def lines(get, query=""):
    """Return the rows of the file, by municipality and theme."""
    text = get(f"/carte/deserts.csv{query}").content.decode()
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def cells(row):
    return [
        html.unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)
    ]


def test_states_of_an_mrc_are_printed_in_words_and_equal_the_file(served, get):
    page = get("/carte/deserts/la-mitis/").content.decode()
    body = re.search(r'<table class="table matrix gaps-matrix.*?</table>', page, re.DOTALL)[0]
    themes, *towns = [cells(row) for row in re.findall(r"<tr\b.*?</tr>", body, re.DOTALL)]
    # A letter for the eye, the words for those who listen.
    assert towns == [
        [
            "Mont-JoliManque\xa0: transport. On ne sait pas\xa0: logement.",
            "SServie maintenant",
            "?On ne sait pas",
            "RRien dans le portail",
        ],
        [
            "PriceManque\xa0: alimentation, transport. On ne sait pas\xa0: logement.",
            "RRien dans le portail",
            "?On ne sait pas",
            "AServie avant",
        ],
    ]
    assert themes == ["Municipalité", "Alimentation", "Logement", "Transport"]
    told = {(one["Municipalité"], one["Thème"]): one["État"] for one in lines(get, "?territoire=la-mitis")}
    assert told == {
        (town[0].partition("Manque")[0], theme): cell[1:]
        for town in towns
        for theme, cell in zip(themes[1:], town[1:], strict=True)
    }
    assert 'href="/carte/deserts.csv?territoire=la-mitis" download' in page
    assert re.findall(r'<tr id="(.*?)">', body) == ["mont-joli", "price"]
    assert page.index("Les cinq états") < page.index("<table")


def test_each_cell_is_a_link_that_says_its_place_and_its_state(served, get):
    seen = 0
    for theme in ("alimentation", "logement", "transport"):
        page = get(f"/carte/deserts/la-mitis/?theme={theme}").content.decode()
        (drawn,) = drawings(page)
        for area, one in zip(drawn, lines(get, f"?theme={theme}&territoire=la-mitis"), strict=True):
            (letter,) = area["values"]
            assert LABELS[letter] == one["État"]
            assert area["said"] == f"{one['Municipalité']}\xa0: {one['État'].lower()}"
            assert area["style"] == f"gap-{next(s for s in Service if s.letter == letter)}"
            pattern = {"?": ["url(#hachures)"], "A": ["url(#points)"]}.get(letter, [])
            assert area["patterns"] == pattern
            seen += 1
    assert seen == 6


def test_region_counts_each_mrc_as_its_own_page_and_the_file(served, get):
    page = get("/carte/deserts/?theme=transport").content.decode()
    tall, wide = drawings(page)
    assert [area["said"] for area in tall] == [area["said"] for area in wide]
    assert [area["href"] for area in tall] == [f"/carte/deserts/{slug}/?theme=transport" for slug in PLACES]
    body = re.search(r'<table class="table matrix.*?</table>', page, re.DOTALL)[0]
    rows = [cells(row) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)]
    told = lines(get, "?theme=transport")
    for row, area in zip(rows[1:9], tall, strict=True):
        states = [one["État"] for one in told if one["MRC"] == row[0]]
        assert row[1:6] == [str(states.count(service.label)) for service in Service]
        lacking = states.count("Servie avant") + states.count("Rien dans le portail")
        assert f"{lacking} sur {len(states)} sans service connu" in area["said"]
        assert area["said"].startswith(f"{row[0]}\xa0: ")
    assert rows[9][:6] == ["Total", *(str(sum(int(row[i]) for row in rows[1:9])) for i in range(1, 6))]
    legend = re.search(r'<dl class="gaps-legend">.*?</dl>', page, re.DOTALL)[0]
    for service in Service:
        assert service.label in legend
        assert html.escape(service.definition) in legend


def test_all_themes_of_the_region_say_how_many_lack_and_how_many_are_unknown(served, get):
    page = get("/carte/deserts/").content.decode()
    assert 'href="/carte/deserts/la-mitis/?theme=logement"' in page
    body = re.search(r'<table class="table matrix.*?</table>', page, re.DOTALL)[0]
    rows = {row[0]: row[1:] for row in (cells(row) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL))}
    assert rows["La Mitis"] == [
        "1 sans service connu sur 2",
        "0 sans service connu sur 2 2 inconnues",
        "2 sans service connu sur 2",
    ]
    assert rows["Kamouraska"] == ["0 sans service connu sur 0"] * 3


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ("UUU", "On ne sait pas ce qui existe en ce moment dans les 3 municipalités."),
        ("UNN", "2 municipalités sur 3 sans service connu en ce moment; pour 1 autre, on ne sait pas."),
        ("NSS", "1 municipalité sur 3 sans service connu en ce moment."),
        (
            "SUU",
            "Un service en cours ou prévu est connu dans 1 municipalité sur 3; pour 2 autres, on ne sait pas.",
        ),
        ("SSS", "Un service en cours ou prévu est connu dans 3 municipalités sur 3."),
    ],
)
def test_tally_is_told_in_a_sentence_that_counts_nobody_twice(states, said):
    services = {"U": Service.UNKNOWN, "N": Service.NEVER, "S": Service.NOW}
    gaps = tuple(Gap(None, None, None, services[state], 0, 0) for state in states)
    assert Tally(gaps).sentence == said


def test_unknown_is_never_told_as_nothing(served, get):
    page = get("/carte/deserts/la-mitis/?theme=logement").content.decode()
    assert "On ne sait pas ce qui existe en ce moment dans les 2 municipalités." in plain(page)
    assert "« On ne sait pas » n’est jamais compté comme « rien »." in plain(page)


def plain(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", page)).replace("\xa0", " "))


def test_a_served_neighbour_is_proposed_with_who_carries_and_the_public_phone(served, get):
    Organization.objects.filter(pk=served.moisson.pk).update(
        contact_phone="418 555-0123", contact_is_public=True
    )
    page = get("/carte/deserts/la-mitis/?theme=alimentation").content.decode()
    row = re.search(r'<li class="gap-never" id="price">.*?</ul>', page, re.DOTALL)[0]
    assert plain(row).split("Population")[0].strip() == "R Price Rien dans le portail."
    assert "Frigo de Mont-Joli, à Mont-Joli (environ " in plain(row)
    assert "Moisson Mitis, 418 555-0123" in plain(row)
    assert 'href="/initiatives/frigo-de-mont-joli/"' in row
    Organization.objects.filter(pk=served.moisson.pk).update(contact_is_public=False)
    memory.forget()
    hidden = get("/carte/deserts/la-mitis/?theme=alimentation").content.decode()
    assert "418 555-0123" not in hidden


def test_unknown_residents_are_not_zero(served, get):
    Municipality.objects.filter(slug="price").update(population=1800)
    page = plain(get("/carte/deserts/la-mitis/?theme=alimentation").content.decode())
    assert "Population : inconnu" in page
    assert "Population : 1 800" in page
    told = {one["Municipalité"]: one["Population"] for one in lines(get, "?territoire=la-mitis")}
    assert told == {"Mont-Joli": "", "Price": "1800"}


def people_without_service(get):
    """Return the last cell of each row of the table by MRC."""
    page = get("/carte/deserts/?theme=alimentation").content.decode()
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>.*?<td class=\"num\">([^<]*)</td></tr>", page)
    return {plain(name).strip(): told for name, told in rows}


def test_people_without_service_are_at_least_those_known(served, get):
    found = people_without_service(get)
    assert (found["La Mitis"], found["Total"]) == ("inconnu", "inconnu")
    Municipality.objects.filter(slug="price").update(population=1800)
    memory.forget()
    found = people_without_service(get)
    assert (found["La Mitis"], found["Total"]) == ("1\xa0800", "au moins 1\xa0800")


def test_initiatives_without_place_are_told_beside(world, get):
    assert "ne dit pas où elle a lieu" not in get("/carte/deserts/?theme=alimentation").content.decode()
    lost = world.published(title="Quelque part")
    lost.territories.clear()
    lost.municipalities.clear()
    memory.forget()
    for path in ("/carte/deserts/?theme=alimentation", "/carte/deserts/la-mitis/?theme=alimentation"):
        page = get(path).content.decode()
        assert "1 initiative de ce thème ne dit pas où elle a lieu" in plain(page)
        assert '<a href="/initiatives/quelque-part/">Quelque part</a>' in page


def test_what_is_not_understood_is_named_and_a_file_refuses_it(served, get):
    page = get("/carte/deserts/?theme=zzz&exercice=2025-2026")
    assert page.status_code == 200
    assert (
        "Le thème «\xa0zzz\xa0» n’est pas dans le répertoire\xa0: ce filtre a été ignoré."
        in page.content.decode()
    )
    two = get("/carte/deserts/?theme=logement&theme=alimentation").content.decode()
    assert "Un seul thème est montré à la fois\xa0: le premier a été gardé." in two
    assert "<h1>Où il manque de services\xa0: Logement</h1>" in two
    for query in ("?theme=zzz", "?territoire=saturne", "?exercice=2025-2026", "?zzz=1"):
        assert get(f"/carte/deserts.csv{query}").status_code == 400, query


def test_pages_print_their_map_and_their_table(served, get):
    """Controls and files stay off paper; the drawing, its legend and the table do not."""
    for path in ("/carte/", "/carte/la-mitis/", *PATHS[1:4]):
        page = get(path).content.decode()
        off = " ".join(
            re.findall(r"<(?:form|p|section|nav)[^>]*no-print.*?</(?:form|p|section|nav)>", page, re.DOTALL)
        )
        assert "<table" not in off
        assert 'class="map map-' not in off
        assert "<form" in off
        assert "download>CSV" in off or path == "/carte/la-mitis/"


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("path", PATHS)
def test_gaps_ask_four_questions_at_most_then_one(world, get, django_assert_max_num_queries, path, rows):
    for number in range(rows):
        world.published(
            State.IN_PROGRESS, title=f"Frigo {number}", partners=[(world.moisson, PartnerRole.LEAD, "")]
        )
    memory.forget()
    with django_assert_max_num_queries(4):
        first = get(path)
    with django_assert_max_num_queries(1):
        again = get(path)
    assert again.content == first.content
    with django_assert_max_num_queries(1):
        assert get(path, **{"If-None-Match": first["ETag"]}).status_code == 304
    world.published()
    changed = get(path, **{"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)
