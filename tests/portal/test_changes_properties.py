"""Effects add up to the difference, whatever the facts and whatever happened through the actions."""

import os
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliance.lib.workflow import Refusal
from alliance.portal import changes
from alliance.portal.changes import Fact, Kind, Paid, Scope
from alliance.portal.directory import build
from funding import actions as money
from funding.choices import ContributionKind
from funding.models import Commitment, Contribution
from initiatives import actions
from initiatives.choices import Continuity, Publication, State
from initiatives.choices import Scope as Reach
from initiatives.models import Initiative

THEMES, PLACES = ("alimentation", "logement", "transport"), ("la-mitis", "la-matanie", "temiscouata")
YEARS = ("2024-2025", "2025-2026")
SCOPES = [
    Scope(year, territory, theme, money)
    for year in ("", *YEARS)
    for territory in ("", "regional", *PLACES)
    for theme in ("", *THEMES)
    for money in ("fqis", "tout")
]


def check(before, after, scope):
    """Assert the law, recounted here without the module's own sums; return the explanation."""
    told = changes.explain(before, after, scope)
    counts = [sum(scope.counts(fact) for fact in facts.values()) for facts in (before, after)]
    dollars = [
        sum((paid.dollars for fact in facts.values() for paid in scope.payments(fact)), Decimal(0))
        for facts in (before, after)
    ]
    assert (told.before.count, told.after.count) == tuple(counts)
    assert (told.before.dollars, told.after.dollars) == tuple(dollars)
    assert sum(change.effect.count for change in told.changes) == counts[1] - counts[0]
    assert sum((change.effect.dollars for change in told.changes), Decimal(0)) == dollars[1] - dollars[0]
    assert sum(total.effect.count for total in told.by_kind) == told.difference.count
    assert sum((total.effect.dollars for total in told.by_kind), Decimal(0)) == told.difference.dollars
    numbers = [change.number for total in told.by_kind for change in total.changes]
    assert len(numbers) == len(set(numbers)) == len(told.changes)
    for change in told.changes:
        assert (change.kind == Kind.ADDED) is (change.number not in before)
        assert (change.kind == Kind.WITHDRAWN) is (change.number not in after)
        assert change.kind != Kind.AMENDED or (change.effect.count, bool(change.effect.dollars)) == (0, True)
    return told


def _sets(values):
    return st.frozensets(st.sampled_from(values)).map(lambda chosen: tuple(sorted(chosen)))


DOLLARS = st.decimals(0, 9999999, places=2, allow_nan=False, allow_infinity=False)
PAID = st.one_of(
    st.builds(
        Paid,
        st.just("territory"),
        st.sampled_from(PLACES),
        st.sampled_from(YEARS),
        st.sampled_from(("fqis-alliances", "autre")),
        st.booleans(),
        DOLLARS,
    ),
    st.builds(
        Paid,
        st.sampled_from(("regional", "administration")),
        st.just(""),
        st.sampled_from(YEARS),
        st.just("fqis-alliances"),
        st.booleans(),
        DOLLARS,
    ),
)


@st.composite
def facts_sets(draw):
    numbers = draw(st.frozensets(st.sampled_from([f"BSL-2025-00{n}" for n in range(6)])))
    found = {}
    for number in numbers:
        theme = draw(st.sampled_from(THEMES))
        found[number] = Fact(
            number=number,
            slug=number.lower(),
            title=draw(st.text(max_size=5)),
            theme=theme,
            themes=(theme, *sorted(set(draw(_sets(THEMES))) - {theme})),
            territories=draw(_sets(PLACES)),
            regional=draw(st.booleans()),
            continuity=draw(st.sampled_from(Continuity.values)),
            years=draw(_sets(YEARS)),
            payments=tuple(sorted(draw(st.lists(PAID, max_size=3)))),
            partners=draw(st.none() | DOLLARS),
        )
    return found


@settings(max_examples=int(os.environ.get("CHANGE_FACTS", "60")), deadline=None)
@given(facts_sets(), facts_sets(), st.sampled_from(SCOPES))
def test_effects_add_up_to_the_difference_of_any_two_sets_of_facts(before, after, scope):
    told = check(before, after, scope)
    back = changes.explain(after, before, scope)
    assert back.difference == (-told.difference.count, -told.difference.dollars)
    assert changes.explain(before, before, scope).changes == ()
    assert changes.from_json(changes.to_json(before)) == before


