"""Figures once announced, compared with what the portal counts today: equal, different by how much and why, or not
recalculable and why. Demonstration data never counts here.

An announced figure is never changed: only the comparison moves.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.timezone import localdate

from alliance.lib.dates import long_date
from alliance.lib.money import MINUS, format_amount
from alliance.lib.templatetags.francais import nombre, pluriel
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.choice import PLACES, Choice, Given, Paid
from alliance.portal.figures.leverage import DEFAULT, DEFINITIONS, Leverage, announced
from alliance.portal.figures.lines import Moved, Opened, fqis_movements, fqis_openings
from alliance.portal.rows import Row
from funding import ledger
from funding.choices import AllocationMove, EnvelopeMove, Line, Measure, Precision, Unit
from funding.models import PublishedFigure

Number = Decimal | int
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_UNFINISHED = "La saisie de cette période est incomplète, ou l’annonce comptait autre chose"


@dataclass(frozen=True)
class Comparison:
    """One announced figure beside the portal's own count. `counted` is None when it cannot be recomputed."""

    figure: PublishedFigure
    counted: Number | None
    why: tuple[str, ...] = ()
    url: str = ""

    @property
    def is_dollars(self) -> bool:
        return self.figure.unit == Unit.DOLLARS

    def _text(self, value: Number) -> str:
        return format_amount(value) if self.is_dollars else nombre(Decimal(value).normalize())

    @property
    def value_text(self) -> str:
        """« plus de 80 », « environ 6 000 000 $ », « 1 586 962 $ »."""
        before = {Precision.AT_LEAST: "au moins ", Precision.ABOUT: "environ ", Precision.EXACT: ""}
        return f"{before[Precision(self.figure.precision)]}{self._text(self.figure.value)}"

    @property
    def counted_text(self) -> str:
        return "" if self.counted is None else self._text(self.counted)

    @property
    def difference(self) -> Number:
        return 0 if self.counted is None else self.counted - self.figure.value

    @property
    def status(self) -> str:
        """Return `equal`, `different` or `impossible`."""
        if self.counted is None:
            return "impossible"
        return "equal" if holds(self.figure, self.counted) else "different"

    @property
    def verdict(self) -> str:
        """Return the comparison in words: « égal », « tient\xa0: 22 », « différent de +1 500 $ », « non recalculable »."""
        if self.counted is None:
            return "non recalculable"
        if self.status == "different":
            sign = MINUS if self.difference < 0 else "+"
            return f"différent de {sign}{self._text(abs(self.difference))}"
        return "égal" if self.difference == 0 else "tient"


def holds(figure: PublishedFigure, counted: Number) -> bool:
    """Say whether a count agrees with what was announced, at the precision of the announcement.

    « Environ 6 000 000 » holds within half a unit of its last digit that is not zero.
    """
    if figure.precision == Precision.AT_LEAST:
        return counted >= figure.value
    if figure.precision == Precision.ABOUT:
        zeros = len(digits) - len(digits.rstrip("0")) if (digits := str(int(figure.value))) else 0
        return abs(counted - figure.value) * 2 <= 10**zeros
    return counted == figure.value


