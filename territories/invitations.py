"""Inviting a person: their account, the MRCs they serve, and the message that opens it, asked together.

Raises ValidationError (a field, in French) and NotAllowed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance.accounts import actions as accounts
from alliance.accounts import outbox
from alliance.accounts.models import User
from alliance.accounts.roles import TERRITORY_ROLES
from alliance.lib.records import save_as
from territories.models import Membership, Territory

NEEDS_MRC = "Choisissez au moins une MRC : ce rôle ne voit que les dossiers des siennes."
NO_MRC = "Ce rôle voit toutes les MRC : n’en choisissez aucune."


@dataclass(frozen=True)
class Invited:
    """What an invitation did. `problem` says, in French, why the message did not leave."""

    user: User
    is_new: bool
    problem: str = ""


def invite(*, by: User, email: str, full_name: str, role: str, territories: Iterable[Territory]) -> Invited:
    """Make the account with its MRCs and write its invitation, together; the same one asked twice is sent once.

    The account stays when the mail server does not answer: the invitation waits in the outbox, and is tried again.
    """
    served = list(territories)
    _check(role, served)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two clicks at once: the second waits here
        if same := _already_invited(by, email, full_name, role, served):
            return Invited(same, is_new=False)
        user = accounts.add_account(by=by, email=email, full_name=full_name, role=role)
        for territory in served:
            save_as(Membership(user=user, territory=territory), by)
        mail = accounts.send_invitation(user=user, by=by)
    return Invited(user, is_new=True, problem=outbox.why_not_sent(mail))


def _check(role: str, served: list[Territory]) -> None:
    if role in TERRITORY_ROLES and not served:
        raise ValidationError({"territories": NEEDS_MRC})
    if role not in TERRITORY_ROLES and served:
        raise ValidationError({"territories": NO_MRC})


def _already_invited(by: User, email: str, full_name: str, role: str, served: list[Territory]) -> User | None:
    """Return the account that this very invitation made and that nobody opened yet, or None."""
    if not by.has_perm("accounts.add_user"):
        return None
    found = User.objects.filter(email__iexact=email, full_name=full_name, role=role, last_login=None).first()
    if found is None or not found.is_active:
        return None
    same_places = set(found.memberships.values_list("territory_id", flat=True)) == {row.pk for row in served}
    return found if same_places else None
