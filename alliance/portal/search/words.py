"""Inverted indexes: which initiatives hold a word, in all their search words or in their title."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from alliance.lib.text import name_key, stems
from alliance.lib.wording import Wanted
from alliance.portal.bitmaps import bitmap, union

_AFTER_Z = "{"  # the character that follows z: words are [a-z0-9]


@dataclass(frozen=True)
class Words:
    """Each word, sorted, with the set of initiatives that hold it."""

    vocabulary: list[str]
    sets: list[int]

    def beginning_with(self, term: str) -> int:
        """Return the initiatives that hold a word beginning with `term`; that very word when it ends with a space."""
        if term.endswith(" "):
            return self.being(term[:-1])
        start = bisect_left(self.vocabulary, term)
        return union(self.sets[start : bisect_left(self.vocabulary, term + _AFTER_Z, lo=start)])

    def being(self, term: str) -> int:
        """Return the initiatives that hold this very word."""
        at = bisect_left(self.vocabulary, term)
        return self.sets[at] if at < len(self.vocabulary) and self.vocabulary[at] == term else 0

    def holding(self, wanted: Iterable[Wanted], among: int) -> int:
        """Return which of the initiatives `among` hold everything that is wanted."""
        for one in wanted:
            either = 0
            for way in one.ways:
                begun = among
                for term in way:
                    begun &= self.beginning_with(term)
                either |= begun
            for other in one.others:
                whole = among
                for term in other:
                    whole &= self.being(term)
                either |= whole
            among &= either
        return among


def indexed(texts: Iterable[str], size: int) -> Words:
    """Return the index of texts made of words and spaces, `size` of them."""
    positions: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        for word in dict.fromkeys(text.split()):
            positions[word].append(i)
    vocabulary = sorted(positions)
    return Words(vocabulary, [bitmap(positions[word], size) for word in vocabulary])


@lru_cache(maxsize=50_000)
def _read(title: str) -> tuple[str, str]:
    """Return the key and the stems of a title; kept from one version of the data to the next."""
    return name_key(title), " ".join(stems(title))


class Titles:
    """Titles of the initiatives, by position: they say which of those found come first."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._titles = titles

    @cached_property
    def _read(self) -> list[tuple[str, str]]:
        return [_read(title) for title in self._titles]

    @cached_property
    def _sorted(self) -> list[tuple[str, int]]:
        return sorted((key, i) for i, (key, _stems) in enumerate(self._read))

    @cached_property
    def _words(self) -> Words:
        return indexed((words for _key, words in self._read), len(self._titles))

    def tiers(self, key: str, wanted: list[Wanted], found: int) -> Iterator[int]:
        """Yield the found initiatives by rank, each once: title said whole, begun, holding the words; the rest."""
        size = len(self._titles)
        begun = list(self._beginning_with(key)) if key else []
        exact = bitmap((i for title, i in begun if title == key), size)
        typed = [Wanted(one.typed, begun=one.begun) for one in wanted]
        whole = [Wanted(tuple(f"{term.strip()} " for term in one.typed)) for one in wanted]
        sets = (
            exact,
            bitmap((i for _title, i in begun), size),
            self._words.holding(whole, found),
            self._words.holding(typed, found),
            self._words.holding(wanted, found),
            found,
        )
        for tier in sets:
            yield tier & found
            found &= ~tier

    def _beginning_with(self, key: str) -> Iterator[tuple[str, int]]:
        start = bisect_left(self._sorted, (key, -1))
        return (pair for pair in self._sorted[start : bisect_left(self._sorted, (key + _AFTER_Z, -1))])
