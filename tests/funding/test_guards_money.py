"""Each rule of the database about money, broken with plain SQL, on both engines.

Each case is written twice: with every rule, it is refused in the rule's words; with that rule alone taken away,
it passes, so that nothing else refused it.
"""
# ruff: noqa: S608 - our own tables

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from alliance.lib import triggers
from funding import actions, guards
from funding.choices import Line
from funding.models import Allocation, AllocationMovement, Commitment, CommitmentMovement, Disbursement
from funding.sql import TABLES
from initiatives.choices import State
from tests.funding import raw

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def put(guard, *, rules=None):
    """Put a guard back with these rules only (all of its own when nothing is said)."""
    changed = guard if rules is None else replace(guard, rules=rules)
    statements = list(triggers.settle(vendor=connection.vendor))
    statements += triggers.drop_keep(guard, vendor=connection.vendor)
    statements += triggers.keep(changed, vendor=connection.vendor) if changed.rules else ()
    for statement in statements:
        raw.execute(statement)


def close(world, label="2025-2026"):
    """Close a year without a look at its instalments, as a year closed long ago stands."""
    guard, _rank = RULES["year", "UPDATE", 0]
    put(guard, rules=())
    year = world.years[label]
    year.closed_at, year.closed_by = NOW, world.coordination
    year.save()
    put(guard)
    return year


def promise(world, amount="1000", **changes) -> Commitment:
    return world.initiative(State.APPROVED, award=amount, **changes).commitments.get()


def paid(world, commitment, amount=400):
    instalment = raw.instalment(commitment, amount)
    raw.movement("instalment_move", world.accounting, disbursement_id=instalment, kind="paid", amount=amount)
    return instalment


def on_envelope(world, amount, **values):
    values = {"envelope_id": world.envelope.pk, "kind": "amendment"} | values
    return partial(raw.movement, "envelope_move", world.accounting, amount=amount, **values)


def on_line(world, amount, **values):
    values = {"allocation_id": world.lines["la-mitis"].pk, "kind": "amendment"} | values
    return partial(raw.movement, "line_move", world.accounting, amount=amount, **values)


def on_promise(world, commitment, amount, **values):
    values = {"commitment_id": getattr(commitment, "pk", commitment), "kind": "amendment"} | values
    return partial(raw.movement, "promise_move", world.accounting, amount=amount, **values)


def on_instalment(world, instalment, amount, **values):
    values = {"disbursement_id": instalment, "kind": "paid"} | values
    return partial(raw.movement, "instalment_move", world.accounting, amount=amount, **values)


def pair(world, *, first=-100, **changes):
    """Write a transfer from La Mitis to Témiscouata; `changes`: what its second half says instead."""
    one, other = uuid4(), uuid4()
    said = {"kind": "transfer", "resolution": "2025-01"}
    answer = {"allocation_id": world.lines["temiscouata"].pk, "pair_key": other, "counterpart_id": one}
    amount = changes.pop("amount", -first)

    def write():
        on_line(world, first, pair_key=one, counterpart_id=other, **said)()
        on_line(world, amount, **(said | answer | changes))()

    return write


def promise_of_the_demonstration(world):
    """Return a movement of invented money on a real line."""
    initiative = world.initiative(State.APPROVED)
    promised = raw.insert(
        "promise", allocation_id=world.lines["la-mitis"].pk, initiative_id=initiative.pk, is_demo=True
    )
    return on_promise(world, promised, 10, kind="award", is_demo=True)


def promise_of_a_draft(world):
    initiative = world.initiative(State.SUBMITTED)
    promised = raw.insert(
        "promise", allocation_id=world.lines["la-mitis"].pk, initiative_id=initiative.pk, is_demo=False
    )
    return on_promise(world, promised, 10, kind="award")


def promise_of_administration(world):
    line = Allocation.objects.create(
        envelope=world.envelope, fiscal_year=world.years["2025-2026"], line=Line.ADMINISTRATION
    )
    on_line(world, 500, allocation_id=line.pk, kind="initial")()
    initiative = world.initiative(State.APPROVED)
    promised = raw.insert("promise", allocation_id=line.pk, initiative_id=initiative.pk, is_demo=False)
    return on_promise(world, promised, 10, kind="award")


