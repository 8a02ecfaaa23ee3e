"""The message that a decision sends, shown before it leaves; a box holds it back."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django import forms
from django.http import HttpRequest

from alliance.accounts import outbox
from alliance.accounts.models import User
from initiatives import notices
from initiatives.models import Initiative, Report

HOLD = "no_mail"


def offer(request: HttpRequest, form: forms.Form, initiative: Initiative, move: str) -> dict[str, Any]:
    """Return what the page shows of the message of `move`, and give `form` the box that holds it back.

    `mail` is None when the move tells nobody; `held` says that the box was ticked.
    """
    mail = notices.preview(initiative, move, request.POST.get("note", ""), by=request.user)
    return _shown(request, form, mail)


def offer_report(request: HttpRequest, form: forms.Form, report: Report, event: str) -> dict[str, Any]:
    """Return the same for what becomes of a report (`event`: returned, approved)."""
    mail = notices.preview_report(report, event, by=request.user, note=request.POST.get("note", ""))
    return _shown(request, form, mail)


def _shown(request: HttpRequest, form: forms.Form, mail: notices.Preview | None) -> dict[str, Any]:
    if mail and mail.to:
        form.fields[HOLD] = forms.BooleanField(label="Ne pas envoyer ce courriel", required=False)
    return {"mail": mail, "held": HOLD in request.POST}


def sending(cleaned: dict[str, Any], by: User) -> AbstractContextManager[None]:
    """Return the context in which the decision is taken: its message held back when the box was ticked."""
    return outbox.without_mail(by) if cleaned.get(HOLD) else nullcontext()
