"""A filled spreadsheet instead of typing: the model to download, the verdict row by row, then the drafts."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.resources import XlsxFormat
from alliance.lib.templatetags.francais import pluriel
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import sheet_verdict as verdicts
from initiatives.actions.sheet import record_sheet
from initiatives.forms.sheet import SheetForm
from initiatives.sheet import MOST_ROWS
from initiatives.sheet_template import FILE_NAME, workbook_for
from initiatives.views.access import may_write

_MOVED = "Les données du portail ont changé depuis l’aperçu\xa0: rien n’est écrit. Vérifiez-le de nouveau."
_EXPIRED = "L’aperçu a expiré\xa0: rien n’est écrit. Choisissez le fichier de nouveau"
_NOTHING = "Cochez au moins une ligne à créer."
_LACKING = "Dites ce que veulent dire les noms signalés, ou décochez leurs lignes."


@require_safe
def template(request):
    _writers_only(request)
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return HttpResponse(workbook_for(request.user), content_type=XlsxFormat.CONTENT_TYPE, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request):
    """Explain and ask for the file; show its verdict; write the rows ticked once confirmed."""
    _writers_only(request)
    if request.method != "POST":
        return _page(request, SheetForm())
    return _confirm(request) if "apercu" in request.POST else _read(request)


def _writers_only(request):
    if not may_write(request.user):
        raise PermissionDenied


def _page(request, form):
    context = {"form": form, "most": MOST_ROWS}
    return render(request, "espace/sheet.html", context, status=422 if form.errors else 200)


def _read(request):
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    try:
        return _show(request, form.cleaned_data["file"])
    except ValidationError as error:  # of the whole file, found when it is compared with the portal
        form.add_error("file", error)
        return _page(request, form)


def _show(request, written, verdict=None, *, reasons=(), status=200):
    verdict = verdict or verdicts.judge(written, request.user)
    context = {
        "verdict": verdict,
        "packed": verdicts.pack(written, verdict, request.user),
        "reasons": reasons,
    }
    return render(request, "espace/sheet_verdict.html", context, status=status)


def _confirm(request):
    try:
        written, marks = verdicts.unpack(request.POST["apercu"], request.user)
    except verdicts.Expired:
        return _again(request, _EXPIRED)
    try:
        return _confirm_rows(request, written, marks)
    except ValidationError as error:  # of the whole file, as in `_read`
        return _again(request, error)


def _again(request, problem):
    """Ask for the file again, with what is wrong said beside it."""
    form = SheetForm(request.POST, {})
    form.errors.clear()
    form.add_error("file", problem)
    return _page(request, form)


def _confirm_rows(request, written, marks):
    verdict = verdicts.judge(written, request.user, request.POST)
    ticked = _ticked(request, verdict)
    if any(marks.get(row.number) != row.mark for row in verdict.rows if row.ticked and not row.existing):
        return _show(request, written, verdict, reasons=[_MOVED], status=409)
    if refusal := _refusal(verdict, ticked):
        return _show(request, written, verdict, reasons=[refusal], status=422)
    return _write(request, written, verdict, ticked)


def _ticked(request, verdict):
    """Return the lines ticked that may be written or already are, and show them ticked again."""
    asked = set(request.POST.getlist("ligne"))
    for row in verdict.rows:
        row.ticked = str(row.number) in asked
    return {row.number for row in verdict.rows if row.ticked and not row.is_refused}


def _refusal(verdict, ticked):
    if not ticked:
        return _NOTHING
    return _LACKING if verdicts.lacking(verdict, ticked) else ""


def _write(request, written, verdict, ticked):
    rows = verdicts.rows_to_write(verdict, ticked, request.user)
    try:
        created = record_sheet(by=request.user, rows=rows)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refusal as refusal:
        return _show(request, written, verdict, reasons=[*refusal.reasons, "Rien n’est écrit."], status=422)
    _tell(request, verdict, created, ticked)
    return redirect("espace:home")


def _tell(request, verdict, created, ticked):
    if created:
        said = pluriel(len(created), "brouillon créé,brouillons créés")
        messages.success(request, f"{said}. Ouvrez chacun pour le compléter, puis déposez-le.")
    else:
        messages.info(request, "Ces lignes étaient déjà inscrites\xa0: rien n’est écrit de nouveau.")
    left = sum(1 for row in verdict.rows if row.is_new and row.number not in ticked)
    if left or verdict.refused:
        words = "ligne du fichier n’est pas inscrite,lignes du fichier ne sont pas inscrites"
        messages.warning(
            request,
            f"{pluriel(left + verdict.refused, words)}. Vous pouvez corriger le fichier et le renvoyer\xa0: "
            "ce qui est déjà inscrit ne le sera pas deux fois.",
        )
