"""A choice of initiatives: chosen values of the filters and words searched, answered by the directory in memory."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from alliance.lib.text import query_terms
from alliance.portal.bitmaps import in_order, members, union
from alliance.portal.directory import Directory
from alliance.portal.labels import MUNICIPALITY, SOURCE, TERRITORY, YEAR
from alliance.portal.payments import Payer, Payment
from alliance.portal.rows import Row
from alliance.portal.search.correction import corrected


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
    def payments(self) -> Iterator[Payment]:
        """Yield what each line promised to each of them."""
        return chain.from_iterable(members(self.mask, self.directory.payments))

    def paid_by(self, payers: Iterable[Payer]) -> int:
        """Return how many of them were promised something by at least one of these lines."""
        return (self.mask & union(self.directory.paid_by[payer] for payer in payers)).bit_count()

    @cached_property
    def places(self) -> frozenset[str]:
        """Return the MRCs asked for, those of the municipalities asked for when no MRC is; none when neither is."""
        if asked := self.chosen.get(TERRITORY):
            return frozenset(asked)
        labels = self.directory.labels
        found = (labels.find(MUNICIPALITY, slug) for slug in self.chosen.get(MUNICIPALITY, ()))
        return frozenset(labels.by_id[TERRITORY][label.parent].slug for label in found if label)

    def counts(self, payer: Payer) -> bool:
        """Say whether the dollars of a line belong to this list: its MRC, its fiscal year, its source are asked for."""
        years, sources = self.chosen.get(YEAR), self.chosen.get(SOURCE)
        return (
            (not self.places or payer.territory in self.places)
            and (not years or payer.year in years)
            and (not sources or payer.source.slug in sources)
        )

    def apart(self) -> tuple[list[Row], list[Row]]:
        """Return the initiatives of the place by title, then those of the whole region."""
        rows = self.rows()
        return [row for row in rows if not row.is_regional], [row for row in rows if row.is_regional]

    def nearest_words(self) -> str:
        """Return the search with its unknown words replaced by the nearest known ones, or nothing."""
        return corrected(self.directory, self.words)
