"""What a figure is asked about: fiscal years, MRCs and themes, and the money that stands within them.

Counts follow the directory: an initiative is in each of its themes, years and MRCs, a regional one in every MRC.
Money is attributed once: to the fiscal year and the line that pay it, and to the initiative's primary theme. What
partners bring is shared between the lines that pay (`sharing`), and goes to the fiscal year it was entered for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.lines import Moved, fqis_movements
from alliance.portal.figures.sharing import shares, year_of
from alliance.portal.payments import Brought, Payment
from alliance.portal.rows import Row
from alliance.portal.selection import Selection
from funding import ledger
from funding.choices import Line

PARAMETERS = (names.YEAR, names.TERRITORY, names.THEME)
PLACES = {Line.REGIONAL: "Régional", Line.ADMINISTRATION: "Administration", "": "Plusieurs MRC"}


class Paid(NamedTuple):
    """What one line promised one initiative."""

    row: Row
    payment: Payment


class Given(NamedTuple):
    """What one partner brings to one initiative."""

    row: Row
    brought: Brought


@dataclass(frozen=True)
class Choice:
    """A selection restricted by fiscal year, MRC and theme only, and the money within it."""

    selection: Selection

    @classmethod
    def of(cls, directory: Directory, **chosen: Iterable[str]) -> "Choice":
        """Return a choice: `Choice.of(directory, exercice=["2021-2022"])`; nothing asked is everything."""
        return cls(Selection(directory, {name: tuple(values) for name, values in chosen.items()}))

    def asked(self, parameter: str) -> tuple[str, ...]:
        return tuple(self.selection.chosen.get(parameter, ()))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return what is asked as the pairs of an address."""
        return [(name, value) for name in PARAMETERS for value in sorted(self.asked(name))]

    @property
    def directory(self) -> Directory:
        return self.selection.directory

    @cached_property
    def rows(self) -> list[Row]:
        """Return the initiatives, by title."""
        return self.selection.rows()

    @cached_property
    def _years(self) -> frozenset[str]:
        return frozenset(self.asked(names.YEAR))

    @cached_property
    def _places(self) -> frozenset[str]:
        return frozenset(self.asked(names.TERRITORY))

    @cached_property
    def _themes(self) -> frozenset[str]:
        return frozenset(self.asked(names.THEME))

    def _is_themed(self, row: Row) -> bool:
        return not self._themes or row.theme.slug in self._themes

    @cached_property
    def themed(self) -> list[Row]:
        """Return the published initiatives whose primary theme is asked for: those whose money may count."""
        return [row for row in self.directory.rows if self._is_themed(row)]

    def has_year(self, year: str) -> bool:
        return not self._years or year in self._years

    def has_place(self, place: str) -> bool:
        return not self._places or place in self._places

    @cached_property
    def paid(self) -> list[Paid]:
        """Return what the lines of these fiscal years and MRCs promised, by title; nothing for what was all released."""
        return [
            Paid(row, payment)
            for row in self.themed
            for payment in row.payments
            if payment.amount and self.has_year(payment.payer.year) and self.has_place(payment.payer.place)
        ]

    @cached_property
    def unpublished(self) -> list[Row]:
        """Return the initiatives without published amount whose money may stand here: of the primary themes asked for.

        Within MRCs, the local ones only: what a regional initiative receives stands on the regional line.
        """
        return [
            row
            for row in self.rows
            if row.amount is None and self._is_themed(row) and not (self._places and row.is_regional)
        ]

    @property
    def is_complete(self) -> bool:
        """Say whether there are initiatives, and no amount that may stand here is unknown: no dollars is then zero.

        Money released, paid by another year, another line or another source was entered: here it is zero.
        """
        return bool(self.rows) and not self.unpublished

    @property
    def is_paid(self) -> bool:
        """Say whether something is known of the money of the choice: dollars of any source, or that there is none."""
        return bool(self.paid) or self.is_complete

    def dollars(self, *, fqis: bool) -> Decimal | None:
        """Return what the FQIS sources promised (`fqis`), or the other ones; None when no known dollar but some unknown."""
        amounts = [paid.payment.amount for paid in self.paid if paid.payment.payer.source.is_fqis == fqis]
        is_known = self.is_complete if fqis else self.is_paid
        return ledger.total(amounts) if amounts or is_known else None

    @cached_property
    def given(self) -> list[Given]:
        """Return what partners bring within these fiscal years, MRCs and themes, by title."""
        every = self._given_of_years
        if not self._places:
            return every
        return [
            Given(row, brought._replace(amount=amount))
            for row, brought in every
            for amount in self._here(shares(row, brought))
        ]

    @property
    def given_by_place(self) -> list[tuple[str, Given]]:
        """Return the same dollars as `given`, one share at a time with the place where it stands."""
        return [
            (place, Given(row, brought._replace(amount=amount)))
            for row, brought in self._given_of_years
            for place, amount in shares(row, brought).items()
            if self.has_place(place)
        ]

    @property
    def _given_of_years(self) -> list[Given]:
        return [
            Given(row, brought)
            for row in self.themed
            for brought in row.contributions
            if self.has_year(year_of(row, brought))
        ]

    def _here(self, shared: dict[str, Decimal | None]) -> list[Decimal | None]:
        """Return what of a contribution stands in the MRCs asked for, once; nothing when none of it does."""
        found = [amount for place, amount in shared.items() if self.has_place(place)]
        known = [amount for amount in found if amount is not None]
        return [ledger.total(known) if known else None] if found else []

    @cached_property
    def lines(self) -> list[Moved]:
        """Return the movements of FQIS lines of these fiscal years and MRCs (one query, the first time).

        A line has no theme: within themes there is none.
        """
        if self.asked(names.THEME):
            return []
        return [
            moved
            for moved in fqis_movements()
            if self.has_year(moved.year) and (not self._places or moved.territory in self._places)
        ]

    def place_name(self, place: str) -> str:
        """Return the name of an MRC's address, « Régional » or « Administration »."""
        if place in PLACES:
            return PLACES[place]
        label = self.directory.labels.find(names.TERRITORY, place)
        return label.name if label else place
