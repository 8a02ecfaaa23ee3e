"""Hours and public money of the contributions, read from files and written in forms."""

from decimal import Decimal

import pytest

from funding.choices import ContributionKind
from funding.models import Contribution
from initiatives.choices import State
from tests.admin.test_files import problems, run, send


def test_contributions_tell_hours_and_public_money(world, client_for):
    number = world.initiative(State.APPROVED).number
    rows = (
        f"{number};Heures de bénévolat;;1 200;non",
        f"{number};Biens et services;;;non",
        f"{number};Argent;500;;oui",
    )
    content = "\n".join(("Initiative;Nature;Montant;Heures;Argent public", *rows))
    run(client_for(world.accounting), "funding_contribution", content)
    told = Contribution.objects.order_by("pk").values_list("amount", "hours", "is_public")
    assert list(told) == [(None, 1200, False), (None, None, False), (Decimal(500), None, True)]


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ("Heures de bénévolat;-3;non", "Heures", "nombre entier"),
        ("Heures de bénévolat;1000001;non", "Heures", "nombre entier"),
        ("Heures de bénévolat;12,5;non", "Heures", "nombre entier"),
        ("Argent;12;non", "", "va avec des heures de bénévolat"),
        ("Argent;;peut-être", "Argent public", "oui ou non"),
        ("Argent;;", "Argent public", "oui ou non"),
    ],
)
def test_contribution_of_wrong_hours_is_refused_whole(world, client_for, cells, column, sentence):
    number = world.initiative(State.APPROVED).number
    good = f"{number};Biens et services;;non"
    content = f"Initiative;Nature;Heures;Argent public\n{good}\n{number};{cells}\n"
    (found,) = problems(send(client_for(world.accounting), "funding_contribution", content))
    assert (found[0], found[1]) == (3, column)
    assert sentence in found[2]
    assert Contribution.objects.count() == 0


def test_form_tells_hours_and_public_money(world, client_for):
    client = client_for(world.accounting)
    data = {
        "initiative": world.initiative().pk,
        "kind": ContributionKind.HOURS,
        "hours": "40",
        "is_public": "on",
    }
    assert client.post("/admin/funding/contribution/add/", data).status_code == 302
    row = Contribution.objects.get()
    assert (row.hours, row.is_public, row.amount) == (40, True, None)


@pytest.mark.parametrize(
    ("kind", "hours", "sentence"),
    [
        (ContributionKind.CASH, "40", "va avec des heures de bénévolat"),
        (ContributionKind.HOURS, "1000001", "1\xa0000\xa0000"),
        (ContributionKind.HOURS, "-1", "0"),
        (ContributionKind.HOURS, "12,5", "entier"),
    ],
)
def test_form_refuses_hours_that_cannot_be(world, client_for, kind, hours, sentence):
    client = client_for(world.accounting)
    data = {"initiative": world.initiative().pk, "kind": kind, "hours": hours}
    answer = client.post("/admin/funding/contribution/add/", data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert answer.context["adminform"].form["hours"].value() == hours
    assert Contribution.objects.count() == 0
