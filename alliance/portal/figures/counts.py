"""How many initiatives each theme, place, organization and municipality has; no dollars here."""

from dataclasses import dataclass
from itertools import groupby

from alliance.lib.dates import today
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.labels import Label
from alliance.portal.rows import Row
from alliance.portal.search.asked import Asked
from alliance.portal.search.entries import ranked
from alliance.portal.selection import Selection

MOST_SHOWN = 60  # organizations on the page of an MRC, the busiest ones


@dataclass(frozen=True)
class Counted:
    """A theme, an MRC, an organization or a municipality with its number of published initiatives."""

    label: Label
    count: int

    @property
    def name(self) -> str:
        return self.label.name

    @property
    def slug(self) -> str:
        return self.label.slug

    @property
    def url(self) -> str:
        return self.label.url

    @property
    def count_label(self) -> str:
        return pluriel(self.count, "initiative,initiatives")


@dataclass(frozen=True)
class Around:
    """Initiatives met in a municipality: its own, its MRC's (without municipality named), the whole region's."""

    own: list[Row]
    around: list[Row]
    regional: list[Row]


def taking_part(directory: Directory) -> list[Label]:
    """Return the organizations that hold a role in a published initiative, by name."""
    present = directory.masks.get(names.ORGANIZATION, {})
    return [
        label
        for label in directory.labels.all(names.ORGANIZATION)
        if label.slug in present and not label.merged
    ]


def covered(directory: Directory) -> list[Label]:
    """Return the MRCs where at least one published initiative takes place."""
    return [
        label
        for label in directory.labels.all(names.TERRITORY)
        if directory.having(names.TERRITORY, label.slug)
    ]


def counted(directory: Directory, kind: str, **chosen: str) -> list[Counted]:
    """Return each theme or MRC with the number of initiatives it has beside one choice of other filters."""
    selection = Selection(directory, {parameter: (value,) for parameter, value in chosen.items()})
    return [
        Counted(label, selection.count_if(kind, label.slug))
        for label in directory.labels.all(kind)
        if not label.merged
    ]


def municipalities_of(directory: Directory, territory: Label) -> list[Counted]:
    """Return the present municipalities of an MRC with the number of initiatives that name them."""
    named = directory.masks.get(names.MUNICIPALITY, {})
    return [
        Counted(label, named.get(label.slug, 0).bit_count())
        for label in directory.labels.all(names.MUNICIPALITY)
        if label.parent == territory.pk and not label.ended(today())
    ]


def around_municipality(directory: Directory, municipality: Label, territory: Label) -> Around:
    """Return what exists in a municipality; an initiative that names other municipalities is not here."""
    own, regional = Selection(directory, {names.MUNICIPALITY: (municipality.slug,)}).apart()
    nearby, _ = Selection(directory, {names.TERRITORY: (territory.slug,)}).apart()
    return Around(own, [row for row in nearby if not row.municipalities], regional)


def organizations(directory: Directory, *, words: str = "", kind: str = "") -> list[Counted]:
    """Return the organizations by name, with the number of initiatives in which each holds a role.

    `words` keeps those that a search finds; words without anything to look for keep all of them.
    """
    part = directory.masks.get(names.ORGANIZATION, {})
    asked, entries = Asked(words, directory.labels.equivalents), directory.names[names.ORGANIZATION]
    found = {label.pk for _rank, label in ranked(entries, asked)}
    return [
        Counted(entry.label, part.get(entry.label.slug, 0).bit_count())
        for entry in entries
        if (not kind or entry.label.organization_kind == kind)
        and (not asked.wanted or entry.label.pk in found)
    ]


def by_letter(found: list[Counted]) -> list[tuple[str, list[Counted]]]:
    """Return organizations grouped by the first letter of their folded name; digits and signs under « # »."""
    letters = ((one.label.sort_key[:1].upper(), one) for one in found)
    named = sorted(
        ((letter if letter.isalpha() else "#", one) for letter, one in letters), key=lambda pair: pair[0]
    )
    return [(letter, [one for _, one in group]) for letter, group in groupby(named, key=lambda pair: pair[0])]


def organizations_of(directory: Directory, territory: Label, served: str | None) -> list[Counted]:
    """Return the organizations of an MRC: seated there, serving it or active in one of its own initiatives."""
    own = Selection(directory, {names.TERRITORY: (territory.slug,)}).mask & ~directory.regional
    serving = {int(pk) for pk in served.split(",")} if served else set()
    found = []
    for one in organizations(directory):
        part = directory.masks.get(names.ORGANIZATION, {}).get(one.slug, 0)
        if part & own or one.label.parent == territory.pk or one.label.pk in serving:
            found.append(Counted(one.label, (part & own).bit_count()))
    busiest = sorted(found, key=lambda one: -one.count)[:MOST_SHOWN]
    return sorted(busiest, key=lambda one: one.label.sort_key)
