"""What changed in a file between two deposits, or since the last one: question by question, before and after.

Read from the copies kept of each deposit (`Snapshot`), which hold neither internal notes nor notes of the CRD.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from alliance.lib.dates import datetime_text, long_date
from alliance.lib.money import MoneyField, format_amount
from initiatives.choices import PartnerRole, State
from initiatives.content import copy_of
from initiatives.models import Answers, Initiative
from initiatives.sections import QUESTIONS

EMPTY = "(vide)"


@dataclass(frozen=True)
class Change:
    """One question whose answer differs; `before` and `after` are words."""

    code: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    title: str
    changes: tuple[Change, ...]


def comparisons(initiative: Initiative) -> list[Comparison]:
    """Return what changed since the last deposit, and between the last two once the file is deposited again."""
    copies = list(initiative.snapshots.order_by("-taken_at", "-pk")[:2])
    if not copies:
        return []
    last = copies[0]
    found = [
        Comparison(
            f"Changé depuis le dépôt du {datetime_text(last.taken_at)}",
            differences(last.content, copy_of(initiative)),
        )
    ]
    if len(copies) == 2 and initiative.state != State.CHANGES_REQUESTED:
        title = f"Changé entre le dépôt du {datetime_text(copies[1].taken_at)} et celui du {datetime_text(last.taken_at)}"
        found.append(Comparison(title, differences(copies[1].content, last.content)))
    return [each for each in found if each.changes]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the answers that differ, in the order of the form. What only one copy holds was not asked at the time."""
    both = [code for code in (*QUESTIONS, *after) if code in before and code in after]
    return tuple(
        Change(code, _label(code), _words(code, before[code]), _words(code, after[code]))
        for code in dict.fromkeys(both)
        if before[code] != after[code]
    )


def _label(code: str) -> str:
    if code in QUESTIONS:
        return QUESTIONS[code].label
    field = _field(code)
    name = str(field.verbose_name) if field is not None else code
    return name[:1].upper() + name[1:]


def _field(code: str) -> Any:
    for model in (Initiative, Answers):
        try:
            return model._meta.get_field(code)
        except FieldDoesNotExist:
            continue
    return None


def _words(code: str, value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_row(each) for each in value) or EMPTY
    if value in (None, "", "None"):
        return EMPTY
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    field = _field(code)
    if getattr(field, "choices", None):
        return str(dict(field.choices).get(value, value))
    if isinstance(field, models.DateField):
        return long_date(date.fromisoformat(str(value)))
    if isinstance(field, MoneyField):
        return format_amount(Decimal(str(value)))
    return str(value)


def _row(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return ", ".join(_parts(value))


def _parts(row: Mapping[str, Any]) -> Iterable[str]:
    for name, value in row.items():
        if value in (None, "", "None"):
            continue
        yield (
            PartnerRole(value).label.lower() if name == "role" and value in PartnerRole.values else str(value)
        )
