"""Random histories of the money, by random people, compared with a plain model after each step.

The model is dictionaries of decimals. Whatever is asked, legal or not, the portal answers by writing what the model
writes or by a refusal that leaves everything as it was; and the balances, the database's own sums and the audit agree.
`MONEY_HISTORIES` and `MONEY_STEPS` lengthen the run.
"""

import os
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from alliance.lib.workflow import Refusal
from funding import actions, audit, ledger
from funding.choices import Condition, Line
from funding.models import Allocation, Commitment, CommitmentMovement, Disbursement, YearClosing
from funding.rules import Instalment
from initiatives import actions as initiative_actions
from initiatives.choices import State
from initiatives.models import FiscalYear
from tests import world as universe

HISTORIES = int(os.environ.get("MONEY_HISTORIES", "6"))
STEPS = int(os.environ.get("MONEY_STEPS", "20"))
D = Decimal
AMOUNTS = st.sampled_from(
    [D(x) for x in ("-5000", "-250.25", "-1", "0", "0.01", "1", "999.99", "4000", "12000", "40000")]
)
PEOPLE = st.sampled_from(
    ["coordination", "accounting", "coordination", "accounting", "reader", "agent_mitis"]
)
WHICH = st.integers(0, 7)
SAID = {"reason": "Décision", "resolution": "CA-1"}


class Books:
    """What the money must be: dollars by line, by promise (line, initiative), and each instalment's life."""

    def __init__(self):
        self.lines = defaultdict(Decimal)
        self.promises = defaultdict(Decimal)
        self.instalments = {}  # pk: [promise, amount, state, recovered]
        self.closed = set()

    def promised_on(self, line):
        return sum((dollars for (of, _), dollars in self.promises.items() if of == line), D(0))

    def due(self, promise):
        rows = (row for row in self.instalments.values() if row[0] == promise and row[2] != "cancelled")
        return sum((amount - recovered for _, amount, _, recovered in rows), D(0))

    def paid(self, promise):
        rows = (row for row in self.instalments.values() if row[0] == promise and row[2] == "paid")
        return sum((amount - recovered for _, amount, _, recovered in rows), D(0))

    def give_back(self, promise):
        """Cancel what waits and release what is not paid of a promise."""
        for row in self.instalments.values():
            if row[0] == promise and row[2] in ("planned", "ready"):
                row[2] = "cancelled"
        self.promises[promise] = self.due(promise)


