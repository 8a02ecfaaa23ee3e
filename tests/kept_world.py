"""Rows built once through the actions, then given to each test as the same rows in a few milliseconds."""

from copy import deepcopy

from django.apps import apps
from django.db import connection, transaction

OURS = ("accounts", "territories", "initiatives", "funding")


class KeptRows:
    def __init__(self, build):
        """Call `build` in a transaction that leaves nothing behind but a copy of its rows, and what it returned."""
        self._rows = {}
        with transaction.atomic():
            self._built = build()
            for table in self._tables():
                with connection.cursor() as cursor:
                    cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our tables
                    columns = [column[0] for column in cursor.description]
                    self._rows[table] = (columns, [self._writable(row) for row in cursor.fetchall()])
            transaction.set_rollback(True)

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
        return [model._meta.db_table for model in models if model._meta.app_label in OURS]

    @staticmethod
    def _writable(row):
        """PostgreSQL reads JSON as dictionaries and lists, and wants it said when they are written back."""
        if connection.vendor != "postgresql":
            return row
        from psycopg.types.json import Jsonb  # noqa: PLC0415  # on PostgreSQL only

        return tuple(Jsonb(value) if isinstance(value, dict | list) else value for value in row)
