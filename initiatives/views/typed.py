"""What a page does with a text that arrives alone (autosave) or too late (session over): nothing typed is lost."""

from django.http import JsonResponse, QueryDict
from django.utils import timezone
from django.utils.crypto import salted_hmac

from alliance.lib.dates import time_text
from alliance.lib.http import LONGEST_KEPT

AUTOSAVE = "autosave"


def is_autosave(request):
    """Say whether the page saves by itself, without anybody pressing a button."""
    return request.POST.get("do") == AUTOSAVE


def key_of(user):
    """Return the key, in hexadecimal, under which the browser keeps what this person types: nobody else is given it."""
    return salted_hmac("brouillon", str(user.pk), algorithm="sha256").hexdigest()


def saved_words():
    return f"Brouillon enregistré à {time_text(timezone.now())}"


def saved(initiative, address, errors):
    """Answer that what could be read is saved; `errors` are the sentences to show beside the fields, by name."""
    answer = {
        "state": "saved",
        "said": saved_words(),
        "version": initiative.version,
        "address": address,
        "errors": {name: sentence for name, sentence in errors.items() if name != "__all__"},
    }
    return JsonResponse(answer)


def refused(state, said, *, status, address="", errors=None):
    """Answer that nothing was saved: `state` is « conflict » (409) or « refused » (422)."""
    return JsonResponse(
        {"state": state, "said": said, "address": address, "errors": errors or {}}, status=status
    )


def unsaved(errors):
    """Answer that nothing could be saved before what `errors` says is corrected."""
    return refused("refused", "Pas enregistré\xa0: corrigez ce qui est signalé.", status=422, errors=errors)


def leftover(request):
    """Return the fields to give back after sign-in, or an empty string when they are too long to be kept."""
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    text = fields.urlencode()
    return text if len(text) <= LONGEST_KEPT else ""


def typed_before(request):
    """Return, once, what this same person was typing at this address when the session ended, or None."""
    typed = request.session.get("typed")
    if not typed or typed["user"] != request.user.pk or typed["address"] != request.path:
        return None
    del request.session["typed"]
    return QueryDict(typed["data"])
