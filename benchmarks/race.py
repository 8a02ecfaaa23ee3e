"""Eight processes award money of the same line at the same instant, with and without what guards it.

Usage: python -m benchmarks.race --engine sqlite|postgresql [--trials 1000] (called by `bin/race` for both), or
--url ADDRESS for a database of trials (--migrate when it is empty): never a real one, its money is invented. Each trial has a fresh line of 30 000 $, and each process asks for
10 000 $: three fit. A line that promises more than it holds is an overrun. The rows « sans … » are the negative
controls: without locks and guards PostgreSQL must overrun, without IMMEDIATE transactions SQLite must refuse people.
"""

import argparse
import json
import multiprocessing
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import django

FORK = multiprocessing.get_context("fork")
WRITERS, AMOUNT, HELD = 8, 10_000, 30_000
THOUGHT = 0.003  # seconds between reading a sum and writing, where nothing is locked


@dataclass(frozen=True)
class Way:
    """One way to write: its name, how one process asks, and whether the database's guards stand."""

    name: str
    ask: str
    guarded: bool = True
    locks: bool = True
    immediate: bool = True


WAYS = {
    "postgresql": [
        Way("actions, verrous et gardes", "action"),
        Way("SQL direct, gardes seules", "blind"),
        Way("lire, comparer, insérer : gardes seules", "naive"),
        Way("actions sans verrou, gardes seules", "action", locks=False),
        Way("actions sans verrou ni garde (témoin)", "action", guarded=False, locks=False),
        Way("lire, comparer, insérer : sans garde (témoin)", "naive", guarded=False),
    ],
    "sqlite": [
        Way("actions, transactions IMMEDIATE et gardes", "action"),
        Way("SQL direct, gardes seules", "blind"),
        Way("lire, comparer, insérer : gardes seules", "naive"),
        Way("lire, comparer, insérer : sans garde (témoin)", "naive", guarded=False),
        Way("actions, transactions différées (témoin)", "action", immediate=False),
    ],
}


@dataclass
class Result:
    name: str
    trials: int
    accepted: int
    refused: int
    locked: int
    overruns: int
    seconds: float
    other: list


def in_a_process(work, *arguments):
    """Run `work` in a process of its own (a connection never crosses a fork) and return what it gives."""
    receiver, sender = FORK.Pipe(duplex=False)

    def run():
        try:
            sender.send((True, work(*arguments)))
        except Exception as failure:
            sender.send((False, repr(failure)))

    process = FORK.Process(target=run)
    process.start()
    sender.close()
    try:
        fine, value = receiver.recv()
    except EOFError:
        fine, value = False, "the process ended without a word"
    process.join()
    if not fine:
        sys.exit(f"{work.__name__}: {value}")
    return value


def build():
    """Build the small universe of the tests with eight retained initiatives; return what every trial needs."""
    from initiatives.choices import State  # noqa: PLC0415 - after Django is set up
    from tests import world as universe  # noqa: PLC0415

    world = universe.build()
    return {
        "by": world.coordination.pk,
        "source": world.source.pk,
        "period": world.period.pk,
        "year": world.years["2025-2026"].pk,
        "initiatives": [world.initiative(State.APPROVED).pk for _writer in range(WRITERS)],
    }


def prepare(facts, way, count, run):
    """Write a fresh line for each trial, in bulk; return (line, the promise of each process) for each."""
    from alliance.portal import guards  # noqa: PLC0415
    from funding import models  # noqa: PLC0415

    guards.install_money()
    dates = {"starts_on": "2025-04-01", "ends_on": "2029-03-31"}
    keys = {"source_id": facts["source"], "period_id": facts["period"]}
    envelopes = models.Envelope.objects.bulk_create(
        [models.Envelope(name=f"Course {run}-{rank}", **dates, **keys) for rank in range(count)]
    )
    said = {"kind": "initial", "on": "2025-04-01", "reason": "Course", "by_id": facts["by"], "amount": HELD}
    models.EnvelopeMovement.objects.bulk_create(
        [models.EnvelopeMovement(envelope=row, **said) for row in envelopes]
    )
    lines = models.Allocation.objects.bulk_create(
        [models.Allocation(envelope=row, fiscal_year_id=facts["year"], line="regional") for row in envelopes]
    )
    models.AllocationMovement.objects.bulk_create(
        [models.AllocationMovement(allocation=row, **said) for row in lines]
    )
    promises = []
    if way.ask != "action":
        promises = models.Commitment.objects.bulk_create(
            [
                models.Commitment(allocation=line, initiative_id=initiative)
                for line in lines
                for initiative in facts["initiatives"]
            ]
        )
    if not way.guarded:
        guards.lift_money()
    ids = [row.pk for row in promises]
    return [(line.pk, ids[rank * WRITERS : (rank + 1) * WRITERS]) for rank, line in enumerate(lines)]


