"""Ends a session left idle or kept too long, without losing what was being typed (quality.md §3, F8, F9, B28),
and leads who must have a second factor to the page that sets it up, from every private page (ASVS 6.3.3).

Public pages carry no session cookie and are never checked here. A view that receives long texts may carry an
attribute `keep_typed(request, **kwargs)`: when its form arrives after the limit (with a valid token, checked by then),
the text is kept in the name of the person whose session ends, then sign-in is asked again.
"""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.utils import timezone

from alliance.accounts import second_factor, sessions
from alliance.lib.dates import time_text
from alliance.lib.http import saves_by_itself, signed_out

PRIVATE = ("/espace/", "/compte/", "/admin/")
ACCOUNT = "/compte/"
CLOCK = "account_session"  # asked by a page in the background: reading it is no activity


class SessionLimitsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith(PRIVATE):
            response["Cache-Control"] = "no-store, private"
        return response

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not request.path.startswith(PRIVATE) or not request.user.is_authenticated:
            return None
        if request.session.setdefault("role", request.user.role) != request.user.role:
            logout(request)
            return None
        now = int(time.time())
        if reason := _over(request, now):
            return _end(request, view_func, view_kwargs, reason)
        if request.resolver_match.view_name != CLOCK or request.method == "POST":
            sessions.touch(request, now)
        sessions.tell(request)
        if not request.path.startswith(ACCOUNT) and second_factor.is_missing(request.user):
            messages.warning(
                request, "Votre rôle demande un second facteur : choisissez-en un pour continuer."
            )
            return redirect("mfa_index")
        return None


def _over(request, now):
    """Return why the session is over, in French, or an empty string."""
    began = request.session.setdefault("began", now)
    idle = sessions.idle_seconds(request.user)
    if now - request.session.get("seen", now) > idle:
        return f"Votre session a pris fin après {_duration(idle)} sans activité."
    if now - began > settings.SESSION_ABSOLUTE_SECONDS:
        return f"Votre session a pris fin : elle dure au plus {_duration(settings.SESSION_ABSOLUTE_SECONDS)}."
    return ""


def _end(request, view_func, view_kwargs, reason):
    """Close the session; the text of a form is kept first. Returns the way to the sign-in page when there was one."""
    if saves_by_itself(request) and request.method == "GET":
        return (
            signed_out()
        )  # the session is left as it is: the text that this page sends next is still its author's
    keep = getattr(view_func, "keep_typed", None)
    if request.method != "POST" or keep is None:
        logout(request)
        messages.warning(request, reason)
        return None
    author = request.user.pk
    sentence, address, leftover = keep(request, **view_kwargs)
    logout(request)
    if saves_by_itself(request):
        return _answer(saved=bool(sentence) and not leftover)
    if leftover:
        request.session["typed"] = {"user": author, "address": address, "data": leftover}
    messages.warning(request, f"{reason} {sentence}")
    return redirect_to_login(address)


def _answer(*, saved):
    """Answer a page that saves by itself: it still holds its text, so nothing is put aside for it."""
    if not saved:
        return signed_out()
    return signed_out(
        f"Brouillon enregistré à {time_text(timezone.now())}, puis votre session a pris fin.", kept=True
    )


def _duration(seconds):
    hours, minutes = divmod(seconds // 60, 60)
    if not minutes:
        return f"{hours}\xa0heure{'s' if hours > 1 else ''}"
    return f"{seconds // 60}\xa0minutes"
