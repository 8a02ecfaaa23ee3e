"""« Vos courriels »: each kind of message at once, in the digest of the day, or never."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from alliance.accounts import outbox
from alliance.accounts.forms_mail import WaysForm
from alliance.accounts.roles import TERRITORY_ROLES
from alliance.lib.workflow import Refusal, Stale

SAVED = "Vos choix sont enregistrés."


@require_http_methods(["GET", "HEAD", "POST"])
def mails(request):
    ways = outbox.ways_of(request.user)
    form = WaysForm(
        request.POST if request.method == "POST" else None, ways=ways, initial={"read": outbox.seal(ways)}
    )
    if request.method != "POST":
        return _page(request, form, 200)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        outbox.set_ways(by=request.user, ways=form.ways(), read=form.cleaned_data["read"])
    except Stale as stale:
        return _stale_page(request, form, stale)
    except Refusal as refusal:
        form.add_error(None, refusal.reasons)
        return _page(request, form, 422)
    messages.success(request, SAVED)
    return redirect("espace:mails")


def _stale_page(request, form, stale):
    """Show what was chosen here again, with the mark of the choices as they stand now."""
    form.data = form.data.copy()
    form.data["read"] = outbox.seal(outbox.ways_of(request.user))
    form.add_error(None, stale.reasons)
    return _page(request, form, 409)


def _page(request, form, status):
    in_space = request.user.role in TERRITORY_ROLES  # the others have another menu
    context = {
        "base": "espace/base.html" if in_space else "base_private.html",
        "form": form,
        "team": outbox.team_address(request.user.role),
    }
    return render(request, "espace/mails.html", context, status=status)
