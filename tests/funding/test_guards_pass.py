"""What the database's rules of money must let through, and the tables that nothing empties or rewrites."""
# ruff: noqa: S608 - our own tables

from datetime import date
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from alliance.lib import triggers
from alliance.portal import guards
from alliance.portal.models import BilanVersion
from funding import actions, audit
from funding.choices import Line
from funding.models import (
    Allocation,
    AllocationMovement,
    CommitmentMovement,
    Contribution,
    Disbursement,
    Envelope,
    EnvelopeMovement,
    FundingSource,
    YearClosing,
)
from funding.sql import TABLES
from initiatives.actions import note_internally, say, submit
from initiatives.choices import State
from tests.funding import raw
from tests.funding.test_guards_money import (
    close,
    contribution,
    on_envelope,
    on_instalment,
    on_line,
    on_promise,
    paid,
    pair,
    promise,
    report,
)


def test_amounts_to_the_last_cent_are_accepted_by_plain_sql(world):
    """A tenth and two tenths of a dollar, a thousand times: sums of cents, never of floating-point numbers."""
    on_envelope(world, "-39999.70")()
    for amount in ("0.10", "0.20"):
        on_line(world, amount)()
    with pytest.raises(IntegrityError), transaction.atomic():
        on_line(world, "0.01")()
    commitment = promise(world, "0.30")
    raw.instalment(commitment, "0.10", rank=1)
    raw.instalment(commitment, "0.20", rank=2, condition="final")
    with pytest.raises(IntegrityError), transaction.atomic():
        raw.instalment(commitment, "0.01", rank=3)


def test_both_halves_of_a_pair_are_accepted_in_either_order(world):
    for first in (-100, 100):
        pair(world, first=first)()
    assert AllocationMovement.objects.filter(kind="transfer").count() == 4


def test_third_movement_never_joins_a_pair(world):
    pair(world)()
    first = AllocationMovement.objects.filter(kind="transfer").earliest("pk")
    third = on_line(
        world, 100, kind="transfer", resolution="x", allocation_id=world.lines["temiscouata"].pk,
        pair_key=uuid4(), counterpart_id=first.pair_key,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="s’annulent"), transaction.atomic():
        third()


def test_closed_year_takes_adjustments_and_recoveries(world):
    commitment = promise(world)
    instalment = paid(world, commitment)
    close(world)
    on_line(world, 5, kind="adjustment")()
    on_promise(world, commitment, 5, kind="adjustment")()
    on_instalment(world, instalment, -400, kind="recovered")()
    with pytest.raises(IntegrityError), transaction.atomic():
        on_instalment(world, instalment, "-0.01", kind="recovered")()


def test_cancelled_instalment_gives_its_dollars_back_to_the_schedule(world):
    commitment = promise(world)
    first = raw.instalment(commitment, 1000, condition="final")
    on_instalment(world, first, -1000, kind="cancelled")()
    raw.instalment(commitment, 1000, rank=2, condition="final")
    with pytest.raises(IntegrityError), transaction.atomic():
        raw.instalment(commitment, 1, rank=3)


def test_instalment_is_never_paid_after_being_cancelled(world):
    first = raw.instalment(promise(world), 100)
    on_instalment(world, first, -100, kind="cancelled")()
    with pytest.raises(IntegrityError), transaction.atomic():
        on_instalment(world, first, 100)()


@pytest.mark.parametrize("name", ["line_move", "promise", "promise_move", "instalment", "instalment_move"])
def test_row_of_the_books_never_changes_and_only_the_demonstration_is_erased(world, name):
    commitment = promise(world)
    paid(world, commitment)
    table = TABLES[name]
    for statement in (f'UPDATE "{table}" SET is_demo = %s', f'DELETE FROM "{table}" WHERE is_demo <> %s'):
        with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
            raw.execute(statement, True)


def test_guards_agree_with_the_actions_from_award_to_recovery(world):
    """The whole life of a promise through the actions meets no guard."""
    commitment = promise(world, "3000")
    raw.instalment(commitment, 1000, condition="agreement")
    (due,) = Disbursement.objects.all()
    actions.mark_ready(disbursement=due, by=world.accounting, reason="Entente signée")
    actions.pay(disbursements=[due], by=world.accounting, on=date(2025, 9, 1))
    actions.recover(disbursement=due, by=world.accounting, amount=100, reason="Trop versé")
    actions.release(commitment=commitment, by=world.coordination, reason="Fin")
    assert [row.amount for row in CommitmentMovement.objects.order_by("pk")] == [3000, -2100]


def test_schedule_written_row_by_row_is_accepted_and_paid_in_order(world):
    """No row before the last one knows that the final one comes; each is paid once its condition is met."""
    commitment = promise(world)
    conditions = ("date", "progress", "progress", "final")
    rows = [
        raw.instalment(commitment, 250, rank=rank, condition=condition)
        for rank, condition in enumerate(conditions, 1)
    ]
    for day, kind in enumerate(("progress", "progress", "final"), 1):
        report(world, commitment, kind, due_on=date(2025, 5, day))
    for row in rows:
        on_instalment(world, row, 250)()
    assert Disbursement.objects.filter(movements__kind="paid").count() == 4


def test_promise_given_up_before_its_final_report_keeps_what_it_paid(world):
    """The final instalment cancelled, the rest of the promise is released: the first ones are still paid."""
    commitment = promise(world)
    first = raw.instalment(commitment, 300)
    second = raw.instalment(commitment, 300, rank=2)
    final = raw.instalment(commitment, 400, rank=3, condition="final")
    on_instalment(world, first, 300)()
    on_instalment(world, final, -400, kind="cancelled")()
    on_instalment(world, second, 300)()
    on_promise(world, commitment, -400, kind="release")()
    assert audit.failures() == []


