"""« Est-ce bien vous? »: what touches rights, security or money asks for a recent proof, not only an open session.

A proof is a sign-in, a password typed again, a code, a passkey or a link received by e-mail, in this session.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest


def is_fresh(request: HttpRequest, seconds: int) -> bool:
    """Say whether the person proved who they are less than `seconds` ago."""
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < seconds for record in records[-1:])


def ask_if_stale(request: HttpRequest, seconds: int, *, grace: int = 0) -> None:
    """Raise ReauthenticationRequired without a recent proof; what is sent has `grace` seconds more than a page read.

    The question then comes when a page opens, not when it is sent. Past that too, what was sent is kept in the
    session while the question is asked, and goes through after the answer.
    """
    if not is_fresh(request, seconds + (grace if request.method == "POST" else 0)):
        raise ReauthenticationRequired


def fresh_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Ask for a recent proof before `view`, which touches the security of an account."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            ask_if_stale(request, settings.CONFIRM_SECURITY_SECONDS, grace=settings.CONFIRM_SECURITY_SECONDS)
        return view(request, *args, **kwargs)

    return asked
