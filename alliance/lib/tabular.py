"""Tables in and out: CSV and XLSX that a spreadsheet opens without harm, and reading what people send back.

Text that a spreadsheet would run as a formula is neutralised in CSV and typed as text in XLSX; reading gives back
the original. Nothing here knows what the columns mean.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.core.exceptions import ValidationError

from .dates import TORONTO
from .sheets import MAX_BYTES, read_sheet
from .text import clean_line

Dialect = Literal["excel-fr", "open"]
Cell = str | int | Decimal | date | datetime | bool

MAX_ROWS = 20_000
MAX_COLUMNS = 200
BOM = "\ufeff"
NBSP = "\xa0"

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_HIDDEN_FORMULA = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True)
class Row:
    """One line of a table: its number in the file (1 is the first line) and a cell per header, "" when blank."""

    line: int
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """What was read: the headers, unique and cleaned, and the rows that are not blank."""

    headers: list[str]
    rows: list[Row]


def neutralise(value: Any) -> Any:
    """Return `value` so that no spreadsheet runs it: a leading apostrophe before a text that looks like a formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def restore(value: Any) -> Any:
    """Return what `neutralise` was given."""
    return value[1:] if isinstance(value, str) and _HIDDEN_FORMULA.match(value) else value


class _Line:
    """A file for `csv.writer` that hands over each line instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def iter_csv(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, dialect: Dialect) -> Iterator[str]:
    """Yield the lines of a CSV: `excel-fr` (BOM, semicolon, comma decimals) or `open` (comma, point, ISO)."""
    writer = csv.writer(_Line(), delimiter=";" if dialect == "excel-fr" else ",")
    first = writer.writerow([neutralise(header) for header in headers])
    yield BOM + first if dialect == "excel-fr" else first
    for row in rows:
        yield writer.writerow([_csv_cell(value, dialect) for value in row])


def csv_text(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, dialect: Dialect) -> str:
    """Return the whole CSV as text, to be encoded in UTF-8; same dialects as `iter_csv`."""
    return "".join(iter_csv(headers, rows, dialect=dialect))


def _csv_cell(value: Any, dialect: Dialect) -> str:
    french = dialect == "excel-fr"
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("oui" if value else "non") if french else str(value).lower()
    if isinstance(value, (Decimal, float)):
        number = format(Decimal(str(value)), "f")
        return number.replace(".", ",") if french else number
    if isinstance(value, datetime):
        moment = value.astimezone(TORONTO) if value.tzinfo else value
        return f"{moment:%Y-%m-%d %H:%M}" if french else moment.isoformat(timespec="seconds")
    if isinstance(value, (int, date)):
        return str(value)
    return str(neutralise(str(value)))


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name (31 characters are kept), its headers, its rows, and a last row in bold."""

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]]
    total: Sequence[Any] | None = None


