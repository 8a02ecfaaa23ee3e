"""A document as a page shows it: every value in words of Québec, the share of each bar, the shade of each cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from alliance.lib.dates import long_date
from alliance.lib.templatetags.francais import montant, nombre, pourcent
from alliance.portal.bilan.document import (
    COUNT,
    DOLLARS,
    NUMBER,
    NUMERIC,
    OPEN,
    PERCENT,
    PUBLISHED,
    RATIO,
    TITLE,
    Document,
    FigureLine,
    Section,
    Story,
    Table,
    Value,
    Values,
)

MOST_ROWS = 1000  # on the page: beyond, the workbook and the CSV hold the whole list
MOST_IN_PDF = 300  # laying out a thousand lines keeps a processor busy for half a minute
_BARS = {"lignes": "Affecté", "themes": "FQIS accordé", "territoires": "FQIS accordé", "suite": "Nombre"}
_MATRICES = ("matrice-nombre", "matrice-dollars")
_LISTS = ("initiatives", "payees")
_KEPT = 15  # a table of so few rows stays on one page
_SHADES = 3
_SAID = {DOLLARS: montant, RATIO: montant, COUNT: nombre, PERCENT: pourcent}


def said(value: Value, kind: str) -> str:
    """Return a value in words: « 1 586 962 $ », « 84 », « montant non publié » or « inconnu » for None."""
    return _SAID[kind](value) if kind in _SAID else str(value)


def sentence(text: str) -> str:
    """Return a text with a capital."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Cell:
    """`share` is the length of a bar out of 100, `shade` 0 to 3, `url` the page of an initiative."""

    text: str
    is_number: bool = False
    is_unknown: bool = False
    name: str = ""
    url: str = ""
    share: str = ""
    shade: int = 0


@dataclass(frozen=True)
class ShownTable:
    table: Table
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...]
    hidden: int

    @property
    def code(self) -> str:
        return self.table.code

    @property
    def is_kept(self) -> bool:
        return len(self.rows) <= _KEPT

    @property
    def is_matrix(self) -> bool:
        return self.code in _MATRICES

    @property
    def is_list(self) -> bool:
        return self.code in _LISTS


@dataclass(frozen=True)
class ShownFigure:
    figure: FigureLine

    @property
    def text(self) -> str:
        return said(self.figure.value, self.figure.kind)

    @property
    def is_unknown(self) -> bool:
        return self.figure.value is None


@dataclass(frozen=True)
class ShownSection:
    section: Section
    figures: tuple[ShownFigure, ...]
    tables: tuple[ShownTable, ...]

    @property
    def stories(self) -> tuple[Story, ...]:
        return self.section.stories

    @property
    def starts_kept(self) -> bool:
        """Say whether the title and the first table hold together on one page."""
        return bool(self.tables) and self.tables[0].is_kept

    @property
    def is_wide(self) -> bool:
        return any(table.is_list for table in self.tables)


def sections(
    document: Document, addresses: Mapping[str, str] | None = None, *, most: int | None = None
) -> list[ShownSection]:
    """Return the sections with their values in words, tables cut after `most` rows (MOST_ROWS when not told).

    `addresses` gives the page of an initiative by its number.
    """
    return [
        ShownSection(
            section,
            tuple(ShownFigure(figure) for figure in section.figures),
            tuple(_table(table, addresses or {}, most or MOST_ROWS) for table in section.tables),
        )
        for section in document.sections
    ]


def status(document: Document) -> str:
    """Say how far the bilan may be relied upon: provisional, closed or published on a day."""
    if document.status == PUBLISHED:
        return f"Version {document.version}, publiée le {long_date(document.as_of)}"
    if document.status == OPEN:
        return "Provisoire\xa0: l’exercice est ouvert"
    return "Exercice fermé, pas encore publié"


def _table(table: Table, addresses: Mapping[str, str], most: int) -> ShownTable:
    greatest, longest = _greatest(table), _greatest_bar(table)
    shown = table.rows[:most]
    rows = tuple(_row(table, row, addresses, greatest, longest) for row in shown)
    return ShownTable(
        table=table,
        head=tuple(Cell(column.name, is_number=column.kind in NUMERIC) for column in table.columns),
        rows=rows,
        total=_row(table, table.total, {}, None, None) if table.total else (),
        hidden=len(table.rows) - len(shown),
    )


def _row(
    table: Table,
    row: Values,
    addresses: Mapping[str, str],
    greatest: Decimal | None,
    most: Decimal | None,
) -> tuple[Cell, ...]:
    number = next((str(v) for v, c in zip(row, table.columns, strict=True) if c.kind == NUMBER), "")
    bar = _bar(table, row, most)
    cells = []
    for index, (value, column) in enumerate(zip(row, table.columns, strict=True)):
        cells.append(
            Cell(
                text=said(value, column.kind),
                is_number=column.kind in NUMERIC,
                is_unknown=value is None,
                name=column.name,
                url=addresses.get(number, "") if column.kind == TITLE else "",
                share=bar if index == 0 else "",
                shade=_shade(value, greatest) if 0 < index < len(row) - 1 else 0,
            )
        )
    return tuple(cells)


def _numbers(values: list[Value]) -> list[Decimal]:
    return [Decimal(value) for value in values if isinstance(value, (int, Decimal))]


def _greatest(table: Table) -> Decimal | None:
    """Return the greatest cell of a matrix, which gets the darkest shade."""
    if table.code not in _MATRICES:
        return None
    return max(_numbers([value for row in table.rows for value in row[1:-1]]), default=None)


def _greatest_bar(table: Table) -> Decimal | None:
    index = _bar_column(table)
    return None if index is None else max(_numbers([row[index] for row in table.rows]), default=None)


def _bar_column(table: Table) -> int | None:
    names = [column.name for column in table.columns]
    name = _BARS.get(table.code, "")
    return names.index(name) if name in names else None


def _bar(table: Table, row: Values, most: Decimal | None) -> str:
    """Return the length of the row's bar out of 100, as SVG writes it; empty without a bar."""
    index = _bar_column(table)
    if index is None or not most or row is table.total:
        return ""
    value = row[index]
    return "" if value is None else f"{Decimal(value) * 100 / most:.1f}"


def _shade(value: Value, greatest: Decimal | None) -> int:
    if not greatest or not isinstance(value, (int, Decimal)) or value <= 0:
        return 0
    return min(_SHADES, int(Decimal(value) * _SHADES / greatest) + 1)
