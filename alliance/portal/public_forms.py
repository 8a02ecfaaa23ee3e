"""Forms that anybody may send from the public site: no account, no cookie, nothing kept of who sends but what is typed.

Without a cookie there is no session to forge a request in: a token makes two sendings one act, a field that people do
not see tells machines apart, and an address sends a limited number per hour.
"""

import uuid
from functools import wraps

from allauth.core.internal import ratelimit
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseNotAllowed
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from alliance.accounts import adapter
from alliance.lib.forms import TokenField

_METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class PublicForm(forms.Form):
    """A form of the public site. `token` makes a double click one act; `site` stays empty when a person fills it in."""

    token = TokenField(initial=uuid.uuid4)
    site = forms.CharField(
        label="Laissez ce champ vide",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    @property
    def is_from_a_machine(self):
        """Say whether the field that people do not see was filled in: then nothing is written, and nothing is said."""
        return bool(self.data.get(self.add_prefix("site")))


def public_form(view):
    """Make `view` a public page with a form: no login, no cookie, kept by no cache."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def page(request, *args, **kwargs):
        if request.method == "OPTIONS":
            return HttpResponse(headers={"Allow": ", ".join(_METHODS)})
        if request.method not in _METHODS:
            return HttpResponseNotAllowed(_METHODS)
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_store=True)
        return response

    return page


def too_many(request, action, *, key=""):
    """Count one sending of `action` (a rate of the settings); return the page 429 past the limit, or None."""
    rates = {"app": "allauth.account", "action": action, "key": key.strip().lower() or None}
    if ratelimit.consume(request, **rates):
        return None
    return adapter.too_many(request, minutes=adapter.minutes_left(request, **rates))
