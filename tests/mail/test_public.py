"""Messages to a bare address: they leave by themselves, say why they came, and stop in one click."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind, MailState, MailWay
from alliance.accounts.models import OutgoingMail
from tests.test_typography import RULES

ADDRESS = "voisine@exemple.invalid"
ARRETER = "/alertes/arreter/"


@pytest.fixture
def public(db):
    """Return a function that writes a message to somebody without an account."""

    def write(key="alerte|essai", **changes):
        told = {
            "kind": MailKind.ALERT,
            "key": key,
            "subject": "Une nouveauté",
            "body": "Frigo, à Amqui.",
            "address": ADDRESS,
            "stop_path": f"{ARRETER}{{abc123}}/",
        }
        (row,) = outbox.queue(**(told | changes))
        return row

    return write


def test_message_leaves_by_itself_when_the_transaction_ends(public, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        row = public()
    row.refresh_from_db()
    assert (row.way, row.state, row.to, row.address) == (MailWay.NOW, MailState.SENT, None, ADDRESS)
    (message,) = mail.outbox
    assert message.to == [ADDRESS]


def test_message_that_waits_for_the_sender_does_not_leave_with_the_request(
    public, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        public(not_before=timezone.now())
    assert mail.outbox == []
    assert len(sent()) == 1


def test_two_messages_of_a_day_are_never_made_one(public, sent):
    public("alerte|1")
    public("alerte|2")
    assert [message.subject for message in sent(digests_now=True)] == ["Une nouveauté"] * 2


def test_one_click_headers_and_ending_hold_an_address_that_is_stored_nowhere(public, sent, settings):
    settings.SITE_URL = "https://exemple.invalid"
    row = public()
    (message,) = sent()
    where = re.search(
        r"<(https://exemple\.invalid/alertes/arreter/([^/>]+)/)>", message.extra_headers["List-Unsubscribe"]
    )
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Ne plus recevoir ce courriel\xa0: {where[1]}\n" in message.body
    row.refresh_from_db()
    assert where[2] not in f"{row.body}{row.stop_path}{row.path}{row.key}"
    assert outbox.value_of(where[2], head=ARRETER) == "abc123"


def test_message_without_a_way_to_stop_has_no_such_header(public, sent):
    public(kind=MailKind.ERROR_ANSWER, stop_path="")
    (message,) = sent()
    assert {name for name in message.extra_headers if name.startswith("List-")} == set()
    assert "Ne plus recevoir" not in message.body


@pytest.mark.parametrize("kind", MailKind.to_public)
@pytest.mark.parametrize("rule", RULES)
def test_ending_says_why_without_a_word_of_an_account(kind, rule):
    text = outbox.message_text(kind=kind, body="Texte.", team=True, stop_path="/alertes/arreter/x/")
    assert RULES[rule].search(text) is None
    ending = text.partition("-" * 40)[2].lower()
    assert "adresse" in ending
    assert [word for word in ("espace", "compte", "équipe", "choisir") if word in ending] == []


@pytest.mark.parametrize("token", ["", "abc123", "abc123:1:2", "\x00", "é" * 500])
def test_forged_token_opens_nothing(token):
    assert outbox.value_of(token, head=ARRETER) is None


def test_token_opens_one_page_only_and_for_a_while():
    token = outbox.signed_path(f"{ARRETER}{{abc123}}/")[len(ARRETER) : -1]
    assert outbox.value_of(token, head=ARRETER) == "abc123"
    assert outbox.value_of(token, head="/alertes/confirmer/") is None
    assert outbox.value_of(token, head=ARRETER, max_age=timedelta(days=7)) == "abc123"
    assert outbox.value_of(token, head=ARRETER, max_age=timedelta(seconds=-1)) is None
    assert outbox.signed_path("/initiatives/") == "/initiatives/"


def test_same_key_to_the_same_address_is_one_message(public):
    assert public() == public(subject="Autre", address=ADDRESS.upper())
    assert public(address="voisin@exemple.invalid") != public()
    assert ADDRESS not in public().key


def test_address_that_is_not_one_is_refused(public):
    for wrong in ("", "pas une adresse", "a@exemple.invalid\nBcc: b@exemple.invalid"):
        with pytest.raises(ValidationError):
            public(address=wrong)
    assert OutgoingMail.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"address": None},
        {"kind": MailKind.RETURNED},
        {"role": "coordination"},
        {"role": "reader", "address": None},
    ],
)
def test_kind_of_the_public_goes_to_one_address_and_nothing_else(public, changes):
    with pytest.raises(TypeError):
        public(**changes)


@pytest.mark.parametrize(
    "changes", [{"stop_path": "//ailleurs.invalid/"}, {"path": "https://ailleurs.invalid/"}]
)
def test_message_leads_to_this_site_only(public, changes):
    with pytest.raises(ValueError, match="page of this site"):
        public(**changes)


def test_demonstration_is_cancelled_before_a_server_sees_it(public, sent):
    row = public(is_demo=True)
    assert sent() == []
    row.refresh_from_db()
    assert row.state == MailState.CANCELLED


def test_messages_of_who_asks_to_be_forgotten_are_erased(public):
    public("alerte|1|confirmer", kind=MailKind.ALERT_CONFIRM)
    public("alerte|1|2026-W02")
    kept = public("alerte|12|2026-W02")
    outbox.erase(kinds=(MailKind.ALERT, MailKind.ALERT_CONFIRM), key_starts="alerte|1|")
    assert list(OutgoingMail.objects.all()) == [kept]


def test_message_of_the_public_is_forgotten_after_sixty_days_even_failed(public, tell):
    account, row = tell("dossier"), public()
    OutgoingMail.objects.filter(pk=row.pk).update(state=MailState.FAILED)
    assert outbox.forget_old(timezone.now() + timedelta(days=59)) == 0
    assert outbox.forget_old(timezone.now() + timedelta(days=61)) == 1
    assert list(OutgoingMail.objects.all()) == [account]


def test_staff_reads_a_message_of_the_public_without_its_secret(world, client_for, public):
    row = public()
    page = (
        client_for(world.coordination).get(f"/admin/accounts/outgoingmail/{row.pk}/change/").content.decode()
    )
    assert f"Sans compte ({ADDRESS})" in page
    assert "/alertes/arreter/{abc123}/" in page
