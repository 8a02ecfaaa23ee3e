"""Amounts in Canadian dollars: the model field, the form field, reading, rounding and display.

Every amount is a `Decimal` with two places. What people type is never rounded and never guessed.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
MAX_AMOUNT = Decimal("9999999999.99")

NBSP = "\xa0"
MINUS = "−"
UNPUBLISHED = "montant non publié"
INVALID = "montant non valide"

# The default context has 28 digits and traps; sums and comparisons must not depend on it.
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)

_SPACES = re.compile(r"[ \t\xa0\u2007\u2009\u202f]+")
_SIGNED = re.compile(r"(?P<minus>[-−])? ?(?P<dollar>\$)? ?(?P<number>[0-9][0-9 .,]*?)(?: ?(?P<after>\$))?")
_NUMBER = re.compile(r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,](?P<cents>[0-9]+))?")
_ONE_GROUP = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})")
_ENGLISH = re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]{1,2})")
_EUROPEAN = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+),([0-9]{1,2})")
_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})+")
_LONGEST_TEXT = 40

HOW_TO_WRITE = "Inscrivez un montant en dollars, par exemple 12\xa0500 ou 12\xa0500,50"


def parse_amount(text: str) -> Decimal:
    """Read an amount in dollars as people write it here; return it with two decimals.

    Accepts spaces of all kinds between thousands, a comma or a point before the cents, a `$` on either side and
    a minus sign. Raises `ValidationError` (French) for anything that is not an amount, that can be read in two
    ways (`1,234`), that has more than two decimals or that is beyond `MAX_AMOUNT`. Source: cases C1 to C6.
    """
    written = _SPACES.sub(" ", text.strip())
    match = _SIGNED.fullmatch(written) if len(written) <= _LONGEST_TEXT else None
    if match is None or (match["dollar"] and match["after"]):
        raise ValidationError(HOW_TO_WRITE, code="invalid")
    amount = _unsigned(match["number"])
    if amount > MAX_AMOUNT:
        raise ValidationError(_too_large(), code="max_value")
    return -amount if match["minus"] else amount  # unary minus never gives -0


def _unsigned(number: str) -> Decimal:
    _refuse_ambiguous(number)
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise ValidationError(HOW_TO_WRITE, code="invalid")
    cents = match["cents"] or ""
    if len(cents) > 2:
        raise ValidationError(_too_precise(), code="max_decimal_places")
    return Decimal(f"{match['whole'].replace(' ', '')}.{cents:0<2}")


def _refuse_ambiguous(number: str) -> None:
    """Refuse « 1,234 » and its family, showing how to write what was probably meant."""
    if match := _ONE_GROUP.fullmatch(number):
        whole, rest = match.groups()
        raise _ambiguous(number, f"{whole} {rest} ou {whole},{rest[:2]}")
    if match := _ENGLISH.fullmatch(number) or _EUROPEAN.fullmatch(number):
        whole, cents = match.groups()
        raise _ambiguous(number, f"{re.sub('[.,]', ' ', whole)},{cents:0<2}")
    if _GROUPS.fullmatch(number):
        raise _ambiguous(number, re.sub("[.,]", " ", number))


def _ambiguous(number: str, correct: str) -> ValidationError:
    return ValidationError(
        f"«{NBSP}{number}{NBSP}» peut se lire de deux façons. Inscrivez {correct}",
        code="ambiguous",
    )


def _too_large() -> str:
    return f"Le montant doit être d’au plus {format_amount(MAX_AMOUNT)}"


def _too_precise() -> str:
    return "Inscrivez au plus deux chiffres après la virgule, par exemple 12\xa0500,50"


def _checked(value: Any) -> Decimal:
    """Return `value` (Decimal, int, float or text) as an exact amount, or raise `ValidationError`."""
    if isinstance(value, str):
        return parse_amount(value)
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, float)):
        raise ValidationError(HOW_TO_WRITE, code="invalid")
    amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not amount.is_finite():
        raise ValidationError(HOW_TO_WRITE, code="invalid")
    if abs(amount) > MAX_AMOUNT:
        raise ValidationError(_too_large(), code="max_value")
    exact = amount.quantize(CENT, context=_WIDE)
    if exact != amount:
        raise ValidationError(_too_precise(), code="max_decimal_places")
    return exact if exact else ZERO


class MoneyFormField(forms.Field):
    """An amount in dollars typed by a person: `min_value` (0 unless told, None for no floor) to `max_value`."""

    widget = forms.TextInput
    default_error_messages: ClassVar = {"required": HOW_TO_WRITE}

    def __init__(
        self,
        *,
        min_value: Decimal | None = Decimal(0),
        max_value: Decimal = MAX_AMOUNT,
        **kwargs: Any,
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = value.strip()
        return None if value in self.empty_values else _checked(value)

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            low = f"Le montant doit être d’au moins {format_amount(self.min_value)}"
            raise ValidationError(
                low if self.min_value else "Inscrivez le montant sans signe moins", code="min_value"
            )
        if value > self.max_value:
            raise ValidationError(
                f"Le montant doit être d’au plus {format_amount(self.max_value)}",
                code="max_value",
            )

    def prepare_value(self, value: Any) -> Any:
        """Show « 12500,50 »: no space in the attribute, so nothing depends on how a script reads it."""
        if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
            return _digits(quantize(value), separator="")
        return value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}


class PercentFormField(forms.Field):
    """A share from 0 to 100 %, read by the parser of amounts: « 33,33 », « 50 % »."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Decimal | None:
        text = value.strip().removesuffix("%").strip() if isinstance(value, str) else value
        if text in self.empty_values:
            return None
        try:
            share = _checked(text) if "$" not in str(text) else None
        except ValidationError as refusal:
            if refusal.code == "ambiguous":
                raise
            share = None
        if share is None or not 0 <= share <= 100:
            raise ValidationError(f"Inscrivez une part de 0 à 100{NBSP}%, par exemple 33,33", code="invalid")
        return share

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return _digits(quantize(value), separator="")
        return value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}


