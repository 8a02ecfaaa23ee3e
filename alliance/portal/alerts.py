"""Weekly alerts on a list, asked without an account: ask, confirm, stop, send what is new, forget.

An address is written by `ask`, served by nothing until its own reader confirms, erased by `stop`. The link of a mail
proves who reads it (`outbox.signed_path`). Source: features.md §2, row 23.
"""

import logging
from datetime import datetime, time, timedelta
from functools import cache
from traceback import extract_tb
from typing import NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind
from alliance.lib.dates import TORONTO
from alliance.lib.records import validate
from alliance.lib.workflow import Refusal
from alliance.portal import alert_mails, followed
from alliance.portal.directory import current
from alliance.portal.followed import Followed
from alliance.portal.models import Alert

logger = logging.getLogger(__name__)
WIDER = (
    "Une partie de cette liste n’a pas été comprise\xa0: l’alerte serait plus large que ce que vous demandez. "
    "Dites d’abord quelle liste vous voulez suivre."
)
TOO_LONG = "Cette liste a trop de filtres pour être suivie. Retirez-en quelques-uns."
KEPT = timedelta(days=7)  # an address that nobody confirmed
HOUR = time(7)  # on Monday, on the clock of America/Toronto
SETTLED = timedelta(minutes=10)  # what was being published at that hour is written down by then


def refusals(asked: Followed) -> list[str]:
    """Return why a list cannot be followed; nothing when it can."""
    if asked.problems:
        return [WIDER]
    return [TOO_LONG] if asked.is_too_long else []


@transaction.atomic
def ask(*, email: str, asked: Followed) -> Alert:
    """Write that `email` wants the news of a list, and the message that asks to confirm it, once a day at most.

    Asking again gives the row already there; who follows the list already is told so by a message. The page says the
    same in every case. Raises Refusal for a list too long to be kept or not wholly understood (without one of its
    filters it would be wider than what was asked), ValidationError for what is not an address.
    """
    if reasons := refusals(asked):
        raise Refusal(*reasons)
    alert = _written(email.strip().lower(), asked)
    if alert.confirmed_at:
        alert_mails.say_known(alert)
    else:
        Alert.objects.filter(pk=alert.pk).update(created_at=timezone.now())
        alert_mails.ask_to_confirm(alert, asked)
    return alert


def _written(email: str, asked: Followed) -> Alert:
    """Return the alert of this address on this list, written now if need be; somebody may write it meanwhile."""
    known = Alert.objects.select_for_update().filter(email=email, query=asked.query)
    if alert := known.first():
        return alert
    alert = Alert(token=uuid4(), email=email, query=asked.query, label=asked.label)
    alert.created_at, alert.is_demo = timezone.now(), settings.DEMO
    try:
        with transaction.atomic():
            validate(alert)
            alert.save()
    except (IntegrityError, ValidationError):
        if other := known.first():
            return other
        raise
    return alert


def find(token: str, *, head: str) -> tuple[Alert | None, bool]:
    """Return the alert that a signed link of the page `head` names, and whether the link itself is genuine.

    A link that confirms opens for seven days; one that stops opens for ever.
    """
    value = outbox.value_of(token, head=head, max_age=KEPT if head == alert_mails.CONFIRM else None)
    if value is None:
        return None, False
    return Alert.objects.filter(token=UUID(value)).first(), True


@transaction.atomic
def confirm(*, alert: Alert) -> None:
    """Begin to send: only what is published from now on is news. Confirming again changes nothing."""
    locked = Alert.objects.select_for_update().filter(pk=alert.pk).first()
    if locked is None or locked.confirmed_at:
        return
    locked.confirmed_at = locked.told_until = timezone.now()
    validate(locked)
    locked.save()


@transaction.atomic
def stop(*, alert: Alert) -> None:
    """Erase the alert, its address and its messages, those that wait to leave included."""
    locked = Alert.objects.select_for_update().filter(pk=alert.pk).first()
    if locked is not None:
        _erase(locked)


def forget_unconfirmed() -> int:
    """Erase the alerts that nobody confirmed within seven days; return how many."""
    before = timezone.now() - KEPT
    pks = Alert.objects.filter(confirmed_at=None, created_at__lt=before).values_list("pk", flat=True)
    return sum(_forget(pk, before) for pk in list(pks))


@transaction.atomic
def _forget(pk: int, before: datetime) -> int:
    rows = Alert.objects.select_for_update(skip_locked=True)
    alert = rows.filter(pk=pk, confirmed_at=None, created_at__lt=before).first()
    if alert is None:
        return 0
    _erase(alert)
    return 1


def _erase(alert: Alert) -> None:
    kinds = (MailKind.ALERT, MailKind.ALERT_CONFIRM)
    outbox.erase(kinds=kinds, key_starts=alert_mails.key_of(alert))
    alert.delete()


# Once a week ----------------------------------------------------------------------------------------------


class Week(NamedTuple):
    """What a run did: messages written, alerts that met an error and will be tried by the next run."""

    written: int
    errors: int


def send_week() -> Week:
    """Write the messages of the week that are not written yet. Called as often as one wants.

    A week is told from its Monday at 7 h; each alert says until when it was told, so a missed Monday is caught up. An
    alert that meets an error is logged and left for the next run: it keeps nobody else from their message.
    """
    until = last_monday(timezone.now() - SETTLED)
    due = Alert.objects.filter(told_until__lt=until).order_by("pk").values_list("pk", flat=True)
    directory = None

    @cache
    def read(query: str) -> Followed:
        nonlocal directory
        directory = directory or current(HttpRequest())
        return followed.read(QueryDict(query), directory)

    told = [_guarded(pk, until, read) for pk in list(due)]
    return Week(sum(count for count in told if count), told.count(None))


def _guarded(pk: int, until: datetime, read) -> int | None:
    """Tell one alert its week; return None when an error kept it, logged by its place: its words may hold an address."""
    try:
        return _tell(pk, until, read)
    except Exception as error:  # whatever it is, the mail of everybody else leaves
        place = extract_tb(error.__traceback__)[-1]
        logger.error("alert %s not told: %s (%s:%s)", pk, type(error).__name__, place.name, place.lineno)
        return None


def last_monday(moment: datetime) -> datetime:
    """Return the last Monday, 7 h in Toronto, that is not after an aware moment."""
    day = moment.astimezone(TORONTO).date()
    monday = datetime.combine(day - timedelta(days=day.weekday()), HOUR, TORONTO)
    if monday <= moment:
        return monday
    return datetime.combine(monday.date() - timedelta(days=7), HOUR, TORONTO)


@transaction.atomic
def _tell(pk: int, until: datetime, read) -> int:
    """Tell one alert its week, under its lock: another process passes over it, or finds it told."""
    rows = Alert.objects.select_for_update(skip_locked=True)
    alert = rows.filter(pk=pk, told_until__lt=until).first()
    if alert is None:
        return 0
    asked = read(alert.query)
    if (
        asked.problems or asked.is_too_long
    ):  # left out, a filter would widen the list: nothing is sent by guess
        alert_mails.say_lost(alert, asked)
        alert.delete()
        return 1
    if asked.query != alert.query and Alert.objects.filter(email=alert.email, query=asked.query).exists():
        alert.delete()  # two lists became one: the other alert tells it
        return 0
    new = asked.new(alert.told_until, until, with_demo=alert.is_demo)
    if new:
        alert_mails.tell_new(alert, asked, new, week=until)
    alert.query, alert.label, alert.told_until = asked.query, asked.label, until
    validate(alert)
    alert.save()
    return int(bool(new))
