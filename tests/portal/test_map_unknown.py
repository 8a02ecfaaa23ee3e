"""What the map says of what it does not know, and of what is invented: never zero, never hidden."""

import pytest

from alliance.portal import labels as names
from alliance.portal.figures import map_of
from alliance.portal.figures.map import table_of
from alliance.portal.figures.scale import DOLLARS, PER_RESIDENT
from alliance.portal.selection import Selection
from tests.portal.random_directory import assemble, labels, paid, row


def test_unknown_amounts_are_never_zero():
    known = labels()
    mrc = known.by_slug[names.TERRITORY]
    rows = [
        row(known, 1),
        row(known, 2, territories=(mrc["la-matanie"],), **paid(("la-matanie", "2021-2022", 0))),
        row(known, 3, territories=(mrc["les-basques"],), **paid(("les-basques", "2021-2022", 500))),
        row(known, 4, territories=(mrc["les-basques"],)),
    ]
    view = map_of(Selection(assemble(known, rows)), DOLLARS)
    areas = {area.shape.slug: area for area in view.areas}
    assert (areas["la-mitis"].value, areas["la-mitis"].text, areas["la-mitis"].style) == (
        None,
        "?",
        "map-unknown",
    )
    assert areas["la-mitis"].said == "La-Mitis\xa0: montant non publié"
    assert (areas["la-matanie"].value, areas["la-matanie"].text) == (0, "0\xa0$")
    assert (areas["kamouraska"].value, areas["kamouraska"].style) == (0, "map-zero")
    assert (areas["les-basques"].value, areas["les-basques"].row.unpublished) == (500, 1)
    assert [step.text for step in view.legend] == [
        "0\xa0$ du FQIS",
        "500\xa0$ à 600\xa0$",
        "Montant non publié",
    ]


@pytest.mark.parametrize("measure", [DOLLARS, PER_RESIDENT])
def test_no_dollar_known_beside_an_unknown_amount_is_not_zero(measure):
    known = labels()
    rows = [row(known, 1), row(known, 2, **paid(("regional", "2021-2022", 700)))]  # paid by another line
    view = map_of(Selection(assemble(known, rows)), measure)
    mitis = next(area for area in view.areas if area.shape.slug == "la-mitis")
    assert (mitis.value, mitis.text, mitis.style) == (None, "?", "map-unknown")
    assert (mitis.row.dollars, mitis.row.per_resident, mitis.row.unpublished) == (None, None, 1)
    told = {
        DOLLARS: "La-Mitis\xa0: montant non publié",
        PER_RESIDENT: "La-Mitis\xa0: montant par personne inconnu",
    }
    assert mitis.said == told[measure]
    _titles, lines = table_of(view, "2021")
    assert next(line for line in lines if line[0] == "La-Mitis")[1:5] == [2, None, None, 1]
    assert view.legend[-1].style == "map-unknown"


def test_dollars_beside_an_unknown_amount_are_at_least_those():
    known = labels()
    rows = [row(known, 1), row(known, 2, **paid(("la-mitis", "2021-2022", 700)))]
    view = map_of(Selection(assemble(known, rows)), DOLLARS)
    said = next(area.said for area in view.areas if area.shape.slug == "la-mitis")
    assert said == "La-Mitis\xa0: au moins 700\xa0$ du FQIS"


def test_rows_say_whether_something_of_the_demonstration_is_counted():
    known = labels()
    kamouraska = (known.find(names.TERRITORY, "kamouraska"),)
    rows = [
        row(known, 1),
        row(known, 2, territories=kamouraska, is_demo=True, **paid(("la-matanie", "2021-2022", 700))),
    ]
    view = map_of(Selection(assemble(known, rows)))
    titles, lines = table_of(view, "2021")
    assert titles[-1] == "Démonstration"
    marked = {line[0] for line in lines if line[-1]}
    assert marked == {"Kamouraska", "La-Matanie", view.total.name}
    for year, expected in (("2021-2022", marked), ("2025-2026", set())):
        chosen = Selection(assemble(known, rows), {names.YEAR: (year,)})
        assert {line[0] for line in table_of(map_of(chosen), "")[1] if line[-1]} == expected, year
