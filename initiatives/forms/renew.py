"""What changed since last year: the few questions that prolonging an initiative asks."""

from datetime import date
from uuid import uuid4

from django import forms
from django.utils.html import format_html

from alliance.lib.dates import DateFormField, fiscal_bounds, fiscal_start, today
from alliance.lib.forms import LineFormField, TokenField
from alliance.lib.money import MoneyFormField
from initiatives.actions.renew import CHANGED, goes_on
from initiatives.forms.fields import CountField, PickMany

_LONG = "Inscrivez au plus %(limit_value)d caractères (il y en a %(show_value)d)"


def _optional(label):
    return format_html('{} <span class="optional">(facultatif)</span>', label)


def _date(label):
    return DateFormField(
        label=label,
        required=True,
        help_text="Par exemple 2026-04-27",
        widget=forms.DateInput(attrs={"class": "input-date", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={"required": "Inscrivez une date, par exemple 2026-04-27"},
    )


class RenewForm(forms.Form):
    use_required_attribute = False
    hide_optional = True

    title = LineFormField(
        label="Titre de l’initiative",
        max_length=200,
        error_messages={"max_length": _LONG, "required": "Inscrivez le titre de l’initiative."},
    )
    starts_on = _date("Date de début")
    ends_on = _date("Date de fin")
    amount_requested = MoneyFormField(
        label=_optional("Montant demandé au FQIS"),
        required=False,
        help_text="En dollars. Le montant de l’an dernier est proposé.",
        widget=forms.TextInput(attrs={"class": "input-amount"}),
    )
    expected_reach = CountField(
        label=_optional("Nombre de personnes à rejoindre"),
        required=False,
        widget=forms.TextInput(attrs={"class": "input-short", "inputmode": "numeric", "autocomplete": "off"}),
    )
    partners = PickMany(
        label="Partenaires qui continuent", refusal="Choisissez parmi les partenaires du dossier"
    )
    with_budget = forms.BooleanField(label="Copier les lignes du budget", required=False)
    again = forms.BooleanField(label="Créer quand même une autre suite", required=False)
    token = TokenField()

    def __init__(self, data=None, *, initiative):
        rows = [row for row in initiative.partnerships.select_related("organization") if goes_on(row)]
        starts_on, ends_on = proposed_dates(initiative)
        initial = {
            "title": initiative.title,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "amount_requested": initiative.amount_requested,
            "expected_reach": initiative.expected_reach,
            "partners": [row.pk for row in rows],
            "with_budget": True,
            "token": uuid4(),
        }
        super().__init__(data, initial=initial)
        self.fields["title"].widget.attrs.pop("maxlength", None)
        self.fields["partners"].offer(rows)

    def clean(self):
        start, end = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", f"La date de fin doit suivre la date de début ({start.isoformat()})")
        return self.cleaned_data

    def values(self):
        return {name: self.cleaned_data[name] for name in CHANGED}


def proposed_dates(initiative) -> tuple[date, date]:
    """Return the fiscal year that follows the initiative's, never one that is already over."""
    last = initiative.ends_on or initiative.starts_on or today()
    return fiscal_bounds(max(fiscal_start(last) + 1, fiscal_start(today())))
