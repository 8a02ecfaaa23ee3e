"""What a page of the map is asked: the directory's filters, a measure, and how the page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode

from alliance.lib.dates import today
from alliance.portal import labels as names
from alliance.portal.directory import current
from alliance.portal.figures.scale import COUNT, MEASURES
from alliance.portal.filters import Active, Choice, DirectoryFilter

_SHORT = (("theme", "Thème", "Tous"), ("exercice", "Exercice", "Tous"), ("etat", "État", "Tous"))
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class MapAsked:
    """The filters of a page of the map; `has_measure` says that the page shows dollars too."""

    request: HttpRequest
    has_measure: bool = True

    @cached_property
    def filters(self) -> DirectoryFilter:
        return DirectoryFilter(self.request.GET, directory=current(self.request))

    @property
    def measure(self) -> str:
        return self.filters.measure if self.has_measure else COUNT

    @property
    def pairs(self) -> Pairs:
        """Return what was understood, order left out: the pairs of a canonical address."""
        found = [pair for pair in self.filters.pairs() if pair[0] != "tri"]
        return [*found, *([("mesure", self.measure)] if self.measure != COUNT else [])]

    def address(self, path: str, without: tuple[str, str] = ("", "")) -> str:
        pairs = [pair for pair in self.pairs if pair != without]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def _active(self) -> list[Active]:
        return [
            Active(one.label, self.address(self.request.path, without=pair))
            for one, pair in zip(self.filters.active(""), self._filtered, strict=True)
        ]

    @property
    def _filtered(self) -> Pairs:
        """Return the filters in the order in which the directory shows them as active."""
        words = [("q", self.filters.words)] if self.filters.words else []
        facets = [name for name in self.filters.form.fields if name not in ("q", "tri", "vue", "mesure")]
        return words + [(name, value) for name in facets for value in self.filters.chosen(name)]

    def _selects(self) -> list[Mapping[str, Any]]:
        """Return the short lists; one choice is shown in each, the others asked for are kept beside (`_kept`)."""
        return [
            {"name": name, "label": label, "all": every, "options": self._options(name)}
            for name, label, every in _SHORT
        ]

    def _options(self, name: str) -> list[Choice]:
        first = self.filters.chosen(name)[:1]
        return [replace(one, checked=one.value in first) for one in self.filters.choices(name)]

    @property
    def _kept(self) -> Pairs:
        """Return the filters that the short form does not show, and those it would lose: one choice per list."""
        shown = {(name, value) for name, _, _ in _SHORT for value in self.filters.chosen(name)[:1]}
        return [pair for pair in self._filtered if pair not in shown]

    @property
    def context(self) -> dict[str, Any]:
        """Return what every page of the map shows of its filters."""
        return {
            "asked": self.filters,
            "notices": self.filters.notices,
            "active": self._active(),
            "selects": self._selects(),
            "kept": self._kept,
            "measures": [(code, text, code == self.measure) for code, text in MEASURES.items()]
            if self.has_measure
            else [],
            "canonical": self.address(self.request.path),
            "list_url": self.filters.file("/initiatives/"),
            "as_of": today(),
        }


def gaps_address(theme: str, territory: str = "") -> str:
    """Return the page of the gaps of a theme, in the region or in an MRC."""
    path = f"/carte/deserts/{territory}/" if territory else "/carte/deserts/"
    return f"{path}?{urlencode([(names.THEME, theme)])}" if theme else path
