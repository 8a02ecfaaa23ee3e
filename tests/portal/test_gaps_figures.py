"""The gaps, on random directories: each state equals a plain reading of the definitions; neighbours are near and served."""

from dataclasses import replace

import pytest

from alliance.lib.tabular import csv_text
from alliance.portal import labels as names
from alliance.portal.figures.deserts import Gap, Gaps, Service, Tally
from alliance.portal.figures.gaps_map import region_map, territory_cells
from alliance.portal.figures.gaps_table import file_of, region_matrix, territory_matrix, with_neighbours
from alliance.portal.figures.nearby import FARTHEST, MOST
from alliance.portal.gazetteer import Body, Contact
from alliance.portal.labels import Label
from alliance.portal.map.shapes import shapes
from initiatives.choices import PUBLIC_STATE, PublicState, Scope, State
from tests.portal.mapped_directory import HEIR, MERGED, located, mapped, municipalities, unorganized
from tests.portal.random_directory import PLACES, THEMES, assemble, labels, row

SEEDS = range(4)
NOW = (PublicState.PLANNED, PublicState.ONGOING)
PHONES = {pk: Body(Contact("", f"418 555-01{pk:02}")) for pk in range(1, 4)}


def towns_of(directory, slug):
    """Return by hand the municipalities that stand in an MRC, by name."""
    parent = PLACES.index(slug) + 1
    return [one for one in municipalities() if one.parent == parent and one.slug != MERGED]


def naive(directory, town, mrc, theme):
    """Return the state of a municipality in a theme, read initiative by initiative as the page defines it."""

    def slugs(places):
        return {directory.labels.present(one).slug for one in places}

    held = {one.slug for one in municipalities() if one.parent == town.parent and one.slug != MERGED}
    held |= {HEIR} if mrc == "les-basques" else set()
    mine = [one for one in directory.rows if theme in slugs(one.themes)]
    regional = [one for one in mine if one.scope == Scope.REGIONAL]
    naming = [one for one in mine if one not in regional and town.slug in slugs(one.municipalities)]
    vague = [
        one
        for one in mine
        if one not in regional and mrc in slugs(one.territories) and not held & slugs(one.municipalities)
    ]
    if any(one.state in NOW for one in naming):
        state = "now"
    elif any(one.state in NOW for one in regional):
        state = "region"
    elif any(one.state in NOW for one in vague) or any(
        one.state == PublicState.UNCONFIRMED for one in (*naming, *regional, *vague)
    ):
        state = "unknown"
    elif naming or regional:
        state = "before"
    else:
        state = "unknown" if vague else "never"
    now = sum(one.state in NOW for one in naming)
    return state, now, *(sum(one.state == state for one in naming) for state in PublicState.before)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [4, 25])
def test_each_state_is_what_a_plain_reading_finds(seed, size):
    directory = mapped(seed, size)
    gaps, seen = Gaps(directory), 0
    assert [theme.slug for theme in gaps.themes] == list(THEMES)
    for mrc in gaps.territories:
        for line in territory_matrix(gaps, mrc):
            for gap in line.gaps:
                found = (gap.service.value, gap.now, gap.unconfirmed, gap.before)
                assert found == naive(directory, line.label, mrc.slug, gap.theme.slug), (
                    line.label,
                    gap.theme,
                )
                seen += 1
    assert seen == 127 * len(THEMES)


def test_every_state_is_met():
    met = set()
    for seed in SEEDS:
        gaps = Gaps(mapped(seed, 6))
        met |= {gap.service for theme in gaps.themes for gap in gaps.everywhere(theme).gaps}
    assert met == set(Service)


@pytest.fixture
def known():
    return located(labels())


def state_of(known, *rows, town="mont-joli", mrc="la-mitis", theme="alimentation"):
    gaps = Gaps(assemble(known, list(rows)))
    find = known.find
    return gaps.gap(
        find(names.MUNICIPALITY, town), find(names.TERRITORY, mrc), find(names.THEME, theme)
    ).service


def here(known, number=1, town="mont-joli", **changes):
    towns = (known.find(names.MUNICIPALITY, town),) if town else ()
    return row(known, number, municipalities=towns, **changes)


