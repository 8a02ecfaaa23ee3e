"""`check_ledger`: sound books pass; each rule is broken once with plain SQL, the guards lifted, and it alone says so."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from alliance.portal import guards
from funding import actions, audit
from funding.choices import Line
from funding.models import Allocation, LedgerCheck
from funding.sql import TABLES
from initiatives.choices import State
from tests.funding import raw

LATER = datetime(2030, 1, 1, tzinfo=UTC)
WITHOUT_CHECKS = {
    "sqlite": lambda _table: [
        "PRAGMA ignore_check_constraints = ON",
        "DROP INDEX IF EXISTS funding_disbursementmovement_settled_once",
    ],
    "postgresql": lambda tables: [
        "DROP INDEX IF EXISTS funding_disbursementmovement_settled_once",
        *(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"' for table, name in tables),
    ],
}


@pytest.fixture
def books(world):
    """The universe with a promise and its schedule; nothing in the database guards it any more."""
    world.promise = world.initiative(State.APPROVED, award="1000").commitments.get()
    assert audit.failures() == []
    guards.lift_money()
    guards.lift_append_only()
    with connection.cursor() as cursor:
        for statement in WITHOUT_CHECKS[connection.vendor](_checks()):
            cursor.execute(statement)
    yield world
    if connection.vendor == "sqlite":
        raw.execute("PRAGMA ignore_check_constraints = OFF")


def _checks():
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        found = []
        for table in TABLES.values():
            if table.startswith("funding_"):
                constraints = connection.introspection.get_constraints(cursor, table)
                found += [(table, name) for name, about in constraints.items() if about["check"]]
    return found


def move(world, table, amount, **values):
    parents = {
        "envelope_move": {"envelope_id": world.envelope.pk, "kind": "amendment"},
        "line_move": {"allocation_id": world.lines["la-mitis"].pk, "kind": "amendment"},
        "promise_move": {"commitment_id": world.promise.pk, "kind": "amendment"},
        "instalment_move": {"kind": "paid"},
    }
    return raw.movement(table, world.coordination, amount=amount, **(parents[table] | values))


def instalment(world, amount=100, **values):
    return raw.instalment(world.promise, amount, **values)


def settle(world, row, amount, **values):
    return move(world, "instalment_move", amount, disbursement_id=row, **values)


def state(world, state):
    raw.execute(
        f'UPDATE "{TABLES["initiative"]}" SET state = %s WHERE id = %s', state, world.promise.initiative_id  # noqa: S608
    )  # fmt: skip


def paid_twice(world):
    row = instalment(world)
    settle(world, row, 100)
    settle(world, row, -100, kind="cancelled")


def recover_too_much(world):
    row = instalment(world)
    settle(world, row, 100)
    settle(world, row, -101, kind="recovered")


def pay_without_report(world):
    settle(world, instalment(world, condition="final"), 100)


def report(world, kind, due_on):
    raw.insert(
        "report", initiative_id=world.promise.initiative_id, kind=kind, due_on=due_on, received_on=due_on,
        results="", approved_at=LATER, approved_by_id=world.coordination.pk, story="", story_consent=False,
        is_demo=False, **raw.SILENT,
    )  # fmt: skip


def pay_second_progress(world):
    """One progress report releases the first of two; the one planned afterwards, for an earlier day, changes nothing."""
    report(world, "progress", date(2025, 5, 1))
    for rank in (1, 2):
        settle(world, instalment(world, rank=rank, condition="progress"), 100)
    instalment(world, rank=3, condition="final", due_on=date(2026, 3, 1))


def pay_before_its_day(world):
    settle(world, instalment(world, due_on=date(2025, 6, 2)), 100)


def pay_before_signature(world):
    settle(world, instalment(world, condition="agreement"), 100)


def two_without_final(world):
    for rank in (1, 2):
        settle(world, instalment(world, rank=rank), 100)


def whole_without_final(world):
    """The final instalment given up, and the whole promise planned without it."""
    instalment(world, 400)
    settle(world, instalment(world, 600, rank=2, condition="final"), -600, kind="cancelled")
    instalment(world, 600, rank=3)


def other_territory(world):
    world.promise.initiative.territories.set([world.territories["temiscouata"]])


def other_year(world):
    world.promise.initiative.fiscal_years.set([world.years["2026-2027"]])


def pay_without_promise(world):
    """Money that left on an instalment that is also cancelled: the schedule has room, the promise has not."""
    row = instalment(world, 600)
    settle(world, row, 600)
    other = instalment(world, 600, rank=2)
    settle(world, other, 600)
    settle(world, other, -600, kind="cancelled")


def uneven_pair(world):
    one, other = uuid4(), uuid4()
    said = {"kind": "transfer", "resolution": "2025-01"}
    move(world, "line_move", -100, pair_key=one, counterpart_id=other, **said)
    line = world.lines["temiscouata"].pk
    move(world, "line_move", 99, allocation_id=line, pair_key=other, counterpart_id=one, **said)


def administration(world):
    line = Allocation.objects.create(
        envelope=world.envelope, fiscal_year=world.years["2025-2026"], line=Line.ADMINISTRATION
    )
    move(world, "line_move", 100, allocation_id=line.pk)
    promise = raw.insert(
        "promise", allocation_id=line.pk, initiative_id=world.promise.initiative_id, is_demo=False
    )
    move(world, "promise_move", 50, commitment_id=promise)


def given_up_waiting(world):
    """An instalment left on a promise that was emptied."""
    instalment(world, 100)
    settle(world, instalment(world, 1, rank=2, condition="final"), 1, kind="ready")
    settle(world, world.promise.disbursements.get(rank=2).pk, 1)
    state(world, "cancelled")


def close(world):
    return actions.close_year(year=world.years["2025-2026"], by=world.coordination)


def money_after_closing(world):
    """A movement slipped in with yesterday's date: only the sums of the closing can tell."""
    close(world)
    move(world, "line_move", 10, created_at=datetime(2026, 1, 1, tzinfo=UTC))


