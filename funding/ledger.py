"""The only place that adds up money (design.md §2.1). Every total is a sum of dated movements, in dollars.

A sum over joins counts a row once per theme and per MRC; here each table is summed alone, keyed by its parent.
Unknown is not zero: an initiative without any movement has no amount (None), a contribution without amount is
counted apart.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from alliance.lib.dates import today
from alliance.lib.money import ZERO, MoneyField, quantize
from funding import rules
from funding.balances import Award, Due, LineBalance, Partners
from funding.choices import Condition, ContributionKind, DisbursementMove, Line
from funding.models import (
    Allocation,
    AllocationMovement,
    Commitment,
    CommitmentMovement,
    Contribution,
    Disbursement,
    DisbursementMovement,
    Envelope,
    EnvelopeMovement,
    Limits,
)
from initiatives.choices import ReportKind
from initiatives.models import Initiative, Report


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


def commitment_paid(commitment: Commitment) -> Decimal:
    """Return the dollars paid of a promise, less what was recovered."""
    return _total(
        DisbursementMovement.objects.filter(
            disbursement__commitment=commitment, kind__in=DisbursementMove.paying
        )
    )


def commitment_due(commitment: Commitment) -> Decimal:
    """Return what the schedule takes of a promise: instalments, less those cancelled and what was recovered."""
    planned = _total(Disbursement.objects.filter(commitment=commitment))
    taken_off = DisbursementMovement.objects.filter(
        disbursement__commitment=commitment, kind__in=DisbursementMove.taking_off
    )
    return planned + _total(taken_off)


def with_amounts(commitments: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Annotate promises with `amount`, in dollars; None when there is no movement."""
    return commitments.annotate(amount=_sum_by(CommitmentMovement, "commitment"))


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
    """Annotate lines with `allocated`, `committed` and `paid` (dollars, None when there is no movement)."""
    return allocations.annotate(
        allocated=_sum_by(AllocationMovement, "allocation"),
        committed=_sum_by(CommitmentMovement, "commitment__allocation"),
        paid=_sum_by(
            DisbursementMovement, "disbursement__commitment__allocation", kind__in=DisbursementMove.paying
        ),
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
        LineBalance(row, quantize(row.allocated), quantize(row.committed), quantize(row.paid))  # type: ignore[attr-defined]
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
    if years := list(initiative.fiscal_years.values_list("pk", flat=True)):
        usable &= Q(fiscal_year__in=years)
    return lines(Allocation.objects.filter(usable, fiscal_year__closed_at=None, is_demo=initiative.is_demo))


def with_instalments(disbursements: QuerySet[Disbursement]) -> QuerySet[Disbursement]:
    """Annotate instalments with what `due_of` reads: the sums of their movements, and whether their report is approved."""
    approved = Report.objects.filter(initiative=OuterRef("commitment__initiative"), approved_at__isnull=False)
    earlier = Disbursement.objects.filter(
        Q(due_on__lt=OuterRef("due_on")) | Q(due_on=OuterRef("due_on"), pk__lte=OuterRef("pk")),
        commitment=OuterRef("commitment"),
        condition=Condition.PROGRESS_REPORT,
    ).exclude(movements__kind=DisbursementMove.CANCELLED)
    sums = {
        f"sum_{kind}": _sum_by(DisbursementMovement, "disbursement", kind=kind)
        for kind in DisbursementMove.values
    }
    return disbursements.annotate(
        final_approved=Exists(approved.filter(kind=ReportKind.FINAL)),
        progress_approved=_how_many(approved.filter(kind=ReportKind.PROGRESS), "initiative"),
        progress_rank=_how_many(earlier, "commitment"),
        **sums,
    )


def _how_many(rows: QuerySet, parent: str) -> Coalesce:
    counted = rows.order_by().values(parent).annotate(many=Count("pk", distinct=True)).values("many")
    return Coalesce(Subquery(counted), 0)


def _report_is_approved(row: Any) -> bool:
    """Say whether the report an instalment waits for is approved: the final one, or as many progress reports as its rank."""
    if row.condition == Condition.PROGRESS_REPORT:
        return row.progress_approved >= row.progress_rank
    return row.final_approved


def instalments(disbursements: QuerySet[Disbursement], on: date | None = None) -> list[Due]:
    """Return how each instalment stands on the day `on` (today when not said), by day it is meant for (one query)."""
    rows = with_instalments(disbursements).select_related(
        "commitment__initiative",
        "commitment__allocation__territory",
        "commitment__allocation__fiscal_year",
        "commitment__allocation__envelope__source",
    )
    return [due_of(row, on) for row in rows.order_by("due_on", "pk")]


def due_of(row: Any, on: date | None = None) -> Due:
    """Return how an instalment read by `with_instalments` stands on the day `on` (today when not said)."""
    paid, recovered = quantize(row.sum_paid), -quantize(row.sum_recovered)
    state = rules.instalment_state(
        condition=row.condition,
        due_on=row.due_on,
        ready=row.sum_ready is not None,
        paid=paid,
        cancelled=row.sum_cancelled is not None,
        recovered=recovered,
        approved=_report_is_approved(row),
        on=on or today(),
    )
    return Due(row, state, paid, recovered)


def waiting(disbursements: QuerySet[Disbursement]) -> list[Due]:
    """Return the instalments neither paid nor cancelled."""
    return [due for due in instalments(disbursements) if due.state in rules.WAITING]


def warnings_for(*, initiative: Initiative, allocation: Allocation, amount: Decimal) -> list[str]:
    """Return what awarding `amount` dollars of the line would pass over, in sentences; never a refusal."""
    source = allocation.envelope.source
    asked = Limits.objects.filter(source=source, period=allocation.envelope.period).first()
    if asked is None:
        return []
    awards, rows = awards_of(initiative), list(Contribution.objects.filter(initiative=initiative))
    brought = partners_of(rows)
    aid = total(row.amount for row in rows if row.is_public)
    promised = total(award.amount for award in awards) + amount
    own = total(award.amount for award in awards if award.source == source) + amount
    cost = rules.Cost(own, promised + aid, brought.known, promised + brought.known, brought.unknown)
    ceilings = rules.Ceilings(
        asked.max_fqis_share, asked.max_public_share, asked.min_partner_share, asked.max_amount
    )
    return rules.warnings(ceilings, cost)


def admin_warning(*, allocation: Allocation, amount: Decimal, source: Allocation | None = None) -> list[str]:
    """Return the warning when adding `amount` dollars to a line of administration passes its ceiling.

    `source`: the line that gives them. From one line of administration to another of the same envelope (a carry-over),
    the dollars are already counted.
    """
    envelope = allocation.envelope
    asked = Limits.objects.filter(source=envelope.source, period=envelope.period).first()
    if asked is None or allocation.line != Line.ADMINISTRATION:
        return []
    own = AllocationMovement.objects.filter(
        allocation__envelope=envelope, allocation__line=Line.ADMINISTRATION
    )
    inside = source is not None and (source.line, source.envelope_id) == (allocation.line, envelope.pk)
    added = ZERO if inside else amount
    return rules.warn_administration(asked.admin_ceiling, _total(own) + added, envelope_amount(envelope))
