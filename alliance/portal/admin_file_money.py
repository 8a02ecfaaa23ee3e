"""The money of one initiative on its admin page: its promises, their instalments, and the buttons of each."""

from django.urls import reverse

from alliance.lib.money import ZERO, quantize
from alliance.portal.admin_money import MoneyMixin
from alliance.portal.admin_payments import PREFIX, InstalmentsMixin, steps_of
from alliance.portal.admin_schedule import ScheduleMixin
from funding import ledger
from funding.choices import DisbursementState
from funding.models import Commitment, Disbursement


class FileMoneyMixin(MoneyMixin, ScheduleMixin, InstalmentsMixin):
    """Everything that an initiative's page does with money."""

    def commitments(self, initiative):
        """Return the promises made to the initiative with their instalments and buttons (two queries, whatever the rows)."""
        rows = ledger.with_amounts(Commitment.objects.filter(initiative=initiative)).select_related(
            "allocation__territory", "allocation__fiscal_year", "allocation__envelope"
        )
        dues = ledger.instalments(Disbursement.objects.filter(commitment__initiative=initiative))
        return [
            _promise(initiative, row, [due for due in dues if due.disbursement.commitment_id == row.pk])
            for row in rows
        ]


def _promise(initiative, row, dues):
    amount = quantize(row.amount)
    is_open = row.allocation.fiscal_year.closed_at is None
    kept = [due for due in dues if due.state != DisbursementState.CANCELLED]
    planned = ledger.total(due.amount - due.recovered for due in kept)
    return {
        "commitment": row,
        "line": row.allocation,
        "amount": amount,
        "paid": ledger.total(due.paid - due.recovered for due in dues),
        "to_plan": max(amount - planned, ZERO),
        "open": is_open,
        "steps": _steps(initiative, row, amount, amount - planned, is_open),
        "instalments": [
            {"due": due, "steps": _addresses(initiative, due.disbursement.pk, steps_of(due, is_open))}
            for due in dues
        ],
    }


def _steps(initiative, row, amount, to_plan, is_open):
    if not is_open:
        return _addresses(initiative, row.pk, [("Corriger", f"{PREFIX}_adjust")])
    steps = [("Modifier l’engagement", f"{PREFIX}_amend")]
    if amount > ZERO:
        steps.append(("Libérer", f"{PREFIX}_release"))
    if to_plan > ZERO:
        steps.append(("Prévoir les versements", f"{PREFIX}_schedule"))
    return _addresses(initiative, row.pk, steps)


def _addresses(initiative, pk, steps):
    return [(label, reverse(f"admin:{name}", args=[initiative.pk, pk])) for label, name in steps]
