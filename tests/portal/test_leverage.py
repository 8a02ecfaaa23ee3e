"""« Chaque dollar du FQIS en attire X »: the announced pairs, what is unknown, what has no figure."""

from decimal import Decimal

import pytest

from alliance.portal.figures import leverage, values
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.leverage import DEFINITIONS, Part, announced, measure
from alliance.portal.figures.sharing import split
from alliance.portal.payments import Brought
from tests.portal.random_directory import OTHER, assemble, draw, labels, paid, row

D = Decimal
PARTNERS, WHOLE = DEFINITIONS["partenaires"], DEFINITIONS["cout-total"]
YEAR = "2021-2022"


def brought(amount, kind="cash", *, confirmed=True, year=""):
    return Brought(kind, None if amount is None else D(amount), confirmed, year)


@pytest.mark.parametrize(
    ("fqis", "total", "attracted", "whole"),
    [("189000", "483000", "1,56\xa0$", "2,56\xa0$"), ("1586962", "2400000", "0,51\xa0$", "1,51\xa0$")],
)
def test_announced_pairs_come_out_of_the_same_function(fqis, total, attracted, whole):
    assert announced(D(fqis), D(total), PARTNERS).text == attracted
    assert announced(D(fqis), D(total), WHOLE).text == whole


def test_without_fqis_there_is_no_figure():
    found = measure([Part(D(0), D(900), [brought(5000)])], PARTNERS)
    assert (found.ratio, found.exact, found.text, found.missing) == (None, None, "sans objet", "")
    assert measure([], WHOLE).text == "sans objet"


def test_money_brought_to_an_initiative_without_fqis_is_not_attracted():
    parts = [Part(D(1000), brought=[brought(500)]), Part(D(0), D(10), [brought(9000)])]
    assert measure(parts, PARTNERS).text == "0,50\xa0$"


def test_unknown_contributions_make_a_floor_and_the_exact_figure_of_the_others():
    parts = [
        Part(D(1000), brought=[brought(800)]),
        Part(D(1000), brought=[brought(40), brought(None)]),
        Part(D(500), brought=[], entered=False),
    ]
    found = measure(parts, PARTNERS)
    assert found.text == "au moins 0,34\xa0$"
    assert (found.unknown, found.silent, found.complete, found.exact) == (1, 1, 1, D("0.80"))
    assert found.missing == (
        "1 contribution sans montant connu et 1 initiative dont les contributions ne sont pas inscrites\xa0: "
        "ce n’est pas zéro."
    )
    assert found.exact_text.startswith("0,80\xa0$ pour la seule initiative")


def test_nothing_known_is_unknown_not_a_floor_of_zero():
    assert measure([Part(D(100), brought=[brought(None)])], PARTNERS).text == "inconnu"
    assert measure([Part(D(100), brought=[brought(0)])], PARTNERS).text == "0\xa0$"  # entered: none at all


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("partenaires", "1,50\xa0$"),
        ("confirmees", "1,40\xa0$"),
        ("argent", "0,20\xa0$"),
        ("argent-biens", "0,60\xa0$"),
        ("cout-total", "2,80\xa0$"),
    ],
)
def test_each_definition_counts_what_it_says(code, text):
    all_of_it = [
        brought(100),
        brought(100, confirmed=False),
        brought(400, "in_kind"),
        brought(900, "hours"),
    ]
    assert measure([Part(D(1000), D(300), all_of_it)], DEFINITIONS[code]).text == text
    assert len(DEFINITIONS) == 5


def test_unknown_of_a_nature_left_out_changes_nothing():
    parts = [Part(D(100), brought=[brought(50), brought(None, "hours")])]
    assert (measure(parts, DEFINITIONS["argent"]).text, measure(parts, PARTNERS).text) == (
        "0,50\xa0$",
        "au moins 0,50\xa0$",
    )


def test_total_of_the_table_says_what_its_rows_say():
    known = labels()
    silent = row(known, 1, **paid(("la-mitis", YEAR, 1000)))
    blank = row(known, 2, **paid(("la-mitis", YEAR, 500)), contributions=(brought(None),))
    table = values.leverage_table(Choice.of(assemble(known, [silent, blank])))
    assert [cell.text for cell in table.shown_total[1:]] == ["1\xa0500\xa0$", "inconnu", "aucune", "inconnu"]
    assert (table.total[3], table.total[5]) == (None, None)
    given = row(known, 2, **paid(("la-mitis", YEAR, 500)), contributions=(brought(300),))
    table = values.leverage_table(Choice.of(assemble(known, [silent, given])))
    assert [cell.text for cell in table.shown_total[2:]] == [
        "au moins 300\xa0$", "en partie", "au moins 0,20\xa0$",
    ]  # fmt: skip
    table = values.leverage_table(Choice.of(assemble(known, [given])))
    assert [cell.text for cell in table.shown_total[2:]] == ["300\xa0$", "toutes", "0,60\xa0$"]


