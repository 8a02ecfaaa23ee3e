"""Money: what is promised never exceeds the line, what is given to lines never exceeds the envelope."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib.workflow import NotAllowed, Refusal
from funding import actions, ledger
from funding.choices import AllocationMove, CommitmentMove, ContributionKind, Line
from funding.models import Allocation, AllocationMovement, CommitmentMovement, Contribution, EnvelopeMovement
from initiatives.choices import Scope, State
from initiatives.models import Initiative, Snapshot, TransitionLog

D = Decimal


def move(world, amount, line="la-mitis", kind=AllocationMove.AMENDMENT):
    return actions.move_allocation(
        allocation=world.lines[line], by=world.coordination, amount=D(amount), kind=kind, reason="Ajustement"
    )


def test_balances_are_the_sums_of_movements(world):
    world.initiative(State.APPROVED, award="12500.50")
    world.initiative(State.APPROVED, award="7000")
    balances = ledger.lines(Allocation.objects.filter(envelope=world.envelope))
    assert [(b.allocation.line_name, b.allocated, b.committed, b.left) for b in balances] == [
        ("Témiscouata", D("20000.00"), D("0.00"), D("20000.00")),
        ("La Mitis", D("30000.00"), D("19500.50"), D("10499.50")),
        ("Projets régionaux", D("10000.00"), D("0.00"), D("10000.00")),
    ]
    assert ledger.envelope_amount(world.envelope) == D("100000.00")
    assert ledger.envelope_allocated(world.envelope) == D("60000.00")


def test_award_over_what_the_line_has_left_is_refused_with_the_figure(world):
    world.initiative(State.APPROVED, award="25000")
    initiative = world.initiative(State.APPROVED)
    with pytest.raises(Refusal) as refusal:
        world.award(initiative, "5000.01")
    assert refusal.value.reasons == [
        "Il reste 5\u00a0000\u00a0$ dans la ligne «\u00a0La Mitis · 2025-2026\u00a0». Inscrivez un montant égal ou inférieur."
    ]
    assert initiative.commitments.count() == 0
    world.award(initiative, "5000")
    assert ledger.lines(Allocation.objects.filter(pk=world.lines["la-mitis"].pk))[0].left == 0


def test_line_over_what_the_envelope_has_left_is_refused(world):
    with pytest.raises(Refusal, match="enveloppe"):
        move(world, "40000.01")
    move(world, "40000")


def test_line_does_not_shrink_below_what_is_promised(world):
    world.initiative(State.APPROVED, award="25000")
    with pytest.raises(Refusal, match="déjà engagés"):
        move(world, "-5000.01")
    move(world, "-5000")


def test_envelope_does_not_shrink_below_its_lines(world):
    with pytest.raises(Refusal, match="déjà engagés"):
        actions.move_envelope(
            envelope=world.envelope,
            by=world.coordination,
            amount=D("-40000.01"),
            kind="amendment",
            reason="Avenant",
        )


@pytest.mark.parametrize("state", [s for s in State.values if s not in State.fundable])
def test_money_is_promised_only_to_a_retained_initiative(world, state):
    initiative = world.initiative(state)
    with pytest.raises(Refusal, match="après la décision"):
        world.award(initiative, "100")


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_award_is_more_than_zero(world, amount):
    with pytest.raises(Refusal, match="plus grand que zéro"):
        world.award(world.initiative(State.APPROVED), amount)


def test_amendment_takes_back_no_more_than_was_promised(world):
    initiative = world.initiative(State.APPROVED, award="1000")
    line = world.lines["la-mitis"]
    with pytest.raises(Refusal):
        actions.amend(
            initiative=initiative,
            allocation=line,
            by=world.coordination,
            amount=D("-1000.01"),
            reason="Moins",
        )
    actions.amend(
        initiative=initiative, allocation=line, by=world.coordination, amount=D("-250"), reason="Moins"
    )
    assert [award.amount for award in ledger.awards_of(initiative)] == [D("750.00")]


def test_release_gives_the_line_its_dollars_back(world):
    initiative = world.initiative(State.APPROVED, award="1000")
    actions.release(
        commitment=initiative.commitments.get(), by=world.coordination, reason="Moins cher que prévu"
    )
    assert ledger.awards_of(initiative) == []
    assert ledger.lines(Allocation.objects.filter(pk=world.lines["la-mitis"].pk))[0].committed == 0


def test_closed_year_refuses_every_movement(world):
    initiative = world.initiative(State.APPROVED, award="1000")
    year = world.years["2025-2026"]
    year.closed_at, year.closed_by = timezone.now(), world.coordination
    year.save()
    verbs = [
        lambda: move(world, "1"),
        lambda: world.award(initiative, "1"),
        lambda: actions.release(commitment=initiative.commitments.get(), by=world.coordination, reason="x"),
        lambda: actions.record_contribution(
            contribution=Contribution(initiative=initiative, kind=ContributionKind.CASH, fiscal_year=year),
            by=world.coordination,
        ),
    ]
    for verb in verbs:
        with pytest.raises(Refusal, match="fermé"):
            verb()


@pytest.mark.parametrize("person", ["agent_mitis", "reader", "committee_mitis"])
def test_money_moves_only_by_those_who_may(world, person):
    initiative = world.initiative(State.APPROVED)
    with pytest.raises(NotAllowed):
        actions.award(
            initiative=initiative,
            allocation=world.lines["la-mitis"],
            by=getattr(world, person),
            amount=D("10"),
            reason="x",
        )
    assert CommitmentMovement.objects.count() == 0


def test_same_token_writes_one_movement(world):
    initiative = world.initiative(State.APPROVED)
    details = {"reason": "Décision", "token": "7b4c9d7e-6a0e-4f5e-9c0c-1f1a0a3f6a11"}
    for _click in range(2):
        actions.award(
            initiative=initiative,
            allocation=world.lines["la-mitis"],
            by=world.coordination,
            amount=D("10"),
            **details,
        )
    assert [m.amount for m in CommitmentMovement.objects.all()] == [10]


def test_amount_of_an_initiative_is_counted_once_whatever_its_themes_and_territories(world):
    two = [world.territories["la-mitis"], world.territories["temiscouata"]]
    themes = [world.themes["alimentation"], world.themes["logement"]]
    initiative = world.published(
        scope=Scope.SUPRALOCAL, territories=two, themes=themes, primary_theme=themes[0], award="1500"
    )
    actions.record_contribution(
        contribution=Contribution(initiative=initiative, kind=ContributionKind.CASH, amount=D("600")),
        by=world.coordination,
    )
    rows = ledger.with_awarded(Initiative.objects.filter(territories__in=two, themes__in=themes).distinct())
    assert [row.awarded for row in rows] == [D("1500")]


def test_only_the_money_of_a_fqis_source_is_fqis(world):
    two = [world.territories["la-mitis"], world.territories["la-matapedia"]]
    both = world.initiative(State.APPROVED, scope=Scope.SUPRALOCAL, territories=two, award="1500")
    world.award(both, "600", world.lines["la-matapedia"])
    other = world.initiative(
        State.APPROVED, territories=two[1:], municipalities=[world.municipalities["07047"]], award="40"
    )
    rows = ledger.with_awarded(Initiative.objects.order_by("pk"))
    assert [(row.pk, row.awarded, row.awarded_fqis) for row in rows] == [
        (both.pk, D("2100"), D("1500")),
        (other.pk, D("40"), None),
    ]


def test_unknown_is_not_zero(world):
    world.published()
    (row,) = ledger.with_awarded(Initiative.objects.all())
    assert (row.awarded, row.awarded_fqis) == (None, None)
    rows = [
        Contribution(kind=ContributionKind.IN_KIND, amount=None),
        Contribution(kind=ContributionKind.CASH, amount=D(5)),
    ]
    assert (ledger.partners_of(rows).known, ledger.partners_of(rows).unknown) == (D(5), 1)


def test_regional_line_pays_for_any_initiative_and_a_territory_only_its_own(world):
    local = world.initiative(State.APPROVED)
    regional = world.initiative(
        State.SUBMITTED, by=world.coordination, scope=Scope.REGIONAL, territories=[], municipalities=[]
    )
    assert [b.allocation.line_name for b in ledger.free_lines_for(regional)] == ["Projets régionaux"]
    assert [b.allocation.line_name for b in ledger.free_lines_for(local)] == ["La Mitis", "Projets régionaux"]


MOVEMENTS = [EnvelopeMovement, AllocationMovement, CommitmentMovement, TransitionLog, Snapshot]


@pytest.mark.parametrize("model", MOVEMENTS)
def test_database_refuses_to_change_or_delete_a_row_of_the_books(world, model):
    world.initiative(State.APPROVED, award="10")
    table = model._meta.db_table
    for statement in (f"UPDATE {table} SET is_demo = is_demo", f"DELETE FROM {table}"):  # noqa: S608 - names of our tables
        with (
            pytest.raises(IntegrityError, match="ne se modifie pas"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert model.objects.exists()


def test_cancelled_money_kind_and_sign_agree(world):
    initiative = world.initiative(State.APPROVED, award="10")
    for kind, amount in (
        (CommitmentMove.AWARD, -1),
        (CommitmentMove.RELEASE, 1),
        (CommitmentMove.AMENDMENT, 0),
    ):
        movement = CommitmentMovement(
            commitment=initiative.commitments.get(),
            kind=kind,
            amount=amount,
            on=timezone.localdate(),
            reason="x",
            by=world.coordination,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            movement.save()


def test_nine_lines_of_a_year_are_distinct(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.create(
            envelope=world.envelope, fiscal_year=world.years["2025-2026"], line=Line.REGIONAL
        )
