"""What each person wants to receive, and how: now, in the digest, never. Without a choice: the digest."""

from collections.abc import Mapping
from hashlib import sha256

from django.db import transaction

from alliance.accounts.choices import MailKind, MailState, MailWay
from alliance.accounts.models import MailChoice, OutgoingMail, User
from alliance.accounts.roles import Role
from alliance.lib.records import validate
from alliance.lib.workflow import Refusal, Stale

NOT_WANTED = "La personne a choisi de ne pas recevoir ces messages."
_KINDS: dict[str, tuple[MailKind, ...]] = {
    Role.AGENT: (
        MailKind.RETURNED,
        MailKind.DECISION,
        MailKind.EXCHANGE,
        MailKind.REPORT_DUE,
        MailKind.REPORT_RETURNED,
        MailKind.REPORT_APPROVED,
        MailKind.INCOMPLETE,
    ),
    Role.COORDINATION: (
        MailKind.DEPOSITED,
        MailKind.EXCHANGE,
        MailKind.REPORT_SENT,
        MailKind.ERROR_TOLD,
        MailKind.INCOMPLETE,
    ),
    Role.ADMINISTRATION: (MailKind.INCOMPLETE,),
}


def kinds_for(role: str) -> tuple[MailKind, ...]:
    """Return the kinds of messages that a person of `role` may receive and switch."""
    return _KINDS.get(role, ())


def ways_of(user: User) -> dict[str, str]:
    """Return how `user` receives each kind (MailWay by MailKind)."""
    chosen = dict(MailChoice.objects.filter(user=user).values_list("kind", "way"))
    return {kind.value: chosen.get(kind.value, MailWay.DIGEST.value) for kind in kinds_for(user.role)}


def seal(ways: Mapping[str, str]) -> str:
    """Return a short mark of these choices: a page says by it which ones it was showing."""
    return sha256(repr(sorted(ways.items())).encode()).hexdigest()[:16]


@transaction.atomic
def set_ways(*, by: User, ways: Mapping[str, str], read: str) -> None:
    """Write how `by` receives each kind; what already waits in a digest no longer wanted is cancelled.

    `read` is the `seal` of the choices that the person was reading. Raises Stale when they changed since, Refusal for a
    kind that the role does not receive, ValidationError for an unknown way. Writing the same choices again does nothing.
    """
    User.objects.select_for_update().get(pk=by.pk)
    stored = ways_of(by)
    if set(ways) != set(stored):
        raise Refusal("Ces choix ne sont pas ceux de votre rôle. Rechargez la page.")
    if dict(ways) == stored:
        return
    if seal(stored) != read:
        raise Stale(
            "Vos choix ont changé dans une autre fenêtre. Vérifiez ceux qui suivent, puis enregistrez."
        )
    for kind, way in ways.items():
        if stored[kind] != way:
            _set(by, kind, way)


def _set(user: User, kind: str, way: str) -> None:
    choice = MailChoice.objects.filter(user=user, kind=kind).first() or MailChoice(user=user, kind=kind)
    choice.way = way
    validate(choice)
    choice.save()
    if way == MailWay.NEVER:
        waiting = OutgoingMail.objects.filter(to=user, kind=kind, state=MailState.PENDING, attempts=0)
        waiting.update(state=MailState.CANCELLED, last_error=NOT_WANTED)
