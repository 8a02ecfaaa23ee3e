"""What a fiscal year's money page says: its lines by envelope, and what waits to be paid, reported or granted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Prefetch, QuerySet

from alliance.lib.dates import today
from alliance.lib.money import quantize
from alliance.lib.templatetags.francais import pluriel, pourcent
from funding import ledger
from funding.choices import DisbursementState
from funding.models import Allocation, Commitment, Disbursement, Envelope, YearClosing
from initiatives.choices import PartnerRole, ReportKind, State
from initiatives.models import FiscalYear, Initiative, Partnership, Report
from territories.models import Organization


@dataclass(frozen=True)
class Totals:
    """Dollars of some lines together."""

    allocated: Decimal
    committed: Decimal
    paid: Decimal
    left: Decimal


@dataclass(frozen=True)
class EnvelopeLines:
    """The lines of one envelope in a fiscal year, with their totals."""

    envelope: Envelope
    rows: list[dict[str, Any]]
    total: Totals


@dataclass(frozen=True)
class Payment:
    """An instalment to pay: how it stands, who receives it, how late it is."""

    due: ledger.Due
    payee: Organization | None
    late: str

    @property
    def initiative(self) -> Initiative:
        return self.due.disbursement.commitment.initiative

    @property
    def line(self) -> Allocation:
        return self.due.disbursement.commitment.allocation


@dataclass(frozen=True)
class Waits:
    """What waits in a year: instalments payable, expected by the end of the month, held; their dollars."""

    payable: list[Payment]
    expected: list[Payment]
    held: list[Payment]
    month_ends_on: date

    def of(self, year: FiscalYear) -> "Waits":
        """Return what waits on the lines of one fiscal year."""
        kept = (
            [row for row in rows if row.line.fiscal_year == year]
            for rows in (self.payable, self.expected, self.held)
        )
        return Waits(*kept, self.month_ends_on)

    @property
    def payable_dollars(self) -> Decimal:
        return _dollars(self.payable)

    @property
    def expected_dollars(self) -> Decimal:
        return _dollars(self.expected)

    @property
    def held_dollars(self) -> Decimal:
        return _dollars(self.held)

    @property
    def overdue(self) -> int:
        return len([payment for payment in self.payable if payment.late])


@dataclass(frozen=True)
class Unpaid:
    """A promise that was not paid whole: its dollars, what was paid less what came back, and what was not."""

    commitment: Commitment
    promised: Decimal
    paid: Decimal

    @property
    def amount(self) -> Decimal:
        return self.promised - self.paid


def totals(balances: Iterable[ledger.LineBalance]) -> Totals:
    """Return the sums of some lines, from the ledger."""
    rows = list(balances)
    sums = (ledger.total(getattr(row, name) for row in rows) for name in Totals.__dataclass_fields__)
    return Totals(*sums)


def by_envelope(balances: Iterable[ledger.LineBalance]) -> list[EnvelopeLines]:
    """Return the lines of a year grouped by their envelope, in the order of the envelopes' names."""
    rows = sorted(
        balances, key=lambda row: row.allocation.envelope.name
    )  # stable: the lines keep their order
    groups = groupby(rows, key=lambda row: row.allocation.envelope)
    return [_group(envelope, list(lines)) for envelope, lines in groups]


def _group(envelope: Envelope, balances: list[ledger.LineBalance]) -> EnvelopeLines:
    rows = [{"balance": one, "line": one.allocation, "meter": meter(one)} for one in balances]
    return EnvelopeLines(envelope, rows, totals(balances))


def meter(sums: ledger.LineBalance | Totals) -> dict[str, str] | None:
    """Return the bar of what is promised and the words that say it; None when nothing is allocated."""
    if sums.allocated <= 0:
        return None
    share = (sums.committed * 100 / sums.allocated).quantize(Decimal(1))
    return {
        "max": str(sums.allocated),
        "value": str(sums.committed),
        "text": f"{pourcent(share)} engagé",
    }


def payments(disbursements: QuerySet[Disbursement]) -> list[Payment]:
    """Return instalments with who receives them: the fiduciary when there is one, else the lead (two queries)."""
    payees = Partnership.objects.filter(role__in=(PartnerRole.LEAD, PartnerRole.FIDUCIARY))
    prefetch = Prefetch(
        "commitment__initiative__partnerships", payees.select_related("organization"), to_attr="payees"
    )
    return [
        Payment(due, payee_of(due.disbursement.commitment.initiative.payees), _late(due))
        for due in ledger.instalments(disbursements.prefetch_related(prefetch))
    ]


