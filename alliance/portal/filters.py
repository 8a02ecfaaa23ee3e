"""The directory's filters: what an address may ask, what was understood of it, and the choices with their counts.

Parameters are declared with django-filter; they are answered by the directory in memory, so the page, the files and
the counts have one meaning. What is not understood is dropped and named (design.md §6).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.filter_fields import (
    FACETS,
    MEASURES,
    SORTS,
    USUAL_SORT,
    VIEWS,
    PickField,
    Problem,
    Resolver,
    SearchField,
    SlugsField,
    dropped_names,
    unknown_names,
)
from alliance.portal.labels import Label
from alliance.portal.selection import Selection
from initiatives.choices import PUBLIC_SCOPE, SCOPE_SLUG, PublicState
from initiatives.models import Initiative

__all__ = ["FACETS", "SORTS", "Active", "Choice", "DirectoryFilter", "Problem", "SlugsField"]

MOST_OFFERED = 150  # more than the municipalities; a page stays light whatever the number of organizations
_SAID = {
    "theme": "thème",
    "territoire": "territoire",
    "municipalite": "municipalité",
    "exercice": "exercice",
    "etat": "état",
    "portee": "portée",
    "organisation": "organisation",
    "source": "source",
}


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    checked: bool
    tone: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Active:
    """A filter in use, with the address of the same list without it."""

    label: str
    url: str


class _SlugsFilter(django_filters.Filter):
    field_class = SlugsField

    def __init__(self, parameter: str) -> None:
        legend, said = FACETS[parameter]
        super().__init__(
            field_name=parameter, label=legend, said=said, required=False, widget=forms.SelectMultiple
        )

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return qs  # answered by the selection


class _SearchFilter(django_filters.Filter):
    field_class = SearchField

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return qs  # answered by the selection


class _PickFilter(_SearchFilter):
    field_class = PickField


class DirectoryFilter(django_filters.FilterSet):
    """Read the parameters of an address against the directory; parameter names that nobody knows are named too.

    `selection` are the initiatives, `problems` what was dropped (a page tells it, a file refuses it).
    """

    q = _SearchFilter(label="Recherche", required=False)
    theme = _SlugsFilter("theme")
    territoire = _SlugsFilter("territoire")
    municipalite = _SlugsFilter("municipalite")
    exercice = _SlugsFilter("exercice")
    etat = _SlugsFilter("etat")
    portee = _SlugsFilter("portee")
    organisation = _SlugsFilter("organisation")
    source = _SlugsFilter("source")
    tri = _PickFilter(
        label="Trier par",
        required=False,
        options=SORTS,
        dropped="L’ordre demandé n’existe pas\xa0: la liste commence par ce qui est en cours.",
    )
    vue = _PickFilter(
        label="Vue",
        required=False,
        options=VIEWS,
        dropped="La vue demandée n’existe pas\xa0: la liste est montrée en fiches.",
    )
    mesure = _PickFilter(
        label="Mesure",
        required=False,
        options=MEASURES,
        dropped="La mesure demandée n’existe pas\xa0: la carte montre le nombre d’initiatives.",
    )

    class Meta:
        model = Initiative
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, directory: Directory) -> None:
        self.directory = directory
        super().__init__(data=data, queryset=Initiative.objects.published())
        for parameter in FACETS:
            self.form.fields[parameter].resolve = _resolver(directory, parameter)
        self.form.is_valid()

    @property
    def problems(self) -> list[Problem]:
        return [
            Problem(name, sentence) for name, field in self.form.fields.items() for sentence in field.problems
        ]

    def refusals(self, known: Collection[str] = ()) -> list[str]:
        """Return why a file is refused: what a page would drop, and parameters that nobody knows (but `known`)."""
        sentences = [problem.sentence for problem in self.problems]
        return sentences + unknown_names(self.data, {*self.form.fields, *known})

    @property
    def notices(self) -> list[str]:
        """Return what a page says that it dropped: values and names that it does not know."""
        return [problem.sentence for problem in self.problems] + self.dropped_names

    @property
    def dropped_names(self) -> list[str]:
        return dropped_names(self.data, self.form.fields)

    @property
    def sort(self) -> str:
        return self.form.cleaned_data["tri"]

    @property
    def view(self) -> str:
        return self.form.cleaned_data["vue"]

    @property
    def measure(self) -> str:
        """What the map shows: « nombre », « dollars » or « par-habitant »."""
        return self.form.cleaned_data["mesure"]

    @property
    def words(self) -> str:
        return self.form.cleaned_data["q"]

    def chosen(self, parameter: str) -> tuple[str, ...]:
        return self.form.cleaned_data[parameter]

    @cached_property
    def selection(self) -> Selection:
        return Selection(self.directory, {name: self.chosen(name) for name in FACETS}, self.words)

    @property
    def qs(self) -> QuerySet:
        """Return the chosen initiatives as a queryset, for what the directory does not hold."""
        return self.queryset.filter(pk__in=[row.pk for row in self.selection.rows()])

    # Addresses ------------------------------------------------------------------------------------------------

    def pairs(self, *, without: tuple[str, str] = ("", "")) -> list[tuple[str, str]]:
        """Return what was understood, as the pairs of a canonical address; `without` leaves one of them out."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [(name, value) for name in FACETS for value in sorted(self.chosen(name))]
        if self.sort != USUAL_SORT:
            pairs.append(("tri", self.sort))
        return [pair for pair in pairs if pair != without]

    def address(
        self,
        path: str,
        *,
        without: tuple[str, str] = ("", ""),
        page: int = 1,
        view: str | None = None,
        sort: str | None = None,
    ) -> str:
        """Return the canonical address of this list, or of the list without one filter, in another view or order."""
        shown, order = view or self.view, sort or self.sort
        pairs = [pair for pair in self.pairs(without=without) if pair[0] != "tri"]
        if order != USUAL_SORT:
            pairs.append(("tri", order))
        if shown != "fiches":
            pairs.append(("vue", shown))
        if shown == "carte" and self.measure != MEASURES[0]:
            pairs.append(("mesure", self.measure))
        if page > 1:
            pairs.append(("page", str(page)))
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def file(self, path: str, **extra: str) -> str:
        """Return the address of a file of the same list: its filters and its order, whatever the view."""
        pairs = [*self.pairs(), *extra.items()]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def in_words(self) -> str:
        """Return the filters in a sentence: « thème Alimentation ou Logement; territoire La Mitis »; "" without any."""
        said = [f"recherche «\xa0{self.words}\xa0»"] if self.words else []
        for parameter in FACETS:
            if chosen := self.chosen(parameter):
                named = " ou ".join(self.label(parameter, value) for value in chosen)
                said.append(f"{_SAID[parameter]} {named}")
        return "; ".join(said)

    def label(self, parameter: str, value: str) -> str:
        """Return the name that people read of a chosen value."""
        return _label(self.directory, parameter, value)

    def active(self, path: str) -> list[Active]:
        """Return the filters in use with, for each, the address that removes it."""
        found = [
            Active(self.label(name, value), self.address(path, without=(name, value)))
            for name in FACETS
            for value in self.chosen(name)
        ]
        if self.words:
            words = Active(f"«\xa0{self.words}\xa0»", self.address(path, without=("q", self.words)))
            found.insert(0, words)
        return found

    def choices(self, parameter: str) -> list[Choice]:
        """Return the choices of a filter with the number of initiatives that each would give."""
        chosen, selection = self.chosen(parameter), self.selection
        return [
            Choice(value, label, selection.count_if(parameter, value), value in chosen, tone, mark)
            for value, label, tone, mark in _offered(self.directory, parameter)
        ]

    def long_choices(self, parameter: str) -> tuple[list[Choice], list[Choice], int]:
        """Return, for a long list, the choices already made, the others by name, and how many of these are left out.

        Beyond 150, those with the most initiatives are offered.
        """
        choices = self.choices(parameter)
        others = [choice for choice in choices if not choice.checked]
        longest = set(sorted(others, key=lambda choice: -choice.count)[:MOST_OFFERED])
        offered = [choice for choice in others if choice in longest]
        return [choice for choice in choices if choice.checked], offered, len(others) - len(offered)


