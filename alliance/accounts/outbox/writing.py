"""Writing a message: in the transaction of what it tells, once for each receiver, whatever is asked again."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.accounts.choices import MailKind, MailState, MailWay
from alliance.accounts.models import MailChoice, OutgoingMail, TeamAddress, User
from alliance.accounts.outbox.choices import NOT_WANTED
from alliance.accounts.outbox.sending import send_waiting
from alliance.accounts.outbox.texts import block, one_line
from alliance.accounts.roles import Role
from alliance.lib.records import validate
from alliance.lib.text import lower_first
from alliance.lib.workflow import NotAllowed, Refusal

AT_ONCE = 3  # messages that one request may send itself; the others leave with `send_outbox`
_held_by: ContextVar[User | None] = ContextVar("held_by", default=None)


class _Receiver(NamedTuple):
    """A person, the shared mailbox of a team or a bare address (`user` is None); `mark` tells them apart in the key."""

    mark: str
    address: str
    user: User | None


@contextmanager
def without_mail(by: User) -> Iterator[None]:
    """Hold back every message written meanwhile: it stays in the outbox, cancelled, with the name of who decided."""
    token = _held_by.set(by)
    try:
        yield
    finally:
        _held_by.reset(token)


@transaction.atomic
def queue(
    *,
    kind: str,
    key: str,
    subject: str,
    body: str,
    to: User | None = None,
    role: str | None = None,
    address: str | None = None,
    path: str = "",
    stop_path: str = "",
    by: User | None = None,
    not_before: datetime | None = None,
    is_demo: bool = False,
) -> list[OutgoingMail]:
    """Write a message of `kind` (MailKind) to a person (`to`), to the team of a `role` or to a bare `address` (kinds of
    `to_public`, and only them); return one row by receiver.

    `key` says what is told: asking again returns the rows already written. `path` is a page of this site, `stop_path`
    the one that stops these messages; a value between braces in them is signed when the message leaves (`signed`).
    People whose account is closed, and `by` in a team, receive nothing. What has a `not_before` leaves with
    `send_outbox`, never with the request. Raises ValidationError for what cannot be written.
    """
    if [to, role, address].count(None) != 2 or (address is not None) != (kind in MailKind.to_public):
        raise TypeError("a message goes to a person, to the team of a role, or to an address without account")
    if any(each and (not each.startswith("/") or each.startswith("//")) for each in (path, stop_path)):
        raise ValueError("a message leads to a page of this site")
    shared = {
        "kind": kind,
        "subject": one_line(subject),
        "body": block(body),
        "path": path,
        "stop_path": stop_path,
        "by": by,
        "created_at": timezone.now(),
        "not_before": not_before,
    }
    demo = is_demo or bool(to and to.is_demo) or bool(by and by.is_demo)
    receivers = _receivers(to, role, demo, by) if address is None else [_without_account(address)]
    ways = _ways(kind, receivers)
    rows = [_write(_row(key, receiver, ways, is_demo=demo, **shared)) for receiver in receivers]
    _leave_soon(rows)
    return rows


def receivers_text(
    *, kind: str, to: Iterable[User] = (), role: str | None = None, by: User | None = None, is_demo: bool
) -> list[str]:
    """Say who would receive a message of `kind` sent to these people, or to the team of `role`, and how."""
    receivers = [each for user in to for each in _receivers(user, None, is_demo, by)]
    if role is not None:
        receivers += _receivers(None, role, is_demo, by)
    ways = _ways(kind, receivers)
    return [f"{_name(each, role)} ({_way_text(kind, each, ways)})" for each in receivers]


def told(*kinds: str) -> set[str]:
    """Return the keys already told, to anybody, by messages of these kinds."""
    keys = OutgoingMail.objects.filter(kind__in=kinds).values_list("key", flat=True)
    return {key.rpartition("|")[0] for key in keys}


def team_address(role: str) -> str:
    """Return the shared mailbox of the team of `role`, or an empty string."""
    return TeamAddress.objects.filter(role=role).values_list("address", flat=True).first() or ""


def failed_count() -> int:
    """Return how many messages never left, after every try."""
    return OutgoingMail.objects.filter(state=MailState.FAILED).count()


@transaction.atomic
def cancel(*, mail: OutgoingMail, by: User) -> OutgoingMail:
    """Keep a message from leaving. Cancelling twice is cancelling once; raises Refusal when it left."""
    locked = _lock(mail, by)
    if locked.state == MailState.SENT:
        raise Refusal("Ce courriel est déjà parti.")
    if locked.state != MailState.CANCELLED:
        _mark(locked, state=MailState.CANCELLED, last_error=_decided_by("Annulé par", by))
    return locked


def replace_waiting(*, kind: str, to: User, by: User) -> None:
    """Cancel what waits to leave for `to` about `kind`: the message written next takes its place."""
    waiting = OutgoingMail.objects.filter(kind=kind, to=to, state__in=(MailState.PENDING, MailState.FAILED))
    waiting.update(state=MailState.CANCELLED, last_error=_decided_by("Remplacé par un autre envoi, par", by))


def erase(*, kinds: Iterable[str], key_starts: str) -> None:
    """Erase every message of these kinds whose key starts so, sent or not: who asked for them asked to be forgotten."""
    OutgoingMail.objects.filter(kind__in=tuple(kinds), key__startswith=key_starts).delete()


def why_not_sent(mail: OutgoingMail) -> str:
    """Return why a message that had to leave at once did not, in French, or an empty string."""
    mail.refresh_from_db()
    if mail.state == MailState.SENT or not mail.last_error:
        return ""
    if mail.state == MailState.PENDING:
        return f"{mail.last_error} Un nouvel essai se fera de lui-même."
    return mail.last_error


@transaction.atomic
def retry(*, mail: OutgoingMail, by: User) -> OutgoingMail:
    """Try again, at once, a message that failed. One that already waits again is left alone."""
    locked = _lock(mail, by)
    if locked.state == MailState.PENDING:
        return locked
    if locked.state != MailState.FAILED:
        raise Refusal("Seul un courriel en échec peut être essayé de nouveau.")
    _mark(locked, state=MailState.PENDING, way=MailWay.NOW, attempts=0, not_before=None, last_error="")
    _leave_soon([locked])
    return locked


# Private parts --------------------------------------------------------------------------------------------


def _receivers(to: User | None, role: str | None, demo: bool, by: User | None) -> list[_Receiver]:
    """Return who gets the message; the demonstration's people and the real ones never meet."""
    if to is not None:
        return [_person(to)] if to.is_active else []
    if not demo and (address := team_address(str(role))):
        return [_Receiver(f"team-{role}", address, None)]
    people = User.objects.filter(role=role, is_active=True, is_demo=demo).order_by("pk")
    return [_person(person) for person in people if person != by]


