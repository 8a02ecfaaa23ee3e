"""What leaves, and when: a message at once, or one digest a day; claimed first, so that it is never sent by two.

A claim counts a try and keeps the others away for a while (`not_before`). What stops between the server's answer and the
mark is tried again after that, at most eight times, under the same Message-ID.
"""

import logging
import smtplib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from alliance.accounts import links
from alliance.accounts.choices import LinkPurpose, MailKind, MailState, MailWay
from alliance.accounts.models import OutgoingMail
from alliance.accounts.outbox import texts
from alliance.accounts.outbox.signed import signed_path
from alliance.lib.dates import TORONTO, today

TRIES = 8
LEASE = timedelta(minutes=10)  # longer than any try: EMAIL_TIMEOUT bounds each exchange with the server
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480, 1440))
DIGEST_HOUR = time(7)  # on the clock of America/Toronto
KEPT_FOR = timedelta(days=365)
KEPT_PUBLIC = timedelta(days=60)  # who has no account has no page to read their messages again
_SERVER_DOWN = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPNotSupportedError,
)
logger = logging.getLogger(__name__)


@dataclass
class Outcome:
    """How many messages (a digest is one) left, met an error, and whether the server itself did not answer."""

    sent: int = 0
    errors: int = 0
    stopped: bool = False


def send_waiting(
    limit: int = 200, *, only: Collection[int] | None = None, digests_now: bool = False
) -> Outcome:
    """Send at most `limit` messages that are due; `only` these rows when told.

    Digests leave once a day after 7 h for what was written before; `digests_now` sends all that waits in them.
    An error is kept on its row; when the server does not answer, the rest waits for the next call.
    """
    outcome, connection = Outcome(), get_connection()
    _give_up_interrupted()
    try:
        for rows in islice(_batches(only, digests_now), limit):
            _deliver(rows, connection, outcome)
            if outcome.stopped:
                break
    finally:
        connection.close()
    return outcome


def forget_old(now: datetime | None = None) -> int:
    """Erase what was settled long ago: messages name people and have served. Return how many.

    A year for people with an account; sixty days for the public, whatever became of the message.
    """
    now, settled = now or timezone.now(), (MailState.SENT, MailState.CANCELLED)
    old = Q(state__in=settled, created_at__lt=now - KEPT_FOR)
    public = Q(kind__in=MailKind.to_public, created_at__lt=now - KEPT_PUBLIC)
    return OutgoingMail.objects.filter(old | public).delete()[0]


# What is due ----------------------------------------------------------------------------------------------


def _batches(only: Collection[int] | None, digests_now: bool) -> Iterator[list[OutgoingMail]]:
    """Yield claimed rows: one message that leaves by itself, or all the rows of one digest."""
    while rows := _claim_single(only):
        yield rows
    before = timezone.now() if digests_now else datetime.combine(today(), DIGEST_HOUR, TORONTO)
    if only is None and before <= timezone.now():
        for receiver in _digest_receivers(before):
            if rows := _claim_digest(receiver, before, today_too=digests_now):
                yield rows


def _due(way: str) -> QuerySet[OutgoingMail]:
    waits = Q(not_before=None) | Q(not_before__lte=timezone.now())
    return OutgoingMail.objects.filter(waits, state=MailState.PENDING, way=way, attempts__lt=TRIES)


def _digest_receivers(before: datetime) -> list[tuple[int | None, str]]:
    """Return who has something in a digest: a person, or the address of a team."""
    rows = _due(MailWay.DIGEST).filter(created_at__lt=before).order_by()
    people = rows.filter(to__isnull=False).values_list("to_id", flat=True).distinct()
    teams = rows.filter(to=None).values_list("address", flat=True).distinct()
    return [*((pk, "") for pk in sorted(people)), *((None, address) for address in sorted(teams))]


# Claims ---------------------------------------------------------------------------------------------------


@transaction.atomic
def _claim_single(only: Collection[int] | None) -> list[OutgoingMail]:
    rows = _due(MailWay.NOW)
    if only is not None:
        rows = rows.filter(pk__in=only)
    return _take(
        list(
            rows.order_by("created_at", "pk")
            .select_related("to")
            .select_for_update(skip_locked=True, of=("self",))[:1]
        )
    )


@transaction.atomic
def _claim_digest(
    receiver: tuple[int | None, str], before: datetime, *, today_too: bool
) -> list[OutgoingMail]:
    """Take all that waits for one receiver. Its oldest row is the lock: one process makes the digest."""
    rows = _of(receiver, _due(MailWay.DIGEST)).filter(created_at__lt=before)
    oldest = rows.order_by("pk").values_list("pk", flat=True).first()
    if oldest is None or not rows.filter(pk=oldest).select_for_update(skip_locked=True):
        return []
    if not today_too and _had_today(receiver):
        return []
    return _take(list(rows.order_by("created_at", "pk").select_related("to")))


