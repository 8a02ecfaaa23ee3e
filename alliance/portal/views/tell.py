"""« Signaler une erreur »: anybody tells, without an account and without a cookie."""

import uuid
from urllib.parse import urlsplit

from django.shortcuts import redirect, render

from alliance.lib.workflow import Refusal
from alliance.portal import errors_told
from alliance.portal.directory import current
from alliance.portal.freshness import public_page
from alliance.portal.named_pages import page_named
from alliance.portal.public_forms import public_form, too_many
from alliance.portal.told_form import UNKNOWN_PAGE, WHOLE_SITE, TellForm

_TOO_MANY = (
    "Plusieurs messages viennent déjà de votre connexion depuis une heure. Attendez quelques minutes, "
    "puis envoyez de nouveau\xa0: votre texte reste dans cette page."
)


@public_form
def tell_error(request):
    """Show the form for the page named by `?page=`, or keep what was told, once, and thank."""
    directory = current(request)
    if request.method != "POST":
        asked = request.GET.get("page", "")
        named = page_named(directory, asked or _came_from(request))
        form = TellForm(directory=directory, initial={"page": named.path if named else ""})
        return _page(request, form, named, notice=UNKNOWN_PAGE if asked and not named else "")
    form = TellForm(request.POST, directory=directory)
    status = _kept(request, form)
    if not status:
        return redirect("portal:error_told")
    return _page(request, form, _shown_again(form, directory), status=status)


def _came_from(request):
    """Return the path of our page whose footer was followed, when the browser says it (it says it to this site only)."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    return parts.path if parts.netloc == request.get_host() else ""


def _kept(request, form):
    """Keep what a valid form tells; return 0, or the status of the page that shows it again with what is wrong."""
    if not form.is_valid():
        return 422
    if too_many(request, "told_error"):
        form.add_error(None, _TOO_MANY)
        return 429
    values = dict(form.cleaned_data)
    page = values.pop("page")
    values.pop("rien")
    try:
        errors_told.tell(path=page.path, initiative=page.initiative, **values)
    except Refusal as refusal:
        form.add_error(None, refusal.reasons)
        form.data = form.data.copy()
        form.data["token"] = str(uuid.uuid4())
        return 422
    return 0


def _shown_again(form, directory):
    """Return the page spoken of; one that is not ours is dropped from the form, which says so."""
    named = page_named(directory, form.data.get("page") or WHOLE_SITE)
    form.data = form.data.copy()
    form.data["page"] = named.path if named else ""
    if {"token", "page"} & set(form.errors):
        form.data["token"] = str(uuid.uuid4())
    return named if named and named.path != WHOLE_SITE else None


def _page(request, form, named, *, notice="", status=200):
    context = {"form": form, "page": named, "notice": notice}
    return render(request, "portal/tell_error.html", context, status=status)


@public_page
def thanks(request):
    return render(request, "portal/error_told.html")
