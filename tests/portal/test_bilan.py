"""What a year's bilan counts, and that its document is kept and read again exactly."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
import time_machine

from alliance.lib.dates import today
from alliance.lib.money import parse_amount
from alliance.portal import directory
from alliance.portal.bilan import versions
from alliance.portal.bilan.build import build
from alliance.portal.bilan.document import (
    CLOSED,
    COUNT,
    DOLLARS,
    NUMERIC,
    OPEN,
    RATIO,
    WITHDRAWN,
    Column,
    Document,
    FigureLine,
    Section,
    Story,
    Table,
    from_json,
    masked,
    to_json,
)
from funding import ledger
from funding.models import Allocation
from initiatives.models import FiscalYear
from tests.portal import bilan_year

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _spring():
    with time_machine.travel("2026-05-10T12:00:00Z"):
        yield


def bilan(world):
    return build(world.years[bilan_year.LABEL], directory.build(0))


def test_figures_count_what_the_year_holds(filled):
    document = bilan(filled)
    values = {figure.code: figure.value for section in document.sections for figure in section.figures}
    assert values == {
        "initiatives": 4,
        "fqis-affecte": D("60000.00"),
        "fqis-accorde": D("16500.50"),
        "partenaires": D("1500.00"),
        "levier": D("0.09"),
        "organisations": 2,
        "mrc": 8,
        "personnes": 47,  # 40 of a report, 7 of a page; the 2 of another report are too few to be published
        "reponses": 2,
    }
    assert (document.title, document.status, document.version) == ("Bilan 2025-2026", OPEN, None)


def test_money_of_the_lines_is_that_of_the_ledger(filled):
    document = bilan(filled)
    balances = ledger.lines(Allocation.objects.filter(fiscal_year=filled.years[bilan_year.LABEL]))
    assert document.table("sources").total == (
        "Total",
        ledger.total(each.allocated for each in balances),
        ledger.total(each.committed for each in balances),
        None,  # the year is over and no payment was ever entered
        ledger.total(each.left for each in balances),
    )
    assert document.table("lignes").rows == (
        ("Kamouraska", None, None, None, None),
        ("Rivière-du-Loup", None, None, None, None),
        ("Témiscouata", D("20000.00"), D("0.00"), None, D("20000.00")),
        ("Les Basques", None, None, None, None),
        ("Rimouski-Neigette", None, None, None, None),
        ("La Mitis", D("30000.00"), D("13000.50"), None, D("16999.50")),
        ("La Matanie", None, None, None, None),
        ("La Matapédia", None, None, None, None),
        ("Projets régionaux", D("10000.00"), D("4000.00"), None, D("6000.00")),
    )
    assert document.table("lignes-autres").total == (
        "Total", D("4000.00"), D("1000.00"), None, D("3000.00"),
    )  # fmt: skip
    assert document.section("argent").paragraphs == (
        "De l’argent engagé, 17\xa0500,50\xa0$ va aux initiatives de ce bilan et 500\xa0$ à des dossiers sans page "
        "publique.",
    )


def test_themes_territories_and_matrix_add_up_to_the_same_totals(filled):
    document = bilan(filled)
    assert document.table("themes").rows == (
        ("Alimentation", 3, D("12500.50"), D("1000.00"), 0),
        ("Logement", 1, None, None, 1),
        ("Transport", 1, D("4000.00"), D("0.00"), 0),
    )
    total = ("Total", 4, D("16500.50"), D("1000.00"), 1)
    for code in ("themes", "territoires", "suite"):
        table = document.table(code)
        assert table.total == total
        for index in (2, 3):
            assert ledger.total(row[index] for row in table.rows) == total[index]
    assert document.table("matrice-dollars").total == (
        "Total", D("12500.50"), None, D("4000.00"), D("16500.50"),
    )  # fmt: skip
    assert document.table("matrice-nombre").total == ("Total", 3, 1, 1, 4)
    rows = dict((row[0], row[1:]) for row in document.table("matrice-nombre").rows)
    assert rows["La Mitis"] == (1, 0, 0, 1)
    assert rows["Les Basques"] == (1, 1, 0, 1)  # one initiative, two themes
    assert rows["Projets régionaux"] == (0, 0, 1, 1)


def test_cell_of_unknown_dollars_is_none_and_an_empty_cell_is_zero(filled):
    rows = dict((row[0], row[1:]) for row in bilan(filled).table("matrice-dollars").rows)
    assert rows["Les Basques"] == (D("0.00"), None, D("0.00"), None)
    assert rows["Kamouraska"] == (D("0.00"),) * 4


def test_list_names_published_initiatives_only_with_their_dollars_of_the_year(filled):
    table = bilan(filled).table("initiatives")
    assert [row[1:] for row in table.rows] == [
        ("Frigo libre-service de Mont-Joli", "Moisson Mitis", "La Mitis", "Alimentation", "Nouvelle", "En cours",
         D("12500.50"), D("0.00")),
        ("Jardin d’Amqui", "Moisson Mitis", "La Matapédia", "Alimentation", "Nouvelle", "Prévue",
         D("0.00"), D("1000.00")),
        ("=Logements d’étudiants", "CDC des Grandes Marées", "Témiscouata et Les Basques", "Logement", "Nouvelle",
         "Prévue", None, None),
        ("Œuvre du transport collectif", "CDC des Grandes Marées", "Toute la région", "Transport", "Prolongée",
         "Réalisée", D("4000.00"), D("0.00")),
    ]  # fmt: skip
    assert table.total == ("Total", "4 initiatives", "", "", "", "", "", D("16500.50"), D("1000.00"))


def test_partners_are_told_by_nature_and_unknown_ones_apart(filled):
    table = bilan(filled).table("partenaires")
    assert table.rows == (
        ("Argent", D("1000.00"), D("0.00"), D("1000.00"), 0),
        ("Biens et services", D("0.00"), None, None, 1),
        ("Heures de bénévolat", D("0.00"), D("500.00"), D("500.00"), 0),
    )
    assert table.total == ("Total", D("1000.00"), D("500.00"), D("1500.00"), 1)


def test_organizations_are_counted_once_by_role(filled):
    document = bilan(filled)
    assert document.table("roles").rows == (
        ("Porteurs", 2), ("Fiduciaires", 0), ("Partenaires", 1), ("Bailleurs de fonds", 0),
    )  # fmt: skip
    assert document.table("roles").total == ("Total", 2)
    assert document.table("organisations").rows == (
        ("CDC des Grandes Marées", 2, 0, 0, 0, 2),
        ("Moisson Mitis", 2, 0, 1, 0, 3),
    )


def test_stories_are_those_agreed_to(filled):
    food = filled.rows[0]
    assert bilan(filled).section("histoires").stories == (Story(food.number, food.title, bilan_year.STORY),)


def test_year_without_story_says_so(world):
    bilan_year.more(world)
    section = bilan(world).section("histoires")
    assert (section.stories, section.paragraphs) == (
        (),
        ("Aucune histoire n’a été confiée pour publication.",),
    )


def test_nothing_private_is_in_the_document(filled):
    assert bilan_year.CANARY not in json.dumps(to_json(bilan(filled)), ensure_ascii=False)


def test_open_year_without_promise_is_zero_and_a_year_over_is_unknown(world):
    with time_machine.travel("2026-03-10T12:00:00Z", tick=False):
        assert bilan(world).table("sources").total[1:] == (D("64000.00"), D("0.00"), D("0.00"), D("64000.00"))
    assert bilan(world).table("sources").total[1:] == (D("64000.00"), None, None, None)


def test_closed_year_says_so(filled):
    year = filled.years[bilan_year.LABEL]
    year.closed_at = "2026-05-01T00:00:00Z"
    assert build(year, directory.build(0)).status == CLOSED


def test_initiative_paid_by_the_year_without_naming_it_is_told_apart(world):
    bilan_year.more(world)
    other = world.published(title="L’an prochain", award="50")
    other.fiscal_years.set([world.years["2026-2027"]])  # an old import: the actions no longer let it happen
    document = bilan(world)
    assert [row[1] for row in document.table("payees").rows] == ["L’an prochain"]
    assert document.figure("initiatives").value == 1
    assert document.figure("fqis-accorde").value == D("150.00")
    assert document.table("themes").total[2] == document.table("matrice-dollars").total[-1] == D("150.00")


def test_reference_year_holds_the_nine_lines_to_the_dollar_and_counts_nothing_it_does_not_know(
    reference_data,
):
    document = build(FiscalYear.objects.get(label="2021-2022"), directory.build(0))
    lines = document.table("lignes")
    assert [row[1] for row in lines.rows] == [
        D(amount) for amount in (199970, 117821, 231073, 132821, 198285, 229930, 219430, 211432, 46200)
    ]
    assert lines.total == ("Total", D("1586962.00"), None, None, None)
    assert {figure.code: figure.value for figure in document.sections[0].figures} == {
        "fqis-affecte": D("1586962.00"), "fqis-accorde": None,
    }  # fmt: skip
    assert "ce n’est pas zéro" in document.section("initiatives").paragraphs[0]
    assert len(document.table("annonces").rows) == 11


# The paragraph for a release -------------------------------------------------------------------------------

NUMBER = re.compile(r"\d(?:[\d\xa0]*\d)?(?:,\d+)?(?:\xa0\$)?")


def numbers_of(document):
    """Return the numbers of the paragraph, the names of the year and the dates left out."""
    text = document.section("communique").paragraphs[0]
    text = re.sub(r"\d{4}-\d{4}|\d+ mai 2026", "", text)
    return [parse_amount(found) if "$" in found else int(found) for found in NUMBER.findall(text)]


def test_paragraph_for_a_release_has_the_numbers_of_the_document(filled):
    document = bilan(filled)
    codes = ("organisations", "initiatives", "mrc", "fqis-affecte", "fqis-accorde", "partenaires", "levier",
             "reponses", "personnes")  # fmt: skip
    expected = [document.figure(code).value for code in codes]
    new, continued = (row[1] for row in document.table("suite").rows)
    expected[2:2] = [new, continued]
    assert numbers_of(document) == expected
    text = document.section("communique").paragraphs[0]
    assert text.startswith("En 2025-2026, l’Alliance")
    assert "12\xa0500" not in text
    assert "au moins 1\xa0500\xa0$" in text
    assert not re.search(r"\d [\d$]|\w :", text)


def test_paragraph_leaves_out_what_is_unknown(reference_data):
    document = build(FiscalYear.objects.get(label="2021-2022"), directory.build(0))
    assert numbers_of(document) == [D("1586962.00")]
    assert "montant non publié" not in document.section("communique").paragraphs[0]


# Kept and read again ---------------------------------------------------------------------------------------


def test_document_comes_back_the_same_from_json(filled):
    document = bilan(filled)
    again = from_json(json.loads(json.dumps(to_json(document))))
    assert again == document
    assert [type(v) for t in again.tables for row in t.rows for v in row] == [
        type(v) for t in document.tables for row in t.rows for v in row
    ]


def test_cents_zero_and_unknown_come_back_as_they_were():
    kinds = (COUNT, DOLLARS, RATIO)
    table = Table(
        "t", "T", tuple(Column(k, k) for k in kinds), ((0, D("0.00"), None), (None, None, D("1.50")))
    )
    figure = FigureLine("f", "F", D("0.10"), "$", "Définition")
    document = Document(
        "2025-2026",
        "Bilan",
        today(),
        OPEN,
        2,
        (Section("s", "S", figures=(figure,), tables=(table,)),),
        True,
        "n",
    )
    again = from_json(json.loads(json.dumps(to_json(document))))
    assert again == document
    assert str(again.table("t").rows[0][1]) == "0.00"
    assert replace(document, note="") != document


def test_initiative_gone_from_the_site_keeps_its_number_and_dollars_only(filled):
    document = bilan(filled)
    food, *others = filled.rows
    hidden = masked(document, {row.number for row in others})
    row = next(row for row in hidden.table("initiatives").rows if row[0] == food.number)
    assert row == (
        food.number,
        WITHDRAWN,
        "",
        "La Mitis",
        "Alimentation",
        "Nouvelle",
        "En cours",
        D("12500.50"),
        D("0.00"),
    )
    assert hidden.section("histoires").stories == ()
    assert hidden.table("initiatives").total == document.table("initiatives").total
    assert food.title not in json.dumps(to_json(hidden), ensure_ascii=False)
    assert masked(document, {row.number for row in filled.rows}) == document


@pytest.mark.parametrize("count", [1, 3])
def test_questions_to_the_database_do_not_grow(world, django_assert_num_queries, count):
    for _ in range(count):
        bilan_year.more(world)
    now = directory.build(0)
    with django_assert_num_queries(3):
        build(world.years[bilan_year.LABEL], now)


def test_list_of_years_holds_those_with_something_to_tell(filled, django_assert_num_queries):
    now = directory.build(0)
    with django_assert_num_queries(3):
        listed = versions.years(now)
    assert [(each.year.label, each.initiatives, each.versions) for each in listed] == [("2025-2026", 4, [])]


def test_every_value_has_the_type_of_its_column(filled):
    types = {COUNT: (int,), DOLLARS: (Decimal, type(None)), RATIO: (Decimal, type(None))}
    seen = 0
    for table in bilan(filled).tables:
        for row in [*table.rows, *([table.total] if table.total else [])]:
            assert len(row) == len(table.columns)
            for value, column in zip(row[1:], table.columns[1:], strict=True):
                assert isinstance(value, types.get(column.kind, (str,))), (table.code, column, value)
                seen += column.kind in NUMERIC
    assert seen > 150
