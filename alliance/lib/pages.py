"""A page of the admin that asks something before an action, and shows what the action refuses, keeping what was typed."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from alliance.lib.admin import refused_fields
from alliance.lib.dates import DateFormField
from alliance.lib.forms import BlockFormField, LineFormField
from alliance.lib.money import MoneyFormField
from alliance.lib.workflow import NotAllowed, Refusal


class NoteForm(forms.Form):
    """A note that goes with a decision."""

    note = BlockFormField(
        label="Note", required=False, max_length=3000, widget=forms.Textarea(attrs={"rows": 6})
    )


class MovementForm(forms.Form):
    """A dated movement of money. `token` makes a double click one movement."""

    amount = MoneyFormField(
        label="Montant",
        min_value=None,
        help_text="En dollars, par exemple 12 500 ou 12 500,50. Négatif pour retirer.",
    )
    reason = LineFormField(label="Raison", max_length=300)
    resolution = LineFormField(label="Résolution", max_length=60, required=False)
    on = DateFormField(label="Date", required=False, help_text="Laissez vide pour aujourd’hui.")
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def ask(
    request: HttpRequest,
    model_admin: Any,
    obj: Any,
    form: forms.Form,
    perform: Callable[[dict[str, Any]], str],
    *,
    title: str,
    button: str,
    back: str,
    template: str = "admin/ask.html",
    danger: bool = False,
    **shown: Any,
) -> HttpResponse:
    """Show `form`, or call `perform(cleaned)`, which returns the sentence of success; then go `back`.

    A refusal answers 422 with its sentences and the form as it was typed; a missing right answers 403.
    """
    if request.method == "POST" and form.is_valid():
        try:
            done = perform(form.cleaned_data)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from None
        except (Refusal, ValidationError) as refusal:
            for field, sentences in refused_fields(refusal).items():
                form.add_error(field if field in form.fields else None, sentences)
            _renew_token(form)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": obj,
        "title": title,
        "subtitle": str(obj),
        "form": form,
        "button": button,
        "back": back,
        "danger": danger,
        "consequence": "",
        "facts": [],
        "missing": [],
        "tables": [],
        "blocked": False,
        **shown,
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, template, context, status=status)


def _renew_token(form: forms.Form) -> None:
    """What was refused wrote nothing, or had been written before: the form shown again may write something new."""
    if "token" in form.fields:
        form.data = form.data.copy()
        form.data[form.add_prefix("token")] = str(uuid.uuid4())
