"""The only writer of money. Each verb adds dated movements; none changes an amount (design.md §2.2).

Everything is locked before anything is read or written, in one order everywhere, so that two people at once cannot
overspend and never wait for each other in a circle: envelopes by id, lines by id, the fiscal year, the initiative.
Raises: Refusal (French reasons), NotAllowed, Stale, ValidationError.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.lib.money import ZERO, format_amount
from alliance.lib.records import save_as
from alliance.lib.workflow import NotAllowed, Refusal, Stale
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
from initiatives.models import FiscalYear, Initiative

M = TypeVar("M", bound=Movement)
_MONEY = (
    "kind",
    "reason",
    "resolution",
    "by_id",
    "on",
)  # with the parent and the amount: what a movement says
_PARENTS = ("envelope", "allocation", "commitment")
_CONTENT = ("initiative_id", "organization_id", "fiscal_year_id", "kind", "amount", "is_confirmed", "note")


@transaction.atomic
def move_envelope(
    *, envelope: Envelope, by: User, amount: Decimal, kind: str = EnvelopeMove.INITIAL, **details: Any
) -> EnvelopeMovement:
    """Add dollars to an envelope (or take them back, by an amendment) while its lines stay covered.

    `details`: reason, on (date), resolution, token.
    """
    _may_move_money(by)
    locked = Envelope.objects.select_for_update().get(pk=envelope.pk)

    def check() -> str:
        new_total = ledger.envelope_amount(locked) + amount
        return rules.refuse_below_used(new_total, ledger.envelope_allocated(locked), "L’enveloppe")

    movement = EnvelopeMovement(envelope=locked, kind=kind, amount=amount)
    return _add(movement, by, locked, locked.is_demo, check, **details)


@transaction.atomic
def move_allocation(
    *, allocation: Allocation, by: User, amount: Decimal, kind: str = AllocationMove.INITIAL, **details: Any
) -> AllocationMovement:
    """Give dollars of the envelope to a line, or take them back, within what the envelope has left."""
    _may_move_money(by)
    locked = _lock_line(allocation)
    envelope = locked.envelope

    def check() -> str:
        left = ledger.envelope_amount(envelope) - ledger.envelope_allocated(envelope)
        new_total = ledger.allocation_amount(locked) + amount
        return (
            _closed(locked)
            or rules.refuse_mixing(locked.is_demo, envelope.is_demo)
            or (refuse_year(envelope, locked.fiscal_year) if amount > ZERO else "")
            or rules.refuse_over(amount, left, f"l’enveloppe « {envelope} »")
            or rules.refuse_below_used(new_total, ledger.allocation_committed(locked), "La ligne")
        )

    movement = AllocationMovement(allocation=locked, kind=kind, amount=amount)
    return _add(movement, by, envelope, locked.is_demo, check, **details)


@transaction.atomic
def award(
    *, initiative: Initiative, allocation: Allocation, by: User, amount: Decimal, **details: Any
) -> CommitmentMovement:
    """Promise dollars of a line to a retained initiative, within what the line has left.

    The line is the region's or that of an MRC of the initiative; demonstration pays for demonstration only.
    """
    return _commit(initiative, allocation, by, amount, CommitmentMove.AWARD, details)


@transaction.atomic
def amend(
    *, initiative: Initiative, allocation: Allocation, by: User, amount: Decimal, **details: Any
) -> CommitmentMovement:
    """Add `amount` to a promise already made on this line (negative: take back, whatever the line)."""
    return _commit(initiative, allocation, by, amount, CommitmentMove.AMENDMENT, details)


@transaction.atomic
def release(*, commitment: Commitment, by: User, **details: Any) -> CommitmentMovement:
    """Give back to its line all the dollars still promised by `commitment`."""
    _may_move_money(by)
    return _release(commitment, _lock_line(commitment.allocation), by, **details)


@transaction.atomic
def cancel_initiative(*, initiative: Initiative, by: User, note: str) -> Initiative:
    """Abandon an initiative: what open fiscal years promise goes back to the lines, then its state changes.

    What a closed year holds was spent: it stays as it is (`ledger.freed_and_kept` says both before).
    Raises Stale when a line was given to the initiative at the same instant.
    """
    commitments = Commitment.objects.filter(initiative=initiative)
    lines = _lock_lines(commitments.values_list("allocation_id", flat=True))
    cancelled = initiative_actions.cancel(initiative=initiative, by=by, note=note)
    for commitment in commitments.order_by("allocation_id"):
        if commitment.allocation_id not in lines:
            raise Stale(
                "Un montant vient d’être accordé à cette initiative. Relisez le dossier, puis recommencez."
            )
        line = lines[commitment.allocation_id]
        if not _closed(line) and ledger.commitment_amount(commitment) > ZERO:
            _may_move_money(by)
            _release(commitment, line, by, reason=f"Abandon de l’initiative : {note}"[:300])
    return cancelled


@transaction.atomic
def record_contribution(*, contribution: Contribution, by: User, token: UUID | None = None) -> Contribution:
    """Write what a partner brings (an unknown amount stays unknown), unless its fiscal year is closed.

    The same `token` (double click) writes it once and gives it back.
    """
    verb = "change" if contribution.pk else "add"
    if not by.has_perm(f"funding.{verb}_contribution"):
        raise NotAllowed("Votre rôle ne permet pas d’inscrire une contribution.")
    years = _lock_years([contribution.fiscal_year_id, _stored_year(contribution)])
    Initiative.objects.select_for_update().get(pk=contribution.initiative_id)
    if token and (existing := Contribution.objects.filter(entry_token=token).first()):
        if any(getattr(existing, name) != getattr(contribution, name) for name in _CONTENT):
            raise Refusal(rules.refuse_used_form(f"la contribution « {existing} »"))
        return existing
    demo = contribution.initiative.is_demo
    closed = next(filter(None, map(_closed_year, years)), "")
    if refusal := closed or rules.refuse_demo_person(by.is_demo, demo):
        raise Refusal(refusal)
    contribution.is_demo, contribution.entry_token = demo, token or contribution.entry_token
    save_as(contribution, by)
    return contribution


@transaction.atomic
def close_year(*, year: FiscalYear, by: User) -> FiscalYear:
    """Close a fiscal year that has ended: its lines, promises and contributions are then only read, for good.

    Every envelope is locked first: no movement of the year is under way when it closes. Closing twice is closing once.
    """
    if not may_close(by):
        raise NotAllowed("Votre rôle ne permet pas de fermer un exercice.")
    list(Envelope.objects.select_for_update().order_by("pk"))
    (locked,) = _lock_years([year.pk])
    if locked.closed_at:
        return locked
    refusal = rules.refuse_to_close(locked.label, locked.ends_on, today())
    if refusal := refusal or rules.refuse_demo_person(by.is_demo, False):
        raise Refusal(refusal)
    locked.closed_at, locked.closed_by = timezone.now(), by
    save_as(locked, by)
    return locked


def may_close(by: User) -> bool:
    """Say whether `by` may close a fiscal year: who moves money and keeps the years (coordination, administration)."""
    return by.has_perm("funding.move_money") and by.has_perm("initiatives.change_fiscalyear")


def refuse_year(envelope: Envelope, year: FiscalYear) -> str:
    """Return why a line of `year` cannot be of `envelope`, or an empty text."""
    return rules.refuse_year_outside(
        year.label, (year.starts_on, year.ends_on), (envelope.starts_on, envelope.ends_on)
    )


# Private parts --------------------------------------------------------------------------------------------


def _may_move_money(by: User) -> None:
    if not by.has_perm("funding.move_money"):
        raise NotAllowed("Votre rôle ne permet pas d’inscrire un mouvement d’argent.")


def _lock_line(allocation: Allocation) -> Allocation:
    return _lock_lines([allocation.pk])[allocation.pk]


def _lock_lines(ids: Iterable[int]) -> dict[int, Allocation]:
    """Lock the envelopes by id, then the lines by id: always in this order. Return the lines by id."""
    wanted = Allocation.objects.filter(pk__in=list(ids))
    used = set(wanted.values_list("envelope_id", flat=True))
    envelopes = {
        row.pk: row for row in Envelope.objects.select_for_update().filter(pk__in=used).order_by("pk")
    }
    lines = {row.pk: row for row in wanted.select_for_update().order_by("pk")}
    for line in lines.values():
        line.envelope = envelopes[line.envelope_id]
    return lines


def _lock_years(ids: Iterable[int | None]) -> list[FiscalYear]:
    """Lock fiscal years by id, without hindering the rows that merely name them."""
    wanted = [pk for pk in ids if pk]
    return list(FiscalYear.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))


def _stored_year(contribution: Contribution) -> int | None:
    """Return the fiscal year (its id) that the contribution is leaving or keeping."""
    return Contribution.objects.filter(pk=contribution.pk).values_list("fiscal_year", flat=True).first()


def _closed(allocation: Allocation) -> str:
    return _closed_year(allocation.fiscal_year)


def _closed_year(year: FiscalYear) -> str:
    return rules.refuse_closed(year.label, year.closed_at is not None)


def _release(commitment: Commitment, line: Allocation, by: User, **details: Any) -> CommitmentMovement:
    amount = ledger.commitment_amount(commitment)
    movement = CommitmentMovement(commitment=commitment, kind=CommitmentMove.RELEASE, amount=-amount)

    def check() -> str:
        return _closed(line) or rules.refuse_not_positive(amount)

    # A second click finds nothing left: the amount is no part of what was asked.
    return _add(movement, by, line.envelope, commitment.is_demo, check, asked=_MONEY, **details)


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
            or (_refuse_payer(line, locked) if amount > ZERO else "")
            or rules.refuse_over(amount, left, f"la ligne « {line} »")
            or rules.refuse_below_used(promised + amount, ZERO, "L’engagement")
        )

    def write_parent() -> None:
        if commitment.pk is None:
            commitment.full_clean()
            commitment.save()

    movement = CommitmentMovement(commitment=commitment, kind=kind, amount=amount)
    return _add(movement, by, line.envelope, locked.is_demo, check, before=write_parent, **details)


def _refuse_payer(line: Allocation, initiative: Initiative) -> str:
    own = set(initiative.territories.values_list("pk", flat=True))
    return rules.refuse_line(line.line, line.territory_id, own) or rules.refuse_mixing(
        line.is_demo, initiative.is_demo
    )


def _add(
    movement: M,
    by: User,
    envelope: Envelope,
    is_demo: bool,
    check: Callable[[], str],
    *,
    reason: str,
    on: date | None = None,
    resolution: str = "",
    token: UUID | None = None,
    asked: tuple[str, ...] = (*_MONEY, "amount"),
    before: Callable[[], None] | None = None,
) -> M:
    """Write a movement of the locked `envelope` when nothing refuses it; the same `token` writes it once.

    `is_demo`: whether what it moves is demonstration; `asked`: the fields by which a second click is recognized.
    """
    movement.by, movement.reason, movement.on = by, reason.strip(), on or today()
    movement.resolution, movement.entry_token, movement.is_demo = resolution.strip(), token, is_demo
    if token and (existing := type(movement)._default_manager.filter(entry_token=token).first()):
        _refuse_other(existing, movement, asked)
        return existing
    refusal = (
        rules.refuse_demo_person(by.is_demo, is_demo)
        or rules.refuse_day(movement.on, today(), envelope.starts_on)
        or check()
    )
    if refusal:
        raise Refusal(refusal)
    if before:
        before()
        movement.commitment = movement.commitment  # type: ignore[attr-defined]  # refresh the id just given
    movement.full_clean()
    movement.save()
    return movement


def _refuse_other(existing: Movement, movement: Movement, asked: tuple[str, ...]) -> None:
    """Refuse a form that already wrote `existing` and now says something else (« Précédent », another amount)."""
    parents = [field.attname for field in movement._meta.concrete_fields if field.name in _PARENTS]
    if any(getattr(existing, name) != getattr(movement, name) for name in (*asked, *parents)):
        amount = format_amount(existing.amount)
        raise Refusal(rules.refuse_used_form(f"un mouvement de {amount} ({existing.reason})"))
