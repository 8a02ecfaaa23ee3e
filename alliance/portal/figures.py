"""The only place that counts initiatives and organizations. Dollars come from the ledger.

Each figure is named, defined, dated, and leads to exactly the rows that it counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from alliance.lib.dates import today
from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.lib.text import query_terms
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.labels import Label
from alliance.portal.rows import Row
from alliance.portal.selection import Selection
from funding import ledger
from funding.choices import Unit
from funding.models import PublishedFigure
from initiatives.choices import PartnerRole

MOST_SHOWN = 60  # organizations on the page of an MRC, the busiest ones

# Announced figures of the home page, in the order they are told (facts/seed_figures.csv, program_figures.csv).
HOME_ANNOUNCED = (
    "bsl-enveloppe-2019-2023",
    "montant-an1-total",  # its wording holds « dont 1 025 070 $ »
    "nb-initiatives-an1",
)


@dataclass(frozen=True)
class Figure:
    """A figure computed from the rows. `value` is a count, or dollars when the unit says so."""

    code: str
    label: str
    value: int | Decimal
    unit: Unit
    definition: str
    as_of: date
    url: str
    note: str = ""

    @property
    def text(self) -> str:
        return montant(self.value) if self.unit == Unit.DOLLARS else nombre(self.value)


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

    @property
    def count(self) -> int:
        return len(self.own) + len(self.around) + len(self.regional)


@dataclass(frozen=True)
class Totals:
    """What a list adds up to. `dollars` are the known amounts only; `unknown` initiatives have none published."""

    initiatives: int
    dollars: Decimal
    unknown: int
    regional: int

    @property
    def known(self) -> int:
        return self.initiatives - self.unknown

    @property
    def sentence(self) -> str:
        """« 84 initiatives · 1 234 567 $ du FQIS (montants connus) »."""
        count = pluriel(self.initiatives, "initiative,initiatives")
        if not self.known:
            return count
        return f"{count} · {montant(self.dollars)} du FQIS (montants connus)"


def totals(selection: Selection) -> Totals:
    """Return how many initiatives are chosen and the dollars promised to them, each counted once."""
    amounts = selection.amounts
    known = [amount for amount in amounts if amount is not None]
    return Totals(
        initiatives=len(amounts),
        dollars=ledger.total(known),
        unknown=len(amounts) - len(known),
        regional=selection.regional_count,
    )


def count(directory: Directory, **chosen: str) -> int:
    """Return how many published initiatives one choice per named filter keeps."""
    return Selection(directory, {parameter: (value,) for parameter, value in chosen.items()}).count


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
        if label.parent == territory.pk and not label.ended
    ]


def around_municipality(directory: Directory, municipality: Label, territory: Label) -> Around:
    """Return what exists in a municipality; an initiative that names other municipalities is not here."""
    own, regional = Selection(directory, {names.MUNICIPALITY: (municipality.slug,)}).apart()
    nearby, _ = Selection(directory, {names.TERRITORY: (territory.slug,)}).apart()
    return Around(own, [row for row in nearby if not row.municipalities], regional)


def organizations(directory: Directory, *, words: str = "", kind: str = "") -> list[Counted]:
    """Return the organizations by name, with the number of initiatives in which each holds a role."""
    part = directory.masks.get(names.ORGANIZATION, {})
    terms = query_terms(words)
    return [
        Counted(label, part.get(label.slug, 0).bit_count())
        for label in directory.labels.all(names.ORGANIZATION)
        if (label.is_active or label.slug in part)
        and not label.merged
        and (not kind or label.organization_kind == kind)
        and all(f" {term}" in label.search_text for term in terms)
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


def addresses(directory: Directory) -> list[tuple[str, date | None]]:
    """Return every public address, with the day of publication of an initiative."""
    fixed = ("/", "/initiatives/", "/themes/", "/territoires/", "/organisations/", "/a-propos/")
    fixed += ("/accessibilite/", "/confidentialite/", "/nous-joindre/")
    places = [
        label.url
        for kind in (names.THEME, names.TERRITORY, names.MUNICIPALITY)
        for label in directory.labels.all(kind)
        if not label.merged
    ]
    people = [one.url for one in organizations(directory)]
    pages = [(row.url, row.published_at.date()) for row in directory.rows]
    return [*((url, None) for url in (*fixed, *places, *people)), *pages]


def by_role(selection: Selection, organization: Label) -> list[tuple[str, list[Row]]]:
    """Return the chosen initiatives of an organization under each role it holds, in the order of the roles."""
    rows = selection.rows()
    found = [
        (role, [row for row in rows if any(pair == (role, organization) for pair in row.partners)])
        for role in PartnerRole.values
    ]
    return [(PartnerRole(role).label, held) for role, held in found if held]


def _initiatives(directory: Directory) -> Figure:
    return Figure(
        code="initiatives",
        label="initiatives publiées",
        value=Selection(directory).count,
        unit=Unit.INITIATIVES,
        definition="Initiatives retenues, en cours ou terminées qui ont leur page ici. Chacune est comptée une fois.",
        as_of=today(),
        url="/initiatives/",
    )


def _organizations(directory: Directory) -> Figure:
    return Figure(
        code="organisations",
        label="organisations participantes",
        value=len(taking_part(directory)),
        unit=Unit.ORGANIZATIONS,
        definition="Organisations qui portent au moins une initiative publiée ou y participent.",
        as_of=today(),
        url="/organisations/",
    )


def _dollars(directory: Directory) -> Figure | None:
    sums = totals(Selection(directory))
    if not sums.known:
        return None
    without = pluriel(sums.unknown, "initiative sans montant publié,initiatives sans montant publié")
    return Figure(
        code="fqis",
        label="du FQIS promis à des initiatives",
        value=sums.dollars,
        unit=Unit.DOLLARS,
        definition="Somme des montants connus, accordés aux initiatives publiées, tous exercices réunis.",
        as_of=today(),
        url="/initiatives/?tri=montant",
        note=f"{without}\xa0: ce n’est pas zéro." if sums.unknown else "",
    )


def _territories(directory: Directory) -> Figure:
    everyone = list(directory.labels.all(names.TERRITORY))
    return Figure(
        code="mrc",
        label=f"MRC touchées sur {nombre(len(everyone))}",
        value=len(covered(directory)),
        unit=Unit.TERRITORIES,
        definition="MRC où se déroule au moins une initiative publiée. Une initiative régionale les touche toutes.",
        as_of=today(),
        url="/territoires/",
    )


REGISTER: dict[str, Callable[[Directory], Figure | None]] = {
    "initiatives": _initiatives,
    "organisations": _organizations,
    "fqis": _dollars,
    "mrc": _territories,
}


def key_figures(directory: Directory) -> list[Figure]:
    """Return the figures of the home page; one that nothing known feeds is left out, for it would read as zero."""
    found = (compute(directory) for compute in REGISTER.values())
    return [figure for figure in found if figure]


def announced(codes: tuple[str, ...] = HOME_ANNOUNCED) -> list[PublishedFigure]:
    """Return the figures once announced, as they were announced, in the order of `codes` (one query)."""
    rows = {row.code: row for row in PublishedFigure.objects.filter(code__in=codes)}
    return [rows[code] for code in codes if code in rows]
