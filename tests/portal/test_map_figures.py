"""The map in numbers, on random directories and filters: what an area says is what its list holds; dollars add up."""

import random
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

import pytest

from alliance.lib.tabular import csv_text
from alliance.portal import labels as names
from alliance.portal.figures import map_of, register, scale, totals
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.map import MapRow, table_of
from alliance.portal.figures.scale import COUNT, DOLLARS, MEASURES, PER_RESIDENT
from alliance.portal.figures.within import municipalities_within
from alliance.portal.map.shapes import shapes
from alliance.portal.selection import Selection
from funding import ledger
from tests.portal.mapped_directory import HEIR, MERGED, mapped, municipalities, unorganized
from tests.portal.random_directory import OTHER, PLACES, assemble, labels, paid, row
from tests.portal.varied_directory import ask, random_query

SEEDS = range(6)
D = Decimal


def cases(seed, times=5):
    """Yield the whole of a random directory, then random filters of it."""
    directory, dice = mapped(seed), random.Random(seed)  # noqa: S311 - a universe, not a secret
    for query in ("", *(random_query(dice, directory) for _ in range(times))):
        asked = ask(query, directory)
        assert asked.problems == []
        yield asked


def opened(url, directory):
    """Return the numbers of the initiatives that an address lists."""
    parts = urlsplit(url)
    assert parts.path == "/initiatives/"
    asked = ask(parts.query, directory)
    assert asked.problems == []
    return sorted(one.number for one in asked.selection.rows())


