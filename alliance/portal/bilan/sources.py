"""What a bilan reads: the public directory, the year's lines, its partners' contributions and its reports.

« Of the year »: initiatives that name this fiscal year; money: what this year's lines promised to them. The number of
questions asked to the database does not depend on the number of initiatives.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet

from alliance.lib.dates import today
from alliance.lib.money import quantize
from alliance.portal.directory import Directory
from alliance.portal.figures.choice import Choice
from alliance.portal.labels import ORGANIZATION, SOURCE, TERRITORY, THEME, Label
from alliance.portal.payments import Brought, Payment
from alliance.portal.rows import Row
from alliance.portal.selection import Selection
from funding import ledger
from funding.choices import Line
from funding.models import Allocation
from initiatives.models import FiscalYear, Initiative, Report


@dataclass(frozen=True)
class LineMoney:
    """A line of the year, or several added up, in dollars; None is unknown."""

    source: Label
    line: str
    territory: str
    allocated: Decimal | None
    committed: Decimal | None
    paid: Decimal | None
    is_demo: bool = False


@dataclass(frozen=True)
class Told:
    """A story that an approved report of an initiative tells, agreed to by the person."""

    initiative: int
    story: str


@dataclass(frozen=True)
class YearData:
    """Everything a bilan is made of, already read."""

    year: FiscalYear
    directory: Directory
    lines: list[LineMoney]
    told: list[Told]

    @cached_property
    def choice(self) -> Choice:
        """Return the year as the figures ask about it: the bilan says the same as they do."""
        return Choice.of(self.directory, exercice=[self.year.label])

    @property
    def selection(self) -> Selection:
        return self.choice.selection

    @property
    def rows(self) -> list[Row]:
        """Return the initiatives of the year, by title."""
        return self.choice.rows

    @cached_property
    def also(self) -> list[Row]:
        """Return the initiatives that a line of the year pays although they do not name this year."""
        mine = {row.pk for row in self.rows}
        return list({row.pk: row for row, _ in self.choice.paid if row.pk not in mine}.values())

    def payments_of(self, rows: Iterable[Row]) -> list[Payment] | None:
        """Return what the year's lines promised to some initiatives; None when no amount of theirs is published.

        An initiative that other years pay has an amount: of this year, it is zero.
        """
        listed = list(rows)
        if listed and not any(row.payments for row in listed):
            return None
        return [
            payment for row in listed for payment in row.payments if payment.payer.year == self.year.label
        ]

    @cached_property
    def all_payments(self) -> list[Payment] | None:
        """Return what the year's lines promised, None when unknown: known exactly when the figures know it."""
        return self.payments_of([*self.rows, *self.also]) if self.choice.is_paid else None

    @cached_property
    def brought(self) -> list[Brought]:
        """Return what partners bring for the year."""
        return [brought for _, brought in self.choice.given]

    def labels(self, kind: str) -> list[Label]:
        return [label for label in self.directory.labels.all(kind) if not label.merged]

    @cached_property
    def reached(self) -> dict[int, int]:
        """Return how many people each initiative says it reached, as its page does (an approved report fills it)."""
        return {row.pk: row.reach for row in self.rows if row.reach is not None}

    @property
    def themes(self) -> list[Label]:
        """Return the themes of the year's initiatives and money, in their order."""
        paid = {row.theme.slug for row in self.also}
        return [
            label
            for label in self.labels(THEME)
            if label.slug in paid or self.selection.count_if(THEME, label.slug)
        ]

    @property
    def territories(self) -> list[Label]:
        return self.labels(TERRITORY)

    @cached_property
    def organizations(self) -> list[Label]:
        present = {label for row in self.rows for _, label in row.partners}
        return [label for label in self.labels(ORGANIZATION) if label in present]

    def by_continuity(self, continuity: str) -> list[Row]:
        return [row for row in self.rows if row.continuity == continuity]


def known_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of the known amounts; None when none is known."""
    known = [amount for amount in amounts if amount is not None]
    return ledger.total(known) if known else None


def read(year: FiscalYear, directory: Directory) -> YearData:
    """Read what the bilan of `year` is made of, from a directory already in memory."""
    return YearData(
        year=year,
        directory=directory,
        lines=_lines(year, directory),
        told=_told(year),
    )


def _lines(year: FiscalYear, directory: Directory) -> list[LineMoney]:
    """Return the year's lines. Promises and payments of a year that is over are unknown when none was ever entered."""
    query = ledger.with_balances(Allocation.objects.filter(fiscal_year=year))
    rows = list(query.select_related("envelope", "territory").order_by("pk"))
    over = year.ends_on < today()
    sources = directory.labels.by_id.get(SOURCE, {})

    def column(name: str) -> list[Decimal | None]:
        found = [getattr(row, name, None) for row in rows]
        if over and not any(amount is not None for amount in found):
            return found
        return [quantize(amount) for amount in found]

    return [
        LineMoney(
            source=sources[row.envelope.source_id],
            line=row.line,
            territory=row.territory.slug if row.territory else "",
            allocated=None if row.allocated is None else quantize(row.allocated),
            committed=committed,
            paid=paid,
            is_demo=row.is_demo,
        )
        for row, committed, paid in zip(rows, column("committed"), column("paid"), strict=True)
    ]


def together(lines: Iterable[LineMoney]) -> tuple[Decimal | None, ...]:
    """Return allocated, committed, paid and left of some lines together, in dollars; None where nothing is known."""
    rows = list(lines)
    allocated = known_sum(row.allocated for row in rows)
    committed = known_sum(row.committed for row in rows)
    left = None if allocated is None or committed is None else allocated - committed
    return allocated, committed, known_sum(row.paid for row in rows), left


def by_line(lines: Iterable[LineMoney], territories: Iterable[Label]) -> list[tuple[str, list[LineMoney]]]:
    """Return the nine lines by name, from west to east then the region, and administration when it has money."""
    rows = list(lines)

    def of(line: str, territory: str = "") -> list[LineMoney]:
        return [row for row in rows if (row.line, row.territory) == (line, territory)]

    named = [(label.name, of(Line.TERRITORY, label.slug)) for label in territories]
    named.append((str(Line.REGIONAL.label), of(Line.REGIONAL)))
    if administration := of(Line.ADMINISTRATION):
        named.append((str(Line.ADMINISTRATION.label), administration))
    return named


def _told(year: FiscalYear) -> list[Told]:
    """Return the stories of the year's published initiatives, the last approved one of each."""
    rows = (
        _agreed()
        .filter(initiative__in=Initiative.objects.published().filter(fiscal_years=year))
        .order_by("initiative_id", "due_on", "pk")
        .values_list("initiative_id", "story")
    )
    return [Told(pk, story) for pk, story in sorted(dict(rows).items())]


def _agreed() -> QuerySet[Report]:
    return Report.objects.with_story_agreed()


def agreed(numbers: Iterable[str]) -> set[tuple[str, str]]:
    """Return the stories (number, text) that the approved reports of these initiatives agree to have told (one query)."""
    rows = _agreed().filter(initiative__number__in=sorted(numbers)).order_by()
    return set(rows.values_list("initiative__number", "story"))
