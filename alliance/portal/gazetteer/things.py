"""What pages of places and themes know of an MRC, a municipality, an organization, a plan, a theme besides its name."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from territories.choices import MunicipalityKind


class Contact(NamedTuple):
    """What may be published of a body: a person or service, a telephone, an e-mail, a site; "" for what it has not."""

    name: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""


class Town(NamedTuple):
    """What is known of a municipality besides its name and population."""

    kind: str = MunicipalityKind.MUNICIPALITY
    website: str = ""
    population_year: str = ""
    point: tuple[float, float] | None = None


class Body(NamedTuple):
    """An organization as these pages know it: public contact, municipality of its seat (0), MRCs it serves."""

    contact: Contact = Contact()
    seat: int = 0
    serves: frozenset[int] = frozenset()


class Node(NamedTuple):
    """A line of a plan, with the set of published initiatives that come straight out of it."""

    pk: int
    parent: int
    level: str
    label: str
    initiatives: int


@dataclass(frozen=True)
class Plan:
    """A plan of an MRC, its lines in order."""

    pk: int
    territory: int
    title: str
    period: str
    starts_on: date
    adopted_on: date | None
    resolution: str
    nodes: tuple[Node, ...] = ()


class Group(NamedTuple):
    """People that initiatives are meant for, and the set of these initiatives."""

    name: str
    initiatives: int


class Seat(NamedTuple):
    """What is known of an MRC besides its name and population."""

    contact: Contact = Contact()
    town: str = ""
    population_year: str = ""


class Words(NamedTuple):
    """What else is said of a theme: people's words, and the periods of which it was a priority (name, last day)."""

    synonyms: tuple[str, ...] = ()
    periods: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True)
class Gazetteer:
    """All of it, by the row's identifier."""

    seats: dict[int, Seat] = field(default_factory=dict)
    towns: dict[int, Town] = field(default_factory=dict)
    bodies: dict[int, Body] = field(default_factory=dict)
    plans: tuple[Plan, ...] = ()
    groups: tuple[Group, ...] = ()
    words: dict[int, Words] = field(default_factory=dict)
