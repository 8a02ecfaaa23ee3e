"""What differs between two documents of the same year: every figure and every number of every table, before and after.

The lists of initiatives are left out: what each of them changed is told one by one (`alliance.portal.changes`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from alliance.portal.bilan.document import NUMBER, NUMERIC, Document, Table, Value
from alliance.portal.bilan.shown import said, sentence

ABSENT = "absent"
_Key = tuple[str, str, str, str]  # code, table, line, column


@dataclass(frozen=True)
class Difference:
    """One number that changed. `where` names it: « FQIS par ligne, La Mitis, Affecté »; None is unknown, never zero."""

    where: str
    kind: str
    before: Value
    after: Value
    was_there: bool = True
    is_there: bool = True

    @property
    def before_text(self) -> str:
        return said(self.before, self.kind) if self.was_there else ABSENT

    @property
    def after_text(self) -> str:
        return said(self.after, self.kind) if self.is_there else ABSENT

    @property
    def difference(self) -> Decimal | int | None:
        """Return after less before; None when one of them is unknown or absent."""
        if not isinstance(self.before, (int, Decimal)) or not isinstance(self.after, (int, Decimal)):
            return None
        return self.after - self.before

    @property
    def difference_text(self) -> str:
        if self.difference is None:
            return "—"
        return f"{'+' if self.difference > 0 else ''}{said(self.difference, self.kind)}"


def differences(before: Document, after: Document) -> list[Difference]:
    """Return every number that is not the same in both documents, in the order of the second one."""
    had, has = dict(_numbers(before)), dict(_numbers(after))
    found = []
    for key in dict.fromkeys([*has, *had]):
        name, kind, _ = has.get(key) or had[key]
        old, new = (side[key][2] if key in side else None for side in (had, has))
        if (key in had, old) != (key in has, new):
            found.append(Difference(name, kind, old, new, key in had, key in has))
    return found


def _numbers(document: Document) -> Iterator[tuple[_Key, tuple[str, str, Value]]]:
    """Yield each number of a document: what it is, its name in words, its kind and its value."""
    for section in document.sections:
        for figure in section.figures:
            yield (
                ("chiffre", figure.code, "", ""),
                (f"{section.title}, {sentence(figure.label)}", figure.kind, figure.value),
            )
        for table in section.tables:
            if all(column.kind != NUMBER for column in table.columns):
                yield from _cells(table)


def _cells(table: Table) -> Iterator[tuple[_Key, tuple[str, str, Value]]]:
    total = [table.total] if table.total else []
    for row in (*table.rows, *total):
        for column, value in zip(table.columns[1:], row[1:], strict=True):
            if column.kind in NUMERIC:
                line = str(row[0])
                name = f"{table.title}, {line}, {column.name}"
                yield (table.code, "", line, column.name), (name, column.kind, value)