def _resolver(directory: Directory, parameter: str) -> Resolver:
    if parameter == "etat":
        return lambda slug: slug if slug in PublicState.values else None
    if parameter == "portee":
        return lambda slug: slug if slug in SCOPE_SLUG.values() else None

    def resolve(slug: str) -> str | None:
        label = directory.labels.find(parameter, slug)
        if label is None or (parameter == names.ORGANIZATION and not directory.shows(label)):
            return None
        return label.slug

    return resolve


def _offered(directory: Directory, parameter: str) -> Iterator[tuple[str, str, str, str]]:
    if parameter == "etat":
        yield from ((value, label, "", "") for value, label in PublicState.choices)
    elif parameter == "portee":
        yield from ((SCOPE_SLUG[scope], label, "", "") for scope, label in PUBLIC_SCOPE.items())
    else:
        for label in _in_order(directory, parameter):
            themed = parameter == names.THEME
            yield (
                label.slug,
                label.name,
                label.tone if themed else "",
                label.mark if themed else "",
            )


def _in_order(directory: Directory, kind: str) -> list[Label]:
    labels = [label for label in directory.labels.all(kind) if not label.merged]
    if kind == names.ORGANIZATION:
        return [label for label in labels if directory.shows(label)]
    return labels[::-1] if kind == names.YEAR else labels


def _label(directory: Directory, parameter: str, value: str) -> str:
    return next(label for slug, label, _, _ in _offered(directory, parameter) if slug == value)
