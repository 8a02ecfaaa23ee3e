"""What every verb shares: the right, the locks in their one order, and writing a movement once."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.lib.money import format_amount
from alliance.lib.records import validate
from alliance.lib.workflow import NotAllowed, Refusal
from funding import rules
from funding.models import Allocation, Envelope, Movement
from initiatives.models import FiscalYear

M = TypeVar("M", bound=Movement)
SAID = ("kind", "reason", "resolution", "by_id", "on")  # with its parent and its amount: what a movement says
_PARENTS = ("envelope", "allocation", "commitment", "disbursement")


def may_move_money(by: User) -> None:
    """Raise NotAllowed when `by` does not move money."""
    if not by.has_perm("funding.move_money"):
        raise NotAllowed("Votre rôle ne permet pas d’inscrire un mouvement d’argent.")


def lock_line(allocation: Allocation) -> Allocation:
    """Lock one line and its envelope."""
    return lock_lines([allocation.pk])[allocation.pk]


def lock_lines(ids: Iterable[int]) -> dict[int, Allocation]:
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


def lock_years(ids: Iterable[int | None]) -> list[FiscalYear]:
    """Lock fiscal years by id, without hindering the rows that merely name them."""
    wanted = [pk for pk in ids if pk]
    return list(FiscalYear.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))


def closed(allocation: Allocation) -> str:
    """Return why the line's fiscal year takes no movement, or an empty text."""
    return closed_year(allocation.fiscal_year)


def closed_year(year: FiscalYear) -> str:
    return rules.refuse_closed(year.label, year.closed_at is not None)


def still_open(allocation: Allocation) -> str:
    """Return why the line's fiscal year takes no correction: it is not closed yet."""
    year = allocation.fiscal_year
    return rules.refuse_open(year.label, year.closed_at is not None)


def write(
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
    asked: tuple[str, ...] = (*SAID, "amount"),
    before: Callable[[], None] | None = None,
    exclude: tuple[str, ...] = (),
) -> M:
    """Write a movement of the locked `envelope` when nothing refuses it; the same `token` writes it once.

    `is_demo`: whether what it moves is demonstration; `asked`: the fields by which a second click is recognized;
    `before` writes the parent that the movement needs; `exclude`: fields that are checked elsewhere.
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
    validate(movement, exclude=exclude)
    movement.save()
    return movement


def _refuse_other(existing: Movement, movement: Movement, asked: tuple[str, ...]) -> None:
    """Refuse a form that already wrote `existing` and now says something else (« Précédent », another amount)."""
    parents = [field.attname for field in movement._meta.concrete_fields if field.name in _PARENTS]
    if any(getattr(existing, name) != getattr(movement, name) for name in (*asked, *parents)):
        amount = format_amount(existing.amount)
        raise Refusal(rules.refuse_used_form(f"un mouvement de {amount} ({existing.reason})"))
