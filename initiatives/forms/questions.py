"""The control of each question of the form: its words come from `initiatives.sections`, its limits from the models."""

from collections.abc import Iterable

from django import forms
from django.utils.html import format_html

from alliance.lib.dates import DateFormField
from alliance.lib.forms import BlockFormField, LineFormField
from alliance.lib.money import MoneyFormField
from initiatives.choices import Continuity
from initiatives.forms.fields import AgreeField, CountField, PickMany, PickOne, Radios
from initiatives.models import Answers, Initiative
from initiatives.sections import KEPT_BY_ANSWERS, QUESTIONS

_LONG = "Inscrivez au plus %(limit_value)d caractères (il y en a %(show_value)d)"
_OTHER_CHOICE = "Choisissez parmi les réponses offertes"
_TEXTS = ("title", "summary", "citizen_participation", "description", "target_note")
_REFUSALS = {
    "territories": "Choisissez parmi vos MRC",
    "municipalities": "Choisissez parmi les municipalités de vos MRC",
    "themes": "Choisissez parmi les thèmes offerts",
    "target_groups": "Choisissez parmi les groupes offerts",
}


def optional(label):
    """Return the label followed by the word that says nobody has to answer."""
    return format_html('{} <span class="optional">(facultatif)</span>', label)


def text(kind, label, limit, *, is_optional=False, rows=5, **kwargs):
    """Return a field of text whose too long content is refused in words, never cut by the browser."""
    widget = forms.Textarea(attrs={"rows": rows}) if kind is BlockFormField else forms.TextInput
    field = kind(
        label=optional(label) if is_optional else label,
        max_length=limit,
        required=False,
        widget=widget,
        error_messages={"max_length": _LONG},
        **kwargs,
    )
    field.widget.attrs.pop("maxlength", None)  # a browser would cut a pasted text without a word
    return field


def date_field(label, **kwargs):
    widget = forms.DateInput(attrs={"class": "input-date", "autocomplete": "off"}, format="%Y-%m-%d")
    return DateFormField(label=label, required=False, widget=widget, **kwargs)


def money_field(label, **kwargs):
    widget = forms.TextInput(attrs={"class": "input-amount"})
    return MoneyFormField(label=label, required=False, widget=widget, **kwargs)


def fields_of(codes: Iterable[str]):
    """Return the controls of the questions named, by code; rows (partners, activities, budget) have none here."""
    return {code: _field(QUESTIONS[code]) for code in codes if code in _KINDS or _is_text(code)}


def _is_text(code):
    return code in _TEXTS or QUESTIONS[code].kept == KEPT_BY_ANSWERS


def _field(question):
    words = {
        "label": question.label if question.required else optional(question.label),
        "help_text": question.help,
    }
    if question.code in _KINDS:
        return _KINDS[question.code](question.code, words)
    model = Answers if question.kept == KEPT_BY_ANSWERS else Initiative
    limit = model._meta.get_field(question.code).max_length
    kind = BlockFormField if question.lines > 1 else LineFormField
    return text(kind, words["label"], limit, rows=question.lines, help_text=question.help)


def _radios(code, words):
    choices = Continuity.choices if code == "continuity" else ()
    messages = {"invalid_choice": _OTHER_CHOICE}
    return forms.ChoiceField(required=False, choices=choices, widget=Radios, error_messages=messages, **words)


def _many(code, words):
    return PickMany(refusal=_REFUSALS[code], **words)


def _theme(code, words):
    return PickOne(refusal=_REFUSALS["themes"], nothing="Choisir un thème", **words)


def _sequel(code, words):
    return PickOne(refusal="Choisissez une initiative de vos MRC", nothing="Aucune", **words)


def _plan(code, words):
    return PickOne(refusal="Choisissez parmi les lignes de vos plans", nothing="Aucun", **words)


def _date(code, words):
    return date_field(**words)


def _money(code, words):
    return money_field(**words)


def _count(code, words):
    attrs = {"class": "input-short", "inputmode": "numeric", "autocomplete": "off"}
    return CountField(required=False, widget=forms.TextInput(attrs=attrs), **words)


def _agree(code, words):
    return AgreeField(**words)


_KINDS = {
    "scope": _radios,
    "continuity": _radios,
    "territories": _many,
    "municipalities": _many,
    "themes": _many,
    "target_groups": _many,
    "primary_theme": _theme,
    "continues": _sequel,
    "plan_node": _plan,
    "starts_on": _date,
    "ends_on": _date,
    "amount_requested": _money,
    "expected_reach": _count,
    "is_declared": _agree,
    "accepts_publication": _agree,
}
