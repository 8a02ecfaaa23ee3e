"""The only writer of money. Each verb adds dated movements; none changes an amount (design.md §2.2).

The parent row is locked before its total is read, always the highest first (envelope, then lines in id order),
so that two people at once cannot overspend and never wait for each other in a circle.
Raises: Refusal (French reasons), NotAllowed, ValidationError.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.lib.money import ZERO
from alliance.lib.records import save_as
from alliance.lib.workflow import NotAllowed, Refusal
from funding import ledger, rules
from funding.choices import AllocationMove, CommitmentMove, EnvelopeMove
from funding.models import (
    Allocation,
    AllocationMovement,
    Commitment,
    CommitmentMovement,
    Contribution,
    Envelope,
    EnvelopeMovement,
    Movement,
)
from initiatives import actions as initiative_actions
from initiatives.models import Initiative

M = TypeVar("M", bound=Movement)


@transaction.atomic
def move_envelope(
    *, envelope: Envelope, by: User, amount: Decimal, kind: str = EnvelopeMove.INITIAL, **details: Any
) -> EnvelopeMovement:
    """Add dollars to an envelope (or take them back, by an amendment) while its lines stay covered.

    `details`: reason, on (date), resolution, token, is_demo.
    """
    _may_move_money(by)
    locked = Envelope.objects.select_for_update().get(pk=envelope.pk)

    def check() -> str:
        new_total = ledger.envelope_amount(locked) + amount
        return rules.refuse_below_used(new_total, ledger.envelope_allocated(locked), "L’enveloppe")

    return _add(EnvelopeMovement(envelope=locked, kind=kind, amount=amount), by, check, **details)


@transaction.atomic
def move_allocation(
    *, allocation: Allocation, by: User, amount: Decimal, kind: str = AllocationMove.INITIAL, **details: Any
) -> AllocationMovement:
    """Give dollars of the envelope to a line, or take them back, within what the envelope has left."""
    _may_move_money(by)
    locked = _lock_line(allocation)

    def check() -> str:
        envelope = locked.envelope
        left = ledger.envelope_amount(envelope) - ledger.envelope_allocated(envelope)
        new_total = ledger.allocation_amount(locked) + amount
        return (
            _closed(locked)
            or rules.refuse_over(amount, left, f"l’enveloppe « {envelope} »")
            or rules.refuse_below_used(new_total, ledger.allocation_committed(locked), "La ligne")
        )

    return _add(AllocationMovement(allocation=locked, kind=kind, amount=amount), by, check, **details)


@transaction.atomic
def award(
    *, initiative: Initiative, allocation: Allocation, by: User, amount: Decimal, **details: Any
) -> CommitmentMovement:
    """Promise dollars of a line to a retained initiative, within what the line has left."""
    return _commit(initiative, allocation, by, amount, CommitmentMove.AWARD, details)


@transaction.atomic
def amend(
    *, initiative: Initiative, allocation: Allocation, by: User, amount: Decimal, **details: Any
) -> CommitmentMovement:
    """Add `amount` to a promise already made on this line (negative: take back)."""
    return _commit(initiative, allocation, by, amount, CommitmentMove.AMENDMENT, details)


@transaction.atomic
def release(*, commitment: Commitment, by: User, **details: Any) -> CommitmentMovement:
    """Give back to its line all the dollars still promised by `commitment`."""
    _may_move_money(by)
    line = _lock_line(commitment.allocation)
    amount = ledger.commitment_amount(commitment)
    movement = CommitmentMovement(commitment=commitment, kind=CommitmentMove.RELEASE, amount=-amount)
    return _add(movement, by, lambda: _closed(line) or rules.refuse_not_positive(amount), **details)


@transaction.atomic
def cancel_initiative(*, initiative: Initiative, by: User, note: str) -> Initiative:
    """Abandon an initiative: its money goes back to the lines, then its state changes."""
    cancelled = initiative_actions.cancel(initiative=initiative, by=by, note=note)
    for commitment in Commitment.objects.filter(initiative=initiative).order_by("allocation_id"):
        if ledger.commitment_amount(commitment) > ZERO:
            release(
                commitment=commitment,
                by=by,
                reason=f"Abandon de l’initiative : {note}"[:300],
                is_demo=initiative.is_demo,
            )
    return cancelled


@transaction.atomic
def record_contribution(*, contribution: Contribution, by: User) -> Contribution:
    """Write what a partner brings (an unknown amount stays unknown), unless its fiscal year is closed."""
    year = contribution.fiscal_year
    if year and (refusal := rules.refuse_closed(year.label, year.closed_at is not None)):
        raise Refusal(refusal)
    save_as(contribution, by)
    return contribution


# Private parts --------------------------------------------------------------------------------------------


def _may_move_money(by: User) -> None:
    if not by.has_perm("funding.move_money"):
        raise NotAllowed("Votre rôle ne permet pas d’inscrire un mouvement d’argent.")


def _lock_line(allocation: Allocation) -> Allocation:
    """Lock the envelope, then the line: always in this order."""
    envelope = Envelope.objects.select_for_update().get(pk=allocation.envelope_id)
    locked = Allocation.objects.select_for_update().get(pk=allocation.pk)
    locked.envelope = envelope
    return locked


def _closed(allocation: Allocation) -> str:
    year = allocation.fiscal_year
    return rules.refuse_closed(year.label, year.closed_at is not None)


def _commit(
    initiative: Initiative,
    allocation: Allocation,
    by: User,
    amount: Decimal,
    kind: str,
    details: dict[str, Any],
) -> CommitmentMovement:
    _may_move_money(by)
    line = _lock_line(allocation)
    locked = Initiative.objects.select_for_update().get(pk=initiative.pk)
    commitment = Commitment.objects.filter(allocation=line, initiative=locked).first()
    commitment = commitment or Commitment(allocation=line, initiative=locked, is_demo=locked.is_demo)

    def check() -> str:
        promised = ledger.commitment_amount(commitment) if commitment.pk else ZERO
        left = ledger.allocation_amount(line) - ledger.allocation_committed(line)
        positive = rules.refuse_not_positive(amount) if kind == CommitmentMove.AWARD else ""
        return (
            positive
            or rules.refuse_state(locked.state)
            or _closed(line)
            or rules.refuse_over(amount, left, f"la ligne « {line} »")
            or rules.refuse_below_used(promised + amount, ZERO, "L’engagement")
        )

    def write_parent() -> None:
        if commitment.pk is None:
            commitment.full_clean()
            commitment.save()

    movement = CommitmentMovement(commitment=commitment, kind=kind, amount=amount)
    return _add(movement, by, check, before=write_parent, **details)


def _add(
    movement: M,
    by: User,
    check: Callable[[], str],
    *,
    reason: str,
    on: date | None = None,
    resolution: str = "",
    token: UUID | None = None,
    is_demo: bool = False,
    before: Callable[[], None] | None = None,
) -> M:
    """Write a movement when `check` finds no refusal; the same `token` (double click) writes it once."""
    if token and (existing := type(movement)._default_manager.filter(entry_token=token).first()):
        return existing
    if refusal := check():
        raise Refusal(refusal)
    if before:
        before()
        movement.commitment = movement.commitment  # type: ignore[attr-defined]  # refresh the id just given
    movement.by, movement.reason, movement.on = by, reason.strip(), on or today()
    movement.resolution, movement.entry_token = resolution.strip(), token
    movement.is_demo = is_demo or by.is_demo  # removing the demonstration takes it back
    movement.full_clean()
    movement.save()
    return movement