def test_figure_of_the_register_is_unknown_or_zero_as_it_is_known():
    known = labels()

    def levier(contributions):
        one = row(known, 1, **paid(("la-mitis", YEAR, 1000)), contributions=contributions)
        return values.leverage(Choice.of(assemble(known, [one])))

    assert (levier(()).amount, levier(()).text) == (None, "inconnu")
    assert (levier((brought(0),)).amount, levier((brought(0),)).text) == (0, "0\xa0$")


def _directory():
    known = labels()
    place, year = known.by_slug["territoire"], known.by_slug["exercice"]
    return assemble(
        known,
        [
            row(
                known,
                1,
                **paid(("la-mitis", YEAR, 1000), ("regional", "2022-2023", 3000)),
                years=(year[YEAR], year["2022-2023"]),
                contributions=(brought(800, year=YEAR), brought(100)),
            ),
            row(
                known,
                2,
                **paid(("la-matanie", YEAR, 500), ("la-matanie", YEAR, 50, OTHER)),
                territories=(place["la-matanie"],),
                contributions=(brought(600),),
            ),
            row(known, 3, contributions=(brought(9999),)),  # no FQIS
        ],
    )


def test_groups_attribute_the_money_once():
    choice = Choice.of(_directory())
    found = {title: {g.name: g.leverage for g in group} for title, group in leverage.groups(choice, PARTNERS)}
    lines = found["Ligne qui paie"]
    # Of the first one, 800 $ are of the year that La Mitis pays, and 100 $ of no year: 25 $ and 75 $.
    assert {name: (one.fqis, one.above, one.text) for name, one in lines.items()} == {
        "La-Mitis": (1000, 825, "0,83\xa0$"),
        "La-Matanie": (500, 600, "1,20\xa0$"),
        "Régional": (3000, 75, "0,03\xa0$"),
    }
    years = found["Exercice"]
    assert (years[YEAR].above, years[YEAR].text) == (1400, "au moins 0,93\xa0$")  # 100 $ of an unknown year
    assert (years["2022-2023"].above, years["2022-2023"].silent) == (0, 1)
    assert leverage.whole(choice, PARTNERS).text == "0,33\xa0$"


@pytest.mark.parametrize("seed", range(10))
def test_groups_add_up_to_the_whole(seed):
    choice = Choice.of(draw(seed))
    whole = leverage.whole(choice, PARTNERS)
    assert whole.fqis == sum(paid.payment.amount for paid in choice.paid if paid.payment.payer.source.is_fqis)
    by_theme = dict(leverage.groups(choice, PARTNERS))["Thème principal"]
    assert sum(group.leverage.fqis for group in by_theme) == whole.fqis
    assert sum(group.leverage.above for group in by_theme) == whole.above
    by_line = dict(leverage.groups(choice, PARTNERS))["Ligne qui paie"]
    assert sum(group.leverage.fqis for group in by_line) == whole.fqis
    assert sum(group.leverage.above for group in by_line) == whole.above
    table = values.leverage_table(choice)
    assert sum(record.cells[2] for record in table.records) == whole.fqis
    assert sum(record.cells[3] or 0 for record in table.records) == whole.above


def test_two_lines_that_pay_one_initiative_attract_the_same_for_each_dollar():
    known = labels()
    one = row(
        known,
        1,
        **paid(("la-mitis", YEAR, 2000), ("temiscouata", YEAR, 1000)),
        contributions=(brought(3000), brought(None)),
    )
    directory = assemble(known, [one])
    found = dict(leverage.groups(Choice.of(directory), PARTNERS))["Ligne qui paie"]
    assert {group.name: (group.leverage.above, group.leverage.text) for group in found} == {
        "Temiscouata": (1000, "au moins 1\xa0$"),
        "La-Mitis": (2000, "au moins 1\xa0$"),
    }
    for places, dollars in (
        (["la-mitis"], 2000),
        (["la-mitis", "temiscouata"], 3000),
        (["la-matanie"], None),
    ):
        choice = Choice.of(directory, territoire=places)
        assert values.given_value(choice, values.known).amount == dollars
        assert len(values.given_that(choice, values.unknown)) == (dollars is not None)


def test_cents_left_over_go_to_the_greatest_remainders_and_sums_hold():
    thirds = split(D("100.00"), {"a": D(1), "b": D(1), "c": D(1)})
    assert thirds == {"a": D("33.34"), "b": D("33.33"), "c": D("33.33")}
    assert split(D("0.01"), {"a": D(1), "b": D(2)}) == {"a": D(0), "b": D("0.01")}
    assert split(D(0), {"a": D(1)}) == {"a": D(0)}