class MoneyField(models.DecimalField):
    """An amount in dollars, two decimals, refused rather than rounded whatever the door it comes through.

    Saving or comparing with NaN, an infinity, a third decimal or more than `MAX_AMOUNT` raises `ValidationError`.
    """

    def __init__(
        self,
        verbose_name: Any = None,
        name: str | None = None,
        max_digits: int = 12,
        decimal_places: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            verbose_name,
            name,
            max_digits=max_digits,
            decimal_places=decimal_places,
            **kwargs,
        )

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for option, default in (("max_digits", 12), ("decimal_places", 2)):
            if kwargs.get(option) == default:
                del kwargs[option]
        return name, path, args, kwargs

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None else _checked(value)

    def formfield(self, **kwargs: Any) -> Any:
        # DecimalField would add max_digits and decimal_places, which our form field does not know.
        return models.Field.formfield(self, **{"form_class": MoneyFormField, **kwargs})


def quantize(value: Decimal | float | None) -> Decimal:
    """Return a sum coming from the database with two decimals; None (no row) is `ZERO`.

    SQLite returns sums with a wrong exponent (6001000.70000000). Raises `ValueError` for NaN and infinities.
    """
    if value is None:
        return ZERO
    amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not amount.is_finite():
        raise ValueError(f"not an amount: {value!r}")
    return amount.quantize(CENT, context=_WIDE) + ZERO


def format_amount(value: Decimal | int | None) -> str:
    """Return « 2 016 049 $ » with no-break spaces, the cents only when there are some; None is « montant non publié »."""
    if value is None:
        return UNPUBLISHED
    if not Decimal(value).is_finite():
        return INVALID
    amount = quantize(value)
    return f"{MINUS if amount < 0 else ''}{_digits(abs(amount), separator=NBSP)}{NBSP}$"


def _digits(amount: Decimal, *, separator: str) -> str:
    text = f"{amount:,.2f}".replace(",", separator).replace(".", ",")
    return text.removesuffix(",00")


def format_millions(value: Decimal | int | None) -> str:
    """Return « 6 M$ » or « 1,5 M$ » (one decimal at most); below one million, the amount itself."""
    if value is None or not Decimal(value).is_finite() or abs(Decimal(value)) < 1_000_000:
        return format_amount(value)
    millions = (Decimal(value) / 1_000_000).quantize(Decimal("0.1"), context=_WIDE)
    text = f"{abs(millions):,.1f}".replace(",", NBSP).replace(".", ",").removesuffix(",0")
    return f"{MINUS if millions < 0 else ''}{text}{NBSP}M$"


def split_percentages(values: Sequence[Decimal | int], *, places: int = 0) -> list[Decimal]:
    """Return each value's share in percent, with `places` decimals, so that the shares add to exactly 100.

    Largest-remainder rule (case C10); equal remainders go to the first in the list. All zero (or no value): zeros.
    Raises `ValueError` for a negative value.
    """
    numbers = [Decimal(value) for value in values]
    if any(number < 0 for number in numbers):
        raise ValueError("a share of a negative amount has no meaning")
    unit = Decimal(1).scaleb(-places)
    total = sum(numbers, Decimal(0))
    if not total:
        return [Decimal(0).quantize(unit) for _ in numbers]
    exact = [_WIDE.divide(number * 100, total) for number in numbers]
    shares = [value.quantize(unit, rounding=ROUND_FLOOR, context=_WIDE) for value in exact]
    missing = int((Decimal(100) - sum(shares, Decimal(0))) / unit)
    by_remainder = sorted(range(len(exact)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_remainder[:missing]:
        shares[index] += unit
    return shares
