"""What a bilan says, whatever shows it: sections of figures, tables, stories and paragraphs, with typed values.

Dollars, percentages and ratios are Decimal, counts are int, and None is unknown: never zero. A document becomes JSON
and comes back exactly the same, so that a published version is read as it was written.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

TEXT, COUNT, DOLLARS, PERCENT, RATIO = "text", "count", "dollars", "percent", "ratio"
# Texts about one initiative: its number stays for ever, its title and its lead go when it leaves the site.
NUMBER, TITLE, LEAD = "number", "title", "lead"
_DECIMALS = frozenset({DOLLARS, PERCENT, RATIO})
NUMERIC = _DECIMALS | {COUNT}

OPEN, CLOSED, PUBLISHED = "open", "closed", "published"
WITHDRAWN = "retirée du site"

Value = str | int | Decimal | None
Values = tuple[Value, ...]


@dataclass(frozen=True)
class Column:
    name: str
    kind: str = TEXT


@dataclass(frozen=True)
class FigureLine:
    """One figure with its sentence of definition. `unit` is what is counted, « $ » for dollars, « ratio »."""

    code: str
    label: str
    value: Value
    unit: str
    definition: str
    note: str = ""

    @property
    def kind(self) -> str:
        return {"$": DOLLARS, "ratio": RATIO, "%": PERCENT}.get(self.unit, COUNT)


@dataclass(frozen=True)
class Table:
    """`code` names it in files and addresses; every row and the total have one value per column."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Values, ...]
    total: Values | None = None
    note: str = ""


@dataclass(frozen=True)
class Story:
    """What somebody agreed to have told, in an initiative's report."""

    number: str
    title: str
    text: str


@dataclass(frozen=True)
class Section:
    code: str
    title: str
    intro: str = ""
    figures: tuple[FigureLine, ...] = ()
    tables: tuple[Table, ...] = ()
    stories: tuple[Story, ...] = ()
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A fiscal year's bilan as of a day. `version` is None while it is not published."""

    year: str
    title: str
    as_of: date
    status: str
    version: int | None
    sections: tuple[Section, ...] = field(default_factory=tuple)
    has_demo: bool = False
    note: str = ""

    def section(self, code: str) -> Section:
        """Return the section of a code; raises KeyError."""
        return {section.code: section for section in self.sections}[code]

    def figure(self, code: str) -> FigureLine:
        """Return the figure of a code, wherever it stands; raises KeyError."""
        return {figure.code: figure for section in self.sections for figure in section.figures}[code]

    def table(self, code: str) -> Table:
        """Return the table of a code, wherever it stands; raises KeyError."""
        return {table.code: table for table in self.tables}[code]

    @property
    def tables(self) -> list[Table]:
        return [table for section in self.sections for table in section.tables]


def to_json(document: Document) -> dict[str, Any]:
    """Return the document as JSON can hold it: decimals and the date as texts."""
    return {
        "year": document.year,
        "title": document.title,
        "as_of": document.as_of.isoformat(),
        "status": document.status,
        "version": document.version,
        "has_demo": document.has_demo,
        "note": document.note,
        "sections": [_section_out(section) for section in document.sections],
    }


def from_json(content: dict[str, Any]) -> Document:
    """Return the document that `to_json` was given."""
    return Document(
        year=content["year"],
        title=content["title"],
        as_of=date.fromisoformat(content["as_of"]),
        status=content["status"],
        version=content["version"],
        has_demo=content["has_demo"],
        note=content["note"],
        sections=tuple(_section_in(section) for section in content["sections"]),
    )


def _out(value: Value) -> str | int | None:
    return str(value) if isinstance(value, Decimal) else value


def _in(value: Any, kind: str) -> Value:
    return Decimal(value) if kind in _DECIMALS and value is not None else value


def _section_out(section: Section) -> dict[str, Any]:
    return {
        "code": section.code,
        "title": section.title,
        "intro": section.intro,
        "figures": [{**vars(figure), "value": _out(figure.value)} for figure in section.figures],
        "tables": [_table_out(table) for table in section.tables],
        "stories": [vars(story) for story in section.stories],
        "paragraphs": list(section.paragraphs),
    }


def _section_in(content: dict[str, Any]) -> Section:
    figures = (FigureLine(**figure) for figure in content["figures"])
    return Section(
        code=content["code"],
        title=content["title"],
        intro=content["intro"],
        figures=tuple(replace(figure, value=_in(figure.value, figure.kind)) for figure in figures),
        tables=tuple(_table_in(table) for table in content["tables"]),
        stories=tuple(Story(**story) for story in content["stories"]),
        paragraphs=tuple(content["paragraphs"]),
    )


def _table_out(table: Table) -> dict[str, Any]:
    return {
        "code": table.code,
        "title": table.title,
        "columns": [[column.name, column.kind] for column in table.columns],
        "rows": [[_out(value) for value in row] for row in table.rows],
        "total": None if table.total is None else [_out(value) for value in table.total],
        "note": table.note,
    }


def _table_in(content: dict[str, Any]) -> Table:
    columns = tuple(Column(*column) for column in content["columns"])

    def values(row: list[Any]) -> Values:
        return tuple(_in(value, column.kind) for value, column in zip(row, columns, strict=True))

    return Table(
        code=content["code"],
        title=content["title"],
        columns=columns,
        rows=tuple(values(row) for row in content["rows"]),
        total=None if content["total"] is None else values(content["total"]),
        note=content["note"],
    )


def masked(
    document: Document, public: Collection[str], agreed: Collection[tuple[str, str]] | None = None
) -> Document:
    """Return the document without the titles, leads and stories of initiatives whose number is not in `public`.

    `agreed` are the stories (number, text) that an approved report still agrees to have told: a story whose consent
    was withdrawn, or whose text was taken back, is no longer shown; None asks nothing about it. Figures stay: what
    was published is not rewritten, and what left the site is not named again.
    """
    return replace(
        document, sections=tuple(_masked_section(each, public, agreed) for each in document.sections)
    )


def _masked_section(
    section: Section, public: Collection[str], agreed: Collection[tuple[str, str]] | None
) -> Section:
    return replace(
        section,
        tables=tuple(_masked_table(table, public) for table in section.tables),
        stories=tuple(
            story
            for story in section.stories
            if story.number in public and (agreed is None or (story.number, story.text) in agreed)
        ),
    )


def _masked_table(table: Table, public: Collection[str]) -> Table:
    kinds = [column.kind for column in table.columns]
    if NUMBER not in kinds:
        return table
    where = kinds.index(NUMBER)

    def mask(row: Values) -> Values:
        if row[where] in public:
            return row
        hidden: dict[str, Value] = {TITLE: WITHDRAWN, LEAD: ""}
        return tuple(hidden.get(kind, value) for kind, value in zip(kinds, row, strict=True))

    return replace(table, rows=tuple(mask(row) for row in table.rows))
