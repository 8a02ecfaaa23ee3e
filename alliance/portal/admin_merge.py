"""The page « Fusionner » of an organization: what will move, said before it moves."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from alliance.lib.workflow import Refusal
from alliance.portal import actions
from territories.models import Organization


class KeptForm(forms.Form):
    """The organization that stays."""

    garder = forms.ModelChoiceField(
        label="Organisation à garder",
        queryset=Organization.objects.active(),
        empty_label="Choisissez une organisation",
        error_messages={
            "required": "Choisissez l’organisation à garder.",
            "invalid_choice": "Choisissez une organisation de la liste.",
        },
    )


def merge_view(request, pk, *, admin_site):
    """Choose (GET), read what will move (GET with `garder`), merge (POST). The organization `pk` is absorbed."""
    if not request.user.has_perm("territories.change_organization"):
        raise PermissionDenied
    absorbed = get_object_or_404(Organization, pk=pk)
    data = request.POST if request.method == "POST" else request.GET
    form = KeptForm(data if "garder" in data or request.method == "POST" else None)
    form.fields["garder"].queryset = (
        Organization.objects.active().filter(is_demo=absorbed.is_demo).exclude(pk=absorbed.pk)
    )
    kept = form.cleaned_data["garder"] if form.is_valid() else None
    problem = ""
    if kept and request.method == "POST":
        try:
            actions.merge_organizations(kept=kept, absorbed=absorbed, by=request.user)
        except Refusal as refusal:
            problem = str(refusal)
        else:
            messages.success(request, f"{absorbed} est fusionnée avec {kept}.")
            return redirect("admin:territories_organization_change", kept.pk)
    elif kept:
        problem = actions.merge_problem(kept, absorbed)
    context = {
        **admin_site.each_context(request),
        "opts": Organization._meta,
        "title": "Fusionner deux organisations",
        "subtitle": None,
        "absorbed": absorbed,
        "form": form,
        "kept": kept,
        "problem": problem,
        **_moving(absorbed),
    }
    status = 422 if request.method == "POST" or form.errors else 200
    return TemplateResponse(request, "admin/merge_organizations.html", context, status=status)


def _moving(absorbed):
    """Return what the merge moves, by kind, and the contributions that a closed fiscal year keeps."""
    moving, staying = actions.contributions_of(absorbed)
    return {
        "initiatives": actions.initiatives_of(absorbed),
        "contributions": moving,
        "staying": staying,
        "names": [alias.name for alias in absorbed.aliases.all()],
        "already": absorbed.merged_into,
    }
