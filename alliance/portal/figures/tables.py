"""The rows of a figure as one table: the page, the file and the total at the bottom read the same cells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, overload

from alliance.lib.templatetags.francais import montant, nombre

TEXT, CODE, NUMBER, MONEY, RATIO = "text", "code", "number", "money", "ratio"
_SHOWN = {TEXT: str, CODE: str, NUMBER: nombre, MONEY: montant, RATIO: montant}
UNKNOWN = "inconnu"
_CSS = {TEXT: "", CODE: "nowrap"}


class Column(NamedTuple):
    """A column: its title, and what its cells are. An unknown number or amount is None, never zero."""

    title: str
    kind: str = TEXT

    @property
    def is_number(self) -> bool:
        return self.kind not in (TEXT, CODE)

    @property
    def css(self) -> str:
        return _CSS.get(self.kind, "num")

    def shown(self, value: Any) -> str:
        """Return a cell as people read it; an unknown amount is « montant non publié », an unknown ratio « inconnu »."""
        return UNKNOWN if self.kind == RATIO and value is None else _SHOWN[self.kind](value)


class Cell(NamedTuple):
    title: str
    text: str
    css: str


class Record(NamedTuple):
    """One row: its cells, and the address of the page of what its first cell names ("" when it has none)."""

    cells: tuple[Any, ...]
    url: str = ""


class Records(Sequence[Record]):
    """Rows made when they are shown: a page of a hundred does not make ten thousand."""

    def __init__(self, items: Sequence[Any], make: Callable[[Any], Record]) -> None:
        self._items, self._make = items, make

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            return [self._make(item) for item in self._items[index]]
        return self._make(self._items[index])


@dataclass(frozen=True)
class Table:
    """Columns, rows and the total: one cell per column, None where nothing is added up.

    `said` replaces cells of the total (by rank) by words: « au moins 500 $ », « inconnu ».
    """

    columns: tuple[Column, ...]
    records: Sequence[Record]
    total: tuple[Any, ...]
    said: Mapping[int, str] = field(default_factory=dict)

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
            Cell(column.title, column.shown(value), column.css)
            for column, value in zip(self.columns, record.cells, strict=True)
        ]

    @property
    def shown_total(self) -> list[Cell]:
        """Return the cells of the total; the first one names it."""
        return [
            Cell(
                column.title,
                self.said.get(rank, "" if value is None else column.shown(value)),
                column.css,
            )
            for rank, (column, value) in enumerate(zip(self.columns, self.total, strict=True))
            if rank
        ]

    @property
    def adds_up(self) -> bool:
        return any(value is not None for value in self.total)

    def cells(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the file."""
        return (record.cells for record in self.records)
