"""The movements of lines and envelopes that figures compare with what was announced: few rows, read at once."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from funding.choices import Line
from funding.models import AllocationMovement, EnvelopeMovement


class Moved(NamedTuple):
    """One dated change of a line, in dollars; `territory` is the address of its MRC ("" for the other lines)."""

    year: str
    line: str
    territory: str
    territory_order: int
    envelope: str
    source: str
    kind: str
    amount: Decimal
    on: date
    recorded_on: Any
    reason: str
    is_demo: bool

    @property
    def place(self) -> str:
        return self.territory or self.line


class Opened(NamedTuple):
    """One dated change of an envelope, in dollars."""

    envelope: str
    starts_on: date
    ends_on: date
    kind: str
    amount: Decimal
    on: date
    recorded_on: Any
    reason: str
    is_demo: bool


_MOVED = ("kind", "amount", "on", "created_at", "reason", "is_demo")
_RANK = {Line.TERRITORY: 0, Line.REGIONAL: 1, Line.ADMINISTRATION: 2}


def _of_fqis(rows: QuerySet, source: str) -> QuerySet:
    return rows.filter(**{f"{source}__is_fqis": True}).order_by("on", "pk")


def fqis_movements() -> list[Moved]:
    """Return every movement of the lines of FQIS envelopes: newest year first, MRCs west to east (one query)."""
    rows = _of_fqis(AllocationMovement.objects.all(), "allocation__envelope__source").values_list(
        "allocation__fiscal_year__label",
        "allocation__line",
        "allocation__territory__slug",
        "allocation__territory__order",
        "allocation__envelope__name",
        "allocation__envelope__source__short_name",
        *_MOVED,
    )
    moved = [Moved(row[0], row[1], row[2] or "", row[3] or 0, *row[4:]) for row in rows]
    by_line = sorted(moved, key=lambda one: (_RANK[Line(one.line)], one.territory_order))
    return sorted(by_line, key=lambda one: one.year, reverse=True)


def fqis_openings() -> list[Opened]:
    """Return every movement of FQIS envelopes (one query)."""
    rows = _of_fqis(EnvelopeMovement.objects.all(), "envelope__source").values_list(
        "envelope__name", "envelope__starts_on", "envelope__ends_on", *_MOVED
    )
    return [Opened(*row) for row in rows]
