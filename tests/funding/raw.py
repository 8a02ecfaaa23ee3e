"""Rows written with plain SQL, as whoever opens the database without the application would write them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils import timezone

from funding.sql import TABLES


def execute(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, [_plain(value) for value in values])


# What a report says when it says nothing: the columns that are never null.
SILENT = {"version": 1} | dict.fromkeys(
    ("gaps", "effects", "sustainability", "visibility", "participation", "returned_note"), ""
)


def insert(table, **values):
    """Insert one row in the table of that name (`funding/sql.py`) and return its id."""
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{TABLES[table]}" ({names}) VALUES ({marks}) RETURNING id',  # noqa: S608 - our own tables
            [_plain(value) for value in values.values()],
        )
        return cursor.fetchone()[0]


def movement(table, by, **values):
    """Insert a movement: `by` a person, and what is particular to it."""
    plain = {
        "on": date(2025, 6, 1),
        "reason": "SQL",
        "resolution": "",
        "by_id": by.pk,
        "created_at": timezone.now(),
        "is_demo": False,
    }
    if table == "instalment_move":
        plain["reference"] = ""
    return insert(table, **(plain | values))


def instalment(commitment, amount, *, rank=1, **values):
    plain = {"due_on": date(2025, 6, 1), "condition": "date", "is_demo": False}
    return insert("instalment", commitment_id=commitment.pk, rank=rank, amount=amount, **(plain | values))


def _plain(value):
    if isinstance(value, UUID):
        return value.hex if connection.vendor == "sqlite" else value
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return str(value) if isinstance(value, Decimal) else value
