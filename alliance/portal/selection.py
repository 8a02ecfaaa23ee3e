"""A choice of initiatives: chosen values of the filters and words searched, answered by the directory in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property

from alliance.lib.text import fold, query_terms
from alliance.portal.bitmaps import in_order, members, union
from alliance.portal.directory import Directory
from alliance.portal.rows import Row


@dataclass(frozen=True)
class Selection:
    """The initiatives that have one of the chosen values of every filter, and every searched word."""

    directory: Directory
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: str = ""

    @cached_property
    def _kept_by(self) -> dict[str, int]:
        """Return the set that each used filter keeps: a value of the same filter adds, another filter narrows."""
        kept = {
            parameter: union(self.directory.having(parameter, value) for value in values)
            for parameter, values in self.chosen.items()
            if values
        }
        if query_terms(self.words):
            kept["q"] = self.directory.found(self.words)
        return kept

    def _without(self, parameter: str) -> int:
        kept = self.directory.everything
        for name, initiatives in self._kept_by.items():
            if name != parameter:
                kept &= initiatives
        return kept

    @cached_property
    def mask(self) -> int:
        return self._without("")

    @cached_property
    def count(self) -> int:
        return self.mask.bit_count()

    @cached_property
    def regional_count(self) -> int:
        """How many of them concern the whole region."""
        return (self.mask & self.directory.regional).bit_count()

    @cached_property
    def _others(self) -> dict[str, int]:
        return {}

    def count_if(self, parameter: str, value: str) -> int:
        """Return how many initiatives the list would hold with this only choice of the filter, the others kept."""
        if parameter not in self._others:
            self._others[parameter] = self._without(parameter)
        return (self._others[parameter] & self.directory.having(parameter, value)).bit_count()

    def rows(self, order: str = "titre", start: int = 0, stop: int | None = None) -> list[Row]:
        """Return the initiatives from `start` to `stop`, in one of the orders of the directory."""
        positions = list(in_order(self.mask, self.directory.orders[order]))
        return [self.directory.rows[position] for position in positions[start:stop]]

    @property
    def amounts(self) -> list[Decimal | None]:
        """Return the dollars promised to each of them, None where no amount is published."""
        return list(members(self.mask, self.directory.amounts))

    def apart(self) -> tuple[list[Row], list[Row]]:
        """Return the initiatives of the place by title, then those of the whole region."""
        rows = self.rows()
        return [row for row in rows if not row.is_regional], [row for row in rows if row.is_regional]

    def nearest_words(self) -> str:
        """Return the search with its unknown words replaced by the nearest known ones, or nothing."""
        known = self.directory.spellings
        written = [fold(word) for word in self.words.split()]
        near = [self._nearest(word, known) for word in written]
        return " ".join(near) if near and near != [known.get(word, word) for word in written] else ""

    def _nearest(self, word: str, known: Mapping[str, str]) -> str:
        if word in known or all(self.directory.words.beginning_with(term) for term in query_terms(word)):
            return known.get(word, word)
        match = get_close_matches(word, known, n=1, cutoff=0.7)
        return known[match[0]] if match else word