def _of(receiver: tuple[int | None, str], rows: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
    user_id, address = receiver
    return rows.filter(to=user_id) if user_id else rows.filter(to=None, address=address)


def _had_today(receiver: tuple[int | None, str]) -> bool:
    """Say whether a digest left today, is leaving now, or waits for its next try."""
    now, midnight = timezone.now(), datetime.combine(today(), time(0), TORONTO)
    left = Q(state=MailState.SENT, sent_at__gte=midnight)
    tried = Q(state=MailState.PENDING, attempts__gt=0, not_before__gt=now)
    return _of(receiver, OutgoingMail.objects.filter(left | tried, way=MailWay.DIGEST)).exists()


def _take(rows: list[OutgoingMail]) -> list[OutgoingMail]:
    lease = timezone.now() + LEASE
    _update(rows, attempts=F("attempts") + 1, not_before=lease)
    for row in rows:
        row.attempts += 1
    return rows


def _give_up_interrupted() -> None:
    """Stop trying what was interrupted in the middle of its last try."""
    spent = OutgoingMail.objects.filter(
        state=MailState.PENDING, attempts__gte=TRIES, not_before__lte=timezone.now()
    )
    spent.update(state=MailState.FAILED, last_error="L’envoi a été interrompu à chaque essai.")


# One message ----------------------------------------------------------------------------------------------


def _deliver(rows: list[OutgoingMail], connection: Any, outcome: Outcome) -> None:
    """Send claimed rows as one message and mark them; any error is kept on them, and none goes further."""
    rows = _still_wanted(rows)
    if not rows:
        return
    try:
        connection.open()
        if not connection.send_messages([_message(rows)]):
            raise OSError("the server took no message")
    except Exception as error:  # the sender must outlive whatever one message or one server does
        outcome.errors += 1
        outcome.stopped = isinstance(error, _SERVER_DOWN) or (
            isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)
        )
        logger.warning("a message did not leave: %s", type(error).__name__)
        _put_off(rows, texts.error_text(error))
    else:
        outcome.sent += 1
        sent = {"state": MailState.SENT, "sent_at": timezone.now(), "not_before": None, "last_error": ""}
        _update(rows, address=_address(rows[0]), **sent)


def _still_wanted(rows: list[OutgoingMail]) -> list[OutgoingMail]:
    """Cancel what must not leave: an account closed since, or a demonstration that a real server would carry."""
    closed = [row for row in rows if row.to and not row.to.is_active]
    _cancel(closed, "Le compte de la personne est fermé.")
    opened = [row for row in rows if row.kind == MailKind.INVITATION and row.to and row.to.last_login]
    _cancel(opened, "La personne a déjà ouvert son compte.")
    rows = [row for row in rows if row not in opened]
    on_screen = settings.EMAIL_BACKEND.endswith("console.EmailBackend")
    staged = [row for row in rows if row.is_demo and row not in closed and not on_screen]
    _cancel(staged, "Démonstration\xa0: aucun courriel ne part par un serveur.")
    return [row for row in rows if row not in closed and row not in staged]


def _cancel(rows: list[OutgoingMail], reason: str) -> None:
    _update(rows, state=MailState.CANCELLED, last_error=reason, not_before=None)


def _put_off(rows: list[OutgoingMail], reason: str) -> None:
    """Let each row wait longer than before its next try; after the last one, it failed."""
    for tries in {row.attempts for row in rows}:
        alike = [row for row in rows if row.attempts == tries]
        if tries >= TRIES:
            _update(alike, state=MailState.FAILED, last_error=reason, not_before=None)
        else:
            _update(alike, last_error=reason, not_before=timezone.now() + WAITS[tries - 1])


def _update(rows: Sequence[OutgoingMail], **values: Any) -> None:
    if rows:
        OutgoingMail.objects.filter(pk__in=[row.pk for row in rows]).update(**values)


def _address(row: OutgoingMail) -> str:
    return row.to.email if row.to else row.address


def _with_link(row: OutgoingMail) -> str:
    """Return the body; in an invitation, `{lien}` becomes a link made now, whose secret is written nowhere."""
    if row.kind != MailKind.INVITATION or row.to is None or "{lien}" not in row.body:
        return row.body
    return row.body.replace("{lien}", links.make(row.to, LinkPurpose.INVITATION))


def _message(rows: list[OutgoingMail]) -> EmailMessage:
    first, team = rows[0], rows[0].to is None
    if len(rows) > 1:
        subject, body = texts.digest_subject(len(rows)), texts.digest_text(rows, team=team)
    else:
        subject = first.subject
        body = texts.message_text(
            kind=first.kind,
            body=_with_link(first),
            path=signed_path(first.path),
            team=team,
            stop_path=signed_path(first.stop_path),
        )
    mark = sha256(f"{first.key}|{len(rows)}".encode()).hexdigest()[:32]
    headers = {
        "Message-ID": f"<{mark}@{urlsplit(settings.SITE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
        **_stopping(first),
    }
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [_address(first)], headers=headers)


def _stopping(row: OutgoingMail) -> dict[str, str]:
    """Return the headers by which a mailbox stops these messages in one click (RFC 8058)."""
    if not row.stop_path:
        return {}
    where = texts.address_of(signed_path(row.stop_path))
    return {"List-Unsubscribe": f"<{where}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