EVERYWHERE = {"scope": Scope.REGIONAL, "territories": (), "town": ""}
DONE = {"state": PublicState.DONE}
DOUBT = {"state": PublicState.UNCONFIRMED}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([{}], Service.NOW),
        ([{"state": PublicState.PLANNED}], Service.NOW),
        ([DONE], Service.BEFORE),
        ([DONE, {}], Service.NOW),
        ([{"town": "price"}], Service.NEVER),
        ([EVERYWHERE], Service.REGION),
        ([EVERYWHERE | DONE], Service.BEFORE),
        ([EVERYWHERE, DONE], Service.REGION),
        ([EVERYWHERE, {}], Service.NOW),
        ([{"town": ""}], Service.UNKNOWN),
        ([{"town": ""} | DONE], Service.UNKNOWN),
        ([{"town": ""}, DONE], Service.UNKNOWN),
        ([{"town": ""} | DONE, DONE], Service.BEFORE),
        ([{"town": ""} | DONE, EVERYWHERE | DONE], Service.BEFORE),
        ([{"town": "", "territories": ()}], Service.NEVER),
        ([{"town": "matane"}], Service.UNKNOWN),
        ([], Service.NEVER),
        ([DOUBT], Service.UNKNOWN),
        ([DOUBT, DONE], Service.UNKNOWN),
        ([DOUBT, {}], Service.NOW),
        ([DOUBT, EVERYWHERE], Service.REGION),
        ([EVERYWHERE | DOUBT], Service.UNKNOWN),
        ([{"town": ""} | DOUBT, DONE], Service.UNKNOWN),
        ([{"town": "price"} | DOUBT], Service.NEVER),
    ],
)
def test_a_state_is_as_defined(known, told, expected):
    rows = [here(known, number, **changes) for number, changes in enumerate(told, 1)]
    assert state_of(known, *rows) == expected


def test_an_initiative_of_the_mrc_is_never_nothing_for_any_of_its_municipalities(known):
    gaps = Gaps(assemble(known, [here(known, town="")]))
    theme, mrc = known.find(names.THEME, "alimentation"), known.find(names.TERRITORY, "la-mitis")
    tally = gaps.within(mrc, theme)
    assert (tally.unknown, tally.lacking, tally.residents) == (tally.total, 0, 0)
    assert gaps.within(known.find(names.TERRITORY, "la-matanie"), theme).unknown == 0


def test_only_public_states_count():
    """A cancelled or refused initiative is not in the directory; only a date makes one « peut-être terminée »."""
    assert {PUBLIC_STATE.get(state) for state in State} == {*PublicState, None} - {PublicState.UNCONFIRMED}
    assert State.CANCELLED not in PUBLIC_STATE
    assert {*PublicState.now, *PublicState.before} == set(PublicState)


def test_a_merged_municipality_serves_the_one_that_replaced_it(known):
    old = known.by_slug[names.MUNICIPALITY][MERGED]
    mrc = known.find(names.TERRITORY, "temiscouata")
    one = row(known, 1, territories=(mrc,), municipalities=(old,))
    assert state_of(known, one, town=HEIR, mrc="temiscouata") == Service.NOW
    before = row(known, 2, territories=(known.find(names.TERRITORY, "les-basques"),), municipalities=(old,))
    assert state_of(known, before, town="trois-pistoles", mrc="les-basques") == Service.NEVER  # it named one
    gaps = Gaps(assemble(known, [one]))
    basques = gaps.within_labels(known.find(names.TERRITORY, "les-basques"))
    assert MERGED not in {label.slug for label in basques}
    assert len(basques) == len(towns_of(gaps.directory, "les-basques"))


def test_initiatives_that_say_no_place_are_told_apart(known):
    nowhere = here(known, 2, town="", territories=())
    gaps = Gaps(assemble(known, [here(known), nowhere, here(known, 3, **EVERYWHERE)]))
    assert gaps.nowhere(known.find(names.THEME, "alimentation")) == [nowhere]
    assert gaps.nowhere(known.find(names.THEME, "transport")) == []


