"""How a cell of a file is read and written, one widget per kind of value. Reading raises ValidationError (French)."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from import_export.widgets import Widget

from alliance.lib.dates import DateFormField
from alliance.lib.forms import NeqFormField, PhoneFormField, PublicUrlFormField
from alliance.lib.money import NBSP, MoneyFormField
from alliance.lib.text import clean_block, clean_line, slug_fr, sort_key

_YES = {"oui", "o", "vrai", "x", "1", "true", "yes"}
_NO = {"non", "n", "faux", "0", "false", "no"}
_LIST = re.compile(r"[;\n]")
_SPACES = re.compile(r"[ \xa0\u202f\u2009]")


def _text(cell: Any) -> str:
    """Return a cell as a text: a spreadsheet may have turned a code or a name into a number or a date."""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return "" if cell is None else str(cell)


class LineCell(Widget):
    """A text on one line."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return clean_line(_text(value))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class BlockCell(LineCell):
    """A text of several lines."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return clean_block(_text(value))


class CodeCell(LineCell):
    """A code of `width` digits, whose leading zeros a spreadsheet may have removed."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = super().clean(value)
        return text.zfill(self.width) if text.isdecimal() else text


class FieldCell(LineCell):
    """A value read by one of our form fields: amount, date, telephone, NEQ, address."""

    def __init__(self, field: Any, *, empty: Any = None) -> None:
        super().__init__()
        self.field, self.empty = field, empty

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        read = self.field.clean(value)
        return self.empty if read in (None, "") else read


def money_cell() -> FieldCell:
    return FieldCell(MoneyFormField(required=False))


def date_cell() -> FieldCell:
    return FieldCell(DateFormField(required=False))


def phone_cell() -> FieldCell:
    return FieldCell(PhoneFormField(required=False), empty="")


def neq_cell() -> FieldCell:
    return FieldCell(NeqFormField(required=False), empty="")


def address_cell() -> FieldCell:
    return FieldCell(PublicUrlFormField(required=False), empty="")


class NumberCell(LineCell):
    """A whole number from 0 to `most`; blank is unknown (None)."""

    def __init__(self, most: int = 100_000_000) -> None:
        super().__init__()
        self.most = most

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = _SPACES.sub("", _text(value).strip())
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > self.most:
            raise ValidationError("Inscrivez un nombre entier, par exemple 120")
        return int(text)


class CoordinateCell(LineCell):
    """A latitude or a longitude, with a comma or a point; blank is unknown (None)."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = _text(value).strip().replace(",", ".").replace("−", "-")
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) > 180:
            raise ValidationError("Inscrivez un nombre de degrés, par exemple 48,58333")
        return number.quantize(Decimal("0.00001"))


class YesNoCell(LineCell):
    """« oui » or « non »; blank is `empty`, or refused when an answer is `required`."""

    def __init__(self, empty: bool | None = None, *, required: bool = False) -> None:
        super().__init__()
        self.empty, self.required = empty, required

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        word = sort_key(_text(value))
        if not word and not self.required:
            return self.empty
        if word not in _YES | _NO:
            raise ValidationError("Inscrivez oui ou non")
        return word in _YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return None if value is None else _text(bool(value))


class ChoiceCell(LineCell):
    """One of `choices`, by its label or its value; blank is `empty`."""

    def __init__(self, choices: Iterable[tuple[str, str]], *, empty: str = "") -> None:
        super().__init__()
        self.labels = dict(choices)
        self.empty = empty

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        word = sort_key(_text(value))
        if not word:
            return self.empty
        for known, label in self.labels.items():
            if word in (sort_key(known), sort_key(label)):
                return known
        raise ValidationError(
            f"Valeur inconnue : «{NBSP}{clean_line(_text(value))[:80]}{NBSP}». "
            f"Les valeurs possibles sont : {', '.join(self.labels.values())}"
        )

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return self.labels.get(value, value)


class OneOfCell(LineCell):
    """A row of another table, written by `shown` and found by any of `names` (accents and case ignored)."""

    def __init__(self, model: type[models.Model], what: str, *, shown: str, names: tuple[str, ...]) -> None:
        super().__init__()
        self.model, self.what, self.shown, self.names = model, what, shown, names
        self._index: dict[str, models.Model | None] | None = None

    def index(self) -> dict[str, models.Model | None]:
        """Return every readable key of every row, read once per file; a name that two rows share gives None."""
        if self._index is None:
            rows = list(self.model._default_manager.all())
            self._index = {}
            for name in self.names:
                for row in rows:
                    key = sort_key(str(getattr(row, name) or ""))
                    self._index[key] = row if self._index.get(key, row) == row else None
            self._index |= {sort_key(str(getattr(row, self.shown))): row for row in rows}
            self._index.pop("", None)
        return self._index

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = clean_line(_text(value))
        return self.find(text) if text else None

    def find(self, text: str) -> models.Model:
        key = sort_key(text)
        found = self.index().get(key)
        if found is None and key in self.index():
            raise ValidationError(
                f"{self.what} : plusieurs portent le nom «{NBSP}{text[:120]}{NBSP}». Inscrivez son code."
            )
        if found is None:
            raise ValidationError(unknown(self.what, text, self.index()))
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return None if value is None else getattr(value, self.shown)


class ManyCell(LineCell):
    """Several rows of another table, separated by semicolons or lines; without order nor repetition."""

    def __init__(self, one: OneOfCell, *, comma: bool = False) -> None:
        super().__init__()
        self.one, self.comma = one, comma

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = [self.one.find(name) for name in split_list(value, comma=self.comma)]
        return sorted(set(found), key=lambda item: item.pk)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "; ".join(str(self.one.render(item)) for item in value.all()) if value is not None else ""


def split_list(value: Any, *, comma: bool = False) -> list[str]:
    """Return the names of a cell: separated by semicolons or lines, and by commas where no name holds one."""
    text = _text(value).replace("\r", "\n")
    parts = _LIST.split(text.replace(",", ";") if comma else text)
    return [name for part in parts if (name := clean_line(part))]


def unknown(what: str, text: str, known: Iterable[str], show: Callable[[str], str] | None = None) -> str:
    """Return the sentence for a name that is not in the portal, with the nearest one."""
    near = get_close_matches(sort_key(text), list(known), n=1, cutoff=0.6)
    hint = f" Vouliez-vous dire «{NBSP}{show(near[0]) if show else near[0]}{NBSP}»?" if near else ""
    return f"{what} : «{NBSP}{text[:120]}{NBSP}» n’est pas dans le portail.{hint}"


def slug_key(text: Any) -> str:
    """Return the address that a cell of an address column means."""
    return slug_fr(_text(text), fallback="")
