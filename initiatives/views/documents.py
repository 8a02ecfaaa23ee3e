"""The documents of a file: its section of the form, the download that checks who asks, taking one off."""

import logging

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib import photos
from alliance.lib.downloads import give_file, give_preview
from alliance.lib.forms import add_errors
from alliance.lib.http import Kept
from alliance.lib.workflow import NotAllowed, Refusal, Stale
from initiatives import actions, rules
from initiatives.actions import documents as verbs
from initiatives.choices import DocumentKind, ScanState
from initiatives.documents import MOST_DOCUMENTS, digest_of, is_image, thumbnail
from initiatives.forms.documents import DocumentsForm
from initiatives.forms.entry import MARK_OF_END
from initiatives.forms.saving import Difference
from initiatives.models import Answers, Document, Initiative
from initiatives.paperwork import groups_of
from initiatives.places import address_of
from initiatives.sections import BY_SLUG, SECTIONS
from initiatives.views import typed
from initiatives.views.access import READERS, closed_page, file_page, may_write, writer_page

_PART = BY_SLUG["documents"]
_log = logging.getLogger("alliance.documents")


@require_http_methods(["GET", "HEAD", "POST"])
@file_page
def documents(request, initiative):
    """List the documents; whoever holds the file joins some, takes last year's again, says which ones will follow."""
    if request.method != "POST":
        return _page(request, initiative, _given_back(request, initiative))
    if not may_write(request.user):
        raise PermissionDenied
    form = _form(request, initiative, request.POST, request.FILES)
    if _closed(request.user, initiative):
        return closed_page(request, initiative, _unsaved(form, initiative))
    try:
        said = _work(request, initiative, form)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    for level, sentence in said:
        messages.add_message(request, level, sentence)
    if form.errors or form.conflict:
        return _page(request, initiative, form, status=422 if form.errors else 409)
    return redirect(_next(request, initiative))


def _form(request, initiative, data=None, files=None):
    asked = _asked(request.user, initiative)
    present = {(row.kind, row.digest) for row in initiative.documents.all()}
    rows = verbs.reusable(initiative, request.user) if initiative.continues_id else ()
    offered = [_Offered(row) for row in rows if (row.kind, row.digest) not in present]
    kind = request.GET.get("piece", "")
    initial = {"note": _note_of(initiative), "kind": kind if kind in DocumentKind.values else ""}
    return DocumentsForm(data, files, asked=asked, offered=offered, initial=initial)


def _given_back(request, initiative):
    """Return the form with the word that a session over kept from being saved, and say whether another replaced it."""
    form, before = _form(request, initiative), typed.typed_before(request)
    if before and "note" in form.fields:
        stored = _note_of(initiative)
        note = form.initial["note"] = before.get("note", stored)
        form.conflict = note != stored and before.get("note_read") != _mark_of(stored)
    return form


class _Offered:
    """A document of last year, said in a choice: what it is, then its name."""

    def __init__(self, document):
        self.pk, self.document = document.pk, document

    def __str__(self):
        return f"{self.document.get_kind_display()}\xa0: {self.document.name}"


def _work(request, initiative, form):
    """Write what can be; what is refused is said beside its field. Returns the sentences to show, with their level."""
    form.full_clean()
    said = []
    _save_note(request, initiative, form)
    if ticked := form.cleaned_data.get("reuse"):
        taken = [offered.document for offered in ticked]
        added = _try(form, "reuse", verbs.reuse_documents, documents=taken)(initiative, request.user)
        said += [(messages.SUCCESS, f"«\xa0{row.name}\xa0» est joint.") for row in added or ()]
    if chosen := form.chosen():
        added = _try(form, "file", verbs.add_document, **chosen)(initiative, request.user)
        said += [_told(added)] if added else []
    form.saved = form.saved or bool(said)
    return said


def _save_note(request, initiative, form):
    """Write the word on what will follow, unless somebody else changed it since this page was opened.

    It is compared by itself: a document joined meanwhile, in another window, is no conflict with it.
    """
    stored = _note_of(initiative)
    note = form.note_typed(stored)
    if note is None:
        return
    if request.POST.get("note_read") != _mark_of(stored):
        form.conflict = True
        return
    details = actions.Details(answers={"documents_note": note})
    try:
        _try(form, "note", actions.update, values={}, details=details, expected_version=initiative.version)(
            initiative, request.user
        )
    except Stale:
        form.conflict = True


def _mark_of(note):
    return digest_of(note.encode())[:16]


def _unsaved(form, initiative):
    """Return the word typed that a closed file refuses, to be shown and copied."""
    form.full_clean()
    stored = _note_of(initiative)
    note = form.note_typed(stored)
    return [Difference(str(form.fields["note"].label), stored, note)] if note else []


def _try(form, name, verb, **values):
    """Return `verb` ready for an initiative and a person: its refusals go beside the field `name`, None comes back."""

    def do(initiative, by):
        try:
            return verb(initiative=initiative, by=by, **values)
        except (Stale, NotAllowed):
            raise
        except Refusal as refusal:
            form.add_error(name, refusal.reasons)
        except ValidationError as problem:
            add_errors(form, problem, otherwise=name)
        return None

    return do


def _told(document):
    if document.scan == ScanState.INFECTED:
        return (
            messages.ERROR,
            f"Un virus a été trouvé dans «\xa0{document.name}\xa0». Le fichier est mis de côté\xa0: personne ne peut l’ouvrir. "
            "Joignez-en une copie saine.",
        )
    return messages.SUCCESS, f"«\xa0{document.name}\xa0» est joint."


