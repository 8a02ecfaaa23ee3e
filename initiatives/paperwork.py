"""The documents of a file as people read them: by kind, with those the form asks for and that are not there yet."""

from dataclasses import dataclass

from alliance.lib.money import NBSP
from alliance.lib.templatetags.francais import nombre
from initiatives.choices import DocumentKind, ScanState
from initiatives.documents import is_image
from initiatives.models import Document, Initiative

_WORDS = {
    "pdf": "PDF",
    "vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "vnd.oasis.opendocument.text": "LibreOffice",
    "vnd.oasis.opendocument.spreadsheet": "LibreOffice",
    "jpeg": "JPG",
    "png": "PNG",
}


@dataclass(frozen=True)
class Group:
    """The documents of one kind; `is_missing`: the form asks for it and no sound one is there."""

    kind: str
    label: str
    is_required: bool
    documents: tuple[Document, ...]

    @property
    def is_missing(self) -> bool:
        return self.is_required and not any(row.scan != ScanState.INFECTED for row in self.documents)


def groups_of(initiative: Initiative) -> list[Group]:
    """Return the kinds that are asked for or present, in the order of the form; one query. Each row gets its `words`."""
    rows = list(initiative.documents.select_related("added_by"))
    for row in rows:
        row.words = words_of(row)
        row.is_image = is_image(row.media_type)
        row.is_infected = row.scan == ScanState.INFECTED
    groups = []
    for kind in DocumentKind:
        mine = tuple(row for row in rows if row.kind == kind)
        if mine or kind in DocumentKind.required:
            groups.append(Group(kind.value, kind.label, kind in DocumentKind.required, mine))
    return groups


def words_of(document: Document) -> str:
    """« PDF, 240 Ko »."""
    return f"{_WORDS.get(document.media_type.partition('/')[2], 'fichier')}, {size_text(document.size)}"


def size_text(size: int) -> str:
    """Return a number of bytes as people say it: « 240 Ko », « 2,4 Mo »."""
    if size < 1000 * 1000:
        return f"{max(1, round(size / 1000))}{NBSP}Ko"
    return f"{nombre(round(size / 1_000_000, 1))}{NBSP}Mo"
