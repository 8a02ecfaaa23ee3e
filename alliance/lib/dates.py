"""Dates of Québec: the fiscal year (1 April to 31 March), French display and reading what people type.

Days are those of America/Toronto; an aware datetime is brought there before its day is taken.
"""

import re
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from .text import fold

TORONTO = ZoneInfo("America/Toronto")
NBSP = "\xa0"
FIRST_YEAR, LAST_YEAR = 2000, 2100

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_SHORT_MONTHS = {
    "janv": 1,
    "fevr": 2,
    "avr": 4,
    "juill": 7,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_MONTH_NUMBERS = _SHORT_MONTHS | {fold(name): number for number, name in enumerate(MONTHS, start=1)}

_YEAR_FIRST = re.compile(r"([0-9]{4,5})([-/])([0-9]{1,2})\2([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4,5})")
_IN_WORDS = re.compile(r"(1er|[0-9]{1,2}) ([a-z]+)\.? ([0-9]{4,5})")
_LONGEST_TEXT = 40

HOW_TO_WRITE = "Inscrivez la date dans l’ordre année-mois-jour, par exemple 2022-04-27"


def today() -> date:
    """Return the day it is in America/Toronto."""
    return timezone.localdate(timezone=TORONTO)


def _local(value: datetime) -> datetime:
    return value.astimezone(TORONTO) if timezone.is_aware(value) else value


def fiscal_start(value: date) -> int:
    """Return the year in which the fiscal year of `value` begins: 2021 for 31 March 2022, 2022 for 1 April 2022."""
    day = _local(value) if isinstance(value, datetime) else value
    return day.year if day.month >= 4 else day.year - 1


def fiscal_label(start_year: int) -> str:
    """Return « 2021-2022 » for the fiscal year that begins in `start_year`."""
    return f"{start_year}-{start_year + 1}"


def fiscal_bounds(start_year: int) -> tuple[date, date]:
    """Return the first and the last day of the fiscal year: 1 April and 31 March."""
    return date(start_year, 4, 1), date(start_year + 1, 3, 31)


def fiscal_years_between(start: date, end: date) -> list[int]:
    """Return the starting years of the fiscal years touched from `start` to `end`, both included; [] if reversed."""
    return list(range(fiscal_start(start), fiscal_start(end) + 1)) if start <= end else []


def long_date(value: date) -> str:
    """Return « 1er avril 2022 »."""
    day = _local(value) if isinstance(value, datetime) else value
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def time_text(value: datetime) -> str:
    """Return « 14 h 05 », with no-break spaces, on the clock of America/Toronto."""
    moment = _local(value)
    return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02}"


def datetime_text(value: datetime) -> str:
    """Return « 1er avril 2022 à 14 h 05 »."""
    return f"{long_date(value)} à {time_text(value)}"


def period_text(start: date, end: date) -> str:
    """Return « du 1er avril 2021 au 31 mars 2022 », or « le 1er avril 2021 » for a single day."""
    if start == end:
        return f"le {long_date(start)}"
    return f"du {long_date(start)} au {long_date(end)}"


def parse_date(text: str) -> date:
    """Read a date that can be read in one way only: `2022-3-1`, `31/12/2022`, `1er avril 2022`; years 2000 to 2100.

    Raises `ValidationError` (French) for `01/02/2022`, for days that do not exist and for anything else (case C14).
    """
    written = " ".join(fold(text).split()) if len(text) <= _LONGEST_TEXT else ""
    if match := _YEAR_FIRST.fullmatch(written):
        return _existing(int(match[1]), int(match[3]), int(match[4]))
    if match := _DAY_FIRST.fullmatch(written):
        if int(match[1]) <= 12:
            raise ValidationError(
                f"«{NBSP}{written}{NBSP}» peut se lire de deux façons. {HOW_TO_WRITE}",
                code="ambiguous",
            )
        return _existing(int(match[4]), int(match[3]), int(match[1]))
    match = _IN_WORDS.fullmatch(written)
    if match is None or match[2] not in _MONTH_NUMBERS:
        raise ValidationError(HOW_TO_WRITE, code="invalid")
    return _existing(int(match[3]), _MONTH_NUMBERS[match[2]], int(match[1].removesuffix("er")))


def _existing(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(f"L’année doit être de {FIRST_YEAR} à {LAST_YEAR}", code="year")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValidationError(f"Cette date n’existe pas. {HOW_TO_WRITE}", code="invalid") from None


class DateFormField(forms.Field):
    """A date chosen in the browser's calendar, or typed in any form that `parse_date` accepts."""

    default_error_messages: ClassVar = {"required": HOW_TO_WRITE}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, datetime):
            return _local(value).date()
        if isinstance(value, date):
            return value
        if value is None or not str(value).strip():
            return None
        return parse_date(str(value))
