"""Gaps: whether each municipality is served, theme by theme, as far as this portal knows.

Ended initiatives, those of the whole region and those that do not say where in their MRC they take place are told
apart: « on ne sait pas » is never shown as « rien ».
"""

from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property

from alliance.lib.templatetags.francais import nombre, pluriel
from alliance.portal import labels as names
from alliance.portal.bitmaps import members, union
from alliance.portal.directory import Directory
from alliance.portal.figures.within import UNORGANIZED, municipalities_within, residents, standing, unplaced
from alliance.portal.labels import Label
from alliance.portal.rows import Row
from initiatives.choices import PublicState

_TENTH = Decimal("0.1")


class Service(StrEnum):
    """Whether a municipality is served in a theme. The letter is what a map prints."""

    NOW = "now"
    REGION = "region"
    BEFORE = "before"
    UNKNOWN = "unknown"
    NEVER = "never"

    @property
    def letter(self) -> str:
        return _SAID[self][0]

    @property
    def label(self) -> str:
        return _SAID[self][1]

    @property
    def definition(self) -> str:
        return _SAID[self][2]

    @property
    def is_now(self) -> bool:
        return self in (Service.NOW, Service.REGION)

    @property
    def is_gap(self) -> bool:
        """Say whether nothing serves it now, as far as is known."""
        return self in (Service.BEFORE, Service.NEVER)


_SAID = {
    Service.NOW: (
        "S",
        "Servie maintenant",
        "Une initiative prévue ou en cours nomme cette municipalité.",
    ),
    Service.REGION: (
        "T",
        "Servie par une initiative de toute la région",
        "Une initiative prévue ou en cours concerne toute la région; aucune ne nomme cette municipalité.",
    ),
    Service.BEFORE: (
        "A",
        "Servie avant",
        "Des initiatives terminées la servaient; aucune n’est prévue ni en cours.",
    ),
    Service.UNKNOWN: (
        "?",
        "On ne sait pas",
        "Une initiative de sa MRC ne dit pas dans quelles municipalités elle se rend, ou une initiative est peut-être terminée\xa0: "
        "sa fin est passée, personne n’a dit si elle continue.",
    ),
    Service.NEVER: (
        "R",
        "Rien dans le portail",
        "Aucune initiative publiée de ce thème ne nomme cette municipalité, sa MRC ni toute la région.",
    ),
}


@dataclass(frozen=True)
class Gap:
    """One municipality in one theme. Of the initiatives that name it, `now` counts those planned or ongoing, `before`
    those that ended, `unconfirmed` those whose end has passed without a word. `is_demo`: a demonstration initiative
    may have made its state."""

    label: Label
    territory: Label
    theme: Label
    service: Service
    now: int
    before: int
    unconfirmed: int = 0
    is_demo: bool = False

    @property
    def per_thousand(self) -> Decimal | None:
        """Return planned or ongoing initiatives that name it, per 1 000 residents; None without known residents."""
        if not self.residents:
            return None
        return (Decimal(self.now * 1000) / self.residents).quantize(_TENTH, ROUND_HALF_UP)

    @property
    def residents(self) -> int | None:
        return residents(self.label)

    @property
    def is_unorganized(self) -> bool:
        return self.label.designation == UNORGANIZED


def _places(number: int) -> str:
    return pluriel(number, "municipalité,municipalités")


@dataclass(frozen=True)
class Tally:
    """How many municipalities of a place stand in each state, and how many people live where nothing serves now."""

    gaps: tuple[Gap, ...]

    @cached_property
    def counts(self) -> dict[Service, int]:
        found = Counter(gap.service for gap in self.gaps)
        return {service: found[service] for service in Service}

    @property
    def total(self) -> int:
        return len(self.gaps)

    @property
    def lacking(self) -> int:
        return sum(1 for gap in self.gaps if gap.service.is_gap)

    @property
    def unknown(self) -> int:
        return self.counts[Service.UNKNOWN]

    @property
    def sentence(self) -> str:
        """« 5 municipalités sur 18 sans service connu en ce moment; pour 3 autres, on ne sait pas. »"""
        if self.unknown and self.unknown == self.total:
            return f"On ne sait pas ce qui existe en ce moment dans les {_places(self.total)}."
        if self.lacking:
            said = f"{_places(self.lacking)} sur {nombre(self.total)} sans service connu en ce moment"
        else:
            served = _places(self.total - self.unknown)
            said = f"Un service en cours ou prévu est connu dans {served} sur {nombre(self.total)}"
        return (
            f"{said}; pour {pluriel(self.unknown, 'autre,autres')}, on ne sait pas."
            if self.unknown
            else f"{said}."
        )

    @cached_property
    def _homes(self) -> list[int | None]:
        return [gap.residents for gap in self.gaps if gap.service.is_gap]

    @property
    def residents(self) -> int | None:
        """Return the known residents of the municipalities that nothing serves now; None when not one is known."""
        known = sum(people for people in self._homes if people is not None)
        return None if not known and None in self._homes else known

    @property
    def is_partial(self) -> bool:
        """Say whether its residents are « au moins »: some are known, those of another municipality are not."""
        return self.residents is not None and None in self._homes

    @property
    def listed(self) -> list[tuple[Service, int]]:
        return list(self.counts.items())


