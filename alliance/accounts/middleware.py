"""Ends a session left idle or kept too long, without losing what was being typed (quality.md §3, F8, F9, B28),
and leads who must have a second factor to the page that sets it up, from every private page (ASVS 6.3.3).

Public pages carry no session cookie and are never checked here. A view that receives long texts may carry an
attribute `keep_typed(request, **kwargs)`, which returns a `Kept`: when its form arrives soon after the limit (with a
valid token, checked by then), the text is saved in the name of the person whose session ended (see `overdue`).
"""

import time

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect

from alliance.accounts import overdue, second_factor, sessions
from alliance.lib.http import saves_by_itself

PRIVATE = ("/espace/", "/compte/", "/admin/")
ACCOUNT = "/compte/"
CLOCK = "account_session"  # asked by a page in the background: reading it is no activity
SIGN_OUT = "account_logout"
OTHER_ROLE = "Votre session a pris fin\xa0: votre rôle a changé."


class SessionLimitsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith(PRIVATE):
            response["Cache-Control"] = "no-store, private"
        return response

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not request.path.startswith(PRIVATE):
            return None
        now = int(time.time())
        if not request.user.is_authenticated:
            return _end(request, view_func, view_kwargs) if overdue.is_over(request) else None
        if request.session.setdefault("role", request.user.role) != request.user.role:
            return _close(request, view_func, view_kwargs, OTHER_ROLE, now, writes=False)
        if over := _over(request, now):
            return _close(request, view_func, view_kwargs, *over)
        if request.resolver_match.view_name != CLOCK or request.method == "POST":
            sessions.touch(request, now)
        sessions.tell(request)
        waits = overdue.welcome_back(request)
        if not request.path.startswith(ACCOUNT) and second_factor.is_missing(request.user):
            messages.warning(
                request, "Votre rôle demande un second facteur : choisissez-en un pour continuer."
            )
            return redirect("mfa_index")
        if _is_page(request) and waits:
            return redirect("account_texts")
        return None


def _over(request, now):
    """Return why the session is over, in French, and since when (seconds), or None."""
    session = request.session
    idle, most = sessions.idle_seconds(request.user), settings.SESSION_ABSOLUTE_SECONDS
    began = session.setdefault("began", now)
    ends = session.get("seen", now) + idle
    if now > ends:
        return f"Votre session a pris fin après {_duration(idle)} sans activité.", ends
    if now - began > most:
        return f"Votre session a pris fin\xa0: elle dure au plus {_duration(most)}.", began + most
    return None


def _close(request, view_func, view_kwargs, reason, at, *, writes=True):
    overdue.close(request, reason, at, writes=writes)
    answer = _end(request, view_func, view_kwargs)
    if answer is None:
        messages.warning(request, reason)
    return answer


def _is_page(request):
    """Say whether somebody opens a page of their work, where a text put aside is first shown to them."""
    return request.method == "GET" and not request.path.startswith(ACCOUNT) and not saves_by_itself(request)


def _end(request, view_func, view_kwargs):
    """Answer what arrives once the session is over: a text is kept, everything else is asked to sign in."""
    if request.path.startswith(ACCOUNT):
        if request.method == "POST" and request.resolver_match.view_name == SIGN_OUT:
            request.session.flush()
        return None
    return overdue.receive(request, view_func, view_kwargs)


def _duration(seconds):
    hours, minutes = divmod(seconds // 60, 60)
    if not minutes:
        return f"{hours}\xa0heure{'s' if hours > 1 else ''}"
    return f"{seconds // 60}\xa0minutes"
