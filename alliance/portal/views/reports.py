"""The reports of one's initiatives: whose turn it is, and one page by report, its known figures already filled in."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.dates import today
from alliance.lib.forms import add_errors
from alliance.lib.http import DRAFT_SAVED, GIVEN_BACK, Kept
from alliance.lib.workflow import NotAllowed, Refusal, Stale
from alliance.portal.report_page import differences, known_facts, rows_of
from initiatives import reporting
from initiatives.actions import reports as actions
from initiatives.actions.documents import add_document
from initiatives.choices import DocumentKind, ScanState
from initiatives.forms.report import MARK_OF_END, ReportFileForm, ReportForm
from initiatives.forms.saving import read_version
from initiatives.models import Initiative, Report
from initiatives.report_words import said_rows
from initiatives.views import typed
from initiatives.views.access import READERS, may_write

_MOST = 100  # reports listed under one heading
INFECTED = (
    "Un virus a été trouvé dans «\xa0{}\xa0». Le fichier est mis de côté\xa0: personne ne peut l’ouvrir"
)


@require_safe
def reports(request):
    """List the reports of the person's MRCs: late first, then to correct, expected, sent, approved."""
    if request.user.role not in READERS:
        raise PermissionDenied
    mine = Initiative.objects.visible_to(request.user)
    if request.user.is_staff:
        mine = mine.filter(created_by=request.user)
    shown = rows_of(Report.objects.filter(initiative__in=mine), on=today(), most=_MOST)
    context = {
        "groups": shown,
        "empty": not any(group.rows for group in shown),
        "writes": may_write(request.user),
        "is_staff": request.user.is_staff,
    }
    return render(request, "espace/reports.html", context)


def _report_page(view):
    """Give the view `(request, report)` a report of a file the person may read; another MRC's is 404 (case F12)."""

    @wraps(view)
    def page(request, pk):
        report = _find(request.user, pk)
        if request.user.role not in READERS:
            raise PermissionDenied
        return view(request, report)

    return page


def _find(user, pk):
    visible = Initiative.objects.visible_to(user).values("pk")
    rows = Report.objects.filter(initiative__in=visible).select_related(
        "initiative", "sent_by", "approved_by", "story_image"
    )
    if found := rows.filter(pk=pk).first():
        return found
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@_report_page
def report(request, report):
    """Write a report while it is in the hands of its MRC; read it, and print it, once it is sent."""
    if request.method == "POST":
        if not may_write(request.user):
            raise PermissionDenied
        return _save(request, report)
    if not may_write(request.user) or _refusal(report):
        return _read_page(request, report)
    data = typed.typed_before(request)
    form = _form(report, data)
    return _page(request, form, differences=differences(form) if data else ())


def _refusal(report):
    return reporting.refuse_writing(
        received=report.received_on is not None,
        approved=report.approved_at is not None,
        state=report.initiative.state,
    )


def _form(report, data=None):
    form = ReportForm(data, report=report, expenses=actions.expenses_of(report))
    if data is not None:
        form.full_clean()
    return form


def _save(request, report):
    form = _form(report, request.POST)
    try:
        saved = _write(request, form)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Stale as stale:
        return _conflict(request, report, stale)
    except Refusal as refusal:
        return _refused(request, form, refusal)
    except ValidationError as problem:
        add_errors(form, problem)
        return _unsaved(request, form)
    return _saved(request, form, saved)


def _write(request, form):
    return actions.save_report(
        report=form.report,
        by=request.user,
        values=form.values(),
        expenses=form.expenses(),
        expected_version=read_version(request.POST.get("version")),
    )


def _saved(request, form, saved):
    if typed.is_autosave(request):
        return typed.saved(saved, request.path, form.all_errors())
    files = ReportFileForm(request.POST, request.FILES)
    joined = _join(request, files, saved) if request.FILES.get("file") else saved
    if form.refused or files.errors:
        return _page(request, form, status=422, version=joined.version, kept=True, files=files)
    saved = joined
    if request.POST.get("do") == "send":
        return _send(request, form, saved)
    messages.success(request, typed.saved_words())
    anchor = {"rows": "#depenses", "join": "#fichiers"}.get(request.POST.get("do"), "")
    return redirect(f"{reverse('espace:report', args=[saved.pk])}{anchor}")


def _join(request, files, saved):
    """Join the file that came with the report, and make a photo the one of its story; return the report as it stands."""
    if not files.is_valid():
        return saved
    told = files.cleaned_data
    kind = told["file_kind"] or DocumentKind.PHOTO
    try:
        document = add_document(
            initiative=saved.initiative,
            by=request.user,
            kind=kind,
            upload=told["file"],
            alt=told["alt"] if kind == DocumentKind.PHOTO else "",
            report=saved,
        )
        if document.scan == ScanState.INFECTED:
            files.refuse([INFECTED.format(document.name)])
        elif kind == DocumentKind.PHOTO:
            return actions.illustrate_report(report=saved, by=request.user, document=document)
    except Refusal as refusal:
        files.refuse(refusal.reasons)
    except ValidationError as problem:
        files.refuse(problem.messages)
    return saved


