"""The answer to one search over everything the public site shows, in groups; each count is the length of its list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice

from django.utils.http import urlencode

from alliance.lib.text import QUERY_LENGTH
from alliance.portal import figures
from alliance.portal.bitmaps import in_order
from alliance.portal.directory import Directory
from alliance.portal.filter_fields import USUAL_SORT
from alliance.portal.labels import MUNICIPALITY, ORGANIZATION, TERRITORY, THEME, Label
from alliance.portal.rows import Row
from alliance.portal.search.asked import Asked
from alliance.portal.search.correction import (
    Read,
    corrected,
    known_words,
    near_words,
    read_in_part,
    unknown_words,
)
from alliance.portal.search.entries import INSIDE, SAME_STEMS, Rank, ranked
from alliance.portal.search.meeting import Meeting, meetings
from alliance.portal.search.pages import Page, pages_of
from alliance.portal.selection import Selection
from initiatives.search import canonical

THEMES, PLACES, ORGANIZATIONS, INITIATIVES = "themes", "lieux", "organisations", "initiatives"
PAGES = "pages"
PAGE = "/recherche/"
_SHOWN = {THEMES: 3, PLACES: 5, ORGANIZATIONS: 5, INITIATIVES: 5}
_A_TITLE = 3  # words that begin a title are that title
_MOST_CALLED = 2  # beyond, the words name no place in particular


@dataclass(frozen=True)
class Named:
    """A theme, a place, an organization or a page, with what tells it from another of the same name."""

    label: Label | Page
    note: str = ""


@dataclass(frozen=True)
class Group:
    """One kind of things found: all of them counted, the first ones shown, the complete list at `url`."""

    code: str
    count: int
    first: Sequence[Named] | Sequence[Row]
    url: str
    is_exact: bool
    is_partial: bool = False  # what is named inside the search, which says something more

    @property
    def hidden(self) -> int:
        return self.count - len(self.first)


class Answer:
    """What a search finds. `text` is one clean line; beyond a hundred characters the rest is not read."""

    def __init__(self, directory: Directory, text: str, only: str = "") -> None:
        """`only`: the code of the one group to give whole (themes or places); else every group, its first ones."""
        self.directory, self.text, self.only = directory, text[:QUERY_LENGTH].strip(), only
        self.asked = Asked(self.text, directory.labels.equivalents)

    @property
    def has_words(self) -> bool:
        """Say whether there is anything to look for."""
        return bool(self.asked.wanted)

    @cached_property
    def _themes(self) -> list[tuple[Rank, Label]]:
        return ranked(self.directory.names[THEME], self.asked)

    @cached_property
    def _places(self) -> list[tuple[Rank, Label]]:
        """MRCs before the municipalities of the same rank."""
        both = chain(self.directory.names[TERRITORY], self.directory.names[MUNICIPALITY])
        return ranked(both, self.asked)

    @cached_property
    def _organizations(self) -> list[tuple[Rank, Label]]:
        return ranked(self.directory.names[ORGANIZATION], self.asked)

    @cached_property
    def groups(self) -> list[Group]:
        """The groups that found something, first those where a name is exactly what was typed.

        Last, those that answer a part of the search only, when a name answers all of it.
        """
        if not self.has_words:
            return []
        named = ((THEMES, self._themes), (PLACES, self._places), (ORGANIZATIONS, self._organizations))
        groups = [self._named(code, found) for code, found in named] + [self._initiatives()]
        kept = [group for group in groups if group.count and self.only in ("", group.code)]
        named_whole = any(found and found[0][0][0] < INSIDE for _code, found in named)
        kept.sort(key=lambda group: (not group.is_exact, named_whole and group.is_partial))
        return kept + self._pages()

    def _pages(self) -> list[Group]:
        """The pages of the site, always last."""
        found = [] if self.only else pages_of(self.asked)
        return (
            [Group(PAGES, len(found), [Named(page, page.note) for page in found], "", False)] if found else []
        )

    def _named(self, code: str, found: list[tuple[Rank, Label]]) -> Group:
        shown = len(found) if self.only == code else _SHOWN[code]
        first = [Named(label, self._note(label)) for _rank, label in found[:shown]]
        best = found[0][0][0] if found else INSIDE
        return Group(code, len(found), first, self._list_of(code), best <= SAME_STEMS, best == INSIDE)

    def _note(self, label: Label) -> str:
        if label.kind == TERRITORY:
            return "MRC"
        return f"MRC {self._of_region[label.parent].genitive}" if label.kind == MUNICIPALITY else ""

    def _initiatives(self) -> Group:
        selection = Selection(self.directory, words=self.text)
        tiers = self._tiers(selection.mask)
        exact, begun, rows = next(tiers), next(tiers), self.directory.rows
        order = self.directory.orders[USUAL_SORT]  # in each rank, as in the list that the group leads to
        found = chain.from_iterable(in_order(tier, order) for tier in chain((exact, begun), tiers))
        number = canonical(self.text).lower()
        first = [rows[position] for position in islice(found, _SHOWN[INITIATIVES])]
        first.sort(key=lambda row: row.number.lower() != number)
        is_title = bool(exact) or (bool(begun) and len(self.asked.terms) >= _A_TITLE)
        is_exact = is_title or number in {row.number.lower() for row in first[:1]}
        return Group(INITIATIVES, selection.count, first, self._list_of(INITIATIVES), is_exact)

    def _tiers(self, mask: int) -> Iterator[int]:
        return self.directory.titles.tiers(self.asked.key, self.directory.wanted(self.text), mask)

    def _list_of(self, code: str) -> str:
        """Return the address of the complete list, which has its own page for organizations and initiatives."""
        if code in (ORGANIZATIONS, INITIATIVES):
            return f"/{code}/?{urlencode({'q': self.text})}"
        return f"{PAGE}?{urlencode({'q': self.text, 'dans': code})}"

    @cached_property
    def _of_region(self) -> dict[int, Label]:
        return self.directory.labels.by_id.get(TERRITORY, {})

    @cached_property
    def total(self) -> int:
        return sum(group.count for group in self.groups)

    # Help -----------------------------------------------------------------------------------------------------

    @cached_property
    def territories(self) -> list[Label]:
        """The MRCs to call: those of the places named by the words, when they name one or two."""
        named = [label for rank, label in self._places if rank[0] <= SAME_STEMS or rank[0] == INSIDE]
        found = {self._of_region[label.parent] if label.parent else label: None for label in named}
        return list(found) if len(found) <= _MOST_CALLED else []

    @cached_property
    def helps_first(self) -> bool:
        """Say whether the words lead to a theme or to a place: somebody may be in need."""
        return bool(self._themes or self.territories)

    @cached_property
    def meetings(self) -> list[Meeting]:
        """The first theme in the first place, when the words name both and are not a name of their own."""
        themes, places = (
            [pair for pair in found if pair[0][0] == INSIDE] for found in (self._themes, self._places)
        )
        is_name = any(group.is_exact for group in self.groups)
        return [] if self.only or is_name else meetings(self.directory, themes, places)

    # Answered in part -------------------------------------------------------------------------------------------

    @cached_property
    def part(self) -> Read | None:
        """What became of each word, when something answers and nothing answers all of them; else None."""
        named = [group for group in self.groups if group.code != PAGES]
        whole = any(not group.is_partial for group in named)  # initiatives hold every word
        if self.only or self.is_empty or not self.groups or whole:
            return None
        read = read_in_part(self.directory, self.asked)
        return read if read.unknown or read.alone else None

    @property
    def missed(self) -> list[str]:
        """The words that found nothing, to count: none when the rest of the search is answered whole."""
        if self.is_empty:
            return self.unknown
        return self.part.unknown if self.part else []

    # Nothing found ----------------------------------------------------------------------------------------------

    @cached_property
    def is_empty(self) -> bool:
        """Say whether nothing answers; a place named beside unknown words is no answer to them."""
        if not self.has_words or self.only:
            return False
        answered = [group for group in self.groups if group.code != PLACES or group.is_exact]
        return not answered and (not self.groups or bool(self.unknown))

    @cached_property
    def unknown(self) -> list[str]:
        """The words that find nothing by themselves, as they were typed."""
        return unknown_words(self.directory, self.text)

    @property
    def missing(self) -> str:
        """What found nothing: the unknown words when a place beside them was found, else the whole search."""
        return " ".join(self.unknown) if self.groups else self.text

    @cached_property
    def nearest(self) -> str:
        """The same search with its unknown words replaced by the nearest known ones, when that finds something."""
        if not self.has_words or (self.total and not self.unknown):
            return ""
        near = corrected(self.directory, self.text)
        return near if near and Answer(self.directory, near).total else ""

    @cached_property
    def near(self) -> list[str]:
        """A few words to try: near the unknown ones, when no whole search is proposed; then each known one alone."""
        if not self.is_empty:
            return []
        near = [] if self.nearest else near_words(self.directory, self.text)
        alone = known_words(self.directory, self.text) if canonical(self.text) == self.text else []
        return list(dict.fromkeys([*near, *alone]))

    @cached_property
    def callable(self) -> list[Label]:
        """The MRCs that say whom to call, from west to east."""
        return [label for label in self.directory.labels.all(TERRITORY) if label.phone]


def widest(directory: Directory) -> list[figures.Counted]:
    """Return the themes with their number of initiatives: what to look at when nothing is asked."""
    return figures.counted(directory, THEME)
