"""Theme × territory, by dollars and by count, for all fiscal years or some of them.

Dollars are attributed once (primary theme, line that pays): rows and columns add up exactly to the FQIS awarded.
Counts say that an initiative stands in each of its themes and MRCs (a regional one in « Régional » only), so the
totals beside them are distinct: they are not the sum of the cells.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.http import urlencode

from alliance.lib.money import ZERO, format_amount
from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.portal import labels as names
from alliance.portal.bitmaps import bitmap
from alliance.portal.directory import Directory
from alliance.portal.figures.choice import Choice, Paid
from alliance.portal.figures.tables import Table
from alliance.portal.figures.values import initiatives_table, paid_by, paid_table
from alliance.portal.labels import Label
from alliance.portal.rows import Row
from funding import ledger
from funding.choices import Line
from initiatives.choices import SCOPE_SLUG, Scope

NOWHERE = "sans-mrc"  # published initiatives that are not regional and name no MRC
ROWS_PATH = "/chiffres/matrice/lignes/"
_LOCAL = [("portee", SCOPE_SLUG[scope]) for scope in (Scope.LOCAL, Scope.SUPRALOCAL)]
_REGIONAL = [("portee", SCOPE_SLUG[Scope.REGIONAL])]
_PLACE_NAMES = {
    Line.REGIONAL: "Régional",
    Line.ADMINISTRATION: "Administration",
    NOWHERE: "MRC non précisée",
}


@dataclass(frozen=True)
class Cell:
    """Initiatives and dollars of a theme in a place, each with the address of exactly its rows.

    `unpublished`: initiatives of this primary theme and place of which no amount is published. `is_known`: there is
    none, in a choice that has initiatives: then no dollars is zero.
    """

    count: int
    dollars: Decimal
    unpublished: int
    is_known: bool
    count_url: str
    dollars_url: str

    @property
    def known_dollars(self) -> Decimal | None:
        """Return the dollars, None when nothing here is known."""
        return self.dollars if self.dollars or self.is_known else None

    @property
    def count_text(self) -> str:
        return nombre(self.count)

    @property
    def dollars_text(self) -> str:
        """Return dollars without their sign, that the caption says once; « ? » when none is known."""
        return "?" if self.known_dollars is None else format_amount(self.dollars).removesuffix("\xa0$")

    @property
    def dollars_told(self) -> str:
        """« non publié », « au moins 500 $ », « 0 $ »."""
        if self.known_dollars is None:
            return "non publié"
        return f"{'au moins ' if self.unpublished else ''}{montant(self.dollars)}"

    @property
    def unpublished_text(self) -> str:
        return pluriel(self.unpublished, "sans montant,sans montant") if self.unpublished else ""


@dataclass(frozen=True)
class MatrixLine:
    """A theme: its cells in the order of the places, then its total."""

    theme: Label
    cells: list[Cell]
    total: Cell


@dataclass(frozen=True)
class Place:
    slug: str
    name: str


class Matrix:
    """The matrix of a choice of fiscal years (nothing chosen: all of them)."""

    def __init__(self, choice: Choice) -> None:
        self.choice, self.directory = choice, choice.directory
        self._years = [(names.YEAR, year) for year in sorted(choice.asked(names.YEAR))]
        self._paid: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
        for row, (payer, amount) in paid_by(choice, fqis=True):
            self._paid[row.theme.slug, payer.place].append(amount)

    # Axes -----------------------------------------------------------------------------------------------------

    @cached_property
    def themes(self) -> list[Label]:
        return [label for label in self.directory.labels.all(names.THEME) if not label.merged]

    @cached_property
    def places(self) -> list[Place]:
        """Return the MRCs from west to east, then « Régional »; other places only when something stands there."""
        mrcs = [Place(label.slug, label.name) for label in self.directory.labels.all(names.TERRITORY)]
        paying = {place for _, place in self._paid}
        apart = [Line.REGIONAL.value]
        apart += [Line.ADMINISTRATION.value] if Line.ADMINISTRATION in paying else []
        apart += [NOWHERE] if self._place_masks[NOWHERE] else []
        return [*mrcs, *(Place(slug, _PLACE_NAMES[slug]) for slug in apart)]

    # Counts ---------------------------------------------------------------------------------------------------

    @cached_property
    def _place_masks(self) -> dict[str, int]:
        held = self.directory.masks.get(names.TERRITORY, {})
        everywhere, mask = self.directory.regional, self.choice.selection.mask
        somewhere = 0
        for initiatives in held.values():
            somewhere |= initiatives
        found = {slug: initiatives & ~everywhere & mask for slug, initiatives in held.items()}
        found[Line.REGIONAL.value] = everywhere & mask
        found[NOWHERE] = mask & ~everywhere & ~somewhere
        return found

    def _theme_mask(self, theme: Label) -> int:
        return self.directory.masks.get(names.THEME, {}).get(theme.slug, 0) & self.choice.selection.mask

    @cached_property
    def _unpublished(self) -> dict[str, int]:
        """Return, by primary theme, the initiatives without published amount; "" holds them all."""
        positions: dict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(self.directory.rows):
            if row.amount is None:
                positions[row.theme.slug].append(i)
                positions[""].append(i)
        size, mask = len(self.directory.rows), self.choice.selection.mask
        return {slug: bitmap(where, size) & mask for slug, where in positions.items()}

    # Cells ----------------------------------------------------------------------------------------------------

    def _cell(self, theme: Label | None, place: Place | None) -> Cell:
        mask = self.choice.selection.mask if theme is None else self._theme_mask(theme)
        unpublished = self._unpublished.get(theme.slug if theme else "", 0)
        if place is not None:
            here = self._place_masks.get(place.slug, 0)
            mask, unpublished = mask & here, unpublished & here
        return Cell(
            count=mask.bit_count(),
            dollars=self._dollars(theme, place),
            unpublished=unpublished.bit_count(),
            is_known=bool(self.choice.selection.mask) and not unpublished,
            count_url=self._count_url(theme, place),
            dollars_url=self._dollars_url(theme, place),
        )

    def _dollars(self, theme: Label | None, place: Place | None) -> Decimal:
        if theme is not None and place is not None:
            return ledger.total(self._paid.get((theme.slug, place.slug), [ZERO]))
        return ledger.total(
            ledger.total(amounts)
            for (paid_theme, paid_place), amounts in self._paid.items()
            if (theme is None or paid_theme == theme.slug) and (place is None or paid_place == place.slug)
        )

    def _count_url(self, theme: Label | None, place: Place | None) -> str:
        """Return the directory's address with exactly these initiatives, or the table's where no filter says it."""
        pairs = [(names.THEME, theme.slug)] if theme else []
        if place is not None and place.slug in (NOWHERE, Line.ADMINISTRATION):
            return _with(ROWS_PATH, [*pairs, ("ligne", place.slug), *self._years, ("mesure", "nombre")])
        if place is not None and place.slug == Line.REGIONAL:
            return _with("/initiatives/", [*pairs, *self._years, *_REGIONAL])
        if place is not None:
            return _with("/initiatives/", [*pairs, (names.TERRITORY, place.slug), *self._years, *_LOCAL])
        return _with("/initiatives/", [*pairs, *self._years])

    def _dollars_url(self, theme: Label | None, place: Place | None) -> str:
        pairs = [(names.THEME, theme.slug)] if theme else []
        pairs += [("ligne", place.slug)] if place else []
        return (
            _with(ROWS_PATH, [*pairs, *self._years])
            if pairs
            else _with("/chiffres/fqis-accorde/", self._years)
        )

    @cached_property
    def lines(self) -> list[MatrixLine]:
        return [self.line(theme) for theme in self.themes]

    def line(self, theme: Label) -> MatrixLine:
        cells = [self._cell(theme, place) for place in self.places]
        return MatrixLine(theme, cells, self._cell(theme, None))

    @cached_property
    def totals(self) -> list[Cell]:
        """Return the total of each place."""
        return [self._cell(None, place) for place in self.places]

    @cached_property
    def grand(self) -> Cell:
        return self._cell(None, None)


def place_name(directory: Directory, slug: str) -> str:
    """Return the name of a column: an MRC's, « Régional », « MRC non précisée »…"""
    label = directory.labels.find(names.TERRITORY, slug)
    return _PLACE_NAMES.get(slug) or (label.name if label else slug)


