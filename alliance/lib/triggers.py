"""SQL of the database's own guards, for SQLite and PostgreSQL, so that they hold whatever the door.

Four kinds: a table whose rows are only ever added, a table that is never emptied nor rewritten around its rows'
triggers, rules that a row must keep, and a counter that grows when a table changes. Names of tables and columns come from the models, never from a request.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


def append_only(table: str, *, vendor: str, refusal: str, is_demo: str = "OLD.is_demo") -> Iterator[str]:
    """Yield the statements that refuse UPDATE, and DELETE of a row that is not demonstration data.

    `is_demo`: SQL on OLD that says so, for a table whose rows take it from another.
    """
    message = refusal.replace("'", "''")
    if vendor == "sqlite":
        for event, when in (("UPDATE", ""), ("DELETE", f"WHEN NOT {is_demo} ")):
            name = f"{table}_no_{event.lower()}"
            yield f'DROP TRIGGER IF EXISTS "{name}"'
            yield f"""CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH ROW {when}
                BEGIN SELECT RAISE(ABORT, '{message}'); END"""
        return
    yield f"""CREATE OR REPLACE FUNCTION "{table}_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND {is_demo} THEN RETURN OLD; END IF;
            RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';
        END $$"""
    yield f"""CREATE OR REPLACE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE ON "{table}"
        FOR EACH ROW EXECUTE FUNCTION "{table}_append_only"()"""


def drop_append_only(table: str, *, vendor: str) -> Iterator[str]:
    """Yield the statements that remove what `append_only` made (tests empty tables with them)."""
    if vendor == "sqlite":
        yield f'DROP TRIGGER IF EXISTS "{table}_no_update"'
        yield f'DROP TRIGGER IF EXISTS "{table}_no_delete"'
    else:
        yield f'DROP TRIGGER IF EXISTS "{table}_append_only" ON "{table}"'


class Key(NamedTuple):
    """Columns that no two rows of a table share, among the rows that meet `condition` (SQL, its columns quoted)."""

    columns: tuple[str, ...]
    condition: str = ""


def seal(table: str, keys: Iterable[Key], *, vendor: str, refusal: str) -> Iterator[str]:
    """Yield the statements that refuse what no trigger on rows sees: REPLACE on SQLite, TRUNCATE on PostgreSQL.

    SQLite's REPLACE deletes the rows that share one of the unique `keys` without a word to the triggers of DELETE,
    unless the connection asked for it (`recursive_triggers`); PostgreSQL has no REPLACE and needs no keys.
    """
    message = refusal.replace("'", "''")
    if vendor == "sqlite":
        there = " OR ".join(f'EXISTS (SELECT 1 FROM "{table}" already WHERE {_same(key)})' for key in keys)
        yield f'DROP TRIGGER IF EXISTS "{table}_sealed"'
        yield f"""CREATE TRIGGER "{table}_sealed" BEFORE INSERT ON "{table}" FOR EACH ROW WHEN {there}
            BEGIN SELECT RAISE(ABORT, '{message}'); END"""
        return
    yield f"""CREATE OR REPLACE FUNCTION "{table}_sealed"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$"""
    yield f"""CREATE OR REPLACE TRIGGER "{table}_sealed" BEFORE TRUNCATE ON "{table}"
        FOR EACH STATEMENT EXECUTE FUNCTION "{table}_sealed"()"""


def _same(key: Key) -> str:
    """Return the SQL that says that the row `already` there has the same key as the new one."""
    same = [f'already."{column}" = NEW."{column}"' for column in key.columns]
    if key.condition:
        same += [re.sub(r'"(\w+)"', rf'{row}."\1"', key.condition) for row in ("already", "NEW")]
    return " AND ".join(same)


def unseal(table: str, *, vendor: str) -> Iterator[str]:
    """Yield the statement that removes what `seal` made."""
    on = "" if vendor == "sqlite" else f' ON "{table}"'
    yield f'DROP TRIGGER IF EXISTS "{table}_sealed"{on}'


@dataclass(frozen=True)
class Guard:
    """What a write to `table` must keep, looked at once the row is written.

    `rules`: (SQL condition that refuses, with `NEW.` and `OLD.`, and its French sentence), same text on both engines.
    `locks`: `SELECT … FOR UPDATE` that PostgreSQL runs first, in this order; SQLite has one writer at a time.
    """

    table: str
    event: str  # INSERT, UPDATE or DELETE
    rules: tuple[tuple[str, str], ...]
    locks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.table}_kept_{self.event.lower()}"


# A snapshot taken once for the whole transaction would hide what another one committed meanwhile, locks or not.
_FRESH = "Ce mouvement s’inscrit en isolation READ COMMITTED."


def keep(guard: Guard, *, vendor: str) -> Iterator[str]:
    """Yield the statements that make the database refuse what breaks a rule of `guard` (IntegrityError)."""
    rules = [(condition, message.replace("'", "''")) for condition, message in guard.rules]
    if vendor == "sqlite":
        body = " ".join(
            f"SELECT RAISE(ABORT, '{message}') WHERE {condition};" for condition, message in rules
        )
        yield f'DROP TRIGGER IF EXISTS "{guard.name}"'
        yield f"""CREATE TRIGGER "{guard.name}" AFTER {guard.event} ON "{guard.table}" FOR EACH ROW
            BEGIN {body} END"""
        return
    locks = "".join(f"PERFORM {lock.removeprefix('SELECT ')};" for lock in guard.locks)
    fresh = [("current_setting('transaction_isolation') <> 'read committed'", _FRESH)] if locks else []
    first, body = ("".join(_raise(*rule) for rule in part) for part in (fresh, rules))
    yield f"""CREATE OR REPLACE FUNCTION "{guard.name}"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {first} {locks} {body} RETURN NULL; END $$"""
    yield f"""CREATE OR REPLACE TRIGGER "{guard.name}" AFTER {guard.event} ON "{guard.table}"
        FOR EACH ROW EXECUTE FUNCTION "{guard.name}"()"""


def _raise(condition: str, message: str) -> str:
    raised = f"RAISE EXCEPTION USING MESSAGE = '{message}', ERRCODE = 'restrict_violation'"
    return f"IF {condition} THEN {raised}; END IF; "


def drop_keep(guard: Guard, *, vendor: str) -> Iterator[str]:
    """Yield the statement that removes what `keep` made."""
    on = "" if vendor == "sqlite" else f' ON "{guard.table}"'
    yield f'DROP TRIGGER IF EXISTS "{guard.name}"{on}'


def settle(*, vendor: str) -> Iterator[str]:
    """Yield what PostgreSQL wants before a trigger is removed inside a transaction: nothing left to check."""
    if vendor == "postgresql":
        yield "SET CONSTRAINTS ALL IMMEDIATE"
        yield "SET CONSTRAINTS ALL DEFERRED"


BUMP = "data_version_bump"  # one name on every table, so that one SET CONSTRAINTS names them all
_EVENTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def bump_function(counter: str, *, vendor: str) -> Iterator[str]:
    """Yield the PostgreSQL function that makes `counter` grow once per transaction, at its very end.

    At the end, because a counter taken earlier would make every writer wait for the first one's commit, and could
    cross another lock in a deadlock. `alliance.each_write` makes it grow at each write instead (tests).
    """
    if vendor == "sqlite":
        return
    yield f"""CREATE OR REPLACE FUNCTION "{BUMP}_grow"() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF coalesce(current_setting('alliance.bumped', true), '') = '1'
               AND coalesce(current_setting('alliance.each_write', true), '') <> 'on' THEN RETURN; END IF;
            INSERT INTO "{counter}" (id, number) VALUES (1, 1)
                ON CONFLICT (id) DO UPDATE SET number = "{counter}".number + 1;
            PERFORM set_config('alliance.bumped', '1', true);
        END $$"""


def bump(table: str, counter: str, *, vendor: str, public: str = "") -> Iterator[str]:
    """Yield the statements that make `counter` grow when `table` changes.

    `public` is an SQL condition on a row, written with `ROW.` before its columns; a write to other rows only (a draft
    and its links, saved every few seconds) leaves public pages as they are. It may look into other tables.
    """
    for event, rows in _EVENTS.items():
        shown = " OR ".join(f"({public.replace('ROW.', f'{row}.')})" for row in rows) if public else ""
        if vendor == "sqlite":
            yield from _sqlite_bump(table, counter, event, shown)
        else:
            yield from _postgresql_bump(table, event, shown)


def _sqlite_bump(table: str, counter: str, event: str, shown: str) -> Iterator[str]:
    name = f"{table}_{BUMP}_{event.lower()}"
    yield f'DROP TRIGGER IF EXISTS "{name}"'
    yield f"""CREATE TRIGGER "{name}" AFTER {event} ON "{table}" FOR EACH ROW {f"WHEN {shown}" if shown else ""}
        BEGIN
            INSERT INTO "{counter}" (id, number) VALUES (1, 1)
                ON CONFLICT (id) DO UPDATE SET number = number + 1;
        END"""


def _postgresql_bump(table: str, event: str, shown: str) -> Iterator[str]:
    """Yield a function of the table and event: a trigger's own WHEN cannot look into other tables."""
    name, function = f"{BUMP}_{event.lower()}", f"{table}_{event.lower()}_bump"
    yield f"""CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {shown or "true"} THEN PERFORM "{BUMP}_grow"(); END IF;
            RETURN NULL;
        END $$"""
    yield f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"'
    yield f"""CREATE CONSTRAINT TRIGGER "{name}" AFTER {event} ON "{table}"
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "{function}"()"""
