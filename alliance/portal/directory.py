"""The public directory in memory: one immutable copy per process, rebuilt when the data's version changes.

Two queries rebuild it, whatever the number of initiatives; while nothing public changes, no page reads them again.
Initiatives have one order (their title) and each choice of a filter is the set of their positions: counts are exact,
a filter never counts a row twice, and every page says the same.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db import connection
from django.http import HttpRequest

from alliance.lib.dates import today
from alliance.lib.wording import Wanted
from alliance.portal import labels as names
from alliance.portal import rows as initiatives
from alliance.portal.bitmaps import bitmap
from alliance.portal.filter_fields import USUAL_SORT
from alliance.portal.freshness import data_state
from alliance.portal.labels import Label, Labels
from alliance.portal.payments import Payer, Payment
from alliance.portal.rows import Row
from alliance.portal.search.entries import Entry, entries_of
from alliance.portal.search.spelling import Speller
from alliance.portal.search.words import Titles, Words, indexed
from initiatives.choices import PublicState
from initiatives.search import canonical

THEME, TERRITORY, MUNICIPALITY = names.THEME, names.TERRITORY, names.MUNICIPALITY
_ATTEMPTS = 3

Masks = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Directory:
    """Everything public pages list. Positions in `rows` are the bits of all sets."""

    version: int
    labels: Labels
    rows: tuple[Row, ...] = ()
    masks: Masks = field(default_factory=dict)
    regional: int = 0
    words: Words = field(default_factory=lambda: Words([], []))

    @property
    def everything(self) -> int:
        return (1 << len(self.rows)) - 1

    def having(self, parameter: str, value: str) -> int:
        """Return the initiatives that one choice of a filter keeps; those of the whole region are in every place."""
        own = self.masks.get(parameter, {}).get(value, 0)
        return own | self.regional if parameter in (TERRITORY, MUNICIPALITY) else own

    def found(self, text: str) -> int:
        """Return the initiatives that answer a search; all of them when it holds no word to look for."""
        return self.words.holding(self.wanted(text), self.everything)

    def wanted(self, text: str) -> list[Wanted]:
        """Return what a search for `text` requires, with the words that people use one for another."""
        return self.labels.equivalents.wanted(canonical(text))

    def shows(self, organization: Label) -> bool:
        """Say whether an organization is public: listed by itself, or part of a published initiative."""
        return organization.is_listed or organization.slug in self.masks.get(names.ORGANIZATION, {})

    @cached_property
    def payments(self) -> tuple[tuple[Payment, ...], ...]:
        """Return what lines promised to each initiative, by position."""
        return tuple(row.payments for row in self.rows)

    @cached_property
    def paid_by(self) -> dict[Payer, int]:
        """Return, for each line of money, the initiatives to which it promised something, even released since."""
        positions: dict[Payer, list[int]] = defaultdict(list)
        for i, payments in enumerate(self.payments):
            for payment in payments:
                positions[payment.payer].append(i)
        return {payer: bitmap(where, len(self.rows)) for payer, where in positions.items()}

    @cached_property
    def invented(self) -> int:
        """Return the initiatives of the demonstration."""
        return bitmap((i for i, row in enumerate(self.rows) if row.is_demo), len(self.rows))

    @cached_property
    def orders(self) -> dict[str, tuple[int, ...]]:
        """Return every position, in each order of the list. Unknown amounts, dates and places come last."""
        title = range(len(self.rows))
        rows = self.rows
        return {
            USUAL_SORT: tuple(sorted(title, key=lambda i: PublicState.soonest.index(rows[i].state))),
            "titre": tuple(title),
            "recent": tuple(sorted(title, key=lambda i: rows[i].published_at, reverse=True)),
            "montant": tuple(sorted(title, key=lambda i: (rows[i].amount is None, -(rows[i].amount or 0)))),
            "debut": tuple(
                sorted(title, key=lambda i: -(rows[i].starts_on.toordinal() if rows[i].starts_on else 0))
            ),
            "mrc": tuple(sorted(title, key=lambda i: rows[i].place_rank)),
        }

    @cached_property
    def titles(self) -> Titles:
        """Return how the titles rank the initiatives that a search finds."""
        return Titles([row.title for row in self.rows])

    @cached_property
    def names(self) -> dict[str, list[Entry]]:
        """Return what a search may find beside initiatives, by kind: themes, places, public organizations."""
        return entries_of(self.labels, self.shows)

    @cached_property
    def speller(self) -> Speller:
        """Return what knows every word that people read here, to propose the nearest one."""
        said = {
            kind: [name for one in entries for name in one.spoken] for kind, entries in self.names.items()
        }
        common = [*said[THEME], *said[names.ORGANIZATION], *(row.title for row in self.rows)]
        return Speller(common, [*said[TERRITORY], *said[MUNICIPALITY]])


def _masks(rows: Iterable[Row], labels: Labels, size: int) -> Masks:
    positions: dict[tuple[str, str], list[int]] = defaultdict(list)

    def put(position: int, linked: Iterable[Label]) -> None:
        for label in linked:
            present = labels.present(label)
            positions[present.kind, present.slug].append(position)

    for i, row in enumerate(rows):
        for linked in (row.themes, row.territories, row.municipalities, row.years, row.sources):
            put(i, linked)
        put(i, (organization for _, organization in row.partners))
        positions["etat", str(row.state)].append(i)
        positions["portee", row.scope_slug].append(i)
    masks: Masks = defaultdict(dict)
    for (kind, slug), where in positions.items():
        masks[kind][slug] = bitmap(where, size)
    return dict(masks)


def _assemble(version: int, labels: Labels, rows: list[Row], texts: list[str]) -> Directory:
    size = len(rows)
    return Directory(
        version=version,
        labels=labels,
        rows=tuple(rows),
        masks=_masks(rows, labels, size),
        regional=bitmap((i for i, row in enumerate(rows) if row.is_regional), size),
        words=indexed(texts, size),
    )


def build(version: int) -> Directory:
    """Read the directory (two queries), again when a change came between the two; `version` is for an empty database.

    Labels come first: when there is no initiative, the older version makes the next request read again.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        labels, seen = names.read()
        try:
            rows, texts, versions = initiatives.read(labels)
        except KeyError:
            if attempt == _ATTEMPTS:
                raise
            continue
        if versions <= {seen}:
            return _assemble(version if seen is None else seen, labels, rows, texts)
    # Data changing at every instant: what was read last is true, and the next request reads again.
    return _assemble(-1, labels, rows, texts)


_lock = threading.Lock()
_snapshot: tuple[tuple[str, date], Directory] | None = None


def _kept(key: tuple[str, date], version: int) -> Directory | None:
    kept = _snapshot
    return kept[1] if kept and kept[0] == key and kept[1].version == version else None


def current(request: HttpRequest) -> Directory:
    """Return the directory as the data stands for this request: one query, three when something public changed."""
    global _snapshot
    if not hasattr(request, "_directory"):
        # The day is part of the key: municipalities merge and periods end on a day, without any write.
        key, version = (str(connection.settings_dict["NAME"]), today()), data_state(request).version
        directory = _kept(key, version)
        if directory is None:
            with _lock:
                directory = _kept(key, version) or build(version)
                _snapshot = (key, directory)
        request._directory = directory
    return request._directory


def forget() -> None:
    """Drop the copy of this process. Tests do it, whose rolled-back transactions give a version twice."""
    global _snapshot
    with _lock:
        _snapshot = None