def _with(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def payments_of(choice: Choice, themes: Iterable[str], places: Iterable[str]) -> list[Paid]:
    """Return what stands behind cells in dollars: FQIS by primary theme and paying line; nothing asked is all."""
    themes, places = frozenset(themes), frozenset(places)
    return [
        paid
        for paid in paid_by(choice, fqis=True)
        if (not themes or paid.row.theme.slug in themes)
        and (not places or paid.payment.payer.place in places)
    ]


def initiatives_of(choice: Choice, themes: Iterable[str], places: Iterable[str]) -> list[Row]:
    """Return what stands behind cells in counts: each of its themes, each of its places; nothing asked is all."""
    themes, places = frozenset(themes), frozenset(places)
    return [
        row
        for row in choice.rows
        if (not themes or any(theme.slug in themes for theme in row.themes))
        and (not places or places & set(_places_of(row)))
    ]


def _places_of(row: Row) -> list[str]:
    if row.is_regional:
        return [Line.REGIONAL.value]
    return [territory.slug for territory in row.territories] or [NOWHERE]


def cell_table(choice: Choice, themes: Iterable[str], places: Iterable[str], *, in_dollars: bool) -> Table:
    """Return the rows behind a cell: payments for dollars, initiatives for a count."""
    if in_dollars:
        return paid_table(choice, payments_of(choice, themes, places))
    return initiatives_table(initiatives_of(choice, themes, places))