class Money(RuleBasedStateMachine):
    @initialize()
    def start(self):
        self.world = universe.build()
        for year in ("2024-2025", "2026-2027"):
            line = Allocation.objects.create(
                envelope=self.world.envelope,
                fiscal_year=self.world.years[year],
                line=Line.TERRITORY,
                territory=self.world.territories["la-mitis"],
            )
            self.world.lines[year] = line
        self.lines = [
            self.world.lines[key]
            for key in ("la-mitis", "temiscouata", Line.REGIONAL, "2024-2025", "2026-2027")
        ]
        dates = {"starts_on": date(2024, 6, 1), "ends_on": date(2026, 12, 31)}
        self.initiatives = [self.world.initiative(State.APPROVED, **dates) for _one in range(3)]
        self.books = Books()
        self.books.lines.update({line.pk: ledger.allocation_amount(line) for line in self.lines})
        self.refused = self.done = 0
        self.sentences = []

    def _try(self, verb, write):
        """Call the verb: what it does is what the model writes; what it refuses changes nothing."""
        try:
            with transaction.atomic():
                result = verb()
        except Refusal as refusal:
            self.refused += 1
            self.sentences += refusal.reasons
        except ValidationError as refusal:  # a movement of zero dollars
            self.refused += 1
            self.sentences += refusal.messages
        else:
            write(result)
            self.done += 1

    def _line(self, which):
        return self.lines[which % len(self.lines)]

    def _promise(self, which):
        rows = list(Commitment.objects.order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def _instalment(self, which):
        rows = list(Disbursement.objects.order_by("pk"))
        return rows[which % len(rows)] if rows else None

    @rule(which=WHICH, amount=AMOUNTS, by=PEOPLE, closed=st.booleans())
    def change_line(self, which, amount, by, closed):
        line = self._line(which)
        verb = actions.adjust_allocation if closed else actions.move_allocation
        extra = {} if closed else {"kind": "amendment"}

        def write(_movement):
            self.books.lines[line.pk] += amount

        self._try(
            lambda: verb(allocation=line, by=getattr(self.world, by), amount=amount, **extra, **SAID), write
        )

    @rule(one=WHICH, other=WHICH, amount=AMOUNTS, by=PEOPLE, carried=st.booleans())
    def move_between_lines(self, one, other, amount, by, carried):
        source, target = self._line(one), self._line(other)
        verb = actions.carry_over if carried else actions.transfer

        def write(_pair):
            self.books.lines[source.pk] -= amount
            self.books.lines[target.pk] += amount

        self._try(
            lambda: verb(source=source, target=target, by=getattr(self.world, by), amount=amount, **SAID),
            write,
        )

    @rule(which=WHICH, line=WHICH, amount=AMOUNTS, by=PEOPLE, more=st.booleans())
    def promise(self, which, line, amount, by, more):
        initiative, line = self.initiatives[which % 3], self._line(line)
        verb = actions.amend if more else actions.award

        def write(_movement):
            self.books.promises[line.pk, initiative.pk] += amount

        self._try(
            lambda: verb(
                initiative=initiative, allocation=line, by=getattr(self.world, by), amount=amount, **SAID
            ),
            write,
        )

    @rule(which=WHICH, amount=AMOUNTS, by=PEOPLE)
    def correct_promise(self, which, amount, by):
        if not (promise := self._promise(which)):
            return

        def write(_movement):
            self.books.promises[promise.allocation_id, promise.initiative_id] += amount

        self._try(
            lambda: actions.adjust_commitment(
                commitment=promise, by=getattr(self.world, by), amount=amount, **SAID
            ),
            write,
        )

    @rule(which=WHICH, by=PEOPLE)
    def release(self, which, by):
        if not (promise := self._promise(which)):
            return
        key = (promise.allocation_id, promise.initiative_id)
        self._try(
            lambda: actions.release(commitment=promise, by=getattr(self.world, by), **SAID),
            lambda _movement: self.books.give_back(key),
        )

    @rule(
        which=WHICH,
        amounts=st.lists(AMOUNTS, max_size=3),
        condition=st.sampled_from(Condition.values),
        by=PEOPLE,
    )
    def plan(self, which, amounts, condition, by):
        if not (promise := self._promise(which)):
            return
        plan = [
            Instalment(amount, date(2025, 5, 1) + timedelta(days=rank), condition)
            for rank, amount in enumerate(amounts)
        ]

        def write(rows):
            for row in rows:
                key = (promise.allocation_id, promise.initiative_id)
                self.books.instalments[row.pk] = [key, row.amount, "planned", D(0)]

        self._try(
            lambda: actions.schedule(commitment=promise, by=getattr(self.world, by), instalments=plan), write
        )

    @rule(which=WHICH, by=PEOPLE, verb=st.sampled_from(["mark_ready", "cancel_instalment", "pay"]))
    def settle(self, which, by, verb):
        if not (row := self._instalment(which)):
            return
        person, state = (
            getattr(self.world, by),
            {"mark_ready": "ready", "cancel_instalment": "cancelled", "pay": "paid"}[verb],
        )
        calls = {
            "mark_ready": lambda: actions.mark_ready(disbursement=row, by=person, **SAID),
            "cancel_instalment": lambda: actions.cancel_instalment(disbursement=row, by=person, **SAID),
            "pay": lambda: actions.pay(disbursements=[row], by=person),
        }

        def write(_movements):
            self.books.instalments[row.pk][2] = state

        self._try(calls[verb], write)

    @rule(which=WHICH, amount=AMOUNTS, by=PEOPLE)
    def recover(self, which, amount, by):
        if not (row := self._instalment(which)):
            return

        def write(_movement):
            self.books.instalments[row.pk][3] += amount

        self._try(
            lambda: actions.recover(disbursement=row, by=getattr(self.world, by), amount=amount, **SAID),
            write,
        )

    @rule(which=WHICH, by=PEOPLE)
    def abandon(self, which, by):
        initiative = self.initiatives[which % 3]

        def write(_initiative):
            for line, one in list(self.books.promises):
                if one == initiative.pk and line not in self.books.closed:
                    self.books.give_back((line, one))

        self._try(
            lambda: actions.cancel_initiative(
                initiative=initiative, by=getattr(self.world, by), note="Départ"
            ),
            write,
        )

    @rule(which=WHICH, by=PEOPLE)
    def approve_report(self, which, by):
        initiative = self.initiatives[which % 3]
        report = initiative.reports.filter(approved_at=None).first()
        if report is None:
            return
        person = getattr(self.world, by)

        def verb():
            received = initiative_actions.receive_report(
                report=report, by=person, values={"received_on": date(2026, 6, 1)}
            )
            return initiative_actions.approve_report(report=received, by=person)

        self._try(verb, lambda _report: None)

    @rule(year=st.sampled_from(["2024-2025", "2025-2026", "2026-2027"]), by=PEOPLE)
    def close(self, year, by):
        def write(closed):
            self.books.closed |= set(
                Allocation.objects.filter(fiscal_year=closed).values_list("pk", flat=True)
            )

        self._try(
            lambda: actions.close_year(year=FiscalYear.objects.get(label=year), by=getattr(self.world, by)),
            write,
        )

    @invariant()
    def balances_are_those_of_the_model(self):
        if not hasattr(self, "books"):
            return
        for balance in ledger.lines(Allocation.objects.filter(pk__in=[line.pk for line in self.lines])):
            pk = balance.allocation.pk
            paid = sum((self.books.paid(key) for key in set(self.books.promises) if key[0] == pk), D(0))
            assert (balance.allocated, balance.committed, balance.paid) == (
                self.books.lines[pk], self.books.promised_on(pk), paid,
            )  # fmt: skip
            assert balance.left >= 0
            assert balance.unpaid >= 0

    @invariant()
    def promises_and_schedules_are_those_of_the_model(self):
        if not hasattr(self, "books"):
            return
        for promise in Commitment.objects.all():
            key = (promise.allocation_id, promise.initiative_id)
            assert ledger.commitment_amount(promise) == self.books.promises[key]
            assert ledger.commitment_due(promise) == self.books.due(key)
            assert ledger.commitment_paid(promise) == self.books.paid(key)
            assert self.books.due(key) <= self.books.promises[key]

    @invariant()
    def every_refusal_is_said(self):
        assert all(getattr(self, "sentences", [])), "a refusal without a word"

    @invariant()
    def audit_finds_nothing(self):
        if hasattr(self, "books"):
            assert [failure for failure in audit.failures()] == []
            assert not CommitmentMovement.objects.filter(commitment__initiative__state=State.DRAFT).exists()
            assert YearClosing.objects.count() == FiscalYear.objects.exclude(closed_at=None).count()

    def teardown(self):
        TOTALS["done"] += getattr(self, "done", 0)
        TOTALS["refused"] += getattr(self, "refused", 0)


TOTALS = {"done": 0, "refused": 0}


class InOneTransaction(Money):
    """Each history lives in a transaction of its own, which never ends."""

    def __init__(self):
        self._history = transaction.atomic()
        self._history.__enter__()
        super().__init__()

    def teardown(self):
        super().teardown()
        transaction.set_rollback(True)
        self._history.__exit__(None, None, None)


@pytest.mark.django_db
@time_machine.travel("2027-06-15 12:00", tick=False)
def test_random_histories_keep_the_books_true():
    TOTALS.update(done=0, refused=0)
    run_state_machine_as_test(
        InOneTransaction,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # a history is read from its steps; shortening it takes minutes
            database=None,
        ),
    )
    assert TOTALS["done"] >= HISTORIES // 2  # a tenth of the steps, some runs less
    assert TOTALS["refused"] > HISTORIES