def in_closed_year(world, make):
    case = make()
    close(world)
    return case


def under_its_schedule(world):
    commitment = promise(world)
    raw.instalment(commitment, 800)
    return on_promise(world, commitment, -300)


def ready_once_paid(world):
    return on_instalment(world, paid(world, promise(world)), 400, kind="ready")


def recovered_beyond(world):
    return on_instalment(world, paid(world, promise(world)), -500, kind="recovered")


def contribution(world, label="2025-2026"):
    """Return the id of a contribution of that year."""
    gift = {
        "initiative_id": world.initiative().pk,
        "fiscal_year_id": world.years[label].pk,
        "kind": "cash",
        "amount": 10,
        "is_public": False,
        "is_confirmed": True,
        "note": "",
        "is_demo": False,
    }
    return partial(raw.insert, "contribution", **gift)


def update(table, column, value, row):
    return partial(raw.execute, f'UPDATE "{TABLES[table]}" SET {column} = %s WHERE id = %s', value, row)


def change_contribution(world, closed):
    """Move a gift to the year before or out of it, once one of the two is closed."""
    row = contribution(world)()
    year = close(world, closed)
    other = world.years["2024-2025" if closed == "2025-2026" else closed]
    assert year.closed_at
    return update("contribution", "fiscal_year_id", other.pk, row)


def delete_contribution(world):
    row = contribution(world)()
    close(world)
    return partial(raw.execute, f'DELETE FROM "{TABLES["contribution"]}" WHERE id = %s', row)


def close_while_one_waits(world):
    raw.instalment(promise(world), 400)
    year = world.years["2025-2026"]
    sql = f'UPDATE "{TABLES["year"]}" SET closed_at = %s, closed_by_id = %s WHERE id = %s'
    return partial(raw.execute, sql, NOW, world.coordination.pk, year.pk)


def reopen(world):
    year = close(world)
    sql = f'UPDATE "{TABLES["year"]}" SET closed_at = NULL, closed_by_id = NULL WHERE id = %s'
    return partial(raw.execute, sql, year.pk)


def erase_year(world):
    year = close(world, "2024-2025")
    return partial(raw.execute, f'DELETE FROM "{TABLES["year"]}" WHERE id = %s', year.pk)


def move_line(world, column, value):
    return update("line", column, value, world.lines["la-mitis"].pk)