def _without_account(address: str) -> _Receiver:
    """Return who is only an address; the key holds its mark, not the address itself."""
    return _Receiver(sha256(address.lower().encode()).hexdigest()[:16], address, None)


def _person(user: User) -> _Receiver:
    return _Receiver(str(user.pk), user.email, user)


def _ways(kind: str, receivers: list[_Receiver]) -> dict[int, str]:
    people = [receiver.user for receiver in receivers if receiver.user]
    return dict(MailChoice.objects.filter(user__in=people, kind=kind).values_list("user_id", "way"))


def _way(kind: str, receiver: _Receiver, ways: dict[int, str]) -> str:
    if kind in MailKind.always:
        return MailWay.NOW
    return ways.get(receiver.user.pk if receiver.user else 0, MailWay.DIGEST)


def _name(receiver: _Receiver, role: str | None) -> str:
    return str(receiver.user) if receiver.user else f"{Role(str(role)).label}, {receiver.address}"


def _way_text(kind: str, receiver: _Receiver, ways: dict[int, str]) -> str:
    return lower_first(MailWay(_way(kind, receiver, ways)).label)


def _row(key: str, receiver: _Receiver, ways: dict[int, str], **values) -> OutgoingMail:
    user = receiver.user
    way = _way(values["kind"], receiver, ways)
    row = OutgoingMail(key=f"{key}|{receiver.mark}", to=user, address=receiver.address, way=way, **values)
    if by := _held_by.get():
        row.state, row.last_error = MailState.CANCELLED, _decided_by("Envoi refusé par", by)
    elif way == MailWay.NEVER:
        row.state, row.last_error = MailState.CANCELLED, NOT_WANTED
    return row


def _write(row: OutgoingMail) -> OutgoingMail:
    if existing := OutgoingMail.objects.filter(key=row.key).first():
        return existing
    validate(row, exclude=("key",))
    row.clean_fields(exclude=[field.name for field in row._meta.fields if field.name != "key"])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody else told the same thing at the same moment
        return OutgoingMail.objects.get(key=row.key)
    return row


def _leave_soon(rows: list[OutgoingMail]) -> None:
    """Send after the transaction what must leave at once; what fails stays in the outbox with its error."""
    now = (MailWay.NOW, MailState.PENDING, None)
    at_once = [row.pk for row in rows if (row.way, row.state, row.not_before) == now]
    if at_once:
        transaction.on_commit(partial(send_waiting, AT_ONCE, only=at_once), robust=True)


def _lock(mail: OutgoingMail, by: User) -> OutgoingMail:
    if not by.has_perm("accounts.change_outgoingmail"):
        raise NotAllowed("Votre rôle ne permet pas de toucher aux courriels.")
    return OutgoingMail.objects.select_for_update().get(pk=mail.pk)


def _mark(mail: OutgoingMail, **values) -> None:
    for name, value in values.items():
        setattr(mail, name, value)
    validate(mail)
    mail.save()


def _decided_by(verb: str, by: User) -> str:
    return f"{verb} {by}."[:300]
