"""What an address of « Chiffres » may ask: the directory's own filters by year, MRC and theme, and a few choices.

Same forgiving rules as the directory: what is not understood is named and dropped. A file refuses it instead.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode

from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.choice import PARAMETERS, Choice
from alliance.portal.figures.leverage import DEFAULT, DEFINITIONS
from alliance.portal.figures.matrix import NOWHERE, place_name
from alliance.portal.filter_fields import as_typed, dropped_names, unknown_names
from alliance.portal.filters import FACETS, Problem, SlugsField, _label, _offered, _resolver
from alliance.portal.selection import Selection
from funding.choices import Line
from initiatives.models import Initiative

LINE, MEASURE, DEFINITION = "ligne", "mesure", "definition"
DOLLARS, COUNT = "dollars", "nombre"
OTHER_PLACES = (Line.REGIONAL.value, Line.ADMINISTRATION.value, NOWHERE)
_KNOWN = {**{name: said for name, (_, said) in FACETS.items()}, "q": "La recherche", "tri": "L’ordre"}
_KNOWN |= {LINE: "La ligne", MEASURE: "La mesure", DEFINITION: "La définition"}


class _Answered(django_filters.Filter):
    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return qs  # answered by the figures


class _Slugs(_Answered):
    field_class = SlugsField

    def __init__(self, parameter: str, said: str = "") -> None:
        legend, usual = FACETS.get(parameter, (said, said))
        super().__init__(
            field_name=parameter,
            label=legend,
            said=said or usual,
            required=False,
            widget=forms.SelectMultiple,
        )


class OneOfField(forms.CharField):
    """One value of a short list; anything else is named, and the first value of the list stands."""

    def __init__(self, *, options: tuple[str, ...], said: str, **kwargs: Any) -> None:
        self.options, self.said = options, said
        self.problems: list[str] = []
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        self.problems = []
        written = (value or "").strip()
        if written and written not in self.options:
            shown = as_typed(written)
            asked = f"{self.said} «\xa0{shown}\xa0»" if shown else self.said
            self.problems.append(f"{asked} n’existe pas\xa0: ce choix a été ignoré.")
        return written if written in self.options else self.options[0]


class _OneOf(_Answered):
    field_class = OneOfField

    def __init__(self, options: tuple[str, ...], said: str) -> None:
        super().__init__(label=said, options=options, said=said, required=False)


class FiguresFilter(django_filters.FilterSet):
    """Read the parameters of a page of figures; `choice` is what its figures are asked about."""

    exercice = _Slugs("exercice")
    territoire = _Slugs("territoire")
    theme = _Slugs("theme")

    class Meta:
        model = Initiative
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, directory: Directory) -> None:
        self.directory = directory
        super().__init__(data=data, queryset=Initiative.objects.none())
        for name, field in self.form.fields.items():
            if name in FACETS:
                field.resolve = _resolver(directory, name)
            elif name == LINE:
                field.resolve = self._line
        self.form.is_valid()

    def _line(self, slug: str) -> str | None:
        if slug in OTHER_PLACES:
            return slug
        label = self.directory.labels.find(names.TERRITORY, slug)
        return label.slug if label else None

    @cached_property
    def choice(self) -> Choice:
        asked = {name: self[name] for name in PARAMETERS if name in self.form.fields}
        return Choice(Selection(self.directory, asked))

    def __getitem__(self, name: str) -> Any:
        return self.form.cleaned_data[name]

    # What was not understood ----------------------------------------------------------------------------------

    @property
    def problems(self) -> list[Problem]:
        """Return what a page drops and names: values it does not know, filters of other pages."""
        found = [Problem(name, text) for name, field in self.form.fields.items() for text in field.problems]
        elsewhere = [name for name in _KNOWN if name in self.data and name not in self.form.fields]
        return found + [
            Problem(name, f"{_KNOWN[name]} ne filtre pas cette page\xa0: ce choix a été ignoré.")
            for name in elsewhere
            if self.data[name].strip()
        ]

    @property
    def refusals(self) -> list[str]:
        """Return why a file is refused: what a page drops, and names of parameters that nobody knows."""
        sentences = [problem.sentence for problem in self.problems]
        return sentences + unknown_names(self.data, {*self.form.fields, *_KNOWN})

    @property
    def notices(self) -> list[str]:
        """Return what a page says that it dropped: values and names that it does not know."""
        dropped = dropped_names(self.data, {*self.form.fields, *_KNOWN})
        return [problem.sentence for problem in self.problems] + dropped

    # Addresses and choices ------------------------------------------------------------------------------------

    def pairs(self, without: tuple[str, str] = ("", "")) -> list[tuple[str, str]]:
        """Return what was understood, as the pairs of a canonical address; `without` leaves one of them out."""
        found = []
        for name, field in self.form.fields.items():
            if isinstance(field, OneOfField):
                found += [(name, self[name])] if self[name] != field.options[0] else []
            else:
                found += [(name, value) for value in sorted(self[name])]
        return [pair for pair in found if pair != without]

    def address(self, path: str, without: tuple[str, str] = ("", "")) -> str:
        pairs = self.pairs(without)
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def active(self, path: str) -> list[Mapping[str, str]]:
        """Return the filters in use, with for each the address that removes it."""
        return [
            {
                "label": _label(self.directory, name, value),
                "url": self.address(path, without=(name, value)),
            }
            for name in self.form.fields
            if name in FACETS
            for value in self[name]
        ]

    def selects(self) -> list[Mapping[str, Any]]:
        """Return one short list per filter, with what is chosen in each."""
        labels = {"exercice": "Exercice", "territoire": "Territoire (MRC)", "theme": "Thème"}
        everything = {"exercice": "Tous", "territoire": "Tous", "theme": "Tous"}
        return [
            {
                "name": name,
                "label": labels[name],
                "all": everything[name],
                "options": [
                    (value, text, value in self[name]) for value, text, _, _ in _offered(self.directory, name)
                ],
            }
            for name in self.form.fields
            if name in labels
        ]


class MatrixFilter(FiguresFilter):
    """The matrix has all themes and all MRCs: only the fiscal years are chosen."""

    territoire = None
    theme = None


class CellFilter(FiguresFilter):
    """The rows behind a cell of the matrix: `ligne` is an MRC or another line, `mesure` says dollars or counts."""

    territoire = None
    ligne = _Slugs(LINE, "La ligne")
    mesure = _OneOf((DOLLARS, COUNT), "La mesure")

    @property
    def choice_of_years(self) -> Choice:
        """Return the choice of fiscal years; the cell's theme and line are looked for apart, each in its own sense."""
        return Choice(Selection(self.directory, {names.YEAR: self[names.YEAR]}))

    def address_of_years(self, path: str) -> str:
        """Return the address of a page of the same fiscal years."""
        return f"{path}?{urlencode(years)}" if (years := self.choice_of_years.pairs) else path

    @property
    def title(self) -> str:
        """« Alimentation, La Mitis, 2021-2022 »; « Toutes les lignes » when nothing is asked."""
        said = [_label(self.directory, names.THEME, slug) for slug in self[names.THEME]]
        said += [place_name(self.directory, slug) for slug in self[LINE]]
        return ", ".join([*said, *sorted(self[names.YEAR])]) or "Toutes les lignes"


class LeverageFilter(FiguresFilter):
    definition = _OneOf((DEFAULT, *(code for code in DEFINITIONS if code != DEFAULT)), "La définition")
