"""The page that closes a fiscal year: what it counts is what closing writes, and what was promised and never paid."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from funding import actions
from funding.choices import Condition, Line
from funding.models import Allocation, Disbursement, Envelope, YearClosing
from funding.rules import Instalment
from initiatives.choices import State
from initiatives.models import Initiative

D = Decimal
AFTER = "2026-06-15 12:00"


def page_of(world):
    return reverse("admin:initiatives_fiscalyear_close", args=[world.years["2025-2026"].pk])


def planned(world, award, *amounts, **changes):
    """Return the instalments, by date, of an initiative of La Mitis that is promised `award` dollars."""
    initiative = world.initiative(State.IN_PROGRESS, award=award, **changes)
    plan = [
        Instalment(D(amount), date(2025, 6, rank), Condition.DATE) for rank, amount in enumerate(amounts, 1)
    ]
    plan[-1] = plan[-1]._replace(condition=Condition.FINAL_REPORT)
    return actions.schedule(commitment=initiative.commitments.get(), by=world.accounting, instalments=plan)


@pytest.fixture
def demonstration(world):
    """An invented line of 900 $ that promises 400 $, with one instalment that waits."""
    envelope = Envelope.objects.create(
        source=world.source,
        period=world.period,
        name="Démonstration",
        starts_on=world.period.starts_on,
        ends_on=world.period.ends_on,
        is_demo=True,
    )
    line = Allocation.objects.create(
        envelope=envelope, fiscal_year=world.years["2025-2026"], line=Line.REGIONAL, is_demo=True
    )
    given = {"by": world.coordination, "reason": "Démonstration"}
    actions.move_envelope(envelope=envelope, amount=D(1000), **given)
    actions.move_allocation(allocation=line, amount=D(900), **given)
    initiative = world.initiative(State.IN_PROGRESS)
    Initiative.objects.filter(pk=initiative.pk).update(is_demo=True)
    initiative.refresh_from_db()
    promise = world.award(initiative, 400, line).commitment
    plan = [Instalment(D(400), date(2025, 6, 1), Condition.FINAL_REPORT)]
    return actions.schedule(commitment=promise, by=world.coordination, instalments=plan)


@time_machine.travel(AFTER)
def test_page_counts_what_closing_writes_and_leaves_the_demonstration_out(world, demonstration, client_for):
    client = client_for(world.coordination)
    shown = client.get(page_of(world)).context
    assert (shown["missing"], shown["blocked"], shown["leaves_demo"]) == ([], False, True)
    assert dict(shown["facts"]) == {
        "Lignes": "4",
        "Affecté aux lignes": "64\xa0000\xa0$",
        "Engagé": "0\xa0$",
        "Versé": "0\xa0$",
        "Jamais engagé": "64\xa0000\xa0$",
    }
    assert shown["unpaid"] == []
    assert client.post(page_of(world)).status_code == 302
    kept = YearClosing.objects.get()
    assert (kept.allocated, kept.committed, kept.paid) == (64000, 0, 0)
    assert Disbursement.objects.get().is_demo


@time_machine.travel(AFTER)
def test_page_lists_what_was_promised_and_never_paid(world, client_for):
    world.initiative(State.APPROVED, award=500, title="Jamais prévu")
    first, last = planned(world, 3000, 1000, 2000, title="Versé en partie")
    actions.pay(disbursements=[first], by=world.accounting)
    actions.cancel_instalment(disbursement=last, by=world.accounting, reason="Non requis")
    whole, rest = planned(world, 700, 600, 100, title="Versé en entier")
    actions.mark_ready(disbursement=rest, by=world.accounting, reason="Rapport lu")
    actions.pay(disbursements=[whole, rest], by=world.accounting)
    client = client_for(world.coordination)
    response = client.get(page_of(world))
    rows = [
        (str(row.commitment.initiative), row.promised, row.paid, row.amount)
        for row in response.context["unpaid"]
    ]
    assert rows == [("Jamais prévu", 500, 0, 500), ("Versé en partie", 3000, 1000, 2000)]
    assert response.context["unpaid_dollars"] == 2500
    assert "2 engagements, 2\xa0500\xa0$ en tout." in response.content.decode()
    assert client.post(page_of(world)).status_code == 302


@time_machine.travel(AFTER)
def test_page_asks_as_many_queries_for_three_promises_as_for_one(
    world, client_for, django_assert_num_queries, django_assert_max_num_queries
):
    client = client_for(world.coordination)
    client.get(page_of(world))
    planned(world, 100, 40, 60)
    with django_assert_max_num_queries(60) as asked:
        client.get(page_of(world))
    for _more in range(2):
        planned(world, 100, 40, 60)
    with django_assert_num_queries(len(asked)):
        client.get(page_of(world))


@time_machine.travel(AFTER)
@pytest.mark.parametrize("role", ["accounting", "reader"])
def test_page_is_for_those_who_close(world, client_for, role):
    assert client_for(getattr(world, role)).get(page_of(world)).status_code == 403