class Gaps:
    """The states of every municipality that stands today, in every theme."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._themes = directory.masks.get(names.THEME, {})
        self._named = directory.masks.get(names.MUNICIPALITY, {})
        states = directory.masks.get("etat", {})
        self._current, self._ended = standing(directory), states.get(PublicState.DONE, 0)
        self.ongoing = states.get(PublicState.ONGOING, 0)

    @cached_property
    def themes(self) -> list[Label]:
        return [label for label in self.directory.labels.all(names.THEME) if not label.merged]

    @cached_property
    def territories(self) -> list[Label]:
        return [label for label in self.directory.labels.all(names.TERRITORY) if not label.merged]

    @cached_property
    def _within(self) -> dict[str, list[Label]]:
        return {one.slug: municipalities_within(self.directory, one) for one in self.territories}

    def within_labels(self, territory: Label) -> list[Label]:
        """Return the municipalities of an MRC, by name."""
        return self._within[territory.slug]

    @cached_property
    def _vague(self) -> dict[str, int]:
        return {one.slug: unplaced(self.directory, one) for one in self.territories}

    def named(self, municipality: Label, theme: Label) -> int:
        """Return the initiatives of a theme that name a municipality, the whole region's left out."""
        held = self._named.get(municipality.slug, 0) & self._themes.get(theme.slug, 0)
        return held & ~self.directory.regional

    def gap(self, municipality: Label, territory: Label, theme: Label) -> Gap:
        named = self.named(municipality, theme)
        themed = self._themes.get(theme.slug, 0)
        everywhere, vague = themed & self.directory.regional, themed & self._vague[territory.slug]
        return Gap(
            municipality,
            territory,
            theme,
            self._service(named, everywhere, vague),
            now=(named & self._current).bit_count(),
            before=(named & self._ended).bit_count(),
            unconfirmed=(named & ~self._current & ~self._ended).bit_count(),
            is_demo=bool((named | everywhere | vague) & self.directory.invented),
        )

    def _service(self, named: int, everywhere: int, vague: int) -> Service:
        if named & self._current:
            return Service.NOW
        if everywhere & self._current:
            return Service.REGION
        # It may be served now: saying that it was served before would be too much.
        if (named | everywhere | vague) & ~self._ended:
            return Service.UNKNOWN
        if named or everywhere:
            return Service.BEFORE
        return Service.UNKNOWN if vague else Service.NEVER

    def within(self, territory: Label, theme: Label) -> Tally:
        """Return the states of the municipalities of an MRC, by name."""
        return Tally(tuple(self.gap(one, territory, theme) for one in self._within[territory.slug]))

    def everywhere(self, theme: Label) -> Tally:
        return Tally(tuple(gap for one in self.territories for gap in self.within(one, theme).gaps))

    def nowhere(self, theme: Label) -> list[Row]:
        """Return the initiatives of a theme that say neither an MRC nor a municipality nor the whole region, by title."""
        placed = union(self.directory.masks.get(names.TERRITORY, {}).values()) | self.directory.regional
        placed |= union(self._named.values())
        return list(members(self._themes.get(theme.slug, 0) & ~placed, self.directory.rows))

    def served_by(self, municipality: Label, theme: Label) -> list[Row]:
        """Return the ongoing initiatives of a theme that name a municipality, by title."""
        return list(members(self.named(municipality, theme) & self.ongoing, self.directory.rows))
