"""The only writer of accounts and of the links that open them. Each verb names its author and keeps the history.

Raises ValidationError (a field, in French), Refusal and NotAllowed (French reasons).
"""

from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from alliance.accounts import letters, links, outbox, roles, sessions
from alliance.accounts.choices import LinkPurpose, MailKind
from alliance.accounts.models import OutgoingMail, SignInLink, User
from alliance.accounts.roles import Role
from alliance.lib.records import save_as
from alliance.lib.workflow import NotAllowed, Refusal

TAKEN = "Un compte existe déjà pour cette adresse courriel."
GONE = "Ce lien n’est plus valide."
LAST_ONE = "C’est le dernier compte d’administration actif : nommez-en un autre avant."
OWN_ROLE = "Une autre personne de l’administration doit changer votre rôle ou fermer votre compte."
NOT_YOURS = "Vous ne pouvez pas donner ce rôle ni changer ce compte."


# Links ------------------------------------------------------------------------------------------------------


def send_sign_in_link(*, email: str) -> None:
    """Write to `email`: a link valid 15 minutes, or the sentence that no active account is there.

    The same work is done in both cases, so that neither the answer nor its delay says which addresses have an
    account (case F2). Raises Refusal when the mail server does not answer.
    """
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        letters.send("no_account", email)
        return
    letters.send("sign_in_link", user.email, link=links.make(user, LinkPurpose.SIGN_IN), user=user)


@transaction.atomic
def send_invitation(*, user: User, by: User) -> OutgoingMail:
    """Write to `user`, in the name of `by`, the link that opens the account; earlier ones close.

    The message leaves after the transaction, and is tried again when the mail server does not answer. Its link is made
    when it leaves, and valid 7 days.
    """
    _refuse_foreign(by, user.role)
    if not user.is_active:
        raise Refusal("Ce compte n’est pas actif : aucun lien n’a été envoyé.")
    _close_links(user, LinkPurpose.INVITATION)
    outbox.replace_waiting(kind=MailKind.INVITATION, to=user, by=by)
    subject, body = letters.invitation(user, by)
    key = f"invitation-{uuid4()}"
    rows = outbox.queue(kind=MailKind.INVITATION, key=key, subject=subject, body=body, to=user, by=by)
    return rows[0]


@transaction.atomic
def follow_link(*, token: str, full_name: str | None = None, password: str | None = None) -> User:
    """Use the link up and return its person; an invitation may carry the name and the password they chose.

    The other links of this person close with it, of both kinds.

    Raises Refusal when the link opens nothing (any more): of two clicks at once, one opens.
    """
    link = links.find(token)
    if link is None or not _take(link):
        raise Refusal(GONE)
    user = User.objects.select_for_update(no_key=True).get(pk=link.user_id)
    if link.purpose == LinkPurpose.INVITATION and user.last_login is not None:
        raise Refusal(GONE)  # its person came in between the two readings
    _close_links(user, *LinkPurpose.values)
    if link.purpose == LinkPurpose.INVITATION and (full_name or password):
        user.full_name = full_name or user.full_name
        if password:
            user.set_password(password)
        save_as(user, user, exclude=("password",))
    return user


def _take(link: SignInLink) -> bool:
    return bool(SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now()))


def _close_links(user: User, *purposes: str) -> None:
    SignInLink.objects.filter(user=user, purpose__in=purposes, used_at=None).update(used_at=timezone.now())


# Accounts ---------------------------------------------------------------------------------------------------


@transaction.atomic
def add_account(*, by: User, email: str, full_name: str, role: str) -> User:
    """Make an account without a password, which its person opens by the invitation."""
    if not by.has_perm("accounts.add_user"):
        raise NotAllowed(NOT_YOURS)
    _refuse_foreign(by, role)
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError({"email": TAKEN})
    user = User(email=email.lower(), full_name=full_name, role=role, is_demo=by.is_demo)
    user.set_unusable_password()
    save_as(user, by, exclude=("password",))
    return user


@transaction.atomic
def save_account(*, user: User, by: User) -> User:
    """Save the changed `user`. A closed account keeps its history, and its sessions end.

    Nobody changes their own role or closes their own account, and the last administration account stays open.
    """
    if not by.has_perm("accounts.change_user"):
        raise NotAllowed(NOT_YOURS)
    list(
        _administration().select_for_update(no_key=True).order_by("pk")
    )  # two who close each other wait here
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    _refuse_foreign(by, stored.role)
    _refuse_foreign(by, user.role)
    changed = (stored.role, stored.is_active) != (user.role, user.is_active)
    if changed and user.pk == by.pk:
        raise Refusal(OWN_ROLE)
    if changed and _is_last(stored, by):
        raise Refusal(LAST_ONE)
    user.email = user.email.lower()
    save_as(user, by, exclude=("password",))
    if changed:
        sessions.end(user)
    return user


@transaction.atomic
def remove_second_factor(*, user: User, by: User) -> None:
    """Take away every second factor of a person who lost theirs, and end their sessions (case F10)."""
    if not by.is_superuser or by.pk == user.pk:
        raise NotAllowed(NOT_YOURS)
    Authenticator.objects.filter(user=user).delete()
    user._change_reason = "Second facteur retiré"  # read by django-simple-history
    save_as(user, by, exclude=("password",))
    sessions.end(user)


def _refuse_foreign(by: User, role: str) -> None:
    if not roles.may_give(by.role, role):
        raise NotAllowed(NOT_YOURS)


def _administration():
    return User.objects.filter(role=Role.ADMINISTRATION, is_active=True)


def _is_last(stored: User, by: User) -> bool:
    """Say whether nobody of the administration would remain; the demonstration's accounts keep no real site open."""
    if stored.role != Role.ADMINISTRATION or not stored.is_active:
        return False
    return not _administration().filter(is_demo=stored.is_demo).exclude(pk=stored.pk).exists()
