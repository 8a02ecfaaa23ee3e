"""Places and themes in numbers: equal to the directory's and to /chiffres/, and led to by their own addresses."""

import random
from dataclasses import replace
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from alliance.portal import labels as names
from alliance.portal.figures import register, totals
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.curve import Column, YearHere, curve
from alliance.portal.figures.helping import nearest, split
from alliance.portal.figures.matrix import initiatives_of
from alliance.portal.figures.places import here, neighbours, territory_tiles, themes_here
from alliance.portal.figures.themes import people_meant, theme_figures, theme_tiles
from alliance.portal.figures.years import years_of
from alliance.portal.gazetteer import Gazetteer, Group, Town
from alliance.portal.labels import Label
from alliance.portal.selection import Selection
from initiatives.choices import PublicState
from tests.portal import random_directory as drawing

SEEDS = range(12)


def drawn(seed, size=30):
    """Return a drawn directory whose initiatives are planned, ongoing or done."""
    dice, first = random.Random(seed), drawing.draw(seed, size)  # noqa: S311 - a universe, not a secret
    rows = [replace(row, state=dice.choice(list(PublicState))) for row in first.rows]
    return drawing.assemble(first.labels, rows)


def asked(url):
    return {name: tuple(values) for name, values in parse_qs(urlsplit(url).query).items()}


def listed(directory, url):
    """Return how many initiatives the list of an address holds."""
    assert urlsplit(url).path == "/initiatives/"
    return Selection(directory, asked(url)).count


def initiatives_at(directory, url):
    """Return the numbers of the initiatives of a list, or of the rows behind a cell of the matrix."""
    if urlsplit(url).path == "/initiatives/":
        return {row.number for row in Selection(directory, asked(url)).rows()}
    query = asked(url)
    rows = initiatives_of(Choice.of(directory), query["theme"], query["ligne"])
    return {row.number for row in rows}


def dollars(directory, url):
    """Return the figure of an address of /chiffres/."""
    code = urlsplit(url).path.strip("/").split("/")[1]
    return register.value(code, Choice.of(directory, **asked(url)))


def known(*amounts):
    return sum((amount or Decimal(0) for amount in amounts), Decimal(0))


@pytest.mark.parametrize("seed", SEEDS)
def test_an_mrc_counts_as_its_list_and_its_figures(db, seed):
    directory, seen = drawn(seed), 0
    for label in directory.labels.all(names.TERRITORY):
        found, whole = here(directory, label), Selection(directory, {names.TERRITORY: (label.slug,)})
        own, regional = whole.apart()
        assert (found.own, found.regional) == (len(own), len(regional))
        assert found.own_now == len(split(own)[0])
        assert found.unknown == sum(1 for row in own if row.amount is None)
        for name in ("own", "own_now", "regional"):
            assert getattr(found, name) == listed(directory, found.urls[name])
        for name in ("fqis", "others"):
            assert getattr(found, name) == dollars(directory, found.urls[name])
        assert known(found.fqis, found.others) == totals(whole).dollars
        seen += 1
    assert seen == 8


@pytest.mark.parametrize("seed", SEEDS)
def test_every_year_of_an_mrc_counts_as_its_list_and_its_figures(db, seed):
    directory, seen = drawn(seed), 0
    for label in directory.labels.all(names.TERRITORY):
        years = curve(directory, label).years
        by_name = {one.slug: one for one in years_of(Choice.of(directory, territoire=[label.slug]))[0]}
        for year in years:
            assert year.own == listed(directory, year.own_url)
            assert year.regional == listed(directory, year.regional_url)
            assert year.dollars == dollars(directory, year.dollars_url)
            assert year.own + year.regional == (by_name[year.name].count if year.name in by_name else 0)
            seen += 1
        assert known(*(year.dollars for year in years)) == known(here(directory, label).fqis)
    assert seen > 8


