"""What one parameter of the directory's address may hold. What is not understood is dropped and named, never guessed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from alliance.lib.text import QUERY_LENGTH, clean_line, query_terms

MOST_VALUES = 20
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
USUAL_SORT = "actuel"  # the first: who needs help now never starts with what ended years ago
SORTS = {
    USUAL_SORT: "En cours d’abord",
    "titre": "Titre, de A à Z",
    "recent": "Publiées récemment",
    "montant": "Montant, le plus élevé",
    "debut": "Début, le plus récent",
    "mrc": "MRC, d’ouest en est",
}
VIEWS = {"fiches": "Fiches", "tableau": "Tableau", "carte": "Carte", "impression": "Impression"}
MEASURES = ("nombre", "dollars", "par-habitant")
_SHOWN = 40
_MOST_NAMED = 5
# What mails and networks add to a link.
_LINKED = frozenset({"fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "igshid"})
_UNKNOWN = " n’est pas dans le répertoire\xa0: ce filtre a été ignoré."

Resolver = Callable[[str], str | None]


@dataclass(frozen=True)
class Problem:
    """A parameter that was not understood: it was dropped, and the sentence says so."""

    parameter: str
    sentence: str


def as_typed(value: str) -> str:
    """Return what was typed, short enough and clean enough to be shown again; "" when nothing of it can be."""
    try:
        text = clean_line(value)
    except ValidationError:
        return ""
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


def unknown_names(data: Mapping[str, str], known: Collection[str]) -> list[str]:
    """Return a sentence for each parameter that nobody knows, the first five named, the others counted."""
    names = sorted(set(data) - set(known))
    sentences = [
        f"Le paramètre «\xa0{shown}\xa0» n’existe pas."
        if (shown := as_typed(name))
        else "Un paramètre n’a pas de nom lisible."
        for name in names[:_MOST_NAMED]
    ]
    others = len(names) - _MOST_NAMED
    return [*sentences, f"Autres paramètres qui n’existent pas\xa0: {others}."] if others > 0 else sentences


def dropped_names(data: QueryDict, known: Collection[str]) -> list[str]:
    """Return what a page says of the names that it drops; nothing for empty values, page numbers, marks of a link."""
    said = {name: value for name, values in data.lists() if (value := "".join(values).strip())}
    silent = {name for name in said if name == "page" or name in _LINKED or name.startswith("utm_")}
    return unknown_names(said, silent.union(known))


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
        shown = as_typed(text)
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


class PickField(forms.CharField):
    """One value of a short list; the first one stands when nothing, or something unknown, is asked."""

    def __init__(self, *, options: Collection[str], dropped: str, **kwargs: Any) -> None:
        self.options, self.dropped = tuple(options), dropped
        self.problems: list[str] = []
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        self.problems = []
        written = (value or "").strip()
        if written in self.options:
            return written
        if written:
            self.problems.append(self.dropped)
        return self.options[0]
