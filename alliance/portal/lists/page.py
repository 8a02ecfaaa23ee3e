"""What the page of the directory shows, in each of its four views, from what its address asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from alliance.lib.dates import today
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import figures
from alliance.portal.figures.listed import counted_here, is_partial
from alliance.portal.figures.map import map_of
from alliance.portal.filter_fields import FACETS, SORTS, USUAL_SORT, VIEWS
from alliance.portal.filters import DirectoryFilter
from alliance.portal.lists import about
from alliance.portal.paging import PER_PAGE, Listed, page_of
from alliance.portal.selection import Selection

PATH = "/initiatives/"
MOST_PRINTED = 140  # about six Letter sheets; a page this long still weighs less than 27 kB
_TABLE_ROWS = 50
_PANELS = ("theme", "territoire", "exercice", "etat", "portee", "source")
_LONG = (("municipalite", "Ajouter une municipalité"), ("organisation", "Ajouter une organisation"))
_FILES = (
    ("csv", "text/csv", "CSV (données ouvertes)"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Classeur Excel"),
    ("json", "application/json", "JSON"),
    ("atom", "application/atom+xml", "Fil Atom"),
)
_COLUMNS = (
    ("titre", "Initiative", "ascending"),
    ("mrc", "Lieu", "ascending"),
    ("", "Porteur", ""),
    (USUAL_SORT, "État", "other"),
    ("debut", "Début", "descending"),
    ("montant", "Montant", "descending"),
)

Context = dict[str, Any]


def shown(asked: DirectoryFilter, number: str) -> Context:
    """Return the context of the page; `number` is the page asked, as it was written."""
    view, notice = _VIEWS[asked.view](asked, number)
    page = view.get("page")
    active = asked.active(PATH)
    notices = asked.notices
    return {
        "asked": asked,
        "totals": figures.totals(asked.selection),
        "notices": [*notices, notice] if notice else notices,
        "active": active,
        "clear_url": _cleared(asked),
        "facets": [_facet(asked, name) for name in _PANELS],
        "long_facets": [_long_facet(asked, name, label) for name, label in _LONG],
        "sorts": [(value, label, value == asked.sort) for value, label in SORTS.items()],
        "views": [
            (label, asked.address(PATH, view=name), name == asked.view) for name, label in VIEWS.items()
        ],
        "files": [(kind, media, label, asked.file(f"/initiatives.{kind}")) for kind, media, label in _FILES],
        "alert": asked.address(reverse("portal:alert"), view="fiches", sort=USUAL_SORT),
        "excel": asked.file("/initiatives.csv", format="excel"),
        "base": _base(asked),
        "canonical": asked.address(PATH, page=page.number if page else 1),
        "title": about.titled(asked),
        "suggestions": [] if asked.selection.count else suggestions(asked),
        "nearest": asked.selection.nearest_words() if asked.words and not asked.selection.count else "",
        "as_of": today(),
        **view,
    }


def _base(asked: DirectoryFilter) -> str:
    address = asked.address(PATH)
    return f"{address}{'&' if '?' in address else '?'}"


def _cleared(asked: DirectoryFilter) -> str:
    return f"{PATH}?vue={asked.view}" if asked.view != "fiches" else PATH


def _facet(asked: DirectoryFilter, name: str) -> Context:
    return {"name": name, "legend": asked.form.fields[name].label, "choices": asked.choices(name)}


def _long_facet(asked: DirectoryFilter, name: str, label: str) -> Context:
    chosen, offered, hidden = asked.long_choices(name)
    legend = asked.form.fields[name].label
    return {
        "name": name,
        "legend": legend,
        "label": label,
        "chosen": chosen,
        "offered": offered,
        "hidden": hidden,
    }


# Views ----------------------------------------------------------------------------------------------------------


def _cards(asked: DirectoryFilter, number: str) -> tuple[Context, str]:
    page, notice = page_of(Listed(asked.selection, asked.sort), number, per_page=PER_PAGE)
    return {"page": page}, notice


def _table(asked: DirectoryFilter, number: str) -> tuple[Context, str]:
    page, notice = page_of(Listed(asked.selection, asked.sort), number, per_page=_TABLE_ROWS)
    columns = [
        (label, asked.address(PATH, sort=sort) if sort else "", order if sort == asked.sort else "")
        for sort, label, order in _COLUMNS
    ]
    return {"page": page, "columns": columns, **_amounts(asked, page)}, notice


def _map(asked: DirectoryFilter, number: str) -> tuple[Context, str]:
    return {"map": map_of(asked.selection, asked.measure)}, ""


def _print(asked: DirectoryFilter, number: str) -> tuple[Context, str]:
    rows = asked.selection.rows(asked.sort, 0, MOST_PRINTED)
    left_out = asked.selection.count - len(rows)
    return {
        "left_out": pluriel(left_out, "initiative n’est pas imprimée,initiatives ne sont pas imprimées")
        if left_out
        else "",
        "bound": MOST_PRINTED,
        "words": asked.in_words(),
        "order": SORTS[asked.sort],
        "address": about.absolute(asked.address(PATH, view="fiches")),
        "definition": about.DEFINITION,
        "back": asked.address(PATH, view="fiches"),
        **_amounts(asked, rows),
    }, ""


_VIEWS: dict[str, Callable[[DirectoryFilter, str], tuple[Context, str]]] = {
    "fiches": _cards,
    "tableau": _table,
    "carte": _map,
    "impression": _print,
}


def _amounts(asked: DirectoryFilter, rows: Any) -> Context:
    """Return the rows with what the list counts of each; `partial` when that is only a part of their amounts."""
    return {
        "partial": is_partial(asked.selection),
        "lines": [(row, counted_here(asked.selection, row)) for row in rows],
    }


# Nothing found --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """Something to try when the list is empty: a link, and what it gives."""

    label: str
    url: str
    gives: str = ""


def suggestions(asked: DirectoryFilter) -> list[Suggestion]:
    """Return the lists that leaving one filter out would give, the two longest first; none that is empty too."""
    found = []
    for name, value in asked.pairs():
        if name == "tri":
            continue
        count = _left(asked, name, value).count
        if count:
            label = f"«\xa0{value}\xa0»" if name == "q" else asked.label(name, value)
            url = asked.address(PATH, without=(name, value))
            found.append((count, Suggestion(label, url, pluriel(count, "initiative,initiatives"))))
    return [one for _, one in sorted(found, key=lambda pair: -pair[0])[:2]]


def _left(asked: DirectoryFilter, name: str, value: str) -> Selection:
    """Return the selection with one filter left out."""
    chosen = {
        facet: tuple(one for one in asked.chosen(facet) if (facet, one) != (name, value)) for facet in FACETS
    }
    return Selection(asked.directory, chosen, "" if name == "q" else asked.words)
