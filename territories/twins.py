"""Organizations that look like the one about to be created, each with the reasons, the closest first.

Their names are compared by `territories.names`; a number, an address or a telephone in common is said too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from alliance.lib.text import sort_key
from territories.models import Municipality, Organization, OrganizationAlias, Territory
from territories.names import NOTHING, Match, Reader

MOST = 8
_NUMBER = re.compile(r"\D+")
_SITE = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True)
class Twin:
    organization: Organization
    reason: str  # in French, short noun phrases: « même nom, même téléphone »
    score: float  # 0 to 1


class _Row(NamedTuple):
    pk: int
    name: str
    usual_name: str
    neq: str
    contact_phone: str
    contact_email: str
    website: str


def look_alikes(
    name: str, *, phone: str = "", neq: str = "", email: str = "", website: str = "", most: int = MOST
) -> list[Twin]:
    """Return at most `most` organizations that may be the one named `name`, the likeliest first.

    What else is known of it helps when it is given. Organizations merged into another are not shown.
    The number of questions to the database is fixed.
    """
    return _told([_Wanted(reader(), name, phone, neq, email, website).closest(_known(), most)])[0]


def look_alikes_of_each(names: Iterable[str], *, most: int = MOST) -> list[list[Twin]]:
    """Return what `look_alikes` says of each name, with as many questions to the database as for one."""
    known, reads = list(_known()), reader()
    return _told([_Wanted(reads, name).closest(known, most) for name in names])


def _told(found: list[list[tuple[int, Match]]]) -> list[list[Twin]]:
    rows = Organization.objects.select_related("seat_territory").in_bulk(
        {pk for each in found for pk, _ in each}
    )
    twins = [[Twin(rows[pk], *match) for pk, match in each if pk in rows] for each in found]
    return [sorted(each, key=lambda twin: (-twin.score, twin.organization.sort_key)) for each in twins]


def same_name(name: str) -> list[Organization]:
    """Return the organizations whose name, usual name or alias is exactly `name`, accents and case set apart."""
    return same_names([name])[0]


def same_names(names: Iterable[str]) -> list[list[Organization]]:
    """Return what `same_name` says of each name, with one question to the database."""
    keys = [sort_key(name)[:200] for name in names]
    found: dict[str, dict[int, Organization]] = {}
    rows = OrganizationAlias.objects.filter(folded__in=keys, organization__merged_into=None)
    for row in rows.select_related("organization").order_by("organization__sort_key", "organization_id"):
        found.setdefault(row.folded, {})[row.organization_id] = row.organization
    return [list(found.get(key, {}).values()) for key in keys]


def reader() -> Reader:
    """Return what reads names with the places of the region, kept as long as these do not change."""
    seats = tuple(Territory.objects.order_by("order").values_list("name", "seat"))
    places = Municipality.objects.order_by("code").values_list("name", flat=True)
    return _reader((*(name for name, _ in seats), *places), seats)


@lru_cache(maxsize=2)
def _reader(places: tuple[str, ...], seats: tuple[tuple[str, str], ...]) -> Reader:
    return Reader(places, seats)


def _known() -> Iterator[tuple[_Row, set[str]]]:
    """Yield each organization with all its names."""
    aliases: dict[int, list[str]] = {}
    for pk, alias in OrganizationAlias.objects.values_list("organization_id", "name"):
        aliases.setdefault(pk, []).append(alias)
    for values in Organization.objects.filter(merged_into=None).values_list(*_Row._fields).iterator():
        row = _Row(*values)
        yield row, {row.name, row.usual_name, *aliases.get(row.pk, ())} - {""}


class _Wanted:
    """The organization to be created, prepared once for many comparisons."""

    def __init__(
        self, reads: Reader, name: str, phone: str = "", neq: str = "", email: str = "", website: str = ""
    ) -> None:
        self.reader = reads
        self.name = self.reader.read(name)
        self.phone, self.neq, self.email = _digits(phone), _NUMBER.sub("", neq), email.strip().lower()
        self.website = _site(website)

    def closest(self, known: Iterable[tuple[_Row, set[str]]], most: int) -> list[tuple[int, Match]]:
        """Return (id of the organization, why and how much) for those that resemble it the most."""
        found = [(row.pk, match) for row, names in known if (match := self._match(row, names))]
        return sorted(found, key=lambda each: (-each[1][1], each[0]))[:most]

    def _match(self, row: _Row, names: set[str]) -> Match | None:
        compared = (self.reader.compare_read(self.name, self.reader.read(name)) for name in names)
        best = max(compared, default=NOTHING, key=lambda match: match[1])
        reasons = [(best[0], best[1]), *self._contacts(row)]
        told = [(reason, score) for reason, score in reasons if reason]
        if not told:
            return None
        return ", ".join(reason for reason, _ in told), max(score for _, score in told)

    def _contacts(self, row: _Row) -> Iterator[Match]:
        if self.neq and self.neq == row.neq:
            yield "même NEQ", 1.0
        if self.phone and row.contact_phone and self.phone == _digits(row.contact_phone):
            yield "même téléphone", 0.97
        if self.email and self.email == row.contact_email.lower():
            yield "même courriel", 0.96
        if self.website and row.website and self.website == _site(row.website):
            yield "même site Web", 0.95


def _digits(phone: str) -> str:
    return _NUMBER.sub("", phone).removeprefix("1")[:10]


def _site(address: str) -> str:
    return _SITE.sub("", address.strip()).rstrip("/").lower()
