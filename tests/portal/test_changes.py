"""What published initiatives count for, today and at an instant of the past, and each one's effect on a figure."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.portal import changes, guards
from alliance.portal.changes import Kind, Scope
from alliance.portal.directory import build
from funding import actions as money
from funding.choices import CommitmentMove, ContributionKind, Line
from funding.models import CommitmentMovement, Contribution
from initiatives import actions
from initiatives.choices import Continuity, Publication, State
from initiatives.choices import Scope as Reach
from initiatives.models import Initiative


def live():
    return changes.facts_of(build(0))


def contribute(world, initiative, amount, kind=ContributionKind.CASH):
    row = Contribution(initiative=initiative, kind=kind, amount=amount and Decimal(amount))
    return money.record_contribution(contribution=row, by=world.coordination)


def effects(explanation):
    """Return, by number, the kind, the effect on the count and the effect in dollars."""
    return {c.number: (c.kind, c.effect.count, c.effect.dollars) for c in explanation.changes}


def test_fact_of_a_published_initiative_is_what_it_counts_for(world):
    initiative = world.published(State.IN_PROGRESS, award="500", title="Frigo")
    contribute(world, initiative, "1200.50")
    contribute(world, initiative, None)
    world.award(initiative, "250.25", world.lines["regional"])
    fact = live()[initiative.number]
    assert fact == changes.Fact(
        number=initiative.number,
        slug="frigo",
        title="Frigo",
        theme="alimentation",
        themes=("alimentation",),
        territories=("la-mitis",),
        regional=False,
        continuity="new",
        years=("2025-2026",),
        payments=(
            changes.Paid("regional", "", "2025-2026", "fqis-alliances", True, Decimal("250.25")),
            changes.Paid("territory", "la-mitis", "2025-2026", "fqis-alliances", True, Decimal("500.00")),
        ),
        partners=Decimal("1200.50"),
    )


def test_unknown_partner_dollars_are_none_and_not_zero(world):
    unknown, zero = world.published(), world.published()
    contribute(world, unknown, None)
    contribute(world, zero, "0")
    assert [live()[one.number].partners for one in (unknown, zero)] == [None, Decimal("0.00")]


def test_facts_go_through_json_unchanged(world, trio):
    contribute(world, trio[0], "0.10")
    facts = live()
    assert changes.from_json(json.loads(json.dumps(changes.to_json(facts)))) == facts
    assert len(facts) == 3
    assert [one["number"] for one in changes.to_json(facts)] == sorted(facts)


def test_facts_at_an_instant_are_those_of_that_instant(world):
    initiative = world.published(State.IN_PROGRESS, award="500", title="Frigo")
    contribution = contribute(world, initiative, "100")
    before, moment = live(), timezone.now()
    contribution.amount = Decimal(300)
    money.record_contribution(contribution=contribution, by=world.coordination)
    values = {
        "themes": [world.themes["logement"]],
        "primary_theme": world.themes["logement"],
        "title": "Gite",
    }
    actions.update(
        initiative=initiative, by=world.coordination, values=values | {"continuity": Continuity.CONTINUED}
    )
    world.award(initiative, "20")
    assert changes.facts_at(moment) == before
    now = live()[initiative.number]
    assert (now.title, now.slug, now.theme, now.continuity) == ("Gite", "gite", "logement", "continued")
    assert (now.payments[0].dollars, now.partners) == (Decimal("520.00"), Decimal("300.00"))
    assert changes.facts_at(timezone.now()) == live() != before


def test_unpublished_and_cancelled_initiatives_leave_the_facts_at_their_instant(world):
    first, second = world.published(), world.published(State.IN_PROGRESS, award="40")
    both, moment = live(), timezone.now()
    actions.unpublish(initiative=first, by=world.coordination)
    middle = timezone.now()
    money.cancel_initiative(initiative=second, by=world.coordination, note="Départ")
    assert changes.facts_at(moment) == both
    assert list(changes.facts_at(middle)) == [second.number]
    assert changes.facts_at(timezone.now()) == live() == {}
    assert changes.facts_at(moment - timedelta(days=400)) == {}


def test_rows_written_in_bulk_have_stood_since_they_were_made(world):
    """A volume writes neither history nor date of entry of a contribution."""
    model = world.published(award="75")
    contribute(world, model, "12")
    for history in (Initiative.history, Contribution.history):
        history.all().delete()
    assert changes.facts_at(timezone.now()) == live()
    assert live()[model.number].partners == Decimal("12.00")
    assert changes.facts_at(model.created_at - timedelta(seconds=1)) == {}
    Initiative.objects.filter(pk=model.pk).update(publication=Publication.WITHDRAWN)
    assert changes.facts_at(timezone.now()) == live() == {}


def test_history_of_links_alone_is_read(world):
    initiative = world.published()
    moment, before = timezone.now(), live()
    initiative.themes.add(world.themes["transport"])  # outside the actions: the history still gets a row
    assert changes.facts_at(timezone.now()) == live() != before
    assert changes.facts_at(moment) == before


def test_clock_set_back_does_not_bring_an_old_row_back(world):
    initiative = world.published()
    actions.unpublish(initiative=initiative, by=world.coordination)
    last = Initiative.history.filter(id=initiative.pk).order_by("-history_id").first()
    Initiative.history.filter(pk=last.pk).update(history_date=last.history_date - timedelta(minutes=5))
    assert changes.facts_at(timezone.now()) == live() == {}


def test_source_that_becomes_fqis_was_not_before(world):
    amqui = {"territories": [world.territories["la-matapedia"]], "municipalities": []}
    initiative = world.published(State.APPROVED, award="60", **amqui)
    moment, before = timezone.now(), live()
    guards.lift_money()  # a source that has an envelope does not change any more: only an old database has such a past
    world.other_source.is_fqis = True
    world.other_source.save()
    assert before[initiative.number].payments[0].is_fqis is False
    assert changes.facts_at(moment) == before
    explanation = changes.explain(before, live(), Scope())
    assert effects(explanation) == {initiative.number: (Kind.RECLASSIFIED, 0, Decimal("60.00"))}


def test_renamed_theme_is_the_same_theme_in_the_past(world):
    world.published()
    moment = timezone.now()
    theme = world.themes["alimentation"]
    theme.slug = "nourriture"
    theme.save()
    assert changes.facts_at(moment) == live()


@pytest.mark.parametrize("rows", [1, 3])
def test_past_is_read_in_seven_queries_whatever_the_rows(world, rows):
    for _ in range(rows):
        contribute(world, world.published(State.IN_PROGRESS, award="5"), "7")
    with CaptureQueriesContext(
        connection,
    ) as past:
        assert len(changes.facts_at(timezone.now())) == rows
    directory = build(0)
    with CaptureQueriesContext(connection) as present:
        assert len(changes.facts_of(directory)) == rows
    assert (len(past), len(present)) == (7, 0)


def test_each_kind_is_told_once_with_its_effect(world):
    amended, moved, left = (world.published(State.IN_PROGRESS, award="100") for _ in range(3))
    gone, quiet = world.published(State.IN_PROGRESS, award="30"), world.published(award="1")
    before = live()
    world.award(amended, "11")
    logement = {"themes": [world.themes["logement"]], "primary_theme": world.themes["logement"]}
    actions.update(initiative=moved, by=world.coordination, values=logement)
    money.release(commitment=left.commitments.get(), by=world.coordination, reason="Libéré")
    actions.unpublish(initiative=gone, by=world.coordination)
    new = world.published(award="7")
    after = live()
    assert effects(changes.explain(before, after, Scope())) == {
        amended.number: (Kind.AMENDED, 0, Decimal("11.00")),
        moved.number: (Kind.RECLASSIFIED, 0, Decimal("0.00")),
        left.number: (Kind.AMENDED, 0, Decimal("-100.00")),
        gone.number: (Kind.WITHDRAWN, -1, Decimal("-30.00")),
        new.number: (Kind.ADDED, 1, Decimal("7.00")),
    }
    assert quiet.number in before
    in_housing = changes.explain(before, after, Scope(theme="logement"))
    assert effects(in_housing) == {moved.number: (Kind.RECLASSIFIED, 1, Decimal("100.00"))}
    in_food = changes.explain(before, after, Scope(theme="alimentation", year="2025-2026"))
    assert effects(in_food)[moved.number] == (Kind.RECLASSIFIED, -1, Decimal("-100.00"))
    assert (in_food.before, in_food.after) == ((5, Decimal(331)), (4, Decimal(119)))
    assert changes.explain(before, after, Scope(year="2024-2025")).changes == ()


def test_money_moved_to_another_line_is_reclassified(world):
    initiative = world.published(State.IN_PROGRESS, award="100")
    before = live()
    money.amend(
        initiative=initiative,
        allocation=world.lines["la-mitis"],
        by=world.coordination,
        amount=Decimal(-40),
        reason="Partage",
    )
    world.award(initiative, "40", world.lines["regional"])
    for scope, dollars in (
        (Scope(), 0),
        (Scope(territory="la-mitis"), -40),
        (Scope(territory="regional"), 40),
    ):
        explanation = changes.explain(before, live(), scope)
        assert effects(explanation) == {initiative.number: (Kind.RECLASSIFIED, 0, Decimal(dollars))}, scope


def test_initiative_that_becomes_regional_leaves_its_mrc_but_its_dollars_stay(world):
    initiative = world.published(State.IN_PROGRESS)
    world.award(initiative, "100", world.lines[Line.REGIONAL])
    before = live()
    values = {"scope": Reach.REGIONAL, "territories": [], "municipalities": []}
    actions.update(initiative=initiative, by=world.coordination, values=values)
    told = {
        place: effects(changes.explain(before, live(), Scope(territory=place)))
        for place in ("la-mitis", "regional")
    }
    assert told == {
        "la-mitis": {initiative.number: (Kind.RECLASSIFIED, -1, Decimal(0))},
        "regional": {initiative.number: (Kind.RECLASSIFIED, 1, Decimal(0))},
    }


def test_other_money_counts_with_every_source_only(world):
    amqui = {"territories": [world.territories["la-matapedia"]], "municipalities": []}
    initiative = world.published(**amqui)
    before = live()
    world.award(initiative, "60")
    assert changes.explain(before, live(), Scope()).changes == ()
    told = changes.explain(before, live(), Scope(money="tout"))
    assert effects(told) == {initiative.number: (Kind.AMENDED, 0, Decimal("60.00"))}


def test_movement_counts_from_the_instant_it_was_entered_whatever_its_day(world):
    initiative = world.published(State.IN_PROGRESS, award="100")
    moment = timezone.now()
    CommitmentMovement(
        commitment=initiative.commitments.get(),
        kind=CommitmentMove.AMENDMENT,
        amount=Decimal(5),
        on=moment.date() - timedelta(days=200),
        reason="Oubli",
        by=world.coordination,
    ).save()
    before = changes.facts_at(moment)
    assert before[initiative.number].payments[0].dollars == Decimal(100)
    assert changes.explain(before, live(), Scope()).difference == (0, Decimal(5))
