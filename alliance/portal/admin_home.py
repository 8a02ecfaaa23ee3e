"""What waits for the CRD's staff: files to process, what is incomplete, sleeping drafts, money left."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from time import monotonic
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import admin_year_money, still
from funding import actions, audit, ledger
from funding.models import Allocation, Disbursement, LedgerCheck
from initiatives.choices import PartnerRole, State
from initiatives.follow import Side
from initiatives.models import FiscalYear, Initiative, Partnership, Report
from initiatives.situation import waiting_messages

SHOWN = 10
SLEEPS_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Waiting:
    """One initiative that waits: since how many days, and what it lacks."""

    initiative: Initiative
    days: int
    missing: str = ""

    @property
    def since(self) -> str:
        return pluriel(self.days, "jour,jours") if self.days else "aujourd’hui"


@dataclass(frozen=True)
class Pile:
    """A list of files that wait for the same thing; `more` says that the list goes on, at `query` of the list page."""

    title: str
    query: str
    files: list[Waiting]
    more: bool


@dataclass(frozen=True)
class YearMoney:
    """The lines of one fiscal year; `left` is what remains of them all, in dollars."""

    year: FiscalYear
    current: bool
    left: Decimal
    is_demo: bool
    rows: list[dict[str, Any]]


def piles(user: User) -> list[Pile]:
    """Return the piles of files that this person can open, oldest first."""
    if not user.has_perm("initiatives.view_initiative"):
        return []
    rows = Initiative.objects.select_related("submitted_by", "created_by")
    asleep = rows.filter(state=State.DRAFT, updated_at__lt=timezone.now() - SLEEPS_AFTER)
    found = [
        _unanswered(rows),
        _pile("À prendre en analyse", "?etat=submitted", rows.filter(state=State.SUBMITTED), "submitted_at"),
        _pile("En analyse", "?etat=under_review", rows.filter(state=State.UNDER_REVIEW), "submitted_at"),
        _pile(
            "À compléter par la MRC",
            "?etat=changes_requested",
            rows.filter(state=State.CHANGES_REQUESTED),
            "updated_at",
        ),
        _unconfirmed(rows),
        _incomplete(rows.published()),
        _pile("Brouillons qui dorment depuis plus de 30 jours", "?etat=draft", asleep, "updated_at"),
    ]
    return [pile for pile in found if pile.files]


def money() -> list[YearMoney]:
    """Return the open fiscal years with their lines: the year that runs first, the others from new to old."""
    open_lines = Allocation.objects.filter(fiscal_year__closed_at=None)
    by_year = groupby(ledger.lines(open_lines), key=lambda balance: balance.allocation.fiscal_year)
    years = [_year(year, list(balances)) for year, balances in by_year]
    return sorted(years, key=lambda each: not each.current)


@dataclass(frozen=True)
class ToPay:
    """What waits to be paid of one fiscal year: instalments payable now, expected this month, held."""

    year: FiscalYear
    waits: admin_year_money.Waits


def to_pay() -> list[ToPay]:
    """Return what waits in each open fiscal year where something does, from new to old."""
    waiting = Disbursement.objects.filter(commitment__allocation__fiscal_year__closed_at=None)
    rows = admin_year_money.waits(waiting)
    years = {row.line.fiscal_year for row in (*rows.payable, *rows.expected, *rows.held)}
    ordered = sorted(years, key=lambda year: year.starts_on, reverse=True)
    return [ToPay(year, rows.of(year)) for year in ordered]


def last_check() -> LedgerCheck | None:
    """Return the last check of the ledger, if there ever was one."""
    return LedgerCheck.objects.first()


def check_now() -> LedgerCheck:
    """Check the ledger, keep what was found, return it."""
    begun = monotonic()
    failures = audit.failures()
    return actions.record_check(seconds=monotonic() - begun, rules=len(audit.RULES), failures=failures)


def received_reports(user: User) -> int | None:
    """Return how many reports wait to be approved, or None for those who do not approve them."""
    if not user.has_perm("initiatives.move_initiative"):
        return None
    return Report.objects.to_approve().count()


def late_reports() -> int:
    """Return how many reports, progress ones too, were not received in time: the list that the page leads to."""
    return Report.objects.late(today()).count()


def _year(year: FiscalYear, balances: list[ledger.LineBalance]) -> YearMoney:
    return YearMoney(
        year=year,
        current=year.starts_on <= today() <= year.ends_on,
        left=ledger.total(balance.left for balance in balances),
        is_demo=all(balance.allocation.is_demo for balance in balances),
        rows=[
            {"balance": one, "line": one.allocation, "meter": admin_year_money.meter(one)} for one in balances
        ],
    )


def _pile(title: str, query: str, rows: QuerySet[Initiative], since: str) -> Pile:
    files = list(rows.order_by(since, "pk")[: SHOWN + 1])
    waiting = [Waiting(row, _days(getattr(row, since))) for row in files[:SHOWN]]
    return Pile(title, query, waiting, len(files) > SHOWN)


def _unanswered(rows: QuerySet[Initiative]) -> Pile:
    """Files whose MRC waits for an answer, the oldest message first."""
    asked = {key: sides[Side.MRC] for key, sides in waiting_messages().items() if Side.MRC in sides}
    found = rows.in_bulk(list(asked)[: SHOWN + 1])
    waiting = [Waiting(found[key], _days(message.at)) for key, message in asked.items() if key in found]
    return Pile(f"Messages des MRC sans réponse ({len(asked)})", "", waiting[:SHOWN], more=False)


def _unconfirmed(rows: QuerySet[Initiative]) -> Pile:
    """Published initiatives whose period is over and that nobody declared ended, the longest over first."""
    over = rows.filter(still.unconfirmed()).annotate(over=Coalesce("ends_on", Max("fiscal_years__ends_on")))
    title = "Publiées, peut-être terminées\xa0: à confirmer"
    return _pile(title, "?peut_etre_terminee=oui", over, "over")


def _incomplete(published: QuerySet[Initiative]) -> Pile:
    """Published pages that do not say who leads, when, or for whom (texts found elsewhere often do not)."""
    has_lead = Exists(Partnership.objects.filter(initiative=OuterRef("pk"), role=PartnerRole.LEAD))
    has_group = Exists(Initiative.target_groups.through.objects.filter(initiative=OuterRef("pk")))
    rows = published.annotate(has_lead=has_lead, has_group=has_group)
    lacking = rows.filter(
        Q(has_lead=False) | Q(starts_on=None) | Q(ends_on=None) | (Q(has_group=False) & Q(target_note=""))
    )
    files = list(lacking.order_by("updated_at", "pk")[: SHOWN + 1])
    waiting = [Waiting(row, _days(row.updated_at), _lacks(row)) for row in files[:SHOWN]]
    return Pile("Publiées mais incomplètes", "?publication=published", waiting, len(files) > SHOWN)


def _lacks(row: Any) -> str:
    lacks = [
        word
        for word, known in (
            ("porteur", row.has_lead),
            ("date de début", row.starts_on),
            ("date de fin", row.ends_on),
            ("personnes visées", row.has_group or row.target_note),
        )
        if not known
    ]
    return ", ".join(lacks)


def _days(since: datetime | date | None) -> int:
    if not since:
        return 0
    gone = timezone.now() - since if isinstance(since, datetime) else today() - since
    return max(gone.days, 0)
