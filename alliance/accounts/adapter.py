"""How sign-in behaves here: closed sign-up, one answer for every refused sign-in, limits shared by all processes."""

import time
from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from alliance.accounts.fresh import is_fresh

_WAYS = {
    "reauthenticate": "Votre mot de passe",
    "mfa_reauthenticate": "Un code de votre application ou un code de secours",
    "mfa_reauthenticate:webauthn": "Une clé d’accès",
}
_SILENT = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the CRD: nobody signs up alone."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "L’adresse courriel ou le mot de passe ne correspond à aucun compte actif",
        "enter_current_password": "Inscrivez votre mot de passe actuel",
        "incorrect_password": "Ce n’est pas votre mot de passe actuel",
    }

    def is_open_for_signup(self, request):
        return False

    def is_ajax(self, request):
        """Answer with pages only: a header of the browser must not change the door that is checked."""
        return False

    def get_login_redirect_url(self, request):
        return home_of(request.user)

    def get_password_change_redirect_url(self, request):
        return reverse("account_home")

    def get_from_email(self):
        return settings.DEFAULT_FROM_EMAIL

    def format_email_subject(self, subject):
        return subject

    def is_safe_url(self, url):
        """Accept only an address of this site, written without a host (case F6)."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_reset_password_from_key_url(self, key):
        """Return the link of the reset e-mail; its host comes from the settings, never from the request (case F5)."""
        address = super().get_reset_password_from_key_url(key)
        return f"{settings.SITE_URL.rstrip('/')}/{address.split('/', 3)[3]}"

    def add_message(self, request, level, message_template=None, *args, **kwargs):
        if message_template not in _SILENT:
            super().add_message(request, level, message_template, *args, **kwargs)

    # Sign-in ------------------------------------------------------------------------------------------------

    def pre_authenticate(self, request, **credentials):
        """Count this try; past the limit, answer 429 with the time left (case F1)."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        rates = {"app": "allauth.account", "action": "login_failed", "key": key}
        self._login_failed_rl_usage = ratelimit.consume(request, **rates)
        if not self._login_failed_rl_usage:
            raise ImmediateHttpResponse(too_many(request, minutes=minutes_left(request, **rates)))

    def authenticate(self, request, **credentials):
        """Return the active person whose password this is, or None; a closed account answers like a wrong password."""
        self.pre_authenticate(request, **credentials)
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if user:
            self._rollback_login_failed_rl_usage()
        return user

    # « Est-ce bien vous? » ------------------------------------------------------------------------------------

    def is_reauthentication_required(self, *, app):
        """A recent sign-in is a proof too: nobody types the same password twice in a minute."""
        return not is_fresh(self.request, settings.CONFIRM_SECURITY_SECONDS)

    def get_reauthentication_methods(self, user):
        """Return the ways to prove who one is; a link by e-mail when the account has no other."""
        methods = [
            {**method, "description": _WAYS[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]
        if methods or not user.is_authenticated:
            return methods
        address = reverse("account_prove_by_link")
        return [{"id": "link", "description": "Recevoir un lien par courriel", "url": address}]

    def reauthenticate(self, user, password):
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def _get_login_attempts_cache_key(self, request, **credentials):
        """Count by account alone: the host that the browser names would give as many counters as names."""
        return str(credentials.get("email", "")).strip().lower()


def too_many(request, minutes=None):
    """Answer 429: « revenez dans N minutes » when it is known."""
    response = render(request, "errors/429.html", {"minutes": minutes}, status=429)
    if minutes:
        response["Retry-After"] = str(minutes * 60)
    return response


def home_of(user):
    """Return the first page of a person."""
    return "/admin/" if user.is_staff else "/espace/"


def minutes_left(request, *, app, action, key):
    """Return the minutes before the tries that fill a limit begin to expire, or None."""
    waits = []
    for rate in ratelimit.get_rates(app=app, action=action):
        stored = ratelimit.get_cache_key(request, app=app, action=action, rate=rate, key=key)
        history = cache.get(stored, [])
        if len(history) >= rate.amount:
            waits.append(history[-1] + rate.duration - time.time())
    return max(1, -(-int(max(waits)) // 60)) if waits else None
