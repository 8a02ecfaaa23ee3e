"""Themes, places and organizations as a search compares itself with them, and how it ranks them.

Exact name, then a name that begins so, a word of the name, a word of people, and what is named inside a longer search
(« loyer à Amqui » leads to housing and to Amqui). Equal ranks keep the order of the labels, the same on every database.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from alliance.lib.text import name_key, sort_key, stems
from alliance.lib.wording import phrases
from alliance.portal import labels as kinds
from alliance.portal.labels import Label, Labels
from alliance.portal.search.asked import Asked

EXACT, SAME_STEMS, BEGINS, WORD, SYNONYM, INSIDE = range(6)
_SHORTEST_ALIAS = 3  # « CDC »; a name of one word is too common to be read inside a longer search

Rank = tuple[int, int]


@dataclass(frozen=True)
class Entry:
    """One thing that a search may find. `spoken`: the words it is met under, as they are written."""

    label: Label
    spoken: tuple[str, ...]
    keys: frozenset[str]
    joined: frozenset[str]
    stemmed: frozenset[str]
    own: str
    more: str
    told: tuple[frozenset[str], ...]

    def rank(self, asked: Asked) -> Rank | None:
        """Return how well it answers, the lowest first; None when it does not."""
        if asked.key in self.keys or asked.joined in self.joined:
            return EXACT, 0
        if asked.stemmed in self.stemmed or asked.instead & self.stemmed:
            return SAME_STEMS, 0
        if all(one.is_in(self.own) for one in asked.wanted):
            begins = any(key.startswith(asked.key) for key in self.keys)
            return (BEGINS if begins else WORD), 0
        if all(one.is_in(self.more) for one in asked.wanted):
            return SYNONYM, 0
        if said := [asked.told(phrase) for phrase in self.told if asked.says(phrase)]:
            named = any(set(key.split()) <= asked.words for key in self.keys)
            return INSIDE, -max(said) - named
        return None

    def answers(self, asked: Asked) -> frozenset[str]:
        """Return the terms typed that lead here: all of them, or those of the phrases said inside the search."""
        rank = self.rank(asked)
        if rank is None:
            return frozenset()
        if rank[0] < INSIDE:
            return asked.terms
        return frozenset().union(*map(asked.terms_of, self.told))


def ranked(entries: Iterable[Entry], asked: Asked) -> list[tuple[Rank, Label]]:
    """Return what answers a search, the best first; nothing when it has no word to look for.

    What is only named inside the search is left out as soon as something answers all of it.
    """
    if not asked.wanted:
        return []
    found = [(rank, entry.label) for entry in entries if (rank := entry.rank(asked)) is not None]
    if any(rank[0] < INSIDE for rank, _label in found):
        found = [pair for pair in found if pair[0][0] < INSIDE]
    return sorted(found, key=lambda pair: pair[0])


def entries_of(labels: Labels, shows: Callable[[Label], bool]) -> dict[str, list[Entry]]:
    """Return the entries of themes, MRCs, municipalities and public organizations, in the order of their kind."""
    former = _former_names(labels)
    found = {}
    for kind in (kinds.THEME, kinds.TERRITORY, kinds.MUNICIPALITY, kinds.ORGANIZATION):
        found[kind] = [
            _entry(label, former[label.kind, label.pk], labels)
            for label in labels.all(kind)
            if not label.merged and (kind != kinds.ORGANIZATION or shows(label))
        ]
    return found


def _former_names(labels: Labels) -> dict[tuple[str, int], list[str]]:
    """Return, for what stands today, the names of what was merged into it."""
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for kind in (kinds.MUNICIPALITY, kinds.ORGANIZATION):
        for label in labels.all(kind):
            if label.merged:
                found[kind, labels.present(label).pk] += [label.name, *labels.aliases.get(label.pk, ())]
    return found


def _entry(label: Label, former: list[str], labels: Labels) -> Entry:
    names = [label.name, *former]
    if label.kind == kinds.ORGANIZATION:
        names += [label.full_name, *labels.aliases.get(label.pk, ())]
    names = [name for name in dict.fromkeys(names) if name]
    words, synonyms = [stems(name) for name in names], label.synonyms if label.kind == kinds.THEME else ""
    own = dict.fromkeys(stem for name in words for stem in name)
    said = phrases(synonyms)
    return Entry(
        label=label,
        spoken=tuple(names) + ((synonyms,) if synonyms else ()),
        keys=frozenset(map(name_key, names)),
        joined=frozenset(key(name).replace(" ", "") for name in names for key in (name_key, sort_key)),
        stemmed=frozenset(" ".join(dict.fromkeys(name)) for name in words),
        own=f" {' '.join(own)} ",
        more=f" {' '.join(dict.fromkeys([*own, *(stem for phrase in said for stem in phrase)]))} ",
        told=_told(label, [frozenset(name) for name in words if name], [frozenset(one) for one in said]),
    )


def _told(
    label: Label, names: list[frozenset[str]], synonyms: list[frozenset[str]]
) -> tuple[frozenset[str], ...]:
    """Return what, said inside a longer search, leads here."""
    if label.kind == kinds.ORGANIZATION:
        return tuple(name for name in names if len(name) >= _SHORTEST_ALIAS - 1)
    return (*names, *synonyms)