def overruns(lines):
    """Return how many lines promise more than they hold, by SQL of our own."""
    from django.db import connection  # noqa: PLC0415

    from alliance.portal import guards  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.allocation_id, SUM(m.amount) FROM funding_commitmentmovement m"
            " JOIN funding_commitment p ON p.id = m.commitment_id GROUP BY p.allocation_id"
        )
        promised = dict(cursor.fetchall())
    guards.install_money()
    return sum(promised.get(line, 0) > HELD for line, _promises in lines)


def by_action(facts, rank, line, _promise):
    from alliance.accounts.models import User  # noqa: PLC0415
    from funding import actions  # noqa: PLC0415
    from funding.models import Allocation  # noqa: PLC0415
    from initiatives.models import Initiative  # noqa: PLC0415

    by = User.objects.get(pk=facts["by"])
    allocation = Allocation.objects.get(pk=line)
    initiative = Initiative.objects.get(pk=facts["initiatives"][rank])
    return partial(
        actions.award, initiative=initiative, allocation=allocation, by=by, amount=AMOUNT, reason="Course"
    )


INSERT = (
    "INSERT INTO funding_commitmentmovement"
    ' (amount, "on", reason, resolution, by_id, created_at, is_demo, kind, commitment_id)'
    " VALUES (%s, '2025-06-01', 'Course', '', %s, '2025-06-01 12:00:00', %s, 'award', %s)"
)


def by_blind_sql(facts, _rank, _line, promise):
    from django.db import connection  # noqa: PLC0415

    def write():
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [AMOUNT, facts["by"], False, promise])

    return write


def by_naive_sql(facts, rank, line, promise):
    """Read the sum, compare, insert: what an application without a guard does."""
    from django.db import connection, transaction  # noqa: PLC0415

    from alliance.lib.workflow import Refusal  # noqa: PLC0415

    insert = by_blind_sql(facts, rank, line, promise)

    def write():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT COALESCE(SUM(m.amount), 0) FROM funding_commitmentmovement m"
                " JOIN funding_commitment p ON p.id = m.commitment_id WHERE p.allocation_id = %s",
                [line],
            )
            left = HELD - cursor.fetchone()[0]
        time.sleep(THOUGHT)
        if left < AMOUNT:
            raise Refusal("trop")
        insert()

    return transaction.atomic(write) if connection.vendor == "postgresql" else write


ASK = {"action": by_action, "blind": by_blind_sql, "naive": by_naive_sql}


def outcome(write):
    from django.db import IntegrityError, OperationalError  # noqa: PLC0415

    from alliance.lib.workflow import Refusal  # noqa: PLC0415

    try:
        write()
    except (Refusal, IntegrityError):
        return "refused"
    except OperationalError as failure:
        return "locked" if "locked" in str(failure) or "lock" in str(failure) else repr(failure)
    except Exception as failure:
        return repr(failure)
    return "accepted"


def ride(way, facts, rank, lines, barrier, queue):
    """One process: wait for the others, ask, remember; for every trial."""
    from django.db import connection  # noqa: PLC0415
    from django.db.models.query import QuerySet  # noqa: PLC0415

    if not way.locks:
        QuerySet.select_for_update = lambda self, **_options: self.all()
    if not way.immediate:
        connection.settings_dict["OPTIONS"] = connection.settings_dict["OPTIONS"] | {"transaction_mode": None}
    told = Counter()
    connection.ensure_connection()
    for line, promises in lines:
        write = ASK[way.ask](facts, rank, line, promises[rank] if promises else None)
        barrier.wait(60)
        told[outcome(write)] += 1
    queue.put(told)


