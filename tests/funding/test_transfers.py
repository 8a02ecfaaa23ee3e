"""Dollars that pass from a line to another: two movements or none, within what is left, with a resolution."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from alliance.lib.workflow import NotAllowed, Refusal
from funding import actions, ledger
from funding.choices import AllocationMove, Line
from funding.models import Allocation, AllocationMovement
from initiatives.choices import State
from tests import world as universe

D = Decimal
SAID = {"reason": "Besoin plus grand", "resolution": "CA-2025-11"}


def line_of_next_year(world, territory="la-mitis", envelope=None):
    return Allocation.objects.create(
        envelope=envelope or world.envelope,
        fiscal_year=world.years["2026-2027"],
        line=Line.TERRITORY,
        territory=world.territories[territory],
    )


def left(line):
    (balance,) = ledger.lines(Allocation.objects.filter(pk=line.pk))
    return balance.left


def test_transfer_takes_from_one_line_what_it_gives_to_the_other(world):
    one, other = world.lines["la-mitis"], world.lines["temiscouata"]
    taken, given = actions.transfer(
        source=one, target=other, by=world.accounting, amount=D("1250.50"), on=date(2025, 11, 3), **SAID
    )
    assert (taken.amount, given.amount) == (D("-1250.50"), D("1250.50"))
    assert (taken.counterpart, given.counterpart) == (given, taken)
    for movement in (taken, given):
        said = (movement.kind, movement.on, movement.resolution, movement.by)
        assert said == (AllocationMove.TRANSFER, date(2025, 11, 3), "CA-2025-11", world.accounting)
    assert (left(one), left(other)) == (D("28749.50"), D("21250.50"))
    assert ledger.envelope_allocated(world.envelope) == D("60000.00")


def test_transfer_takes_no_promised_dollar(world):
    world.initiative(State.APPROVED, award="25000")
    moved = {
        "source": world.lines["la-mitis"],
        "target": world.lines["temiscouata"],
        "by": world.coordination,
    }
    with pytest.raises(Refusal, match="Il reste 5\xa0000\xa0\\$ dans la ligne"):
        actions.transfer(**moved, amount=D("5000.01"), **SAID)
    assert AllocationMovement.objects.filter(kind=AllocationMove.TRANSFER).count() == 0
    actions.transfer(**moved, amount=D("5000"), **SAID)
    assert left(world.lines["la-mitis"]) == 0


def test_transfer_is_refused_with_its_reason(world):
    mitis, next_year = world.lines["la-mitis"], line_of_next_year(world)
    cases = [
        (mitis, mitis, D(1), SAID, "deux lignes différentes"),
        (mitis, world.lines["la-matapedia"], D(1), SAID, "deux enveloppes"),
        (mitis, next_year, D(1), SAID, "reportez le solde"),
        (mitis, world.lines["temiscouata"], D(0), SAID, "plus grand que zéro"),
        (mitis, world.lines["temiscouata"], D(-1), SAID, "plus grand que zéro"),
        (mitis, world.lines["temiscouata"], D(1), SAID | {"resolution": " "}, "résolution"),
    ]
    for source, target, amount, said, sentence in cases:
        with pytest.raises(Refusal, match=sentence):
            actions.transfer(source=source, target=target, by=world.coordination, amount=amount, **said)
    assert AllocationMovement.objects.filter(pair_key__isnull=False).count() == 0


def test_carry_over_gives_the_same_line_of_a_later_year_what_is_left(world):
    target = line_of_next_year(world)
    actions.carry_over(
        source=world.lines["la-mitis"], target=target, by=world.coordination, amount=D(30000), **SAID
    )
    assert (left(world.lines["la-mitis"]), left(target)) == (D(0), D(30000))


def test_carry_over_is_refused_with_its_reason(world):
    mitis = world.lines["la-mitis"]
    cases = [
        (mitis, line_of_next_year(world, "temiscouata"), "même ligne"),
        (mitis, mitis, "exercice suivant"),
        (line_of_next_year(world), mitis, "exercice suivant"),
        (mitis, line_of_next_year(world, envelope=world.other_envelope), "deux enveloppes"),
    ]
    for source, target, sentence in cases:
        with pytest.raises(Refusal, match=sentence):
            actions.carry_over(source=source, target=target, by=world.coordination, amount=D(1), **SAID)


def test_same_token_transfers_once_and_another_amount_is_refused(world):
    asked = {
        "source": world.lines["la-mitis"],
        "target": world.lines["temiscouata"],
        "by": world.coordination,
    }
    token = uuid4()
    first = actions.transfer(**asked, amount=D(100), token=token, **SAID)
    assert actions.transfer(**asked, amount=D(100), token=token, **SAID) == first
    with pytest.raises(Refusal, match="déjà servi"):
        actions.transfer(**asked, amount=D(101), token=token, **SAID)
    assert left(world.lines["temiscouata"]) == D(20100)


def test_transfer_belongs_to_those_who_move_money(world):
    asked = {"source": world.lines["la-mitis"], "target": world.lines["temiscouata"], "amount": D(1)}
    for person in (world.reader, world.agent_mitis, world.committee_mitis):
        with pytest.raises(NotAllowed):
            actions.transfer(**asked, by=person, **SAID)


@pytest.mark.django_db(transaction=True)
def test_database_keeps_no_half_of_a_pair():
    world = universe.build()
    half = AllocationMovement(
        allocation=world.lines["la-mitis"], kind=AllocationMove.TRANSFER, amount=D(-1), on=date(2025, 5, 1),
        by=world.coordination, pair_key=uuid4(), counterpart_id=uuid4(), **SAID,
    )  # fmt: skip

    def save_half():
        with transaction.atomic():
            half.save()

    with pytest.raises(IntegrityError):
        save_half()
    assert AllocationMovement.objects.filter(kind=AllocationMove.TRANSFER).count() == 0
