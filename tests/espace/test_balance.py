"""What agents read of the money: the balance of their MRCs' lines, the instalments of their initiatives, nothing else."""

from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliance.lib.dates import today
from funding import actions
from funding.choices import Condition
from funding.rules import Instalment
from initiatives.choices import State


def paid_and_held(world, **changes):
    initiative = world.initiative(State.APPROVED, award=1000, **changes)
    plan = [
        Instalment(Decimal(700), today(), Condition.DATE),
        Instalment(Decimal(300), today(), Condition.FINAL_REPORT),
    ]
    first, last = actions.schedule(
        commitment=initiative.commitments.get(), by=world.coordination, instalments=plan
    )
    actions.pay(disbursements=[first], by=world.coordination, reference="Lot 1")
    return last


def temis(world):
    return {
        "territories": [world.territories["temiscouata"]],
        "municipalities": [world.municipalities["13073"]],
        "by": world.agent_temis,
    }


def lines(response):
    return {
        str(balance.allocation.territory): (balance.allocated, balance.committed, balance.paid, balance.left)
        for balance, _meter in response.context["lines"]
    }


def test_agent_reads_the_balance_of_their_own_mrcs_only(world, client_for):
    paid_and_held(world)
    paid_and_held(world, **temis(world))
    response = client_for(world.agent_mitis).get("/espace/")
    assert lines(response) == {
        "La Mitis": (30000, 1000, 700, 29000),
        "La Matapédia": (4000, 0, 0, 4000),
    }
    assert lines(client_for(world.agent_temis).get("/espace/")) == {"Témiscouata": (20000, 1000, 700, 19000)}
    assert lines(client_for(world.committee_mitis).get("/espace/")) == {"La Mitis": (30000, 1000, 700, 29000)}
    assert "3\xa0% engagé" in response.content.decode()


def test_agent_reads_the_instalments_of_their_initiatives_only(world, client_for):
    mine = paid_and_held(world, title="La mienne")
    paid_and_held(world, title="La voisine", **temis(world))
    response = client_for(world.agent_mitis).get("/espace/")
    shown = [
        (str(due.disbursement.commitment.initiative), due.state.label, said)
        for due, said, _tone in response.context["instalments"]["rows"]
    ]
    assert [row[:2] for row in shown] == [("La mienne", "Retenu faute de rapport"), ("La mienne", "Versé")]
    assert "il est retenu jusque-là" in shown[0][2]
    assert shown[1][2].startswith("Versé le ")
    assert "La voisine" not in response.content.decode()
    assert mine.commitment.initiative.title == "La mienne"


def test_staff_reads_money_in_the_admin_not_here(world, client_for):
    paid_and_held(world)
    response = client_for(world.coordination).get("/espace/")
    assert (response.context["lines"], response.context["instalments"]) == ([], None)


def test_as_many_queries_for_three_rows_as_for_one(world, client_for):
    client = client_for(world.agent_mitis)

    def count():
        client.get("/espace/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/espace/")
        return len(queries)

    paid_and_held(world)
    before = count()
    paid_and_held(world)
    paid_and_held(world)
    assert count() == before
