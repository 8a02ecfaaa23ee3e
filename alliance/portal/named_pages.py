"""Which public page an address names: it exists, and its title is ours, never a text that somebody put in the address."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures import register, told, told_rows
from alliance.portal.fridge import subject
from alliance.portal.models import BilanVersion, Zoom
from funding.models import PublishedFigure
from initiatives.choices import Publication
from initiatives.models import EasyText, FiscalYear

_LENGTH = 300
_PLAIN = re.compile(r"[\w/.,~%+-]+", re.ASCII)
_TITLES = {
    "home": "Page d’accueil",
    "directory": "Initiatives",
    "themes": "Thèmes",
    "territories": "Territoires",
    "organizations": "Organisations",
    "figures": "Chiffres",
    "bilans": "Bilans",
    "about": "À propos",
    "accessibility": "Accessibilité",
    "confidentiality": "Confidentialité",
    "contact": "Nous joindre",
}


@dataclass(frozen=True)
class NamedPage:
    """A public page: its address, its title, and the key of the initiative that it shows."""

    path: str
    title: str
    initiative: int | None = None


def page_named(directory: Directory, address: str) -> NamedPage | None:
    """Return the public page at `address`, a path of this site; None for anything else, which is then never shown.

    What follows « ? » is left out. The page of something that is not published is no page, nor is a file made of what
    an address asks.
    """
    try:
        path = urlsplit(address.strip()).path
    except ValueError:
        return None
    ours = address.startswith("/") and not address.startswith("//") and path != ""
    if not ours or len(path) > _LENGTH or not _PLAIN.fullmatch(path):
        return None
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.namespace != "portal" or "tell" in str(match.url_name):
        return None
    return _titled(directory, path, str(match.url_name), match.kwargs)


def _titled(directory: Directory, path: str, name: str, arguments: dict[str, Any]) -> NamedPage | None:
    if name in ("initiative", "easy"):
        return _of_initiative(directory, path, arguments["slug"].lower(), is_easy=name == "easy")
    if not arguments:
        return NamedPage(path, _TITLES.get(name, f"Page {path}"))
    title = _SAID[name](directory, **arguments) if name in _SAID else None
    return NamedPage(path, title) if title else None


def _of_initiative(directory: Directory, path: str, slug: str, *, is_easy: bool) -> NamedPage | None:
    row = next((row for row in directory.rows if row.slug == slug), None)
    if row is None or (is_easy and not EasyText.objects.filter(initiative=row.pk).exists()):
        return None
    return NamedPage(path, row.title, row.pk)


def _label(kind: str, words: str = "") -> Callable[..., str | None]:
    """Return what says the title of a page about one thing of the directory: its name, after `words`."""

    def said(directory: Directory, slug: str) -> str | None:
        label = directory.labels.find(kind, slug.lower())
        hidden = label is None or (label.kind == names.ORGANIZATION and not directory.shows(label))
        return None if hidden or label is None else f"{words}{label.name}"

    return said


def _figure(_directory: Directory, code: str) -> str | None:
    return register.ENTRIES[code].label if code in register.ENTRIES else None


def _announced(directory: Directory, code: str) -> str | None:
    figure = PublishedFigure.objects.select_related("fiscal_year", "territory").filter(code=code).first()
    if figure is None:
        return None
    ground = told.Ground(directory)
    is_counted = told.compare(figure, ground).counted is not None
    return figure.label if is_counted and told_rows.table_of(figure, ground) is not None else None


def _bilan(_directory: Directory, year: str) -> str | None:
    return f"Bilan {year}" if FiscalYear.objects.filter(label=year).exists() else None


def _bilan_version(_directory: Directory, year: str, number: int) -> str | None:
    found = BilanVersion.objects.filter(fiscal_year__label=year, number=number)
    return f"Bilan {year}, version {number}" if found.exists() else None


def _zoom(_directory: Directory, slug: str) -> str | None:
    found = Zoom.objects.filter(slug=slug, publication=Publication.PUBLISHED)
    return found.values_list("title", flat=True).first()


def _fridge(directory: Directory, kind: str, slug: str) -> str | None:
    found = subject.find(directory, kind, slug)
    return f"À mettre sur le frigo\xa0: {found.name}" if found else None


# Of the addresses that hold something asked for, those of pages; the others are files, shortcuts, links of a mail.
_SAID: dict[str, Callable[..., str | None]] = {
    "theme": _label(names.THEME),
    "territory": _label(names.TERRITORY),
    "municipality": _label(names.MUNICIPALITY),
    "organization": _label(names.ORGANIZATION),
    "map_territory": _label(names.TERRITORY, "Carte\xa0: "),
    "gaps_territory": _label(names.TERRITORY, "Où il manque de services\xa0: "),
    "figure": _figure,
    "announced_rows": _announced,
    "bilan": _bilan,
    "bilan_version": _bilan_version,
    "zoom": _zoom,
    "fridge_sheets": _fridge,
}
