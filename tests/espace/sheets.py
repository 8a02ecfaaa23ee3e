"""Small spreadsheets made in memory, sent and confirmed as a browser does."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from initiatives.sheet import CODES, HEADERS

SHEET, MODEL = "/espace/chiffrier/", "/espace/chiffrier/modele.xlsx"
PLAIN = {"title": "Cuisine du rang", "territories": "La Mitis"}


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def workbook(*rows, edit=None):
    """Return a workbook of these rows (code → value), from line 2; `edit` may change its first sheet."""
    book = Workbook()
    page = book.active
    page.append([HEADERS[code] for code in CODES])
    for row in rows:
        page.append([row.get(code) for code in CODES])
    if edit:
        edit(page)
    return saved(book)


def model_filled(client, *rows):
    """Return the workbook of the person, its examples replaced by these rows."""
    book = load_workbook(io.BytesIO(client.get(MODEL).content))
    for number, row in enumerate(rows, 3):
        for index, code in enumerate(CODES, 1):
            book["Initiatives"].cell(number, index).value = row.get(code)
    return saved(book)


def csv(*rows, separator=";"):
    lines = [[HEADERS[code] for code in CODES], *([row.get(code, "") for code in CODES] for row in rows)]
    return "\r\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines)


def send(client, content, name="initiatives.xlsx"):
    return client.post(SHEET, {"file": SimpleUploadedFile(name, content)})


def confirm(client, shown, *, lines=None, **choices):
    """Press « Créer les brouillons cochés » on a verdict; `lines` instead of those ticked by the page."""
    verdict = shown.context["verdict"]
    ticked = [row.number for row in verdict.rows if row.ticked] if lines is None else lines
    return client.post(SHEET, {"apercu": shown.context["packed"], "ligne": ticked, **choices})


def problems(shown):
    return [tuple(each) for row in shown.context["verdict"].rows for each in row.content.problems]
