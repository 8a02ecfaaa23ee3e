"""What a mail server does to us: refusals, silence, a stop between its answer and our mark, two senders at once."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailState, MailWay
from alliance.accounts.models import MailChoice, OutgoingMail
from alliance.accounts.outbox import sending

SECRET = "compte:motdepasse"
ERRORS = {
    "refused": smtplib.SMTPRecipientsRefused({"x@y": (550, SECRET.encode())}),
    "silent": TimeoutError(SECRET),
    "account": smtplib.SMTPAuthenticationError(535, SECRET.encode()),
    "data": smtplib.SMTPDataError(554, SECRET.encode()),
    "sender": smtplib.SMTPSenderRefused(553, SECRET.encode(), SECRET),
    "odd": ValueError(SECRET),
}


class Stopped(BaseException):
    """The process ends there: no handler of errors sees it."""


class Failing(BaseEmailBackend):
    error: Exception = OSError()

    def send_messages(self, messages):
        raise type(self).error


@pytest.fixture
def failing(settings):
    """Return a function that makes the server answer with this error; None makes it work again."""

    def make(error):
        Failing.error = error
        settings.EMAIL_BACKEND = (
            f"{__name__}.Failing" if error else "django.core.mail.backends.locmem.EmailBackend"
        )

    return make


@pytest.fixture
def now_row(world, tell):
    """Return a function that writes a message to send now."""
    MailChoice.objects.create(user=world.agent_mitis, kind="returned", way=MailWay.NOW)
    return tell


def due_again():
    OutgoingMail.objects.filter(state=MailState.PENDING).update(not_before=timezone.now())


@pytest.mark.parametrize(
    ("error", "sentence", "stopped"),
    [
        ("refused", "Le serveur de courriel refuse l’adresse (code 550).", False),
        ("silent", "Le serveur de courriel ne répond pas.", True),
        ("account", "Le serveur de courriel refuse le compte du portail (code 535).", True),
        ("data", "Le serveur de courriel refuse le message (code 554).", False),
        ("sender", "Le serveur de courriel refuse l’adresse d’envoi du portail (code 553).", True),
        ("odd", "Le message n’a pas pu être préparé (ValueError).", False),
    ],
)
def test_error_stays_on_the_row_without_its_secrets(now_row, failing, caplog, error, sentence, stopped):
    row = now_row()
    failing(ERRORS[error])
    outcome = outbox.send_waiting()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == (MailState.PENDING, 1, sentence)
    assert (outcome.sent, outcome.errors, outcome.stopped) == (0, 1, stopped)
    assert SECRET not in caplog.text


def test_tries_wait_longer_each_time_then_fail_and_can_be_tried_again(
    world, now_row, failing, django_capture_on_commit_callbacks
):
    row = now_row()
    failing(ERRORS["refused"])
    waits = []
    for _try in range(8):
        before = timezone.now()
        assert outbox.send_waiting().errors == 1
        assert outbox.send_waiting().errors == 0  # not before its wait
        row.refresh_from_db()
        if row.not_before:
            waits.append(round((row.not_before - before) / timedelta(minutes=1)))
        due_again()
    assert (row.state, row.attempts) == (MailState.FAILED, 8)
    assert waits == [1, 5, 15, 60, 180, 480, 1440]
    assert outbox.failed_count() == 1
    failing(None)
    with django_capture_on_commit_callbacks(execute=True):
        outbox.retry(mail=row, by=world.coordination)
    row.refresh_from_db()
    assert (row.state, row.last_error, len(mail.outbox)) == (MailState.SENT, "", 1)


def test_silent_server_is_asked_once_for_all(world, now_row, failing):
    rows = [now_row(str(n)) for n in range(3)]
    failing(ERRORS["silent"])
    assert outbox.send_waiting().errors == 1
    assert sorted(OutgoingMail.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    failing(None)
    due_again()
    assert outbox.send_waiting().sent == len(rows)


def test_refused_address_does_not_hold_the_others(world, now_row, tell, failing, monkeypatch):
    refuse = ERRORS["refused"]

    def send(self, messages):
        if messages[0].subject == "non":
            raise refuse
        return EmailBackend.original(self, messages)

    monkeypatch.setattr(EmailBackend, "original", EmailBackend.send_messages, raising=False)
    monkeypatch.setattr(EmailBackend, "send_messages", send)
    now_row("1", subject="non")
    now_row("2", subject="oui")
    outcome = outbox.send_waiting()
    assert (outcome.sent, outcome.errors, outcome.stopped) == (1, 1, False)


def test_stop_between_the_answer_and_the_mark_is_tried_again_eight_times_at_most(now_row, monkeypatch):
    row = now_row()
    mark = sending._update

    def stop(rows, **values):
        if values.get("state") == MailState.SENT:
            raise Stopped
        mark(rows, **values)

    monkeypatch.setattr(sending, "_update", stop)
    for _try in range(8):
        with pytest.raises(Stopped):
            outbox.send_waiting()
        assert outbox.send_waiting().sent == 0  # its lease keeps everybody away
        due_again()
    assert outbox.send_waiting().sent == 0
    row.refresh_from_db()
    assert (row.state, row.last_error) == (MailState.FAILED, "L’envoi a été interrompu à chaque essai.")
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1
    assert len(mail.outbox) == 8


def test_failed_digest_goes_whole_with_the_next_one(tell, failing, states):
    tell("1")
    failing(ERRORS["silent"])
    outbox.send_waiting(digests_now=True)
    tell("2")
    failing(None)
    due_again()
    outbox.send_waiting(digests_now=True)
    assert states() == ["sent", "sent"]
    assert len(mail.outbox) == 1


def test_command_says_what_it_did_and_fails_with_the_server(world, tell, failing, capsys):
    tell("1")
    call_command("send_outbox", "--resume")
    assert capsys.readouterr().out == "1 courriel envoyé.\n"
    call_command("send_outbox")
    assert capsys.readouterr().out == ""
    tell("2")
    failing(ERRORS["silent"])
    with pytest.raises(CommandError) as refused:
        call_command("send_outbox", "--resume")
    assert str(refused.value) == (
        "1 erreur, à lire dans l’administration, sous Courriels."
        " Le serveur de courriel ne répond pas\xa0: le reste attend."
    )
    with pytest.raises(CommandError):
        call_command("send_outbox", "--limite", "0")


def test_command_sends_at_most_what_it_is_told(now_row):
    for n in range(3):
        now_row(str(n))
    call_command("send_outbox", "--limite", "2", verbosity=0)
    assert len(mail.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_send_each_message_once(world, at_once, tell):
    MailChoice.objects.create(user=world.agent_mitis, kind="returned", way=MailWay.NOW)
    for n in range(6):
        OutgoingMail.objects.bulk_create(
            [
                OutgoingMail(
                    key=f"{way}{n}",
                    kind="returned",
                    way=way,
                    to=world.agent_mitis,
                    address=world.agent_mitis.email,
                    subject=f"{way} {n}",
                    body="Texte.",
                    created_at=timezone.now(),
                )
                for way in ("now", "digest")
            ]
        )
    outcomes = at_once([lambda: outbox.send_waiting(digests_now=True)] * 4)
    assert sum(outcome.sent for outcome in outcomes) == 7
    assert sum(outcome.errors for outcome in outcomes) == 0
    subjects = sorted(message.subject for message in mail.outbox)
    assert [subject for subject in subjects if subject.startswith("now")] == [f"now {n}" for n in range(6)]
    (left,) = at_once([lambda: set(OutgoingMail.objects.values_list("state", "attempts"))])
    assert left == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
def test_same_thing_told_by_two_at_once_is_one_row(world, at_once):
    def write():
        (row,) = outbox.queue(
            kind="returned", key="double", subject="Objet", body="Texte.", to=world.agent_mitis
        )
        return row.pk

    assert len(set(at_once([write] * 5))) == 1
    assert at_once([OutgoingMail.objects.count]) == [1]
