"""A public table: its columns, each with its type and its meaning, and the cells of its rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

TEXT, LIST, WHOLE, DECIMAL, MONEY, DATE, BOOLEAN, LINK = (
    "texte",
    "liste",
    "entier",
    "décimal",
    "montant",
    "date",
    "booléen",
    "adresse",
)
BETWEEN = " | "  # several values in one cell
FORMATS = {
    TEXT: "Texte.",
    LIST: "Plusieurs valeurs, séparées par une barre verticale.",
    WHOLE: "Nombre entier.",
    DECIMAL: "Nombre, point décimal (virgule dans le CSV pour Excel).",
    MONEY: "Dollars, point décimal (virgule dans le CSV pour Excel), sans espace ni signe de dollar.",
    DATE: "AAAA-MM-JJ.",
    BOOLEAN: "true ou false (oui ou non dans le CSV pour Excel et le classeur).",
    LINK: "Adresse complète d’une page.",
}

Value = str | int | Decimal | date | bool | tuple[str, ...] | None


@dataclass(frozen=True)
class Column:
    """One column: the name that stands in files (no accent, no space), its type, what it means, how it is read."""

    name: str
    kind: str
    meaning: str
    read: Callable[[Any], Value]

    def value(self, item: Any) -> Value:
        """Return the value of one row; None when it is unknown, never zero nor an empty text."""
        value = self.read(item)
        return None if value in ("", ()) else value


@dataclass(frozen=True)
class Table:
    """The rows of a table, `items`, seen through its columns. `code` is its name in addresses and files."""

    code: str
    title: str
    columns: tuple[Column, ...]
    items: Iterable[Any]

    @property
    def headers(self) -> list[str]:
        return [column.name for column in self.columns]

    def values(self) -> Iterator[list[Value]]:
        """Yield the values of each row, a list of texts staying a list."""
        for item in self.items:
            yield [column.value(item) for column in self.columns]

    def cells(self) -> Iterator[list[Any]]:
        """Yield the cells of each row, as a spreadsheet holds them: a list of texts is one text."""
        for values in self.values():
            yield [BETWEEN.join(value) if isinstance(value, tuple) else value for value in values]
