"""The figures of each fiscal year: new and renewed apart, money of the lines and of the partners, leverage."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.http import urlencode

from alliance.lib.money import ZERO
from alliance.portal import labels as names
from alliance.portal.bitmaps import bitmap, union
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.leverage import (
    DEFAULT,
    DEFINITIONS,
    Leverage,
    Part,
    by_everything,
    by_year,
    measure,
)
from alliance.portal.figures.sharing import year_of
from alliance.portal.figures.values import paid_by
from alliance.portal.rows import Row
from funding import ledger


@dataclass(frozen=True)
class Year:
    """One fiscal year ("" holds what has no year). Dollars are None when nothing is known of them."""

    slug: str
    name: str
    new: int
    renewed: int
    allocated: Decimal | None
    awarded: Decimal | None
    partners: Decimal | None
    leverage: Leverage

    @property
    def count(self) -> int:
        return self.new + self.renewed

    @property
    def is_empty(self) -> bool:
        return not self.count and self.allocated is self.awarded is self.partners is None

    def address(self, code: str) -> str:
        """Return where the rows of a figure of this year are."""
        return f"/chiffres/{code}/?{urlencode([(names.YEAR, self.slug)])}" if self.slug else ""

    @property
    def urls(self) -> dict[str, str]:
        codes = {"new": "nouvelles", "renewed": "prolongees", "allocated": "fqis-affecte"}
        codes |= {"awarded": "fqis-accorde", "partners": "contributions", "leverage": "levier"}
        return {key: self.address(code) for key, code in codes.items()}


def _sums(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for year, amount in pairs:
        found[year].append(amount)
    return {year: ledger.total(amounts) for year, amounts in found.items()}


def _known(by_year: dict[str, Decimal]) -> Decimal | None:
    return ledger.total(by_year.values()) if by_year else None


class _Sums:
    """What is added up once, by fiscal year."""

    def __init__(self, choice: Choice) -> None:
        rows = choice.directory.rows
        self.mask = choice.selection.mask
        self.new = bitmap((i for i, row in enumerate(rows) if row.is_new), len(rows))
        self.allocated = _sums([(moved.year, moved.amount) for moved in choice.lines])
        paid = paid_by(choice, fqis=True)
        self.awarded = _sums([(payment.payer.year, payment.amount) for _, payment in paid])
        unpublished = {row.pk for row in choice.unpublished}
        self.unpublished = bitmap((i for i, row in enumerate(rows) if row.pk in unpublished), len(rows))
        self.whole_awarded = choice.dollars(fqis=True)
        self.partners = _sums(
            [(year_of(row, one), one.amount) for row, one in choice.given if one.amount is not None]
        )

    def counts(self, mask: int) -> tuple[int, int]:
        """Return how many new and renewed initiatives of the choice are in the set."""
        mask &= self.mask
        return (mask & self.new).bit_count(), (mask & ~self.new).bit_count()

    def year(self, slug: str, name: str, mask: int, leverage: Leverage) -> Year:
        # As in the register: with nothing unknown, what other years pay is zero for this year.
        is_complete = mask & self.mask and not mask & self.unpublished
        awarded = self.awarded.get(slug, ZERO if is_complete else None)
        money = (self.allocated.get(slug), awarded, self.partners.get(slug))
        return Year(slug, name, *self.counts(mask), *money, leverage)

    def whole(self, leverage: Leverage) -> Year:
        money = (_known(self.allocated), self.whole_awarded, _known(self.partners))
        return Year("", "En tout, chacune comptée une fois", *self.counts(self.mask), *money, leverage)


def years_of(choice: Choice) -> tuple[list[Year], Year]:
    """Return the fiscal years where something stands, newest first, and the whole (distinct initiatives).

    Money adds up: years and what has no year make the whole. Initiatives of several years are in each.
    """
    sums, held = _Sums(choice), choice.directory.masks.get(names.YEAR, {})
    parts, definition = by_year(choice), DEFINITIONS[DEFAULT]

    def leverage(found: list[tuple[Row, Part]]) -> Leverage:
        return measure((part for _, part in found), definition)

    labels = sorted(choice.directory.labels.all(names.YEAR), key=lambda label: label.slug, reverse=True)
    found = [
        sums.year(label.slug, label.name, held.get(label.slug, 0), leverage(parts.get(label.slug, [])))
        for label in labels
    ]
    undated = choice.directory.everything & ~union(held.values())
    found.append(sums.year("", "Sans exercice", undated, leverage([])))
    return [one for one in found if not one.is_empty], sums.whole(leverage(by_everything(choice)))
