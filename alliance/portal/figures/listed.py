"""The dollars of one initiative that its list counts: what makes the rows of a file add up to the list's total."""

from decimal import Decimal

from alliance.portal.directory import Directory
from alliance.portal.labels import Label
from alliance.portal.payments import Payment
from alliance.portal.rows import Row
from alliance.portal.selection import Selection
from funding import ledger


def is_partial(selection: Selection) -> bool:
    """Say whether the list keeps some lines of money only: an MRC's, a fiscal year's, a source's."""
    return not all(selection.counts(payer) for payer in selection.directory.paid_by)


def counted_here(selection: Selection, row: Row) -> Decimal | None:
    """Return the dollars that the lines of this list promised to an initiative; None when no amount is published.

    Their sum over the list is the total of the list. Zero is known: other lines pay it, these ones do not.
    """
    if not row.payments:
        return None
    return ledger.total(payment.amount for payment in row.payments if selection.counts(payment.payer))


def promised(directory: Directory) -> list[tuple[Row, Payment]]:
    """Return what each line promised to each initiative, by title: their dollars add up to all that was promised."""
    return [(row, payment) for row in directory.rows for payment in row.payments]


def taking_roles(directory: Directory) -> list[tuple[Row, str, Label]]:
    """Return each role that an organization holds in an initiative, by title of the initiative."""
    return [(row, role, label) for row in directory.rows for role, label in row.partners]


def naming(directory: Directory, kind: str, slug: str) -> int:
    """Return how many initiatives name a theme, an MRC, a municipality or an organization; region-wide ones do not."""
    return directory.masks.get(kind, {}).get(slug, 0).bit_count()