# (table, event, rank of the rule) → the writes that break it.
CASES = {
    ("envelope_move", "INSERT", 0): [lambda w: on_envelope(w, "1.001")],
    ("envelope_move", "INSERT", 1): [lambda w: on_envelope(w, 10, is_demo=True)],
    ("envelope_move", "INSERT", 2): [lambda w: on_envelope(w, "-40000.01")],
    ("line_move", "INSERT", 0): [lambda w: on_line(w, "1.001")],
    ("line_move", "INSERT", 1): [lambda w: on_line(w, 10, is_demo=True)],
    ("line_move", "INSERT", 2): [
        lambda w: in_closed_year(w, lambda: on_line(w, 1)),
        lambda w: in_closed_year(w, lambda: on_line(w, -1)),
        lambda w: in_closed_year(w, lambda: on_line(w, 1, kind="initial")),
    ],
    ("line_move", "INSERT", 3): [lambda w: on_line(w, 1, kind="adjustment")],
    ("line_move", "INSERT", 4): [lambda w: on_line(w, "40000.01")],
    ("line_move", "INSERT", 5): [
        lambda w: (promise(w), on_line(w, "-29000.01"))[1],
        lambda w: on_line(w, "-30000.01"),
    ],
    ("line_move", "INSERT", 6): [
        lambda w: pair(w, amount=99),
        lambda w: pair(w, kind="carry_over"),
        lambda w: pair(w, allocation_id=w.lines["la-mitis"].pk),
        lambda w: pair(w, allocation_id=w.lines["la-matapedia"].pk),
    ],
    ("promise_move", "INSERT", 0): [lambda w: on_promise(w, promise(w), "1.001")],
    ("promise_move", "INSERT", 1): [lambda w: on_promise(w, promise(w), 10, is_demo=True)],
    ("promise_move", "INSERT", 2): [promise_of_the_demonstration],
    ("promise_move", "INSERT", 3): [
        lambda w: in_closed_year(w, lambda: on_promise(w, promise(w), 1)),
        lambda w: in_closed_year(w, lambda: on_promise(w, promise(w), -1, kind="release")),
    ],
    ("promise_move", "INSERT", 4): [lambda w: on_promise(w, promise(w), -1, kind="adjustment")],
    ("promise_move", "INSERT", 5): [promise_of_a_draft],
    ("promise_move", "INSERT", 6): [promise_of_administration],
    ("promise_move", "INSERT", 7): [lambda w: on_promise(w, promise(w), "29000.01")],
    ("promise_move", "INSERT", 8): [
        under_its_schedule,
        lambda w: on_promise(w, promise(w), "-1000.01", kind="release"),
    ],
    ("instalment", "INSERT", 0): [lambda w: partial(raw.instalment, promise(w), "1.001")],
    ("instalment", "INSERT", 1): [lambda w: partial(raw.instalment, promise(w), 10, is_demo=True)],
    ("instalment", "INSERT", 2): [
        lambda w: in_closed_year(w, lambda: partial(raw.instalment, promise(w), 10))
    ],
    ("instalment", "INSERT", 3): [lambda w: partial(raw.instalment, promise(w), "1000.01")],
    ("instalment_move", "INSERT", 0): [
        lambda w: on_instalment(w, paid(w, promise(w)), "-1.001", kind="recovered")
    ],
    ("instalment_move", "INSERT", 1): [
        lambda w: on_instalment(w, raw.instalment(promise(w), 10), 10, is_demo=True)
    ],
    ("instalment_move", "INSERT", 2): [
        lambda w: in_closed_year(w, lambda: on_instalment(w, raw.instalment(promise(w), 10), 10)),
        lambda w: in_closed_year(
            w, lambda: on_instalment(w, raw.instalment(promise(w), 10), -10, kind="cancelled")
        ),
    ],
    ("instalment_move", "INSERT", 3): [
        lambda w: on_instalment(w, raw.instalment(promise(w), 10), 9),
        lambda w: on_instalment(w, raw.instalment(promise(w), 10), 11, kind="ready"),
        lambda w: on_instalment(w, raw.instalment(promise(w), 10), -9, kind="cancelled"),
    ],
    ("instalment_move", "INSERT", 4): [ready_once_paid],
    ("instalment_move", "INSERT", 5): [
        recovered_beyond,
        lambda w: on_instalment(w, raw.instalment(promise(w), 10), -1, kind="recovered"),
    ],
    ("contribution", "INSERT", 0): [lambda w: in_closed_year(w, lambda: contribution(w))],
    ("contribution", "UPDATE", 0): [
        lambda w: change_contribution(w, "2025-2026"),
        lambda w: change_contribution(w, "2024-2025"),
    ],
    ("contribution", "DELETE", 0): [delete_contribution],
    ("year", "UPDATE", 0): [
        reopen,
        lambda w: update("year", "closed_at", datetime(2027, 1, 1, tzinfo=UTC), close(w).pk),
        lambda w: update("year", "closed_by_id", w.administration.pk, close(w).pk),
    ],
    ("year", "UPDATE", 1): [close_while_one_waits],
    ("year", "DELETE", 0): [erase_year],
    ("line", "UPDATE", 0): [
        lambda w: move_line(w, "envelope_id", w.other_envelope.pk),
        lambda w: move_line(w, "fiscal_year_id", w.years["2024-2025"].pk),
        lambda w: move_line(w, "territory_id", w.territories["la-matapedia"].pk),
    ],
}
RULES = {
    (name, guard.event, rank): (guard, rank)
    for guard in guards.GUARDS
    for name, table in TABLES.items()
    if table == guard.table
    for rank in range(len(guard.rules))
}
EACH = [(key, make) for key, cases in CASES.items() for make in cases]


def test_every_rule_has_its_case():
    assert list(RULES) == list(CASES)
    assert (len(RULES), len(EACH)) == (36, 53)


