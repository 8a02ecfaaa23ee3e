"""The workbook to fill: one row per initiative, lists of what the person may choose, and how to use it.

No cell holds a formula; names that a spreadsheet could run are typed as text, in a column of texts.
"""

import io
from collections.abc import Sequence
from typing import Any

from alliance.accounts.models import User
from alliance.lib.tabular import column_letter
from initiatives.choices import Continuity
from initiatives.forms.offer import Offer
from initiatives.sheet import CODES, EXAMPLES, HEADERS, HELP, LEAD, MOST_ROWS
from territories.models import Organization

FILE_NAME = "modele-initiatives.xlsx"
_FIRST, _LAST = 3, 4 + MOST_ROWS  # rows where somebody may write: the examples, then the initiatives
_LETTER, _TEXT = 1, "@"  # the paper of Québec; a column of texts
_FORMATS = {
    "starts_on": "yyyy-mm-dd",
    "ends_on": "yyyy-mm-dd",
    "expected_reach": "#,##0",
    "amount_requested": '#,##0.00" $"',
}
_WIDTHS = {"title": 34, LEAD: 30, "summary": 46, "need": 40, "contact": 30, "primary_theme": 24}
_SEVERAL = (
    "territories",
    "municipalities",
    "themes",
    "target_groups",
    LEAD,
)  # the list helps and forbids nothing
_RULES = {
    "starts_on": ("date", "36526", "73415", "Une date, par exemple 2026-04-27."),  # 2000 to 2100
    "ends_on": ("date", "36526", "73415", "Une date, par exemple 2027-03-31."),
    "expected_reach": ("whole", "0", "1000000", "Un nombre entier de personnes."),
    "amount_requested": ("decimal", "0", "9999999999.99", "Un montant en dollars, sans signe moins."),
}
_USE = (
    "Chaque ligne de la feuille «\xa0Initiatives\xa0» devient un brouillon dans votre espace.",
    "Remplacez les deux lignes d’exemple, ou laissez-les\xa0: elles ne sont pas lues tant que leur texte est intact.",
    "Seul le titre est nécessaire. Une case vide veut dire «\xa0à compléter plus tard\xa0», jamais zéro.",
    "Choisissez dans les listes\xa0: MRC, municipalités, thèmes, personnes visées, organisations.",
    "Plusieurs MRC, thèmes ou groupes dans une case\xa0: séparez-les par un point-virgule.",
    "Dates\xa0: année-mois-jour, par exemple 2026-04-27. Montants\xa0: 12500 ou 12\xa0500,50.",
    "Gardez les titres des colonnes et laissez cette feuille-là la première. Pas de formule\xa0: collez les valeurs.",
    f"Au plus {MOST_ROWS} initiatives par fichier. Les lignes masquées sont lues aussi.",
    "Le portail montre ce qui sera créé, ligne par ligne, avant d’écrire quoi que ce soit.",
    "Le budget détaillé, les activités, les documents et la déclaration se remplissent ensuite dans chaque dossier.",
)


def lists_for(user: User) -> dict[str, tuple[str, list[str]]]:
    """Return (title, names offered) by column: the person's own MRCs, the themes of the period, active organizations."""
    offer = Offer(user)
    themes = [str(row) for row in offer.themes]
    towns = [str(row) for _, rows in offer.municipalities for row in rows]
    return {
        "territories": ("MRC", [str(row) for row in offer.territories]),
        "municipalities": ("Municipalités", towns),
        "primary_theme": ("Thèmes", themes),
        "themes": ("Autres thèmes", themes),
        "target_groups": ("Personnes visées", [str(row) for row in offer.target_groups]),
        LEAD: ("Organisations", list(Organization.objects.can_lead().values_list("name", flat=True))),
        "continuity": ("Nouvelle ou prolongée", [str(label) for label in Continuity.labels]),
    }


