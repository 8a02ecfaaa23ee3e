"""Payments of a promise: its instalments, and what happens to each of them."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.lib.records import validate
from alliance.lib.workflow import Refusal
from funding import ledger, rules
from funding.actions.books import SAID, closed, lock_line, lock_lines, may_move_money, write
from funding.choices import Condition, DisbursementMove, DisbursementState
from funding.models import Allocation, Commitment, Disbursement, DisbursementMovement
from initiatives.actions.reports import expect_progress_reports


@transaction.atomic
def schedule(
    *,
    commitment: Commitment,
    by: User,
    instalments: Sequence[rules.Instalment],
    token: UUID | None = None,
) -> list[Disbursement]:
    """Plan instalments within what the promise has not planned yet; the same `token` plans them once.

    With two instalments or more, the last one waits for the approval of the final report. An instalment that waits for a
    progress report has it expected on its day.
    """
    may_move_money(by)
    line = lock_line(commitment.allocation)
    tokens = _tokens(token)
    if token and (written := list(Disbursement.objects.filter(entry_token__in=tokens).order_by("rank"))):
        return _same_schedule(written, commitment, instalments)
    free = ledger.commitment_amount(commitment) - ledger.commitment_due(commitment)
    refusal = (
        closed(line)
        or rules.refuse_demo_person(by.is_demo, commitment.is_demo)
        or rules.refuse_schedule(instalments, _live(commitment), free, line.envelope.starts_on)
    )
    if refusal:
        raise Refusal(refusal)
    first = commitment.disbursements.count() + 1
    planned = [
        Disbursement(
            commitment=commitment,
            rank=rank,
            is_demo=commitment.is_demo,
            entry_token=own,
            **instalment._asdict(),
        )
        for rank, (instalment, own) in enumerate(zip(instalments, tokens, strict=False), first)
    ]
    for disbursement in planned:
        validate(disbursement)
        disbursement.save()
    _expect_progress(commitment, by)
    return planned


def _expect_progress(commitment: Commitment, by: User) -> None:
    """Expect the progress reports that the living instalments of the promise wait for."""
    waiting = Disbursement.objects.filter(commitment=commitment, condition=Condition.PROGRESS_REPORT)
    days = waiting.exclude(movements__kind=DisbursementMove.CANCELLED).values_list("due_on", flat=True)
    if due := list(days):
        expect_progress_reports(initiative=commitment.initiative, by=by, due=due)


@transaction.atomic
def mark_ready(*, disbursement: Disbursement, by: User, **details: Any) -> DisbursementMovement:
    """Say that the condition of an instalment is met. Before the report is approved, it is an override: `reason` tells why."""
    return _settle(disbursement, by, DisbursementMove.READY, disbursement.amount, rules.refuse_ready, details)


@transaction.atomic
def cancel_instalment(*, disbursement: Disbursement, by: User, **details: Any) -> DisbursementMovement:
    """Cancel an instalment that is not paid: its dollars may be planned again, or released."""
    return _settle(
        disbursement, by, DisbursementMove.CANCELLED, -disbursement.amount, rules.refuse_cancel, details
    )


@transaction.atomic
def pay(
    *,
    disbursements: Iterable[Disbursement],
    by: User,
    on: date | None = None,
    reference: str = "",
    token: UUID | None = None,
) -> list[DisbursementMovement]:
    """Mark instalments as paid, all of them or none; the same `token` pays once.

    Raises Refusal naming each instalment that is not « À verser » on the day `on`.
    """
    may_move_money(by)
    wanted = {row.pk: row for row in disbursements}
    lines = lock_lines({row.commitment.allocation_id for row in wanted.values()})
    dues = ledger.instalments(Disbursement.objects.filter(pk__in=wanted), on)
    tokens = {due.disbursement.pk: uuid5(token, str(due.disbursement.pk)) if token else None for due in dues}
    if token and (written := list(DisbursementMovement.objects.filter(entry_token__in=tokens.values()))):
        first = {(row.on, row.reference, row.by_id) for row in written}
        if len(written) != len(tokens) or first != {(on or today(), reference.strip(), by.pk)}:
            raise Refusal(rules.refuse_used_form("d’autres versements"))
        return written
    refusals = [closed(lines[due.line_id]) or rules.refuse_to_pay(due.label, due.state) for due in dues]
    said = [
        sentence
        for sentence in (*refusals, rules.refuse_none(dues), rules.refuse_later(on, today()))
        if sentence
    ]
    if said:
        raise Refusal(said)
    details = {"on": on, "reason": "Versement"}
    return [
        write_instalment(
            due.disbursement,
            lines,
            by,
            DisbursementMove.PAID,
            due.amount,
            str,
            reference,
            details | {"token": tokens[due.disbursement.pk]},
        )
        for due in dues
    ]


def cancel_waiting(
    commitment: Commitment, line: Allocation, by: User, *, reason: str, on: date | None = None
) -> None:
    """Cancel the instalments of a promise that are not paid, on its locked line: its money is being given back."""
    lines = {line.pk: line}
    for due in ledger.waiting(Disbursement.objects.filter(commitment=commitment)):
        may_move_money(by)
        details = {"reason": reason, "on": on}
        write_instalment(
            due.disbursement, lines, by, DisbursementMove.CANCELLED, -due.amount, str, "", details
        )


# Private parts --------------------------------------------------------------------------------------------


def _live(commitment: Commitment) -> list[rules.Instalment]:
    """Return the instalments of a promise that are not cancelled."""
    rows = ledger.instalments(Disbursement.objects.filter(commitment=commitment))
    kept = [due.disbursement for due in rows if due.state != DisbursementState.CANCELLED]
    return [rules.Instalment(row.amount, row.due_on, row.condition) for row in kept]


def _tokens(token: UUID | None) -> list[UUID | None]:
    """Return a token for each instalment that the form `token` may plan."""
    ranks = range(rules.MOST_INSTALMENTS)
    return [uuid5(token, str(rank)) if token else None for rank in ranks]


def _same_schedule(
    planned: list[Disbursement], commitment: Commitment, instalments: Sequence[rules.Instalment]
) -> list[Disbursement]:
    """Return what the form already planned, when it says the same; refuse a form that says something else."""
    written = [rules.Instalment(row.amount, row.due_on, row.condition) for row in planned]
    if planned[0].commitment_id != commitment.pk or written != list(instalments):
        raise Refusal(rules.refuse_used_form(f"les versements de «\xa0{planned[0].commitment}\xa0»"))
    return planned


def _settle(
    disbursement: Disbursement, by: User, kind: str, amount: Decimal, rule: Any, details: dict[str, Any]
) -> DisbursementMovement:
    may_move_money(by)
    lines = lock_lines([disbursement.commitment.allocation_id])

    def check() -> str:
        (due,) = ledger.instalments(Disbursement.objects.filter(pk=disbursement.pk))
        line = lines[disbursement.commitment.allocation_id]
        return closed(line) or rule(due.label, due.state)

    return write_instalment(
        disbursement, lines, by, kind, amount, check, details.pop("reference", ""), details
    )


def write_instalment(
    disbursement: Disbursement,
    lines: dict[int, Allocation],
    by: User,
    kind: str,
    amount: Decimal,
    check: Any,
    reference: str,
    details: dict[str, Any],
) -> DisbursementMovement:
    """Write what happens to an instalment of one of the locked `lines`, when nothing refuses it."""
    line = lines[disbursement.commitment.allocation_id]
    movement = DisbursementMovement(
        disbursement=disbursement, kind=kind, amount=amount, reference=reference.strip()
    )
    return write(
        movement,
        by,
        line.envelope,
        disbursement.is_demo,
        check,
        asked=(*SAID, "amount", "reference"),
        **details,
    )