def year_without_closing(world):
    year = world.years["2025-2026"]
    year.closed_at, year.closed_by = LATER, world.coordination
    year.save()


def waiting_in_closed_year(world):
    close(world)
    instalment(world)


def moves_in_closed_year(world):
    """Two movements after the closing, whose sum is nothing."""
    close(world)
    for amount in (10, -10):
        move(world, "line_move", amount, created_at=LATER)


def one_form_twice(world):
    token = uuid4()
    move(world, "line_move", 1, entry_token=token)
    move(world, "envelope_move", 1, entry_token=token)


def contribution(world, **values):
    gift = {"kind": "cash", "is_public": False, "is_confirmed": True, "note": "", "is_demo": False}
    raw.insert("contribution", initiative_id=world.promise.initiative_id, **(gift | values))


# Code of the rule → how it is broken, and a part of the sentence.
BROKEN = {
    "envelope": (
        lambda w: move(w, "envelope_move", -40001),
        "L’enveloppe «\xa0Entente 2024-2029\xa0» est de 59\xa0999\xa0$ et ses lignes en prennent 60\xa0000\xa0$.",
    ),
    "line": (
        lambda w: move(w, "line_move", "-29000.01"),
        "La ligne «\xa0La Mitis · 2025-2026\xa0» est de 999,99\xa0$ et promet 1\xa0000\xa0$.",
    ),
    "promise": (
        lambda w: move(w, "promise_move", -1001),
        "sur «\xa0La Mitis · 2025-2026\xa0» est de −1\xa0$.",
    ),
    "schedule": (
        lambda w: instalment(w, 1001, condition="final"),
        "est de 1\xa0000\xa0$ et ses versements en prennent 1\xa0001\xa0$.",
    ),
    "paid": (pay_without_promise, "est de 1\xa0000\xa0$ et 1\xa0200\xa0$ sont versés."),
    "whole-instalment": (
        lambda w: settle(w, instalment(w), 99),
        "est de 100\xa0$ et son mouvement est de 99\xa0$.",
    ),
    "recovered": (recover_too_much, "il resterait −1\xa0$ après ce qui est récupéré."),
    "settled-once": (paid_twice, "est payé ou annulé 2 fois."),
    "report-first": (pay_without_report, "est payé sans rapport approuvé ni dérogation."),
    "condition-first": (pay_before_its_day, "est payé avant sa date ou sa condition."),
    "final-last": (two_without_final, "sur «\xa0La Mitis · 2025-2026\xa0» n’attend pas le rapport final."),
    "amounts": (lambda w: move(w, "line_move", 0), "a un montant de 0"),
    "signs": (
        lambda w: move(w, "promise_move", 5, kind="release"),
        "est de 5\xa0$, de signe contraire à son type.",
    ),
    "reasons": (lambda w: move(w, "line_move", 5, reason=" "), "n’a pas de raison ou de résolution."),
    "pairs": (uneven_pair, "n’a pas son mouvement opposé."),
    "retained": (lambda w: state(w, "submitted"), "n’est pas retenue et"),
    "given-up": (lambda w: state(w, "cancelled"), "n’a plus lieu et garde 1\xa0000\xa0$ non versés"),
    "given-up-waiting": (given_up_waiting, "n’a pas lieu et son versement 1 de 100\xa0$ attend."),
    "administration": (administration, "La ligne «\xa0Administration · 2025-2026\xa0» promet 50\xa0$"),
    "payer": (other_territory, "qui n’est pas de sa MRC ou de son exercice."),
    "closing": (money_after_closing, "affecté 64\xa0010\xa0$ (à la fermeture, 64\xa0000\xa0$)"),
    "closing-there": (year_without_closing, "L’exercice 2025-2026 et sa fermeture ne concordent pas."),
    "closed-waiting": (waiting_in_closed_year, "attend dans l’exercice fermé 2025-2026."),
    "closed-moves": (moves_in_closed_year, "ne convient pas à l’exercice 2025-2026"),
    "demonstration": (
        lambda w: move(w, "line_move", 5, is_demo=True),
        "De l’argent de démonstration et de l’argent réel se mêlent\xa0: mouvement de ligne nº",
    ),
    "tokens": (one_form_twice, "a écrit 2 fois."),
    "contributions": (lambda w: contribution(w, amount=-5), "hors des bornes."),
}
ALSO = {  # what necessarily breaks with it
    "given-up-waiting": {"given-up"},
    "settled-once": set(),
    "paid": {"settled-once"},
}


