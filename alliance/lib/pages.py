"""Pages of the admin that ask something before an action, and show what the action refuses, keeping what was typed.

A decision about money is taken in two steps, without JavaScript: the page says what it will do, then it is confirmed.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from alliance.lib.admin import refused_fields
from alliance.lib.dates import DateFormField, long_date, today
from alliance.lib.forms import BlockFormField, LineFormField, TokenField
from alliance.lib.money import MoneyFormField, format_amount
from alliance.lib.workflow import NotAllowed, Refusal, Stale

T = TypeVar("T")
STEP, SEEN = "etape", "vu"
CONFIRM, EDIT = "confirmer", "modifier"
VERSION = "version"
INCOMPLETE = (
    "Ce formulaire n’a pas pu être lu en entier. Vérifiez ce qu’il contient, puis envoyez-le de nouveau."
)
STALE = (
    "Une autre personne a modifié ce dossier pendant que cette page était ouverte\xa0: rien n’a été inscrit. "
    "Relisez le dossier, puis recommencez si la décision tient toujours."
)
CHANGED = "La situation a changé depuis votre vérification. Relisez ce qui suit, puis confirmez de nouveau."


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
        help_text="En dollars, par exemple 12\xa0500 ou 12\xa0500,50. Négatif pour retirer.",
        widget=forms.TextInput(attrs={"class": "input-amount"}),
    )
    reason = LineFormField(
        label="Raison", max_length=300, error_messages={"required": "Inscrivez la raison de la décision."}
    )
    resolution = LineFormField(
        label="Résolution", max_length=60, required=False, help_text="Facultatif : son numéro."
    )
    on = DateFormField(label="Date", required=False, help_text="Laissez vide pour aujourd’hui.")
    token = TokenField(initial=uuid.uuid4)


@dataclass(frozen=True)
class Review:
    """What a decision will do: sentences, warnings that block nothing, and rows to read one by one.

    `sentences` speak of what stands after the decision only, so that the same decision always reads the same.
    """

    sentences: Sequence[str]
    warnings: Sequence[str] = ()
    headers: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    caption: str = ""

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """Return the rows, each cell with the header of its column."""
        return [list(zip(self.headers, row, strict=True)) for row in self.rows]

    def seal(self, form: forms.Form) -> str:
        """Return a short mark of what is read, warnings and answers too: confirming says which page was read."""
        read = [*self.sentences, *self.warnings, *map(str, self.rows), *map(str, said(form))]
        return sha256("\n".join(read).encode()).hexdigest()[:16]


def rehearse(act: Callable[[], Any], then: Callable[[], T]) -> T:
    """Do `act`, ask `then` what stands after it, and undo both: what a page announces is what the action would do.

    Raises what `act` raises (Refusal, NotAllowed, ValidationError): a refusal is known before anything is confirmed.
    """
    with transaction.atomic():
        act()
        told = then()
        transaction.set_rollback(True)
    return told


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
    preview: Callable[[dict[str, Any]], Review] | None = None,
    beside: str | None = None,
    version: int | None = None,
    **shown: Any,
) -> HttpResponse:
    """Show `form`, or call `perform(cleaned)`, which returns the sentence of success; then go `back`.

    With `preview`, a first post shows its review and only « Confirmer », after reading those very sentences, performs.
    A refusal answers 422 with its sentences (next to the field `beside`, when told) and the form as it was typed;
    a missing right answers 403. `version`: that of the thing now; the page carries the one it was opened with
    (`cleaned["version"]`, for `perform` to hold the action to), and an older one answers 409, words kept.
    """
    _carry(form, version)
    step = request.POST.get(STEP)
    sent = request.method == "POST" and step != EDIT
    shown |= {"title": title, "button": button, "back": back}
    status = 422 if sent else 200
    if sent and form.is_valid():
        try:
            _refuse_old(form, version)
            review = preview(dict(form.cleaned_data)) if preview else None
            if _is_confirmed(request, form, review):
                messages.success(request, perform(dict(form.cleaned_data)))
                return redirect(back)
            return _review_page(request, model_admin, obj, form, review, shown)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from None
        except (Refusal, ValidationError) as refusal:
            status = _say_refused(form, refusal, beside, version)
    if {"token", VERSION} & set(form.errors):
        form.add_error(None, INCOMPLETE)
        _renew_token(form)
    if preview:
        shown["button"] = "Vérifier"
    template = shown.pop("template", "admin/ask.html")
    context = _context(request, model_admin, obj, form, shown)
    return TemplateResponse(request, template, context, status=status)


def _is_confirmed(request: HttpRequest, form: forms.Form, review: Review | None) -> bool:
    """Say whether nothing is to be read first, or whether this very review was."""
    read = request.POST.get(STEP) == CONFIRM and review is not None
    return review is None or (read and request.POST.get(SEEN) == review.seal(form))


def _carry(form: forms.Form, version: int | None) -> None:
    """Give the form the version that its page is read at."""
    if version is not None:
        form.fields[VERSION] = forms.IntegerField(
            label="Version de la page",
            required=False,
            widget=forms.HiddenInput,
            initial=version,
            error_messages={"invalid": INCOMPLETE},
        )


def _refuse_old(form: forms.Form, version: int | None) -> None:
    """Raise Stale when the page was opened at another version. A post without any (a script) is held by the rules alone."""
    if version is not None and form.cleaned_data[VERSION] not in (None, version):
        raise Stale(STALE)


def _say_refused(
    form: forms.Form, refusal: Refusal | ValidationError, beside: str | None, version: int | None
) -> int:
    """Put the sentences of a refusal in the form shown again; return its status. What was stale was just read again."""
    for field, sentences in refused_fields(refusal).items():
        form.add_error(next((name for name in (field, beside) if name in form.fields), None), sentences)
    _renew_token(form)
    if not isinstance(refusal, Stale):
        return 422
    _renew(form, VERSION, version)
    return 409


def _context(
    request: HttpRequest, model_admin: Any, obj: Any, form: forms.Form, shown: dict[str, Any]
) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": obj,
        "subtitle": str(obj),
        "form": form,
        "danger": False,
        "consequence": "",
        "facts": [],
        "missing": [],
        "blocked": False,
        **shown,
    }


def _review_page(
    request: HttpRequest,
    model_admin: Any,
    obj: Any,
    form: forms.Form,
    review: Review,
    shown: dict[str, Any],
) -> HttpResponse:
    """Say what was typed and what it will do, carrying every answer along for « Confirmer » and « Revenir modifier »."""
    typed = [
        (name, value)
        for field in form.fields
        for name in [form.add_prefix(field)]
        for value in form.data.getlist(name)  # type: ignore[attr-defined]
    ]
    stale = request.POST.get(STEP) == CONFIRM and SEEN in request.POST
    context = _context(request, model_admin, obj, form, shown) | {
        "review": review,
        "seal": review.seal(form),
        "said": said(form),
        "typed": typed,
        "changed": CHANGED if stale else "",
    }
    return TemplateResponse(request, "admin/review.html", context, status=409 if stale else 200)


def said(form: forms.Form) -> list[tuple[str, str]]:
    """Return what was typed, as (label, words); what was left empty and lists chosen row by row are not repeated."""
    told = []
    for field in form.visible_fields():
        value = form.cleaned_data.get(field.name)
        if field.name == "on" and value is None:
            value = today()  # what the actions write when no date is given
        if value in (None, "") or isinstance(value, (list, tuple)):
            continue
        told.append((str(field.label), _words(field.field, value)))
    return told


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return format_amount(value)
    if isinstance(value, date):
        return long_date(value)
    return str(value)


def _renew_token(form: forms.Form) -> None:
    """What was refused wrote nothing, or had been written before: the form shown again may write something new."""
    _renew(form, "token", uuid.uuid4())


def _renew(form: forms.Form, name: str, value: Any) -> None:
    """Put `value` in a hidden field of the form shown again."""
    if name in form.fields:
        form.data = form.data.copy()
        form.data[form.add_prefix(name)] = str(value)
