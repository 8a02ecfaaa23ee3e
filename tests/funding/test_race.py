"""Eight people award on the same line at the same instant: the line is never exceeded.

A negative control runs the same race with the locks off, on PostgreSQL: it must overrun, or the race proves nothing.
"""

import threading
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.db.models.query import QuerySet

from alliance.lib.workflow import Refusal
from funding import actions, ledger
from funding.models import Allocation, CommitmentMovement, Contribution
from initiatives.choices import Scope, State
from tests import world as universe

WRITERS = 8
ROUNDS = 25
AMOUNT = Decimal("10000")  # the line holds 30 000 $: three awards fit

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="the tests' SQLite lives in one connection"
    ),
]


def race(world, initiatives):
    """Award AMOUNT to each initiative from its own thread, all at once; return the number of refusals."""
    start, refusals, failures = threading.Barrier(WRITERS), [], []

    def award(initiative):
        try:
            start.wait(10)
            actions.award(
                initiative=initiative,
                allocation=world.lines["la-mitis"],
                by=world.coordination,
                amount=AMOUNT,
                reason="Décision",
            )
        except Refusal as refusal:
            refusals.append(refusal)
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=award, args=[initiative]) for initiative in initiatives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    return len(refusals)


def committed(world):
    return ledger.allocation_committed(Allocation.objects.get(pk=world.lines["la-mitis"].pk))


@pytest.mark.parametrize("_trial", range(5))
def test_line_is_never_exceeded_by_people_at_once(_trial):
    world = universe.build()
    initiatives = [world.initiative(State.APPROVED) for _writer in range(WRITERS)]
    assert race(world, initiatives) == WRITERS - 3
    assert committed(world) == Decimal("30000.00")


def test_negative_control_without_the_locks_the_line_is_exceeded(monkeypatch):
    world = universe.build()
    initiatives = [world.initiative(State.APPROVED) for _writer in range(WRITERS)]
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self.all())
    original = ledger.allocation_committed

    def slow(allocation):
        total = original(allocation)
        threading.Event().wait(0.2)
        return total

    monkeypatch.setattr(ledger, "allocation_committed", slow)
    race(world, initiatives)
    monkeypatch.undo()
    assert committed(world) > Decimal("30000.00")


def at_once(*verbs):
    """Run the verbs from one thread each, at the same instant; return what they raised, refusals apart."""
    start, failures = threading.Barrier(len(verbs)), []

    def run(verb):
        try:
            start.wait(10)
            verb()
        except Refusal:
            pass
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[verb]) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def test_cancelling_while_amounts_change_never_deadlocks():
    """The initiative has money on two envelopes; each round cancels it while both promises change."""
    world = universe.build()
    two = [world.territories["la-mitis"], world.territories["la-matapedia"]]
    lines = [world.lines["la-mitis"], world.lines["la-matapedia"]]
    for _round in range(ROUNDS):
        initiative = world.initiative(State.APPROVED, scope=Scope.SUPRALOCAL, territories=two)
        for line in lines:
            world.award(initiative, "10", line)
        changes = [
            partial(
                actions.amend,
                initiative=initiative,
                allocation=line,
                by=world.accounting,
                amount=Decimal(1),
                reason="Ajout",
            )
            for line in lines
        ]
        cancel = partial(
            actions.cancel_initiative, initiative=initiative, by=world.coordination, note="Départ"
        )
        gift = Contribution(initiative=initiative, kind="cash", amount=Decimal(5))
        record = partial(actions.record_contribution, contribution=gift, by=world.accounting)
        assert at_once(cancel, *changes, record) == []
        initiative.refresh_from_db()
        assert initiative.state == State.CANCELLED
        assert ledger.awards_of(initiative) == []
    assert ledger.problems() == []


def test_year_closes_between_two_movements_never_under_one():
    world = universe.build()
    initiatives = [world.initiative(State.APPROVED) for _writer in range(WRITERS)]
    year = world.years["2025-2026"]

    def award(initiative):
        world.award(initiative, "10")
        closed = type(year).objects.get(pk=year.pk).closed_at
        movement = CommitmentMovement.objects.get(commitment__initiative=initiative)
        assert closed is None or movement.created_at <= closed

    awards = [partial(award, initiative) for initiative in initiatives]
    assert at_once(partial(actions.close_year, year=year, by=world.coordination), *awards) == []
    year.refresh_from_db()
    assert year.closed_at is not None
