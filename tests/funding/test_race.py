"""Many people at the same instant: no line is exceeded, nobody waits in a circle, nothing is paid twice.

The trials of `benchmarks/race.py` run in processes, on a file as in production for SQLite; each has its negative
control, which must fail, or the race proves nothing. What follows them runs in threads, on PostgreSQL.
"""

import json
import sqlite3
import subprocess
import sys
import threading
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from alliance.lib.workflow import Refusal
from benchmarks.race import WAYS, WRITERS
from funding import actions, audit, ledger
from funding.choices import DisbursementMove
from funding.models import Allocation, Commitment, CommitmentMovement, Contribution, DisbursementMovement
from funding.rules import Instalment
from initiatives.choices import Scope, State
from tests import world as universe

ROUNDS = 4
TRIALS = 4
D = Decimal

in_threads = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="the tests' SQLite lives in one connection"
)
pytestmark = pytest.mark.django_db(transaction=True)


def address(folder) -> str:
    """Return the address of the tests' database for other processes: a copy in a file for SQLite."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        path = folder / "race.sqlite3"
        copy = sqlite3.connect(path)
        connection.ensure_connection()
        connection.connection.backup(copy)
        copy.close()
        return f"sqlite:///{path}"
    user = f"{database['USER']}:{quote(database['PASSWORD'], safe='')}".removesuffix(":")
    host, port = database["HOST"] or database["OPTIONS"].get("host", ""), database["PORT"]
    if host.startswith("/"):
        return f"postgres://{user}@/{database['NAME']}?host={host}"
    return f"postgres://{user}@{host}{f':{port}' if port else ''}/{database['NAME']}"


def test_processes_never_exceed_a_line_and_the_controls_do(tmp_path):
    command = [sys.executable, "-m", "benchmarks.race", "--json", f"--trials={TRIALS}"]
    command += [f"--engine={connection.vendor}", f"--url={address(tmp_path)}"]
    ran = subprocess.run(command, cwd=Path(settings.BASE_DIR), capture_output=True, text=True, timeout=300)  # noqa: S603
    assert (ran.returncode, ran.stderr) == (0, "")
    results, ways = json.loads(ran.stdout), WAYS[connection.vendor]
    assert [row["name"] for row in results] == [way.name for way in ways]
    for way, row in zip(ways, results, strict=True):
        assert row["other"] == []
        assert row["accepted"] + row["refused"] + row["locked"] == TRIALS * WRITERS
        if way.guarded and way.immediate:
            assert (row["accepted"], row["overruns"], row["locked"]) == (3 * TRIALS, 0, 0)
        elif way.immediate:
            assert row["overruns"] > 0
        else:
            assert row["locked"] > 0


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


@in_threads
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
                amount=D(1),
                reason="Ajout",
            )
            for line in lines
        ]
        cancel = partial(
            actions.cancel_initiative, initiative=initiative, by=world.coordination, note="Départ"
        )
        gift = Contribution(initiative=initiative, kind="cash", amount=D(5))
        record = partial(actions.record_contribution, contribution=gift, by=world.accounting)
        assert at_once(cancel, *changes, record) == []
        initiative.refresh_from_db()
        assert initiative.state == State.CANCELLED
        assert ledger.awards_of(initiative) == []
    assert audit.failures() == []


@in_threads
def test_transfers_that_cross_never_deadlock():
    world = universe.build()
    lines = [world.lines["la-mitis"], world.lines["temiscouata"]]

    def transfer(source, target):
        details = {"amount": D(100), "reason": "Besoin", "resolution": "2025-01"}
        actions.transfer(source=source, target=target, by=world.coordination, **details)

    for _round in range(ROUNDS):
        there, back = partial(transfer, *lines), partial(transfer, *reversed(lines))
        assert at_once(there, back, there, back) == []
    held = [ledger.allocation_amount(Allocation.objects.get(pk=line.pk)) for line in lines]
    assert held == [D(30000), D(20000)]
    assert audit.failures() == []


@in_threads
def test_same_instalment_is_planned_paid_and_recovered_once():
    world = universe.build()
    plan = [Instalment(D(100), date(2025, 9, 1), "date")]
    for _round in range(ROUNDS):
        commitment: Commitment = world.initiative(State.APPROVED, award="110").commitments.get()
        schedule = partial(actions.schedule, commitment=commitment, by=world.accounting, instalments=plan)
        assert at_once(*[schedule] * 4) == []
        (due,) = commitment.disbursements.all()
        pay = partial(actions.pay, disbursements=[due], by=world.accounting)
        assert at_once(*[pay] * WRITERS) == []
        recover = partial(
            actions.recover, disbursement=due, by=world.accounting, amount=D(60), reason="Trop versé"
        )
        assert at_once(*[recover] * 4) == []
        moves = DisbursementMovement.objects.filter(disbursement=due).order_by("pk")
        assert [row.kind for row in moves] == [DisbursementMove.PAID, DisbursementMove.RECOVERED]
    assert audit.failures() == []


@in_threads
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
    assert audit.failures() == []