@pytest.mark.parametrize("seed", SEEDS)
def test_themes_of_an_mrc_are_met_or_not_and_lead_to_their_rows(seed):
    directory, seen = drawn(seed, 12), 0
    for label in directory.labels.all(names.TERRITORY):
        met, missing = themes_here(directory, label)
        assert {one.label.slug for one in met + missing} == set(drawing.THEMES)
        assert len(met) + len(missing) == len(drawing.THEMES)
        for one in met + missing:
            assert (one.own, one.regional) == (
                listed(directory, one.url),
                listed(directory, one.regional_url),
            )
            assert one.own_now <= one.own
            seen += 1
        assert [bool(one.own) for one in met + missing] == [True] * len(met) + [False] * len(missing)
    assert seen == 48


@pytest.mark.parametrize("seed", SEEDS)
def test_a_theme_counts_as_its_list_and_its_dollars_add_up(db, seed):
    directory, seen = drawn(seed), 0
    for label in directory.labels.all(names.THEME):
        found = theme_figures(directory, Gazetteer(), label)
        counts = {"all": found.count, "now": found.now, "regional_now": found.regional_now}
        assert counts == {name: listed(directory, found.urls[name]) for name in counts}
        assert (found.fqis, found.partners) == tuple(
            dollars(directory, found.urls[name]) for name in ("fqis", "partners")
        )
        assert [place.own_now for place in found.places] == [
            listed(directory, place.now_url) for place in found.places
        ]
        for place, (name, cell) in zip(found.places, found.rows, strict=False):
            assert (name, cell.count) == (place.label.name, listed(directory, cell.count_url))
            here = {names.THEME: (label.slug,), names.TERRITORY: (place.label.slug,)}
            if Choice.of(directory, **here).rows:
                assert cell.known_dollars == Choice.of(directory, **here).dollars(fqis=True)
        numbers = {row.number for row in Choice.of(directory, **{names.THEME: (label.slug,)}).rows}
        shown = [initiatives_at(directory, cell.count_url) for _name, cell in found.rows]
        assert set().union(*shown) == numbers
        assert known(*(cell.dollars for _name, cell in found.rows)) == known(found.fqis)
        assert found.whole.known_dollars == found.fqis or not numbers
        seen += len(found.places)
    assert seen == 48


@pytest.mark.parametrize("seed", SEEDS)
def test_tiles_count_as_the_pages_they_lead_to(seed):
    directory = drawn(seed)
    for tile in territory_tiles(directory, Gazetteer()):
        found = here(directory, tile.label)
        assert (tile.own, tile.own_now) == (found.own, found.own_now)
    for tile in theme_tiles(directory, Gazetteer())[0]:
        found = theme_figures(directory, Gazetteer(), tile.label)
        assert (tile.count, tile.now) == (found.count, found.now)


def test_unknown_dollars_are_hatched_and_zero_is_zero(db):
    known_labels = drawing.labels()
    year = known_labels.by_slug[names.YEAR]
    rows = [
        drawing.row(known_labels, 1, years=(year["2020-2021"],)),
        drawing.row(known_labels, 2, **drawing.paid(("la-mitis", "2021-2022", 4500))),
        drawing.row(
            known_labels, 3, years=(year["2022-2023"],), **drawing.paid(("la-matanie", "2022-2023", 10))
        ),
    ]
    directory = drawing.assemble(known_labels, rows)
    found = curve(directory, known_labels.by_slug[names.TERRITORY]["la-mitis"])
    assert [one.year.dollars for one in found.columns] == [None, Decimal(4500), Decimal(0)]
    assert [one.amount for one in found.columns] == ["?", "4,5\xa0k$", "0\xa0$"]
    assert [one.dollars for one in found.columns] == [48, 96, 0]
    assert [one.count for one in found.columns] == ["1", "1", "1"]
    assert found.has_unknown


@pytest.mark.parametrize(
    ("dollars", "said"),
    [("30500", "31\xa0k$"), ("4250", "4,3\xa0k$"), ("999.50", "1\xa0000\xa0$"), ("500.50", "501\xa0$")],
)
def test_an_amount_drawn_is_rounded_half_up(dollars, said):
    year = YearHere("2021-2022", 1, 0, Decimal(dollars), "", "", "")
    assert Column(year, 0, 0, 0, 0).amount == said


