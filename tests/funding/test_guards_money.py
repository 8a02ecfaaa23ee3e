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
from funding import guards
from funding.choices import Line
from funding.models import Allocation, Commitment
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


def report(world, commitment, kind, *, approved=True, due_on=date(2025, 5, 1)):
    """Write a report of the initiative of a promise, approved or only received; the final one was expected."""
    if kind == "final":
        expected = f'DELETE FROM "{TABLES["report"]}" WHERE kind = %s AND initiative_id = %s'
        raw.execute(expected, kind, commitment.initiative_id)
    raw.insert(
        "report", initiative_id=commitment.initiative_id, kind=kind, due_on=due_on, received_on=due_on, results="",
        approved_at=NOW if approved else None, approved_by_id=world.coordination.pk if approved else None,
        story="", story_consent=False, is_demo=False, **raw.SILENT,
    )  # fmt: skip


def unmet(world, condition, **values):
    """Return the payment of an instalment whose condition is not met."""
    return on_instalment(world, raw.instalment(promise(world), 400, condition=condition, **values), 400)


def unapproved(world, condition):
    """The other report is approved, this one is only received."""
    commitment = promise(world)
    report(world, commitment, condition, approved=False)
    report(world, commitment, "final" if condition == "progress" else "progress")
    return on_instalment(world, raw.instalment(commitment, 400, condition=condition), 400)


def second_progress(world):
    """One approved progress report releases one instalment, not the next."""
    commitment = promise(world)
    report(world, commitment, "progress")
    last = raw.instalment(commitment, 100, rank=1, condition="progress", due_on=date(2025, 5, 2))
    first = raw.instalment(commitment, 400, rank=2, condition="progress")
    raw.instalment(commitment, 500, rank=3, condition="final")
    on_instalment(world, last, 100)()
    return on_instalment(world, first, 400)


def never_final(world, *, cancelled=0):
    """Two instalments and no final one: nothing of it is paid."""
    commitment = promise(world)
    first = raw.instalment(commitment, 400)
    raw.instalment(commitment, 300, rank=2)
    if cancelled:
        final = raw.instalment(commitment, 300, rank=3, condition="final")
        on_instalment(world, final, -300, kind="cancelled")()
        put(RULES["instalment", "INSERT", 4][0], rules=())
        raw.instalment(commitment, 300, rank=4)
    return on_instalment(world, first, 400)


def whole_without_final(world):
    commitment = promise(world)
    raw.instalment(commitment, 300, condition="final", due_on=date(2025, 5, 1))
    return partial(raw.instalment, commitment, 700, rank=2)


def contribution(world, label="2025-2026", **values):
    """Return what writes a contribution of that year; without one, it counts in the only year of its initiative."""
    gift = {
        "initiative_id": world.initiative().pk,
        "fiscal_year_id": world.years[label].pk if label else None,
        "kind": "cash",
        "amount": 10,
        "is_public": False,
        "is_confirmed": True,
        "note": "",
        "is_demo": False,
    }
    return partial(raw.insert, "contribution", **(gift | values))


def update(table, column, value, row):
    return partial(raw.execute, f'UPDATE "{TABLES[table]}" SET {column} = %s WHERE id = %s', value, row)


def change_contribution(world, closed):
    """Move a gift to the year before or out of it, once one of the two is closed."""
    row = contribution(world)()
    year = close(world, closed)
    other = world.years["2024-2025" if closed == "2025-2026" else closed]
    assert year.closed_at
    return update("contribution", "fiscal_year_id", other.pk, row)


def change_amount(world):
    """Change what counts in a closed year without naming it."""
    row = contribution(world, None)()
    close(world)
    return update("contribution", "amount", 11, row)


def delete_contribution(world, label="2025-2026"):
    row = contribution(world, label)()
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
    ("instalment", "INSERT", 4): [
        lambda w: partial(raw.instalment, promise(w), 1000),
        whole_without_final,
    ],
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
    ("instalment_move", "INSERT", 6): [
        lambda w: unmet(w, "date", due_on=date(2025, 6, 2)),
        lambda w: unmet(w, "agreement"),
        lambda w: unmet(w, "progress"),
        lambda w: unmet(w, "final"),
        lambda w: unapproved(w, "progress"),
        lambda w: unapproved(w, "final"),
        second_progress,
    ],
    ("instalment_move", "INSERT", 7): [never_final, partial(never_final, cancelled=1)],
    ("contribution", "INSERT", 0): [
        lambda w: in_closed_year(w, lambda: contribution(w)),
        lambda w: in_closed_year(w, lambda: contribution(w, None)),
    ],
    ("contribution", "UPDATE", 0): [
        lambda w: change_contribution(w, "2025-2026"),
        lambda w: change_contribution(w, "2024-2025"),
        change_amount,
    ],
    ("contribution", "DELETE", 0): [delete_contribution, partial(delete_contribution, label=None)],
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
    ("source", "UPDATE", 0): [
        lambda w: update("source", "is_fqis", False, w.source.pk),
        lambda w: update("source", "is_fqis", True, w.other_source.pk),
    ],
    ("envelope", "UPDATE", 0): [lambda w: update("envelope", "source_id", w.other_source.pk, w.envelope.pk)],
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
    assert (len(RULES), len(EACH)) == (41, 70)


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
