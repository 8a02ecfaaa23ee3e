"""Reading the first sheet of an XLSX that a stranger may have made: checked as an archive before it is parsed.

`tabular.read_table` is the door; it adds the rules that CSV shares.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

MAX_BYTES = 10 * 1024 * 1024
MAX_UNCOMPRESSED = 50 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_RATIO = 100
LAST_ROW = 1_048_576  # of a sheet, whatever its file pretends

_OLD_FORMAT = b"\xd0\xcf\x11\xe0"
_DECLARATIONS = tuple(
    mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
# What zipfile lets through for an archive that is truncated, encrypted, badly compressed or false.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    LookupError,
)
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']*)[\"']")

NOT_A_WORKBOOK = "Ce fichier n’est pas un classeur Excel lisible. Enregistrez-le de nouveau au format .xlsx"
UNSAFE = (
    "Ce classeur contient des éléments que le portail n’ouvre pas. Copiez ses données dans un classeur neuf"
)


def read_sheet(content: bytes, *, max_columns: int) -> Iterator[tuple[int, list[Any]]]:
    """Yield (row number, values) of the first sheet: text, int, Decimal, date, datetime, bool, "" when blank.

    Raises `ValidationError` (French) for what is not a workbook, for an unsafe one, and naming the cell for a
    formula, an error or a value beyond `max_columns`.
    """
    if content.startswith(_OLD_FORMAT):
        raise ValidationError(
            "Ce classeur est dans un ancien format ou protégé par un mot de passe. Enregistrez-le au format .xlsx",
            code="old_format",
        )
    _check_archive(content)
    return _rows(content, max_columns)


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ENTRIES or total > min(MAX_UNCOMPRESSED, MAX_RATIO * len(content)):
                raise ValidationError(UNSAFE, code="zip_bomb")
            if not any(entry.filename == "[Content_Types].xml" for entry in entries):
                raise ValidationError(NOT_A_WORKBOOK, code="not_a_workbook")
            for entry in entries:
                if not entry.filename.startswith("xl/media/"):
                    _check_part(archive.read(entry))
    except _DAMAGED:
        raise ValidationError(NOT_A_WORKBOOK, code="not_a_workbook") from None


def _check_part(part: bytes) -> None:
    """Refuse any document type (external entities, « billion laughs ») and any encoding that could hide one."""
    encoding = _ENCODING.search(part[:400])
    if any(mark in part for mark in _DECLARATIONS) or (
        encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")
    ):
        raise ValidationError(UNSAFE, code="unsafe_xml")


def _rows(content: bytes, max_columns: int) -> Iterator[tuple[int, list[Any]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - most of a second to load: only for those who send a workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size may be false
        blank: Any = None
        for number, row in enumerate(sheet.iter_rows(max_col=max_columns + 1), start=1):
            if number > LAST_ROW:
                raise ValidationError(NOT_A_WORKBOOK, code="not_a_workbook")
            if row is blank:  # openpyxl gives one same tuple for each of a million missing rows
                continue
            if any(cell.value is not None for cell in row):
                yield number, _values(row, number, max_columns)
            else:
                blank = row
    except ValidationError:
        raise
    except Exception:  # openpyxl lets through whatever a damaged part provokes (KeyError, ParseError…)
        raise ValidationError(NOT_A_WORKBOOK, code="not_a_workbook") from None


def _values(row: Any, number: int, max_columns: int) -> list[Any]:
    from openpyxl.cell.read_only import EMPTY_CELL  # noqa: PLC0415 - same as in _rows

    if len(row) > max_columns and row[max_columns].value is not None:
        raise ValidationError(
            f"La ligne {number} compte plus de {max_columns} colonnes", code="too_many_columns"
        )
    filled = row[: 1 + max(index for index, cell in enumerate(row) if cell is not EMPTY_CELL)]
    for cell in filled:
        if cell.data_type == "f" and cell.value is not None:
            raise ValidationError(
                f"La cellule {cell.coordinate} contient une formule. Remplacez-la par sa valeur",
                code="formula",
            )
        if cell.data_type == "e" and cell.value is not None:
            raise ValidationError(
                f"La cellule {cell.coordinate} contient une erreur ({cell.value}). Corrigez-la",
                code="error_cell",
            )
    return [_value(cell.value) for cell in filled[:max_columns]]


def _value(value: Any) -> Any:
    """Return the value as the portal holds it; a number has the 15 digits that a spreadsheet shows."""
    if value is None:
        return ""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else Decimal(f"{value:.15g}")
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if isinstance(value, (str, int, date)):
        return value
    return str(value)
