"""The difference between two states of the figures, told apart initiative by initiative.

An effect is what an initiative counts for after, less before: so effects add up to the difference, whatever happened.
Each initiative is told once, under the first kind that fits. Money is attributed once, as in the matrix: to the line that
pays (an MRC's or the region's) and to the primary theme. An initiative counts in each of its themes and MRCs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.db.models import TextChoices

from alliance.lib.money import ZERO
from alliance.portal.changes.facts import Fact, Paid
from funding import ledger
from funding.choices import Line

REGIONAL = "regional"
FQIS, ALL = "fqis", "tout"


class Kind(TextChoices):
    ADDED = "ajoutee", "Ajoutées"
    WITHDRAWN = "retiree", "Retirées"
    AMENDED = "modifiee", "Modifiées"
    RECLASSIFIED = "reclassee", "Reclassées"


class Effect(NamedTuple):
    """A number of initiatives and dollars: what something counts for, or how much that changes."""

    count: int = 0
    dollars: Decimal = ZERO

    def less(self, other: "Effect") -> "Effect":
        return Effect(self.count - other.count, self.dollars - other.dollars)


def together(effects: Iterable[Effect]) -> Effect:
    """Return the sum of effects."""
    listed = list(effects)
    return Effect(sum(one.count for one in listed), ledger.total(one.dollars for one in listed))


@dataclass(frozen=True)
class Scope:
    """Which part of the figures: a fiscal year « 2021-2022 », an MRC (its slug) or « regional », a theme (its slug).

    Blank is all of them. `money`: « fqis », dollars of FQIS sources only, or « tout », those of every source.
    """

    year: str = ""
    territory: str = ""
    theme: str = ""
    money: str = FQIS

    def counts(self, fact: Fact) -> bool:
        """Say whether the initiative is counted here; one of the whole region is counted under « regional » alone."""
        places = (REGIONAL,) if fact.regional else fact.territories
        return (
            (not self.year or self.year in fact.years)
            and (not self.theme or self.theme in fact.themes)
            and (not self.territory or self.territory in places)
        )

    def has_money_of(self, fact: Fact) -> bool:
        """Say whether the dollars of the initiative may stand here, by its primary theme."""
        return not self.theme or self.theme == fact.theme

    def payments(self, fact: Fact) -> tuple[Paid, ...]:
        """Return what the lines of this scope promised to the initiative."""
        return tuple(filter(self._holds, fact.payments)) if self.has_money_of(fact) else ()

    def _holds(self, paid: Paid) -> bool:
        place = paid.territory or (REGIONAL if paid.line == Line.REGIONAL else "")
        return (
            (self.money == ALL or paid.is_fqis)
            and (not self.year or self.year == paid.year)
            and (not self.territory or self.territory == place)
        )

    def measure(self, fact: Fact | None) -> Effect:
        """Return what the initiative counts for here: one or none, and its dollars."""
        if fact is None:
            return Effect()
        dollars = ledger.total(paid.dollars for paid in self.payments(fact))
        return Effect(int(self.counts(fact)), dollars)


@dataclass(frozen=True)
class Change:
    """One initiative whose part in the figures changed. `had` and `has`: what it counts for before and after."""

    number: str
    kind: Kind
    before: Fact | None
    after: Fact | None
    had: Effect
    has: Effect

    @property
    def effect(self) -> Effect:
        return self.has.less(self.had)


@dataclass(frozen=True)
class KindTotal:
    kind: Kind
    changes: tuple[Change, ...]
    effect: Effect


@dataclass(frozen=True)
class Explanation:
    """What the figures were and are, and the initiatives that make the difference, by number."""

    scope: Scope
    before: Effect
    after: Effect
    changes: tuple[Change, ...]

    @property
    def difference(self) -> Effect:
        return self.after.less(self.before)

    @cached_property
    def by_kind(self) -> tuple[KindTotal, ...]:
        """Return every kind, even without any initiative, with its initiatives and their effect together."""
        return tuple(self._total(kind) for kind in Kind)

    def _total(self, kind: Kind) -> KindTotal:
        changes = tuple(change for change in self.changes if change.kind == kind)
        return KindTotal(kind, changes, together(change.effect for change in changes))


def explain(before: Mapping[str, Fact], after: Mapping[str, Fact], scope: Scope) -> Explanation:
    """Return the difference from `before` to `after` (facts by number) within `scope`, initiative by initiative."""
    numbers = sorted({*before, *after})
    found = (_change(number, before.get(number), after.get(number), scope) for number in numbers)
    return Explanation(
        scope=scope,
        before=together(map(scope.measure, before.values())),
        after=together(map(scope.measure, after.values())),
        changes=tuple(change for change in found if change),
    )


def _change(number: str, before: Fact | None, after: Fact | None, scope: Scope) -> Change | None:
    if before == after:
        return None
    kind = _kind(before, after, scope)
    return Change(number, kind, before, after, scope.measure(before), scope.measure(after)) if kind else None


def _kind(before: Fact | None, after: Fact | None, scope: Scope) -> Kind | None:
    """Return the kind of a change, None when nothing of it stands in the scope.

    Entering or leaving the scope comes before an amount that changed: dollars that left with the initiative were not taken back.
    """
    if not any(scope.counts(fact) or scope.payments(fact) for fact in (before, after) if fact):
        return None
    if before is None:
        return Kind.ADDED
    if after is None:
        return Kind.WITHDRAWN
    if _crossed(before, after, scope):
        return Kind.RECLASSIFIED
    if scope.measure(before).dollars != scope.measure(after).dollars:
        # The same dollars in all: they went to another line, or their source changed name.
        return Kind.RECLASSIFIED if _all_dollars(before) == _all_dollars(after) else Kind.AMENDED
    return Kind.RECLASSIFIED if _class_of(before, scope) != _class_of(after, scope) else None


def _crossed(before: Fact, after: Fact, scope: Scope) -> bool:
    """Say whether the initiative, or its money by its primary theme, entered or left the scope."""
    return (scope.counts(before), scope.has_money_of(before)) != (
        scope.counts(after),
        scope.has_money_of(after),
    )


def _all_dollars(fact: Fact) -> Decimal:
    return ledger.total(paid.dollars for paid in fact.payments)


def _class_of(fact: Fact, scope: Scope) -> tuple:
    """Return where the initiative stands in tables: themes, places, years, new or renewed, and which lines pay."""
    paying = [paid for paid in scope.payments(fact) if paid.dollars]
    return (
        fact.theme,
        fact.themes,
        fact.territories,
        fact.regional,
        fact.years,
        fact.continuity,
        tuple(paying),
    )
