"""The money of a fiscal year on one page, and decisions about its lines: said before they are taken."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliance.lib.dates import today
from funding import actions, ledger
from funding.choices import Condition, Line
from funding.models import Allocation, AllocationMovement, CommitmentMovement, Limits
from funding.rules import Instalment
from initiatives.choices import Scope, State
from tests.admin.deciding import decide, review

MITIS = "La Mitis · 2025-2026"


def money(year):
    return reverse("admin:initiatives_fiscalyear_money", args=[year.pk])


def line_page(line, name):
    return reverse(f"admin:funding_allocation_{name}", args=[line.pk])


def file_page(initiative, name, *args):
    return reverse(f"admin:initiatives_initiative_{name}", args=[initiative.pk, *args])


def answers(**changes):
    return {"reason": "Décision", "resolution": "2026-07", "token": str(uuid4())} | changes


def close(world, label="2025-2026"):
    year = world.years[label]
    year.closed_at, year.closed_by = "2026-04-01T12:00Z", world.administration
    year.save()
    return year


def year_with_payments(world):
    initiative = world.initiative(State.APPROVED, award=10000)
    plan = [
        Instalment(Decimal(7500), today(), Condition.DATE),
        Instalment(Decimal(2500), today(), Condition.FINAL_REPORT),
    ]
    return actions.schedule(commitment=initiative.commitments.get(), by=world.coordination, instalments=plan)


def test_year_page_says_lines_totals_and_what_waits(world, client_for):
    first, _last = year_with_payments(world)
    world.initiative(State.APPROVED, title="Retenue sans argent")
    response = client_for(world.reader).get(money(world.years["2025-2026"]))
    context = response.context
    rows = {
        str(row["line"].line_name): (row["balance"].allocated, row["balance"].committed, row["balance"].paid)
        for group in context["groups"]
        for row in group.rows
    }
    assert rows == {
        "La Mitis": (30000, 10000, 0),
        "Témiscouata": (20000, 0, 0),
        "Projets régionaux": (10000, 0, 0),
        "La Matapédia": (4000, 0, 0),
    }
    assert (context["totals"].allocated, context["totals"].left) == (64000, 54000)
    assert [group.total.allocated for group in context["groups"]] == [4000, 60000]
    assert [row.due.disbursement for row in context["waits"].payable] == [first]
    assert [row.due.amount for row in context["waits"].held] == [2500]
    assert [str(row) for row in context["without_amount"]] == ["Retenue sans argent"]
    assert str(context["waits"].payable[0].payee) == "Moisson Mitis"


def test_year_page_offers_no_decision_to_who_only_reads(world, client_for):
    year_with_payments(world)
    year = world.years["2025-2026"]
    words = ("Transférer</a>", ">Verser</a>", "Accorder un montant")
    seen = {
        role: [word in client_for(getattr(world, role)).get(money(year)).content.decode() for word in words]
        for role in ("reader", "accounting")
    }
    assert seen == {"reader": [False] * 3, "accounting": [True, True, False]}


def test_closed_year_offers_corrections_only(world, client_for):
    year = close(world)
    text = client_for(world.coordination).get(money(year)).content.decode()
    assert [
        word in text for word in ("Corriger</a>", "Transférer</a>", "Modifier</a>", "Fermer l’exercice</a>")
    ] == [
        True,
        False,
        False,
        False,
    ]


def test_money_pages_ask_as_many_queries_for_three_rows_as_for_one(world, grow, client_for):
    client = client_for(world.coordination)
    year = world.years["2025-2026"]
    initiative = year_with_payments(world)[0].commitment.initiative
    accounting = reverse("admin:initiatives_fiscalyear_accounting")
    addresses = [
        money(year),
        reverse("admin:initiatives_fiscalyear_pay", args=[year.pk]),
        "/admin/",
        accounting,
        f"{accounting}?contenu=versements",
        f"{accounting}?contenu=enveloppes",
        file_page(initiative, "change"),
    ]
    grow(1)

    def counts():
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
        return found

    before = counts()
    grow(2)
    world.award(initiative, 1000, world.lines[Line.REGIONAL])
    promise = initiative.commitments.get(allocation=world.lines[Line.REGIONAL])
    for condition in (Condition.PROGRESS_REPORT, Condition.FINAL_REPORT):
        half = Instalment(Decimal(500), today(), condition)
        actions.schedule(commitment=promise, by=world.coordination, instalments=[half])
    assert counts() == before
    assert len(before) == 7


# A decision in two steps -----------------------------------------------------------------------------------


def test_award_says_what_is_left_before_anything_is_written(world, client_for):
    initiative = world.initiative(State.APPROVED)
    client = client_for(world.coordination)
    data = answers(line=world.lines["la-mitis"].pk, amount="12 500,50")
    said = review(client, file_page(initiative, "award"), data)
    assert said.sentences == [
        f"Après cette décision, il restera 17\xa0499,50\xa0$ dans la ligne {MITIS}.",
        "L’initiative aura 12\xa0500,50\xa0$ en tout, toutes lignes réunies.",
    ]
    assert CommitmentMovement.objects.count() == 0
    assert decide(client, file_page(initiative, "award"), data).status_code == 302
    assert ledger.allocation_committed(world.lines["la-mitis"]) == Decimal("12500.50")


def test_award_over_the_programme_limits_warns_and_goes_on(world, client_for):
    Limits.objects.create(source=world.source, period=world.period, max_amount=Decimal(1000))
    initiative = world.initiative(State.APPROVED)
    client = client_for(world.coordination)
    data = answers(line=world.lines["la-mitis"].pk, amount="1 500")
    said = review(client, file_page(initiative, "award"), data)
    assert len(said.warnings) == 1
    assert "au plus 1\xa0000\xa0$" in said.warnings[0]
    assert decide(client, file_page(initiative, "award"), data).status_code == 302


def test_review_keeps_every_answer_and_leads_back_to_the_form(world, client_for):
    initiative = world.initiative(State.APPROVED)
    client = client_for(world.coordination)
    data = answers(line=world.lines["la-mitis"].pk, amount="500", reason="Raison à garder", on="2026-01-15")
    shown = client.post(file_page(initiative, "award"), data)
    typed = dict(shown.context["typed"])
    assert typed == {name: str(value) for name, value in data.items()}
    back = client.post(file_page(initiative, "award"), typed | {"etape": "modifier"})
    assert back.status_code == 200
    assert 'value="Raison à garder"' in back.content.decode()
    assert CommitmentMovement.objects.count() == 0


def test_confirmation_of_what_was_not_read_shows_it_instead(world, client_for):
    """Somebody takes 20 000 $ of the line between the review and its confirmation."""
    initiative = world.initiative(State.APPROVED)
    client = client_for(world.coordination)
    data = answers(line=world.lines["la-mitis"].pk, amount="500")
    seal = client.post(file_page(initiative, "award"), data).context["seal"]
    world.initiative(State.APPROVED, award=20000)
    response = client.post(file_page(initiative, "award"), data | {"etape": "confirmer", "vu": seal})
    assert response.status_code == 409
    assert "La situation a changé depuis votre vérification" in response.content.decode()
    assert CommitmentMovement.objects.filter(commitment__initiative=initiative).count() == 0


@pytest.mark.parametrize("amount", ["1,234", "NaN", "1e5", "10,999", "", "0", "9" * 14])
def test_bad_amount_is_refused_beside_the_field_and_writes_nothing(world, client_for, amount):
    initiative = world.initiative(State.APPROVED)
    line = world.lines["la-mitis"]
    pages = [
        (file_page(initiative, "award"), {"line": line.pk}),
        (line_page(line, "transfer"), {"target": world.lines["temiscouata"].pk}),
        (line_page(line, "movement"), {"kind": "amendment"}),
    ]
    before = (AllocationMovement.objects.count(), CommitmentMovement.objects.count())
    client = client_for(world.coordination)
    for page, more in pages:
        response = client.post(page, answers(amount=amount, **more))
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["amount"]
    assert (AllocationMovement.objects.count(), CommitmentMovement.objects.count()) == before


# Lines -----------------------------------------------------------------------------------------------------


def test_transfer_moves_once_between_two_lines(world, client_for):
    source, target = world.lines["la-mitis"], world.lines["temiscouata"]
    client = client_for(world.accounting)
    data = answers(target=target.pk, amount="4 000")
    said = review(client, line_page(source, "transfer"), data)
    assert said.sentences == [
        f"Après cette décision, il restera 26\xa0000\xa0$ dans la ligne {MITIS}.",
        "Après cette décision, il restera 24\xa0000\xa0$ dans la ligne Témiscouata · 2025-2026.",
    ]
    for _click in range(2):
        response = decide(client, line_page(source, "transfer"), data)
        assert (response.status_code, response.url) == (302, money(source.fiscal_year))
    assert [ledger.allocation_amount(line) for line in (source, target)] == [26000, 24000]
    over = client.post(line_page(source, "transfer"), answers(target=target.pk, amount="26 000,01"))
    assert list(over.context["form"].errors) == ["amount"]
    no_number = client.post(
        line_page(source, "transfer"), answers(target=target.pk, amount="1", resolution=" ")
    )
    assert list(no_number.context["form"].errors) == ["resolution"]


def test_carry_over_goes_to_the_same_line_of_a_later_year(world, client_for):
    source = world.lines["la-mitis"]
    client = client_for(world.coordination)
    nowhere = client.get(line_page(source, "carry_over"))
    assert nowhere.context["blocked"] is True
    later = Allocation.objects.create(
        envelope=world.envelope,
        fiscal_year=world.years["2026-2027"],
        line=Line.TERRITORY,
        territory=world.territories["la-mitis"],
    )
    page = client.get(line_page(source, "carry_over"))
    assert page.context["form"].initial["amount"] == Decimal(30000)
    data = answers(target=later.pk, amount="30 000")
    assert decide(client, line_page(source, "carry_over"), data).status_code == 302
    assert [ledger.allocation_amount(line) for line in (source, later)] == [0, 30000]


def test_carry_over_of_administration_is_counted_once_against_its_ceiling(world, client_for):
    Limits.objects.create(source=world.source, period=world.period, admin_ceiling=Decimal(10))
    source, target = (
        Allocation.objects.create(
            envelope=world.envelope, fiscal_year=world.years[label], line=Line.ADMINISTRATION
        )
        for label in ("2025-2026", "2026-2027")
    )
    gift = {"allocation": source, "by": world.coordination, "reason": "Gestion"}
    actions.move_allocation(amount=Decimal(8000), **gift)
    client = client_for(world.coordination)
    data = answers(target=target.pk, amount="8 000")
    assert review(client, line_page(source, "carry_over"), data).warnings == []
    more = answers(amount="8 000", kind="amendment")
    assert len(review(client, line_page(source, "movement"), more).warnings) == 1


def test_correction_is_for_a_closed_year_only(world, client_for):
    initiative = world.initiative(State.APPROVED, award=1000)
    line, promise = world.lines["la-mitis"], initiative.commitments.get()
    pages = [line_page(line, "adjust"), file_page(initiative, "adjust", promise.pk)]
    client = client_for(world.coordination)
    for page in pages:
        refused = client.post(page, answers(amount="-100"))
        assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["amount"])
    close(world)
    for page in reversed(pages):
        assert decide(client, page, answers(amount="-100")).status_code == 302
    assert [ledger.commitment_amount(promise), ledger.allocation_amount(line)] == [900, 29900]
    assert client.post(line_page(line, "movement"), answers(amount="5", kind="amendment")).status_code == 422


def test_year_with_something_to_pay_says_why_it_does_not_close(world, client_for):
    year_with_payments(world)
    year = world.years["2025-2026"]
    page = client_for(world.coordination).get(reverse("admin:initiatives_fiscalyear_close", args=[year.pk]))
    assert page.context["missing"] == [
        "L’exercice 2025-2026 ne se ferme pas encore\xa0: 2 versements ne sont ni payés ni annulés."
    ]


# Doors -----------------------------------------------------------------------------------------------------


def addresses(world, pk):
    names = [f"initiatives_fiscalyear_{name}" for name in ("money", "pay", "close")]
    names += [f"funding_allocation_{name}" for name in ("movement", "transfer", "carry_over", "adjust")]
    one = [reverse(f"admin:{name}", args=[pk]) for name in names]
    initiative = world.initiative(State.APPROVED)
    two = ("amend", "release", "adjust", "schedule", "ready", "cancel_instalment", "recover")
    return one + [file_page(initiative, name, pk) for name in two]


@pytest.mark.parametrize("pk", [999999, 2**63, 10**30])
def test_unknown_things_are_not_found_whatever_the_number(world, client_for, pk):
    client = client_for(world.administration)
    pages = addresses(world, pk)
    assert [client.get(page).status_code for page in pages] == [404] * 14
    assert [client.post(page, answers(amount="5")).status_code for page in pages] == [404] * 14
    assert client.get("/admin/initiatives/fiscalyear/abc/argent/", follow=True).status_code in (200, 404)


def test_nobody_else_reaches_the_money(world, client_for):
    first, _last = year_with_payments(world)
    promise = first.commitment
    line, year = promise.allocation, world.years["2025-2026"]
    pages = [reverse(f"admin:initiatives_fiscalyear_{name}", args=[year.pk]) for name in ("money", "pay")]
    pages += [line_page(line, name) for name in ("transfer", "carry_over", "adjust")]
    pages += [file_page(promise.initiative, name, promise.pk) for name in ("schedule", "adjust")]
    pages += [
        file_page(promise.initiative, name, first.pk) for name in ("ready", "cancel_instalment", "recover")
    ]
    pages += [reverse("admin:initiatives_fiscalyear_accounting"), reverse("admin:check_ledger")]
    for person in (world.agent_mitis, world.committee_mitis):
        client = client_for(person)
        assert [client.get(page, follow=True).status_code for page in pages] == [403] * 12
        assert [client.post(page, answers(), follow=True).status_code for page in pages] == [403] * 12
    reader = client_for(world.reader)
    posts = [reader.post(page, answers(amount="1")).status_code for page in pages]
    assert posts == [200, *[403] * 9, 200, 403]


def test_confirmation_without_the_warning_is_asked_again(world, client_for):
    """A limit set between the check and the confirmation is read before anything is written."""
    initiative = world.initiative(State.APPROVED)
    client, line = client_for(world.coordination), world.lines["la-mitis"]
    data = {"line": line.pk, "amount": "500", "reason": "Décision", "token": str(uuid4())}
    address = file_page(initiative, "award")
    seal = client.post(address, data).context["seal"]
    Limits.objects.create(source=world.source, period=world.period, max_amount=100)
    response = client.post(address, data | {"etape": "confirmer", "vu": seal})
    assert response.status_code == 409
    assert "au plus 100\xa0$" in response.content.decode()
    assert CommitmentMovement.objects.count() == 0
    again = client.post(address, data | {"etape": "confirmer", "vu": response.context["seal"]})
    assert again.status_code == 302


def test_award_from_another_line_meanwhile_is_read_before_confirming(world, client_for):
    two = [world.territories["la-mitis"], world.territories["temiscouata"]]
    initiative = world.initiative(State.APPROVED, scope=Scope.SUPRALOCAL, territories=two)
    client, address = client_for(world.coordination), file_page(initiative, "award")
    data = {"line": world.lines["la-mitis"].pk, "amount": "500", "reason": "Décision", "token": str(uuid4())}
    checked = client.post(address, data).context
    assert "L’initiative aura 500\xa0$ en tout, toutes lignes réunies." in checked["review"].sentences
    world.award(initiative, "70", world.lines["temiscouata"])
    response = client.post(address, data | {"etape": "confirmer", "vu": checked["seal"]})
    assert response.status_code == 409
    assert "570\xa0$ en tout" in response.content.decode()


def test_answer_changed_after_the_check_is_checked_again(world, client_for):
    initiative = world.initiative(State.APPROVED)
    client, address = client_for(world.coordination), file_page(initiative, "award")
    data = {"line": world.lines["la-mitis"].pk, "amount": "5", "reason": "Décision", "token": str(uuid4())}
    seal = client.post(address, data).context["seal"]
    changed = data | {"reason": "Autre raison", "etape": "confirmer", "vu": seal}
    assert client.post(address, changed).status_code == 409
    assert CommitmentMovement.objects.count() == 0


def test_form_without_its_token_says_so(world, client_for):
    initiative = world.initiative(State.APPROVED)
    data = {"line": world.lines["la-mitis"].pk, "amount": "5", "reason": "Décision", "token": "x"}
    response = client_for(world.coordination).post(file_page(initiative, "award"), data)
    assert response.status_code == 422
    assert "n’a pas pu être lu en entier" in response.content.decode()


@pytest.mark.parametrize(
    ("written", "kept"), [("50,5", "50.50"), ("33,33 %", "33.33"), ("100", "100.00"), ("", None)]
)
def test_share_of_a_programme_is_written_as_people_write_it(world, client_for, written, kept):
    data = {"source": world.source.pk, "period": world.period.pk, "max_fqis_share": written}
    assert client_for(world.coordination).post("/admin/funding/limits/add/", data).status_code == 302
    limits = Limits.objects.get()
    assert limits.max_fqis_share == (None if kept is None else Decimal(kept))


@pytest.mark.parametrize("written", ["٣", "1e1", "1_0", "0,333", "-1", "101", "5 $", "NaN"])
def test_share_that_cannot_be_read_is_refused_with_how_to_write_it(world, client_for, written):
    data = {"source": world.source.pk, "period": world.period.pk, "max_fqis_share": written}
    response = client_for(world.coordination).post("/admin/funding/limits/add/", data)
    assert response.status_code in (200, 422)
    assert "Inscrivez une part de 0 à 100\xa0%" in response.content.decode()
    assert Limits.objects.count() == 0
