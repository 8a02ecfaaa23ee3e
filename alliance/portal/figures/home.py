"""The few figures of the home page: what the directory holds, and what was once announced."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Subquery, Value
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from alliance.lib.aggregates import JsonRows, per_parent
from alliance.lib.dates import period_text, today
from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.counts import covered, taking_part
from alliance.portal.figures.sums import totals
from alliance.portal.figures.themes import ThemeTile
from alliance.portal.figures.within import standing
from alliance.portal.models import DataVersion, Zoom, ZoomItem
from alliance.portal.selection import Selection
from funding.choices import Unit
from funding.models import PublishedFigure
from initiatives.choices import Publication

# Announced figures of the home page, in the order they are told (facts/seed_figures.csv, program_figures.csv).
HOME_ANNOUNCED = (
    "bsl-enveloppe-2019-2023",
    "montant-an1-total",  # its wording holds « dont 1 025 070 $ »
    "nb-initiatives-an1",
)

# What people in need ask 211 for first comes first; the other themes follow in their own order.
FIRST_NEEDS = ("alimentation", "logement", "transport", "sante")

_TOLD = ("code", "label", "value", "unit", "precision", "wording", "source", "announced_on")
_ZOOM = ("slug", "title", "kicker", "introduction", "starts_on", "ends_on", "published_at", "is_demo")


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
        definition="Chacune a sa page et compte une fois.",
        as_of=today(),
        url="/initiatives/",
    )


def _organizations(directory: Directory) -> Figure:
    return Figure(
        code="organisations",
        label="organisations participantes",
        value=len(taking_part(directory)),
        unit=Unit.ORGANIZATIONS,
        definition="Elles portent une initiative de ce site ou y participent.",
        as_of=today(),
        url="/organisations/",
    )


def _dollars(directory: Directory) -> Figure | None:
    sources = [label.slug for label in directory.labels.all(names.SOURCE) if label.is_fqis]
    everything = totals(Selection(directory))
    sums = totals(Selection(directory, {names.SOURCE: tuple(sources)}))
    if not sources or not sums.paid:
        return None
    without = pluriel(everything.unknown, "initiative n’a,initiatives n’ont")
    return Figure(
        code="fqis",
        label="accordés par le FQIS",
        value=sums.dollars,
        unit=Unit.DOLLARS,
        definition="Toutes années réunies.",
        as_of=today(),
        url=f"/initiatives/?{urlencode([('source', source) for source in sources] + [('tri', 'montant')])}",
        note=f"{without} pas de montant publié." if everything.unknown else "",
    )


def _territories(directory: Directory) -> Figure:
    everyone = list(directory.labels.all(names.TERRITORY))
    return Figure(
        code="mrc",
        label=f"MRC touchées sur {nombre(len(everyone))}",
        value=len(covered(directory)),
        unit=Unit.TERRITORIES,
        definition="Au moins une initiative s’y passe.",
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


@dataclass(frozen=True)
class Need(ThemeTile):
    """A theme as a person says it: the first sentence of its plain words, a question most often."""

    @property
    def question(self) -> str:
        first, mark, _rest = self.label.summary.partition("?")
        return f"{first}?" if mark else self.label.summary

    @property
    def text(self) -> str:
        """Return what there is now, on one line of a phone; all of it is told when nothing is of now."""
        return (
            pluriel(self.now, "initiative en cours ou prévue,initiatives en cours ou prévues")
            if self.now
            else super().text
        )


def needs(directory: Directory) -> list[Need]:
    """Return the themes, each with its initiatives of now and in all, those of the whole region included.

    Those of `FIRST_NEEDS` come first.
    """
    current = standing(directory)
    found = [
        Need(label, (mask & current).bit_count(), mask.bit_count())
        for label in directory.labels.all(names.THEME)
        if not label.merged
        for mask in [directory.having(names.THEME, label.slug)]
    ]
    rank = {slug: place for place, slug in enumerate(FIRST_NEEDS)}
    return sorted(found, key=lambda need: rank.get(need.label.slug, len(rank)))


@dataclass(frozen=True)
class LatestZoom:
    """The Zoom that was published last, with the number of its initiatives that show."""

    slug: str
    title: str
    kicker: str
    introduction: str
    starts_on: date | None
    ends_on: date | None
    published_at: datetime | None
    is_demo: bool
    count: int

    @property
    def period(self) -> str:
        """Return « du 1er mars 2020 au 30 juin 2020 », or nothing when one of the days is not said."""
        return period_text(self.starts_on, self.ends_on) if self.starts_on and self.ends_on else ""

    @property
    def url(self) -> str:
        return f"/zoom/{self.slug}/"


def front(directory: Directory) -> tuple[list[PublishedFigure], LatestZoom | None]:
    """Return what the home page tells beside the counts, in one query: announced figures, and the latest Zoom."""
    figures = PublishedFigure.objects.filter(code__in=HOME_ANNOUNCED).order_by().annotate(one=Value(1))
    told = figures.values("one").annotate(gathered=JsonRows(*_TOLD)).values("gathered")
    latest = (
        Zoom.objects.filter(publication=Publication.PUBLISHED)
        .order_by("-published_at", "-pk")
        .annotate(
            items_held=per_parent(ZoomItem.objects.all(), "zoom", JsonRows("initiative")),
        )
    )
    columns = {f"zoom_{name}": Subquery(latest.values(name)[:1]) for name in (*_ZOOM, "items_held")}
    row = DataVersion.objects.filter(pk=1).annotate(told=Subquery(told), **columns)
    values = row.values("told", *columns).first()
    if values is None:
        return [], None
    return _in_order(values["told"] or ()), _latest(values, directory)


def _in_order(rows: Iterable[list[Any]]) -> list[PublishedFigure]:
    found = {row[0]: PublishedFigure(**dict(zip(_TOLD, row, strict=True))) for row in rows}
    for figure in found.values():
        figure.value = Decimal(str(figure.value))
        figure.announced_on = parse_date(figure.announced_on) if figure.announced_on else None
    return [found[code] for code in HOME_ANNOUNCED if code in found]


def _latest(values: dict[str, Any], directory: Directory) -> LatestZoom | None:
    if values["zoom_slug"] is None:
        return None
    held = {pk for (pk,) in values["zoom_items_held"] or ()}
    count = sum(1 for row in directory.rows if row.pk in held)
    said = {name: values[f"zoom_{name}"] for name in _ZOOM}
    return LatestZoom(**said, count=count) if count else None
