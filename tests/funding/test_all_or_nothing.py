"""Each verb of the money is whole or nothing: whatever write fails, the database stays as it was."""

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction

from funding import actions
from funding.choices import Condition
from funding.models import Contribution
from funding.rules import Instalment
from initiatives.choices import State

D = Decimal
OURS = ("funding", "initiatives", "territories")
SAID = {"reason": "Décision", "resolution": "CA-12"}
PLAN = [
    Instalment(D(700), date(2025, 5, 1), Condition.DATE),
    Instalment(D(300), date(2026, 3, 1), Condition.FINAL_REPORT),
]


class BrokenWriteError(Exception):
    pass


@contextmanager
def failing_write(rank):
    """Break the write of that rank (1 is the first); yield the list of the writes seen."""
    seen = []

    def wrapper(execute, sql, params, many, context):
        if sql.lstrip().split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE"):
            seen.append(sql)
            if len(seen) == rank:
                raise BrokenWriteError(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield seen


def everything():
    """Return every row of our tables."""
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS
    ]
    assert len(tables) > 30
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - names of our tables
            rows[table] = cursor.fetchall()
    return rows


def verbs(world):
    """Return each verb ready to be called, with the writes that it makes at least."""
    initiative = world.initiative(State.IN_PROGRESS, award="1000")
    other = world.initiative(State.APPROVED, award="500")
    fresh = world.initiative(State.APPROVED)
    by, mitis, temis = world.coordination, world.lines["la-mitis"], world.lines["temiscouata"]
    commitment = initiative.commitments.get()
    first, last = actions.schedule(commitment=commitment, by=by, instalments=PLAN)
    paid, _last = actions.schedule(
        commitment=other.commitments.get(),
        by=by,
        instalments=[one._replace(amount=D(250)) for one in PLAN],
    )
    actions.pay(disbursements=[paid], by=by)
    gift = Contribution(initiative=initiative, kind="cash", amount=D(5))
    asked = {"by": by, "amount": D(10), **SAID}
    return {
        "move_envelope": (lambda: actions.move_envelope(envelope=world.envelope, kind="amendment", **asked), 1),
        "move_allocation": (lambda: actions.move_allocation(allocation=mitis, kind="amendment", **asked), 1),
        "transfer": (lambda: actions.transfer(source=mitis, target=temis, **asked), 2),
        "award": (lambda: actions.award(initiative=fresh, allocation=mitis, **asked), 4),
        "amend": (lambda: actions.amend(initiative=initiative, allocation=mitis, **asked), 1),
        "release": (lambda: actions.release(commitment=commitment, by=by, **SAID), 3),
        "cancel_initiative": (
            lambda: actions.cancel_initiative(initiative=initiative, by=by, note="Départ"), 6,
        ),
        "schedule": (lambda: actions.schedule(commitment=fresh_promise(world, fresh), by=by, instalments=PLAN), 6),
        "mark_ready": (lambda: actions.mark_ready(disbursement=last, by=by, **SAID), 1),
        "pay": (lambda: actions.pay(disbursements=[first], by=by), 1),
        "cancel_instalment": (lambda: actions.cancel_instalment(disbursement=last, by=by, **SAID), 1),
        "recover": (lambda: actions.recover(disbursement=paid, **asked), 1),
        "record_contribution": (lambda: actions.record_contribution(contribution=gift, by=by), 2),
        "close_year": (lambda: actions.close_year(year=world.years["2024-2025"], by=by), 3),
    }  # fmt: skip


def fresh_promise(world, initiative):
    world.award(initiative, "1000")
    return initiative.commitments.get()


NAMES = (
    "move_envelope", "move_allocation", "transfer", "award", "amend", "release", "cancel_initiative", "schedule",
    "mark_ready", "pay", "cancel_instalment", "recover", "record_contribution", "close_year",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@time_machine.travel("2025-11-22 12:00")
def test_verb_leaves_nothing_when_any_of_its_writes_fails(world, name):
    verb, at_least = verbs(world)[name]
    before, rank = everything(), 0
    while True:
        rank += 1
        try:
            with transaction.atomic(), failing_write(rank) as seen:
                verb()
        except BrokenWriteError:
            assert everything() == before
            continue
        break
    assert len(seen) == rank - 1 >= at_least
    assert everything() != before


def test_every_verb_is_broken(world):
    untried = {
        "adjust_allocation",
        "adjust_commitment",
        "carry_over",
        "may_close",
        "record_check",
        "refuse_new_links",
        "refuse_year",
    }
    assert set(NAMES) | untried == set(actions.__all__)
