"""Rows built once through the actions, then given to each test as the same rows in a few milliseconds."""

import re
from copy import deepcopy
from functools import cache

import time_machine
from django.apps import apps
from django.db import connection, models, transaction

OURS = ("accounts", "territories", "initiatives", "funding", "portal")
_COUNTER = "portal_dataversion"  # grows with what is given back: not a row to give


class KeptRows:
    def __init__(self, build, above=None):
        """Call `build` in a transaction that leaves nothing behind but a copy of its rows, and what it returned.

        With `above`, `build` receives what those kept rows give, and only the rows that it adds to them are kept.
        """
        self._rows = {}
        with transaction.atomic():
            given = [above.give()] if above else []
            before = {table: self._read(table)[1] for table in self._tables()}
            self._built = build(*given)
            for table, old in before.items():
                columns, rows = self._read(table)
                if not old.keys() <= rows.keys():
                    raise AssertionError(f"{table}: a row of the world below was erased, which is not kept")
                added = [self._writable(row) for key, row in rows.items() if key not in old]
                changed = [
                    (*self._writable(row), key)
                    for key, row in rows.items()
                    if key in old and repr(old[key]) != repr(row)
                ]
                self._rows[table] = (columns, added, changed)
            transaction.set_rollback(True)

    @classmethod
    def _read(cls, table):
        """Return the names of the columns, and the rows by key."""
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our tables
            columns = [column[0] for column in cursor.description]
            key = columns.index(cls._tables()[table])
            return columns, {row[key]: row for row in cursor.fetchall()}

    def give(self):
        """Put the rows back in the present test's database and return a copy of what `build` returned."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, (columns, added, changed) in self._rows.items():
                if added:
                    names = ", ".join(f'"{column}"' for column in columns)
                    marks = ", ".join(["%s"] * len(columns))
                    cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', added)  # noqa: S608
                if changed:
                    values = ", ".join(f'"{column}" = %s' for column in columns)
                    key = self._tables()[table]
                    cursor.executemany(f'UPDATE "{table}" SET {values} WHERE "{key}" = %s', changed)  # noqa: S608
        return deepcopy(self._built)

    @staticmethod
    @cache
    def _tables():
        """Return the tables that are kept, each with its column of keys."""
        models = apps.get_models(include_auto_created=True)
        tables = {m._meta.db_table: m._meta.pk.column for m in models if m._meta.app_label in OURS}
        tables.pop(_COUNTER)
        return tables

    @staticmethod
    def _writable(row):
        """PostgreSQL reads JSON as dictionaries and lists, and wants it said when they are written back."""
        if connection.vendor != "postgresql":
            return row
        from psycopg.types.json import Jsonb  # noqa: PLC0415  # on PostgreSQL only

        return tuple(Jsonb(value) if isinstance(value, dict | list) else value for value in row)


class Shelf:
    """Initiatives already built through the actions in this process, given again as rows instead of built again.

    Only while a test wrote nothing of ours itself since its world stands, and time runs as it does. What it built
    before belongs to what an initiative is known by: a second one is given on top of the same first one.
    """

    def __init__(self, kept):
        self._kept = kept
        self._given = ()
        self.untouched = True

    def watch(self, execute, sql, params, many, context):
        """See what the test writes (an `execute_wrapper` of the connection)."""
        if _WRITES.match(sql) and not _NOT_OURS.search(sql):
            self.untouched = False
        return execute(sql, params, many, context)

    def give(self, build, *what):
        """Return what `build()` makes; `what` says all that it depends on besides the world."""
        if not self.untouched or time_machine.escape_hatch.is_travelling():
            return build()
        self._given = (*self._given, tuple(_plain(part) for part in what))
        if self._given not in self._kept:
            self._kept[self._given] = KeptRows(build)
        built = self._kept[self._given].give()
        self.untouched = True  # these writes are ours, not the test's
        return built


_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
_NOT_OURS = re.compile(
    '"(django_session|cache)"|UPDATE "accounts_user" SET "last_login"|INSERT INTO "accounts_historicaluser"'
)


def _plain(value):
    """Return a value as a part of a key."""
    if isinstance(value, models.Model):
        return (value._meta.label, value.pk)
    if isinstance(value, list | tuple):
        return tuple(_plain(part) for part in value)
    if isinstance(value, dict):
        return tuple(sorted((name, _plain(part)) for name, part in value.items()))
    return (type(value).__name__, str(value))
