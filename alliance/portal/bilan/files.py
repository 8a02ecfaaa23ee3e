"""A document as files: a workbook of several sheets, and one CSV where each line is one value."""

from collections.abc import Iterator

from alliance.lib.dates import long_date
from alliance.lib.tabular import Sheet, csv_text, xlsx_workbook
from alliance.portal.bilan.document import (
    COUNT,
    DOLLARS,
    NUMERIC,
    PERCENT,
    RATIO,
    Document,
    Section,
    Table,
    Value,
)
from alliance.portal.bilan.shown import said, status

CSV_HEADERS = ("section", "tableau", "rang", "ligne", "colonne", "valeur", "unite", "affichage")
TOTAL = "total"  # what stands for the rank of a total
_UNITS = {DOLLARS: "dollars", COUNT: "nombre", RATIO: "dollars par dollar", PERCENT: "pourcentage"}
_SHEETS = {
    "sources": "Par source",
    "lignes": "FQIS par ligne",
    "lignes-autres": "Autres sources par ligne",
    "partenaires": "Partenaires",
    "themes": "Par thème",
    "territoires": "Par MRC",
    "matrice-nombre": "Matrice nombre",
    "matrice-dollars": "Matrice dollars",
    "suite": "Nouvelles et prolongées",
    "roles": "Organisations par rôle",
    "organisations": "Organisations",
    "initiatives": "Initiatives",
    "payees": "Payées, autre exercice",
    "annonces": "Chiffres annoncés",
    "definitions": "Définitions",
}
_DEMO = "Contient des données de démonstration : une partie des initiatives et des montants est inventée."


def about(document: Document) -> list[tuple[str, str]]:
    """Return what every file says of itself: title, state, date, remark, demonstration, licence."""
    said_of = [
        ("Titre", f"{document.title}, Alliance pour la solidarité au Bas-Saint-Laurent"),
        ("État", status(document)),
        ("En date du", long_date(document.as_of)),
        ("Remarque", document.note),
        ("Démonstration", _DEMO if document.has_demo else ""),
        ("Licence", "Creative Commons Attribution 4.0"),
    ]
    return [(name, text) for name, text in said_of if text]


def workbook(document: Document) -> bytes:
    """Return the XLSX: what it is and the figures, then one sheet per table, the stories, the words."""
    sheets = [_first(document)]
    sheets += [_sheet(table) for table in document.tables]
    if stories := [story for section in document.sections for story in section.stories]:
        rows = [(story.number, story.title, story.text) for story in stories]
        sheets.append(Sheet("Histoires", ("Numéro", "Titre", "Histoire"), rows))
    texts = [(section.title, text) for section in document.sections for text in _texts(section)]
    sheets.append(Sheet("Textes", ("Section", "Texte"), texts))
    return xlsx_workbook(sheets)


def _first(document: Document) -> Sheet:
    lines: list[tuple[object, ...]] = [(name, text, "", "", "") for name, text in about(document)]
    lines += [
        (figure.label, _cell(figure.value, figure.kind), figure.unit, figure.definition, figure.note)
        for section in document.sections
        for figure in section.figures
    ]
    return Sheet("Bilan", ("Chiffre", "Valeur", "Unité", "Définition", "Remarque"), lines)


def _sheet(table: Table) -> Sheet:
    kinds = [column.kind for column in table.columns]

    def cells(row: tuple[Value, ...]) -> tuple[object, ...]:
        return tuple(_cell(value, kind) for value, kind in zip(row, kinds, strict=True))

    return Sheet(
        name=_SHEETS.get(table.code, table.title),
        headers=[column.name for column in table.columns],
        rows=[cells(row) for row in table.rows],
        total=cells(table.total) if table.total else None,
    )


def _cell(value: Value, kind: str) -> object:
    """Return a number, a text, or the words of what is unknown: an empty cell would read as zero."""
    return said(None, kind) if value is None else value


def _texts(section: Section) -> list[str]:
    notes = [table.note for table in section.tables]
    return [text for text in (section.intro, *section.paragraphs, *notes) if text]


def csv_file(document: Document) -> str:
    """Return the CSV (comma, point, ISO dates): one line per value; `valeur` is empty when it is unknown.

    `section` and `tableau` are codes, `rang` the rank of the line in its table (« total » for its total), `unite` says
    how to read `valeur`, `affichage` is what the page shows.
    """
    return csv_text(CSV_HEADERS, _lines(document), dialect="open")


def _lines(document: Document) -> Iterator[tuple[object, ...]]:
    for rank, (name, text) in enumerate(about(document), 1):
        yield ("bilan", "a-propos", rank, name, "texte", text, "texte", text)
    for section in document.sections:
        for rank, text in enumerate(_texts(section), 1):
            yield (section.code, "textes", rank, section.title, "texte", text, "texte", text)
        for rank, figure in enumerate(section.figures, 1):
            shown = said(figure.value, figure.kind)
            unit = _UNITS[figure.kind]
            yield (section.code, "chiffres", rank, figure.code, figure.label, figure.value, unit, shown)
        for rank, story in enumerate(section.stories, 1):
            yield (
                section.code,
                "histoires",
                rank,
                story.number,
                story.title,
                story.text,
                "texte",
                story.text,
            )
        for table in section.tables:
            yield from _table_lines(section, table)


def _table_lines(section: Section, table: Table) -> Iterator[tuple[object, ...]]:
    rows: list[tuple[object, tuple[Value, ...]]] = list(enumerate(table.rows, 1))
    if table.total:
        rows.append((TOTAL, table.total))
    for rank, row in rows:
        for column, value in zip(table.columns[1:], row[1:], strict=True):
            unit = _UNITS[column.kind] if column.kind in NUMERIC else "texte"
            yield (
                section.code,
                table.code,
                rank,
                row[0],
                column.name,
                value,
                unit,
                said(value, column.kind),
            )