def test_initiatives_per_thousand_residents_are_unknown_without_residents(known):
    gaps = Gaps(assemble(known, [here(known), here(known, 2)]))
    theme, mrc = known.find(names.THEME, "alimentation"), known.find(names.TERRITORY, "la-mitis")
    found = {gap.label.slug: gap for gap in gaps.within(mrc, theme).gaps}
    town = found["mont-joli"]
    assert float(town.per_thousand) == pytest.approx(2000 / town.label.population, abs=0.05)
    empty = found["lac-a-la-croix"]
    assert (empty.residents, empty.per_thousand, empty.is_unorganized) == (0, None, True)
    assert unorganized(empty.label)
    matapedia = gaps.within(known.find(names.TERRITORY, "la-matapedia"), theme)
    (amqui,) = [gap for gap in matapedia.gaps if gap.label.slug == "amqui"]
    assert (amqui.residents, amqui.per_thousand) == (None, None)


@pytest.mark.parametrize(
    ("homes", "expected"),
    [
        ((1800, 700), (2500, False)),
        ((1800, 0), (1800, True)),
        ((0, 0), (None, False)),
        ((), (0, False)),
    ],
)
def test_residents_without_service_are_at_least_those_known(known, homes, expected):
    theme, mrc = known.find(names.THEME, "alimentation"), known.find(names.TERRITORY, "la-matapedia")
    named = ("amqui", "causapscal")[: len(homes)]
    labels_ = [
        replace(known.find(names.MUNICIPALITY, slug), population=n)
        for slug, n in zip(named, homes, strict=True)
    ]
    tally = Tally(tuple(Gap(label, mrc, theme, Service.NEVER, now=0, before=0) for label in labels_))
    assert (tally.residents, tally.is_partial) == expected


def test_nobody_lives_in_an_unorganized_territory_and_that_is_known(known):
    theme, mrc = known.find(names.THEME, "alimentation"), known.find(names.TERRITORY, "la-mitis")
    empty = known.find(names.MUNICIPALITY, "lac-a-la-croix")
    tally = Tally((Gap(empty, mrc, theme, Service.NEVER, now=0, before=0),))
    assert (tally.residents, tally.is_partial) == (0, False)


@pytest.mark.parametrize("seed", SEEDS)
def test_tallies_drawings_tables_and_file_agree(seed):
    gaps = Gaps(mapped(seed, 12))
    for line in region_matrix(gaps):
        for theme, tally in line.cells:
            assert tally.total == sum(tally.counts.values())
            assert tally.lacking == tally.counts[Service.BEFORE] + tally.counts[Service.NEVER]
            frame, cells = territory_cells(gaps, line.label, theme)
            assert frame
            assert tuple(cell.gap for cell in cells) == tally.gaps
            assert all(cell.said.startswith(f"{cell.gap.label.name}\xa0: ") for cell in cells)
    for theme in gaps.themes:
        for area in region_map(gaps, theme).areas:
            drawn = {group.service: len(group.spots) for group in area.groups}
            assert drawn == {service: count for service, count in area.tally.listed if count}
            assert f"{area.tally.lacking} sur {area.tally.total} sans service connu" in area.said
    titles, rows = file_of(gaps, (), ())
    assert len(rows) == 127 * len(THEMES)
    counted = {(one[0], one[3]): [] for one in rows}
    for one in rows:
        counted[one[0], one[3]].append(one[4])
    for line in region_matrix(gaps):
        for theme, tally in line.cells:
            assert counted[line.label.name, theme.name] == [gap.service.label for gap in tally.gaps]
    assert len(csv_text(titles, rows, dialect="excel-fr").splitlines()) == len(rows) + 1
    _, some = file_of(gaps, ["logement"], ["la-mitis"])
    assert {(one[0], one[3]) for one in some} == {("La-Mitis", "Logement")}


def test_file_says_where_the_demonstration_made_the_state(known):
    gaps = Gaps(assemble(known, [here(known), here(known, 2, town="price", is_demo=True)]))
    titles, rows = file_of(gaps, ["alimentation"], ["la-mitis"])
    assert titles[-1] == "Démonstration"
    assert {one[1] for one in rows if one[-1]} == {"Price"}
    gaps = Gaps(assemble(known, [here(known), here(known, 2, town="", is_demo=True)]))
    _, rows = file_of(gaps, ["alimentation"], ["la-mitis"])
    assert all(one[-1] for one in rows)


