"""Prolong last year's initiative: the page says what is copied and asks only what changed."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from alliance.lib.workflow import Refusal
from initiatives.actions.renew import goes_on, refuse_renewal, sequels_of, themes_kept
from initiatives.actions.renew import renew as renew_initiative
from initiatives.forms.renew import RenewForm, proposed_dates
from initiatives.views.access import writer_page


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def renew(request, initiative):
    if reason := refuse_renewal(initiative.state):
        return _page(request, initiative, None, status=409, reason=reason)
    form = RenewForm(request.POST if request.method == "POST" else None, initiative=initiative)
    if request.method != "POST":
        return _page(request, initiative, form)
    if not form.is_valid():
        return _page(request, initiative, form, status=422)
    try:
        draft = _create(request, initiative, form)
    except (Refusal, ValidationError) as refusal:
        form.add_error(None, refusal.reasons if isinstance(refusal, Refusal) else refusal.messages)
        return _page(request, initiative, form, status=422)
    messages.success(
        request, "La suite est créée\xa0: voici son brouillon. Relisez chaque section, puis déposez."
    )
    return redirect("espace:edit", pk=draft.pk)


def _create(request, initiative, form):
    cleaned = form.cleaned_data
    return renew_initiative(
        initiative=initiative,
        by=request.user,
        values=form.values(),
        partners=[row.pk for row in cleaned["partners"]],
        with_budget=cleaned["with_budget"],
        again=cleaned["again"],
        token=cleaned["token"],
    )


def _page(request, initiative, form, *, status=200, reason=""):
    starts_on = proposed_dates(initiative)[0]
    kept = themes_kept(initiative, starts_on)
    context = {
        "initiative": initiative,
        "form": form,
        "reason": reason,
        "sequels": sequels_of(initiative),
        "lost_themes": [row for row in initiative.themes.all() if row not in kept],
        "lost_partners": [
            row.organization
            for row in initiative.partnerships.select_related("organization")
            if not goes_on(row)
        ],
        "refused": status == 422,
    }
    return render(request, "espace/renew.html", context, status=status)
