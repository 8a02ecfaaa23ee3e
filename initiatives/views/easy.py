"""Write the version « facile à lire » of an initiative: what is hard to read is shown, and never stops anybody."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from alliance.lib.forms import add_errors
from alliance.lib.http import GIVEN_BACK, Kept
from alliance.lib.workflow import NotAllowed, Stale
from initiatives.actions import easy as actions
from initiatives.choices import Publication
from initiatives.forms.easy import (
    EasyForm,
    answers,
    differences,
    proposed,
    reading,
    stored_easy,
    stored_values,
)
from initiatives.views.access import writer_page
from initiatives.views.typed import leftover, typed_before

CHECK, REMOVE = "verifier", "retirer"


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def easy(request, initiative):
    stored = stored_easy(initiative)
    if request.method != "POST":
        first = stored_values(stored) if stored else proposed(initiative)
        form = EasyForm(typed_before(request), initial=first | {"mark": actions.mark_of(stored)})
        return _page(request, initiative, form)
    form = EasyForm(request.POST)
    if request.POST.get("do") == REMOVE:
        return _remove(request, initiative, form)
    if not form.is_valid():
        return _page(request, initiative, form, status=422)
    if request.POST.get("do") == CHECK:
        return _page(request, initiative, form, checked=True)
    return _save(request, initiative, form)


def _save(request, initiative, form):
    try:
        actions.write(
            initiative=initiative,
            by=request.user,
            values=form.values(),
            expected=form.cleaned_data["mark"],
        )
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Stale as stale:
        return _conflict(request, initiative, form, stale)
    except ValidationError as problem:
        add_errors(form, problem)
        return _page(request, initiative, form, status=422)
    messages.success(
        request, f"La version facile à lire est enregistrée. Lecture\xa0: {reading(form).score.lower()}."
    )
    return redirect("espace:easy", pk=initiative.pk)


def _remove(request, initiative, form):
    try:
        removed = actions.remove(
            initiative=initiative, by=request.user, expected=request.POST.get("mark", "")
        )
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Stale as stale:
        form.full_clean()
        return _conflict(request, initiative, form, stale)
    if removed:
        messages.success(request, "La version facile à lire est retirée.")
    return redirect("espace:file", pk=initiative.pk)


def _conflict(request, initiative, form, stale):
    """Answer 409 with both versions; saving again then writes over the one that was just shown."""
    stored = stored_easy(initiative)
    data = request.POST.copy()
    data["mark"] = actions.mark_of(stored)
    again = EasyForm(data)
    again.full_clean()
    context = {"differences": differences(again, stored), "reason": stale.reasons[0]}
    return _page(request, initiative, again, status=409, **context)


def _page(request, initiative, form, *, status=200, **more):
    stored = stored_easy(initiative)
    context = {
        "initiative": initiative,
        "form": form,
        "answers": answers(form),
        "reading": reading(form),
        "stored": stored,
        "published": initiative.publication == Publication.PUBLISHED,
        "refused": status == 422,
        "checked": False,
        "differences": (),
        "reason": "",
        **more,
    }
    return render(request, "espace/easy.html", context, status=status)


def _keep_typed(request, pk):
    """Give the text back after the sign-in: what is public is never saved without somebody pressing the button."""
    return Kept(GIVEN_BACK, reverse("espace:easy", args=[pk]), leftover(request))


easy.keep_typed = _keep_typed
easy.gives_back = True
