"""Files for accounting: their totals are those of the screens, in CSV and XLSX alike."""

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from alliance.lib.dates import today
from funding import actions, ledger
from funding.choices import Condition
from funding.models import Allocation
from funding.rules import Instalment
from initiatives.choices import PartnerRole, State

ADDRESS = "/admin/initiatives/fiscalyear/comptabilite/"


@pytest.fixture
def books(world):
    """10 000 $ promised, 7 000 $ paid of which 500 $ came back, 1 000 $ given back to the line."""
    partners = [(world.moisson, PartnerRole.LEAD, ""), (world.cdc, PartnerRole.FIDUCIARY, "")]
    initiative = world.initiative(State.APPROVED, award=10000, partners=partners, title="=1+1")
    promise = initiative.commitments.get()
    plan = [
        Instalment(Decimal(7000), today(), Condition.DATE),
        Instalment(Decimal(2000), today(), Condition.FINAL_REPORT),
    ]
    first, _last = actions.schedule(commitment=promise, by=world.coordination, instalments=plan)
    actions.pay(disbursements=[first], by=world.accounting, reference="Lot 7", on=today())
    details = {"by": world.accounting, "reason": "Trop versé"}
    actions.recover(disbursement=first, amount=Decimal(500), **details)
    actions.amend(
        initiative=initiative,
        allocation=promise.allocation,
        by=world.accounting,
        amount=Decimal(-1000),
        reason="Moins",
    )
    return world


def rows_of(client, query):
    """Return the rows of the CSV and of the XLSX, each as a list of texts by header."""
    text = client.get(f"{ADDRESS}?{query}&format=csv").content.decode("utf-8-sig")
    in_csv = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    book = load_workbook(io.BytesIO(client.get(f"{ADDRESS}?{query}&format=xlsx").content))
    headers, *rows = book.worksheets[0].iter_rows(values_only=True)
    return in_csv, [dict(zip(headers, row, strict=True)) for row in rows]


def dollars(rows, column):
    return ledger.total(
        Decimal(str(row[column]).replace(",", ".")) for row in rows if row[column] not in ("", None)
    )


def test_movements_add_up_to_the_year_page_in_every_format(books, client_for):
    client = client_for(books.accounting)
    year = books.years["2025-2026"]
    totals = client.get(reverse("admin:initiatives_fiscalyear_money", args=[year.pk])).context["totals"]
    on_screen = dict(client.get(f"{ADDRESS}?exercice=2025-2026").context["found"].totals)
    expected = {"Affecté": totals.allocated, "Engagé": totals.committed, "Versé": totals.paid}
    assert expected == {"Affecté": 64000, "Engagé": 9000, "Versé": 6500}
    assert on_screen == expected
    for rows in rows_of(client, "exercice=2025-2026"):
        assert len(rows) == 8
        assert {name: dollars(rows, name) for name in expected} == expected


def test_instalments_say_who_is_paid_and_where_each_stands(books, client_for):
    in_csv, in_xlsx = rows_of(client_for(books.reader), "contenu=versements")
    shown = [(row["Organisation payée"], row["État"], row["Versé net"], row["Référence"]) for row in in_csv]
    assert shown == [
        ("CDC des Grandes Marées", "Versé", "6500,00", "Lot 7"),
        ("CDC des Grandes Marées", "Retenu faute de rapport", "0,00", ""),
    ]
    assert [row["Initiative"] for row in in_csv] == ["'=1+1"] * 2
    assert [row["Initiative"] for row in in_xlsx] == ["=1+1"] * 2
    assert [dollars(rows, "Montant") for rows in (in_csv, in_xlsx)] == [9000, 9000]


def test_envelopes_have_their_own_content_in_every_format(books, client_for):
    client = client_for(books.accounting)
    change = {"by": books.coordination, "reason": "Avenant", "resolution": "2026-07", "kind": "amendment"}
    actions.move_envelope(envelope=books.envelope, amount=Decimal(-250), **change)
    held = [ledger.envelope_amount(row) for row in (books.envelope, books.other_envelope)]
    assert held == [99750, 5000]
    shown = client.get(f"{ADDRESS}?contenu=enveloppes").context["found"]
    assert dict(shown.totals) == {"Montant": sum(held)}
    for rows in rows_of(client, "contenu=enveloppes"):
        assert [(row["Enveloppe"], row["Type"], row["Résolution"] or "") for row in rows] == [
            ("Entente 2024-2029", "Montant initial", ""),
            ("Développement social 2024-2029", "Montant initial", ""),
            ("Entente 2024-2029", "Avenant", "2026-07"),
        ]
        assert dollars(rows, "Montant") == sum(held)
    day = today().isoformat()
    assert len(rows_of(client, f"contenu=enveloppes&du={day}")[0]) == 1
    refused = client.get(f"{ADDRESS}?contenu=enveloppes&exercice=2025-2026&format=csv")
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["exercice"])


def test_dates_and_year_keep_their_rows_only(books, client_for):
    client = client_for(books.accounting)
    day = today().isoformat()
    counted = {
        query: len(rows_of(client, query)[0])
        for query in ("exercice=2024-2025", "au=2025-04-01", f"du={day}", f"du={day}&au={day}", "exercice=")
    }
    assert counted == {
        "exercice=2024-2025": 0,
        "au=2025-04-01": 4,
        f"du={day}": 4,
        f"du={day}&au={day}": 4,
        "exercice=": 8,
    }


@pytest.mark.parametrize(
    "query", ["exercice=abc", "du=2026-02-30", "du=01/02/2026", "du=2026-02-01&au=2026-01-01", "contenu=x"]
)
def test_bad_answers_are_refused_and_give_no_file(books, client_for, query):
    response = client_for(books.accounting).get(f"{ADDRESS}?{query}&format=csv")
    assert (response.status_code, response.context["found"]) == (422, None)


def test_unknown_format_shows_the_page(books, client_for):
    response = client_for(books.accounting).get(f"{ADDRESS}?format=exe")
    assert response.status_code == 200
    assert Allocation.objects.count() == 4
