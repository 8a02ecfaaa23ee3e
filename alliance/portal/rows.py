"""A published initiative as lists show it, and how all of them are read in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, Left

from alliance.lib.aggregates import JoinIds, per_parent
from alliance.portal import labels as kinds
from alliance.portal.labels import Label, Labels, version_now
from alliance.portal.payments import Brought, Contributions, Payers, Payment, origin_of
from alliance.portal.still import doubt, public_state
from funding import ledger
from funding.choices import Line
from funding.models import CommitmentMovement, Contribution
from initiatives.choices import SCOPE_SLUG, Continuity, PartnerRole, PublicState, Scope
from initiatives.models import Initiative, Partnership
from initiatives.reporting import publishable_count

EVERYWHERE = "Toute la région"
_SUMMARY = 200  # a card shows 160 characters
_MOST_TOWNS = 3  # municipalities that a card names
_ROLE_RANK = {role: rank for rank, role in enumerate(PartnerRole.values)}


@dataclass(frozen=True, slots=True)
class Row:
    """One initiative in a list. `amount` is all that lines promised it, in dollars; None when it is not published.

    `reach` is the number of people it says it reached; None when it did not say, or said so few that it is not published.
    """

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
    payments: tuple[Payment, ...]
    continuity: str = Continuity.NEW
    reach: int | None = None
    contributions: tuple[Brought, ...] = ()

    @property
    def url(self) -> str:
        return f"/initiatives/{self.slug}/"

    @property
    def is_regional(self) -> bool:
        return self.scope == Scope.REGIONAL

    @property
    def is_new(self) -> bool:
        return self.continuity == Continuity.NEW

    @property
    def home(self) -> str:
        """Return the line to which its partners' money is attributed, once: an MRC's address, or the kind of line.

        The line that pays the most FQIS, else the most dollars; unpaid, its only MRC or the regional line; "" when
        it takes place in several MRCs (or none) and nobody pays it.
        """
        paying = [payment for payment in self.payments if payment.amount > 0]
        if not paying:
            if self.is_regional:
                return Line.REGIONAL
            return self.territories[0].slug if len(self.territories) == 1 else ""
        most = max(
            paying, key=lambda one: (one.payer.source.is_fqis, one.amount, one.payer.line, one.payer.place)
        )
        return most.payer.place

    @property
    def sources(self) -> tuple[Label, ...]:
        """Return the sources that pay it something today: money wholly released is no longer theirs."""
        paying = (payment.payer.source for payment in self.payments if payment.amount > 0)
        return tuple({source.pk: source for source in paying}.values())

    @property
    def origin(self) -> str:
        """Return what follows the amount: « du FQIS », « accordés (Entente X) »…"""
        return origin_of(self.payments)

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
    def towns(self) -> str:
        """Return the municipalities that it names, « Esprit-Saint, Saint-Valérien »; "" when they are too many for a card."""
        named = self.municipalities if len(self.municipalities) <= _MOST_TOWNS else ()
        return ", ".join(municipality.name for municipality in named)

    @property
    def doubt(self) -> str:
        """Return why its state is to be confirmed, « fin prévue le 28 février 2025 »; "" for every other state."""
        return doubt(self.state, self.ends_on, [year.name for year in self.years])

    @property
    def state_text(self) -> str:
        """« En cours », or « Peut-être terminée, fin prévue le 28 février 2025 »."""
        return ", ".join(filter(None, (str(self.state.label), self.doubt)))

    @property
    def place_rank(self) -> tuple[int, tuple[int, ...]]:
        """Rank from west to east by the westernmost MRC, then the region-wide ones, last those that do not say where."""
        if self.is_regional:
            return (1, ())
        orders = tuple(territory.order for territory in self.territories)
        return (0, orders) if orders else (2, ())

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


def _joined(*columns: Any) -> Concat:
    """Return « a:b:c » of columns that hold neither « : » nor « , »; a null one is empty."""
    texts = [Coalesce(Cast(column, CharField()), Value("")) for column in columns]
    between = [part for text in texts for part in (Value(":"), text)]
    return Concat(*between[1:], output_field=CharField())


def _movements() -> Any:
    line = "commitment__allocation__"
    columns = (f"{line}line", f"{line}territory_id", f"{line}fiscal_year_id", f"{line}envelope__source_id")
    return per_parent(
        CommitmentMovement.objects.all(), "commitment__initiative", JoinIds(_joined(*columns, "amount"))
    )


def _contributions() -> Any:
    columns = _joined("kind", "amount", "is_confirmed", "fiscal_year_id")
    return per_parent(Contribution.objects.all(), "initiative", JoinIds(columns))


def _query() -> QuerySet:
    return (
        Initiative.objects.published()
        .annotate(
            l_summary=Left("summary", _SUMMARY),
            l_themes=_links("themes", "theme_id"),
            l_territories=_links("territories", "territory_id"),
            l_municipalities=_links("municipalities", "municipality_id"),
            l_years=_links("fiscal_years", "fiscalyear_id"),
            l_partners=per_parent(
                Partnership.objects.all(), "initiative", JoinIds(_joined("role", "organization_id"))
            ),
            l_movements=_movements(),
            l_contributions=_contributions(),
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
            "primary_theme_id",
            "l_themes",
            "l_territories",
            "l_municipalities",
            "l_years",
            "l_partners",
            "l_movements",
            "continuity",
            "actual_reach",
            "l_contributions",
            "search_text",
            "l_version",
        )
    )


def _rank(label: Label) -> tuple[int, str]:
    return (label.order, label.sort_key if label.kind == kinds.MUNICIPALITY else label.slug)


_Ranked = tuple[int, str, int, tuple[str, Label]]


class _Reader:
    """Turns records into rows. The same few combinations of links come back all the time: each is read once."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._payers, self._contributions = Payers(labels), Contributions(labels)
        self._themes = labels.by_id.get(kinds.THEME, {})
        self._organizations = labels.by_id.get(kinds.ORGANIZATION, {})
        self._known: dict[tuple[str, str], tuple[Label, ...]] = {}
        self._ranked: dict[str, _Ranked] = {}

    def _named(self, text: str | None, kind: str) -> tuple[Label, ...]:
        """Return the labels whose ids are joined in `text`, each once, in the order of their kind."""
        if not text:
            return ()
        found = self._known.get((kind, text))
        if found is None:
            labels = self._labels.by_id.get(kind, {})
            found = tuple(sorted({labels[int(pk)] for pk in text.split(",")}, key=_rank))
            self._known[kind, text] = found
        return found

    def _partner(self, pair: str) -> _Ranked:
        if pair not in self._ranked:
            role, _, pk = pair.partition(":")
            label = self._labels.present(self._organizations[int(pk)])
            self._ranked[pair] = (_ROLE_RANK[role], label.sort_key, label.pk, (role, label))
        return self._ranked[pair]

    def _partners(self, text: str | None) -> tuple[tuple[str, Label], ...]:
        if not text:
            return ()
        return tuple(ranked[3] for ranked in sorted(map(self._partner, text.split(","))))

    def row(self, values: tuple) -> Row:
        theme, payments = self._themes[values[11]], self._payers.read(values[17])
        others = tuple(other for other in self._named(values[12], kinds.THEME) if other is not theme)
        years = self._named(values[15], kinds.YEAR)
        return Row(
            *values[:6],
            state=public_state(values[6], values[8], [year.name for year in years]),
            starts_on=values[7],
            ends_on=values[8],
            published_at=values[9],
            is_demo=values[10],
            amount=ledger.total(payment.amount for payment in payments) if payments else None,
            theme=theme,
            themes=(theme, *others),
            territories=self._named(values[13], kinds.TERRITORY),
            municipalities=self._named(values[14], kinds.MUNICIPALITY),
            years=years,
            partners=self._partners(values[16]),
            payments=payments,
            continuity=values[18],
            reach=publishable_count(values[19]),
            contributions=self._contributions.read(values[20]),
        )


def read(labels: Labels) -> tuple[list[Row], list[str], set[int]]:
    """Read every published initiative by title (one query): rows, their search words, versions they were read from.

    Raises KeyError when a row names a label read too early: the caller reads both again.
    """
    records: Iterable[tuple] = list(_query())
    reader = _Reader(labels)
    return (
        [reader.row(values) for values in records],
        [values[21] for values in records],
        {values[22] for values in records},
    )
