"""A published initiative as lists show it, and how all of them are read in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat, Left

from alliance.lib.aggregates import JoinIds, per_parent
from alliance.lib.money import quantize
from alliance.portal import labels as kinds
from alliance.portal.labels import Label, Labels, version_now
from funding import ledger
from funding.models import Commitment
from initiatives.choices import PUBLIC_STATE, SCOPE_SLUG, PartnerRole, PublicState, Scope
from initiatives.models import Initiative, Partnership

EVERYWHERE = "Toute la région"
_SUMMARY = 200  # a card shows 160 characters
_ROLE_RANK = {role: rank for rank, role in enumerate(PartnerRole.values)}


@dataclass(frozen=True, slots=True)
class Row:
    """One initiative in a list. `amount` is what the ledger promised it, in dollars; None when it is not published."""

    pk: int
    number: str
    slug: str
    title: str
    summary: str
    scope: str
    state: PublicState
    starts_on: date | None
    ends_on: date | None
    published_at: datetime
    is_demo: bool
    amount: Decimal | None
    theme: Label
    themes: tuple[Label, ...]
    territories: tuple[Label, ...]
    municipalities: tuple[Label, ...]
    years: tuple[Label, ...]
    partners: tuple[tuple[str, Label], ...]
    sources: tuple[Label, ...]

    @property
    def url(self) -> str:
        return f"/initiatives/{self.slug}/"

    @property
    def is_regional(self) -> bool:
        return self.scope == Scope.REGIONAL

    @property
    def scope_slug(self) -> str:
        return SCOPE_SLUG[self.scope]

    @property
    def place(self) -> str:
        """Where, in a few words: « Toute la région », « La Mitis », « La Mitis et La Matanie », « 5 MRC »."""
        if self.is_regional:
            return EVERYWHERE
        names = [territory.name for territory in self.territories]
        return " et ".join(names) if len(names) < 3 else f"{len(names)} MRC"

    @property
    def lead(self) -> str:
        return next((who.name for role, who in self.partners if role == PartnerRole.LEAD), "")

    @property
    def year(self) -> str:
        """« 2021-2022 », or « 2021-2022 à 2023-2024 »."""
        if len(self.years) > 1:
            return f"{self.years[0].name} à {self.years[-1].name}"
        return self.years[0].name if self.years else ""


def _links(field: str, target: str) -> Any:
    through = getattr(Initiative, field).through
    return per_parent(through.objects.all(), "initiative", JoinIds(target))


def _query() -> QuerySet:
    partner = Concat(F("role"), Value(":"), Cast("organization_id", CharField()), output_field=CharField())
    return (
        ledger.with_awarded(Initiative.objects.published())
        .annotate(
            l_summary=Left("summary", _SUMMARY),
            l_themes=_links("themes", "theme_id"),
            l_territories=_links("territories", "territory_id"),
            l_municipalities=_links("municipalities", "municipality_id"),
            l_years=_links("fiscal_years", "fiscalyear_id"),
            l_partners=per_parent(Partnership.objects.all(), "initiative", JoinIds(partner)),
            l_sources=per_parent(
                Commitment.objects.all(), "initiative", JoinIds("allocation__envelope__source_id")
            ),
            l_version=version_now(),
        )
        .order_by("sort_key", "pk")
        .values_list(
            "pk",
            "number",
            "slug",
            "title",
            "l_summary",
            "scope",
            "state",
            "starts_on",
            "ends_on",
            "published_at",
            "is_demo",
            "awarded",
            "primary_theme_id",
            "l_themes",
            "l_territories",
            "l_municipalities",
            "l_years",
            "l_partners",
            "l_sources",
            "search_text",
            "l_version",
        )
    )


def _named(text: str | None, kind: str, labels: Labels) -> tuple[Label, ...]:
    """Return the labels whose ids are joined in `text`, each once, in the order of their kind."""
    if not text:
        return ()
    known = labels.by_id.get(kind, {})
    found = {known[int(pk)] for pk in text.split(",")}
    return tuple(found) if len(found) == 1 else tuple(sorted(found, key=_rank))


def _rank(label: Label) -> tuple[int, str]:
    return (label.order, label.sort_key if label.kind == kinds.MUNICIPALITY else label.slug)


def _partners(text: str | None, labels: Labels) -> tuple[tuple[str, Label], ...]:
    known = labels.by_id.get(kinds.ORGANIZATION, {})
    pairs = (pair.split(":") for pair in text.split(",")) if text else ()
    found = [(role, labels.present(known[int(pk)])) for role, pk in pairs]
    return tuple(sorted(found, key=lambda pair: (_ROLE_RANK[pair[0]], pair[1].sort_key)))


def _row(values: tuple, labels: Labels) -> Row:
    theme = labels.by_id[kinds.THEME][values[12]]
    others = (other for other in _named(values[13], kinds.THEME, labels) if other is not theme)
    return Row(
        *values[:6],
        state=PUBLIC_STATE[values[6]],
        starts_on=values[7],
        ends_on=values[8],
        published_at=values[9],
        is_demo=values[10],
        amount=None if values[11] is None else quantize(values[11]),
        theme=theme,
        themes=(theme, *others),
        territories=_named(values[14], kinds.TERRITORY, labels),
        municipalities=_named(values[15], kinds.MUNICIPALITY, labels),
        years=_named(values[16], kinds.YEAR, labels),
        partners=_partners(values[17], labels),
        sources=_named(values[18], kinds.SOURCE, labels),
    )


def read(labels: Labels) -> tuple[list[Row], list[str], set[int]]:
    """Read every published initiative by title (one query): rows, their search words, versions they were read from.

    Raises KeyError when a row names a label read too early: the caller reads both again.
    """
    records: Iterable[tuple] = list(_query())
    return (
        [_row(values, labels) for values in records],
        [values[19] for values in records],
        {values[20] for values in records},
    )