@pytest.mark.parametrize("condition", ["date", "agreement", "progress", "final"])
def test_instalment_said_ready_is_paid_whatever_its_condition(world, condition):
    row = raw.instalment(promise(world), 10, condition=condition, due_on=date(2026, 1, 1))
    on_instalment(world, row, 10, kind="ready")()
    on_instalment(world, row, 10)()
    assert audit.failures() == []


@pytest.mark.parametrize("years", [["2025-2026", "2026-2027"], []])
def test_contribution_without_a_year_is_free_when_its_initiative_has_not_one_single_year(world, years):
    initiative = world.initiative()
    initiative.fiscal_years.set([world.years[label] for label in years])
    close(world)
    contribution(world, None, initiative_id=initiative.pk)()
    assert Contribution.objects.get().fiscal_year is None


def test_source_and_envelope_without_money_may_change(world):
    source = FundingSource.objects.create(code="autre", name="Autre", short_name="Autre")
    source.is_fqis = False
    source.save()
    envelope = Envelope.objects.create(
        name="Vide", source=source, period=world.period, starts_on=date(2025, 4, 1), ends_on=date(2026, 3, 31)
    )
    envelope.source = world.source
    envelope.save()
    world.source.name = "FQIS"
    world.source.save()
    assert list(Envelope.objects.filter(name="Vide").values_list("source__name", flat=True)) == ["FQIS"]


# Tables that nothing empties or rewrites --------------------------------------------------------------------


def lived(world):
    """Fill every sealed table, with a row for each of its unique keys."""
    commitment = promise(world)
    pair(world)()
    for write, amount in ((on_envelope, 1), (on_line, 1), (partial(on_promise, commitment=commitment), 1)):
        write(world, amount=amount, entry_token=uuid4())()
    row = raw.instalment(commitment, 10, entry_token=uuid4())
    for kind in ("ready", "paid"):
        on_instalment(world, row, 10, kind=kind, entry_token=uuid4())()
    contribution(world, entry_token=uuid4())()
    Allocation.objects.create(
        envelope=world.envelope, fiscal_year=world.years["2025-2026"], line=Line.ADMINISTRATION
    )
    year, now = world.years["2024-2025"], timezone.now()
    YearClosing.objects.create(fiscal_year=year, allocated=0, committed=0, paid=0, closed_at=now)
    BilanVersion.objects.create(
        fiscal_year=year, number=1, published_at=now, published_by=world.coordination, content={}
    )
    world.published()
    sent = world.initiative(State.DRAFT)
    submit(initiative=sent, by=world.agent_mitis)
    say(initiative=sent, by=world.agent_mitis, text="Bonjour", token=uuid4())
    note_internally(initiative=sent, by=world.coordination, text="À suivre", token=uuid4())


def seal(model, keys):
    table = model._meta.db_table
    statements = [
        *triggers.settle(vendor=connection.vendor),
        *triggers.unseal(table, vendor=connection.vendor),
    ]
    if keys is not None:
        statements += triggers.seal(table, keys, vendor=connection.vendor, refusal=guards.SEALED_REFUSAL)
    for statement in statements:
        raw.execute(statement)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite has REPLACE")
def test_replace_is_refused_on_every_unique_key_and_nothing_else_would(world):
    """As a bare `sqlite3` shell would write it: the connection does not ask for the triggers of DELETE."""
    lived(world)
    guards.lift_money()
    raw.execute("PRAGMA recursive_triggers = OFF")
    seen = 0
    for model in guards.SEALED:
        table, keys = model._meta.db_table, list(guards.unique_keys(model, connection))
        for key in keys:
            there = " AND ".join(f'"{column}" IS NOT NULL' for column in key.columns)
            condition = f"{there} AND {key.condition or 'TRUE'}"
            replace = f"""REPLACE INTO "{table}" SELECT * FROM "{table}" WHERE {condition} LIMIT 1"""
            for kept in (keys, [key]):
                seal(model, kept)
                with pytest.raises(IntegrityError, match="ne se remplace pas"), transaction.atomic():
                    raw.execute(replace)
            seal(model, None)
            with transaction.atomic():
                raw.execute(replace)
            seen += 1
    raw.execute("PRAGMA recursive_triggers = ON")
    assert seen == 39


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite has REPLACE")
def test_connection_of_the_portal_lets_no_replace_hide_a_deletion(world):
    """Even without its seal, a table whose rows never go refuses the deletion that REPLACE makes."""
    seal(EnvelopeMovement, None)
    with pytest.raises(IntegrityError, match="ne s’efface pas"), transaction.atomic():
        raw.execute('REPLACE INTO "funding_envelopemovement" SELECT * FROM "funding_envelopemovement"')


@pytest.mark.parametrize("model", guards.SEALED, ids=lambda model: model.__name__)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_truncate_is_refused_and_nothing_else_would(world, model):
    truncate = f'TRUNCATE "{model._meta.db_table}" CASCADE'
    for other in guards.SEALED:
        seal(other, None)
    seal(model, ())
    with pytest.raises(IntegrityError, match="ne se vide pas"), transaction.atomic():
        raw.execute(truncate)
    seal(model, None)
    raw.execute(truncate)
    assert model.objects.count() == 0
