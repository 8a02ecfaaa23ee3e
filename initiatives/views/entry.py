"""Enter an initiative: one page, a draft saved whatever is missing, and no text lost on the way."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from alliance.lib.dates import time_text
from alliance.lib.workflow import Refusal, Stale
from initiatives import partners, rules
from initiatives.forms import saving
from initiatives.forms.entry import MARK_OF_END, EntryForm
from initiatives.models import Initiative
from initiatives.views.access import closed_page, find, may_write, writer_page

_LONGEST_KEPT = 200_000  # characters of a text kept over a sign-in
_NEXT = {"check": "espace:submit", "partner": "espace:partners"}


@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    if not may_write(request.user):
        raise PermissionDenied
    if request.method == "POST":
        return _save(request, None)
    typed = _typed_before(request)
    form = EntryForm(typed, user=request.user)
    return _page(request, form, [], token=uuid4())


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def edit(request, initiative):
    if request.method == "POST":
        return _save(request, initiative)
    if rules.refuse_edit_by_agent(initiative.state):
        return closed_page(request, initiative)
    typed = _typed_before(request)
    form = EntryForm(typed, user=request.user, initiative=initiative)
    differences = saving.differences(form, initiative) if typed and form.errors is not None else ()
    return _page(request, form, saving.partner_forms(initiative), differences=differences)


def _save(request, initiative):
    form, rows = _read(request, initiative)
    try:
        saved = _write(request, form, rows)
    except Stale as stale:
        return _conflict(request, stale)
    except Refusal:
        stored = Initiative.objects.get(pk=initiative.pk)
        return closed_page(request, stored, saving.differences(form, stored))
    except ValidationError as problem:
        _report(form, problem)
        return _page(
            request, form, rows, status=422, token=saving.read_token(request.POST.get("entry_token"))
        )
    if form.errors or any(row.errors for row in rows):
        return _page(request, form, rows, status=422, initiative=saved)
    messages.success(request, f"Brouillon enregistré à {time_text(timezone.now())}")
    return redirect(_NEXT.get(request.POST.get("do"), "espace:edit"), pk=saved.pk)


def _read(request, initiative):
    form = EntryForm(request.POST, user=request.user, initiative=initiative)
    rows = saving.partner_forms(initiative, request.POST)
    form.full_clean()
    for row in rows:
        row.full_clean()
    return form, rows


def _write(request, form, rows):
    return saving.write(
        form,
        rows,
        by=request.user,
        version=saving.read_version(request.POST.get("version")),
        token=saving.read_token(request.POST.get("entry_token")),
    )


def _report(form, problem):
    """Put the refusal of the whole row beside the fields it names."""
    for name, errors in getattr(problem, "error_dict", {None: problem.error_list}).items():
        form.add_error(name if name in form.fields else None, errors)


def _conflict(request, stale):
    """Answer 409 with both versions, the form still holding what was typed, ready to be saved over the stored one."""
    token = saving.read_token(request.POST.get("entry_token"))
    pk = request.resolver_match.kwargs.get("pk")
    mine = {"pk": pk} if pk else {"entry_token": token, "created_by": request.user}
    stored = Initiative.objects.get(**mine)
    form, rows = _read(request, stored)
    return _page(
        request,
        form,
        rows,
        status=409,
        differences=saving.differences(form, stored),
        reason=stale.reasons[0],
    )


def _page(request, form, rows, *, status=200, initiative=None, token=None, differences=(), reason=""):
    initiative = initiative or form.initiative
    if initiative and not rows:
        rows = saving.partner_forms(initiative)
    context = {
        "form": form,
        "rows": rows,
        "initiative": initiative,
        "version": Initiative.objects.get(pk=initiative.pk).version if initiative else None,
        "token": token,
        "mark_of_end": MARK_OF_END,
        "others": _other_territories(form, initiative),
        "returned": _last_note(initiative),
        "differences": differences,
        "reason": reason,
        "kept": status == 422 and initiative is not None,
        "refused": bool(form.errors) or any(row.errors for row in rows),
        "needs_fiduciary": bool(initiative) and partners.needs_fiduciary(partners.rows_of(initiative)),
        "address": reverse("espace:edit", args=[initiative.pk]) if initiative else reverse("espace:new"),
    }
    return render(request, "espace/edit.html", context, status=status)


def _other_territories(form, initiative):
    if initiative is None:
        return []
    return [
        row.name for row in initiative.territories.all() if str(row.pk) not in form.fields["territories"].rows
    ]


def _last_note(initiative):
    """Return the move that sent the file back, when it waits for its MRC."""
    if initiative is None or initiative.state != "changes_requested":
        return None
    return initiative.transitions.filter(name="request_changes").select_related("by").last()


# A session that ends while a text is being typed -----------------------------------------------------------


def keep_typed(request, pk=None):
    """Save the text of a form that arrived after the session's limit (see `SessionLimitsMiddleware`).

    Returns the sentence to show, the address to come back to, and the fields to give back after sign-in.
    """
    initiative = find(request.user, pk) if pk else None
    if not may_write(request.user):
        return "", reverse("espace:home"), ""
    form, rows = _read(request, initiative)
    try:
        saved = _write(request, form, rows)
    except (Refusal, ValidationError):
        address = reverse("espace:edit", args=[pk]) if pk else reverse("espace:new")
        return "Votre texte vous sera rendu après la connexion.", address, _leftover(request)
    leftover = _leftover(request) if form.errors else ""
    return "Votre brouillon est enregistré.", reverse("espace:edit", args=[saved.pk]), leftover


def _leftover(request):
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    text = fields.urlencode()
    return text if len(text) <= _LONGEST_KEPT else ""


def _typed_before(request):
    """Return, once, what this same person was typing at this address when the session ended, or None."""
    typed = request.session.get("typed")
    if not typed or typed["user"] != request.user.pk or typed["address"] != request.path:
        return None
    del request.session["typed"]
    return QueryDict(typed["data"])


new.keep_typed = keep_typed
edit.keep_typed = keep_typed
