"""What the pages of a report show: its figures already known, what it says in words, what differs from what was typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from alliance.lib.dates import long_date, period_text
from alliance.lib.money import format_amount
from alliance.lib.templatetags.francais import UNKNOWN, nombre
from funding import ledger
from funding.models import Disbursement
from initiatives.choices import Scope, State
from initiatives.forms.report import ReportForm
from initiatives.models import Initiative, Report
from initiatives.report_words import LABELS, said
from initiatives.reporting import APPROVED, EXPECTED, LATE, RETURNED, SENT, Expense, Turn


@dataclass(frozen=True)
class Group:
    """Reports of which it is the same person's turn; `more` were left out."""

    turn: Turn
    rows: list[Report]
    more: int


def rows_of(reports: QuerySet[Report], *, on: date, most: int) -> list[Group]:
    """Return the reports by whose turn it is, the late ones first; a fixed number of queries, whatever the rows."""
    returned = Q(received_on=None) & ~Q(returned_note="")
    kept = reports.select_related("initiative")
    groups = (
        (LATE, kept.late(on).exclude(returned).order_by("due_on", "pk")),  # type: ignore[attr-defined]
        (
            RETURNED,
            kept.exclude(initiative__state__in=State.given_up).filter(returned).order_by("due_on", "pk"),
        ),
        (EXPECTED, kept.expected(on).exclude(returned).order_by("due_on", "pk")),  # type: ignore[attr-defined]
        (SENT, kept.to_approve().order_by("received_on", "pk")),  # type: ignore[attr-defined]
        (APPROVED, kept.exclude(approved_at=None).order_by("-approved_at", "pk")),
    )
    return [_group(turn, rows, most) for turn, rows in groups]


def _group(turn: Turn, rows: QuerySet[Report], most: int) -> Group:
    found = list(rows[: most + 1])
    more = rows.count() - most if len(found) > most else 0
    return Group(turn, found[:most], more)


def known_facts(report: Report) -> list[tuple[str, str]]:
    """Return what the portal already knows and nobody types again: dates, MRCs, people expected, money (FQIS or other)."""
    initiative = ledger.with_awarded(Initiative.objects.filter(pk=report.initiative_id)).get()
    awarded = initiative.awarded  # type: ignore[attr-defined]
    dues = ledger.instalments(Disbursement.objects.filter(commitment__initiative=initiative))
    paid = ledger.total(due.paid - due.recovered for due in dues)
    return [
        ("Période", _period(initiative)),
        ("MRC", _place(initiative)),
        ("Personnes à rejoindre", nombre(initiative.expected_reach)),
        ("Montant accordé", "aucun" if awarded is None else format_amount(awarded)),
        ("Montant versé", format_amount(paid)),
        ("Rapport attendu le", long_date(report.due_on)),
    ]


def _period(initiative: Initiative) -> str:
    if initiative.starts_on and initiative.ends_on:
        return period_text(initiative.starts_on, initiative.ends_on)
    return "dates inconnues"


def _place(initiative: Initiative) -> str:
    if initiative.scope == Scope.REGIONAL:
        return "Toute la région"
    return ", ".join(row.name for row in initiative.territories.all()) or UNKNOWN


@dataclass(frozen=True)
class Difference:
    label: str
    stored: str
    typed: str


def differences(form: ReportForm) -> list[Difference]:
    """Return what was typed beside what is stored, for the fields where they differ; the table of expenses whole."""
    report = form.report
    found = [
        Difference(LABELS[name], said(name, getattr(report, name)), said(name, value))
        for name, value in form.values().items()
        if value != getattr(report, name)
    ]
    typed = form.expenses()
    stored = [row.stored for row in form.rows if row.stored.label or row.is_planned]
    if typed is not None and typed != stored:
        found.append(Difference("Dépenses", _table(stored), _table(typed)))
    return found


def _table(rows: Iterable[Expense]) -> str:
    words = (
        f"{row.label}\xa0: {UNKNOWN if row.actual is None else format_amount(row.actual)}" for row in rows
    )
    return "\n".join(words)
