"""Ends a session left idle or kept too long (quality.md §3, F9)."""

import time

from django.conf import settings
from django.contrib.auth import logout

_STEP = 60  # seconds between two writes of « last seen »


class SessionLimitsMiddleware:
    """Public pages carry no session cookie, so they never reach the session table here."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith(
            settings.STATIC_URL
        ):
            self._check(request)
        return self.get_response(request)

    def _check(self, request):
        if not request.user.is_authenticated:
            return
        now = int(time.time())
        began = request.session.setdefault("began", now)
        seen = request.session.get("seen", now)
        if now - seen > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_ABSOLUTE_SECONDS:
            logout(request)
            request.session["expired"] = True
            return
        if "seen" not in request.session or now - seen > _STEP:
            request.session["seen"] = now
