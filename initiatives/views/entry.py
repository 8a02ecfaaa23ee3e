"""Enter an initiative: eight questions make a draft, then a list of short sections, in any order, until the deposit."""

from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.forms import add_errors
from alliance.lib.http import DRAFT_SAVED, GIVEN_BACK, Kept
from alliance.lib.workflow import Refusal, Stale
from initiatives import progress, radar, rules
from initiatives.choices import EntryMode
from initiatives.forms import quick
from initiatives.forms.entry import MARK_OF_END
from initiatives.forms.quick import QuickForm, lead_name_of
from initiatives.forms.saving import read_token, read_version
from initiatives.places import address_of
from initiatives.views import typed
from initiatives.views.access import closed_page, may_write, writer_page

_SHORT = (EntryMode.QUICK, EntryMode.PAPER)


@require_safe
@writer_page
def edit(request, initiative):
    """Show the sections of a draft: the state of each, what is missing in words, and the way to the deposit."""
    if rules.refuse_edit_by_agent(initiative.state):
        return closed_page(request, initiative)
    shown = progress.progress_of(initiative, request.user)
    context = {
        "initiative": initiative,
        "progress": shown,
        "steps": [(step, address_of(initiative, step.part.slug)) for step in shown.steps],
        "returned": _last_note(initiative),
        "lead_name": lead_name_of(initiative),
        "alerts": radar.of(initiative, request.user),
    }
    return render(request, "espace/edit.html", context)


def _last_note(initiative):
    """Return the move that sent the file back, when it waits for its MRC."""
    if initiative.state != "changes_requested":
        return None
    return initiative.transitions.filter(name="request_changes").select_related("by").last()


@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """Ask the eight questions. `?papier=1`: somebody copies a form filled on paper."""
    if not may_write(request.user):
        raise PermissionDenied
    if request.method == "POST":
        return _save(request)
    existing = quick.known(read_token(request.GET.get("dossier")), request.user)
    if existing and rules.refuse_edit_by_agent(existing.state):
        return redirect("espace:file", pk=existing.pk)
    if existing and existing.entry_mode not in _SHORT:  # its sections know more than these eight questions
        return redirect("espace:edit", pk=existing.pk)
    form = QuickForm(typed.typed_before(request), user=request.user, initiative=existing)
    return _page(request, form, initiative=existing, token=existing.entry_token if existing else uuid4())


def _read(request):
    form = QuickForm(request.POST, user=request.user, initiative=_stored(request))
    form.full_clean()
    return form


def _save(request):
    form = _read(request)
    if form.is_empty():
        form.refuse_empty()
        return _unsaved(request, form)
    try:
        saved = _write(request, form)
    except Stale as stale:
        return _conflict(request, form, stale)
    except Refusal as refusal:
        return _closed(request, form, refusal)
    except ValidationError as problem:
        add_errors(form, problem)
        return _unsaved(request, form)
    return _saved(request, form, saved)


def _saved(request, form, saved):
    errors = _sentences(form)
    if typed.is_autosave(request):
        return typed.saved(saved, f"{reverse('espace:new')}?dossier={saved.entry_token}", errors)
    if errors:
        return _page(request, form, status=422, initiative=saved)
    messages.success(request, typed.saved_words())
    who = form.cleaned_data.get("who", "")
    if who and form.lead() is None:
        messages.info(request, f"Choisissez «\xa0{who}\xa0» ci-dessous, ou créez cette organisation.")
        return redirect(f"{reverse('espace:partners', args=[saved.pk])}?{urlencode({'q': who})}")
    return redirect("espace:edit", pk=saved.pk)


def _sentences(form):
    return {name: str(rows[0]) for name, rows in form.errors.items()}


def _write(request, form):
    return quick.write(
        form,
        by=request.user,
        version=read_version(request.POST.get("version")),
        token=read_token(request.POST.get("entry_token")),
        entry_mode=EntryMode.PAPER if _is_paper(request) else EntryMode.QUICK,
        lead=None if typed.is_autosave(request) else form.lead(),
    )


def _is_paper(request):
    return "1" in (request.POST.get("papier"), request.GET.get("papier"))


def _unsaved(request, form):
    if typed.is_autosave(request):
        return typed.unsaved(_sentences(form))
    return _page(request, form, status=422)


def _stored(request):
    return quick.known(read_token(request.POST.get("entry_token")), request.user)


def _conflict(request, form, stale):
    """Answer 409 with both versions, the form still holding what was typed, ready to be saved over the stored one."""
    stored = _stored(request)
    if typed.is_autosave(request):
        address = reverse("espace:edit", args=[stored.pk])
        return typed.refused("conflict", stale.reasons[0], status=409, address=address)
    differences = quick.differences(form, stored)
    return _page(
        request, form, status=409, initiative=stored, differences=differences, reason=stale.reasons[0]
    )


def _closed(request, form, refusal):
    stored = _stored(request)
    if stored is None:
        raise refusal
    if typed.is_autosave(request):
        address = reverse("espace:file", args=[stored.pk])
        return typed.refused("conflict", f"Pas enregistré. {refusal.reasons[0]}", status=409, address=address)
    return closed_page(request, stored, quick.differences(form, stored))


def _page(request, form, *, status=200, initiative=None, token=None, differences=(), reason=""):
    context = {
        "form": form,
        "initiative": initiative,
        "version": initiative.version if initiative else "",
        "token": token or read_token(request.POST.get("entry_token")) or uuid4(),
        "mark_of_end": MARK_OF_END,
        "key": typed.key_of(request.user),
        "is_paper": _is_paper(request),
        "differences": differences,
        "reason": reason,
        "kept": status == 422 and initiative is not None,
        "refused": bool(form.errors),
    }
    return render(request, "espace/quick.html", context, status=status)


def keep_typed(request):
    """Save the text of a form that arrived after the session's limit (see `SessionLimitsMiddleware`).

    Returns the sentence to show, the address to come back to, and the fields to give back after sign-in.
    """
    if not may_write(request.user):
        return Kept("", reverse("espace:home"))
    form = _read(request)
    try:
        if form.is_empty():
            return Kept("", reverse("espace:new"), saved=True)
        saved = _write(request, form)
    except (Refusal, ValidationError):
        return Kept(GIVEN_BACK, reverse("espace:new"), typed.leftover(request))
    if form.errors:
        return Kept(DRAFT_SAVED, reverse("espace:new"), typed.leftover(request))
    return Kept(DRAFT_SAVED, reverse("espace:edit", args=[saved.pk]), saved=True)


new.keep_typed = keep_typed
new.gives_back = True
