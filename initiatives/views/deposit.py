"""Check one's answers, deposit, read the receipt, withdraw. Each move is asked for by POST and told in words."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.workflow import Refusal, Stale
from initiatives import actions, partners, radar, rules, workflow
from initiatives.choices import State
from initiatives.content import missing_of
from initiatives.forms.entry import WithdrawalForm
from initiatives.forms.saving import read_version
from initiatives.models import Initiative
from initiatives.places import place_of
from initiatives.situation import status_of
from initiatives.views.access import closed_page, file_page, writer_page


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def submit(request, initiative):
    if initiative.state == State.SUBMITTED:
        return redirect("espace:receipt", pk=initiative.pk)  # the second of two clicks
    if rules.refuse_edit_by_agent(initiative.state):
        return closed_page(request, initiative)
    if request.method != "POST":
        return _check_page(request, initiative)
    try:
        actions.submit(initiative=initiative, by=request.user, expected_version=_version(request))
    except Stale:
        return _after_change(request, initiative)
    except Refusal as refusal:
        return _after_refusal(request, initiative, refusal)
    return redirect("espace:receipt", pk=initiative.pk)


def _version(request):
    return read_version(request.POST.get("version"))


def _after_change(request, initiative):
    """Answer 409 with the file as it stands now, unless it left the person's hands (or was deposited) meanwhile."""
    stored = Initiative.objects.get(pk=initiative.pk)
    if stored.state == State.SUBMITTED:
        return redirect("espace:receipt", pk=stored.pk)
    if rules.refuse_edit_by_agent(stored.state):
        return closed_page(request, stored)
    reason = "Le dossier a changé depuis votre vérification. Relisez-le, puis déposez-le."
    return _check_page(request, stored, status=409, reasons=[reason])


def _after_refusal(request, initiative, refusal):
    stored = Initiative.objects.get(pk=initiative.pk)
    if stored.state == State.SUBMITTED:
        return redirect("espace:receipt", pk=stored.pk)
    if rules.refuse_edit_by_agent(stored.state):
        return closed_page(request, stored)
    missing = missing_of(stored, request.user)
    return _check_page(request, stored, status=422, reasons=() if missing else refusal.reasons)


def _check_page(request, initiative, *, status=200, reasons=()):
    rows = partners.rows_of(initiative)
    missing = missing_of(initiative, request.user)
    context = {
        "initiative": initiative,
        "missing": [(item.sentence, place_of(initiative, item.field)) for item in missing],
        "reasons": reasons,
        "opened": None if request.user.is_staff else actions.open_fields(initiative),
        "needs_fiduciary": partners.needs_fiduciary(rows),
        "alerts": radar.of(initiative, request.user),
        "refused": status != 200,
    }
    return render(request, "espace/check.html", context, status=status)


@require_safe
@file_page
def receipt(request, initiative):
    if not initiative.number:
        return redirect("espace:file", pk=initiative.pk)
    context = {
        "initiative": initiative,
        "sentence": status_of(initiative).sentence,
        "waits": initiative.state in (State.SUBMITTED, State.UNDER_REVIEW),
        "heading": "Dossier retiré" if initiative.state == State.WITHDRAWN else "Initiative déposée",
    }
    return render(request, "espace/receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def withdraw(request, initiative):
    move = workflow.TRANSITIONS["withdraw"]
    if initiative.state not in move.sources:
        return _after_withdrawal(request, initiative)
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _withdrawal_page(request, initiative, form, 422 if form.errors else 200)
    note = form.cleaned_data["note"]
    try:
        actions.withdraw(
            initiative=initiative, by=request.user, note=note, expected_version=_version(request)
        )
    except Stale as stale:
        stored = Initiative.objects.get(pk=initiative.pk)
        if stored.state not in move.sources:
            return _after_withdrawal(request, stored)
        form.add_error(None, stale.reasons)
        return _withdrawal_page(request, stored, form, 409)
    except Refusal:
        return _after_withdrawal(request, Initiative.objects.get(pk=initiative.pk))
    messages.success(request, "Le dossier est retiré. Il reste lisible dans votre espace.")
    return redirect("espace:file", pk=initiative.pk)


def _after_withdrawal(request, stored):
    """The second of two clicks reads the file; a file that left the person's hands otherwise is closed."""
    if request.method == "POST" and stored.state == State.WITHDRAWN:
        return redirect("espace:file", pk=stored.pk)
    return closed_page(request, stored)


def _withdrawal_page(request, initiative, form, status):
    return render(request, "espace/withdraw.html", {"initiative": initiative, "form": form}, status=status)