# Neighbours ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_neighbours_are_the_nearest_ones_served_now(seed):
    drawn = mapped(seed, 60)
    directory = assemble(drawn.labels, [one for one in drawn.rows if one.scope != Scope.REGIONAL])
    gaps, distance, proposed, lonely = Gaps(directory), shapes().distance, 0, 0
    for theme in gaps.themes[:3]:
        served = {
            town.slug
            for mrc in PLACES
            for town in towns_of(directory, mrc)
            for one in directory.rows
            if one.state == PublicState.ONGOING
            and theme in one.themes
            and town.slug in {directory.labels.present(place).slug for place in one.municipalities}
        }
        for mrc in gaps.territories:
            rows = with_neighbours(gaps, mrc, theme, PHONES)
            assert [one.gap.service.is_now for one in rows] == sorted(one.gap.service.is_now for one in rows)
            for one in rows:
                slug = one.gap.label.slug
                if one.gap.service.is_now:
                    assert one.near == []
                    continue
                far = sorted((distance(slug, other), other) for other in served - {slug})
                expected = [other for away, other in far if away <= FARTHEST][:MOST]
                assert [near.label.slug for near in one.near] == expected
                for near in one.near:
                    assert near.row.state == PublicState.ONGOING
                    assert theme in near.row.themes
                    assert near.kilometres == round(distance(slug, near.label.slug)) <= FARTHEST
                proposed, lonely = proposed + len(one.near), lonely + (not one.near)
    assert proposed > 30
    assert lonely


def test_a_neighbour_says_who_carries_and_the_public_phone(known):
    gaps = Gaps(assemble(known, [here(known, town="mont-joli"), here(known, 2, town="mont-joli")]))
    mitis, food = known.find(names.TERRITORY, "la-mitis"), known.find(names.THEME, "alimentation")
    near = {one.gap.label.slug: one.near for one in with_neighbours(gaps, mitis, food, PHONES)}
    (found,) = near["price"]
    assert (found.label.slug, found.lead.slug, found.phone, found.others) == (
        "mont-joli",
        "moisson",
        "418 555-0101",
        1,
    )
    assert found.distance == f"environ {found.kilometres}\xa0km"
    (silent,) = next(
        one.near for one in with_neighbours(gaps, mitis, food, {}) if one.gap.label.slug == "price"
    )
    assert (silent.phone, silent.dial) == ("", "")


def test_an_initiative_only_planned_or_of_the_whole_region_extends_nothing(known):
    mitis, food = known.find(names.TERRITORY, "la-mitis"), known.find(names.THEME, "alimentation")
    planned = here(known, state=PublicState.PLANNED)
    gaps = Gaps(assemble(known, [planned, here(known, 2, **DONE)]))
    assert not any(one.near for one in with_neighbours(gaps, mitis, food, PHONES))
    named = replace(here(known), scope=Scope.REGIONAL, state=PublicState.ONGOING)
    gaps = Gaps(assemble(known, [named]))
    assert {one.gap.service for one in with_neighbours(gaps, mitis, food, PHONES)} == {Service.REGION}


def test_a_municipality_without_a_cell_has_its_state_and_no_neighbour(known):
    new = Label(names.MUNICIPALITY, 999, "ville-neuve", "Ville-Neuve", parent=6, one="ville neuve")
    known.by_id[names.MUNICIPALITY][999] = known.by_slug[names.MUNICIPALITY][new.slug] = new
    gaps = Gaps(assemble(known, [here(known)]))
    mitis, food = known.find(names.TERRITORY, "la-mitis"), known.find(names.THEME, "alimentation")
    told = {one.gap.label.slug: one for one in with_neighbours(gaps, mitis, food, PHONES)}
    assert (told["ville-neuve"].gap.service, told["ville-neuve"].near) == (Service.NEVER, [])
    assert "ville-neuve" not in {cell.gap.label.slug for cell in territory_cells(gaps, mitis, food)[1]}
