"""The invented payments: instalments planned, paid, held for lack of a report, recovered; and the reports they wait for.

What is past was paid, what falls this month waits for the accounting, what is to come is planned: the screens are
alive whatever the day the demonstration is loaded.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, groupby
from typing import Any

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.portal.demo import texts
from alliance.portal.demo.scenario import Story
from funding import ledger
from funding.actions import mark_ready, pay, recover, schedule
from funding.choices import Condition, DisbursementState
from funding.models import Commitment, Disbursement
from funding.rules import Instalment
from initiatives.actions import approve_report, change_due, receive_report
from initiatives.actions.reports import return_report, save_report, send_report
from initiatives.choices import ReportKind, State
from initiatives.models import Report
from initiatives.reporting import Expense

_SEED = 20250401
_PLANNED_FOR = (State.IN_PROGRESS, State.COMPLETED, State.CANCELLED)
_LATE, _TO_APPROVE = 5, 9  # of sixteen final reports
_CYCLE = 16
_UNPAID = 2  # last instalments just released, that the accounting has not paid yet


class Payments:
    """Plans the payments while the stories are told, then follows them all up to today."""

    def __init__(self, coordination: User, accounting: User):
        self.coordination, self.accounting = coordination, accounting
        self.chance = random.Random(_SEED)  # noqa: S311  # not a secret: a choice of texts
        self.today = today()
        self.month = self.today.replace(day=1)
        self.ranks = count()
        self.returned = False  # one progress report went back to its MRC

    def plan(self, story: Story, commitment: Commitment) -> None:
        """Plan two or three instalments of a promise; one in four starts with the signature of the agreement."""
        if story.state not in _PLANNED_FOR:
            return
        rank = next(self.ranks)
        instalments = list(self._instalments(story, rank, ledger.commitment_amount(commitment)))
        first, *_others = schedule(commitment=commitment, by=self.accounting, instalments=instalments)
        if instalments[0].condition == Condition.AGREEMENT:
            on = min(story.dates[0], self.today)
            mark_ready(disbursement=first, by=self.accounting, reason="Entente signée", on=on)
        if any(each.condition == Condition.PROGRESS_REPORT for each in instalments):
            self._expect_progress(story, commitment, instalments[1].due_on)

    def give_back(self, commitment: Commitment, share: int) -> None:
        """Recover `share` percent of what an abandoned initiative had received: it goes back to its line."""
        reason = "Argent rendu par l’organisme à l’abandon de l’initiative"
        for due in ledger.instalments(Disbursement.objects.filter(commitment=commitment)):
            if due.state == DisbursementState.PAID:
                amount = due.paid * share / 100
                recover(disbursement=due.disbursement, by=self.accounting, amount=amount, reason=reason)

    def pay_first(self, commitment: Commitment) -> None:
        """Pay at once the instalment that the agreement released."""
        dues = ledger.instalments(Disbursement.objects.filter(commitment=commitment))
        payable = [due.disbursement for due in dues if due.state == DisbursementState.PAYABLE]
        if payable:
            pay(
                disbursements=payable[:1], by=self.accounting, on=self.today, reference="Lot de démonstration"
            )

    def follow(self) -> None:
        """Receive the reports, then pay what was due before this month."""
        finals = Report.objects.filter(is_demo=True, kind=ReportKind.FINAL).select_related("initiative")
        over = finals.filter(initiative__state=State.COMPLETED).order_by("initiative_id")
        for rank, report in enumerate(over):
            self._receive(report, rank)
        running = finals.filter(initiative__state=State.IN_PROGRESS, due_on__lt=self.today)
        for rank, report in enumerate(running.order_by("initiative_id")):
            change_due(report=report, by=self.coordination, due_on=self._later(rank))
        self._pay_past()

    def _instalments(self, story: Story, rank: int, total: Decimal) -> Iterator[Instalment]:
        starts_on, ends_on = story.dates
        by_agreement = rank % 4 == 0 or story.state == State.CANCELLED
        shares = (50, 30) if rank % 3 else (75,)
        amounts = [_rounded(total * share / 100) for share in shares]
        condition = Condition.AGREEMENT if by_agreement else Condition.DATE
        yield Instalment(amounts[0], starts_on + timedelta(days=15), condition)
        if len(amounts) > 1:
            yield self._second(amounts[1], starts_on, ends_on, rank)
        last = ends_on + timedelta(days=30)
        if story.state == State.IN_PROGRESS and last < self.today:
            last = self._later(rank)
        yield Instalment(total - sum(amounts), last, Condition.FINAL_REPORT)

    def _second(self, amount: Decimal, starts_on: date, ends_on: date, rank: int) -> Instalment:
        """Five months after the start; this month, for what runs now, so that something is to be paid."""
        if rank % 5 == 2:
            return Instalment(amount, starts_on + timedelta(days=150), Condition.PROGRESS_REPORT)
        if starts_on + timedelta(days=45) < self.month <= ends_on:
            return Instalment(amount, self.month + timedelta(days=rank * 5 % 28), Condition.DATE)
        return Instalment(amount, starts_on + timedelta(days=150), Condition.DATE)

    def _later(self, rank: int) -> date:
        return self.today + timedelta(days=15 + rank * 4 % 60)

    def _expect_progress(self, story: Story, commitment: Commitment, due_on: date) -> None:
        """The second instalment waits for a progress report; those of what is over came in, and half of the others."""
        report = commitment.initiative.reports.get(kind=ReportKind.PROGRESS, due_on=due_on)
        over = story.state == State.COMPLETED or self.chance.random() < 0.5
        if over and due_on < self.month:
            values = {"received_on": due_on, "results": self.chance.choice(texts.RESULTS)}
            receive_report(report=report, by=self.coordination, values=values)
            if story.state == State.IN_PROGRESS and not self.returned:
                self.returned = True
                return_report(report=report, by=self.coordination, note=texts.TO_CORRECT)
            else:
                approve_report(report=report, by=self.coordination)

    def _receive(self, report: Report, rank: int) -> None:
        """Most reports came in and are approved; one in sixteen is late, one waits for its approval."""
        turn = rank % _CYCLE
        if turn == _LATE and report.due_on < self.today:
            return
        story = texts.STORIES[rank // 4 % len(texts.STORIES)] if rank % 4 == 1 else ""
        values = {
            "received_on": min(report.due_on - timedelta(days=self.chance.randrange(2, 25)), self.today),
            "people_reached": report.initiative.actual_reach,
            "results": self.chance.choice(texts.RESULTS),
            "story": story,
            "story_consent": bool(story) and rank % 8 == 1,
        }
        if turn == _TO_APPROVE:
            self._send(report, values)
            return
        receive_report(report=report, by=self.coordination, values=values)
        approve_report(report=report, by=self.coordination)

    def _send(self, report: Report, values: dict[str, Any]) -> None:
        """Its agent wrote this one in « Mon espace », expenses included, and sent it."""
        agent = report.initiative.submitted_by
        del values["received_on"]
        expenses = [
            Expense(label, Decimal(planned), Decimal(actual)) for label, planned, actual in texts.EXPENSES
        ]
        saved = save_report(report=report, by=agent, values=values, expenses=expenses)
        send_report(report=saved, by=agent, people_unknown=True)

    def _pay_past(self) -> None:
        """Pay, month by month, what was due before this month; two last instalments still wait for the accounting."""
        dues = ledger.instalments(Disbursement.objects.filter(is_demo=True))
        payable = [
            due.disbursement
            for due in dues
            if due.state == DisbursementState.PAYABLE and due.disbursement.due_on < self.month
        ]
        kept = [row.pk for row in payable if row.condition == Condition.FINAL_REPORT][-_UNPAID:]
        past = [row for row in payable if row.pk not in kept]
        for month, rows in groupby(past, key=lambda row: row.due_on.replace(day=1)):
            lot = list(rows)
            pay(disbursements=lot, by=self.accounting, on=lot[-1].due_on, reference=f"Lot {month:%Y-%m}")


def _rounded(amount: Decimal) -> Decimal:
    return amount // 50 * 50
