from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from initiatives.actions import documents as verbs
from initiatives.models import Document
from tests.documents import made
from tests.espace.conftest import at_once  # noqa: F401  # the same threads, on a copy of the database


@pytest.fixture
def kept():
    """Return a function that gives the names of the files on the disk."""
    root = Path(default_storage.path("documents"))

    def names():
        return {path.name for path in root.iterdir()} if root.exists() else set()

    for name in names():
        (root / name).unlink()
    return names


@pytest.fixture
def join(world):
    """Return a function that joins a document to a file."""

    def add(initiative, *, by=None, kind="resolution", content=None, name="resolution.pdf", **values):
        upload = made.upload(content, name)
        person = by or world.agent_mitis
        return verbs.add_document(initiative=initiative, by=person, kind=kind, upload=upload, **values)

    return add


def names_of_rows():
    return {row.file.name.partition("/")[2] for row in Document.objects.all()}