@pytest.mark.parametrize(("key", "make"), EACH, ids=["-".join(map(str, key)) for key, _make in EACH])
def test_rule_refuses_plain_sql_and_nothing_else_would(world, key, make):
    guard, rank = RULES[key]
    message = guard.rules[rank][1]
    if message == guards._CENTS[1] and connection.vendor == "postgresql":
        pytest.skip("the column itself holds two decimals")
    write = make(world)
    with pytest.raises(IntegrityError, match=re.escape(message)), transaction.atomic():
        write()
    put(guard, rules=tuple(rule for place, rule in enumerate(guard.rules) if place != rank))
    with transaction.atomic():
        write()


# What must still pass ---------------------------------------------------------------------------------------


def test_amounts_to_the_last_cent_are_accepted_by_plain_sql(world):
    """A tenth and two tenths of a dollar, a thousand times: sums of cents, never of floating-point numbers."""
    on_envelope(world, "-39999.70")()
    for amount in ("0.10", "0.20"):
        on_line(world, amount)()
    with pytest.raises(IntegrityError), transaction.atomic():
        on_line(world, "0.01")()
    commitment = promise(world, "0.30")
    raw.instalment(commitment, "0.10", rank=1)
    raw.instalment(commitment, "0.20", rank=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        raw.instalment(commitment, "0.01", rank=3)


def test_both_halves_of_a_pair_are_accepted_in_either_order(world):
    for first in (-100, 100):
        pair(world, first=first)()
    assert AllocationMovement.objects.filter(kind="transfer").count() == 4


def test_third_movement_never_joins_a_pair(world):
    pair(world)()
    first = AllocationMovement.objects.filter(kind="transfer").earliest("pk")
    third = on_line(
        world, 100, kind="transfer", resolution="x", allocation_id=world.lines["temiscouata"].pk,
        pair_key=uuid4(), counterpart_id=first.pair_key,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="s’annulent"), transaction.atomic():
        third()


def test_closed_year_takes_adjustments_and_recoveries(world):
    commitment = promise(world)
    instalment = paid(world, commitment)
    close(world)
    on_line(world, 5, kind="adjustment")()
    on_promise(world, commitment, 5, kind="adjustment")()
    on_instalment(world, instalment, -400, kind="recovered")()
    with pytest.raises(IntegrityError), transaction.atomic():
        on_instalment(world, instalment, "-0.01", kind="recovered")()


def test_cancelled_instalment_gives_its_dollars_back_to_the_schedule(world):
    commitment = promise(world)
    first = raw.instalment(commitment, 1000)
    on_instalment(world, first, -1000, kind="cancelled")()
    raw.instalment(commitment, 1000, rank=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        raw.instalment(commitment, 1, rank=3)


def test_instalment_is_never_paid_after_being_cancelled(world):
    first = raw.instalment(promise(world), 100)
    on_instalment(world, first, -100, kind="cancelled")()
    with pytest.raises(IntegrityError), transaction.atomic():
        on_instalment(world, first, 100)()


@pytest.mark.parametrize("name", ["line_move", "promise", "promise_move", "instalment", "instalment_move"])
def test_row_of_the_books_never_changes_and_only_the_demonstration_is_erased(world, name):
    commitment = promise(world)
    paid(world, commitment)
    table = TABLES[name]
    for statement in (f'UPDATE "{table}" SET is_demo = %s', f'DELETE FROM "{table}" WHERE is_demo <> %s'):
        with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
            raw.execute(statement, True)


def test_guards_agree_with_the_actions_from_award_to_recovery(world):
    """The whole life of a promise through the actions meets no guard."""
    commitment = promise(world, "3000")
    raw.instalment(commitment, 1000, condition="agreement")
    (due,) = Disbursement.objects.all()
    actions.mark_ready(disbursement=due, by=world.accounting, reason="Entente signée")
    actions.pay(disbursements=[due], by=world.accounting, on=date(2025, 9, 1))
    actions.recover(disbursement=due, by=world.accounting, amount=100, reason="Trop versé")
    actions.release(commitment=commitment, by=world.coordination, reason="Fin")
    assert [row.amount for row in CommitmentMovement.objects.order_by("pk")] == [3000, -2100]
