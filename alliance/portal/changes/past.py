"""The facts as the portal knew them at an instant, read from what it never forgets.

Initiatives and contributions come from their history (a row per change, links included), money from its movements by the
instant they were entered, whatever the day they bear. Lines and sources never change once made, except whether a source
is FQIS money: its history says so. Names in addresses (themes, MRCs) are today's: a renamed theme is the same theme.
Rows written in bulk have no history at all: they stand as they are today since the day they were made.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Exists, Max, OuterRef, QuerySet

from alliance.lib.aggregates import JoinIds, per_parent
from alliance.portal import labels as names
from alliance.portal.changes.facts import Fact, Facts, Paid, first_then_others
from alliance.portal.labels import Labels
from funding import ledger
from funding.models import CommitmentMovement, Contribution, FundingSource
from initiatives.choices import Publication, Scope
from initiatives.models import Initiative

_GONE = "-"  # history of a deletion
_COLUMNS = (
    "id",
    "number",
    "slug",
    "title",
    "scope",
    "continuity",
    "primary_theme_id",
    "l_themes",
    "l_territories",
    "l_years",
)
_LINKS = {
    "l_themes": ("themes", "theme_id"),
    "l_territories": ("territories", "territory_id"),
    "l_years": ("fiscal_years", "fiscalyear_id"),
}


def facts_at(moment: datetime, labels: Labels | None = None) -> Facts:
    """Return the facts of the initiatives published at `moment` (aware), by number, in seven queries at most.

    `labels`: the names already read, one query less. At the present instant it equals `facts_of` the live directory.
    """
    reader = _Reader(labels or names.read()[0], moment)
    return {values[1]: reader.fact(values) for values in (*_recorded(moment), *_unrecorded(moment))}


def _latest(model: Any, moment: datetime) -> QuerySet:
    """Return the last row of history of each row of `model` at `moment`, deleted ones left out.

    The last one written is the true one: the number of a row of history grows even when a clock goes back.
    """
    history = model.history.model.objects
    last = history.filter(history_date__lte=moment).order_by().values("id").annotate(last=Max("history_id"))
    return history.filter(history_id__in=last.values("last")).exclude(history_type=_GONE).order_by()


def _without_history(model: Any) -> QuerySet:
    kept = model.history.model.objects.filter(id=OuterRef("pk"))
    return model.objects.filter(~Exists(kept)).order_by()


def _recorded(moment: datetime) -> Iterable[tuple]:
    copies = {
        name: per_parent(_copies(field), "history", JoinIds(column))
        for name, (field, column) in _LINKS.items()
    }
    published = _latest(Initiative, moment).filter(publication=Publication.PUBLISHED)
    return published.annotate(**copies).values_list(*_COLUMNS)


def _copies(field: str) -> QuerySet:
    return apps.get_model("initiatives", f"HistoricalInitiative_{field}").objects.all()


def _unrecorded(moment: datetime) -> Iterable[tuple]:
    links = {
        name: per_parent(getattr(Initiative, field).through.objects.all(), "initiative", JoinIds(column))
        for name, (field, column) in _LINKS.items()
    }
    known = _without_history(Initiative).filter(created_at__lte=moment, published_at__lte=moment)
    return known.filter(publication=Publication.PUBLISHED).annotate(**links).values_list(*_COLUMNS)


class _Reader:
    """Holds what is read once for all initiatives: names, money, partners' known dollars."""

    def __init__(self, labels: Labels, moment: datetime) -> None:
        self._labels = labels
        self._fqis = dict(_latest(FundingSource, moment).values_list("id", "is_fqis"))
        self._payments = self._read_payments(moment)
        self._partners = _partners(moment)
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def fact(self, values: tuple) -> Fact:
        pk, number, slug, title, scope, continuity, theme, themes, territories, years = values
        primary = self._labels.by_id[names.THEME][theme].slug
        return Fact(
            number=number,
            slug=slug,
            title=title,
            theme=primary,
            themes=first_then_others(primary, self._slugs(names.THEME, themes)),
            territories=self._slugs(names.TERRITORY, territories),
            regional=scope == Scope.REGIONAL,
            continuity=continuity,
            years=self._slugs(names.YEAR, years),
            payments=self._payments.get(pk, ()),
            partners=ledger.total(self._partners[pk]) if pk in self._partners else None,
        )

    def _slugs(self, kind: str, joined: str | None) -> tuple[str, ...]:
        if not joined:
            return ()
        if (kind, joined) not in self._known:
            labels = self._labels.by_id[kind]
            self._known[kind, joined] = tuple(sorted(labels[int(pk)].slug for pk in joined.split(",")))
        return self._known[kind, joined]

    def _read_payments(self, moment: datetime) -> dict[int, tuple[Paid, ...]]:
        """Return what each line had promised to each initiative (its id), from the movements entered by then."""
        line = "commitment__allocation__"
        rows = CommitmentMovement.objects.filter(created_at__lte=moment).values_list(
            "commitment__initiative_id",
            f"{line}line",
            f"{line}territory_id",
            f"{line}fiscal_year_id",
            f"{line}envelope__source_id",
            "amount",
        )
        moved: dict[int, dict[tuple, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
        for initiative, *payer, amount in rows.order_by():
            moved[initiative][tuple(payer)].append(amount)
        return {
            initiative: tuple(sorted(self._paid(payer, amounts) for payer, amounts in lines.items()))
            for initiative, lines in moved.items()
        }

    def _paid(self, payer: tuple, amounts: list[Decimal]) -> Paid:
        line, territory, year, source = payer
        by_id = self._labels.by_id
        label = by_id[names.SOURCE][source]
        return Paid(
            line=line,
            territory=by_id[names.TERRITORY][territory].slug if territory else "",
            year=by_id[names.YEAR][year].slug,
            source=label.slug,
            is_fqis=self._fqis.get(source, label.is_fqis),
            dollars=ledger.total(amounts),
        )


def _partners(moment: datetime) -> dict[int, list[Decimal]]:
    """Return the known contributions of each initiative (its id), those without history included."""
    found: dict[int, list[Decimal]] = defaultdict(list)
    for rows in (_latest(Contribution, moment), _without_history(Contribution)):
        for initiative, amount in rows.filter(amount__isnull=False).values_list("initiative_id", "amount"):
            found[initiative].append(amount)
    return dict(found)
