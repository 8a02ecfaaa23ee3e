"""The spreadsheet of initiatives: its columns, and what a row of it says once each cell is read.

Nothing here asks the database, besides what `Reader` is given to choose from, nor writes anything. Cells are read by the
controls of the form (`initiatives.forms.questions`): an amount, a date, a name mean the same typed here or there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from alliance.lib.cells import split_list
from alliance.lib.money import NBSP
from alliance.lib.tabular import column_letter, read_table
from alliance.lib.text import clean_line, sort_key
from initiatives.choices import Continuity
from initiatives.forms.offer import Offer
from initiatives.forms.questions import fields_of
from initiatives.sections import KEPT_BY_ANSWERS, QUESTIONS

MOST_ROWS = 100  # a draft is some thirty questions to the database, and all are written in one transaction
EXAMPLE = "EXEMPLE À REMPLACER"
LEAD, TITLE = "lead", "title"
NAMES = ("territories", "municipalities", "primary_theme", "themes", "target_groups")
_WITH_COMMAS = ("territories", "municipalities")  # no name of these holds a comma
_HEADERS = {"lead": "Organisme qui porte l’initiative", "themes": "Autres thèmes"}
CODES = (
    TITLE,
    LEAD,
    "territories",
    "municipalities",
    "primary_theme",
    "themes",
    "target_groups",
    "starts_on",
    "ends_on",
    "expected_reach",
    "amount_requested",
    "money_source",
    "summary",
    "need",
    "continuity",
    "contact",
)
HEADERS = {code: _HEADERS.get(code) or QUESTIONS[code].label for code in CODES}
_HAS_A_DEFAULT = ("continuity", "themes")  # a new initiative; the main theme alone
ASKED = tuple(
    code for code in CODES if code == LEAD or (QUESTIONS[code].required and code not in _HAS_A_DEFAULT)
)
_FIRST = "Servez-vous du modèle\xa0: sa feuille «\xa0Initiatives\xa0» doit rester la première."


class Line(NamedTuple):
    """A row as it was written: its number in the file, and the text of each cell that is not blank, by column."""

    number: int
    cells: dict[str, str]


class Problem(NamedTuple):
    address: str  # of the cell: « C7 »
    sentence: str


class Doubt(NamedTuple):
    """A name that is not in the portal as it is written: somebody says what it means."""

    code: str
    name: str

    @property
    def what(self) -> str:
        return HEADERS[self.code]


@dataclass
class Content:
    """What a row says: what could be read, what is refused, the names about which somebody must choose."""

    line: Line
    values: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)

    def refuse(self, code: str, sentence: str) -> None:
        self.problems.append(Problem(f"{self.letters[code]}{self.line.number}", sentence))

    @property
    def title(self) -> str:
        return self.values.get(TITLE) or self.line.cells.get(TITLE, "")[:200]

    @property
    def lead(self) -> str:
        return self.values.get(LEAD, "")


@dataclass(frozen=True)
class Written:
    """What a file holds: where its columns are, its rows, how many rows of the model were left as they were."""

    letters: dict[str, str]
    lines: list[Line]
    untouched: int


def written(name: str, content: bytes) -> Written:
    """Return what the file `name` holds. Raises ValidationError (French): unreadable, unsafe, of other columns, too long."""
    table = read_table(name, content)
    codes = _columns(table.headers)
    letters = {code: column_letter(index) for index, code in enumerate(codes)}
    lines, untouched = [], 0
    for row in table.rows:
        texts = {code: text for code, cell in zip(codes, row.cells, strict=True) if (text := _text(cell))}
        if _is_of_the_model(texts):
            untouched += 1
        elif texts:
            lines.append(Line(row.line, texts))
    if len(lines) > MOST_ROWS:
        raise ValidationError(
            f"Le fichier compte {len(lines)} initiatives. Partagez-le en fichiers d’au plus {MOST_ROWS} lignes",
            code="too_many_rows",
        )
    if not lines:
        raise ValidationError("Le fichier ne contient aucune initiative", code="no_row")
    return Written(letters, lines, untouched)


def _columns(headers: list[str]) -> list[str]:
    known = {sort_key(header): code for code, header in HEADERS.items()}
    codes = []
    for index, header in enumerate(headers):
        code = known.get(sort_key(header))
        if code is None:
            name = f"«{NBSP}{header[:60]}{NBSP}»" if header else "sans titre"
            raise ValidationError(
                f"Colonne {column_letter(index)} inconnue\xa0: {name}. {_FIRST}", code="unknown_column"
            )
        if code in codes:
            raise ValidationError(f"Deux colonnes ont pour titre {HEADERS[code]}. Retirez-en une")
        codes.append(code)
    if TITLE not in codes:
        raise ValidationError(
            f"Il manque la colonne «{NBSP}{HEADERS[TITLE]}{NBSP}». {_FIRST}", code="no_title"
        )
    return codes


def _text(cell: Any) -> str:
    """Return a cell as a person would have typed it: the same row gives the same texts in a workbook and in a CSV."""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, Decimal):
        return format(cell, "f").replace(".", ",")
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


HELP = {
    TITLE: "Aide\xa0: une initiative par ligne, à partir de la ligne 5.",
    LEAD: "Choisissez dans la liste, ou inscrivez le nom.",
    "territories": "Plusieurs\xa0: séparez-les par un point-virgule.",
    "municipalities": "Laissez vide pour toute la MRC.",
    "primary_theme": "Un seul, de la liste.",
    "themes": "Séparez-les par un point-virgule.",
    "target_groups": "Séparez-les par un point-virgule.",
    "starts_on": "2026-04-27",
    "ends_on": "2027-03-31",
    "expected_reach": "Un nombre. Vide\xa0: inconnu.",
    "amount_requested": "En dollars. Vide\xa0: inconnu.",
    "money_source": "Si ce n’est pas le FQIS.",
    "summary": "Ce qui se fera, pour qui, en mots de tous les jours.",
    "need": "Le problème que vivent les personnes.",
    "continuity": "De la liste.",
    "contact": "Nom, courriel, téléphone. Ne sera pas publié.",
}
EXAMPLES = (
    {
        TITLE: f"{EXAMPLE}\xa0: Cuisine collective du village",
        "summary": "Des familles cuisinent ensemble une fois par semaine.",
        "need": "Le prix de la nourriture a beaucoup monté.",
    },
    {
        TITLE: f"{EXAMPLE}\xa0: Transport vers les rendez-vous",
        "summary": "Des bénévoles conduisent les personnes sans voiture.",
        "need": "L’autobus ne passe pas dans les rangs.",
    },
)


def _is_of_the_model(texts: dict[str, str]) -> bool:
    """Say whether the row is the help or an example whose words nobody touched (its lists depend on the person)."""
    if texts.get(TITLE) == HELP[TITLE]:
        return True
    return any(all(texts.get(code) == text for code, text in example.items()) for example in EXAMPLES)


class Reader:
    """Reads rows for a person: names are looked for among what they may choose, as in the form."""

    def __init__(self, user: Any, letters: dict[str, str], others: Iterable[Any]) -> None:
        """`others`: the MRCs of the region, whose names are told apart from words that mean nothing."""
        self.letters = letters
        self.offer = Offer(user)
        self.controls = fields_of(code for code in CODES if code not in (LEAD, *NAMES))
        offered = {code: getattr(self.offer, _OFFERS.get(code, code)) for code in NAMES}
        offered["municipalities"] = [row for _, rows in offered["municipalities"] for row in rows]
        self.rows = {code: {row.pk: row for row in rows} for code, rows in offered.items()}
        self.names = {code: _index(rows) for code, rows in offered.items()}
        mine = self.rows["territories"]
        self.others = _index(row for row in others if row.pk not in mine)

    def read(self, line: Line) -> Content:
        content = Content(line, letters=self.letters)
        for code, text in line.cells.items():
            try:
                self._read(content, code, text)
            except ValidationError as error:
                content.refuse(code, error.messages[0])
        _check_whole(content)
        return content

    def _read(self, content: Content, code: str, text: str) -> None:
        if code in NAMES:
            self._read_names(content, code, text)
        elif code == LEAD:
            content.values[LEAD] = clean_line(text)[:200]
        elif code == "continuity":
            content.values[code] = _continuity(text)
        else:
            kept = content.answers if QUESTIONS[code].kept == KEPT_BY_ANSWERS else content.values
            kept[code] = self.controls[code].clean(text)

    def _read_names(self, content: Content, code: str, text: str) -> None:
        found = content.values.setdefault(code, [])
        names = (
            [text] if code == "primary_theme" or sort_key(text) in self.names[code] else _names(code, text)
        )
        for name in map(clean_line, names):
            key = sort_key(name)
            if row := self.names[code].get(key):
                if row not in found:
                    found.append(row)
            elif refusal := self._refusal(code, name, key):
                content.refuse(code, refusal)
            else:
                content.doubts.append(Doubt(code, name))

    def _refusal(self, code: str, name: str, key: str) -> str:
        """Return why a name is refused at once; nothing when it is close enough to another to ask."""
        quoted = f"«{NBSP}{name[:80]}{NBSP}»"
        if code == "territories" and (other := self.others.get(key)):
            return f"{other} n’est pas une de vos MRC"
        if key in self.names[code]:
            return f"Plusieurs portent le nom {quoted}\xa0: choisissez-la ensuite dans le dossier"
        if self.near(code, name):
            return ""
        return f"{quoted} n’est pas dans la liste «{NBSP}{HEADERS[code]}{NBSP}»"

    def near(self, code: str, name: str) -> list[Any]:
        """Return the rows that `name` may mean, the closest first."""
        keys = get_close_matches(sort_key(name), list(self.names[code]), n=3, cutoff=0.75)
        found = [row for key in keys if (row := self.names[code][key])]
        return list(dict.fromkeys(found))


_OFFERS = {"primary_theme": "themes"}


def _names(code: str, text: str) -> list[str]:
    return split_list(text, comma=code in _WITH_COMMAS)


def _index(rows: Iterable[Any]) -> dict[str, Any]:
    """Return the rows by each way of writing their name; a name that two of them share gives None."""
    found: dict[str, Any] = {}
    for row in rows:
        for key in set(_spellings(row)):
            found[key] = row if found.get(key, row) == row else None
    found.pop("", None)
    return found


def _spellings(row: Any) -> Iterator[str]:
    for name in (str(row), *(getattr(row, kind, "") for kind in ("name", "full_name", "slug", "code"))):
        yield sort_key(name or "")


def _continuity(text: str) -> str:
    for value, label in Continuity.choices:
        if sort_key(text) == sort_key(label):
            return value
    raise ValidationError(f"Choisissez dans la liste\xa0: {', '.join(Continuity.labels)}")


def _check_whole(content: Content) -> None:
    """Refuse what each cell allows and the row does not."""
    values = content.values
    if not values.get(TITLE) and TITLE not in content.line.cells:
        content.refuse(TITLE, "Inscrivez le titre de l’initiative")
    elif sort_key(content.title).startswith(sort_key(EXAMPLE)):
        content.refuse(TITLE, "Remplacez le titre de l’exemple par celui de votre initiative")
    start, end = values.get("starts_on"), values.get("ends_on")
    if start and end and end < start:
        content.refuse("ends_on", f"La date de fin doit suivre la date de début ({start.isoformat()})")
    places = {row.pk for row in values.get("territories", ())}
    doubtful = any(doubt.code == "territories" for doubt in content.doubts)
    for row in values.get("municipalities", ()):
        if row.territory_id not in places and not doubtful:
            content.refuse("municipalities", f"{row} n’est pas dans les MRC de cette ligne")