class Teller:
    """Does one step of a random story through the actions; what they refuse does not happen."""

    def __init__(self, world, chance):
        self.world, self.chance, self.pool, self.done = world, chance, [], Counter()

    def step(self, verb):
        """Do one step; say whether it happened."""
        try:
            with transaction.atomic():
                happened = getattr(self, verb)() is not False
        except (Refusal, ValidationError):
            return False
        self.done[verb] += happened
        return happened

    def one(self, **only):
        rows = list(Initiative.objects.filter(pk__in=self.pool, **only).order_by("pk"))
        return self.chance.choice(rows) if rows else None

    def dollars(self):
        return Decimal(self.chance.randint(1, 500_000)) / 100

    def new(self):
        award = self.chance.choice((None, self.dollars()))
        state = self.chance.choice((State.APPROVED, State.IN_PROGRESS))
        self.pool.append(self.world.initiative(state, award=award).pk)

    def publish(self):
        row = self.one()
        return bool(row and actions.publish(initiative=row, by=self.world.coordination))

    def unpublish(self):
        row = self.one(publication=Publication.PUBLISHED)
        return bool(row and actions.unpublish(initiative=row, by=self.world.coordination))

    def award(self):
        line = self.world.lines[self.chance.choice(("la-mitis", "temiscouata", "regional", "la-matapedia"))]
        row = self.one()
        return bool(row and self.world.award(row, self.dollars(), line))

    def _commitment(self):
        rows = list(Commitment.objects.filter(initiative__in=self.pool).order_by("pk"))
        return self.chance.choice(rows) if rows else None

    def amend(self):
        row = self._commitment()
        if row is None:
            return False
        amount = self.dollars() * self.chance.choice((1, -1))
        return money.amend(
            initiative=row.initiative,
            allocation=row.allocation,
            by=self.world.coordination,
            amount=amount,
            reason="Avenant",
        )

    def release(self):
        row = self._commitment()
        return bool(row and money.release(commitment=row, by=self.world.coordination, reason="Libéré"))

    def cancel(self):
        row = self.one()
        return bool(row and money.cancel_initiative(initiative=row, by=self.world.coordination, note="Fin"))

    def contribute(self):
        row = self.one()
        if row is None:
            return False
        amount = self.chance.choice((None, self.dollars()))
        known = Contribution.objects.filter(initiative=row).first()
        changed = known if known and self.chance.random() < 0.5 else None
        entry = changed or Contribution(initiative=row, kind=ContributionKind.CASH)
        entry.amount = amount
        return money.record_contribution(contribution=entry, by=self.world.coordination)

    def _update(self, **values):
        row = self.one()
        return bool(row and actions.update(initiative=row, by=self.world.coordination, values=values))

    def theme(self):
        chosen = self.chance.sample(THEMES, self.chance.randint(1, 3))
        rows = [self.world.themes[slug] for slug in chosen]
        return self._update(themes=rows, primary_theme=rows[0])

    def place(self):
        chosen = self.chance.sample(PLACES, self.chance.randint(0, 2))
        reach = (Reach.REGIONAL, Reach.LOCAL, Reach.SUPRALOCAL)[len(chosen)]
        rows = [self.world.territories[slug] for slug in chosen]
        return self._update(scope=reach, territories=rows, municipalities=[])

    def continuity(self):
        return self._update(continuity=self.chance.choice(Continuity.values))

    def years(self):
        starts = self.chance.choice(("2024-06-01", "2025-06-01"))
        return self._update(starts_on=date.fromisoformat(starts))

    def retitle(self):
        return self._update(title=self.chance.choice(("Frigo", "Popote", "Navette")))


VERBS = [
    "new",
    "publish",
    "publish",
    "unpublish",
    "award",
    "amend",
    "release",
    "cancel",
    "contribute",
    "theme",
    "place",
    "continuity",
    "years",
    "retitle",
]
DONE = Counter()
EXAMPLES = int(os.environ.get("CHANGE_HISTORIES", "4"))


def tell(world, chance):
    """Tell one story; assert at its end that each of its moments is read back, and every pair of them explained."""
    teller = Teller(world, chance)
    for _ in range(2):
        teller.pool.append(world.published(State.IN_PROGRESS, award="900").pk)
    directory = build(0)
    kept = [(timezone.now(), changes.facts_of(directory))]
    for verb in chance.sample(VERBS, len(VERBS)):
        if teller.step(verb):
            directory = build(0)
            kept.append((timezone.now(), changes.facts_of(directory)))
    DONE.update(teller.done)
    for moment, facts in (*kept, (timezone.now() + timedelta(seconds=1), kept[-1][1])):
        assert changes.facts_at(moment, directory.labels) == facts
        assert changes.from_json(changes.to_json(facts)) == facts
    for (_, before), (_, after) in [*pairwise(kept), (kept[0], kept[-1])]:
        for scope in (*chance.sample(SCOPES, 8), Scope(), Scope(money="tout")):
            DONE.update(change.kind for change in check(before, after, scope).changes)


@pytest.mark.django_db
def test_past_is_read_back_and_explained_after_any_history(world):
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.randoms(use_true_random=True))
    def story(chance):
        with transaction.atomic():
            tell(world, chance)
            transaction.set_rollback(True)

    DONE.clear()
    story()
    assert {*VERBS, *Kind} - set(DONE) == set()  # every verb happened, every kind was met
