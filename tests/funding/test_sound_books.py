"""`check_ledger` has nothing to say of what the application writes."""

from datetime import date
from io import StringIO

from django.core.management import call_command

from funding import actions, audit
from funding.models import Commitment, CommitmentMovement, EnvelopeMovement, LedgerCheck
from initiatives.choices import State
from tests.funding import raw
from tests.funding.test_check_ledger import close


def test_whole_life_of_a_year_is_sound(world):
    """Awarded, scheduled, paid, recovered, given up, released, closed, corrected: nothing to say at any step."""
    kept, left = (world.initiative(State.APPROVED, award="1000") for _each in range(2))
    promise = left.commitments.get()
    raw.instalment(promise, 400)
    raw.instalment(promise, 600, rank=2, condition="final", due_on=date(2026, 3, 1))
    first = promise.disbursements.get(rank=1)
    actions.pay(disbursements=[first], by=world.accounting, on=date(2025, 9, 1))
    assert audit.failures() == []
    actions.recover(disbursement=first, by=world.accounting, amount=150, reason="Trop versé")
    actions.cancel_initiative(initiative=left, by=world.coordination, note="Départ")
    assert audit.failures() == []
    closed = close(world)
    assert audit.failures() == []
    actions.recover(disbursement=first, by=world.accounting, amount=50, reason="Solde")
    actions.adjust_commitment(
        commitment=kept.commitments.get(), by=world.coordination, amount=-10, reason="Erreur de saisie"
    )
    assert closed.closed_at is not None
    assert audit.failures() == []


def test_random_amounts_written_by_the_application_have_two_decimals(world):
    amounts = ["0.01", "0.29", "1.005"[:4], "123456789.01", "4999999999.99", "0.07"]
    for amount in amounts:
        actions.move_envelope(
            envelope=world.envelope, by=world.coordination, amount=raw.Decimal(amount), reason="x"
        )
    assert EnvelopeMovement.objects.count() > len(amounts)
    assert audit.failures() == []


def test_command_says_how_many_checks_passed_and_records_them(world):
    out = StringIO()
    call_command("check_ledger", stdout=out)
    (check,) = LedgerCheck.objects.all()
    assert (check.rules, check.failures) == (27, [])
    assert out.getvalue().startswith("27 vérifications réussies en ")


def test_empty_books_are_sound(db):
    assert (Commitment.objects.count(), CommitmentMovement.objects.count()) == (0, 0)
    assert audit.failures() == []
