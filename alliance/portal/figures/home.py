"""The few figures of the home page: what the directory holds, and what was once announced."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.http import urlencode

from alliance.lib.dates import today
from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.counts import covered, taking_part
from alliance.portal.figures.sums import totals
from alliance.portal.selection import Selection
from funding.choices import Unit
from funding.models import PublishedFigure

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
