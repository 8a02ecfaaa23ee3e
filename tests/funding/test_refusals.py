"""What the money refuses whatever the screen: another MRC's line, mixing, dates, a form used twice, a closed year."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction

from alliance.lib.dates import today
from alliance.lib.workflow import NotAllowed, Refusal
from alliance.portal import guards
from alliance.portal.demo import removal
from funding import actions, ledger, rules
from funding.choices import ContributionKind, Line
from funding.models import Allocation, AllocationMovement, CommitmentMovement, Contribution
from initiatives.choices import State

D = Decimal


def demo(thing):
    thing.is_demo = True
    thing.save()
    return thing


def move(world, line, amount="1", **details):
    return actions.move_allocation(
        allocation=line,
        by=world.coordination,
        amount=D(amount),
        kind="amendment",
        reason="Ajustement",
        **details,
    )


# Which line pays -------------------------------------------------------------------------------------------


def test_line_of_another_territory_never_pays(world):
    with pytest.raises(Refusal, match="autre MRC"):
        world.award(world.initiative(State.APPROVED), "100", world.lines["temiscouata"])
    assert CommitmentMovement.objects.count() == 0


def test_administration_line_never_pays(world):
    line = Allocation.objects.create(
        envelope=world.envelope, fiscal_year=world.years["2025-2026"], line=Line.ADMINISTRATION
    )
    move(world, line, "500")
    with pytest.raises(Refusal, match="administration"):
        world.award(world.initiative(State.APPROVED), "100", line)


def test_promise_on_a_line_that_is_no_longer_its_own_only_shrinks(world):
    initiative = world.initiative(State.APPROVED, award="1000")
    initiative.territories.set([world.territories["la-matapedia"]])
    asked = {"initiative": initiative, "allocation": world.lines["la-mitis"], "by": world.coordination}
    with pytest.raises(Refusal, match="autre MRC"):
        actions.amend(**asked, amount=D(1), reason="Plus")
    actions.amend(**asked, amount=D(-400), reason="Moins")
    assert [award.amount for award in ledger.awards_of(initiative)] == [D(600)]


# Demonstration ---------------------------------------------------------------------------------------------


def test_demonstration_and_real_money_never_meet(world):
    with pytest.raises(Refusal, match="ne se mêlent pas"):
        world.award(demo(world.initiative(State.APPROVED)), "100", world.lines["la-mitis"])
    demo(world.lines["la-mitis"])
    with pytest.raises(Refusal, match="ne se mêlent pas"):
        world.award(world.initiative(State.APPROVED), "100")
    with pytest.raises(Refusal, match="ne se mêlent pas"):
        move(world, world.lines["la-mitis"])


def test_demonstration_account_moves_no_real_money(world):
    initiative = world.initiative(State.APPROVED, award="100")
    by = demo(world.coordination)
    line, count = world.lines["la-mitis"], CommitmentMovement.objects.count()
    common = {"by": by, "reason": "Essai"}
    gift = Contribution(initiative=initiative, kind=ContributionKind.CASH, amount=D(1))
    for verb in (
        lambda: actions.move_envelope(envelope=world.envelope, amount=D(1), kind="amendment", **common),
        lambda: actions.move_allocation(allocation=line, amount=D(-1), kind="amendment", **common),
        lambda: actions.award(initiative=initiative, allocation=line, amount=D(1), **common),
        lambda: actions.release(commitment=initiative.commitments.get(), **common),
        lambda: actions.record_contribution(contribution=gift, by=by),
    ):
        with pytest.raises(Refusal, match="compte de démonstration"):
            verb()
    assert CommitmentMovement.objects.count() == count


def test_what_moves_demonstration_is_demonstration(world):
    demo(world.other_envelope)
    line = demo(world.lines["la-matapedia"])
    assert move(world, line).is_demo is True
    assert move(world, world.lines["la-mitis"]).is_demo is False


# Dates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "refused"), [(-366, False), (-367, True)])
def test_movement_is_at_most_a_year_before_its_envelope(world, days, refused):
    on = world.envelope.starts_on + timedelta(days=days)
    assert bool(rules.refuse_day(on, today(), world.envelope.starts_on)) is refused
    if refused:
        with pytest.raises(Refusal, match="Inscrivez une date du 1er avril 2023 au "):
            move(world, world.lines["la-mitis"], on=on)


@pytest.mark.parametrize(("days", "refused"), [(366, False), (367, True)])
def test_movement_is_at_most_a_year_ahead(world, days, refused):
    on = today() + timedelta(days=days)
    if not refused:
        assert move(world, world.lines["la-mitis"], on=on).on == on
        return
    with pytest.raises(Refusal, match="Inscrivez une date"):
        move(world, world.lines["la-mitis"], on=on)


def test_line_of_a_year_outside_its_envelope_gets_nothing(world):
    envelope = world.other_envelope
    envelope.starts_on, envelope.ends_on = date(2019, 4, 1), date(2025, 3, 31)
    envelope.save()
    with pytest.raises(Refusal, match="hors des dates de l’enveloppe"):
        move(world, world.lines["la-matapedia"])
    move(world, world.lines["la-matapedia"], "-1")


# One form, one movement ------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [{"amount": D(501)}, {"reason": "Autre"}, {"line": Line.REGIONAL}])
def test_form_used_again_for_something_else_is_refused(world, other):
    initiative = world.initiative(State.APPROVED)
    first = {"amount": D(500), "reason": "Décision", "line": "la-mitis"}

    def post(amount, reason, line):
        return actions.award(
            initiative=initiative, allocation=world.lines[line], by=world.coordination, amount=amount,
            reason=reason, token=token,
        )  # fmt: skip

    token = uuid4()
    assert post(**first) == post(**first)
    with pytest.raises(Refusal) as refusal:
        post(**(first | other))
    assert refusal.value.reasons[0].startswith(
        "Ce formulaire a déjà servi à inscrire un mouvement de 500\u00a0$ (Décision)."
    )
    assert [row.amount for row in CommitmentMovement.objects.all()] == [500]


def test_same_form_never_serves_two_people_nor_two_kinds(world):
    token, line = uuid4(), world.lines["la-mitis"]
    asked = {"allocation": line, "amount": D(5), "reason": "x", "token": token}
    actions.move_allocation(by=world.coordination, kind="amendment", **asked)
    for by, kind in ((world.accounting, "amendment"), (world.coordination, "initial")):
        with pytest.raises(Refusal, match="déjà servi"):
            actions.move_allocation(by=by, kind=kind, **asked)
    assert AllocationMovement.objects.filter(allocation=line).count() == 2


def test_second_click_on_release_gives_back_the_first(world):
    initiative = world.initiative(State.APPROVED, award="1000")
    asked = {
        "commitment": initiative.commitments.get(),
        "by": world.coordination,
        "reason": "x",
        "token": uuid4(),
    }
    assert actions.release(**asked) == actions.release(**asked)
    assert ledger.awards_of(initiative) == []


def test_contribution_form_writes_one_contribution(world):
    initiative, token = world.initiative(), uuid4()

    def post(amount):
        row = Contribution(initiative=initiative, kind=ContributionKind.CASH, amount=D(amount))
        return actions.record_contribution(contribution=row, by=world.accounting, token=token)

    assert post(5) == post(5)
    with pytest.raises(Refusal, match="déjà servi"):
        post(6)
    assert [row.amount for row in Contribution.objects.all()] == [5]


@pytest.mark.parametrize("person", ["agent_mitis", "reader", "committee_mitis"])
def test_contribution_is_written_only_by_those_who_may(world, person):
    row = Contribution(initiative=world.initiative(), kind=ContributionKind.CASH, amount=D(5))
    with pytest.raises(NotAllowed):
        actions.record_contribution(contribution=row, by=getattr(world, person))
    actions.record_contribution(contribution=row, by=world.accounting)
    with pytest.raises(NotAllowed):
        actions.record_contribution(contribution=row, by=getattr(world, person))


# Closed year -----------------------------------------------------------------------------------------------


def test_contribution_never_leaves_a_closed_year(world):
    year = world.years["2024-2025"]
    row = Contribution(
        initiative=world.initiative(), kind=ContributionKind.CASH, amount=D(5), fiscal_year=year
    )
    actions.record_contribution(contribution=row, by=world.coordination)
    actions.close_year(year=year, by=world.coordination)
    row.fiscal_year = world.years["2025-2026"]
    with pytest.raises(Refusal, match="fermé"):
        actions.record_contribution(contribution=row, by=world.coordination)


def test_year_closes_once_with_its_author(world):
    year = world.years["2025-2026"]
    closed = actions.close_year(year=year, by=world.coordination)
    again = actions.close_year(year=year, by=world.administration)
    assert (again.closed_at, again.closed_by) == (closed.closed_at, world.coordination)
    assert year.history.first().history_user == world.coordination
    with pytest.raises(Refusal, match="fermé"):
        move(world, world.lines["la-mitis"])


@pytest.mark.parametrize("person", ["agent_mitis", "reader", "accounting", "committee_mitis"])
def test_year_is_closed_by_coordination_and_administration_only(world, person):
    with pytest.raises(NotAllowed):
        actions.close_year(year=world.years["2025-2026"], by=getattr(world, person))


def test_year_under_way_is_not_closed_nor_by_a_demonstration_account(world):
    year = world.years["2025-2026"]
    assert rules.refuse_to_close(year.label, year.ends_on, date(2026, 4, 1)) == ""
    with pytest.raises(Refusal, match="démonstration"):
        actions.close_year(year=year, by=demo(world.coordination))
    year.starts_on = today().replace(month=4, day=1)
    year.ends_on = date(year.starts_on.year + 1, 3, 31)
    world.years["2026-2027"].delete()
    year.label = f"{year.starts_on.year}-{year.ends_on.year}"
    year.save()
    with pytest.raises(Refusal, match="se termine le 31 mars"):
        actions.close_year(year=year, by=world.administration)


def test_cancelling_frees_open_years_only(world):
    initiative = world.initiative(State.APPROVED, award="1000", starts_on=date(2024, 9, 1))
    old = Allocation.objects.create(
        envelope=world.envelope,
        fiscal_year=world.years["2024-2025"],
        line=Line.TERRITORY,
        territory=world.territories["la-mitis"],
    )
    move(world, old, "700")
    world.award(initiative, "700", old)
    actions.close_year(year=world.years["2024-2025"], by=world.coordination)
    assert ledger.freed_and_kept(initiative) == (D(1000), D(700))
    done = actions.cancel_initiative(initiative=initiative, by=world.coordination, note="Départ")
    assert done.state == State.CANCELLED
    assert [(award.fiscal_year.label, award.amount) for award in ledger.awards_of(initiative)] == [
        ("2024-2025", D(700))
    ]


def test_balances_that_do_not_hold_are_named(world):
    assert ledger.problems() == []
    guards.lift_money()
    line = world.lines["la-mitis"]
    AllocationMovement.objects.create(
        allocation=line, kind="amendment", amount=D(-31000), on=today(), reason="x", by=world.coordination
    )
    AllocationMovement.objects.create(
        allocation=world.lines["temiscouata"], kind="amendment", amount=D(80000), on=today(), reason="x",
        by=world.coordination,
    )  # fmt: skip
    assert ledger.problems() == [
        "L’enveloppe «\u00a0Entente 2024-2029\u00a0» donne à ses lignes plus que son montant.",
        "La ligne «\u00a0La Mitis · 2025-2026\u00a0» (Entente 2024-2029) promet plus que son montant.",
    ]


def test_demonstration_that_holds_up_a_real_balance_is_not_removed(world):
    """Such a movement cannot be entered any more; one entered before must not be pulled from under real money."""
    guards.lift_money()
    AllocationMovement.objects.create(
        allocation=world.lines["la-mitis"],
        kind="amendment",
        amount=D(5000),
        on=today(),
        reason="x",
        by=world.coordination,
        is_demo=True,
    )
    world.initiative(State.APPROVED, award="35000")
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        removal.remove()
    assert refusal.value.reasons == [
        "Sans la démonstration, des soldes réels ne tiendraient plus; rien n’a été supprimé.",
        "La ligne «\u00a0La Mitis · 2025-2026\u00a0» (Entente 2024-2029) promet plus que son montant.",
    ]
    assert ledger.allocation_amount(world.lines["la-mitis"]) == D(35000)