def by_hand(asked, kind, slug):
    """Return the numbers of the chosen initiatives of a place, the whole region's left out."""
    field = {names.TERRITORY: "territories", names.MUNICIPALITY: "municipalities"}[kind]
    labels = asked.directory.labels
    return sorted(
        one.number
        for one in asked.selection.rows()
        if not one.is_regional and slug in {labels.present(place).slug for place in getattr(one, field)}
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_each_mrc_counts_what_its_list_holds(seed):
    linked = unsaid = 0
    for asked in cases(seed):
        view = map_of(asked.selection)
        assert [urlsplit(one.url).path for one in view.rows] == [f"/carte/{slug}/" for slug in PLACES]
        for slug, one in zip(PLACES, view.rows, strict=True):
            expected = by_hand(asked, names.TERRITORY, slug)
            assert one.count == len(expected)
            if one.list_url:
                assert opened(one.list_url, asked.directory) == expected
                linked += 1
            elif expected:
                assert asked.chosen(names.TERRITORY)
                assert slug not in asked.chosen(names.TERRITORY)
                unsaid += 1
        region, total = view.apart[0], view.total
        assert region.count == sum(one.is_regional for one in asked.selection.rows())
        assert not region.count or len(opened(region.list_url, asked.directory)) == region.count
        assert len(opened(total.list_url, asked.directory)) == total.count == asked.selection.count
    assert linked > 5


def test_an_initiative_of_several_mrcs_is_in_each_and_once_in_the_total():
    known = labels()
    mrc = known.by_slug[names.TERRITORY]
    both = row(known, 1, scope="supralocal", territories=(mrc["la-mitis"], mrc["la-matanie"]))
    directory = assemble(known, [both, row(known, 2)])
    view = map_of(Selection(directory))
    counts = {area.shape.slug: area.value for area in view.areas}
    assert counts == dict.fromkeys(PLACES, 0) | {"la-mitis": 2, "la-matanie": 1}
    assert view.total.count == 2
    # Asked with La Mitis, La Matanie has one of them, which no filter says: it has no list.
    view = map_of(ask("territoire=la-mitis", directory).selection)
    matanie = view.rows[PLACES.index("la-matanie")]
    assert (matanie.count, matanie.list_url) == (1, "")
    view = map_of(ask("territoire=la-mitis&territoire=la-matanie", directory).selection)
    assert len(opened(view.rows[PLACES.index("la-matanie")].list_url, directory)) == 1


def promised(asked, place="", *, fqis=True):
    """Return by hand what the lines of a place promised to the chosen initiatives, in the years and sources asked."""
    years, sources = asked.chosen("exercice"), asked.chosen("source")
    return sum(
        (
            amount
            for one in asked.selection.rows()
            for payer, amount in one.payments
            if payer.source.is_fqis == fqis
            and (not place or place in (payer.territory, payer.line))
            and (not years or payer.year in years)
            and (not sources or payer.source.slug in sources)
        ),
        D(0),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_dollars_of_mrcs_region_and_administration_add_up_to_the_selection(seed):
    seen = 0
    for asked in cases(seed):
        view = map_of(asked.selection, DOLLARS)
        for slug, one in zip(PLACES, view.rows, strict=True):
            assert (one.dollars or D(0)) == promised(asked, slug)
        every = [one.dollars for one in (*view.rows, *view.apart)]
        assert ledger.total(amount for amount in every if amount) == (view.total.dollars or 0)
        assert (view.total.dollars or 0) == promised(asked)
        assert view.total.unpublished == sum(one.amount is None for one in asked.selection.rows())
        if not asked.selection.places:
            sums = totals(asked.selection)
            assert sums.dollars == promised(asked) + promised(asked, fqis=False)
            seen += bool(sums.dollars)
    assert seen


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_dollars_are_those_of_the_figures(db, seed):
    directory = mapped(seed)
    whole = map_of(Selection(directory), DOLLARS)
    assert whole.total.dollars == register.value("fqis-accorde", Choice.of(directory))
    for label, one in zip(directory.labels.all(names.TERRITORY), whole.rows, strict=True):
        said = register.value("fqis-accorde", Choice.of(directory, territoire=[label.slug]))
        assert (one.dollars or 0) == (said or 0)


def test_regional_and_administration_money_is_apart_and_other_sources_are_told():
    known = labels()
    money = paid(
        ("la-mitis", "2021-2022", 700), ("regional", "2021-2022", 40), ("administration", "2021-2022", 5)
    )
    other = paid(("la-mitis", "2021-2022", 90, OTHER))
    rows = [row(known, 1, **money), row(known, 2, **other), row(known, 3, scope="regional", territories=())]
    view = map_of(Selection(assemble(known, rows)), DOLLARS)
    assert [(one.name, one.count, one.dollars) for one in view.apart] == [
        ("Toute la région", 1, D(40)),
        ("Administration", 0, D(5)),
    ]
    assert (view.rows[PLACES.index("la-mitis")].dollars, view.total.dollars) == (D(700), D(745))
    assert view.notes == (
        "D’autres sources que le FQIS ajoutent 90\xa0$, non comptés ici.",
        "1 initiative sans montant publié\xa0: ce n’est pas zéro.",
    )


def test_money_of_a_line_outside_the_place_asked_stands_in_its_own_area():
    known = labels()
    mrc = known.by_slug[names.TERRITORY]
    money = paid(
        ("la-mitis", "2021-2022", 700), ("la-matanie", "2021-2022", 300), ("regional", "2021-2022", 50)
    )
    both = row(known, 1, scope="supralocal", territories=(mrc["la-mitis"], mrc["la-matanie"]), **money)
    view = map_of(ask("territoire=la-mitis", assemble(known, [both])).selection, DOLLARS)
    dollars = {area.shape.slug: area.value for area in view.areas}
    assert (dollars["la-mitis"], dollars["la-matanie"], view.apart[0].dollars) == (700, 300, 50)
    assert view.notes == (
        "Chaque ligne qui paie ces initiatives est dans sa case, même hors du lieu choisi.",
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_dollars_per_resident_are_rounded_to_the_cent_and_unknown_without_residents(seed):
    seen = 0
    for asked in cases(seed, 2):
        view = map_of(asked.selection, PER_RESIDENT)
        places = list(asked.directory.labels.all(names.TERRITORY))
        for label, area in zip(places, view.areas, strict=True):
            dollars = area.row.dollars
            if dollars is None or not label.population:
                assert (area.value, area.text, area.style) == (None, "?", "map-unknown")
                assert area.said.endswith("\xa0: montant par personne inconnu")
            else:
                assert area.value == (dollars / label.population).quantize(D("0.01"), ROUND_HALF_UP)
                seen += 1
        assert (view.areas[-1].value, view.total.per_resident) == (None, None)  # residents not known
        assert view.legend[-1].text == "Inconnu"
    assert seen > 7


def test_half_a_cent_per_resident_is_a_cent():
    assert MapRow("La Mitis", "", "", 1, D(1), 0, 200).per_resident == D("0.01")
    assert MapRow("La Mitis", "", "", 1, D(3), 0, 200).per_resident == D("0.02")


def test_an_initiative_that_says_no_mrc_is_told_apart():
    known = labels()
    view = map_of(Selection(assemble(known, [row(known, 1, territories=()), row(known, 2)])))
    assert [(one.name, one.count, one.list_url) for one in view.apart][1:] == [("MRC non précisée", 1, "")]
    assert view.total.count == 2


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("seed", SEEDS[:5])
def test_drawing_table_and_file_say_the_same_numbers(seed, measure):
    for asked in cases(seed, 3):
        view = map_of(asked.selection, measure)
        assert [area.row for area in view.areas] == list(view.rows)
        titles, rows = table_of(view, "2021")
        lines = csv_text(titles, rows, dialect="excel-fr").removeprefix("\ufeff").splitlines()
        assert len(lines) == 1 + len(view.rows) + len(view.apart) + 1
        column = 1 + list(MEASURES).index(measure)
        for area, line in zip(view.areas, lines[1:], strict=False):
            cells = line.split(";")
            assert cells[0] == area.name
            written = D(cells[column].replace(",", ".")) if cells[column] else None
            assert scale.written(measure, written) == area.text
            assert cells[4] == str(area.row.unpublished)
            least = "au moins " if measure != COUNT and written is not None and area.row.unpublished else ""
            assert area.said == f"{area.name}\xa0: {least}{scale.said(measure, written)}"


def limits(text):
    """Return the numbers that a class of the legend tells."""
    return [D(one.replace("\xa0", "").replace(",", ".")) for one in re.findall(r"\d[\d\xa0]*(?:,\d+)?", text)]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("seed", SEEDS)
def test_legend_holds_the_class_of_each_area(seed, measure):
    seen = set()
    for asked in cases(seed, 3):
        view = map_of(asked.selection, measure)
        legend = {step.style: step.text for step in view.legend}
        assert len(legend) == len(view.legend) <= scale.STEPS + 2
        for area in view.areas:
            text = legend[area.style]
            if area.value is None:
                assert text in ("Montant non publié", "Inconnu")
            elif area.value == 0:
                assert text == scale.said(measure, 0)
            else:
                least, most = limits(text)[0], limits(text)[-1]
                assert least <= area.value <= most, (area.value, text)
            seen.add(area.style)
        known = [area.value for area in view.areas if area.value]
        styles = [area.style for area in sorted(view.areas, key=lambda area: area.value or 0) if area.value]
        assert styles == sorted(styles)
        if known:
            assert legend[max(styles)] == view.legend[-1 - ("map-unknown" in legend)].text
    assert len(seen) > 2


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        (COUNT, 1234, "1\xa0234"),
        (DOLLARS, D("35420.50"), "35\xa0421\xa0$"),
        (DOLLARS, D("0.40"), "0,40\xa0$"),
        (DOLLARS, D(0), "0\xa0$"),
        (PER_RESIDENT, D("1.85"), "1,85\xa0$"),
        (COUNT, None, "?"),
        (DOLLARS, None, "?"),
    ],
)
def test_values_are_printed_as_people_read_them(measure, value, text):
    assert scale.written(measure, value) == text


@pytest.mark.parametrize("values", [(1,), (1, 1, 1), (1, 2), (3, 8, 9), (1, 100), (0, 0), (None,), ()])
def test_scale_of_counts_has_whole_classes_that_do_not_touch(values):
    steps = scale.scale_of(COUNT, values)
    told = [step.text for step in steps.legend(values) if step.style not in ("map-zero", "map-unknown")]
    bounds = [limits(text) for text in told]
    for before, after in zip(bounds, bounds[1:], strict=False):
        assert after[0] == before[-1] + 1
    assert len(told) <= 5


def test_close_dollars_do_not_make_empty_classes():
    values = (D("10.10"), D("10.40"), D("10.90"))
    told = [step.text for step in scale.scale_of(DOLLARS, values).legend(values)]
    assert told == ["10\xa0$ à 11\xa0$"]


# One MRC ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_each_municipality_counts_what_its_list_holds(seed):
    linked = drawn = 0
    for asked in cases(seed, 1):
        directory = asked.directory
        for label in directory.labels.all(names.TERRITORY):
            view = map_of(asked.selection, DOLLARS, label)
            within = municipalities_within(directory, label)
            assert view.measure == COUNT
            assert [one.name for one in view.rows] == [one.name for one in within]
            assert [area.shape.slug for area in view.areas] == [one.slug for one in within]
            for town, one in zip(within, view.rows, strict=True):
                expected = by_hand(asked, names.MUNICIPALITY, town.slug)
                assert one.count == len(expected)
                if one.list_url:
                    assert opened(one.list_url, directory) == expected
                    linked += 1
            if view.total.list_url:
                assert len(opened(view.total.list_url, directory)) == view.total.count
            drawn += len(view.areas)
            assert view.apart[0].count == vague(asked, label)
    assert linked
    assert drawn == 2 * 127


def vague(asked, territory):
    """Count by hand the chosen initiatives of an MRC that name no municipality of it."""
    labels = asked.directory.labels
    held = {one.slug for one in municipalities() if one.parent == territory.pk}
    held |= (
        {HEIR} if territory.slug == "les-basques" else set()
    )  # its Saint-Guy is now a part of Lac-des-Aigles
    return sum(
        not one.is_regional
        and territory.slug in {place.slug for place in one.territories}
        and not held & {labels.present(town).slug for town in one.municipalities}
        for one in asked.selection.rows()
    )


def test_a_merged_municipality_is_counted_in_the_one_that_replaced_it():
    directory = mapped(0)
    known = directory.labels
    old, mrc = known.by_slug[names.MUNICIPALITY][MERGED], known.by_slug[names.TERRITORY]
    one = row(known, 1, territories=(mrc["temiscouata"],), municipalities=(old,))
    selection = Selection(assemble(known, [one]))
    view = map_of(selection, territory=mrc["temiscouata"])
    counted = {area.shape.slug: area for area in view.areas if area.value}
    assert list(counted) == [HEIR]
    assert counted[HEIR].row.list_url.startswith(f"/initiatives/?municipalite={HEIR}")
    basques = map_of(selection, territory=mrc["les-basques"])
    assert MERGED not in {area.shape.slug for area in basques.areas}
    known.by_id[names.MUNICIPALITY][old.pk] = replace(old, three="")  # merged, its last day not said
    assert MERGED not in {label.slug for label in municipalities_within(directory, mrc["les-basques"])}
    assert MERGED not in shapes().places


def test_nobody_in_an_unorganized_territory_is_zero_and_elsewhere_unknown():
    directory = mapped(0)
    view = map_of(Selection(directory), territory=directory.labels.by_slug[names.TERRITORY]["la-matapedia"])
    people = {area.shape.slug: area.row.population for area in view.areas}
    assert (people["amqui"], people["lac-alfred"]) == (None, 0)
    assert unorganized(directory.labels.by_slug[names.MUNICIPALITY]["lac-alfred"])


def test_a_municipality_that_is_not_drawn_is_in_the_table():
    directory = mapped(0)
    known = directory.labels
    new = names.Label(names.MUNICIPALITY, 999, "ville-neuve", "Ville-Neuve", parent=6, one="ville neuve")
    known.by_id[names.MUNICIPALITY][999] = known.by_slug[names.MUNICIPALITY][new.slug] = new
    view = map_of(Selection(directory), territory=known.by_slug[names.TERRITORY]["la-mitis"])
    assert "Ville-Neuve" in {one.name for one in view.rows}
    assert len(view.areas) == len(view.rows) - 1
