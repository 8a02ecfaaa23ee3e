"""A need and a place in the same search: what serves it there now, as the page of the gaps says it.

« On ne sait pas » is said as such. Each count is the length of the list that it leads to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from alliance.lib.templatetags.francais import pluriel
from alliance.lib.text import at_place
from alliance.portal.directory import Directory
from alliance.portal.figures.deserts import Gaps, Service
from alliance.portal.figures.helping import NOW, OWN, REGIONAL, listed
from alliance.portal.figures.nearby import Neighbour, neighbours
from alliance.portal.labels import MUNICIPALITY, TERRITORY, THEME, Label
from alliance.portal.selection import Selection
from initiatives.choices import PublicState


@dataclass(frozen=True)
class CountedList:
    """A count in words, and the list of exactly that length."""

    count: int
    text: str
    url: str


@dataclass(frozen=True)
class Meeting:
    """A theme in a municipality or an MRC."""

    directory: Directory
    theme: Label
    place: Label

    @property
    def is_municipality(self) -> bool:
        return self.place.kind == MUNICIPALITY

    @property
    def where(self) -> str:
        """« à Amqui », « aux Méchins », « dans la MRC du Kamouraska », which is a municipality too."""
        return at_place(self.place.name) if self.is_municipality else f"dans la MRC {self.place.genitive}"

    @cached_property
    def territory(self) -> Label:
        """The MRC: the place itself, or the one of the municipality."""
        of_region = self.directory.labels.by_id[TERRITORY]
        return of_region[self.place.parent] if self.is_municipality else self.place

    @cached_property
    def _gaps(self) -> Gaps:
        return Gaps(self.directory)

    @cached_property
    def service(self) -> Service:
        """The state of the municipality; of an MRC: served by its own, by the region's, before or never."""
        if self.is_municipality:
            return self._gaps.gap(self.place, self.territory, self.theme).service
        if self.own:
            return Service.NOW
        if self.regional:
            return Service.REGION
        if self.unconfirmed:
            return Service.UNKNOWN
        return Service.BEFORE if self.ended else Service.NEVER

    def _list(self, words: str, place: Label | None = None, **more: Iterable[str]) -> CountedList | None:
        """Return a list of the theme as it stands in the directory; None when it is empty."""
        chosen = {THEME: (self.theme.slug,), **({place.kind: (place.slug,)} if place else {})}
        chosen |= {name: tuple(str(value) for value in values) for name, values in more.items()}
        count = Selection(self.directory, chosen).count
        return CountedList(count, pluriel(count, words), listed(**chosen)) if count else None

    @cached_property
    def own(self) -> CountedList | None:
        """What is planned or under way for this place, the whole region's left out."""
        asked = {"portee": OWN, "place": self.place}
        ongoing = self._list("service en cours,services en cours", etat=(PublicState.ONGOING,), **asked)
        planned = self._list("service prévu,services prévus", etat=(PublicState.PLANNED,), **asked)
        if ongoing and planned:
            return self._list("service en cours ou prévu,services en cours ou prévus", etat=NOW, **asked)
        return ongoing or planned

    @cached_property
    def regional(self) -> CountedList | None:
        """What is planned or under way for the whole region."""
        return self._list("service de toute la région,services de toute la région", portee=REGIONAL, etat=NOW)

    @cached_property
    def ended(self) -> CountedList | None:
        """What there was for this place, the whole region's included, as the states count it."""
        words = "initiative terminée,initiatives terminées"
        return self._list(words, place=self.place, etat=(PublicState.DONE,))

    @cached_property
    def unconfirmed(self) -> CountedList | None:
        """What was to be over by now for this place, the whole region's included, and nobody said whether it is."""
        words = "initiative peut-être terminée,initiatives peut-être terminées"
        return self._list(words, place=self.place, etat=(PublicState.UNCONFIRMED,))

    @cached_property
    def around(self) -> CountedList | None:
        """What its MRC has planned or under way of its own in the theme: among it, what does not say where it goes."""
        words = "initiative en cours ou prévue,initiatives en cours ou prévues"
        return self._list(words, place=self.territory, portee=OWN, etat=NOW)

    @cached_property
    def past_around(self) -> CountedList | None:
        """What its MRC had of its own in the theme, ended or perhaps over: nobody is sent to call about it."""
        words = "initiative terminée ou peut-être terminée,initiatives terminées ou peut-être terminées"
        return self._list(words, place=self.territory, portee=OWN, etat=PublicState.before)

    @property
    def near_where(self) -> str:
        return at_place(self.near.label.name) if self.near else ""

    @cached_property
    def near(self) -> Neighbour | None:
        """The nearest municipality with a service under way, when none is known here."""
        if not self.is_municipality or self.service.is_now:
            return None
        gap = self._gaps.gap(self.place, self.territory, self.theme)
        return next(iter(neighbours(self._gaps, self.theme, [gap], {}).get(self.place.slug, ())), None)


def meetings(
    directory: Directory,
    themes: Sequence[tuple[tuple[int, int], Label]],
    places: Sequence[tuple[tuple[int, int], Label]],
) -> list[Meeting]:
    """Return the first theme in the first place; in two places of one name, the municipality first.

    Both come ranked, the best first, and only named inside the search.
    """
    best = [label for rank, label in places if rank == places[0][0]]
    if not themes or len(best) > 2:
        best = best[: 1 if themes else 0]
    found = [Meeting(directory, themes[0][1], place) for place in best]
    return sorted(found, key=lambda one: not one.is_municipality)
