"""One section of the form on one short page: saved whatever is missing, refused field by field, never overwritten."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from alliance.lib.forms import add_errors
from alliance.lib.http import DRAFT_SAVED, GIVEN_BACK, Kept
from alliance.lib.workflow import Refusal, Stale
from initiatives import partners, rules
from initiatives.actions import open_fields
from initiatives.forms import saving
from initiatives.forms.entry import MARK_OF_END
from initiatives.forms.quick import lead_name_of
from initiatives.forms.rows import MORE_LINES
from initiatives.models import Initiative
from initiatives.places import address_of
from initiatives.sections import BY_SLUG, SECTIONS
from initiatives.views import typed
from initiatives.views.access import closed_page, find, may_write, writer_page
from initiatives.views.questions import items_of, totals_of

_TABLES = ("activities", "expenses", "sources")


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def section(request, initiative, section):
    part = _part(section)
    if part.slug == "documents":
        return redirect("espace:documents", pk=initiative.pk)
    if request.method == "POST":
        return _save(request, initiative, part)
    if rules.refuse_edit_by_agent(initiative.state):
        return closed_page(request, initiative)
    data = typed.typed_before(request)
    entry = _entry(request, initiative, part, data)
    differences = saving.differences(entry, initiative) if data else ()
    return _page(request, entry, part, differences=differences)


def _part(slug):
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


def _asked(request, initiative):
    """Return the only questions open to this person, or None when all are."""
    return None if request.user.is_staff else open_fields(initiative)


def _entry(request, initiative, part, data=None):
    asked = _asked(request, initiative)
    codes = [code for code in part.codes if asked is None or code in asked]
    lines = {code: _lines(request.GET.get(code, "")) for code in _TABLES}
    return saving.entry_of(codes, user=request.user, initiative=initiative, data=data, lines=lines)


def _lines(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _write(request, entry):
    return saving.write(entry, by=request.user, version=saving.read_version(request.POST.get("version")))


def _save(request, initiative, part):
    entry = _entry(request, initiative, part, request.POST)
    try:
        if rules.refuse_edit_by_agent(initiative.state):
            return _closed(request, entry)
        saved = _write(request, entry)
    except Stale as stale:
        return _conflict(request, part, stale)
    except Refusal as refusal:
        return _refused(request, entry, part, refusal)
    except ValidationError as problem:
        add_errors(entry.form, problem)
        return _unsaved(request, entry, part)
    return _saved(request, entry, part, saved)


def _saved(request, entry, part, saved):
    if typed.is_autosave(request):
        return typed.saved(saved, request.path, entry.errors())
    if entry.refused:
        return _page(request, entry, part, status=422, kept=True)
    messages.success(request, typed.saved_words())
    return redirect(_next(request, saved, part))


def _next(request, initiative, part):
    """Return where the button pressed leads."""
    do = request.POST.get("do", "")
    here = address_of(initiative, part.slug)
    if do == "partner":
        name = lead_name_of(initiative)
        query = f"?{urlencode({'q': name})}" if name else ""
        return f"{reverse('espace:partners', args=[initiative.pk])}{query}"
    if do == "count":
        return f"{here}#totaux"
    if do in _TABLES and do in part.codes:
        lines = len({name.split("-")[1] for name in request.POST if name.startswith(f"{do}-")})
        return f"{here}?{do}={lines + MORE_LINES}#id_{do}-{lines}-label"
    if do == "next":
        return _following(request, initiative, part)
    return reverse("espace:edit", args=[initiative.pk])


def _following(request, initiative, part):
    """Return the next section where something is open, or the page where one checks everything."""
    asked = _asked(request, initiative)
    rest = SECTIONS[SECTIONS.index(part) + 1 :]
    after = [row for row in rest if asked is None or asked & set(row.codes)]
    return address_of(initiative, after[0].slug) if after else reverse("espace:edit", args=[initiative.pk])


def _unsaved(request, entry, part):
    if typed.is_autosave(request):
        return typed.unsaved(entry.errors())
    return _page(request, entry, part, status=422)


def _refused(request, entry, part, refusal):
    stored = Initiative.objects.get(pk=entry.initiative.pk)
    if rules.refuse_edit_by_agent(stored.state):
        return _closed(request, entry)
    entry.form.add_error(None, refusal.reasons)
    return _unsaved(request, entry, part)


def _closed(request, entry):
    stored = Initiative.objects.get(pk=entry.initiative.pk)
    if typed.is_autosave(request):
        said = f"Pas enregistré. {rules.refuse_edit_by_agent(stored.state)}"
        return typed.refused("conflict", said, status=409, address=reverse("espace:file", args=[stored.pk]))
    return closed_page(request, stored, saving.differences(entry, stored))


def _conflict(request, part, stale):
    """Answer 409 with both versions, unless what is stored is already what was typed (a save that crossed this one)."""
    stored = find(request.user, request.resolver_match.kwargs["pk"])
    entry = _entry(request, stored, part, request.POST)
    differences = saving.differences(entry, stored)
    if not differences and MARK_OF_END in request.POST:
        return _saved(request, entry, part, stored)
    if typed.is_autosave(request):
        return typed.refused("conflict", stale.reasons[0], status=409, address=request.path)
    return _page(request, entry, part, status=409, differences=differences, reason=stale.reasons[0])


def _page(request, entry, part, *, status=200, differences=(), reason="", kept=False):
    initiative = Initiative.objects.get(pk=entry.initiative.pk) if status != 200 else entry.initiative
    items = items_of(part, entry, initiative)
    context = {
        "entry": entry,
        "form": entry.form,
        "rows": entry.partners or [],
        "tables": entry.tables.values(),
        "initiative": initiative,
        "part": part,
        "items": items,
        "has_closed": any(item.is_closed for item in items),
        "all_closed": all(item.is_closed for item in items),
        "version": initiative.version,
        "mark_of_end": MARK_OF_END,
        "key": typed.key_of(request.user),
        "differences": differences,
        "reason": reason,
        "kept": kept,
        "refused": entry.refused or bool(entry.form.errors),
        "wide": bool(entry.tables),
        "totals": totals_of(initiative) if "sources" in part.codes else None,
        "others": _other_territories(entry.form, initiative),
        "needs_fiduciary": "partners" in part.codes
        and partners.needs_fiduciary(partners.rows_of(initiative)),
        "position": SECTIONS.index(part) + 1,
        "count": len(SECTIONS),
    }
    return render(request, "espace/section.html", context, status=status)


def _other_territories(form, initiative):
    if "territories" not in form.fields:
        return []
    rows = initiative.territories.all()
    return [row.name for row in rows if str(row.pk) not in form.fields["territories"].rows]


def keep_typed(request, pk, section):
    """Save the text of a page that arrived after the session's limit (see `SessionLimitsMiddleware`).

    Returns the sentence to show, the address to come back to, and the fields to give back after sign-in.
    """
    initiative, part = find(request.user, pk), _part(section)
    if not may_write(request.user):
        return Kept("", reverse("espace:home"))
    entry = _entry(request, initiative, part, request.POST)
    address = request.path
    try:
        if reason := rules.refuse_edit_by_agent(initiative.state):
            raise Refusal(reason)
        _write(request, entry)
    except (Refusal, ValidationError):
        return Kept(GIVEN_BACK, address, typed.leftover(request))
    left = typed.leftover(request) if entry.refused else ""
    return Kept(DRAFT_SAVED, address, left, saved=not entry.refused)


section.keep_typed = keep_typed
section.gives_back = True
