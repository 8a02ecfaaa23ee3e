"""Instalments: planned, their condition met, paid in bulk through a reviewed list, cancelled, recovered."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from alliance.lib.dates import today
from alliance.portal.admin_schedule import propose
from funding import actions, ledger
from funding.choices import Condition, DisbursementState
from funding.models import Disbursement, DisbursementMovement, LedgerCheck
from funding.rules import Instalment
from initiatives.choices import PartnerRole, State
from initiatives.models import Report
from tests.admin.deciding import decide, review


def page(initiative, name, pk):
    return reverse(f"admin:initiatives_initiative_{name}", args=[initiative.pk, pk])


def verser(world):
    return reverse("admin:initiatives_fiscalyear_pay", args=[world.years["2025-2026"].pk])


def answers(**changes):
    return {"reason": "Décision", "token": str(uuid4())} | changes


def planned(world, *amounts, **changes):
    """Return the instalments of a new initiative: all payable today, the last one held by the final report."""
    initiative = world.initiative(State.APPROVED, award=sum(amounts), **changes)
    plan = [
        Instalment(
            Decimal(amount), today(), Condition.DATE if rank < len(amounts) else Condition.FINAL_REPORT
        )
        for rank, amount in enumerate(amounts, 1)
    ]
    return actions.schedule(commitment=initiative.commitments.get(), by=world.coordination, instalments=plan)


def state(disbursement):
    (due,) = ledger.instalments(Disbursement.objects.filter(pk=disbursement.pk))
    return due.state


def test_proposed_instalments_add_up_to_the_cent():
    for free in map(Decimal, ("0.01", "10000", "9999.99", "33333.33")):
        for number in range(1, 5):
            plan = propose(free, number, today(), today())
            assert (len(plan), sum(each.amount for each in plan)) == (number, free)
            assert plan[-1].condition == (Condition.FINAL_REPORT if number > 1 else Condition.AGREEMENT)
    assert [each.amount for each in propose(Decimal(10000), 2, today(), today())] == [7500, 2500]


def test_schedule_is_planned_once_as_it_was_reviewed(world, client_for):
    later = today() + timedelta(days=200)
    initiative = world.initiative(State.APPROVED, award=10000, ends_on=later)
    promise = initiative.commitments.get()
    client = client_for(world.accounting)
    form = client.get(page(initiative, "schedule", promise.pk)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    assert (data["amount_1"], data["amount_2"], form.total) == ("7500", "2500", Decimal(10000))
    said = review(client, page(initiative, "schedule", promise.pk), data)
    assert [row[1] for row in said.rows] == ["7\xa0500\xa0$", "2\xa0500\xa0$"]
    assert said.sentences == ["Les versements de cet engagement feront 10\xa0000\xa0$ en tout."]
    assert Disbursement.objects.count() == 0
    for _click in range(2):
        assert decide(client, page(initiative, "schedule", promise.pk), data).status_code == 302
    rows = Disbursement.objects.order_by("rank")
    assert [(row.amount, row.condition) for row in rows] == [(7500, "agreement"), (2500, "final")]
    assert rows[1].due_on == Report.objects.get(initiative=initiative).due_on


def test_schedule_refuses_beside_the_field_and_keeps_what_was_typed(world, client_for):
    initiative = world.initiative(State.APPROVED, award=10000)
    address = page(initiative, "schedule", initiative.commitments.get().pk)
    client = client_for(world.coordination)
    form = client.get(f"{address}?nombre=3").context["form"]
    data = {name: form[name].value() for name in form.fields}
    for changes, field in (
        ({"amount_3": "2 500,01"}, "amount_3"),
        ({"amount_1": "1,234"}, "amount_1"),
        ({"condition_3": "date"}, "condition_3"),
        ({"due_on_3": "2020-01-01"}, "due_on_3"),
        ({"due_on_2": "2026-02-30"}, "due_on_2"),
    ):
        response = client.post(address, data | changes)
        shown = response.context["form"]
        assert (response.status_code, list(shown.errors)) == (422, [field])
        assert [shown[name].value() for name in changes] == list(changes.values())
    assert Disbursement.objects.count() == 0


def test_bulk_payment_is_reviewed_then_paid_once(world, client_for):
    first, held = planned(world, 700, 300)
    second, _held = planned(
        world,
        500,
        100,
        partners=[(world.moisson, PartnerRole.LEAD, ""), (world.cdc, PartnerRole.FIDUCIARY, "")],
    )
    client = client_for(world.accounting)
    shown = client.get(verser(world)).context["form"].offered
    assert sorted(int(key) for key, _row, _chosen in shown) == [first.pk, second.pk]
    data = {
        "disbursements": [first.pk, second.pk],
        "on": str(today()),
        "reference": "Lot 12",
        "token": str(uuid4()),
    }
    said = review(client, verser(world), data)
    assert [row[0] for row in said.rows] == ["Moisson Mitis", "CDC des Grandes Marées"]
    assert said.caption == "2 versements, 1\xa0200\xa0$ en tout"
    assert DisbursementMovement.objects.count() == 0
    for _click in range(2):
        assert decide(client, verser(world), data).status_code == 302
    written = DisbursementMovement.objects.order_by("pk")
    assert [(row.amount, row.reference, str(row.on)) for row in written] == [
        (700, "Lot 12", str(today())),
        (500, "Lot 12", str(today())),
    ]
    assert state(held) == DisbursementState.HELD


def test_bulk_payment_with_one_that_is_not_payable_pays_none(world, client_for):
    first, held = planned(world, 700, 300)
    data = {"disbursements": [first.pk, held.pk], "reference": "Lot 1", "token": str(uuid4())}
    response = client_for(world.accounting).post(verser(world), data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["disbursements"])
    assert "Retenu faute de rapport" in response.context["form"].errors["disbursements"][0]
    assert DisbursementMovement.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"disbursements": []}, "disbursements"),
        ({"disbursements": ["abc"]}, "disbursements"),
        ({"disbursements": [2**63]}, "disbursements"),
        ({"reference": ""}, "reference"),
        ({"on": "2099-01-01"}, "on"),
        ({"on": "01/02/2026"}, "on"),
        ({"token": "x"}, "token"),
    ],
)
def test_bulk_payment_refuses_bad_answers(world, client_for, changes, field):
    first, _held = planned(world, 700, 300)
    data = {"disbursements": [first.pk], "reference": "Lot 1", "token": str(uuid4())}
    response = client_for(world.accounting).post(verser(world), data | changes)
    told = [name for name in response.context["form"].errors if name != "__all__"]
    assert (response.status_code, told) == (422, [field])
    assert DisbursementMovement.objects.count() == 0


def test_condition_met_before_the_report_is_an_override_with_its_reason(world, client_for):
    _first, held = planned(world, 700, 300)
    initiative = held.commitment.initiative
    client = client_for(world.coordination)
    missing = client.post(page(initiative, "ready", held.pk), answers(reason=" "))
    assert list(missing.context["form"].errors) == ["reason"]
    said = review(client, page(initiative, "ready", held.pk), answers())
    assert said.warnings == ["Le rapport que ce versement attend n’est pas approuvé."]
    assert decide(client, page(initiative, "ready", held.pk), answers()).status_code == 302
    assert state(held) == DisbursementState.PAYABLE


def test_cancelled_and_recovered_instalments(world, client_for):
    first, held = planned(world, 700, 300)
    initiative, promise = first.commitment.initiative, first.commitment
    client = client_for(world.accounting)
    assert decide(client, page(initiative, "cancel_instalment", held.pk), answers()).status_code == 302
    assert (state(held), ledger.commitment_amount(promise)) == (DisbursementState.CANCELLED, 1000)
    actions.pay(disbursements=[first], by=world.coordination, reference="Lot 1")
    again = client.post(page(initiative, "cancel_instalment", first.pk), answers())
    assert again.status_code == 422
    over = client.post(page(initiative, "recover", first.pk), answers(amount="700,01"))
    assert list(over.context["form"].errors) == ["amount"]
    data = answers(amount="200", reference="Chèque 5")
    for _click in range(2):
        assert decide(client, page(initiative, "recover", first.pk), data).status_code == 302
    assert ledger.commitment_paid(promise) == 500


def test_instalment_of_another_initiative_is_not_found(world, client_for):
    first, _held = planned(world, 700, 300)
    other = world.initiative(State.APPROVED, award=5)
    client = client_for(world.coordination)
    pages = [page(other, name, first.pk) for name in ("ready", "cancel_instalment", "recover")]
    pages.append(page(other, "schedule", first.commitment.pk))
    assert [client.get(each).status_code for each in pages] == [404] * 4


# The landing page ------------------------------------------------------------------------------------------


def test_landing_page_tells_the_last_check_and_what_waits(world, client_for):
    planned(world, 700, 300)
    client = client_for(world.accounting)
    assert "Le registre n’a jamais été vérifié." in client.get("/admin/").content.decode()
    response = client.post(reverse("admin:check_ledger"), follow=True)
    check = LedgerCheck.objects.get()
    assert check.failures == []
    text = response.content.decode()
    assert f"{check.rules} vérifications réussies, le " in text
    (each,) = response.context["to_pay"]
    assert (str(each.year), each.waits.payable_dollars, each.waits.held_dollars) == ("2025-2026", 700, 300)


def test_landing_page_shows_failures_and_offers_the_check_to_who_moves_money(world, client_for):
    LedgerCheck.objects.create(seconds=1, rules=18, failures=["La ligne X promet plus que son montant."])
    text = client_for(world.reader).get("/admin/").content.decode()
    seen = [
        word in text for word in ("La ligne X promet plus", "1 chose ne tient pas", "Vérifier maintenant")
    ]
    assert seen == [True, True, False]