def payee_of(partnerships: Iterable[Partnership]) -> Organization | None:
    """Return the organization that receives the money: the fiduciary, else the lead, else none is known."""
    by_role = {row.role: row.organization for row in partnerships}
    return by_role.get(PartnerRole.FIDUCIARY) or by_role.get(PartnerRole.LEAD)


def of_year(year: FiscalYear) -> QuerySet[Disbursement]:
    """Return the instalments that the lines of `year` pay."""
    return Disbursement.objects.filter(commitment__allocation__fiscal_year=year)


def real_of_year(year: FiscalYear) -> QuerySet[Disbursement]:
    """Return the instalments that closing `year` looks at: the demonstration, removed one day, is left out."""
    return of_year(year).filter(is_demo=False)


def unpaid(year: FiscalYear) -> list[Unpaid]:
    """Return the real promises of `year` not paid whole, planned or not, by title (two queries)."""
    dues = ledger.instalments(real_of_year(year))
    promises = Commitment.objects.filter(allocation__fiscal_year=year, is_demo=False)
    related = ("initiative", "allocation__territory", "allocation__fiscal_year")
    rows = [
        Unpaid(row, quantize(row.amount), _paid_of(row, dues))  # type: ignore[attr-defined]
        for row in ledger.with_amounts(promises).select_related(*related).order_by("initiative__title", "pk")
    ]
    return [row for row in rows if row.amount > 0]


def _paid_of(promise: Commitment, dues: Iterable[ledger.Due]) -> Decimal:
    return ledger.total(
        due.paid - due.recovered for due in dues if due.disbursement.commitment_id == promise.pk
    )


def waits(disbursements: QuerySet[Disbursement]) -> Waits:
    """Return what waits among these instalments today."""
    rows, ends_on = payments(disbursements), month_end(today())

    def standing(state: DisbursementState) -> list[Payment]:
        return [row for row in rows if row.due.state == state]

    expected = [row for row in standing(DisbursementState.PLANNED) if row.due.disbursement.due_on <= ends_on]
    return Waits(standing(DisbursementState.PAYABLE), expected, standing(DisbursementState.HELD), ends_on)


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    first_of_next = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(first_of_next.toordinal() - 1)


def late_reports(year: FiscalYear) -> QuerySet[Report]:
    """Return the final reports not received in time, of the initiatives that the lines of `year` pay."""
    rows = Report.objects.late(today()).filter(kind=ReportKind.FINAL)
    paid = Initiative.objects.filter(commitments__allocation__fiscal_year=year)
    return rows.filter(initiative__in=paid).select_related("initiative")


def without_amount(year: FiscalYear) -> list[Initiative]:
    """Return the initiatives of `year` that were retained and have no dollar yet, the oldest decision first."""
    retained = Initiative.objects.filter(state__in=State.fundable, fiscal_years=year).defer("search_text")
    rows = ledger.with_awarded(retained).prefetch_related("territories").order_by("updated_at", "pk")
    return [row for row in rows if not row.awarded]


def page_of(year: FiscalYear) -> dict[str, Any]:
    """Return the content of the money page of `year`, in a number of queries that its rows do not change."""
    balances = ledger.lines(Allocation.objects.filter(fiscal_year=year))
    sums = totals(balances)
    return {
        "year": year,
        "is_open": year.closed_at is None,
        "closing": YearClosing.objects.filter(fiscal_year=year).first(),
        "groups": by_envelope(balances),
        "totals": sums,
        "meter": meter(sums),
        "waits": waits(of_year(year)),
        "late_reports": list(late_reports(year)),
        "without_amount": without_amount(year),
    }


def _late(due: ledger.Due) -> str:
    days = (today() - due.disbursement.due_on).days
    is_late = due.state in (DisbursementState.PAYABLE, DisbursementState.HELD) and days > 0
    return f"en retard de {pluriel(days, 'jour,jours')}" if is_late else ""


def _dollars(rows: list[Payment]) -> Decimal:
    return ledger.total(row.due.amount for row in rows)