def test_every_rule_is_broken_once():
    assert [rule.code for rule in audit.RULES] == list(BROKEN)
    assert len(BROKEN) == 27


@pytest.mark.parametrize("code", BROKEN)
def test_broken_rule_alone_is_told(books, code):
    damage, said = BROKEN[code]
    damage(books)
    found = {rule.code: sentences for rule, sentences in audit.run() if sentences}
    assert set(found) == {code} | ALSO.get(code, set())
    assert said in found[code][0]


OTHER_WAYS = [
    (pay_second_progress, "report-first"),
    (pay_before_signature, "condition-first"),
    (whole_without_final, "final-last"),
    (other_year, "payer"),
]


@pytest.mark.parametrize(("damage", "code"), OTHER_WAYS)
def test_rule_broken_another_way_is_told_once(books, damage, code):
    damage(books)
    found = {rule.code: len(sentences) for rule, sentences in audit.run() if sentences}
    assert found == {code: 1}


def test_progress_instalment_planned_later_for_an_earlier_day_takes_no_report_away(books):
    report(books, "progress", date(2025, 5, 1))
    settle(books, instalment(books, condition="progress"), 100)
    instalment(books, rank=2, condition="progress", due_on=date(2025, 5, 1))
    instalment(books, rank=3, condition="final", due_on=date(2026, 3, 1))
    assert audit.failures() == []


def test_regional_line_and_initiative_without_years_are_sound(books):
    initiative = books.promise.initiative
    books.award(initiative, "10", line=books.lines[Line.REGIONAL])
    initiative.fiscal_years.clear()
    assert audit.failures() == []


def test_demonstration_waiting_in_a_closed_year_is_not_told(books):
    """It goes with the demonstration: closing a year counts real instalments only."""
    row = instalment(books)
    state(books, "cancelled")
    for table in (
        "instalment",
        "promise",
        "initiative",
        "line",
        "envelope",
        "promise_move",
        "line_move",
        "envelope_move",
    ):
        raw.execute(f'UPDATE "{TABLES[table]}" SET is_demo = %s', True)  # noqa: S608
    assert "given-up-waiting" in {rule.code for rule, sentences in audit.run() if sentences}
    close(books)
    assert (row > 0, audit.failures()) == (True, [])


CONTRIBUTIONS = [
    {"amount": "10000000000"},
    {"kind": "cash", "hours": 5},
    {"kind": "hours", "hours": 1_000_001},
    {"kind": "prière"},
]


@pytest.mark.parametrize("values", CONTRIBUTIONS)
def test_contribution_out_of_bounds_is_told(books, values):
    if connection.vendor == "postgresql" and "amount" in values:
        pytest.skip("the column itself holds ten digits before the cents")
    contribution(books, **values)
    assert [rule.code for rule, sentences in audit.run() if sentences] == ["contributions"]


@pytest.mark.parametrize("amount", ["1.001", "0.00001", "texte"])
def test_amount_that_is_no_number_of_cents_is_told(books, amount):
    if connection.vendor == "postgresql":
        pytest.skip("the column itself is a number with two decimals")
    move(books, "line_move", amount)
    assert "amounts" in [rule.code for rule, sentences in audit.run() if sentences]


def test_unknown_amount_of_a_contribution_is_sound(books):
    contribution(books, amount=None)
    contribution(books, kind="hours", hours=12)
    assert audit.failures() == []


# The command ------------------------------------------------------------------------------------------------


def test_command_fails_with_a_sentence_and_records_it(books):
    move(books, "envelope_move", -40001)
    with pytest.raises(CommandError, match="L’enveloppe") as failure:
        call_command("check_ledger")
    (check,) = LedgerCheck.objects.all()
    assert check.failures == [str(failure.value)]
    assert failure.value.returncode == 1


def test_many_rows_of_one_rule_are_counted(books):
    for _row in range(25):
        move(books, "line_move", 0)
    sentences = audit.failures()
    assert len(sentences) == 21
    assert sentences[-1].endswith("\xa0: 5 autres.")