def _documents(report):
    kinds = (DocumentKind.PHOTO, DocumentKind.RECEIPT)
    return list(report.initiative.documents.filter(kind__in=kinds))


def _send(request, form, saved):
    """Send what was just saved; what is missing is said beside its field, and the draft stays saved."""
    try:
        actions.send_report(
            report=saved, by=request.user, people_unknown=form.unknown, expected_version=saved.version
        )
    except Refusal:
        stored = _find(request.user, saved.pk)
        if stored.received_on:
            return redirect("espace:report", pk=saved.pk)  # the second of two clicks
        told = actions.told_of(stored, people_unknown=form.unknown)
        form.say_missing(reporting.missing_to_send(told))
        return _page(request, form, status=422, version=stored.version, kept=True)
    messages.success(request, "Le rapport est envoyé au CRD.")
    return redirect("espace:report", pk=saved.pk)


def _unsaved(request, form):
    if typed.is_autosave(request):
        return typed.unsaved(form.all_errors())
    return _page(request, form, status=422)


def _refused(request, form, refusal):
    """Answer that the report left the person's hands (409), or that a rule refuses what was typed (422)."""
    stored = _find(request.user, form.report.pk)
    if not _refusal(stored):
        form.add_error(None, refusal.reasons)
        return _unsaved(request, form)
    if typed.is_autosave(request):
        said = f"Pas enregistré. {_refusal(stored)}"
        return typed.refused("conflict", said, status=409, address=request.path)
    again = _form(stored, request.POST)
    rows = differences(again)
    if stored.sent_by_id == request.user.pk and not rows:
        return redirect("espace:report", pk=stored.pk)  # the second of two clicks
    return _read_page(request, stored, status=409, reason=_refusal(stored), differences=rows)


def _conflict(request, report, stale):
    """Answer 409 with both versions, unless what is stored is already what was typed (a save that crossed this one)."""
    stored = _find(request.user, report.pk)
    form = _form(stored, request.POST)
    rows = differences(form)
    if not rows and MARK_OF_END in request.POST:
        return _saved(request, form, stored)
    if typed.is_autosave(request):
        return typed.refused("conflict", stale.reasons[0], status=409, address=request.path)
    return _page(request, form, status=409, version=stored.version, differences=rows, reason=stale.reasons[0])


def _page(request, form, *, status=200, version=None, differences=(), reason="", kept=False, files=None):
    report = form.report
    context = {
        "report": report,
        "initiative": report.initiative,
        "form": form,
        "facts": known_facts(report),
        "turn": turn_of(report),
        "version": report.version if version is None else version,
        "mark_of_end": MARK_OF_END,
        "key": typed.key_of(request.user),
        "spending": reporting.spending(actions.expenses_of(report)),
        "written": report.expenses.exists(),
        "differences": differences,
        "reason": reason,
        "kept": kept,
        "refused": form.refused or bool(files and files.errors),
        "files": files or ReportFileForm(),
        "documents": _documents(report),
    }
    return render(request, "espace/report.html", context, status=status)


def turn_of(report):
    return reporting.turn(
        due_on=report.due_on,
        received=report.received_on is not None,
        approved=report.approved_at is not None,
        returned=bool(report.returned_note),
        state=report.initiative.state,
        on=today(),
    )


def _read_page(request, report, *, status=200, reason="", differences=()):
    expenses = actions.expenses_of(report)
    context = {
        "report": report,
        "initiative": report.initiative,
        "facts": known_facts(report),
        "turn": turn_of(report),
        "rows": said_rows(report),
        "expenses": expenses,
        "spending": reporting.spending(expenses),
        "documents": _documents(report),
        "reason": reason,
        "differences": differences,
        "may_renew": may_write(request.user) and report.approved_at is not None,
    }
    return render(request, "espace/report_read.html", context, status=status)


def keep_typed(request, pk):
    """Save the text of a report that arrived after the session's limit (see `SessionLimitsMiddleware`)."""
    report = _find(request.user, pk)
    if not may_write(request.user):
        return Kept("", reverse("espace:home"))
    form = _form(report, request.POST)
    try:
        _write(request, form)
    except (Refusal, ValidationError):
        return Kept(GIVEN_BACK, request.path, typed.leftover(request))
    left = typed.leftover(request) if form.refused else ""
    return Kept(DRAFT_SAVED, request.path, left, saved=not form.refused)


report.keep_typed = keep_typed
report.gives_back = True
