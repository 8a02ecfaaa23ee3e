"""Money leans on the MRCs and years of its initiative: neither is left while a line pays; no line of another year pays."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from alliance.lib.workflow import Refusal
from funding import actions, ledger
from funding.choices import Line
from funding.models import Allocation, Contribution
from initiatives import actions as initiative_actions
from initiatives.choices import Scope, State

D = Decimal


def update(world, initiative, **values):
    return initiative_actions.update(initiative=initiative, by=world.coordination, values=values)


def test_initiative_does_not_leave_the_mrc_of_a_line_that_pays_it(world):
    initiative = world.initiative(State.APPROVED, award="1000")
    elsewhere = {"territories": [world.territories["temiscouata"]], "municipalities": []}
    with pytest.raises(Refusal, match="La Mitis · 2025-2026\xa0» lui promet 1\xa0000\xa0\\$") as refusal:
        update(world, initiative, **elsewhere)
    assert len(refusal.value.reasons) == 1
    assert [place.slug for place in initiative.territories.all()] == ["la-mitis"]
    actions.release(commitment=initiative.commitments.get(), by=world.accounting, reason="Change de MRC")
    update(world, initiative, **elsewhere)
    assert [place.slug for place in initiative.territories.all()] == ["temiscouata"]


def test_initiative_may_gain_an_mrc(world):
    initiative = world.initiative(State.APPROVED, award="1000")
    two = [world.territories["la-mitis"], world.territories["temiscouata"]]
    update(world, initiative, territories=two, scope=Scope.SUPRALOCAL)
    assert initiative.territories.count() == 2


def test_initiative_does_not_leave_the_year_of_a_line_that_pays_it(world):
    initiative = world.initiative(State.APPROVED, award="1000")
    with pytest.raises(Refusal, match="lui promet"):
        update(world, initiative, starts_on=date(2026, 5, 1), ends_on=date(2027, 2, 28))
    initiative.refresh_from_db()
    assert initiative.starts_on == date(2025, 5, 1)
    update(world, initiative, ends_on=date(2026, 8, 31))
    assert [year.label for year in initiative.fiscal_years.order_by("label")] == ["2025-2026", "2026-2027"]


def test_line_of_a_year_outside_the_initiative_never_pays(world):
    line = Allocation.objects.create(
        envelope=world.envelope,
        fiscal_year=world.years["2026-2027"],
        line=Line.TERRITORY,
        territory=world.territories["la-mitis"],
    )
    actions.move_allocation(allocation=line, by=world.coordination, amount=D(1000), reason="Répartition")
    initiative = world.initiative(State.APPROVED)
    with pytest.raises(Refusal, match="ne se déroule pas en 2026-2027"):
        world.award(initiative, "10", line)
    assert line not in [balance.allocation for balance in ledger.free_lines_for(initiative)]
    undated = world.initiative(State.SUBMITTED)
    undated.fiscal_years.clear()
    assert line in [balance.allocation for balance in ledger.free_lines_for(undated)]


@time_machine.travel("2026-06-15 12:00")
def test_contribution_without_a_year_belongs_to_the_only_year_of_its_initiative(world):
    initiative = world.initiative(State.APPROVED)
    gift = actions.record_contribution(
        contribution=Contribution(initiative=initiative, kind="cash", amount=D(10)), by=world.accounting
    )
    actions.close_year(year=world.years["2025-2026"], by=world.coordination)
    gift.amount = D(20)
    fresh = Contribution(initiative=initiative, kind="cash", amount=D(5))
    for contribution in (gift, fresh):
        with pytest.raises(Refusal, match="2025-2026 est fermé"):
            actions.record_contribution(contribution=contribution, by=world.accounting)
    assert [row.amount for row in Contribution.objects.all()] == [D(10)]
