"""Limits of a programme warn, never refuse; without a limit nothing is said."""

from decimal import Decimal

import pytest

from funding import actions, ledger
from funding.choices import Line
from funding.models import Allocation, Contribution, Limits
from initiatives.choices import State

D = Decimal


@pytest.fixture
def initiative(world):
    """An initiative with 1 000 $ promised, 600 $ of partners of which 200 $ public, and one unknown contribution."""
    found = world.initiative(State.APPROVED, award="1000")
    for amount, public in ((D(400), False), (D(200), True), (None, False)):
        gift = Contribution(initiative=found, kind="cash", amount=amount, is_public=public)
        actions.record_contribution(contribution=gift, by=world.coordination)
    return found


def warned(world, initiative, **limits):
    Limits.objects.create(source=world.source, period=world.period, **limits)
    return ledger.warnings_for(initiative=initiative, allocation=world.lines["la-mitis"], amount=D(400))


def test_without_limits_nothing_is_said(world, initiative):
    assert (
        ledger.warnings_for(initiative=initiative, allocation=world.lines["la-mitis"], amount=D(9000)) == []
    )
    assert warned(world, initiative) == []


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (
            {"max_amount": D("1399.99")},
            "L’initiative recevrait 1\xa0400\xa0$\xa0: le programme prévoit au plus 1\xa0399,99\xa0$.",
        ),
        (
            {"max_fqis_share": D("69.99")},
            "La source paierait 70\xa0% du coût selon les contributions connues\xa0: au plus 69,99\xa0% est prévu.",
        ),
        (
            {"max_public_share": D("79")},
            "Les aides publiques feraient 80\xa0% du coût selon les contributions connues\xa0: au plus 79\xa0% est prévu.",
        ),
        (
            {"min_partner_share": D("31")},
            "Les partenaires paieraient 30\xa0% du coût selon les contributions connues\xa0: au moins 31\xa0% est attendu.",
        ),
    ],
)
def test_breach_is_told_in_words(world, initiative, limits, sentence):
    assert warned(world, initiative, **limits) == [sentence]


@pytest.mark.parametrize(
    "limits",
    [
        {"max_amount": D(1400)},
        {"max_fqis_share": D(70)},
        {"max_public_share": D(80)},
        {"min_partner_share": D(30)},
    ],
)
def test_limit_reached_exactly_is_not_passed(world, initiative, limits):
    assert warned(world, initiative, **limits) == []


def test_breach_refuses_nothing(world, initiative):
    Limits.objects.create(source=world.source, period=world.period, max_amount=D(1))
    assert world.award(initiative, "400").amount == D(400)


def test_limits_are_those_of_the_line_s_source_and_period(world, initiative):
    Limits.objects.create(source=world.other_source, period=world.period, max_amount=D(1))
    asked = {"initiative": initiative, "amount": D(10)}
    assert ledger.warnings_for(allocation=world.lines["la-mitis"], **asked) == []
    assert len(ledger.warnings_for(allocation=world.lines["la-matapedia"], **asked)) == 1


def test_administration_ceiling_warns(world):
    Limits.objects.create(source=world.source, period=world.period, admin_ceiling=D(10))
    line = Allocation.objects.create(
        envelope=world.envelope, fiscal_year=world.years["2025-2026"], line=Line.ADMINISTRATION
    )
    actions.move_allocation(allocation=line, by=world.coordination, amount=D(4000), reason="Gestion")
    assert ledger.admin_warning(allocation=line, amount=D(6000)) == []
    assert ledger.admin_warning(allocation=line, amount=D(6001)) == [
        "L’administration prendrait 10,01\xa0% de l’enveloppe\xa0: au plus 10\xa0% est prévu."
    ]
    assert ledger.admin_warning(allocation=world.lines["la-mitis"], amount=D(60000)) == []


def test_carry_over_between_lines_of_administration_counts_once(world):
    Limits.objects.create(source=world.source, period=world.period, admin_ceiling=D(10))
    old, new = (
        Allocation.objects.create(envelope=world.envelope, fiscal_year=year, line=Line.ADMINISTRATION)
        for year in (world.years["2025-2026"], world.years["2026-2027"])
    )
    actions.move_allocation(allocation=old, by=world.coordination, amount=D(8000), reason="Gestion")
    assert ledger.admin_warning(allocation=new, amount=D(8000), source=old) == []
    assert len(ledger.admin_warning(allocation=new, amount=D(8000), source=world.lines["la-mitis"])) == 1