def test_a_year_between_two_is_told_and_the_drawing_keeps_the_last_six():
    known_labels = drawing.labels()
    every = [
        Label(names.YEAR, pk, f"{2010 + pk}-{2011 + pk}", f"{2010 + pk}-{2011 + pk}") for pk in range(1, 11)
    ]
    known_labels.by_id[names.YEAR] = {label.pk: label for label in every}
    rows = [
        drawing.row(known_labels, 1, years=(every[1],)),
        drawing.row(known_labels, 2, years=(every[8],)),
    ]
    found = curve(drawing.assemble(known_labels, rows), known_labels.by_slug[names.TERRITORY]["la-mitis"])
    assert [year.name for year in found.years] == [label.slug for label in every[1:9]]
    assert [year.own for year in found.years] == [1, 0, 0, 0, 0, 0, 0, 1]
    assert [year.is_unknown for year in found.years] == [True, *[False] * 6, True]
    assert [(column.amount, column.dollars) for column in found.columns[-2:]] == [("", 0), ("?", 48)]
    assert [column.year.name for column in found.columns] == [label.slug for label in every[3:9]]
    assert found.has_more


def test_an_mrc_without_initiative_has_no_curve_and_every_theme_missing():
    known_labels = drawing.labels()
    directory, label = drawing.assemble(known_labels, []), known_labels.by_slug[names.TERRITORY]["la-mitis"]
    met, missing = themes_here(directory, label)
    assert (curve(directory, label).years, met, len(missing)) == ([], [], len(drawing.THEMES))
    assert (here(directory, label).fqis, here(directory, label).own) == (None, 0)


def test_neighbours_are_those_that_touch_in_the_order_of_the_shore():
    directory = drawn(1)
    shore = {}
    for label in directory.labels.all(names.TERRITORY):
        shore[label.slug] = [one.slug for one in neighbours(directory, label)]
    assert shore["kamouraska"] == ["riviere-du-loup", "temiscouata"]
    assert shore["la-mitis"] == ["rimouski-neigette", "la-matanie", "la-matapedia"]
    assert shore["la-matapedia"] == ["la-mitis", "la-matanie"]
    assert all(one in shore[other] for one, beside in shore.items() for other in beside)
    assert len(shore) == 8


def test_people_meant_are_those_of_the_theme_only_and_most_named_first():
    known_labels = drawing.labels()
    other = known_labels.by_slug[names.THEME]["logement"]
    rows = [drawing.row(known_labels, n) for n in (1, 2)]
    rows += [drawing.row(known_labels, 3, theme=other, themes=(other,))]
    book = Gazetteer(groups=(Group("Aînés", 0b001), Group("Familles", 0b111), Group("Jeunes", 0b100)))
    directory = drawing.assemble(known_labels, rows)
    theme = known_labels.by_slug[names.THEME]["alimentation"]
    assert people_meant(directory, book, theme) == [("Familles", 2), ("Aînés", 1)]


def test_nearest_municipalities_follow_the_distance_and_leave_out_those_that_ended():
    known_labels = drawing.labels()
    towns = [
        Label(names.MUNICIPALITY, pk, slug, slug, parent=6, merged=merged, one=slug)
        for pk, slug, merged in (
            (1, "ici", 0),
            (2, "loin", 0),
            (3, "pres", 0),
            (4, "disparue", 1),
            (5, "nulle-part", 0),
        )
    ]
    known_labels.by_id[names.MUNICIPALITY] = {label.pk: label for label in towns}
    known_labels.by_slug[names.MUNICIPALITY] = {label.slug: label for label in towns}
    points = {1: (48.0, -68.0), 2: (48.9, -68.0), 3: (48.0, -68.2), 4: (48.0, -68.01), 5: None}
    book = Gazetteer(towns={pk: Town(point=point) for pk, point in points.items()})
    directory = drawing.assemble(known_labels, [drawing.row(known_labels, 1, municipalities=(towns[2],))])
    assert [(one.slug, one.count) for one in nearest(directory, book, towns[0])] == [("pres", 1), ("loin", 0)]
    assert nearest(directory, book, towns[4]) == []