def _page(request, initiative, form, *, status=200):
    stored = Initiative.objects.get(pk=initiative.pk) if status != 200 else initiative
    if status != 200 and "token" in form.fields:
        form.renew_token()
    writes = may_write(request.user) and not _closed(request.user, stored)
    asked = _asked(request.user, stored)
    groups = groups_of(stored)
    context = {
        "initiative": stored,
        "form": form,
        "groups": groups,
        "missing": [group for group in groups if group.is_missing],
        "room": sum(len(group.documents) for group in groups) < MOST_DOCUMENTS,
        "writes": writes and bool(form.fields),
        "removes": writes and (asked is None or "documents" in asked),
        "requests": _requests(stored),
        "note": _note_of(stored),
        "note_read": _mark_of(_note_of(stored)),
        "conflict": form.conflict,
        "mark_of_end": MARK_OF_END,
        "refused": bool(form.errors) and status == 422,
        "kept": status != 200 and form.saved,
        "position": SECTIONS.index(_PART) + 1,
        "count": len(SECTIONS),
        "previous": _neighbour(stored, -1) if writes else "",
    }
    return render(request, "espace/documents.html", context, status=status)


def _requests(initiative):
    if initiative.state != "changes_requested":
        return []
    return initiative.corrections.filter(answered_at=None, field__in=_PART.codes).select_related("asked_by")


def _asked(user, initiative):
    return None if user.is_staff else actions.open_fields(initiative)


def _closed(user, initiative):
    return "" if user.is_staff else rules.refuse_edit_by_agent(initiative.state)


def _note_of(initiative):
    return (
        Answers.objects.filter(initiative=initiative).values_list("documents_note", flat=True).first() or ""
    )


def _next(request, initiative):
    """Return where the button pressed leads: the next open section, the list of sections, or this page again."""
    do = request.POST.get("do", "")
    if do == "next":
        return _neighbour(initiative, 1, _asked(request.user, initiative))
    if do == "save":
        return reverse("espace:edit", args=[initiative.pk])
    return f"{reverse('espace:documents', args=[initiative.pk])}#joints"


def _neighbour(initiative, step, asked=None):
    """Return the address of the closest open section in that direction, or of the list of sections."""
    here = SECTIONS.index(_PART)
    rows = SECTIONS[here + 1 :] if step > 0 else SECTIONS[:here][::-1]
    found = next((row for row in rows if asked is None or asked & set(row.codes)), None)
    return address_of(initiative, found.slug) if found else reverse("espace:edit", args=[initiative.pk])


def _keep_typed(request, pk):
    """Keep a document that arrives after the session's limit: the person who sends it is known, and may (case B28)."""
    address = reverse("espace:documents", args=[pk])
    initiative = Initiative.objects.visible_to(request.user).filter(pk=pk).first()
    if initiative is None or not may_write(request.user) or _closed(request.user, initiative):
        return Kept("", address)
    form = _form(request, initiative, request.POST, request.FILES)
    try:
        said = _work(request, initiative, form)
    except NotAllowed:
        return Kept("", address)
    problems = [error for errors in form.errors.values() for error in errors]
    left = typed.leftover(request) if form.conflict or "note" in form.errors else ""
    told = " ".join([*(sentence for _level, sentence in said), *problems])
    return Kept(told, address, left, saved=not problems and not form.conflict)


documents.keep_typed = _keep_typed
documents.gives_back = True


# One document ----------------------------------------------------------------------------------------------


@require_safe
def document(request, pk):
    """Give the bytes to whoever may read the initiative; 404 to the others, and for what was found dangerous (D12)."""
    found = _find(request.user, pk)
    if found.scan == ScanState.INFECTED:
        raise Http404
    try:
        file = found.file.open("rb")
    except OSError:
        _log.error("document %s has no file", found.pk)
        raise Http404 from None
    if request.GET.get("apercu") == "1" and is_image(found.media_type):
        return _preview(found, file)
    return give_file(
        request, file, name=found.name, media_type=found.media_type, size=found.size, tag=found.digest
    )


def _find(user, pk):
    visible = Initiative.objects.visible_to(user)
    found = Document.objects.filter(pk=pk, initiative__in=visible).first()
    if found is None:
        raise Http404
    if user.role not in READERS and not user.has_perm("initiatives.view_document"):
        raise PermissionDenied
    return found


def _preview(found, file):
    with file:
        content = file.read()
    try:
        return give_preview(thumbnail(content, found.media_type), found.media_type)
    except photos.BadPhoto:
        raise Http404 from None


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def remove(request, initiative, document):
    """Ask, then take the document off; a second click finds it gone and goes back to the list."""
    back = f"{reverse('espace:documents', args=[initiative.pk])}#joints"
    found = initiative.documents.filter(pk=document).first()
    if found is None:
        return redirect(back)
    if _closed(request.user, initiative):
        return closed_page(request, initiative)
    reasons = ()
    if request.method == "POST":
        try:
            verbs.remove_document(document=found, by=request.user)
        except Refusal as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, f"«\xa0{found.name}\xa0» est retiré.")
            return redirect(back)
    context = {"initiative": initiative, "document": found, "reasons": reasons}
    return render(request, "espace/document_remove.html", context, status=422 if reasons else 200)
