"""Fiscal years, what partners bring in them, and the checks of the books."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.lib.records import save_as
from alliance.lib.workflow import NotAllowed, Refusal
from funding import ledger, rules
from funding.actions.books import closed_year, lock_years
from funding.models import Allocation, Contribution, Disbursement, Envelope, LedgerCheck, YearClosing
from initiatives.models import FiscalYear, Initiative

_CONTENT = (
    "initiative_id",
    "organization_id",
    "fiscal_year_id",
    "kind",
    "amount",
    "hours",
    "is_public",
    "is_confirmed",
    "note",
)
_CHECKS_KEPT = 100


@transaction.atomic
def record_contribution(*, contribution: Contribution, by: User, token: UUID | None = None) -> Contribution:
    """Write what a partner brings (an unknown amount stays unknown), unless its fiscal year is closed.

    The same `token` (double click) writes it once and gives it back.
    """
    verb = "change" if contribution.pk else "add"
    if not by.has_perm(f"funding.{verb}_contribution"):
        raise NotAllowed("Votre rôle ne permet pas d’inscrire une contribution.")
    years = lock_years([*_years(contribution), *_stored_years(contribution)])
    Initiative.objects.select_for_update().get(pk=contribution.initiative_id)
    if token and (existing := Contribution.objects.filter(entry_token=token).first()):
        if any(getattr(existing, name) != getattr(contribution, name) for name in _CONTENT):
            raise Refusal(rules.refuse_used_form(f"la contribution « {existing} »"))
        return existing
    demo = contribution.initiative.is_demo
    closed = next(filter(None, map(closed_year, years)), "")
    if refusal := closed or rules.refuse_demo_person(by.is_demo, demo):
        raise Refusal(refusal)
    contribution.is_demo, contribution.entry_token = demo, token or contribution.entry_token
    save_as(contribution, by)
    return contribution


@transaction.atomic
def close_year(*, year: FiscalYear, by: User) -> FiscalYear:
    """Close a fiscal year that has ended: its lines, promises, payments and contributions are then only read.

    Every instalment is paid or cancelled first; the sums of that day are written for good (`YearClosing`). Every
    envelope is locked: no movement of the year is under way when it closes. Closing twice is closing once.
    """
    if not may_close(by):
        raise NotAllowed("Votre rôle ne permet pas de fermer un exercice.")
    list(Envelope.objects.select_for_update().order_by("pk"))
    (locked,) = lock_years([year.pk])
    if locked.closed_at:
        return locked
    refusal = rules.refuse_to_close(locked.label, locked.ends_on, today())
    waiting = ledger.waiting(Disbursement.objects.filter(_of_year(locked), is_demo=False))
    refusal = refusal or rules.refuse_waiting(locked.label, len(waiting))
    if refusal := refusal or rules.refuse_demo_person(by.is_demo, False):
        raise Refusal(refusal)
    now = timezone.now()
    locked.closed_at, locked.closed_by = now, by
    _write_closing(locked, now)
    save_as(locked, by)
    return locked


@transaction.atomic
def record_check(*, seconds: float, rules: int, failures: Sequence[str]) -> LedgerCheck:
    """Write one run of the ledger's checks: its length in seconds, how many rules, what did not hold (sentences)."""
    check = LedgerCheck.objects.create(seconds=seconds, rules=rules, failures=list(failures))
    kept = LedgerCheck.objects.order_by("-pk").values("pk")[:_CHECKS_KEPT]
    LedgerCheck.objects.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    return check


def may_close(by: User) -> bool:
    """Say whether `by` may close a fiscal year: who moves money and keeps the years (coordination, administration)."""
    return by.has_perm("funding.move_money") and by.has_perm("initiatives.change_fiscalyear")


def refuse_year(envelope: Envelope, year: FiscalYear) -> str:
    """Return why a line of `year` cannot be of `envelope`, or an empty text."""
    return rules.refuse_year_outside(
        year.label, (year.starts_on, year.ends_on), (envelope.starts_on, envelope.ends_on)
    )


def _stored_years(contribution: Contribution) -> list[int]:
    """Return the fiscal years (their ids) that the contribution is leaving or keeping."""
    stored = Contribution.objects.filter(pk=contribution.pk).first() if contribution.pk else None
    return _years(stored) if stored else []


def _years(contribution: Contribution) -> list[int]:
    return [year.pk for year in contribution.counting_years()]


def _of_year(year: FiscalYear) -> Q:
    return Q(commitment__allocation__fiscal_year=year)


def _write_closing(year: FiscalYear, at: datetime) -> None:
    """Write what the real lines of the year hold; the demonstration, which is removed one day, is left out."""
    balances = ledger.lines(Allocation.objects.filter(fiscal_year=year, is_demo=False))
    closing = YearClosing(
        fiscal_year=year,
        allocated=ledger.total(balance.allocated for balance in balances),
        committed=ledger.total(balance.committed for balance in balances),
        paid=ledger.total(balance.paid for balance in balances),
        closed_at=at,
    )
    closing.full_clean()
    closing.save()
