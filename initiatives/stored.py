"""What is on the disk against what the rows say (quality.md §5, I13). Reads only; `actions.documents` takes off."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from initiatives.models import Document

FOLDER = "documents"
YOUNG = timedelta(days=1)  # bytes are written a moment before their row: what is younger may be arriving
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Orphan:
    """A stored file that no row knows."""

    name: str
    is_old: bool


def faults() -> Iterator[tuple[Document, str]]:
    """Yield each document whose bytes are not those that its row remembers, with what is wrong."""
    for document in Document.objects.order_by("pk").iterator():
        try:
            digest = _digest(document)
        except OSError:
            yield document, "le fichier manque"
            continue
        if digest != document.digest:
            yield document, "le fichier a changé"


def orphans() -> list[Orphan]:
    """Return the stored files that no row knows, by name."""
    if not default_storage.exists(FOLDER):
        return []
    _folders, names = default_storage.listdir(FOLDER)
    paths = {
        f"{FOLDER}/{name}" for name in names
    }  # listed before the rows are read: an arriving file is young
    known = set(Document.objects.values_list("file", flat=True))
    limit = timezone.now() - YOUNG
    return [Orphan(path, default_storage.get_modified_time(path) < limit) for path in sorted(paths - known)]


def _digest(document: Document) -> str:
    digest = hashlib.sha256()
    with document.file.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
