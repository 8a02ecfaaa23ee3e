"""The only place that adds up money (design.md §2.1). Every total is a sum of dated movements, in dollars.

A sum over joins counts a row once per theme and per MRC; here each table is summed alone, keyed by its parent.
Unknown is not zero: an initiative without any movement has no amount (None), a contribution without amount is
counted apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from alliance.lib.money import ZERO, MoneyField, quantize
from funding.choices import ContributionKind, Line
from funding.models import (
    Allocation,
    AllocationMovement,
    Commitment,
    CommitmentMovement,
    Contribution,
    Envelope,
    EnvelopeMovement,
    FundingSource,
)
from initiatives.models import FiscalYear, Initiative


@dataclass(frozen=True)
class EnvelopeBalance:
    envelope: Envelope
    amount: Decimal
    allocated: Decimal

    @property
    def left(self) -> Decimal:
        return self.amount - self.allocated


@dataclass(frozen=True)
class LineBalance:
    allocation: Allocation
    allocated: Decimal
    committed: Decimal

    @property
    def left(self) -> Decimal:
        return self.allocated - self.committed


@dataclass(frozen=True)
class Award:
    """Money promised to one initiative on one line."""

    source: FundingSource
    fiscal_year: FiscalYear
    line: str
    amount: Decimal


@dataclass(frozen=True)
class Partners:
    """What partners bring: known dollars by nature, and how many contributions have no known amount."""

    cash: Decimal
    in_kind: Decimal
    hours: Decimal
    unknown: int

    @property
    def known(self) -> Decimal:
        return self.cash + self.in_kind + self.hours


def _total(movements: QuerySet) -> Decimal:
    return quantize(movements.aggregate(total=Sum("amount"))["total"])


def envelope_amount(envelope: Envelope) -> Decimal:
    """Return the envelope's dollars: initial amount and amendments."""
    return _total(EnvelopeMovement.objects.filter(envelope=envelope))


def envelope_allocated(envelope: Envelope) -> Decimal:
    """Return the dollars of the envelope already given to lines, all fiscal years together."""
    return _total(AllocationMovement.objects.filter(allocation__envelope=envelope))


def allocation_amount(allocation: Allocation) -> Decimal:
    """Return the line's dollars: initial, changes, transfers and carry-overs."""
    return _total(AllocationMovement.objects.filter(allocation=allocation))


def allocation_committed(allocation: Allocation) -> Decimal:
    """Return the dollars of the line promised to initiatives."""
    return _total(CommitmentMovement.objects.filter(commitment__allocation=allocation))


def commitment_amount(commitment: Commitment) -> Decimal:
    """Return the dollars promised: awards and changes less releases."""
    return _total(CommitmentMovement.objects.filter(commitment=commitment))


def _sum_by(model: type, parent: str, **only: Any) -> Subquery:
    """Return the subquery « sum of the amounts whose `parent` is the outer row », null without any row.

    `only`: further conditions on the movements counted.
    """
    rows = model.objects.filter(**{parent: OuterRef("pk")}, **only).order_by().values(parent)  # type: ignore[attr-defined]
    return Subquery(rows.annotate(total=Sum("amount")).values("total"), output_field=MoneyField())


def with_awarded(initiatives: QuerySet[Initiative]) -> QuerySet[Initiative]:
    """Annotate each initiative with `awarded`, its dollars on all lines; None when none was ever entered.

    `awarded_fqis` is the part of it that a source of the FQIS pays; None when no such movement was ever entered.
    Another source's money is never called FQIS (domain.md §1: several sources from the first day).
    """
    parent = "commitment__initiative"
    return initiatives.annotate(
        awarded=_sum_by(CommitmentMovement, parent),
        awarded_fqis=_sum_by(
            CommitmentMovement, parent, commitment__allocation__envelope__source__is_fqis=True
        ),
    )


def with_balances(allocations: QuerySet[Allocation]) -> QuerySet[Allocation]:
    """Annotate lines with `allocated` and `committed` (dollars, None when there is no movement)."""
    return allocations.annotate(
        allocated=_sum_by(AllocationMovement, "allocation"),
        committed=_sum_by(CommitmentMovement, "commitment__allocation"),
    )


