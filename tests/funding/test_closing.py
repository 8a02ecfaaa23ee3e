"""A closed fiscal year is read only: sums kept, corrections dated and told apart, money recovered still written."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from alliance.lib.workflow import NotAllowed, Refusal
from funding import actions, ledger
from funding.choices import AllocationMove, CommitmentMove, Condition
from funding.models import Allocation, YearClosing
from funding.rules import Instalment
from initiatives.choices import State

D = Decimal
AFTER = "2026-06-15 12:00"


@pytest.fixture
def paid(world):
    """An instalment of 1 000 $ paid on a promise of 1 500 $ of La Mitis."""
    initiative = world.initiative(State.IN_PROGRESS, award="1500")
    plan = [Instalment(D(1000), date(2025, 5, 1), Condition.DATE)]
    (row,) = actions.schedule(commitment=initiative.commitments.get(), by=world.accounting, instalments=plan)
    actions.pay(disbursements=[row], by=world.accounting)
    return row


def close(world):
    return actions.close_year(year=world.years["2025-2026"], by=world.coordination)


@time_machine.travel(AFTER)
def test_closing_keeps_the_sums_of_the_day(world, paid):
    close(world)
    kept = YearClosing.objects.get(fiscal_year__label="2025-2026")
    assert (kept.allocated, kept.committed, kept.paid) == (D(64000), D(1500), D(1000))


@time_machine.travel(AFTER)
def test_year_does_not_close_while_an_instalment_waits(world, paid):
    plan = [Instalment(D(500), date(2026, 5, 1), Condition.FINAL_REPORT)]
    (row,) = actions.schedule(commitment=paid.commitment, by=world.accounting, instalments=plan)
    with pytest.raises(Refusal, match="1 versement n’est ni payé ni annulé"):
        close(world)
    actions.cancel_instalment(disbursement=row, by=world.accounting, reason="Non requis")
    assert close(world).closed_at is not None


@time_machine.travel(AFTER)
def test_closed_year_takes_corrections_and_recoveries_only(world, paid):
    close(world)
    line, by, why = Allocation.objects.get(pk=world.lines["la-mitis"].pk), world.accounting, {"reason": "x"}
    commitment = paid.commitment
    plan = [Instalment(D(10), date(2026, 6, 1), Condition.DATE)]
    pair = {"source": line, "target": world.lines["temiscouata"], "amount": D(1), "resolution": "R", **why}
    for verb in (
        lambda: actions.move_allocation(allocation=line, by=by, amount=D(1), kind="amendment", **why),
        lambda: actions.amend(initiative=commitment.initiative, allocation=line, by=by, amount=D(1), **why),
        lambda: actions.award(initiative=commitment.initiative, allocation=line, by=by, amount=D(1), **why),
        lambda: actions.release(commitment=commitment, by=by, **why),
        lambda: actions.transfer(by=by, **pair),
        lambda: actions.schedule(commitment=commitment, by=by, instalments=plan),
        lambda: actions.mark_ready(disbursement=paid, by=by, **why),
        lambda: actions.cancel_instalment(disbursement=paid, by=by, **why),
    ):
        with pytest.raises(Refusal, match="fermé"):
            verb()
    one = actions.adjust_allocation(allocation=line, by=by, amount=D(-5), reason="Erreur de saisie")
    other = actions.adjust_commitment(commitment=commitment, by=by, amount=D(-400), reason="Facture corrigée")
    back = actions.recover(disbursement=paid, by=by, amount=D(100), reason="Non dépensé")
    assert (one.kind, other.kind, back.kind) == (
        AllocationMove.ADJUSTMENT, CommitmentMove.ADJUSTMENT, "recovered",
    )  # fmt: skip
    (balance,) = ledger.lines(Allocation.objects.filter(pk=line.pk))
    assert (balance.allocated, balance.committed, balance.paid) == (D(29995), D(1100), D(900))
    kept = YearClosing.objects.get()
    assert (kept.allocated, kept.committed, kept.paid) == (D(64000), D(1500), D(1000))


@time_machine.travel(AFTER)
def test_corrections_have_the_limits_of_other_movements(world, paid):
    close(world)
    line, by = Allocation.objects.get(pk=world.lines["la-mitis"].pk), world.accounting
    cases = [
        (actions.adjust_allocation, {"allocation": line}, D("40000.01"), "enveloppe"),
        (actions.adjust_allocation, {"allocation": line}, D("-28500.01"), "déjà engagés"),
        (actions.adjust_commitment, {"commitment": paid.commitment}, D("28500.01"), "Il reste"),
        (actions.adjust_commitment, {"commitment": paid.commitment}, D("-500.01"), "ses versements"),
    ]
    for verb, parent, amount, sentence in cases:
        with pytest.raises(Refusal, match=sentence):
            verb(**parent, by=by, amount=amount, reason="x")


def test_open_year_takes_no_correction(world, paid):
    for verb, parent in (
        (actions.adjust_allocation, {"allocation": world.lines["la-mitis"]}),
        (actions.adjust_commitment, {"commitment": paid.commitment}),
    ):
        with pytest.raises(Refusal, match="est ouvert"):
            verb(**parent, by=world.accounting, amount=D(1), reason="x")


@time_machine.travel(AFTER)
def test_abandon_after_the_closing_leaves_the_year_as_it_was(world, paid):
    close(world)
    initiative = paid.commitment.initiative
    actions.cancel_initiative(initiative=initiative, by=world.coordination, note="Départ")
    assert ledger.commitment_amount(paid.commitment) == D(1500)


@time_machine.travel(AFTER)
def test_corrections_belong_to_those_who_move_money(world, paid):
    close(world)
    for verb, parent in (
        (actions.adjust_allocation, {"allocation": world.lines["la-mitis"]}),
        (actions.adjust_commitment, {"commitment": paid.commitment}),
    ):
        with pytest.raises(NotAllowed):
            verb(**parent, by=world.reader, amount=D(1), reason="x")
