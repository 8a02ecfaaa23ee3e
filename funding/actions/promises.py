"""Promises: what a line awards to an initiative, changes, gives back."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.lib.money import ZERO
from alliance.lib.workflow import Stale
from funding import ledger, rules
from funding.actions.books import SAID, closed, lock_line, lock_lines, may_move_money, still_open, write
from funding.actions.payments import cancel_waiting, write_instalment
from funding.choices import CommitmentMove, DisbursementMove
from funding.models import Allocation, Commitment, CommitmentMovement, Disbursement, DisbursementMovement
from initiatives import actions as initiative_actions
from initiatives.choices import State
from initiatives.models import Initiative


@transaction.atomic
def award(
    *, initiative: Initiative, allocation: Allocation, by: User, amount: Decimal, **details: Any
) -> CommitmentMovement:
    """Promise dollars of a line to a retained initiative, within what the line has left.

    The line is the region's or that of an MRC of the initiative; demonstration pays for demonstration only.
    The initiative's final report is then expected: 30 days after its end (domain.md §4.1).
    """
    movement = _commit(initiative, allocation, by, amount, CommitmentMove.AWARD, details)
    year = movement.commitment.allocation.fiscal_year
    initiative_actions.expect_final_report(initiative=initiative, by=by, fallback=year.ends_on)
    return movement


@transaction.atomic
def amend(
    *, initiative: Initiative, allocation: Allocation, by: User, amount: Decimal, **details: Any
) -> CommitmentMovement:
    """Add `amount` to a promise already made on this line (negative: take back, whatever the line)."""
    return _commit(initiative, allocation, by, amount, CommitmentMove.AMENDMENT, details)


@transaction.atomic
def release(*, commitment: Commitment, by: User, **details: Any) -> CommitmentMovement:
    """Give back to its line all the dollars promised by `commitment` and not paid; its waiting instalments are cancelled."""
    may_move_money(by)
    return _release(commitment, lock_line(commitment.allocation), by, **details)


@transaction.atomic
def cancel_initiative(
    *, initiative: Initiative, by: User, note: str, expected_version: int | None = None
) -> Initiative:
    """Abandon an initiative: what open fiscal years promise goes back to the lines, then its state changes.

    What a closed year holds was spent: it stays as it is (`ledger.freed_and_kept` says both before).
    Raises Stale when a line was given to the initiative at the same instant, or when it is no longer the
    `expected_version` that the person read.
    """
    commitments = Commitment.objects.filter(initiative=initiative)
    lines = lock_lines(commitments.values_list("allocation_id", flat=True))
    cancelled = initiative_actions.cancel(
        initiative=initiative, by=by, note=note, expected_version=expected_version
    )
    for commitment in commitments.order_by("allocation_id"):
        if commitment.allocation_id not in lines:
            raise Stale(
                "Un montant vient d’être accordé à cette initiative. Relisez le dossier, puis recommencez."
            )
        line = lines[commitment.allocation_id]
        if not closed(line):
            _free(commitment, line, by, f"Abandon de l’initiative\xa0: {note}"[:300])
    return cancelled


@transaction.atomic
def recover(
    *, disbursement: Disbursement, by: User, amount: Decimal, reference: str = "", **details: Any
) -> DisbursementMovement:
    """Write that `amount` dollars (more than zero) of a paid instalment came back, even after its year was closed.

    What an abandoned initiative gives back returns to its line at once, while the year is open.
    """
    may_move_money(by)
    commitment = Commitment.objects.get(pk=disbursement.commitment_id)
    lines = lock_lines([commitment.allocation_id])
    initiative = Initiative.objects.select_for_update().get(pk=commitment.initiative_id)
    (due,) = ledger.instalments(Disbursement.objects.filter(pk=disbursement.pk))

    def check() -> str:
        return rules.refuse_recovery(amount, due.paid - due.recovered) or rules.refuse_later(
            details.get("on"), today()
        )

    movement = write_instalment(
        disbursement, lines, by, DisbursementMove.RECOVERED, -amount, check, reference, details
    )
    line = lines[commitment.allocation_id]
    if initiative.state == State.CANCELLED and not closed(line):
        _free(commitment, line, by, "Argent récupéré d’une initiative abandonnée")
    return movement


@transaction.atomic
def adjust_commitment(
    *, commitment: Commitment, by: User, amount: Decimal, **details: Any
) -> CommitmentMovement:
    """Correct a promise of a closed fiscal year: a dated adjustment with its reason, within the same limits."""
    may_move_money(by)
    line = lock_line(commitment.allocation)

    def check() -> str:
        return (
            still_open(line)
            or (rules.refuse_state(commitment.initiative.state) if amount > ZERO else "")
            or _refuse_change(commitment, line, amount)
        )

    movement = CommitmentMovement(commitment=commitment, kind=CommitmentMove.ADJUSTMENT, amount=amount)
    return write(movement, by, line.envelope, commitment.is_demo, check, **details)


def refuse_new_links(initiative: Initiative) -> str:
    """Return why an initiative cannot have the MRCs and years it was just given: a line that pays it would be elsewhere.

    Called while the initiative is locked, before its change is committed (`initiatives.actions.after_new_links`).
    """
    promises = Commitment.objects.filter(initiative=initiative)
    for promise in promises.select_related("allocation__fiscal_year", "allocation__territory"):
        amount = ledger.commitment_amount(promise)
        if amount > ZERO and _refuse_payer(promise.allocation, initiative):
            return rules.refuse_to_leave(str(promise.allocation), amount)
    return ""


# Private parts --------------------------------------------------------------------------------------------


def _free(commitment: Commitment, line: Allocation, by: User, reason: str) -> None:
    """Release what an abandoned initiative still holds on an open line; what was paid stays until it is recovered."""
    cancel_waiting(commitment, line, by, reason=reason)
    if ledger.commitment_amount(commitment) > ledger.commitment_due(commitment):
        may_move_money(by)
        _release(commitment, line, by, reason=reason)


def _release(commitment: Commitment, line: Allocation, by: User, **details: Any) -> CommitmentMovement:
    if not closed(line):
        cancel_waiting(commitment, line, by, reason=details["reason"], on=details.get("on"))
    amount = ledger.commitment_amount(commitment) - ledger.commitment_due(commitment)
    movement = CommitmentMovement(commitment=commitment, kind=CommitmentMove.RELEASE, amount=-amount)

    def check() -> str:
        return closed(line) or rules.refuse_nothing_left(amount)

    # A second click finds nothing left: the amount is no part of what was asked.
    return write(movement, by, line.envelope, commitment.is_demo, check, asked=SAID, **details)


def _commit(
    initiative: Initiative,
    allocation: Allocation,
    by: User,
    amount: Decimal,
    kind: str,
    details: dict[str, Any],
) -> CommitmentMovement:
    may_move_money(by)
    line = lock_line(allocation)
    locked = Initiative.objects.select_for_update().get(pk=initiative.pk)
    commitment = Commitment.objects.filter(allocation=line, initiative=locked).first()
    commitment = commitment or Commitment(allocation=line, initiative=locked, is_demo=locked.is_demo)

    def check() -> str:
        positive = rules.refuse_not_positive(amount) if kind == CommitmentMove.AWARD else ""
        return (
            positive
            or rules.refuse_state(locked.state)
            or closed(line)
            or (_refuse_payer(line, locked) if amount > ZERO else "")
            or _refuse_change(commitment, line, amount)
        )

    def write_parent() -> None:
        if commitment.pk is None:
            commitment.full_clean()
            commitment.save()

    movement = CommitmentMovement(commitment=commitment, kind=kind, amount=amount)
    return write(movement, by, line.envelope, locked.is_demo, check, before=write_parent, **details)


def _refuse_payer(line: Allocation, initiative: Initiative) -> str:
    own = set(initiative.territories.values_list("pk", flat=True))
    years = set(initiative.fiscal_years.values_list("pk", flat=True))
    return (
        rules.refuse_line(line.line, line.territory_id, own)
        or rules.refuse_year_of_line(line.fiscal_year_id, line.fiscal_year.label, years)
        or rules.refuse_mixing(line.is_demo, initiative.is_demo)
    )


def _refuse_change(commitment: Commitment, line: Allocation, amount: Decimal) -> str:
    """Return why the promise cannot change by `amount`: over its line, under what its instalments take."""
    promised = ledger.commitment_amount(commitment) if commitment.pk else ZERO
    due = ledger.commitment_due(commitment) if commitment.pk else ZERO
    left = ledger.allocation_amount(line) - ledger.allocation_committed(line)
    return rules.refuse_over(amount, left, f"la ligne «\xa0{line}\xa0»") or rules.refuse_below_due(
        promised + amount, due
    )
