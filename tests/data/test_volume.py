"""The synthetic volume obeys the same rules as real data: true sums, unique numbers, findable words."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from alliance.lib.text import query_terms, search_text
from alliance.portal.demo import removal, volume
from funding import ledger
from funding.choices import DisbursementState
from funding.models import Allocation, Commitment, Contribution, Disbursement, Envelope
from initiatives.choices import Publication
from initiatives.content import facts_of
from initiatives.indexing import reindex
from initiatives.models import Initiative, NumberSequence, Theme
from initiatives.rules import missing_to_publish
from tests.data.conftest import fingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture
def before(loaded):
    rows = fingerprint()
    assert volume.make(400, 42) == 400
    return rows


def test_volume_is_published_marked_and_complete(before):
    rows = Initiative.objects.filter(is_demo=True)
    assert rows.filter(publication=Publication.PUBLISHED).count() == 400
    assert rows.values("number").distinct().count() == 400
    for row in rows[:40]:
        assert missing_to_publish(facts_of(row)) == []
        row.full_clean()


def test_volume_money_stays_within_its_lines(before):
    lines = ledger.lines(Allocation.objects.filter(is_demo=True))
    assert len(lines) == 72
    assert all(line.left > 0 for line in lines)
    envelope = ledger.with_envelope_balances(Envelope.objects.filter(is_demo=True)).get()
    assert envelope.amount == envelope.allocated
    assert Contribution.objects.filter(amount=None).exists()


def test_volume_is_indexed_as_the_actions_do(before):
    for row in Initiative.objects.filter(is_demo=True)[:40]:
        stored = (sorted(row.search_text.split()), row.sort_key)
        reindex(row)
        assert (sorted(row.search_text.split()), row.sort_key) == stored


def test_volume_words_have_their_share(before):
    (term,) = query_terms("maraîchers")
    found = Initiative.objects.filter(is_demo=True, search_text__contains=f" {term}").count()
    assert 0.06 < found / 400 < 0.15
    words = search_text(*(text for theme in Theme.objects.all() for text in (theme.name, theme.synonyms)))
    assert [word for word, _share in volume.MARKED if f" {query_terms(word)[0]}" in words] == []


def test_volume_twice_takes_other_numbers(before):
    assert volume.make(50, 42) == 50
    numbers = Initiative.objects.filter(number__isnull=False)
    assert numbers.values("number").distinct().count() == 484
    for sequence in NumberSequence.objects.all():
        assert numbers.filter(number__startswith=f"BSL-{sequence.start_year}-").count() == sequence.last


def test_volume_is_removed_like_the_demonstration(before):
    removal.remove()
    after = fingerprint()
    assert {table for table, rows in after.items() if rows != before[table]} == set()


def test_volume_command_refuses_a_number_out_of_reach(loaded, settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="de 1 à"):
        call_command("make_volume", initiatives=0, stdout=StringIO())


def test_volume_command_counts_the_rows_again(loaded, settings):
    settings.DEMO = True
    out = StringIO()
    call_command("make_volume", initiatives=5, stdout=out)
    assert out.getvalue().startswith("5 initiatives créées")


def test_volume_has_payments_in_several_states_within_their_promises(before):
    dues = ledger.instalments(Disbursement.objects.filter(is_demo=True))
    assert {DisbursementState.PAID, DisbursementState.HELD} <= {due.state for due in dues}
    promises = Commitment.objects.filter(is_demo=True)
    assert promises.exclude(disbursements=None).distinct().count() == (promises.count() + 1) // 2
    for commitment in promises.exclude(disbursements=None).distinct()[:20]:
        assert ledger.commitment_due(commitment) == ledger.commitment_amount(commitment)