def race(way, facts, count, run):
    """Run the trials of one way to write and return what happened."""
    lines = in_a_process(prepare, facts, way, count, run)
    barrier, queue = FORK.Barrier(WRITERS), FORK.SimpleQueue()
    riders = [
        FORK.Process(target=ride, args=(way, facts, rank, lines, barrier, queue), daemon=True)
        for rank in range(WRITERS)
    ]
    begun = time.monotonic()
    for rider in riders:
        rider.start()
    for rider in riders:
        rider.join()
    seconds = time.monotonic() - begun
    told = Counter()
    while not queue.empty():
        told += queue.get()
    known = {name: told.pop(name, 0) for name in ("accepted", "refused", "locked")}
    if sum(known.values()) + sum(told.values()) != count * WRITERS:
        sys.exit(f"{way.name} : un processus s’est arrêté.")
    return Result(
        way.name,
        count,
        **known,
        overruns=in_a_process(overruns, lines),
        seconds=seconds,
        other=list(told.items()),
    )


def migrate():
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def start(url):
    """Set Django up on the database of that address."""
    os.environ |= {
        "DATABASE_URL": url,
        "DEMO": "1",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_hex(32),
        "DJANGO_SETTINGS_MODULE": "alliance.settings",
        "EMAIL_URL": "consolemail://",
    }
    django.setup()


def measure(ways, trials, tell):
    """Run every way to write, `tell` each result as soon as it is known, and return them."""
    facts, results = in_a_process(build), []
    for run, way in enumerate(ways):
        results.append(race(way, facts, trials, run))
        tell(results[-1])
    return results


def show_head(engine, trials):
    print(f"\n{engine}, {WRITERS} processus, {trials} essais de chaque sorte")
    print(
        f"{'façon d’écrire':<48}{'acceptés':>9}{'refusés':>9}{'verrouillés':>12}{'dépassements':>13}{'s':>7}"
    )


def show(row):
    counts = f"{row.accepted:>9}{row.refused:>9}{row.locked:>12}{row.overruns:>13}{row.seconds:>7.0f}"
    print(
        f"{row.name:<48}{counts}",
        *(f"    {count} × {what}" for what, count in row.other),
        sep="\n",
        flush=True,
    )


def verdict(ways, results):
    """Return what is not as it must be: an overrun behind a guard, a control that controls nothing."""
    wrong = []
    for way, row in zip(ways, results, strict=True):
        sound = way.guarded and way.immediate
        if row.other or (sound and (row.overruns or row.locked)):
            wrong.append(f"{row.name} : {row.overruns} dépassements, {row.locked} verrouillés, {row.other}")
        if sound and way.ask == "blind" and row.accepted != row.trials * HELD // AMOUNT:
            wrong.append(f"{row.name} : {row.accepted} acceptés")
        if not sound and not (row.overruns or row.locked):
            wrong.append(f"{row.name} : le témoin ne dépasse rien")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=list(WAYS), required=True)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--url", help="a database for the trials; without it, a file made and thrown away")
    parser.add_argument("--migrate", action="store_true", help="the database of --url is still empty")
    parser.add_argument(
        "--ask", choices=list(ASK), nargs="*", default=list(ASK), help="only these ways to write"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alliance-race-") as folder:
        start(options.url or f"sqlite:///{Path(folder) / 'race.sqlite3'}")
        if options.migrate or not options.url:
            in_a_process(migrate)
        if not options.json:
            show_head(options.engine, options.trials)
        ways = [way for way in WAYS[options.engine] if way.ask in options.ask]
        results = measure(ways, options.trials, (lambda _row: None) if options.json else show)
    if options.json:
        print(json.dumps([asdict(row) for row in results]))
    if wrong := verdict(ways, results):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