def workbook_for(user: User) -> bytes:
    """Return the workbook that `user` fills."""
    from openpyxl import Workbook  # noqa: PLC0415 - most of a second to load: only for those who ask for the workbook

    book = Workbook()
    book.properties.creator = "Alliance pour la solidarité au Bas-Saint-Laurent"
    book.properties.title = "Initiatives à inscrire"
    lists = lists_for(user)
    page = book.active
    page.title = "Initiatives"
    _write_rows(page, lists)
    _lay_out(page)
    _write_use(book.create_sheet("Mode d’emploi"))
    _write_lists(book.create_sheet("Listes"), lists)
    _tie_lists(page, lists)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_rows(page: Any, lists: dict[str, tuple[str, list[str]]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - same as in workbook_for

    wrapped = Alignment(wrap_text=True, vertical="top")
    looks = {
        1: (Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F4E5F")),
        2: (Font(italic=True, color="44546A"), PatternFill("solid", fgColor="EAF1F4")),
        3: (Font(color="7F6000"), PatternFill("solid", fgColor="FFF6DD")),
    }
    rows = [HEADERS, HELP, *(_example(example, lists) for example in EXAMPLES)]
    for number, row in enumerate(rows, 1):
        font, fill = looks[min(number, 3)]
        for index, code in enumerate(CODES, 1):
            cell = page.cell(number, index)
            _put(cell, row.get(code))
            cell.font, cell.fill, cell.alignment = font, fill, wrapped
            cell.number_format = _FORMATS.get(code, _TEXT) if number > 2 else _TEXT


def _put(cell: Any, value: Any) -> None:
    """Write a value; a text stays a text, whatever it begins with."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def _example(words: dict[str, str], lists: dict[str, tuple[str, list[str]]]) -> dict[str, str]:
    firsts = {code: names[0] for code, (_, names) in lists.items() if names and code in _SHOWN}
    return {**words, **firsts}


_SHOWN = ("territories", "primary_theme", "target_groups", "continuity")


def _lay_out(page: Any) -> None:
    for index, code in enumerate(CODES):
        column = page.column_dimensions[column_letter(index)]
        column.width = _WIDTHS.get(code, 18)
        column.number_format = _FORMATS.get(code, _TEXT)
    page.row_dimensions[1].height, page.row_dimensions[2].height = 32, 48
    page.freeze_panes = "B2"
    page.print_title_rows = "1:1"
    page.page_setup.paperSize, page.page_setup.orientation = _LETTER, "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _write_use(page: Any) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - same as in workbook_for

    page.column_dimensions["A"].width = 110
    _put(page.cell(1, 1), "Mode d’emploi")
    page.cell(1, 1).font = Font(bold=True, size=14)
    for number, sentence in enumerate(_USE, 1):
        cell = page.cell(number + 1, 1)
        _put(cell, f"{number}. {sentence}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.page_setup.paperSize, page.page_setup.orientation = _LETTER, "landscape"


def _write_lists(page: Any, lists: dict[str, tuple[str, list[str]]]) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415 - same as in workbook_for

    for column, (title, names) in enumerate(lists.values(), 1):
        page.column_dimensions[column_letter(column - 1)].width = 34
        for number, text in enumerate([title, *names], 1):
            cell = page.cell(number, column)
            _put(cell, text)
            cell.number_format = _TEXT
        page.cell(1, column).font = Font(bold=True)
    page.freeze_panes = "A2"
    page.page_setup.paperSize, page.page_setup.orientation = _LETTER, "landscape"


def _tie_lists(page: Any, lists: dict[str, tuple[str, list[str]]]) -> None:
    """Give each column its list or its rule; where several names or a new one may stand, the list only advises."""
    for position, (code, (title, names)) in enumerate(lists.items()):
        if names:
            letter = column_letter(position)
            source = f"Listes!${letter}$2:${letter}${len(names) + 1}"
            _rule(page, code, "list", [source], f"Choisissez dans la liste «\xa0{title}\xa0».")
    for code, (kind, low, high, words) in _RULES.items():
        _rule(page, code, kind, [low, high], words)


def _rule(page: Any, code: str, kind: str, bounds: Sequence[str], words: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - same as in workbook_for

    rule = DataValidation(
        type=kind,
        formula1=bounds[0],
        formula2=bounds[1] if len(bounds) > 1 else None,
        operator="between" if len(bounds) > 1 else None,
        allow_blank=True,
        showErrorMessage=code not in _SEVERAL,
        errorStyle="warning" if kind != "list" else "stop",
        errorTitle="À vérifier",
        error=words,
    )
    letter = column_letter(CODES.index(code))
    rule.add(f"{letter}{_FIRST}:{letter}{_LAST}")
    page.add_data_validation(rule)
