"""One partner of a file: change its role and what it brings, or take it out of the file."""

import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from alliance.lib.workflow import Refusal, Stale
from initiatives import actions, rules
from initiatives.forms.partner import PartnerForm
from initiatives.forms.saving import read_version
from initiatives.models import Initiative
from initiatives.views.access import closed_page, writer_page


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def partner(request, initiative, row):
    """Show and change the partner `row` of the file; a row of another file is 404."""
    if rules.refuse_edit_by_agent(initiative.state):
        return closed_page(request, initiative)
    partnership = initiative.partnerships.select_related("organization").filter(pk=row).first()
    removing = request.POST.get("do") == "remove"
    if partnership is None:
        if removing or _is_done(request, initiative, request.POST.get("organization", "")):
            return _back(initiative)  # the second of two clicks
        raise Http404
    partnership.initiative = initiative
    if request.method != "POST":
        return _page(request, PartnerForm(partnership=partnership))
    return _remove(request, partnership) if removing else _change(request, partnership)


def _change(request, partnership):
    form = PartnerForm(request.POST, partnership=partnership)
    if not form.is_valid():
        if _is_done(request, form.initiative, partnership.organization_id):
            return _back(form.initiative)
        return _page(request, form, status=422)
    sources = form.sources()
    details = None if sources is None else actions.Details(sources=sources)
    said = f"{partnership.organization}\xa0: c’est enregistré."
    return _write(request, form, form.partners(), details, said)


def _remove(request, partnership):
    rows = partnership.initiative.partnerships.select_related("organization")
    others = [(row.organization, row.role, row.note) for row in rows if row.pk != partnership.pk]
    said = f"{partnership.organization} n’est plus au dossier."
    return _write(request, PartnerForm(partnership=partnership), others, None, said)


def _write(request, form, partners, details, said):
    initiative = form.initiative
    try:
        actions.update(
            initiative=initiative,
            by=request.user,
            values={},
            partners=partners,
            details=details,
            expected_version=read_version(request.POST.get("version")),
        )
    except Stale as stale:
        return _conflict(request, form, stale)
    except Refusal as refusal:
        stored = Initiative.objects.get(pk=initiative.pk)
        if rules.refuse_edit_by_agent(stored.state):
            return closed_page(request, stored)
        return _page(request, form, status=422, reasons=refusal.reasons)
    except ValidationError as problem:
        return _page(request, form, status=422, reasons=problem.messages)
    messages.success(request, said)
    return _back(initiative)


def _conflict(request, form, stale):
    """Answer 409: what is stored is shown above the form, which still holds what was typed.

    The second of two clicks finds what it asked already done, and goes back to the file.
    """
    stored = (
        form.initiative.partnerships.select_related("organization").filter(pk=form.partnership.pk).first()
    )
    removing = request.POST.get("do") == "remove"
    organization = form.partnership.organization_id
    if (removing and stored is None) or (not removing and _is_done(request, form.initiative, organization)):
        return _back(form.initiative)
    return _page(request, form, status=409, reasons=stale.reasons, stored=stored, conflict=True)


def _is_done(request, initiative, organization):
    """Say whether the file already holds what is posted for `organization` (its id, maybe as text)."""
    if not re.fullmatch(r"[0-9]{1,18}", str(organization)):
        return False
    rows = initiative.partnerships.select_related("organization")
    stored = rows.filter(organization=int(organization), role=request.POST.get("role", "")).first()
    if stored is None:
        return False
    form = PartnerForm(request.POST, partnership=stored)
    return form.is_valid() and form.cleaned_data["note"] == stored.note and form.sources() is None


def _back(initiative):
    return redirect(f"{reverse('espace:section', args=[initiative.pk, 'organisme'])}#partenaires")


def _page(request, form, *, status=200, reasons=(), stored=None, conflict=False):
    initiative = Initiative.objects.get(pk=form.initiative.pk) if status != 200 else form.initiative
    lines = initiative.budget_lines.filter(side="source", organization=form.partnership.organization_id)
    context = {
        "form": form,
        "initiative": initiative,
        "partnership": form.partnership,
        "version": initiative.version,
        "lines": lines.select_related("fiscal_year") if conflict or form.several else (),
        "reasons": reasons,
        "stored": stored,
        "conflict": conflict,
        "refused": bool(form.errors or reasons),
    }
    return render(request, "espace/partner.html", context, status=status)
