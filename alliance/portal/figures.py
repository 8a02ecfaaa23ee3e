"""The only place that counts initiatives and organizations. Dollars come from the ledger.

Each figure is named, defined, dated, and leads to exactly the rows that it counts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.utils.http import urlencode
from django.utils.timezone import localdate

from alliance.lib.dates import today
from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.lib.text import query_terms
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.labels import Label
from alliance.portal.payments import Payer, Payment, origin_of
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

    @property
    def parts(self) -> str:
        """« 2 nomment cette municipalité, 1 concerne toute la MRC et 3 concernent toute la région »."""
        said = (
            pluriel(len(self.own), "nomme cette municipalité,nomment cette municipalité"),
            pluriel(len(self.around), "concerne toute sa MRC,concernent toute sa MRC"),
            pluriel(len(self.regional), "concerne toute la région,concernent toute la région"),
        )
        groups = (self.own, self.around, self.regional)
        kept = [text for text, rows in zip(said, groups, strict=True) if rows]
        return " et ".join([", ".join(kept[:-1]), kept[-1]] if len(kept) > 1 else kept)


@dataclass(frozen=True)
class Totals:
    """What a list adds up to, in dollars that its own lines promised (those of its MRC, fiscal year or source).

    Money belongs to the line that pays, so lists of different MRCs add up. `regional_line` and `elsewhere` were
    promised to the same initiatives by the regional line and by other lines: told apart, never added.
    """

    initiatives: int
    dollars: Decimal
    origin: str
    paid: int
    unknown: int
    regional: int
    regional_line: Decimal
    by_regional_line: int
    elsewhere: Decimal
    by_others: int

    @property
    def sentence(self) -> str:
        """« 84 initiatives · 1 234 567 $ du FQIS (montants connus) »; without dollars when no line paid anything."""
        count = pluriel(self.initiatives, "initiative,initiatives")
        if not self.paid:
            return count
        return f"{count} · {montant(self.dollars)} {self.origin} (montants connus)"

    @property
    def apart(self) -> list[str]:
        """Say the money of the same initiatives that is not counted here, one sentence for each kind of line."""
        found = []
        if self.regional:
            text = "initiative concerne,initiatives concernent"
            found.append(f"{pluriel(self.regional, text)} toute la région.")
        if self.by_regional_line:
            found.append(_not_here("Ligne régionale", self.regional_line, self.by_regional_line))
        if self.by_others:
            found.append(_not_here("Autres lignes", self.elsewhere, self.by_others))
        return found

    @property
    def with_regional(self) -> str:
        """« 3 initiatives, dont 1 pour toute la région »: what the list that a link opens holds."""
        count = pluriel(self.initiatives, "initiative,initiatives")
        return f"{count}, dont {nombre(self.regional)} pour toute la région" if self.regional else count


def _not_here(line: str, dollars: Decimal, initiatives: int) -> str:
    return f"{line}\xa0: {montant(dollars)} pour {pluriel(initiatives, 'initiative,initiatives')}, non comptés ici."


def by_payer(selection: Selection) -> dict[Payer, Decimal]:
    """Return the dollars that each line promised to the chosen initiatives."""
    amounts: dict[Payer, list[Decimal]] = defaultdict(list)
    for payer, amount in selection.payments:
        amounts[payer].append(amount)
    return {payer: ledger.total(promised) for payer, promised in amounts.items()}


def totals(selection: Selection) -> Totals:
    """Return how many initiatives are chosen and the dollars that the lines of this list promised to them."""
    sums = by_payer(selection)
    own = [payer for payer in sums if selection.counts(payer)]
    others = [payer for payer in sums if payer not in set(own)]
    region = [payer for payer in others if payer.is_regional and selection.places]
    rest = [payer for payer in others if payer not in set(region)]
    return Totals(
        initiatives=selection.count,
        dollars=_sum(sums, own),
        origin=origin_of(Payment(payer, sums[payer]) for payer in own),
        paid=selection.paid_by(own),
        unknown=selection.count - selection.paid_by(sums),
        regional=selection.regional_count,
        regional_line=_sum(sums, region),
        by_regional_line=selection.paid_by(region),
        elsewhere=_sum(sums, rest),
        by_others=selection.paid_by(rest),
    )


def _sum(sums: dict[Payer, Decimal], payers: Iterable[Payer]) -> Decimal:
    return ledger.total(sums[payer] for payer in payers)


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
    """Return the organizations by name, with the number of initiatives in which each holds a role."""
    part = directory.masks.get(names.ORGANIZATION, {})
    terms = query_terms(words)
    return [
        Counted(label, part.get(label.slug, 0).bit_count())
        for label in directory.labels.all(names.ORGANIZATION)
        if directory.shows(label)
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
    pages = [(row.url, localdate(row.published_at)) for row in directory.rows]
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
    sources = [label.slug for label in directory.labels.all(names.SOURCE) if label.is_fqis]
    everything = totals(Selection(directory))
    sums = totals(Selection(directory, {names.SOURCE: tuple(sources)}))
    if not sources or not sums.paid:
        return None
    without = pluriel(everything.unknown, "initiative sans montant publié,initiatives sans montant publié")
    return Figure(
        code="fqis",
        label="du FQIS promis à des initiatives",
        value=sums.dollars,
        unit=Unit.DOLLARS,
        definition="Somme des montants connus du FQIS, accordés aux initiatives publiées, tous exercices réunis.",
        as_of=today(),
        url=f"/initiatives/?{urlencode([('source', source) for source in sources] + [('tri', 'montant')])}",
        note=f"{without}\xa0: ce n’est pas zéro." if everything.unknown else "",
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
