"""The directory's filters: what an address may ask, what was understood of it, and the choices with their counts.

Parameters are declared with django-filter; they are answered by the directory in memory, so the page, the files and
the counts have one meaning. What is not understood is dropped and named (design.md §6).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from alliance.lib.text import QUERY_LENGTH, clean_line, query_terms
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.labels import Label
from alliance.portal.selection import Selection
from initiatives.choices import PUBLIC_SCOPE, SCOPE_SLUG, PublicState
from initiatives.models import Initiative

MOST_VALUES = 20
MOST_OFFERED = (
    120  # every municipality of the region; a page stays light whatever the number of organizations
)
SORTS = {
    "titre": "Titre, de A à Z",
    "recent": "Plus récemment publiées",
    "montant": "Montant, du plus grand au plus petit",
    "debut": "Début, du plus récent au plus ancien",
}
FACETS = {
    "theme": ("Thème", "Le thème"),
    "territoire": ("Territoire (MRC)", "Le territoire"),
    "municipalite": ("Municipalité", "La municipalité"),
    "exercice": ("Exercice (1er avril au 31 mars)", "L’exercice"),
    "etat": ("État", "L’état"),
    "portee": ("Portée", "La portée"),
    "organisation": ("Organisation", "L’organisation"),
    "source": ("Source de financement", "La source de financement"),
}
_SHOWN = 40
_UNKNOWN = " n’est pas dans l’annuaire\xa0: ce filtre a été ignoré."


@dataclass(frozen=True)
class Problem:
    """A parameter that was not understood: it was dropped, and the sentence says so."""

    parameter: str
    sentence: str


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


Resolver = Callable[[str], str | None]


def _words(value: str) -> str:
    """Return what was typed, short enough and clean enough to be shown again."""
    try:
        text = clean_line(value)
    except ValidationError:
        return ""
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


class SlugsField(forms.MultipleChoiceField):
    """Repeatable addresses of one kind; `problems` tells which ones were dropped."""

    def __init__(self, *, said: str, **kwargs: Any) -> None:
        self.said = said
        self.resolve: Resolver = lambda slug: None
        self.problems: list[str] = []
        super().__init__(**kwargs)

    def clean(self, value: Any) -> tuple[str, ...]:
        self.problems = []
        written = [text for text in value or [] if text.strip()]
        if len(written) > MOST_VALUES:
            self.problems.append(f"{self.said}\xa0: seuls les {MOST_VALUES} premiers choix ont été gardés.")
        kept: dict[str, None] = {}
        for text in written[:MOST_VALUES]:
            known = self.resolve(text.strip().lower())
            if known is None:
                self.problems.append(self._dropped(text))
            else:
                kept[known] = None
        return tuple(kept)

    def _dropped(self, text: str) -> str:
        shown = _words(text)
        asked = f"{self.said} «\xa0{shown}\xa0»" if shown else self.said
        return f"{asked}{_UNKNOWN}"


class SearchField(forms.CharField):
    """Words to look for: at most 100 characters are read."""

    def __init__(self, **kwargs: Any) -> None:
        self.problems: list[str] = []
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        self.problems = []
        try:
            text = clean_line(value or "")
        except ValidationError:
            self.problems.append("La recherche contient un caractère non permis\xa0: elle a été ignorée.")
            return ""
        if len(text) > QUERY_LENGTH:
            self.problems.append(f"Seuls les {QUERY_LENGTH} premiers caractères de la recherche ont été lus.")
            text = text[:QUERY_LENGTH].strip()
        if text and not query_terms(text):
            self.problems.append("La recherche ne contient aucun mot à chercher\xa0: elle a été ignorée.")
            return ""
        return text


class SortField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        self.problems: list[str] = []
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        self.problems = []
        written = (value or "").strip()
        if written and written not in SORTS:
            self.problems.append("L’ordre demandé n’existe pas\xa0: la liste est triée par titre.")
        return written if written in SORTS else "titre"


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


class _SortFilter(_SearchFilter):
    field_class = SortField


class DirectoryFilter(django_filters.FilterSet):
    """Read the parameters of an address against the directory; unknown parameter names are not even looked at.

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
    tri = _SortFilter(label="Trier par", required=False)

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

    @property
    def sort(self) -> str:
        return self.form.cleaned_data["tri"]

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
        if self.sort != "titre":
            pairs.append(("tri", self.sort))
        return [pair for pair in pairs if pair != without]

    def address(self, path: str, *, without: tuple[str, str] = ("", ""), page: int = 1) -> str:
        """Return the canonical address of this list, or of the list without one filter."""
        pairs = self.pairs(without=without)
        if page > 1:
            pairs.append(("page", str(page)))
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def active(self, path: str) -> list[Active]:
        """Return the filters in use with, for each, the address that removes it."""
        found = [
            Active(_label(self.directory, name, value), self.address(path, without=(name, value)))
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

    def long_choices(self, parameter: str) -> tuple[list[Choice], list[Choice]]:
        """Return, for a long list, the choices already made and those that would give the longest lists, by name."""
        held = self.directory.masks.get(parameter, {})
        choices = self.choices(parameter)
        offered = [choice for choice in choices if not choice.checked and choice.value in held]
        if len(offered) > MOST_OFFERED:
            longest = set(sorted(offered, key=lambda choice: -choice.count)[:MOST_OFFERED])
            offered = [choice for choice in offered if choice in longest]
        return [choice for choice in choices if choice.checked], offered


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
    return labels[::-1] if kind == names.YEAR else labels


def _label(directory: Directory, parameter: str, value: str) -> str:
    return next(label for slug, label, _, _ in _offered(directory, parameter) if slug == value)
