"""Which line pays what to an initiative, and how a sum of dollars is named after its sources.

Money belongs to the line that pays it (an MRC's, the regional one, the administration's), never to every place where
the initiative happens: so sums over places add up to the whole. « FQIS » is said of FQIS money only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from alliance.lib.templatetags.francais import montant
from alliance.portal import labels as kinds
from alliance.portal.labels import Label, Labels
from funding import ledger
from funding.choices import Line


@dataclass(frozen=True, eq=False, slots=True)
class Payer:
    """A line of money: its kind, the address of its MRC when it is an MRC's, its fiscal year and its source.

    One object per line in a directory: compared by identity, which counts ten thousand of them quickly.
    """

    line: str
    territory: str
    year: str
    source: Label

    @property
    def is_regional(self) -> bool:
        return self.line == Line.REGIONAL

    @property
    def place(self) -> str:
        """Return the address of its MRC, or the kind of the line: where its dollars stand in a table, once."""
        return self.territory or self.line


class Payment(NamedTuple):
    """What one line promised one initiative, in dollars, releases taken off."""

    payer: Payer
    amount: Decimal


class Brought(NamedTuple):
    """What one partner brings: a nature, dollars (None when unknown), the fiscal year it is for ("" when not said)."""

    kind: str
    amount: Decimal | None
    is_confirmed: bool
    year: str


_YES = ("1", "t", "true")  # how the engines write a boolean as text


class Contributions:
    """Reads contributions written « kind:amount:confirmed:year », comma-separated, one per contribution."""

    def __init__(self, labels: Labels) -> None:
        self._years = labels.by_id.get(kinds.YEAR, {})

    def read(self, text: str | None) -> tuple[Brought, ...]:
        """Return what partners bring to one initiative, in a stable order; nothing when none was entered."""
        return tuple(self._one(written) for written in sorted(text.split(","))) if text else ()

    def _one(self, written: str) -> Brought:
        kind, amount, confirmed, year = written.split(":")
        return Brought(
            kind,
            Decimal(amount) if amount else None,
            confirmed in _YES,
            self._years[int(year)].slug if year else "",
        )


class Payers:
    """Reads payments written « line:MRC:year:source:amount », comma-separated, one per movement."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._known: dict[str, Payer] = {}

    def read(self, text: str | None) -> tuple[Payment, ...]:
        """Return the payments of one initiative, one per line; none when no movement was ever entered."""
        if not text:
            return ()
        amounts: dict[str, list[Decimal]] = {}
        for movement in text.split(","):
            line, _, amount = movement.rpartition(":")
            amounts.setdefault(line, []).append(Decimal(amount))
        return tuple(Payment(self._payer(line), ledger.total(moved)) for line, moved in amounts.items())

    def _payer(self, text: str) -> Payer:
        if text not in self._known:
            line, territory, year, source = text.split(":")
            by_id = self._labels.by_id
            place = by_id[kinds.TERRITORY][int(territory)].slug if territory else ""
            self._known[text] = Payer(
                line, place, by_id[kinds.YEAR][int(year)].slug, by_id[kinds.SOURCE][int(source)]
            )
        return self._known[text]


def origin(dollars: Decimal, fqis: Decimal, sources: Iterable[str]) -> str:
    """Return what follows a sum: « du FQIS », « accordés, dont 500 $ du FQIS » or « accordés (Entente X) ».

    `fqis` is the part of `dollars` that FQIS sources pay; `sources` are the names of those that pay.
    """
    if not dollars:
        return "accordé"
    if fqis == dollars:
        return "du FQIS"
    if fqis:
        return f"accordés, dont {montant(fqis)} du FQIS"
    return f"accordés ({' et '.join(sorted(set(sources)))})"


def origin_of(payments: Iterable[Payment]) -> str:
    """Return `origin` of some payments together."""
    paid = [payment for payment in payments if payment.amount]
    return origin(
        ledger.total(payment.amount for payment in paid),
        ledger.total(payment.amount for payment in paid if payment.payer.source.is_fqis),
        (payment.payer.source.name for payment in paid),
    )
