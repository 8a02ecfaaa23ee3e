"""The universe built once through the actions, then given to each test as the same rows in a few milliseconds."""

from copy import deepcopy

from django.apps import apps
from django.db import connection, transaction

from tests import world as universe

OURS = ("accounts", "territories", "initiatives", "funding")


class KeptWorld:
    def __init__(self):
        self._rows, self._world = {}, None

    def build(self):
        """Build the universe in a transaction that leaves nothing behind but a copy of its rows."""
        with transaction.atomic():
            self._world = universe.build()
            for table in self._tables():
                with connection.cursor() as cursor:
                    cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our tables
                    columns = [column[0] for column in cursor.description]
                    self._rows[table] = (columns, cursor.fetchall())
            transaction.set_rollback(True)

    def give(self):
        """Put the rows back in the present test's database and return the universe."""
        with connection.cursor() as cursor:
            for table, (columns, rows) in self._rows.items():
                if rows:
                    names = ", ".join(f'"{column}"' for column in columns)
                    marks = ", ".join(["%s"] * len(columns))
                    cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)  # noqa: S608
        return deepcopy(self._world)

    @staticmethod
    def _tables():
        models = apps.get_models(include_auto_created=True)
        return [model._meta.db_table for model in models if model._meta.app_label in OURS]
