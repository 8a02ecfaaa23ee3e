"""The books checked from outside: one SQL query per rule, independent of `ledger.py` and of the ORM's sums.

Each query returns the rows that break its rule; a column whose name ends in `_cents` is shown in dollars. The guards of
the database refuse most of this beforehand: the checks tell what was written while a guard was away, and what no
guard sees (a state changed afterwards, a year closed with other sums). Source: quality.md §5, I1 to I16.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import connections

from alliance.lib.money import format_amount
from funding.audit_rules import QUERIES
from funding.sql import TABLES, sql

_SHOWN = 20  # rows named for one rule


@dataclass(frozen=True)
class Rule:
    """`name`: what must hold; `query`: SQL of the rows that break it; `sentence`: how one of them is told."""

    code: str
    name: str
    query: str
    sentence: str

    def broken(self, using: str = "default") -> list[str]:
        """Return a sentence for each row that breaks the rule, the first ones named, the rest counted."""
        with connections[using].cursor() as cursor:
            cursor.execute(self.query)
            columns = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
        said = [
            self.sentence.format(
                **{name: _shown(name, value) for name, value in zip(columns, row, strict=True)}
            )
            for row in rows[:_SHOWN]
        ]
        more = len(rows) - _SHOWN
        return [*said, f"{self.name} : {more} autres."] if more > 0 else said


RULES = tuple(Rule(code, name, sql(query), sentence) for code, name, query, sentence in QUERIES)


def run(using: str = "default") -> Iterator[tuple[Rule, list[str]]]:
    """Yield each rule with the sentences of what breaks it."""
    _count_rows(using)
    for rule in RULES:
        yield rule, rule.broken(using)


def failures(using: str = "default") -> list[str]:
    """Return every sentence of what does not hold; none when the books are sound."""
    return [sentence for _rule, sentences in run(using) for sentence in sentences]


def _count_rows(using: str) -> None:
    """Let PostgreSQL see how many rows there are: just after a load, it plans for none and a rule takes minutes."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "ANALYZE " + ", ".join(connection.ops.quote_name(name) for name in TABLES.values())
            )


def _shown(name: str, value: object) -> str:
    if name.endswith("_cents"):
        return format_amount(Decimal(str(value)) / 100)
    return str(value)
