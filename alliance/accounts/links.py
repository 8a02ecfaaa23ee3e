"""Links that open one session: the secret travels by e-mail, only its SHA-256 stays here.

The digest also covers the person's address and password: when either changes, the links sent before open nothing.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from alliance.accounts.choices import LinkPurpose
from alliance.accounts.models import SignInLink, User

LIFETIMES = {LinkPurpose.SIGN_IN: timedelta(minutes=15), LinkPurpose.INVITATION: timedelta(days=7)}
ROUTES = {LinkPurpose.SIGN_IN: "account_link_open", LinkPurpose.INVITATION: "account_invitation"}
_MOST_DIGITS = 18  # every identifier of 64 bits that a database gave has no more


def make(user: User, purpose: str) -> str:
    """Keep a new link of `user` and return its whole address; the host comes from the settings (case F5)."""
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    SignInLink.objects.create(
        user=user,
        purpose=purpose,
        digest=_digest(secret, user),
        created_at=now,
        expires_at=now + LIFETIMES[LinkPurpose(purpose)],
    )
    path = reverse(ROUTES[LinkPurpose(purpose)], args=[f"{user.pk}-{secret}"])
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def find(token: str) -> SignInLink | None:
    """Return the link that `token` opens now, or None: unknown, used, too old, or its account is closed.

    An invitation opens an account for the first time only: it dies once its person came in, by any door.
    """
    number, _, secret = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        return None
    user = User.objects.filter(pk=int(number), is_active=True).first()
    if user is None:
        return None
    usable = SignInLink.objects.filter(used_at=None, expires_at__gt=timezone.now()).select_related("user")
    link = usable.filter(user=user, digest=_digest(secret, user)).first()
    if link and link.purpose == LinkPurpose.INVITATION and user.last_login is not None:
        return None
    return link


def _digest(secret: str, user: User) -> str:
    return hashlib.sha256(f"{secret}|{user.pk}|{user.email}|{user.password}".encode()).hexdigest()