def xlsx_bytes(sheet_name: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook of one sheet: amounts are numbers, dates are dates, texts are never formulas."""
    return xlsx_workbook([Sheet(sheet_name, headers, rows)])


def xlsx_workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook of several sheets, in their order; same cells as `xlsx_bytes`. Names must differ."""
    from openpyxl import Workbook  # noqa: PLC0415 - most of a second to load: only for those who ask for a workbook

    book = Workbook(write_only=True)
    book.properties.creator = "Alliance pour la solidarité au Bas-Saint-Laurent"
    for sheet in sheets:
        _add_sheet(book, sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _add_sheet(book: Any, sheet: Sheet) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 - same as in xlsx_workbook

    bold = Font(bold=True)
    page = book.create_sheet((_SHEET_NAME.sub(" ", sheet.name).strip() or "Feuille 1")[:31])
    page.freeze_panes = "A2"
    for index, header in enumerate(sheet.headers):
        page.column_dimensions[column_letter(index)].width = min(max(len(header) + 4, 12), 60)
    page.append([_xlsx_cell(page, header, font=bold) for header in sheet.headers])
    for row in sheet.rows:
        page.append([_xlsx_cell(page, value) for value in row])
    if sheet.total is not None:
        page.append([_xlsx_cell(page, value, font=bold) for value in sheet.total])


def _xlsx_cell(sheet: Any, value: Any, *, font: Any = None) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - same as in xlsx_workbook

    value, style = _typed(value)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    if style:
        cell.number_format = style
    if font:
        cell.font = font
    return cell


def _typed(value: Any) -> tuple[Any, str]:
    """Return the value a workbook can hold and its number format ("" for the default one)."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value, ""
    if isinstance(value, bool):
        return ("oui" if value else "non"), ""
    if isinstance(value, (Decimal, float)):
        return value, "#,##0.00"
    if isinstance(value, date) and value.year < 1900:  # before the calendar of spreadsheets
        return value.isoformat(), "@"
    if isinstance(value, datetime):
        moment = value.astimezone(TORONTO).replace(tzinfo=None) if value.tzinfo else value
        return moment, "yyyy-mm-dd hh:mm"
    if isinstance(value, date):
        return value, "yyyy-mm-dd"
    text = _NOT_IN_XML.sub("", str(value))
    # « @ » keeps it a text even after someone edits the cell.
    return text, "@" if _FORMULA.match(text) else ""


def column_letter(index: int) -> str:
    """Return the letters of the column of rank `index` (0 is A)."""
    letters = ""
    while index >= 0:
        letters = chr(65 + index % 26) + letters
        index = index // 26 - 1
    return letters


def read_table(name: str, content: bytes) -> Table:
    """Read the CSV (any usual encoding and separator) or the first sheet of the XLSX called `name`.

    Raises `ValidationError` (French) for a file that is empty, too large, of another kind, damaged or unsafe, and for
    formulas, doubled headers, text outside the columns and more than 20 000 rows.
    """
    if not content:
        raise ValidationError("Le fichier est vide", code="empty")
    if len(content) > MAX_BYTES:
        raise ValidationError(f"Le fichier doit peser au plus 10{NBSP}Mo", code="too_large")
    extension = name.rpartition(".")[2].lower()
    if extension in ("xlsx", "xls"):
        return _table(read_sheet(content, max_columns=MAX_COLUMNS))
    if extension not in ("csv", "txt", "tsv"):
        raise ValidationError(
            "Le fichier doit être un classeur Excel (.xlsx) ou un fichier CSV", code="extension"
        )
    return _table(_csv_lines(_decoded(content)))


def _decoded(content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ValidationError(
            "Ce fichier est un classeur dont le nom finit par .csv. Enregistrez-le au format CSV",
            code="signature",
        )
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise ValidationError("Le fichier contient un caractère non permis", code="forbidden_character")
        return text
    raise ValidationError(
        "Les caractères de ce fichier ne sont pas lisibles. Enregistrez-le au format CSV UTF-8",
        code="encoding",
    )


def _encodings(content: bytes) -> tuple[str, ...]:
    """Return the encodings to try: what the first bytes announce, else UTF-8, else the one of Windows in French."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    start = content[:400]
    if start.count(b"\x00") > len(start) // 4:
        return ("utf-16-le",) if b"\x00" in start[1::2] else ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _csv_lines(text: str) -> Iterator[tuple[int, list[Cell]]]:
    declared = re.match(r"sep=([;,\t])\r?\n", text)
    body = text[declared.end() :] if declared else text
    reader = csv.reader(
        io.StringIO(body, newline=""), delimiter=declared[1] if declared else _delimiter(body), strict=True
    )
    line = 2 if declared else 1
    offset = line - 1
    try:
        for cells in reader:
            yield line, [restore(cell) for cell in cells]
            line = reader.line_num + 1 + offset
    except csv.Error:
        raise ValidationError(
            f"La ligne {line} n’est pas lisible. Vérifiez ses guillemets", code="csv"
        ) from None


def _delimiter(text: str) -> str:
    """Return the separator that cuts the first lines most evenly: semicolon (Excel in French), tab or comma."""
    return max(";\t,", key=lambda candidate: _evenness(text, candidate))


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths = []
    try:
        for cells in reader:
            if any(cells):
                widths.append(len(cells))
            if len(widths) == 20:
                break
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    return widths.count(widths[0]) / len(widths), widths[0]


def _table(lines: Iterable[tuple[int, list[Cell]]]) -> Table:
    headers: list[str] = []
    rows: list[Row] = []
    for line, raw in lines:
        cells = _without_trailing_blanks(raw)
        if not cells:
            continue
        if not headers:
            headers = _checked_headers(cells)
            continue
        if len(cells) > len(headers):
            address = f"{column_letter(len(cells) - 1)}{line}"
            raise ValidationError(f"La cellule {address} n’est sous aucun titre de colonne", code="no_header")
        if len(rows) == MAX_ROWS:
            raise ValidationError(f"Le fichier doit compter au plus 20{NBSP}000 lignes", code="too_many_rows")
        rows.append(Row(line, cells + [""] * (len(headers) - len(cells))))
    if not headers:
        raise ValidationError("Le fichier est vide", code="empty")
    return Table(headers, rows)


def _without_trailing_blanks(cells: Sequence[Cell]) -> list[Cell]:
    kept = list(cells)
    while kept and isinstance(kept[-1], str) and not kept[-1].strip():
        kept.pop()
    return kept


def _checked_headers(cells: Sequence[Cell]) -> list[str]:
    headers = [clean_line(str(cell)) for cell in cells]
    if len(headers) > MAX_COLUMNS:
        raise ValidationError(
            f"Le fichier doit compter au plus {MAX_COLUMNS} colonnes", code="too_many_columns"
        )
    for header in headers:
        if header and headers.count(header) > 1:
            raise ValidationError(
                f"Deux colonnes portent le titre «{NBSP}{header}{NBSP}». Renommez-en une",
                code="double_header",
            )
    return headers