def with_envelope_balances(envelopes: QuerySet[Envelope]) -> QuerySet[Envelope]:
    """Annotate envelopes with `amount` and `allocated` (dollars, None when there is no movement)."""
    return envelopes.annotate(
        amount=_sum_by(EnvelopeMovement, "envelope"),
        allocated=_sum_by(AllocationMovement, "allocation__envelope"),
    )


def lines(allocations: QuerySet[Allocation]) -> list[LineBalance]:
    """Return the balance of each line: the MRCs from west to east, then the region, then administration."""
    rank = {Line.TERRITORY: 0, Line.REGIONAL: 1, Line.ADMINISTRATION: 2}
    rows = with_balances(allocations).select_related("territory", "fiscal_year", "envelope")
    balances = [
        LineBalance(row, quantize(row.allocated), quantize(row.committed))  # type: ignore[attr-defined]
        for row in rows
    ]
    return sorted(
        balances,
        key=lambda balance: (
            -balance.allocation.fiscal_year.starts_on.toordinal(),
            rank[Line(balance.allocation.line)],
            balance.allocation.territory.order if balance.allocation.territory else 0,
        ),
    )


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """Add dollars that were read from the ledger; unknown ones add nothing."""
    return sum((amount for amount in amounts if amount is not None), ZERO)


def awards_of(initiative: Initiative) -> list[Award]:
    """Return the money promised to the initiative, by fiscal year and line, without the emptied ones."""
    commitments = (
        Commitment.objects.filter(initiative=initiative)
        .annotate(amount=_sum_by(CommitmentMovement, "commitment"))
        .select_related("allocation__territory", "allocation__fiscal_year", "allocation__envelope__source")
        .order_by("allocation__fiscal_year__starts_on", "pk")
    )
    return [
        Award(
            source=row.allocation.envelope.source,
            fiscal_year=row.allocation.fiscal_year,
            line=row.allocation.line_name,
            amount=quantize(row.amount),
        )
        for row in commitments
        if row.amount
    ]


def freed_and_kept(initiative: Initiative) -> tuple[Decimal, Decimal]:
    """Return the dollars that abandoning the initiative frees (open fiscal years), and those that stay as spent."""
    awards = awards_of(initiative)
    freed = total(award.amount for award in awards if award.fiscal_year.closed_at is None)
    return freed, total(award.amount for award in awards) - freed


def problems() -> list[str]:
    """Return what does not hold in the balances, in French: lines over their envelope, promises over their line."""
    over = [
        f"L’enveloppe « {row} » donne à ses lignes plus que son montant."
        for row in with_envelope_balances(Envelope.objects.all())
        if quantize(row.amount) < quantize(row.allocated)  # type: ignore[attr-defined]
    ]
    promised = [
        f"La ligne « {balance.allocation} » ({balance.allocation.envelope}) promet plus que son montant."
        for balance in lines(Allocation.objects.all())
        if balance.left < ZERO
    ]
    negative = Commitment.objects.annotate(amount=_sum_by(CommitmentMovement, "commitment")).filter(
        amount__lt=0
    )
    return [*over, *promised, *(f"L’engagement « {row} » est négatif." for row in negative)]


def partners_of(contributions: Iterable[Contribution]) -> Partners:
    """Add up contributions already read: dollars by nature, unknown amounts counted apart."""
    rows = list(contributions)

    def dollars(kind: str) -> Decimal:
        return total(row.amount for row in rows if row.kind == kind)

    return Partners(
        cash=dollars(ContributionKind.CASH),
        in_kind=dollars(ContributionKind.IN_KIND),
        hours=dollars(ContributionKind.HOURS),
        unknown=sum(1 for row in rows if row.amount is None),
    )


def free_lines_for(initiative: Initiative) -> list[LineBalance]:
    """Return the lines that may pay for the initiative: its MRCs' and the region's, of open fiscal years."""
    territories = list(initiative.territories.values_list("pk", flat=True))
    usable = Q(line=Line.REGIONAL) | Q(line=Line.TERRITORY, territory__in=territories)
    return lines(Allocation.objects.filter(usable, fiscal_year__closed_at=None, is_demo=initiative.is_demo))
