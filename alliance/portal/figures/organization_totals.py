"""What the page of an organization counts: its initiatives, what they were awarded, what it brings, where and on what.

An organization may hold two roles in one initiative: it is counted once in each total.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.http import urlencode

from alliance.lib.money import format_amount
from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.counts import organizations
from alliance.portal.labels import Label
from alliance.portal.payments import origin_of
from alliance.portal.rows import Row
from alliance.portal.selection import Selection
from funding import ledger
from initiatives.choices import PartnerRole
from territories.choices import OrganizationKind


@dataclass(frozen=True)
class Fact:
    """One figure of the page: its number, what it counts, and where exactly its rows are."""

    text: str
    label: str
    definition: str
    url: str


@dataclass(frozen=True)
class Link:
    """A theme or an MRC where the organization works, with the list that its count opens."""

    label: Label
    count: int
    url: str

    @property
    def count_label(self) -> str:
        return pluriel(self.count, "initiative,initiatives")


@dataclass(frozen=True)
class Gift:
    """What the organization brings to one published initiative; `amount` in dollars, None when it is not published."""

    title: str
    slug: str
    kind: str
    year: str
    amount: Decimal | None
    is_confirmed: bool


@dataclass(frozen=True)
class Portrait:
    """An organization seen through its published initiatives."""

    count: int
    facts: list[Fact]
    themes: list[Link]
    territories: list[Link]
    regional: int


def at_least(known: Iterable[Decimal], unknown: int) -> str:
    """Return the sum of known dollars, « au moins » when others are unknown; « montant non publié » when none is known."""
    amounts = list(known)
    if not amounts:
        return montant(None)
    before = "au moins " if unknown else ""
    return f"{before}{format_amount(ledger.total(amounts))}"


def portrait(directory: Directory, organization: Label, gifts: list[Gift]) -> Portrait:
    """Return what the page says of an organization; `gifts` are what it brings to published initiatives."""
    selection = Selection(directory, {names.ORGANIZATION: (organization.slug,)})
    facts = [_initiatives(selection, organization), *_awarded(selection.rows(), organization), *_given(gifts)]
    return Portrait(
        count=selection.count,
        facts=facts if selection.count or gifts else [],
        themes=_links(selection, organization, names.THEME),
        territories=_links(selection, organization, names.TERRITORY),
        regional=selection.regional_count,
    )


def by_role(selection: Selection, organization: Label) -> list[tuple[str, str, list[Row]]]:
    """Return the chosen initiatives of an organization under each role it holds: its code, its name, the initiatives."""
    rows = selection.rows()
    found = [(role, [row for row in rows if (role, organization) in row.partners]) for role in PartnerRole]
    return [(role.value, str(role.label), held) for role, held in found if held]


def _list(organization: Label, **more: str) -> str:
    return f"/initiatives/?{urlencode({names.ORGANIZATION: organization.slug, **more})}"


def _initiatives(selection: Selection, organization: Label) -> Fact:
    return Fact(
        nombre(selection.count),
        "initiative publiée" if selection.count < 2 else "initiatives publiées",
        "Chacune est comptée une fois, même si l’organisation y tient plusieurs rôles.",
        _list(organization),
    )


def led(rows: Iterable[Row], organization: Label) -> list[Row]:
    """Return those of the initiatives that the organization leads."""
    return [row for row in rows if (PartnerRole.LEAD, organization) in row.partners]


def _awarded(rows: list[Row], organization: Label) -> list[Fact]:
    """Return the dollars awarded to the initiatives it leads; nothing when it leads none."""
    mine = led(rows, organization)
    if not mine:
        return []
    known = [row for row in mine if row.amount is not None]
    unknown = len(mine) - len(known)
    said = (
        f"\xa0: {_unknown(unknown, 'montant n’est pas publié,montants ne sont pas publiés')}"
        if unknown
        else ""
    )
    origin = origin_of(payment for row in known for payment in row.payments)
    return [
        Fact(
            at_least((row.amount for row in known if row.amount is not None), unknown),
            f"{origin} pour {pluriel(len(mine), 'initiative qu’elle porte,initiatives qu’elle porte')}",
            f"Total des montants accordés aux initiatives dont elle est porteuse{said}.",
            f"#role-{PartnerRole.LEAD}",
        )
    ]


def _given(gifts: list[Gift]) -> list[Fact]:
    """Return what it brings to initiatives, when anything of it is entered."""
    if not gifts:
        return []
    known = [gift.amount for gift in gifts if gift.amount is not None]
    unknown = len(gifts) - len(known)
    said = (
        f"\xa0: {_unknown(unknown, 'n’a pas de montant publié,n’ont pas de montant publié')}"
        if unknown
        else ""
    )
    return [
        Fact(
            at_least(known, unknown),
            "apportés aux initiatives",
            f"Total de {pluriel(len(gifts), 'contribution,contributions')} en argent, en biens et services ou en heures{said}.",
            "#apports",
        )
    ]


def _unknown(count: int, words: str) -> str:
    return f"{pluriel(count, words)}, ce n’est pas zéro"


def _links(selection: Selection, organization: Label, kind: str) -> list[Link]:
    """Return the themes or MRCs where it has an initiative, with the count of the list that each opens."""
    counted = (
        (label, selection.count_if(kind, label.slug))
        for label in selection.directory.labels.all(kind)
        if not label.merged
    )
    return [
        Link(label, count, _list(organization, **{kind: label.slug})) for label, count in counted if count
    ]


def by_kind(directory: Directory, *, words: str = "") -> list[tuple[str, str, int]]:
    """Return each kind of organization (value, name, how many the list would hold), the other filters kept."""
    counts = Counter(one.label.organization_kind for one in organizations(directory, words=words))
    return [(value, label, counts[value]) for value, label in OrganizationKind.choices]
