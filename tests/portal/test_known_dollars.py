"""No dollars, or unknown dollars: the register, the years, the matrix and the map answer alike (unknown is not zero)."""

import pytest

from alliance.portal import labels as names
from alliance.portal.figures import map_of, register, totals
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.matrix import Matrix
from alliance.portal.figures.scale import DOLLARS
from alliance.portal.figures.sums import ANY_THEME
from alliance.portal.figures.themes import theme_figures
from alliance.portal.figures.years import years_of
from alliance.portal.gazetteer import Gazetteer
from initiatives.choices import Scope
from tests.portal.random_directory import PLACES, THEMES, YEARS, assemble, draw, labels, paid, row

pytestmark = pytest.mark.django_db


def fqis(directory, **asked):
    return Choice.of(directory, **asked).dollars(fqis=True)


@pytest.mark.parametrize("seed", range(12))
def test_every_page_of_a_year_answers_alike(seed):
    directory, mapped = draw(seed, 6), 0
    for year in ("", *YEARS):
        choice = Choice.of(directory, **({names.YEAR: (year,)} if year else {}))
        found = choice.dollars(fqis=True)
        assert register.value("fqis-accorde", choice) == found
        assert years_of(choice)[1].awarded == found
        assert Matrix(choice).grand.known_dollars == found
        declared = {row.pk for row in choice.rows}
        if {paid.row.pk for paid in choice.paid} <= declared:  # paid in a year they declare
            assert map_of(choice.selection, DOLLARS).total.dollars == found
            mapped += 1
    found, _whole = years_of(Choice.of(directory))
    assert {one.slug: one.awarded for one in found if one.slug} == {
        one.slug: fqis(directory, exercice=(one.slug,)) for one in found if one.slug
    }
    assert mapped


def test_unknown_beside_what_another_line_pays_is_not_zero():
    """An initiative of La Mitis without amount, and a regional one that is paid: La Mitis's dollars are unknown."""
    known = labels()
    rows = [
        row(known, 1),
        row(known, 2, scope=Scope.REGIONAL, territories=(), **paid(("regional", YEARS[0], 900))),
    ]
    directory = assemble(known, rows)
    food, mitis = known.by_slug[names.THEME]["alimentation"], PLACES.index("la-mitis")
    assert fqis(directory, theme=("alimentation",), territoire=("la-mitis",)) is None
    assert fqis(directory, theme=("alimentation",), territoire=("les-basques",)) == 0
    assert fqis(directory, theme=("alimentation",)) == 900
    told = [cell.dollars_told for _name, cell in theme_figures(directory, Gazetteer(), food).rows]
    assert (told[mitis], told[PLACES.index("les-basques")], told[8]) == (
        "non publié",
        "0\xa0$",
        "900\xa0$",
    )
    line = Matrix(Choice.of(directory)).lines[THEMES.index("alimentation")]
    assert (line.cells[mitis].dollars_text, line.cells[0].dollars_text) == ("?", "0")
    assert line.total.dollars_told == "au moins 900\xa0$"


def test_nothing_published_is_not_zero():
    directory = assemble(labels(), [row(labels(), 1, **paid(("la-mitis", YEARS[1], 700)))])
    empty = Choice.of(directory, exercice=(YEARS[0],))
    assert empty.rows == []
    view = map_of(empty.selection, DOLLARS)
    assert {one.dollars for one in (*view.rows, view.total)} == {None}
    matrix = Matrix(empty)
    assert {cell.dollars_text for line in matrix.lines for cell in (*line.cells, line.total)} == {"?"}


def test_initiative_without_mrc_has_its_row_on_the_page_of_its_theme():
    known = labels()
    directory = assemble(known, [row(known, 1), row(known, 2, territories=())])
    found = theme_figures(directory, Gazetteer(), known.by_slug[names.THEME]["alimentation"])
    assert [name for name, _cell in found.rows[8:]] == ["Toute la région", "MRC non précisée"]
    assert [cell.count for _name, cell in found.rows if cell.count] == [1, 1]


def test_list_and_map_of_a_theme_say_that_their_dollars_do_not_add_up():
    known = labels()
    both = tuple(known.by_slug[names.THEME][slug] for slug in ("alimentation", "logement"))
    directory = assemble(known, [row(known, 1, themes=both, **paid(("la-mitis", YEARS[1], 700)))])
    for asked, told in (({names.THEME: ("logement",)}, True), ({}, False)):
        selection = Choice.of(directory, **asked).selection
        assert totals(selection).dollars == 700
        assert (ANY_THEME in totals(selection).apart, ANY_THEME in map_of(selection, DOLLARS).notes) == (
            told,
            told,
        )
    assert fqis(directory, theme=("logement",)) == 0