class Ground:
    """What the portal counts, demonstration left out: lines and envelopes (two queries), initiatives in memory."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    @cached_property
    def moved(self) -> list[Moved]:
        return [moved for moved in fqis_movements() if not moved.is_demo]

    @cached_property
    def opened(self) -> list[Opened]:
        return [opened for opened in fqis_openings() if not opened.is_demo]

    def choice(self, figure: PublishedFigure) -> Choice:
        chosen = {}
        if figure.fiscal_year:
            chosen[names.YEAR] = [figure.fiscal_year.label]
        if figure.territory:
            chosen[names.TERRITORY] = [figure.territory.slug]
        return Choice.of(self.directory, **chosen)

    def rows(self, figure: PublishedFigure) -> list[Row]:
        return [row for row in self.choice(figure).rows if not row.is_demo]

    def lines(self, figure: PublishedFigure) -> list[Moved]:
        """Return the movements of the lines that the figure speaks of."""
        year = figure.fiscal_year.label if figure.fiscal_year else ""
        place = figure.territory.slug if figure.territory else ""
        if figure.measure == Measure.ALLOCATED_REGIONAL:
            place = Line.REGIONAL
        return [
            moved
            for moved in self.moved
            if (not year or moved.year == year) and (not place or moved.place == place)
        ]

    def envelopes(self, figure: PublishedFigure) -> list[Opened]:
        """Return the movements of the envelopes that end in the last year told (« Mai 2019 – mars 2023 »)."""
        told = [int(year) for year in _YEAR.findall(figure.covers)]
        if figure.fiscal_year:
            start = figure.fiscal_year.starts_on
            return [opened for opened in self.opened if opened.starts_on <= start <= opened.ends_on]
        return [opened for opened in self.opened if not told or opened.ends_on.year == told[-1]]

    def awarded(self, figure: PublishedFigure) -> list[Paid]:
        paid = self.choice(figure).paid
        return [one for one in paid if one.payment.payer.source.is_fqis and not one.row.is_demo]

    def partners(self, figure: PublishedFigure) -> list[Given]:
        return [one for one in self.choice(figure).given if not one.row.is_demo]


def initiatives(figure: PublishedFigure, ground: Ground) -> list[Row]:
    wanted = {Measure.NEW: (True,), Measure.RENEWED: (False,)}.get(Measure(figure.measure), (True, False))
    return [row for row in ground.rows(figure) if row.is_new in wanted]


def _money(figure: PublishedFigure, ground: Ground) -> Comparison:
    """Compare dollars of lines or envelopes; the movements since the announcement say why they differ."""
    movements = movements_of(figure, ground)
    if not movements:
        return _nothing(figure)
    counted, url = ledger.total(moved.amount for moved in movements), address(figure)
    compared = Comparison(figure, counted, url=url)
    if compared.status != "different":
        return compared
    return Comparison(figure, counted, tuple(_why(compared.difference, movements, figure.announced_on)), url)


def movements_of(figure: PublishedFigure, ground: Ground) -> Sequence[Moved | Opened]:
    """Return the movements of the lines, or of the envelopes, that the figure speaks of."""
    return ground.envelopes(figure) if figure.measure == Measure.ENVELOPE else ground.lines(figure)


def _nothing(figure: PublishedFigure) -> Comparison:
    """Return that nothing was entered: zero would be a figure, and this is none."""
    return Comparison(figure, None, (NOTHING,))


def address(figure: PublishedFigure) -> str:
    """Return where the rows behind the portal's own count are: exactly those compared, demonstration left out."""
    return f"/chiffres/annonces/{figure.code}/" if figure.code else ""


def _why(difference: Number, movements: Iterable[Moved | Opened], announced: date | None) -> list[str]:
    """Return the movements that make the difference, one sentence each, then what they leave unexplained."""
    movements = list(movements)
    later = [moved for moved in movements if announced and moved.on > announced]
    recorded = [
        moved
        for moved in movements
        if announced and moved.kind != EnvelopeMove.INITIAL and localdate(moved.recorded_on) > announced
    ]
    changes = [moved for moved in movements if announced is None and moved.kind != EnvelopeMove.INITIAL]
    exact = next(
        (some for some in (later, recorded, changes) if some and _total(some) == difference),
        later or recorded or changes,
    )
    left = difference - _total(exact)
    return [*map(_said, exact), *([_left(left)] if left else [])]


def _total(movements: Iterable[Moved | Opened]) -> Decimal:
    return ledger.total(moved.amount for moved in movements)


def _signed(amount: Number) -> str:
    return f"{MINUS if amount < 0 else '+'}{format_amount(abs(amount))}"


def _said(moved: Moved | Opened) -> str:
    """« +1 500 $ le 3 mai 2022 (modification). »; the reason stays in the books."""
    place = moved.place if isinstance(moved, Moved) else ""
    where = f", {PLACES[place]}" if place in PLACES and place else ""
    kind = AllocationMove(moved.kind) if isinstance(moved, Moved) else EnvelopeMove(moved.kind)
    return f"{_signed(moved.amount)} le {long_date(moved.on)}{where} ({kind.label.lower()})."


def _left(amount: Number) -> str:
    return f"{_UNFINISHED}\xa0: {_signed(amount)} sans mouvement qui l’explique."


def _amounts(figure: PublishedFigure, ground: Ground) -> Comparison:
    """Compare the FQIS awarded to initiatives, with what partners bring when the whole cost was announced."""
    amounts: list[Decimal | None] = [one.payment.amount for one in ground.awarded(figure)]
    if figure.measure == Measure.COST:
        amounts += [one.brought.amount for one in ground.partners(figure)]
    known = [amount for amount in amounts if amount is not None]
    if not known and not any(row.payments for row in ground.rows(figure)):
        return _nothing(figure)
    return _told(figure, ledger.total(known))


