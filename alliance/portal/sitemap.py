"""The addresses that search engines are told of: every page that stands by itself and may be indexed."""

from collections.abc import Iterator
from datetime import date

from django.utils.timezone import localdate

from alliance.portal import labels as names
from alliance.portal.bilan import versions
from alliance.portal.directory import Directory
from alliance.portal.figures import organizations, register
from alliance.portal.fridge.subject import KINDS, Subject
from alliance.portal.labels import Label
from alliance.portal.models import Zoom
from initiatives.choices import Publication
from initiatives.models import Initiative

_LISTS = ("/", "/initiatives/", "/themes/", "/territoires/", "/organisations/", "/zoom/", "/bilan/")
_MAPS = ("/carte/", "/carte/deserts/")
_FIGURES = tuple(f"/chiffres/{page}" for page in ("", "exercices/", "matrice/", "annonces/", "changements/"))
_TAKEN = ("/donnees/", "/integrer/", "/frigo/")
_SAID = ("/a-propos/", "/accessibilite/", "/confidentialite/", "/nous-joindre/", "/signaler/")
Address = tuple[str, date | None]


def addresses(directory: Directory) -> list[Address]:
    """Return the path of every page that may be indexed, each once, with the day it was published when it has one.

    Five queries, whatever their number. What leads elsewhere (merged places and themes) is left out.
    """
    fixed = (*_LISTS, *_MAPS, *_FIGURES, *_TAKEN, *_SAID)
    undated = [*fixed, *_of_labels(directory), *(f"/chiffres/{code}/" for code in register.ENTRIES)]
    return [
        *((path, None) for path in undated),
        *_bilans(directory),
        *_zooms(),
        *((row.url, localdate(row.published_at)) for row in directory.rows),
        *_easy(),
    ]


def _of_labels(directory: Directory) -> Iterator[str]:
    """Yield the pages of themes, places and organizations: their own, their maps, their sheet for the fridge."""
    for kind in KINDS:
        for label in _present(directory, kind):
            yield label.url
            yield Subject(label).base
    for label in _present(directory, names.TERRITORY):
        yield f"/carte/{label.slug}/"
        yield f"/carte/deserts/{label.slug}/"
    yield from (one.url for one in organizations(directory))


def _present(directory: Directory, kind: str) -> list[Label]:
    return [label for label in directory.labels.all(kind) if not label.merged]


def _bilans(directory: Directory) -> Iterator[Address]:
    for listed in versions.years(directory):
        yield listed.url, None
        for version in listed.versions:
            yield f"{listed.url}version-{version.number}/", localdate(version.published_at)


def _zooms() -> Iterator[Address]:
    shown = Zoom.objects.filter(publication=Publication.PUBLISHED).order_by("slug")
    for slug, at in shown.values_list("slug", "published_at"):
        yield f"/zoom/{slug}/", localdate(at)


def _easy() -> Iterator[Address]:
    written = Initiative.objects.published().filter(easy__isnull=False).order_by("slug")
    for slug in written.values_list("slug", flat=True):
        yield f"/initiatives/{slug}/facile-a-lire/", None
