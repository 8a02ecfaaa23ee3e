"""The map: how many initiatives and how many dollars stand in each MRC, or in each municipality of one MRC.

An initiative is counted in each of its MRCs; those of the whole region are told once, apart. Money belongs to the line
that pays it, so the MRCs, the regional line and the administration add up to the whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from django.utils.http import urlencode

from alliance.lib.money import ZERO
from alliance.lib.templatetags.francais import montant, pluriel
from alliance.portal import labels as names
from alliance.portal.bitmaps import union
from alliance.portal.directory import Directory
from alliance.portal.figures import scale
from alliance.portal.figures.scale import COUNT, DOLLARS, MEASURES, PER_RESIDENT, Amount, Scale, Step
from alliance.portal.figures.sums import ANY_THEME
from alliance.portal.figures.within import municipalities_within, residents, unplaced
from alliance.portal.labels import Label
from alliance.portal.map import lettering as letters
from alliance.portal.map.lettering import Line, lettering
from alliance.portal.map.shapes import Frame, Shape, Shapes, frame_of, shapes
from alliance.portal.payments import Payer
from alliance.portal.selection import Selection
from funding import ledger
from funding.choices import Line as MoneyLine
from initiatives.choices import SCOPE_SLUG, Scope
from territories.models import Territory

_SCOPES = tuple(SCOPE_SLUG[scope] for scope in (Scope.LOCAL, Scope.SUPRALOCAL))
_REGION = (SCOPE_SLUG[Scope.REGIONAL],)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class MapRow:
    """One line of the table beside the map. Dollars and dollars per resident are None when nothing is published.

    `list_url` opens exactly the initiatives counted; it is empty when there is none, or when no filter says them.
    """

    name: str
    url: str
    list_url: str
    count: int
    dollars: Decimal | None = None
    unpublished: int = 0
    population: int | None = None
    is_demo: bool = False

    @property
    def per_resident(self) -> Decimal | None:
        """Return dollars per resident, to the cent; None when the dollars or the residents are not known."""
        if self.dollars is None or not self.population:
            return None
        return (self.dollars / self.population).quantize(_CENT, ROUND_HALF_UP)

    @property
    def is_partial(self) -> bool:
        """Say whether its dollars are « au moins »: known, while an amount of the place is not published."""
        return self.dollars is not None and self.unpublished > 0

    def value(self, measure: str) -> Amount:
        return {COUNT: self.count, DOLLARS: self.dollars, PER_RESIDENT: self.per_resident}[measure]


@dataclass(frozen=True)
class Area:
    """One shape of the map: a link, its value, and the words that say it."""

    row: MapRow
    shape: Shape
    measure: str
    style: str
    frame: Frame | None = None

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def url(self) -> str:
        return self.row.url

    @property
    def value(self) -> Amount:
        return self.row.value(self.measure)

    @property
    def text(self) -> str:
        """Return what is printed in the shape."""
        return scale.written(self.measure, self.value)

    @property
    def said(self) -> str:
        """« La Mitis : 12 initiatives », « La Mitis : au moins 500 $ du FQIS »."""
        is_least = self.row.is_partial and self.measure != COUNT and self.value is not None
        words = scale.said(self.measure, self.value)
        return f"{self.name}\xa0: {'au moins ' if is_least else ''}{words}"

    @property
    def wide(self) -> list[Line]:
        return lettering(self.shape.wide, self.name, self.text, letters.WIDE)

    @property
    def tall(self) -> list[Line]:
        return lettering(self.shape.tall, self.name, self.text, letters.TALL)

    def _framed(self, drawing: str) -> list[Line]:
        spot = self.frame.spot(self.shape.wide) if self.frame else self.shape.wide
        name = self.name if letters.fits(spot, self.name, drawing) else ""
        return lettering(spot, name, self.text, drawing)

    @property
    def near(self) -> list[Line]:
        """Return the lettering of a municipality on a computer; its name only where it fits."""
        return self._framed(letters.NEAR)

    @property
    def small(self) -> list[Line]:
        """Return the lettering of a municipality on a phone."""
        return self._framed(letters.SMALL)

    @property
    def is_unknown(self) -> bool:
        return self.style == scale.UNKNOWN


@dataclass(frozen=True)
class MapView:
    """What a map shows: its areas and their legend, the rows of its table, those told apart, and the total."""

    measure: str
    title: str
    areas: tuple[Area, ...]
    legend: tuple[Step, ...]
    rows: tuple[MapRow, ...]
    apart: tuple[MapRow, ...]
    total: MapRow
    notes: tuple[str, ...]
    drawing: Shapes
    territory: Label | None = None
    frame: Frame | None = None

    @property
    def measure_name(self) -> str:
        return MEASURES[self.measure]


class _Places:
    """The chosen initiatives and dollars, by place."""

    def __init__(self, selection: Selection) -> None:
        self.selection, self.directory = selection, selection.directory
        self.mask = selection.mask
        asked = {name: selection.chosen.get(name, ()) for name in (names.YEAR, names.SOURCE)}
        self._lines = Selection(
            self.directory, asked
        )  # each line stands in its place: every place is counted
        self.local = self.mask & ~self.directory.regional

    def held(self, kind: str, slug: str) -> int:
        return self.directory.masks.get(kind, {}).get(slug, 0) & self.local

    @cached_property
    def nowhere(self) -> int:
        """Return the initiatives that are not regional and name no MRC."""
        return self.local & ~union(self.directory.masks.get(names.TERRITORY, {}).values())

    @cached_property
    def _sums(self) -> dict[Payer, list[Decimal]]:
        found: dict[Payer, list[Decimal]] = {}
        for payer, amount in self.selection.payments:
            if self._lines.counts(payer):
                found.setdefault(payer, []).append(amount)
        return found

    def dollars(self, place: str, *, fqis: bool = True) -> Decimal:
        """Return what the lines of a place promised to the chosen initiatives ("" is every place)."""
        return ledger.total(
            ledger.total(amounts)
            for payer, amounts in self._sums.items()
            if payer.source.is_fqis == fqis and (not place or payer.place == place)
        )

    @cached_property
    def published(self) -> int:
        """Return the initiatives of which an amount was entered."""
        rows = self.directory.rows
        found = 0
        for i, row in enumerate(rows):
            if row.amount is not None:
                found |= 1 << i
        return found & self.mask

    def money(self, place: str, initiatives: int) -> tuple[Decimal | None, int]:
        """Return the dollars of a place and how many initiatives have no published amount there.

        None when no dollars are known and some amount is not, or when nothing at all is published: it is not zero.
        """
        dollars = self.dollars(place)
        without = (initiatives & ~self.published).bit_count()
        return (dollars if dollars or self.mask and not without else None), without

    def is_demo(self, place: str, initiatives: int) -> bool:
        """Say whether something of the demonstration is counted in a place, or paid by its lines."""
        lines = [payer for payer in self._sums if payer.source.is_fqis and payer.place == place]
        paid = union(self.directory.paid_by[payer] for payer in lines)
        return bool((initiatives | paid & self.mask) & self.directory.invented)

    def pairs(self, *without: str) -> list[tuple[str, str]]:
        """Return the filters as the pairs of an address, some of them left out."""
        pairs = [("q", self.selection.words)] if self.selection.words else []
        return pairs + [
            (name, value)
            for name, values in self.selection.chosen.items()
            if name not in without
            for value in sorted(values)
        ]

    def list_url(self, count: int, kind: str, slug: str, scopes: tuple[str, ...] = _SCOPES) -> str:
        """Return the directory's address with exactly the initiatives counted in a place; "" when no filter says them.

        Two places asked for are added to each other: those of one that are also of another place have no list.
        """
        places = self.selection.chosen.get(kind)
        if not count or (slug and places and slug not in places):
            return ""
        asked = self.selection.chosen.get("portee") or scopes
        pairs = self.pairs("portee", *([kind] if slug else []))
        pairs += [(kind, slug)] if slug else []
        pairs += [("portee", scope) for scope in scopes if scope in asked]
        return f"/initiatives/?{urlencode(pairs)}"


def map_of(selection: Selection, measure: str = COUNT, territory: Label | None = None) -> MapView:
    """Return the map of the chosen initiatives, by MRC; by municipality of `territory` when one is given.

    `measure` is « nombre », « dollars » or « par-habitant » (dollars of the FQIS promised by the MRC's own lines). A
    municipality has no line of money: within an MRC the measure is always the number of initiatives.
    """
    places = _Places(selection)
    if territory is not None:
        return _zoom(places, territory)
    rows = {label.slug: _territory_row(places, label) for label in _territories(places.directory)}
    drawing = shapes()
    steps = scale.scale_of(measure, [row.value(measure) for row in rows.values()])
    areas = _areas(rows, drawing.territories, steps)
    return MapView(
        measure=measure,
        title="Le Bas-Saint-Laurent par MRC",
        areas=areas,
        legend=tuple(steps.legend(area.value for area in areas)),
        rows=tuple(rows.values()),
        apart=tuple(_apart(places)),
        total=_total(places, rows.values()),
        notes=tuple(_notes(places, measure)),
        drawing=drawing,
    )


def _territories(directory: Directory) -> list[Label]:
    return [label for label in directory.labels.all(names.TERRITORY) if not label.merged]


def _areas(
    rows: dict[str, MapRow], drawn: dict[str, Shape], steps: Scale, frame: Frame | None = None
) -> tuple[Area, ...]:
    measure = steps.measure
    return tuple(
        Area(row, drawn[slug], measure, steps.style(row.value(measure)), frame)
        for slug, row in rows.items()
        if slug in drawn
    )


def _territory_row(places: _Places, label: Label) -> MapRow:
    mask = places.held(names.TERRITORY, label.slug)
    dollars, without = places.money(label.slug, mask)
    query = urlencode(places.pairs(names.TERRITORY))
    return MapRow(
        name=label.name,
        url=f"/carte/{label.slug}/{'?' if query else ''}{query}",
        list_url=places.list_url(mask.bit_count(), names.TERRITORY, label.slug),
        count=mask.bit_count(),
        dollars=dollars,
        unpublished=without,
        population=label.population or None,
        is_demo=places.is_demo(label.slug, mask),
    )


def _apart(places: _Places) -> list[MapRow]:
    region = places.mask & places.directory.regional
    dollars, without = places.money(MoneyLine.REGIONAL, region)
    url = places.list_url(region.bit_count(), names.TERRITORY, "", _REGION)
    is_demo = places.is_demo(MoneyLine.REGIONAL, region)
    found = [MapRow("Toute la région", "", url, region.bit_count(), dollars, without, is_demo=is_demo)]
    if office := places.dollars(MoneyLine.ADMINISTRATION):
        is_demo = places.is_demo(MoneyLine.ADMINISTRATION, 0)
        found.append(MapRow("Administration", "", "", 0, office, is_demo=is_demo))
    if lost := places.nowhere:
        without = (lost & ~places.published).bit_count()
        dollars, is_demo = None if without else ZERO, bool(lost & places.directory.invented)
        found.append(MapRow("MRC non précisée", "", "", lost.bit_count(), dollars, without, is_demo=is_demo))
    return found


def _total(places: _Places, rows: Iterable[MapRow]) -> MapRow:
    dollars, without = places.money("", places.mask)
    residents = [row.population or 0 for row in rows]
    query = urlencode(places.pairs())
    url = f"/initiatives/{'?' if query else ''}{query}"
    return MapRow(
        "Total, chacune comptée une fois",
        "",
        url,
        places.mask.bit_count(),
        dollars,
        without,
        sum(residents) if all(residents) else None,
        bool(places.mask & places.directory.invented),
    )


def _notes(places: _Places, measure: str) -> list[str]:
    if measure == COUNT:
        return []
    found = [ANY_THEME] if places.selection.chosen.get(names.THEME) else []
    if places.selection.places:
        found.append("Chaque ligne qui paie ces initiatives est dans sa case, même hors du lieu choisi.")
    if other := places.dollars("", fqis=False):
        found.append(f"D’autres sources que le FQIS ajoutent {montant(other)}, non comptés ici.")
    if without := (places.mask & ~places.published).bit_count():
        told = pluriel(without, "initiative sans montant publié,initiatives sans montant publié")
        found.append(f"{told}\xa0: ce n’est pas zéro.")
    return found


def residents_year() -> str:
    """Return the year of the residents counted, « 2021 », or « 2021 à 2023 » (one query); "" when it is not known."""
    known = Territory.objects.exclude(population_year=None)
    years = known.order_by("population_year").values_list("population_year", flat=True).distinct()
    found = [str(year) for year in years]
    return found[0] if len(found) == 1 else " à ".join([found[0], found[-1]]) if found else ""


def table_of(view: MapView, year: str) -> tuple[list[str], list[list[object]]]:
    """Return the table beside the map of the region, as the titles and the rows of a file."""
    titles = ["MRC", "Initiatives", "FQIS accordé ($)", "FQIS par personne ($)", "Sans montant publié"]
    titles += [f"Population ({year})" if year else "Population", "Démonstration"]
    rows = [
        [row.name, row.count, row.dollars, row.per_resident, row.unpublished, row.population, row.is_demo]
        for row in (*view.rows, *view.apart, view.total)
    ]
    return titles, rows


# One MRC ------------------------------------------------------------------------------------------------------


def _zoom(places: _Places, territory: Label) -> MapView:
    directory = places.directory
    rows = {
        label.slug: _municipality_row(places, label) for label in municipalities_within(directory, territory)
    }
    drawing, steps = shapes(), scale.scale_of(COUNT, [row.count for row in rows.values()])
    frame = frame_of(drawing, territory.slug) if territory.slug in drawing.boxes else None
    areas = _areas(rows, {slug: place.shape for slug, place in drawing.places.items()}, steps, frame)
    here = places.held(names.TERRITORY, territory.slug)
    without = (unplaced(directory, territory) & places.mask).bit_count()
    whole = here | union(places.held(names.MUNICIPALITY, slug) for slug in rows)
    return MapView(
        measure=COUNT,
        title=f"Les municipalités {territory.genitive}",
        areas=areas,
        legend=tuple(steps.legend(area.value for area in areas)),
        rows=tuple(rows.values()),
        apart=(MapRow("Sans municipalité nommée", "", "", without), _apart(places)[0]),
        total=MapRow(
            "Total, chacune comptée une fois",
            "",
            places.list_url(here.bit_count(), names.TERRITORY, territory.slug) if whole == here else "",
            whole.bit_count(),
        ),
        notes=(),
        drawing=drawing,
        territory=territory,
        frame=frame,
    )


def _municipality_row(places: _Places, label: Label) -> MapRow:
    count = places.held(names.MUNICIPALITY, label.slug).bit_count()
    url = places.list_url(count, names.MUNICIPALITY, label.slug)
    return MapRow(label.name, label.url, url, count, population=residents(label))
