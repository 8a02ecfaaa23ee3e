"""Envelopes and lines: what an agreement gives, and to whom it is given."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction

from alliance.accounts.models import User
from alliance.lib.money import ZERO
from funding import ledger, rules
from funding.actions.books import closed, lock_line, lock_lines, may_move_money, still_open, write
from funding.actions.years import refuse_year
from funding.choices import AllocationMove, EnvelopeMove
from funding.models import Allocation, AllocationMovement, Envelope, EnvelopeMovement

Pair = tuple[AllocationMovement, AllocationMovement]


@transaction.atomic
def move_envelope(
    *, envelope: Envelope, by: User, amount: Decimal, kind: str = EnvelopeMove.INITIAL, **details: Any
) -> EnvelopeMovement:
    """Add dollars to an envelope (or take them back, by an amendment) while its lines stay covered."""
    may_move_money(by)
    locked = Envelope.objects.select_for_update().get(pk=envelope.pk)

    def check() -> str:
        new_total = ledger.envelope_amount(locked) + amount
        return rules.refuse_below_used(new_total, ledger.envelope_allocated(locked), "L’enveloppe")

    movement = EnvelopeMovement(envelope=locked, kind=kind, amount=amount)
    return write(movement, by, locked, locked.is_demo, check, **details)


@transaction.atomic
def move_allocation(
    *, allocation: Allocation, by: User, amount: Decimal, kind: str = AllocationMove.INITIAL, **details: Any
) -> AllocationMovement:
    """Give dollars of the envelope to a line, or take them back, within what the envelope has left."""
    may_move_money(by)
    line = lock_line(allocation)
    movement = AllocationMovement(allocation=line, kind=kind, amount=amount)
    return write(
        movement,
        by,
        line.envelope,
        line.is_demo,
        lambda: closed(line) or _refuse_change(line, amount),
        **details,
    )


@transaction.atomic
def adjust_allocation(
    *, allocation: Allocation, by: User, amount: Decimal, **details: Any
) -> AllocationMovement:
    """Correct a line of a closed fiscal year: a dated adjustment with its reason, within the same limits."""
    may_move_money(by)
    line = lock_line(allocation)
    movement = AllocationMovement(allocation=line, kind=AllocationMove.ADJUSTMENT, amount=amount)
    return write(
        movement,
        by,
        line.envelope,
        line.is_demo,
        lambda: still_open(line) or _refuse_change(line, amount),
        **details,
    )


@transaction.atomic
def transfer(*, source: Allocation, target: Allocation, by: User, amount: Decimal, **details: Any) -> Pair:
    """Move dollars not promised yet from one line to another of the same envelope and fiscal year.

    Returns the movement that takes, then the one that gives. The resolution's number is required.
    """
    return _pair((source, target), by, amount, AllocationMove.TRANSFER, rules.refuse_transfer, details)


@transaction.atomic
def carry_over(*, source: Allocation, target: Allocation, by: User, amount: Decimal, **details: Any) -> Pair:
    """Carry dollars not promised yet to the same line of a later fiscal year (domain.md §0.10).

    Returns the movement that takes, then the one that gives. The resolution's number is required.
    """
    return _pair((source, target), by, amount, AllocationMove.CARRY_OVER, rules.refuse_carry_over, details)


# Private parts --------------------------------------------------------------------------------------------


def _line(row: Allocation) -> rules.LineOf:
    return rules.LineOf(row.pk, row.envelope_id, row.line, row.territory_id, row.fiscal_year.starts_on)


def _refuse_change(line: Allocation, amount: Decimal) -> str:
    """Return why the line cannot change by `amount`: over its envelope, under what it promised."""
    envelope = line.envelope
    left = ledger.envelope_amount(envelope) - ledger.envelope_allocated(envelope)
    new_total = ledger.allocation_amount(line) + amount
    return (
        rules.refuse_mixing(line.is_demo, envelope.is_demo)
        or (refuse_year(envelope, line.fiscal_year) if amount > ZERO else "")
        or rules.refuse_over(amount, left, f"l’enveloppe «\xa0{envelope}\xa0»")
        or rules.refuse_below_used(new_total, ledger.allocation_committed(line), "La ligne")
    )


def _pair(
    ends: tuple[Allocation, Allocation],
    by: User,
    amount: Decimal,
    kind: str,
    rule: Callable[[rules.LineOf, rules.LineOf], str],
    details: dict[str, Any],
) -> Pair:
    """Lock both lines and write the movements of a pair; each names the other, so that the database keeps none alone.

    `rule` says why the lines at the two ends (the one that gives, the one that receives) cannot be paired.
    """
    may_move_money(by)
    lines = lock_lines([end.pk for end in ends])
    source, target = (lines[end.pk] for end in ends)
    keys = (uuid4(), uuid4())
    token: UUID | None = details.pop("token", None)

    def check() -> str:
        free = ledger.allocation_amount(source) - ledger.allocation_committed(source)
        return (
            rule(_line(source), _line(target))
            or rules.refuse_not_positive(amount)
            or rules.refuse_no_resolution(details.get("resolution", ""))
            or closed(source)
            or closed(target)
            or refuse_year(target.envelope, target.fiscal_year)
            or rules.refuse_mixing(source.is_demo, target.is_demo)
            or rules.refuse_over(amount, free, f"la ligne «\xa0{source}\xa0»")
        )

    def half(line: Allocation, dollars: Decimal, own: int, token: UUID | None) -> AllocationMovement:
        movement = AllocationMovement(
            allocation=line, kind=kind, amount=dollars, pair_key=keys[own], counterpart_id=keys[1 - own]
        )
        # The other half is written in the same transaction: the database checks at its end that it is there.
        return write(
            movement,
            by,
            line.envelope,
            line.is_demo,
            check if own == 0 else str,
            token=token,
            exclude=("counterpart",),
            **details,
        )

    taken = half(source, -amount, 0, token)
    return taken, half(target, amount, 1, uuid5(token, "target") if token else None)
