"""Forms that anybody may send from the public site: no account, no cookie, nothing kept of who sends but what is typed.

Without a cookie there is no session to forge a request in: a token makes two sendings one act, a field that people do
not see holds machines back, and an address sends a limited number per hour.
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

ASKED = (
    "Êtes-vous une personne? Un champ caché était rempli, peut-être par votre navigateur. Nous l’avons vidé\xa0: "
    "laissez-le vide et envoyez de nouveau. Rien de ce que vous avez écrit n’est perdu."
)
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class PublicForm(forms.Form):
    """A form of the public site. `token` makes a double click one act; `rien` stays empty: people do not see it.

    Its name and label say nothing that a browser fills in by itself. When it comes filled in all the same, the form is
    shown again with this field emptied and in sight, and asks who is there: nothing of what a person typed is lost.
    """

    token = TokenField(initial=uuid.uuid4)
    rien = forms.CharField(
        label="Laissez ce champ vide",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_rien(self):
        """Return an empty text; ask who fills in a field that nobody sees."""
        if not self.cleaned_data["rien"]:
            return ""
        self.data = self.data.copy()
        self.data[self.add_prefix("rien")] = ""
        del self.fields["rien"].widget.attrs["tabindex"]
        raise forms.ValidationError(ASKED)


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
