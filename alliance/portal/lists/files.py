"""A public table as a file: CSV (open data, or for Excel in French), XLSX, JSON. Same rows, order and amounts in all."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from alliance.lib.tabular import Dialect, Sheet, iter_csv, xlsx_workbook
from alliance.portal.lists.about import LICENCE_URL, About
from alliance.portal.lists.table import Table

KINDS = ("csv", "xlsx", "json")
FORMATS = ("ouvert", "excel")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WHOLE = 1000  # rows; a longer file is sent piece by piece instead of standing in memory
_AT_ONCE = 200  # rows of a piece


def response(table: Table, about: About, kind: str, *, excel: bool = False) -> HttpResponseBase:
    """Return the table as a file of one kind; `excel` is the CSV that Excel in French opens by a double click."""
    if kind == "csv":
        lines = _csv(table, "excel-fr" if excel else "open")
    elif kind == "json":
        lines = _json(table, about)
    else:
        return _headed(HttpResponse(_xlsx(table, about), content_type=_TYPES[kind]), table, kind, excel)
    if about.rows > _WHOLE:
        sent: HttpResponseBase = StreamingHttpResponse(_pieces(lines), content_type=_TYPES[kind])
    else:
        sent = HttpResponse("".join(lines).encode(), content_type=_TYPES[kind])
    return _headed(sent, table, kind, excel)


def _headed(sent: HttpResponseBase, table: Table, kind: str, excel: bool) -> HttpResponseBase:
    name = f"{table.code}-excel" if excel and kind == "csv" else table.code
    shown = "inline" if kind == "json" else "attachment"
    sent["Content-Disposition"] = f'{shown}; filename="{name}.{kind}"'
    sent["Link"] = f'<{LICENCE_URL}>; rel="license", </donnees/>; rel="describedby"'
    return sent


def _pieces(lines: Iterator[str]) -> Iterator[bytes]:
    while piece := "".join(islice(lines, _AT_ONCE)):
        yield piece.encode()


def _csv(table: Table, dialect: Dialect) -> Iterator[str]:
    return iter_csv(table.headers, table.cells(), dialect=dialect)


def _xlsx(table: Table, about: About) -> bytes:
    """Return a workbook: the rows, what the columns mean, and the file's card."""
    meanings = ((column.name, column.kind, column.meaning) for column in table.columns)
    return xlsx_workbook(
        [
            Sheet(table.title, table.headers, table.cells()),
            Sheet("Dictionnaire", ("colonne", "type", "sens"), meanings),
            Sheet("À lire", ("mot", "valeur"), about.pairs()),
        ]
    )


def _json(table: Table, about: About) -> Iterator[str]:
    """Yield a JSON object: the card, the dictionary, then one object per row, each on its line."""
    card = {word: _plain(value) for word, value in about.pairs()}
    card["colonnes"] = [
        {"nom": column.name, "type": column.kind, "sens": column.meaning} for column in table.columns
    ]
    start = json.dumps(card, ensure_ascii=False, indent=1)
    yield f'{start[:-2]},\n "{table.code}": ['
    between = "\n"
    for values in table.values():
        row = {column.name: _plain(value) for column, value in zip(table.columns, values, strict=True)}
        yield between + json.dumps(row, ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it: dollars are numbers, days are texts, several values are a list."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value
