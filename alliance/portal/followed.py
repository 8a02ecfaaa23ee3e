"""A list that somebody follows: the filters of the directory as a short address, said in words, and what is new in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from alliance.lib.text import lower_first
from alliance.portal.directory import Directory
from alliance.portal.filters import FACETS, DirectoryFilter
from alliance.portal.rows import Row
from alliance.portal.selection import Selection
from initiatives.choices import PUBLIC_SCOPE, SCOPE_SLUG, PublicState

LONGEST = 500  # characters of a query that an alert may keep
EVERYTHING = "Toutes les initiatives"
_LONGEST_LABEL = 300
_CHOSEN_WORDS = "avec les mots que vous avez choisis"
_SHORT = {"territoire": "MRC", "exercice": "exercice"}


@dataclass(frozen=True)
class Followed:
    """One list. `query` is its canonical address after « ? »; `problems` say what of the address means nothing today.

    `title` holds the chosen values alone, for a subject; `mailed_label` is for who did not ask yet.
    """

    query: str
    title: str
    label: str
    mailed_label: str
    problems: tuple[str, ...]
    selection: Selection

    @property
    def is_too_long(self) -> bool:
        return len(self.query) > LONGEST

    @property
    def address(self) -> str:
        """Return the address of the list in the directory."""
        path = reverse("portal:directory")
        return f"{path}?{self.query}" if self.query else path

    def new(self, after: datetime, until: datetime, *, with_demo: bool) -> list[Row]:
        """Return what was published after a moment and until another, both aware, the latest first."""
        rows = self.selection.rows("recent")
        return [row for row in rows if after < row.published_at <= until and (with_demo or not row.is_demo)]


def read(data: QueryDict, directory: Directory) -> Followed:
    """Return the list that these parameters of an address ask for; its order and its page are left out."""
    asked = DirectoryFilter(data, directory=directory)
    filters = [(name, value) for name, value in asked.pairs() if name == "q" or name in FACETS]
    problems = [problem.sentence for problem in asked.problems if problem.parameter in ("q", *FACETS)]
    return Followed(
        query=urlencode(filters),
        title=", ".join([*_words(asked), *(name for _, names in _chosen(asked) for name in names)])
        or EVERYTHING,
        label=_label(asked, mailed=False),
        mailed_label=_label(asked, mailed=True),
        problems=(*problems, *asked.dropped_names),
        selection=asked.selection,
    )


def _label(asked: DirectoryFilter, *, mailed: bool) -> str:
    """Say a list in words: « Thème : Logement ou Alimentation; MRC : La Mitis; mots cherchés : « frigo » ».

    A mail that nobody confirmed yet (`mailed`) never repeats the words: anybody could have it carry theirs to a stranger.
    """
    parts = [f"{short}\xa0: {' ou '.join(names)}" for short, names in _chosen(asked)]
    if asked.words:
        parts.append(_CHOSEN_WORDS if mailed else f"mots cherchés\xa0: {_words(asked)[0]}")
    text = "; ".join(parts)
    if len(text) > _LONGEST_LABEL:
        text = f"{text[: _LONGEST_LABEL - 1]}…"
    return f"{text[:1].upper()}{text[1:]}" or EVERYTHING


def _words(asked: DirectoryFilter) -> list[str]:
    return [f"«\xa0{asked.words}\xa0»"] if asked.words else []


def _chosen(asked: DirectoryFilter) -> Iterator[tuple[str, list[str]]]:
    """Yield each filter in use, in short, with the names of its values."""
    for parameter, (legend, _said) in FACETS.items():
        if values := sorted(asked.chosen(parameter)):
            short = _SHORT.get(parameter) or lower_first(legend)
            yield short, [_name(asked.directory, parameter, value) for value in values]


def _name(directory: Directory, parameter: str, value: str) -> str:
    if parameter == "etat":
        return str(PublicState(value).label)
    if parameter == "portee":
        return next(PUBLIC_SCOPE[scope] for scope, slug in SCOPE_SLUG.items() if slug == value)
    label = directory.labels.find(parameter, value)
    return label.name if label else value
