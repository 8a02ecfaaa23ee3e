"""The matrix theme × territory: totals, cells and links, on directories drawn at random."""

from collections import Counter
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict

from alliance.portal.figure_filters import COUNT, CellFilter, FiguresFilter
from alliance.portal.figures import register
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.matrix import Matrix, cell_table
from alliance.portal.filters import DirectoryFilter
from funding.choices import Line
from tests.portal.random_directory import OTHER, PLACES, THEMES, YEARS, assemble, draw, labels, paid, row

pytestmark = pytest.mark.django_db
CHOICES = [(), *((year,) for year in YEARS), YEARS[:2]]
D = Decimal


def opened(url, directory):
    """Return the numbers of the initiatives that an address lists, and the dollars when it lists dollars."""
    parts = urlsplit(url)
    query = QueryDict(parts.query)
    if parts.path == "/initiatives/":
        asked = DirectoryFilter(query, directory=directory)
        assert asked.problems == []
        return sorted(one.number for one in asked.selection.rows()), None
    if parts.path == "/chiffres/fqis-accorde/":
        table = register.rows("fqis-accorde", FiguresFilter(query, directory=directory).choice)
    else:
        assert parts.path == "/chiffres/matrice/lignes/"
        asked = CellFilter(query, directory=directory)
        assert asked.problems == []
        in_dollars = asked["mesure"] != COUNT
        table = cell_table(asked.choice_of_years, asked["theme"], asked["ligne"], in_dollars=in_dollars)
    numbers = sorted(record.cells[1] for record in table.records)
    return numbers, table.total[-1]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("years", CHOICES)
def test_dollars_of_rows_and_columns_add_up_to_the_fqis_awarded(seed, years):
    choice = Choice.of(draw(seed), exercice=years)
    matrix = Matrix(choice)
    grand = matrix.grand.dollars
    assert sum(line.total.dollars for line in matrix.lines) == grand
    assert sum(cell.dollars for cell in matrix.totals) == grand
    for line in matrix.lines:
        assert sum(cell.dollars for cell in line.cells) == line.total.dollars
    for i, total in enumerate(matrix.totals):
        assert sum(line.cells[i].dollars for line in matrix.lines) == total.dollars
    assert (register.value("fqis-accorde", choice) or D(0)) == grand
    by_hand = [
        payment.amount
        for one in choice.directory.rows
        for payment in one.payments
        if payment.payer.source.is_fqis and (not years or payment.payer.year in years)
    ]
    assert sum(by_hand, D(0)) == grand


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("years", CHOICES[:3])
def test_each_cell_opens_exactly_its_rows(seed, years):
    directory = draw(seed, size=20)
    matrix = Matrix(Choice.of(directory, exercice=years))
    visited = Counter()
    cells = [cell for line in matrix.lines for cell in (*line.cells, line.total)]
    for cell in (*cells, *matrix.totals, matrix.grand):
        numbers, _ = opened(cell.count_url, directory)
        assert (len(numbers), len(set(numbers))) == (cell.count, cell.count), cell
        _, dollars = opened(cell.dollars_url, directory)
        assert (dollars or D(0)) == cell.dollars, cell
        visited[urlsplit(cell.count_url).path] += 1
    width = len(matrix.places) + 1
    assert visited.total() == (len(THEMES) + 1) * width
    assert visited["/initiatives/"] >= (len(THEMES) + 1) * 10


@pytest.mark.parametrize("seed", range(12))
def test_counts_say_each_theme_and_mrc_and_their_totals_are_distinct(seed):
    directory = draw(seed)
    matrix = Matrix(Choice.of(directory))
    expected = Counter()
    for one in directory.rows:
        places = [Line.REGIONAL.value] if one.is_regional else [place.slug for place in one.territories]
        for theme in one.themes:
            expected.update((theme.slug, place) for place in places or ["sans-mrc"])
    found = {
        (line.theme.slug, place.slug): cell.count
        for line in matrix.lines
        for place, cell in zip(matrix.places, line.cells, strict=True)
    }
    assert {key: count for key, count in found.items() if count} == dict(expected)
    assert [line.total.count for line in matrix.lines] == [
        sum(1 for one in directory.rows if theme in {label.slug for label in one.themes}) for theme in THEMES
    ]
    assert matrix.grand.count == len(directory.rows)


def test_places_are_the_eight_mrcs_from_west_to_east_then_the_region():
    known = labels()
    plain = Matrix(Choice.of(assemble(known, [row(known, 1)])))
    assert [place.slug for place in plain.places] == [*PLACES, "regional"]
    nowhere = Matrix(Choice.of(assemble(known, [row(known, 1, territories=())])))
    assert [place.name for place in nowhere.places[8:]] == ["Régional", "MRC non précisée"]
    office = Matrix(Choice.of(assemble(known, [row(known, 1, **paid(("administration", YEARS[0], 5)))])))
    assert [place.name for place in office.places[8:]] == ["Régional", "Administration"]
    assert office.grand.dollars == sum(cell.dollars for cell in office.totals) == 5


def test_unpublished_amounts_are_told_apart_from_zero():
    known = labels()
    rows = [row(known, 1), row(known, 2, **paid(("la-mitis", YEARS[1], 700))), row(known, 3, **paid())]
    matrix = Matrix(Choice.of(assemble(known, rows)))
    food, mitis = THEMES.index("alimentation"), PLACES.index("la-mitis")
    cell = matrix.lines[food].cells[mitis]
    assert (cell.count, cell.dollars, cell.unpublished) == (3, 700, 2)
    assert (matrix.grand.unpublished, matrix.totals[mitis].unpublished) == (2, 2)
    assert matrix.lines[0].cells[0].dollars_text == "0"


def test_money_of_another_source_is_not_in_the_matrix():
    known = labels()
    payments = paid(("la-mitis", YEARS[1], 700), ("la-mitis", YEARS[1], 50, OTHER))
    choice = Choice.of(assemble(known, [row(known, 1, **payments)]))
    assert (Matrix(choice).grand.dollars, register.value("autres-sources", choice)) == (700, 50)


def test_links_of_a_year_keep_it():
    matrix = Matrix(Choice.of(draw(1), exercice=["2021-2022"]))
    urls = [url for line in matrix.lines for cell in line.cells for url in (cell.count_url, cell.dollars_url)]
    assert all(("exercice", "2021-2022") in parse_qsl(urlsplit(url).query) for url in urls)
    assert len(urls) >= 2 * len(THEMES) * 9
