"""Payments of the synthetic volume, in bulk: half of the promises have two instalments and a final report.

What was due is paid; one final report in three never came, so that the screens have instalments that are held.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.dates import today
from funding.choices import Condition, DisbursementMove
from funding.models import Commitment, CommitmentMovement, Disbursement, DisbursementMovement
from initiatives.choices import ReportKind
from initiatives.models import Report

_BATCH = 2_000
_FIRST, _LAST = timedelta(days=60), timedelta(days=360)  # after the promise


def write(promises: Sequence[tuple[Commitment, CommitmentMovement]], by: User, why: str) -> None:
    """Plan and pay one promise in two; `why` is the reason that each movement bears."""
    planned = promises[::2]
    came = [rank % 3 != 0 and move.on + _LAST <= today() for rank, (_, move) in enumerate(planned)]
    reports = [
        _report(commitment, move.on + _LAST, by if came_in else None)
        for (commitment, move), came_in in zip(planned, came, strict=True)
    ]
    Report.objects.bulk_create(reports, batch_size=500)
    rows, paid = [], []
    for (commitment, move), came_in in zip(planned, came, strict=True):
        first = (move.amount * 6 / 10).quantize(Decimal(1))
        rows.append(_instalment(commitment, 1, first, move.on + _FIRST, Condition.DATE))
        rows.append(_instalment(commitment, 2, move.amount - first, move.on + _LAST, Condition.FINAL_REPORT))
        paid += [move.on + _FIRST <= today(), came_in]
    Disbursement.objects.bulk_create(rows, batch_size=_BATCH)
    movements = [_payment(row, by, why) for row, is_paid in zip(rows, paid, strict=True) if is_paid]
    DisbursementMovement.objects.bulk_create(movements, batch_size=_BATCH)


def _report(commitment: Commitment, due_on: date, approved_by: User | None) -> Report:
    return Report(
        initiative=commitment.initiative,
        kind=ReportKind.FINAL,
        due_on=due_on,
        received_on=due_on if approved_by else None,
        approved_at=timezone.now() if approved_by else None,
        approved_by=approved_by,
        is_demo=True,
    )


def _instalment(
    commitment: Commitment, rank: int, amount: Decimal, due_on: date, condition: str
) -> Disbursement:
    return Disbursement(
        commitment=commitment, rank=rank, amount=amount, due_on=due_on, condition=condition, is_demo=True
    )


def _payment(row: Disbursement, by: User, why: str) -> DisbursementMovement:
    return DisbursementMovement(
        disbursement=row,
        kind=DisbursementMove.PAID,
        amount=row.amount,
        on=row.due_on,
        reason=why,
        by=by,
        is_demo=True,
    )
