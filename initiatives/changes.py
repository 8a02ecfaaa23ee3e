"""What changed in a file between two deposits, or since the last one: question by question, before and after.

Read from the copies kept of each deposit (`Snapshot`), which hold neither internal notes nor notes of the CRD.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from alliance.lib.dates import datetime_text, long_date
from alliance.lib.money import MoneyField, format_amount
from alliance.lib.templatetags.francais import nombre
from alliance.lib.text import lower_first
from initiatives.choices import BudgetNature, BudgetOrigin, BudgetSide, DocumentKind, PartnerRole, State
from initiatives.content import COLUMNS, copy_of
from initiatives.models import Answers, Initiative
from initiatives.sections import ANSWERS, QUESTIONS

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
    old, new = _by_question(before), _by_question(after)
    both = dict.fromkeys(code for code in (*QUESTIONS, *new) if code in old and code in new)
    told = ((code, _words(code, old[code]), _words(code, new[code])) for code in both)
    return tuple(Change(code, _label(code), was, now) for code, was, now in told if was != now)


def is_corrected(initiative: Initiative) -> bool:
    """Say whether every answer that the CRD asks to correct differs from the last deposit; False when none is named."""
    if initiative.state != State.CHANGES_REQUESTED:
        return False
    asked = set(initiative.corrections.filter(answered_at=None).values_list("field", flat=True))
    last = initiative.snapshots.order_by("-taken_at", "-pk").first() if asked else None
    if last is None:
        return False
    return asked <= {change.code for change in differences(last.content, copy_of(initiative))}


def said(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a copy of a deposit as (label, words), in the order of the form; what an old copy lacks is not told."""
    told = _by_question(content)
    order = dict.fromkeys(code for code in (*QUESTIONS, *told) if code in told)
    return [(_label(code), _words(code, told[code])) for code in order]


def _by_question(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the copy with one entry by question: private answers and both sides of the budget stand by themselves."""
    flat = {name: value for name, value in content.items() if name not in _NESTED}
    if "answers" in content:
        flat |= {name: content["answers"].get(name, "") for name in ANSWERS}
    if "budget" in content:
        for side, code in ((BudgetSide.EXPENSE, "expenses"), (BudgetSide.SOURCE, "sources")):
            rows = [row for row in content["budget"] if row["side"] == side]
            flat[code] = [{name: row[name] for name in row if name != "side"} for row in rows]
    return flat


def _label(code: str) -> str:
    if code in QUESTIONS:
        return QUESTIONS[code].label
    field = _field(code)
    name = str(getattr(field, "verbose_name", code))
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
    if value in (None, "", "None") or value is False:
        return EMPTY
    if value is True:
        return "Oui"
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
    # PostgreSQL does not keep the order in which the columns of a row were written.
    named = sorted(
        value.items(), key=lambda item: COLUMNS.index(item[0]) if item[0] in COLUMNS else len(COLUMNS)
    )
    parts = (_part(name, part) for name, part in named if part not in (None, "", "None"))
    return ", ".join(part for part in parts if part)


def _part(name: str, value: Any) -> str:
    """Return one column of a row in words; the mark of a document is not for people."""
    if name in _CHOICES:
        label = str(dict(_CHOICES[name].choices).get(value, value))
        return lower_first(label)
    if name in _WRITERS:
        return _WRITERS[name](value)
    return str(value)


_NESTED = ("answers", "budget", "entry_mode")
_CHOICES: dict[str, Any] = {
    "role": PartnerRole,
    "origin": BudgetOrigin,
    "nature": BudgetNature,
    "kind": DocumentKind,
}
_WRITERS: dict[str, Callable[[Any], str]] = {
    "amount": lambda value: format_amount(Decimal(str(value))),
    "fqis_share": lambda value: f"part du FQIS {format_amount(Decimal(str(value)))}",
    "is_confirmed": lambda value: "confirmé" if value else "non confirmé",
    "starts_on": lambda value: f"du {long_date(date.fromisoformat(str(value)))}",
    "ends_on": lambda value: f"au {long_date(date.fromisoformat(str(value)))}",
    "size": lambda value: f"{nombre(value)} octets",
    "digest": lambda _value: "",
}
