"""The rows of a figure as one table: the page, the file and the total at the bottom read the same cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from alliance.lib.templatetags.francais import montant, nombre

TEXT, NUMBER, MONEY, RATIO = "text", "number", "money", "ratio"
_SHOWN = {TEXT: str, NUMBER: nombre, MONEY: montant, RATIO: montant}
NO_RATIO = "sans objet"


class Column(NamedTuple):
    """A column: its title, and what its cells are. An unknown number or amount is None, never zero."""

    title: str
    kind: str = TEXT

    @property
    def is_number(self) -> bool:
        return self.kind != TEXT

    def shown(self, value: Any) -> str:
        """Return a cell as people read it; an unknown amount is « montant non publié », no ratio is « sans objet »."""
        return NO_RATIO if self.kind == RATIO and value is None else _SHOWN[self.kind](value)


class Cell(NamedTuple):
    title: str
    text: str
    is_number: bool


class Record(NamedTuple):
    """One row: its cells, and the address of the page of what its first cell names ("" when it has none)."""

    cells: tuple[Any, ...]
    url: str = ""


@dataclass(frozen=True)
class Table:
    """Columns, rows and the total: one cell per column, None where nothing is added up."""

    columns: tuple[Column, ...]
    records: Sequence[Record]
    total: tuple[Any, ...]

    @property
    def titles(self) -> list[str]:
        return [column.title for column in self.columns]

    @property
    def value(self) -> int | Decimal | None:
        """Return what the whole table comes to: the total of its last column, else how many rows it has."""
        return len(self.records) if self.total[-1] is None else self.total[-1]

    def shown(self, record: Record) -> list[Cell]:
        """Return the cells of a row, as people read them."""
        return [
            Cell(column.title, column.shown(value), column.is_number)
            for column, value in zip(self.columns, record.cells, strict=True)
        ]

    @property
    def shown_total(self) -> list[Cell]:
        """Return the cells of the total; the first one names it."""
        return [
            Cell(column.title, "" if value is None else column.shown(value), column.is_number)
            for column, value in zip(self.columns[1:], self.total[1:], strict=True)
        ]

    @property
    def adds_up(self) -> bool:
        return any(value is not None for value in self.total)

    def cells(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the file."""
        return (record.cells for record in self.records)
