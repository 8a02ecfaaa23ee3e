"""What can be said about one row, declared once: the database refuses it and the form says why, in French.

A missing value (NULL) passes each of these rules, unless the rule is about presence.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db.models import CheckConstraint, F, Q

from .money import MAX_AMOUNT, format_amount


def _check(name: str, condition: Q, message: str) -> CheckConstraint:
    return CheckConstraint(
        name=name,
        condition=condition,
        violation_error_code=name,
        violation_error_message=message,
    )


def date_order(name: str, start: str, end: str) -> CheckConstraint:
    """The field `end` is not before the field `start`; either may be missing."""
    condition = (
        Q(**{f"{start}__isnull": True}) | Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)})
    )
    return _check(name, condition, "La date de fin doit suivre la date de début")


def amount_between(name: str, field: str, low: Decimal | int = 0) -> CheckConstraint:
    """The amount in dollars is from `low` to `MAX_AMOUNT`; an unknown amount (NULL) passes."""
    bounds = Q(**{f"{field}__gte": Decimal(low), f"{field}__lte": MAX_AMOUNT})
    message = f"Le montant doit être de {format_amount(low)} à {format_amount(MAX_AMOUNT)}"
    return _check(name, Q(**{f"{field}__isnull": True}) | bounds, message)


def one_of(name: str, field: str, choices: type[Enum] | Iterable[Any]) -> CheckConstraint:
    """The value is one of `choices`: an enumeration, or plain values (add "" where blank is allowed)."""
    values = [getattr(choice, "value", choice) for choice in choices]
    return _check(name, Q(**{f"{field}__in": values}), "Choisissez une valeur de la liste")


def not_blank(name: str, field: str) -> CheckConstraint:
    """The text is not empty."""
    return _check(name, ~Q(**{field: ""}), "Ce texte ne peut pas être vide")


def both_or_neither(name: str, a: str, b: str, message: str) -> CheckConstraint:
    """The two fields are both present or both missing (who did it and when, for instance)."""
    both = Q(**{f"{a}__isnull": False, f"{b}__isnull": False})
    neither = Q(**{f"{a}__isnull": True, f"{b}__isnull": True})
    return _check(name, both | neither, message)


def implies(name: str, condition: Q, consequence: Q, message: str) -> CheckConstraint:
    """Whenever `condition` is true, `consequence` is not false."""
    return _check(name, ~condition | consequence, message)
