"""The open sessions of a person: when each ends, which are alive, closing them."""

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from alliance.accounts.models import User

STEP = 60  # seconds between two writes of « last seen »

_BROWSERS = (  # the first that fits: each of them also names the next ones
    (r"Edg", "Edge"),
    (r"OPR", "Opera"),
    (r"Firefox|FxiOS", "Firefox"),
    (r"Chrome|CriOS", "Chrome"),
    (r"Safari", "Safari"),
)
_SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Mac OS", "Mac"),
    (r"Linux", "Linux"),
)


@dataclass(frozen=True)
class OpenSession:
    """A session as its person reads it."""

    pk: int
    device: str
    began_at: datetime
    seen_at: datetime
    is_this_one: bool


def idle_seconds(user: User) -> int:
    return settings.SESSION_STAFF_IDLE_SECONDS if user.is_staff else settings.SESSION_IDLE_SECONDS


def seconds_left(request: HttpRequest) -> tuple[int, int]:
    """Return the seconds before the session ends without activity, and before it ends whatever is done."""
    now = int(time.time())
    idle = request.session.get("seen", now) + idle_seconds(request.user) - now
    most = request.session.get("began", now) + settings.SESSION_ABSOLUTE_SECONDS - now
    return max(0, min(idle, most)), max(0, most)


def tell(request: HttpRequest) -> None:
    """Let the page say when the session ends if nothing more is done."""
    left, _most = seconds_left(request)
    request.session_seconds_left = left  # type: ignore[attr-defined]
    request.session_ends_at = timezone.now() + timedelta(seconds=left)  # type: ignore[attr-defined]


def touch(request: HttpRequest, now: int) -> None:
    """Write that the person is there, at most once a minute."""
    if now - request.session.get("seen", 0) > STEP:
        request.session["seen"] = now
        UserSession.objects.create_from_request(request)


def alive(request: HttpRequest) -> list[OpenSession]:
    """Return the open sessions of the person who asks, this one first, then the last seen."""
    now = timezone.now()
    idle = timedelta(seconds=idle_seconds(request.user) + STEP)
    most = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    kept = _kept(request.user)
    rows = [
        OpenSession(
            pk=row.pk,
            device=device(row.user_agent),
            began_at=row.created_at,
            seen_at=row.last_seen_at,
            is_this_one=row.session_key == request.session.session_key,
        )
        for row in UserSession.objects.filter(
            user=request.user, last_seen_at__gt=now - idle, created_at__gt=now - most
        )
        if row.session_key in kept
    ]
    return sorted(rows, key=lambda row: (row.is_this_one, row.seen_at), reverse=True)


def _kept(user: User) -> set[str]:
    """Return the keys of the sessions of `user` that the server still holds and that its password still opens."""
    keys = UserSession.objects.filter(user=user).values("session_key")
    held = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    proof = user.get_session_auth_hash()
    return {row.session_key for row in held if row.get_decoded().get(HASH_SESSION_KEY) == proof}


def end(user: User, *, only: int | None = None, keep: str | None = None) -> int:
    """End the sessions of `user` (the one numbered `only`, or all but the one whose key is `keep`); return how many."""
    rows: Any = UserSession.objects.filter(user=user).exclude(session_key=keep)
    if only is not None:
        rows = rows.filter(pk=only)
    ended = list(rows)
    for row in ended:
        row.end()
    return len(ended)


def device(user_agent: str) -> str:
    """Return « Firefox sur Windows », or as much as the browser says of itself."""
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, user_agent)), "")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    if browser and system:
        return f"{browser} sur {system}"
    return browser or system or "Navigateur inconnu"
