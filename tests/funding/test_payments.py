"""Instalments: planned within the promise, payable when their condition is met, paid once, recovered at most once over."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from alliance.lib.dates import today
from alliance.lib.workflow import NotAllowed, Refusal
from funding import actions, ledger
from funding.choices import Condition, DisbursementState
from funding.models import Allocation, Disbursement, DisbursementMovement
from funding.rules import Instalment, instalment_state
from initiatives import actions as initiative_actions
from initiatives.choices import ReportKind, State
from initiatives.models import Report

D = Decimal
S = DisbursementState
PLAN = [
    Instalment(D("7500"), date(2025, 5, 15), Condition.AGREEMENT),
    Instalment(D("2500"), date(2026, 3, 30), Condition.FINAL_REPORT),
]


def promised(world, amount="10000"):
    return world.initiative(State.IN_PROGRESS, award=amount).commitments.get()


def planned(world, plan=PLAN, **details):
    commitment = promised(world)
    return actions.schedule(commitment=commitment, by=world.accounting, instalments=plan, **details)


def states(commitment, on=None):
    return [due.state for due in ledger.instalments(Disbursement.objects.filter(commitment=commitment), on)]


def ready(world, disbursement, reason="Entente signée"):
    return actions.mark_ready(disbursement=disbursement, by=world.coordination, reason=reason)


def paid(world, *disbursements, **details):
    return actions.pay(disbursements=disbursements, by=world.accounting, **details)


def approve(world, initiative):
    report = initiative.reports.get(kind=ReportKind.FINAL)
    report = initiative_actions.receive_report(
        report=report, by=world.coordination, values={"received_on": today()}
    )
    return initiative_actions.approve_report(report=report, by=world.coordination)


# The plan --------------------------------------------------------------------------------------------------


def test_schedule_takes_its_dollars_of_the_promise(world):
    first, last = planned(world)
    assert [(row.rank, row.amount, row.condition) for row in (first, last)] == [
        (1, D(7500), Condition.AGREEMENT),
        (2, D(2500), Condition.FINAL_REPORT),
    ]
    commitment = first.commitment
    assert ledger.commitment_due(commitment) == D(10000)
    assert ledger.commitment_paid(commitment) == D(0)


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ([], "de 1 à 12"),
        ([PLAN[0]] * 12 + [PLAN[1]], "de 1 à 12"),
        ([PLAN[0], PLAN[1]._replace(condition=Condition.DATE)], "rapport final"),
        ([PLAN[1], PLAN[0]], "ordre de leurs dates"),
        ([PLAN[0]._replace(amount=D(0))], "plus grand que zéro"),
        ([PLAN[0]._replace(amount=D("10000.01"))], "font 10\xa0000,01"),
        ([PLAN[0]._replace(due_on=date(2024, 3, 31))], "prévu après"),
        ([PLAN[0]._replace(due_on=date(2205, 5, 1))], "prévu après"),
    ],
)
def test_schedule_is_refused_with_its_reason(world, plan, sentence):
    with pytest.raises(Refusal, match=sentence):
        planned(world, plan)
    assert Disbursement.objects.count() == 0


def test_last_instalment_waits_for_the_final_report_however_it_is_planned(world):
    commitment = promised(world)
    plan = {"commitment": commitment, "by": world.accounting}
    with pytest.raises(Refusal, match="rapport final"):
        actions.schedule(**plan, instalments=[PLAN[0]._replace(amount=D(10000))])
    actions.schedule(**plan, instalments=[PLAN[0]])
    with pytest.raises(Refusal, match="rapport final"):
        actions.schedule(**plan, instalments=[PLAN[1]._replace(condition=Condition.DATE)])
    actions.schedule(**plan, instalments=[PLAN[1]._replace(amount=D(1500))])
    actions.schedule(**plan, instalments=[PLAN[0]._replace(amount=D(1000), due_on=date(2025, 9, 1))])


def test_each_progress_instalment_waits_for_its_own_report(world):
    progress = [
        Instalment(D(100), date(2025, 5, 1), Condition.PROGRESS_REPORT),
        Instalment(D(200), date(2025, 6, 1), Condition.PROGRESS_REPORT),
        Instalment(D(300), date(2025, 7, 1), Condition.FINAL_REPORT),
    ]
    first, *_ = planned(world, progress)
    initiative = first.commitment.initiative
    expected = initiative.reports.filter(kind=ReportKind.PROGRESS)
    assert [report.due_on for report in expected] == [date(2025, 5, 1), date(2025, 6, 1)]
    found = []
    for report in expected:
        told = {"received_on": today()}
        report = initiative_actions.receive_report(report=report, by=world.coordination, values=told)
        initiative_actions.approve_report(report=report, by=world.coordination)
        found.append(states(first.commitment))
    assert found == [[S.PAYABLE, S.HELD, S.HELD], [S.PAYABLE, S.PAYABLE, S.HELD]]


def test_instalment_is_not_paid_before_the_day_it_is_planned_for(world):
    (row,) = planned(world, [PLAN[0]._replace(condition=Condition.DATE)])
    with pytest.raises(Refusal, match="il est «\xa0Prévu\xa0»"):
        paid(world, row, on=PLAN[0].due_on - timedelta(days=1))
    paid(world, row, on=PLAN[0].due_on)


def test_second_schedule_plans_what_the_first_left(world):
    commitment = promised(world)
    plan = {"commitment": commitment, "by": world.accounting}
    actions.schedule(**plan, instalments=[PLAN[0]])
    with pytest.raises(Refusal, match="il reste 2\xa0500"):
        actions.schedule(**plan, instalments=[PLAN[0]])
    (added,) = actions.schedule(**plan, instalments=[PLAN[1]])
    assert added.rank == 2


def test_same_token_plans_once_and_another_plan_is_refused(world):
    token = uuid4()
    rows = planned(world, token=token)
    again = {"commitment": rows[0].commitment, "by": world.accounting, "token": token}
    assert actions.schedule(**again, instalments=PLAN) == rows
    with pytest.raises(Refusal, match="déjà servi"):
        actions.schedule(**again, instalments=PLAN[:1])
    assert Disbursement.objects.count() == 2


# States ----------------------------------------------------------------------------------------------------

STILL = {"ready": False, "paid": D(0), "cancelled": False, "recovered": D(0), "approved": False}


@pytest.mark.parametrize(
    ("condition", "days", "changes", "state"),
    [
        (Condition.DATE, 1, {}, S.PLANNED),
        (Condition.DATE, 0, {}, S.PAYABLE),
        (Condition.AGREEMENT, -9, {}, S.PLANNED),
        (Condition.AGREEMENT, 9, {"ready": True}, S.PAYABLE),
        (Condition.FINAL_REPORT, 1, {}, S.PLANNED),
        (Condition.FINAL_REPORT, 0, {}, S.HELD),
        (Condition.PROGRESS_REPORT, -1, {}, S.HELD),
        (Condition.FINAL_REPORT, 9, {"approved": True}, S.PAYABLE),
        (Condition.AGREEMENT, -9, {"approved": True}, S.PLANNED),
        (Condition.FINAL_REPORT, -9, {"ready": True}, S.PAYABLE),
        (Condition.DATE, -9, {"paid": D(5)}, S.PAID),
        (Condition.DATE, -9, {"paid": D(5), "recovered": D(4)}, S.PAID),
        (Condition.DATE, -9, {"paid": D(5), "recovered": D(5)}, S.RECOVERED),
        (Condition.DATE, -9, {"cancelled": True, "ready": True}, S.CANCELLED),
    ],
)
def test_state_of_an_instalment(condition, days, changes, state):
    day = date(2026, 1, 31)
    found = instalment_state(
        condition=condition, due_on=day + timedelta(days=days), on=day, **(STILL | changes)
    )
    assert found == state


def test_last_instalment_is_held_until_the_final_report_is_approved(world):
    first, last = planned(world)
    commitment = first.commitment
    assert states(commitment, date(2026, 3, 29)) == [S.PLANNED, S.PLANNED]
    assert states(commitment, date(2026, 3, 30)) == [S.PLANNED, S.HELD]
    with pytest.raises(Refusal, match="Retenu faute de rapport"):
        paid(world, last)
    approve(world, commitment.initiative)
    assert states(commitment, date(2026, 3, 29)) == [S.PLANNED, S.PAYABLE]
    paid(world, last)
    assert ledger.commitment_paid(commitment) == D(2500)


def test_report_of_another_kind_or_initiative_frees_nothing(world):
    _first, last = planned(world)
    other = promised(world).initiative
    approve(world, other)
    progress = initiative_actions.expect_report(
        initiative=last.commitment.initiative, kind=ReportKind.PROGRESS, due_on=today(), by=world.coordination
    )
    initiative_actions.receive_report(report=progress, by=world.coordination, values={"received_on": today()})
    initiative_actions.approve_report(report=progress, by=world.coordination)
    assert states(last.commitment)[1] == S.HELD


def test_award_expects_the_final_report_thirty_days_after_the_end(world):
    initiative = promised(world).initiative
    world.award(initiative, "10")
    assert [(r.kind, r.due_on) for r in Report.objects.filter(initiative=initiative)] == [
        (ReportKind.FINAL, date(2026, 3, 30))
    ]


def test_override_pays_before_the_report_and_says_why(world):
    _first, last = planned(world)
    movement = ready(world, last, "Salaires à payer; rapport attendu en mai")
    assert (movement.amount, movement.reason) == (D(2500), "Salaires à payer; rapport attendu en mai")
    with pytest.raises(Refusal, match="déjà"):
        ready(world, last)
    paid(world, last)


# Payment ---------------------------------------------------------------------------------------------------


def test_payment_is_written_whole_with_its_reference(world):
    first, _last = planned(world)
    ready(world, first)
    (movement,) = paid(world, first, on=date(2025, 6, 2), reference=" CH-1042 ")
    assert (movement.amount, movement.on, movement.reference) == (D(7500), date(2025, 6, 2), "CH-1042")
    (balance,) = ledger.lines(Allocation.objects.filter(pk=world.lines["la-mitis"].pk))
    assert (balance.committed, balance.paid, balance.unpaid, balance.left) == (
        D(10000), D(7500), D(2500), D(20000),
    )  # fmt: skip


def test_bulk_payment_pays_all_or_none(world):
    (one, _), (other, held) = planned(world), planned(world)
    ready(world, one)
    ready(world, other)
    with pytest.raises(Refusal, match="Versement 2") as refusal:
        paid(world, one, other, held)
    assert len(refusal.value.reasons) == 1
    assert DisbursementMovement.objects.filter(kind="paid").count() == 0
    assert len(paid(world, one, other)) == 2
    with pytest.raises(Refusal, match="il est «\xa0Versé\xa0»"):
        paid(world, one)


def test_same_token_pays_once_and_another_choice_is_refused(world):
    (one, _), (other, _) = planned(world), planned(world)
    ready(world, one)
    ready(world, other)
    token = uuid4()
    first = paid(world, one, token=token)
    assert paid(world, one, token=token) == first
    for said in ({}, {"reference": "CH-2"}, {"on": today() - timedelta(days=1)}):
        with pytest.raises(Refusal, match="déjà servi"):
            paid(world, *([one] if said else [one, other]), token=token, **said)
    assert DisbursementMovement.objects.filter(kind="paid").count() == 1


def test_nothing_or_tomorrow_is_not_paid(world):
    first, _last = planned(world)
    ready(world, first)
    with pytest.raises(Refusal, match="au moins un versement"):
        paid(world)
    with pytest.raises(Refusal, match="ne peut pas suivre"):
        paid(world, first, on=today() + timedelta(days=1))


@pytest.mark.parametrize("person", ["agent_mitis", "reader", "committee_mitis"])
def test_payments_belong_to_those_who_move_money(world, person):
    first, _last = planned(world)
    by = getattr(world, person)
    verbs = [
        lambda: actions.schedule(commitment=first.commitment, by=by, instalments=PLAN),
        lambda: actions.mark_ready(disbursement=first, by=by, reason="x"),
        lambda: actions.pay(disbursements=[first], by=by),
        lambda: actions.cancel_instalment(disbursement=first, by=by, reason="x"),
        lambda: actions.recover(disbursement=first, by=by, amount=D(1), reason="x"),
    ]
    for verb in verbs:
        with pytest.raises(NotAllowed):
            verb()
    assert DisbursementMovement.objects.count() == 0


# Cancelled, recovered, given back --------------------------------------------------------------------------


def test_cancelled_instalment_frees_its_dollars_of_the_promise(world):
    first, last = planned(world)
    actions.cancel_instalment(disbursement=last, by=world.accounting, reason="Projet plus court")
    assert ledger.commitment_due(first.commitment) == D(7500)
    for verb in (actions.cancel_instalment, actions.mark_ready):
        with pytest.raises(Refusal, match="Annulé"):
            verb(disbursement=last, by=world.accounting, reason="x")
    with pytest.raises(Refusal, match="Annulé"):
        paid(world, last)


def test_paid_instalment_is_not_cancelled_but_recovered_up_to_what_was_paid(world):
    first, _last = planned(world)
    ready(world, first)
    with pytest.raises(Refusal, match="0\xa0\\$ au plus"):
        actions.recover(disbursement=first, by=world.accounting, amount=D(1), reason="Trop versé")
    paid(world, first)
    with pytest.raises(Refusal, match="ne s’annule plus"):
        actions.cancel_instalment(disbursement=first, by=world.accounting, reason="x")
    back = {"disbursement": first, "by": world.accounting, "reason": "Non dépensé"}
    actions.recover(**back, amount=D(7000))
    for amount, sentence in (
        (D("500.01"), "500\xa0\\$ au plus"),
        (D(0), "plus grand"),
        (D(-1), "plus grand"),
    ):
        with pytest.raises(Refusal, match=sentence):
            actions.recover(**back, amount=amount)
    actions.recover(**back, amount=D(500))
    assert states(first.commitment)[0] == S.RECOVERED
    assert ledger.commitment_paid(first.commitment) == D(0)


def test_promise_does_not_shrink_below_its_instalments(world):
    first, _last = planned(world)
    less = {
        "initiative": first.commitment.initiative,
        "allocation": world.lines["la-mitis"],
        "reason": "Moins",
    }
    with pytest.raises(Refusal, match="ses versements en prennent 10\xa0000"):
        actions.amend(**less, by=world.accounting, amount=D("-0.01"))


def test_release_gives_back_what_is_not_paid(world):
    first, last = planned(world)
    ready(world, first)
    paid(world, first)
    movement = actions.release(commitment=first.commitment, by=world.accounting, reason="Fin hâtive")
    assert movement.amount == D(-2500)
    assert states(last.commitment) == [S.PAID, S.CANCELLED]
    with pytest.raises(Refusal, match="rien à libérer"):
        actions.release(commitment=first.commitment, by=world.accounting, reason="Encore")


def test_abandoned_initiative_gives_its_line_what_is_not_paid(world):
    first, _last = planned(world)
    ready(world, first)
    paid(world, first)
    initiative = first.commitment.initiative
    actions.cancel_initiative(initiative=initiative, by=world.coordination, note="Départ de l’équipe")
    (balance,) = ledger.lines(Allocation.objects.filter(pk=world.lines["la-mitis"].pk))
    assert (balance.committed, balance.paid, balance.left) == (D(7500), D(7500), D(22500))
    assert ledger.waiting(Disbursement.objects.all()) == []


def test_abandoned_initiative_paid_in_full_is_abandoned_and_its_recovered_money_goes_back_to_the_line(world):
    (row,) = planned(world, [PLAN[1]._replace(amount=D(10000))])
    ready(world, row)
    paid(world, row)
    initiative = row.commitment.initiative
    actions.cancel_initiative(initiative=initiative, by=world.coordination, note="Départ")
    assert ledger.commitment_amount(row.commitment) == D(10000)
    actions.recover(disbursement=row, by=world.accounting, amount=D(4000), reason="Non dépensé")
    assert ledger.commitment_amount(row.commitment) == D(6000)
    (balance,) = ledger.lines(Allocation.objects.filter(pk=world.lines["la-mitis"].pk))
    assert (balance.committed, balance.paid, balance.left) == (D(6000), D(6000), D(24000))
