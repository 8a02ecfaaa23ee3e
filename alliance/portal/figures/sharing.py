"""What partners bring to an initiative, shared between the lines that pay it, to the cent.

In proportion to the FQIS dollars of each line (to all its dollars when no FQIS pays); the cents left over go to the
greatest remainders, so that the shares always make the whole. Lines of the contribution's fiscal year when some pay,
else all the lines. Unpaid: the initiative's `home`.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from alliance.lib.money import CENT, ZERO
from alliance.portal.payments import Brought, Payment
from alliance.portal.rows import Row


def year_of(row: Row, brought: Brought) -> str:
    """Return the fiscal year of a contribution: the one entered, else the initiative's only one, else ""."""
    if brought.year:
        return brought.year
    return row.years[0].slug if len(row.years) == 1 else ""


def shares(row: Row, brought: Brought) -> dict[str, Decimal | None]:
    """Return the dollars of a contribution that stand in each place; None in each when its amount is unknown."""
    weights = _weights(row, year_of(row, brought))
    if brought.amount is None:
        return dict.fromkeys(weights)
    return dict(split(brought.amount, weights))


def _weights(row: Row, year: str) -> dict[str, Decimal]:
    paying = [payment for payment in row.payments if payment.amount > 0]
    of_year = [payment for payment in paying if payment.payer.year == year]
    for candidates in (of_year, paying):
        if fqis := [payment for payment in candidates if payment.payer.source.is_fqis]:
            return _by_place(fqis)
    return _by_place(of_year or paying) or {row.home: CENT}


def _by_place(payments: list[Payment]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for payment in payments:
        found[payment.payer.place] += payment.amount
    return dict(found)


def split(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return `amount` (dollars, not negative) shared in proportion to positive weights, by greatest remainder."""
    cents, whole = int(amount / CENT), sum(int(weight / CENT) for weight in weights.values())
    parts = {key: divmod(cents * int(weight / CENT), whole) for key, weight in weights.items()}
    left = cents - sum(quotient for quotient, _ in parts.values())
    ranked = sorted(parts, key=lambda key: (-parts[key][1], key))
    more = set(ranked[:left])
    return {key: (quotient + (key in more)) * CENT for key, (quotient, _) in parts.items()}
