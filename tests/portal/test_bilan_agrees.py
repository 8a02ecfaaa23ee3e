"""The bilan of a year and the register of figures say the same thing of the same year, whatever was entered."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from alliance.portal import directory
from alliance.portal.bilan.build import build
from alliance.portal.figures import register
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.matrix import Matrix
from alliance.portal.figures.years import years_of
from funding import actions as money
from funding.choices import ContributionKind
from tests.portal import bilan_year

pytestmark = pytest.mark.django_db
LABEL = bilan_year.LABEL
D = Decimal
SAME = {
    "initiatives": "initiatives",
    "fqis-affecte": "fqis-affecte",
    "fqis-accorde": "fqis-accorde",
    "partenaires": "contributions",
    "levier": "levier",
    "organisations": "organisations",
    "mrc": "mrc",
    "personnes": "personnes-rejointes",
}


@pytest.fixture(autouse=True)
def _spring():
    with time_machine.travel("2026-05-10T12:00:00Z"):
        yield


def whole(world):
    bilan_year.fill(world)


def unpaid(world):
    world.published()


def released(world):
    initiative = world.published(award="500")
    money.release(commitment=initiative.commitments.get(), by=world.coordination, reason="Abandon")


def other_source(world):
    initiative = world.published(territories=[world.territories["la-matapedia"]], municipalities=[])
    world.award(initiative, "1000")  # La Matapédia's line is not one of the FQIS


def other_year(world):
    """One initiative of two years, paid by the second one only."""
    years = [world.years[LABEL], world.years["2026-2027"]]
    initiative = world.published(starts_on=date(2026, 1, 1), ends_on=date(2026, 9, 30), fiscal_years=years)
    line = world.line_of(initiative)
    line.pk, line.fiscal_year = None, world.years["2026-2027"]
    line.save(force_insert=True)
    money.move_allocation(
        allocation=line, by=world.coordination, amount=D(900), reason="Ajout", on=date(2026, 4, 1)
    )
    world.award(initiative, "900", line)


def gift_of_zero(world):
    initiative = world.published(award="1000")
    bilan_year.contribute(world, initiative, ContributionKind.CASH, "0")


def unknown_gift(world):
    initiative = world.published(award="1000")
    bilan_year.contribute(world, initiative, ContributionKind.CASH, None)


def nobody(world):
    """Nothing is published."""


WORLDS = {
    whole: D("16500.50"),
    unpaid: None,
    released: 0,
    other_source: 0,
    other_year: 0,
    gift_of_zero: 1000,
    unknown_gift: 1000,
    nobody: None,
}


@pytest.mark.parametrize("fill", WORLDS)
def test_every_figure_of_the_bilan_is_that_of_the_register(world, fill):
    fill(world)
    now = directory.build(0)
    document, choice = build(world.years[LABEL], now), Choice.of(now, exercice=[LABEL])
    figures = {figure.code: figure for section in document.sections for figure in section.figures}
    for code, same in SAME.items():
        if code in figures:
            assert figures[code].value == register.value(same, choice), code
    assert register.value("fqis-accorde", choice) == WORLDS[fill]
    assert set(figures) - {"reponses"} == (
        set(SAME) if fill is not nobody else {"fqis-affecte", "fqis-accorde"}
    )
    tables = {table.code: table for table in document.tables}
    if fill is not nobody:
        assert tables["themes"].total[2] == tables["territoires"].total[2] == WORLDS[fill]
        assert register.rows("fqis-accorde", choice).total[-1] == WORLDS[fill]


@pytest.mark.parametrize("fill", WORLDS)
def test_page_of_the_years_says_what_the_register_says(world, fill):
    fill(world)
    now = directory.build(0)
    for year in years_of(Choice.of(now))[0]:
        if year.slug:
            assert year.awarded == register.value("fqis-accorde", Choice.of(now, exercice=[year.slug])), year
    assert years_of(Choice.of(now))[1].awarded == register.value("fqis-accorde", Choice.of(now))


@pytest.mark.parametrize("fill", [whole, released, other_source, unpaid])
def test_matrix_of_the_bilan_is_that_of_the_figures(world, fill):
    fill(world)
    now = directory.build(0)
    document, matrix = build(world.years[LABEL], now), Matrix(Choice.of(now, exercice=[LABEL]))
    tables = {table.code: table for table in document.tables}
    assert tables["matrice-nombre"].total[-1] == matrix.grand.count
    for rank, row in enumerate(tables["matrice-nombre"].rows):
        assert row[-1] == matrix.totals[rank].count
    if fill is unpaid:
        assert "matrice-dollars" not in tables
        return
    assert tables["matrice-dollars"].total[-1] == document.figure("fqis-accorde").value == WORLDS[fill]
    for rank, row in enumerate(tables["matrice-dollars"].rows):
        assert (row[-1] or 0) == matrix.totals[rank].dollars


def test_one_is_singular_and_an_unknown_amount_is_not_published(world, client):
    unpaid(world)
    now = directory.build(0)
    document, choice = build(world.years[LABEL], now), Choice.of(now)
    assert document.figure("initiatives").label == "initiative"
    assert document.figure("organisations").label == "organisation participante"
    said = {
        code: register.ENTRIES[code].compute(choice).text
        for code in ("fqis-accorde", "personnes-rejointes", "levier")
    }
    assert said == {
        "fqis-accorde": "montant non publié",
        "personnes-rejointes": "inconnu",
        "levier": "sans objet",
    }
    totals = client.get("/chiffres/matrice/").content.decode().split("<tfoot>")[1].split("</tfoot>")[0]
    assert totals.count("1 sans montant") == 2
