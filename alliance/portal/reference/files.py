"""Read the reference tables of `fixtures/` (format and sources: fixtures/LISEZMOI.md)."""

import csv
from datetime import date
from uuid import UUID, uuid5

from django.conf import settings

Row = dict[str, str]
_NAMESPACE = UUID("7b0d1c39-54a1-4c5e-9a0e-2f5d3c8e6a11")  # ours alone; only makes keys stable between runs


def rows(name: str) -> list[Row]:
    """Return the rows of `fixtures/<name>.csv`, in order; an empty cell is an empty text."""
    with (settings.BASE_DIR / "fixtures" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def token(*parts: str) -> UUID:
    """Return the key of a reference row: a second run finds by it what the first one wrote, renamed or not."""
    return uuid5(_NAMESPACE, "/".join(parts))


def number(text: str) -> int | None:
    return int(text) if text else None


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def words(text: str) -> list[str]:
    """Return the values of a cell that holds several, separated by `|`."""
    return [word for word in text.split("|") if word]
