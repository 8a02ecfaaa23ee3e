"""Eight people award on the same line at the same instant: the line is never exceeded.

A negative control runs the same race with the locks off, on PostgreSQL: it must overrun, or the race proves nothing.
"""

import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models.query import QuerySet

from alliance.lib.workflow import Refusal
from funding import actions, ledger
from funding.models import Allocation
from initiatives.choices import State
from tests import world as universe

WRITERS = 8
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
