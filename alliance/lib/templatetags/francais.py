"""Filters that write numbers, amounts and dates the way French of Québec does.

An empty string (a variable that the template did not find) stays empty, as with Django's own filters.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any

from django import template

from alliance.lib import dates, money, text

register = template.Library()

UNKNOWN = "inconnu"


def _filter(name: str, missing: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register a filter under its French name; None is shown as `missing`."""

    def register_it(function: Callable[..., str]) -> Callable[..., str]:
        @register.filter(name)
        @wraps(function)
        def show(value: Any, *arguments: Any) -> str:
            if value == "":
                return ""
            return missing if value is None else function(value, *arguments)

        return show

    return register_it


@_filter("montant", money.UNPUBLISHED)
def montant(value: Decimal | int) -> str:
    """« 2 016 049 $ »; None is « montant non publié »."""
    return money.format_amount(value)


@_filter("date_longue", "")
def date_longue(value: date) -> str:
    """« 1er avril 2022 »."""
    return dates.long_date(value)


@_filter("heure", "")
def heure(value: datetime) -> str:
    """« 14 h 05 »."""
    return dates.time_text(value)


@_filter("date_heure", "")
def date_heure(value: datetime) -> str:
    """« 1er avril 2022 à 14 h 05 »."""
    return dates.datetime_text(value)


@_filter("nombre", UNKNOWN)
def nombre(value: Decimal | float) -> str:
    """« 2 016 », « 12,5 »; None is « inconnu »: unknown is not zero."""
    number = Decimal(str(value))
    sign = money.MINUS if number < 0 else ""
    return sign + f"{abs(number):,f}".replace(",", money.NBSP).replace(".", ",")


@_filter("pourcent", UNKNOWN)
def pourcent(value: Decimal | float) -> str:
    """« 39 % » for 39."""
    return f"{nombre(value)}{money.NBSP}%"


@_filter("lieu", "")
def lieu(value: str) -> str:
    """« à Amqui », « aux Hauteurs »."""
    return text.at_place(value)


@_filter("pluriel", UNKNOWN)
def pluriel(value: Decimal | float, forms: str) -> str:
    """« 1 initiative », « 84 initiatives » with `"initiative,initiatives"`; in French, 0 and 1 are singular."""
    singular, plural = forms.split(",")
    return f"{nombre(value)} {singular if abs(Decimal(value)) < 2 else plural}"
