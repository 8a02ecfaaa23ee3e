"""Whom to call, and what exists for a person who needs help: services of now first, then what there was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.http import urlencode

from alliance.lib.dates import today
from alliance.lib.distance import kilometres
from alliance.lib.phones import dialled
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.counts import Around, Counted
from alliance.portal.gazetteer import Contact, Gazetteer, Seat
from alliance.portal.labels import Label
from alliance.portal.rows import Row
from initiatives.choices import SCOPE_SLUG, PartnerRole, PublicState, Scope

NOW = PublicState.now
BEFORE = PublicState.before
OWN = (SCOPE_SLUG[Scope.LOCAL], SCOPE_SLUG[Scope.SUPRALOCAL])
REGIONAL = (SCOPE_SLUG[Scope.REGIONAL],)
MOST_CALLS = 6
_NEAREST = 6
_ANSWERS = {PartnerRole.LEAD: "Porte", PartnerRole.PARTNER: "Participe à"}


def listed(path: str = "/initiatives/", **chosen: Iterable[str]) -> str:
    """Return the address of the list that holds exactly a choice: `listed(theme=["logement"], etat=NOW)`."""
    pairs = [(name, str(value)) for name, values in chosen.items() for value in values]
    return f"{path}?{urlencode(pairs)}" if pairs else path


@dataclass(frozen=True)
class Call:
    """Someone to call: a body, why it may help, what it publishes of itself, its page here."""

    name: str
    why: str
    contact: Contact
    url: str = ""

    @property
    def dial(self) -> str:
        """Return the address that dials it; "" when nothing dials."""
        return dialled(self.contact.phone)

    @property
    def site(self) -> str:
        """Return the web address as people read it: « www.exemple.ca »."""
        return self.contact.website.partition("://")[2].rstrip("/")


def call_of(territory: Label, seat: Seat) -> Call | None:
    """Return the MRC to call; None when it publishes no phone, e-mail or site."""
    contact = seat.contact
    if not (contact.phone or contact.email or contact.website):
        return None
    return Call(f"MRC {territory.genitive}", contact.name, contact, territory.url)


def split(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Return the planned and ongoing initiatives, then those that ended or perhaps did."""
    rows = list(rows)
    return [row for row in rows if row.state in NOW], [row for row in rows if row.state not in NOW]


def by_theme(rows: Iterable[Row]) -> list[tuple[Label, list[Row]]]:
    """Return initiatives under their primary theme, in the order of themes."""

    def rank(row: Row) -> tuple[int, str]:
        return row.theme.order, row.theme.slug

    return [
        (group[0].theme, group)
        for _, found in groupby(sorted(rows, key=rank), key=rank)
        if (group := list(found))
    ]


@dataclass(frozen=True)
class Services:
    """What exists in a municipality: own (now by theme, before), without municipality named, of the whole region."""

    now: list[Row]
    before: list[Row]
    around: list[Row]
    around_before: list[Row]
    regional: list[Row]
    regional_before: list[Row]
    calls: list[Call]

    @property
    def on(self) -> int:
        """Return how many that name the municipality or are of the whole region are planned or ongoing."""
        return len(self.now) + len(self.regional)

    @property
    def over(self) -> int:
        """Return how many of the same ended or perhaps did; with those still on, they are the list of the municipality."""
        return len(self.before) + len(self.regional_before)

    @property
    def count(self) -> int:
        return self.on + self.over

    @property
    def vague(self) -> int:
        """Return how many are of the whole MRC without saying where: the list of the municipality leaves them out."""
        return len(self.around) + len(self.around_before)


def services(book: Gazetteer, groups: Around, towns: set[int], directory: Directory) -> Services:
    """Return what `groups` hold, services of now apart; `towns` are the municipality and those merged into it."""
    parts = [part for rows in (groups.own, groups.around, groups.regional) for part in split(rows)]
    return Services(*parts, calls=_calls(directory, book, parts[0], towns))


def _calls(directory: Directory, book: Gazetteer, now: list[Row], towns: set[int]) -> list[Call]:
    """Return organizations with a public telephone: seated here, then those of the services of now; each once."""
    reasons: dict[Label, str] = {}
    for role in (PartnerRole.LEAD, PartnerRole.PARTNER):
        for row in now:
            for held, who in row.partners:
                if held == role:
                    reasons.setdefault(who, f"{_ANSWERS[role]} «\xa0{row.title}\xa0»")
    here = [
        label
        for label in directory.labels.all(names.ORGANIZATION)
        if label.pk in book.bodies and book.bodies[label.pk].seat in towns and directory.shows(label)
    ]
    found = {label: reasons.get(label, "Son siège est ici") for label in here} | reasons
    return [
        Call(label.name, why, body.contact, label.url)
        for label, why in found.items()
        if (body := book.bodies.get(label.pk)) and body.contact.phone
    ]


def day_merged(municipality: Label) -> date | None:
    """Return the last day of a municipality that others took in; None of one that stands."""
    return date.fromisoformat(municipality.three[:10]) if municipality.merged and municipality.three else None


def nearest(directory: Directory, book: Gazetteer, municipality: Label) -> list[Counted]:
    """Return the six nearest present municipalities, any MRC, with the number of initiatives that name each."""
    start = book.towns[municipality.pk].point if municipality.pk in book.towns else None
    if start is None:
        return []
    named = directory.masks.get(names.MUNICIPALITY, {})
    others = [
        (kilometres(start, point), label.sort_key, label)
        for label in directory.labels.all(names.MUNICIPALITY)
        if label.pk != municipality.pk and not label.merged and not label.ended(today())
        if (town := book.towns.get(label.pk)) and (point := town.point)
    ]
    closest = sorted(others, key=lambda other: other[:2])[:_NEAREST]
    return [Counted(label, named.get(label.slug, 0).bit_count()) for _, _, label in closest]
