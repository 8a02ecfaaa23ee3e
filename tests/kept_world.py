"""Rows built once through the actions, then given to each test as the same rows in a few milliseconds."""

import re
from copy import deepcopy

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
            before = {table: {repr(row) for row in self._read(table)[1]} for table in self._tables()}
            self._built = build(*given)
            for table in self._tables():
                columns, rows = self._read(table)
                added = [row for row in rows if repr(row) not in before[table]]
                if len(rows) - len(added) != len(before[table]):
                    raise AssertionError(f"{table}: a row of the world below was changed, which is not kept")
                self._rows[table] = (columns, [self._writable(row) for row in added])
            transaction.set_rollback(True)

    @staticmethod
    def _read(table):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our tables
            return [column[0] for column in cursor.description], cursor.fetchall()

    def give(self):
        """Put the rows back in the present test's database and return a copy of what `build` returned."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, (columns, rows) in self._rows.items():
                if rows:
                    names = ", ".join(f'"{column}"' for column in columns)
                    marks = ", ".join(["%s"] * len(columns))
                    cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)  # noqa: S608
        return deepcopy(self._built)

    @staticmethod
    def _tables():
        models = apps.get_models(include_auto_created=True)
        tables = [model._meta.db_table for model in models if model._meta.app_label in OURS]
        return [table for table in tables if table != _COUNTER]

    @staticmethod
    def _writable(row):
        """PostgreSQL reads JSON as dictionaries and lists, and wants it said when they are written back."""
        if connection.vendor != "postgresql":
            return row
        from psycopg.types.json import Jsonb  # noqa: PLC0415  # on PostgreSQL only

        return tuple(Jsonb(value) if isinstance(value, dict | list) else value for value in row)


class Shelf:
    """Initiatives already built through the actions in this process, given again as rows instead of built again.

    Only the first one of a test, while nothing of ours was written since its world stands and time runs as it does.
    """

    def __init__(self, kept):
        self._kept = kept
        self.untouched = True

    def watch(self, execute, sql, params, many, context):
        """See what the test writes (an `execute_wrapper` of the connection)."""
        if _WRITES.match(sql) and not _NOT_OURS.search(sql):
            self.untouched = False
        return execute(sql, params, many, context)

    def give(self, build, *what):
        """Return what `build()` makes; `what` says all that it depends on besides the world."""
        if not self.untouched or time_machine.coordinates_stack:
            return build()
        key = tuple(_plain(part) for part in what)
        if key not in self._kept:
            self._kept[key] = KeptRows(build)
        return self._kept[key].give()


_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
_NOT_OURS = re.compile('"(django_session|cache)"')


def _plain(value):
    """Return a value as a part of a key."""
    if isinstance(value, models.Model):
        return (value._meta.label, value.pk)
    if isinstance(value, list | tuple):
        return tuple(_plain(part) for part in value)
    if isinstance(value, dict):
        return tuple(sorted((name, _plain(part)) for name, part in value.items()))
    return (type(value).__name__, str(value))
