"""Errors that readers tell, and how they are settled: the only place that writes `ToldError`.

Anybody tells; who holds « portal.change_tolderror » reads and settles. The address, given for one answer, is erased
ninety days after the error is settled, with the message that carried the answer.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind, MailState
from alliance.accounts.models import OutgoingMail, User
from alliance.accounts.roles import Role
from alliance.lib.dates import long_date
from alliance.lib.records import validate
from alliance.lib.workflow import NotAllowed, Refusal, Stale
from alliance.portal.choices import ErrorState, ErrorSubject
from alliance.portal.models import ToldError
from initiatives.models import Initiative

RIGHT = "portal.change_tolderror"
KEPT_FOR = timedelta(days=90)
ALREADY = (
    "Ce formulaire a déjà servi à nous écrire autre chose, que nous avons bien reçu. "
    "Envoyez celui-ci de nouveau\xa0: il deviendra un second message."
)
CHANGED = (
    "Une autre personne a traité ce message pendant que cette page était ouverte\xa0: rien n’a été inscrit. "
    "Relisez-le, puis recommencez si la décision tient toujours."
)
NOT_YOURS = "Votre rôle ne permet pas de traiter les erreurs signalées."
NO_ADDRESS = "La personne n’a pas laissé d’adresse\xa0: aucune réponse ne peut lui parvenir."


@transaction.atomic
def tell(
    *, token: UUID, path: str, subject: str, message: str, email: str = "", initiative: int | None = None
) -> ToldError:
    """Keep what a reader tells of the page `path`, and tell the coordination; `initiative` is the key of the one shown.

    The same `token` is the same telling: asked again it returns the row, and raises Refusal when the words differ, so
    that nothing typed is lost. Raises ValidationError for what cannot be kept.
    """
    shown = Initiative.objects.published().filter(pk=initiative).first() if initiative else None
    told = ToldError(token=token, path=path, initiative=shown, subject=subject, message=message, email=email)
    told.created_at, told.is_demo = timezone.now(), bool(shown and shown.is_demo)
    validate(told, exclude=("token",))
    try:
        with transaction.atomic():
            told.save()
    except IntegrityError:  # a double click, or the same form sent again
        return _same(ToldError.objects.get(token=token), told)
    _tell_the_team(told)
    return told


def _same(stored: ToldError, told: ToldError) -> ToldError:
    words = ("path", "subject", "message")
    if any(getattr(stored, name) != getattr(told, name) for name in words):
        raise Refusal(ALREADY)
    return stored


def _tell_the_team(told: ToldError) -> None:
    subject = ErrorSubject(told.subject).label
    outbox.queue(
        kind=MailKind.ERROR_TOLD,
        key=f"error_told:{told.pk}",
        role=Role.COORDINATION,
        subject=f"Erreur signalée\xa0: {told.initiative or told.path}",
        body=f"Une personne signale une erreur à la page {told.path}.\n\n{subject}.\n\n{told.message}",
        path=reverse("admin:portal_tolderror_change", args=[told.pk]),
        is_demo=told.is_demo,
    )


def version_of(told: ToldError) -> int:
    """Return a number that changes each time somebody treats the error (its state only ever moves on)."""
    return ErrorState.values.index(told.state)


@transaction.atomic
def start(*, told: ToldError, by: User, read: int | None = None) -> ToldError:
    """Say that somebody checks. Raises NotAllowed, Stale when it moved since `read`, Refusal when it no longer waits."""
    locked = _lock(told, by, read)
    if locked.state == ErrorState.ONGOING:
        return locked
    if locked.state != ErrorState.NEW:
        raise Refusal("Cette erreur est déjà réglée.")
    return _write(locked, state=ErrorState.ONGOING)


@transaction.atomic
def settle(*, told: ToldError, by: User, state: str, answer: str = "", read: int | None = None) -> ToldError:
    """Settle an error: `state` is « corrected » or « dismissed »; `answer` leaves at once for the reader's address.

    Raises NotAllowed, Stale when it moved since `read`, Refusal when it is settled already or nobody can be answered.
    """
    if state not in ErrorState.settled:
        raise ValueError("an error is settled as corrected or dismissed")
    locked = _lock(told, by, read)
    if locked.state in ErrorState.settled:
        raise Refusal("Cette erreur est déjà réglée.")
    if answer and not locked.email:
        raise Refusal(NO_ADDRESS)
    demo = locked.is_demo or by.is_demo  # what a person of the demonstration settles goes away with it
    settled = _write(
        locked, state=state, answer=answer, settled_by=by, settled_at=timezone.now(), is_demo=demo
    )
    if answer:
        _answer(settled, by)
    return settled


def _answer(told: ToldError, by: User) -> None:
    """Write to the reader, without their words: anybody could have this mail carry theirs to anybody's address."""
    outbox.queue(
        kind=MailKind.ERROR_ANSWER,
        key=_answer_key(told),
        address=told.email,
        subject="Réponse à l’erreur que vous avez signalée",
        body=f"Merci d’avoir signalé une erreur, le {long_date(told.created_at)}. Voici notre réponse.\n\n{told.answer}",
        path=told.path,
        by=by,
        is_demo=told.is_demo,
    )


def _answer_key(told: ToldError) -> str:
    return f"error_answer:{told.pk}"


def _lock(told: ToldError, by: User, read: int | None) -> ToldError:
    if not by.has_perm(RIGHT):
        raise NotAllowed(NOT_YOURS)
    locked = ToldError.objects.select_for_update().get(pk=told.pk)
    if read is not None and read != version_of(locked):
        raise Stale(CHANGED)
    return locked


def _write(told: ToldError, **values: Any) -> ToldError:
    for name, value in values.items():
        setattr(told, name, value)
    validate(told)
    told.save()
    return told


def to_read() -> int:
    """Return how many errors nobody has read yet."""
    return ToldError.objects.filter(state=ErrorState.NEW).count()


@transaction.atomic
def forget_addresses(now: datetime | None = None) -> int:
    """Erase the addresses of errors settled for ninety days, and the answers sent to them; return how many addresses."""
    limit = (now or timezone.now()) - KEPT_FOR
    answers = OutgoingMail.objects.filter(
        kind=MailKind.ERROR_ANSWER,
        created_at__lt=limit,
        state__in=(MailState.SENT, MailState.CANCELLED, MailState.FAILED),
    )
    answers.delete()
    return ToldError.objects.filter(settled_at__lt=limit).exclude(email="").update(email="")