def _counts(figure: PublishedFigure, ground: Ground) -> Comparison:
    rows = initiatives(figure, ground)
    if not ground.rows(figure):
        return _nothing(figure)
    late = [row for row in rows if figure.announced_on and localdate(row.published_at) > figure.announced_on]
    said = pluriel(
        len(late), "initiative publiée ici après l’annonce,initiatives publiées ici après l’annonce"
    )
    return _told(figure, len(rows), (f"{said}.",) if late else ())


def _told(figure: PublishedFigure, counted: Number, why: tuple[str, ...] = (), url: str = "") -> Comparison:
    url = url or address(figure)
    compared = Comparison(figure, counted, why, url)
    if compared.status != "different":
        return Comparison(figure, counted, (), url)
    return Comparison(figure, counted, (*why, f"{_UNFINISHED}."), url)


def _organizations(figure: PublishedFigure, ground: Ground) -> Comparison:
    present = ground.directory.labels.present
    rows = ground.rows(figure)
    found = {present(who).slug for row in rows for _, who in row.partners}
    return _told(figure, len(found)) if rows else _nothing(figure)


def _territories(figure: PublishedFigure, ground: Ground) -> Comparison:
    return _told(figure, len(list(ground.directory.labels.all(names.TERRITORY))), url="/territoires/")


_COUNT = {
    **dict.fromkeys((Measure.ENVELOPE, Measure.ALLOCATED, Measure.ALLOCATED_REGIONAL), _money),
    **dict.fromkeys((Measure.COMMITTED, Measure.COST), _amounts),
    **dict.fromkeys((Measure.INITIATIVES, Measure.NEW, Measure.RENEWED), _counts),
    Measure.ORGANIZATIONS: _organizations,
    Measure.TERRITORIES: _territories,
}
NOTHING = "Rien n’est inscrit au portail."
NOT_SAID = "Le portail ne compte pas ce que ce chiffre annonce."


def compare(figure: PublishedFigure, ground: Ground) -> Comparison:
    """Return an announced figure beside the portal's count, or with the reason why it cannot be recomputed."""
    if not figure.measure:
        return Comparison(figure, None, (figure.why_not or NOT_SAID,))
    return _COUNT[Measure(figure.measure)](figure, ground)


def comparisons(directory: Directory) -> list[Comparison]:
    """Return every announced figure with its comparison, oldest period first (three queries)."""
    figures = PublishedFigure.objects.select_related("fiscal_year", "territory").order_by("pk")
    ground = Ground(directory)
    return [compare(figure, ground) for figure in figures]


def by_status(compared: Iterable[Comparison]) -> list[tuple[str, str, list[Comparison]]]:
    """Return comparisons by status, with the title of each: those that differ first."""
    compared = list(compared)
    titles = {
        "different": "Différents aujourd’hui",
        "equal": "Égaux à ce que compte le portail",
        "impossible": "Non recalculables",
    }
    found = [(key, title, [one for one in compared if one.status == key]) for key, title in titles.items()]
    return [group for group in found if group[2]]


_PAIRS = (("montant-crise-fqis", "montant-crise-total"), ("bsl-2021-2022-fqis", "bsl-2021-2022-total"))


@dataclass(frozen=True)
class AnnouncedLeverage:
    """A leverage as two announced figures told it: the FQIS and the whole cost."""

    fqis: PublishedFigure
    total: PublishedFigure

    @property
    def attracted(self) -> Leverage:
        return announced(self.fqis.value, self.total.value, DEFINITIONS[DEFAULT])

    @property
    def whole(self) -> Leverage:
        return announced(self.fqis.value, self.total.value, DEFINITIONS["cout-total"])


def announced_leverage() -> list[AnnouncedLeverage]:
    """Return the leverages that announced figures told (one query)."""
    codes = [code for pair in _PAIRS for code in pair]
    by_code = {figure.code: figure for figure in PublishedFigure.objects.filter(code__in=codes)}
    return [
        AnnouncedLeverage(by_code[fqis], by_code[total])
        for fqis, total in _PAIRS
        if fqis in by_code and total in by_code
    ]
