"""The form of an initiative. A draft is saved whatever is missing; only what cannot be read is refused, field by field."""

from django import forms
from django.utils.html import format_html

from alliance.lib.dates import DateFormField
from alliance.lib.forms import BlockFormField, LineFormField
from alliance.lib.money import MoneyFormField
from initiatives.choices import Continuity
from initiatives.forms.fields import Boxes, CountField, PickMany, PickOne, Radios
from initiatives.forms.offer import offer_to
from initiatives.rules import SUMMARY_MAX

_LONG = "Inscrivez au plus %(limit_value)d caractères (il y en a %(show_value)d)"
_AGAIN = "Une partie du formulaire n’est pas arrivée. Ce qui est arrivé est enregistré; vérifiez le reste."
MARK_OF_END = "complet"


def _optional(label):
    return format_html('{} <span class="optional">(facultatif)</span>', label)


def _text(kind, label, limit, *, optional=False, rows=5, **kwargs):
    widget = forms.Textarea(attrs={"rows": rows}) if kind is BlockFormField else forms.TextInput
    field = kind(
        label=_optional(label) if optional else label,
        max_length=limit,
        required=False,
        widget=widget,
        error_messages={"max_length": _LONG},
        **kwargs,
    )
    field.widget.attrs.pop("maxlength", None)  # a browser would cut a pasted text without a word
    return field


def _date(label):
    return DateFormField(
        label=label,
        required=False,
        help_text="Par exemple 2026-04-27",
        widget=forms.DateInput(attrs={"class": "input-date", "autocomplete": "off"}, format="%Y-%m-%d"),
    )


class EntryForm(forms.Form):
    """`values()` gives what arrived and could be read: a field that is absent is never taken for an empty one."""

    use_required_attribute = False
    hide_optional = True

    title = _text(LineFormField, "Titre de l’initiative", 200, help_text="Court et parlant : il sera public.")
    summary = _text(
        BlockFormField,
        "Résumé public",
        SUMMARY_MAX,
        help_text="Ce qui se fera, pour qui et pourquoi, en mots de tous les jours. Au plus 400 mots.",
    )
    description = _text(
        BlockFormField,
        "Description pour l’analyse",
        10000,
        optional=True,
        help_text="Besoin, activités, résultats attendus. Ce texte n’est pas publié.",
    )
    scope = forms.ChoiceField(label="Portée", required=False, widget=Radios)
    territories = PickMany(label="MRC", refusal="Choisissez parmi vos MRC")
    municipalities = PickMany(
        label=_optional("Municipalités desservies"),
        refusal="Choisissez parmi les municipalités de vos MRC",
        help_text="Ouvrez une MRC, puis cochez. Aucune case cochée : toute la MRC.",
    )
    themes = PickMany(label="Thèmes", refusal="Choisissez parmi les thèmes offerts")
    primary_theme = PickOne(
        label="Thème principal",
        refusal="Choisissez parmi les thèmes offerts",
        nothing="Choisir un thème",
        help_text="Un des thèmes cochés ci-dessus.",
    )
    target_groups = PickMany(label="Personnes visées", refusal="Choisissez parmi les groupes offerts")
    target_note = _text(LineFormField, "Précision sur les personnes visées", 300, optional=True)
    starts_on = _date("Date de début")
    ends_on = _date("Date de fin")
    continuity = forms.ChoiceField(
        label="Nouvelle ou prolongée", required=False, choices=Continuity.choices, widget=Radios
    )
    continues = PickOne(
        label=_optional("Initiative prolongée"),
        refusal="Choisissez une initiative de vos MRC",
        nothing="Aucune",
        help_text="Seulement pour une prolongation.",
    )
    expected_reach = CountField(
        label=_optional("Nombre de personnes à rejoindre"),
        required=False,
        widget=forms.TextInput(attrs={"class": "input-short", "inputmode": "numeric", "autocomplete": "off"}),
    )
    citizen_participation = _text(
        BlockFormField,
        "Participation des personnes en situation de pauvreté",
        3000,
        optional=True,
        rows=4,
        help_text="Comment ces personnes prennent part à l’initiative.",
    )
    amount_requested = MoneyFormField(
        label=_optional("Montant demandé au FQIS"),
        required=False,
        help_text="En dollars, par exemple 12 500 ou 12 500,50",
        widget=forms.TextInput(attrs={"class": "input-amount"}),
    )

    def __init__(self, *args, user, initiative=None, **kwargs):
        self.user, self.initiative = user, initiative
        offer = offer_to(user, initiative)
        kwargs.setdefault("initial", _stored(initiative) if initiative else _first(offer))
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = offer.scopes
        for name in ("territories", "themes", "target_groups"):
            self.fields[name].offer(getattr(offer, name))
        self.fields["municipalities"].offer(groups=offer.municipalities)
        self.fields["primary_theme"].offer(offer.themes)
        self.fields["continues"].offer(offer.sequels)
        for name in ("scope", "continuity"):
            self.fields[name].error_messages["invalid_choice"] = "Choisissez parmi les réponses offertes"

    def clean(self):
        self._check_dates()
        self._check_sequel()
        if MARK_OF_END not in self.data:
            self.add_error(None, _AGAIN)
        return self.cleaned_data

    def values(self):
        """Return the content to write: fields that arrived, were read, and keep what is not this person's to choose."""
        values = {name: value for name, value in self.cleaned_data.items() if name in self.data}
        if values.get("continuity") == "":
            del values["continuity"]
        if values.get("scope") == "":
            del values["scope"]
        if self.initiative:
            for name in ("territories", "municipalities"):
                if name in values:
                    values[name] = [*values[name], *_beyond(self.initiative, name, self.fields[name].rows)]
        return values

    def _effective(self, name):
        """Return the value the initiative will hold: the one that arrived, or the stored one."""
        if name in self.data and name in self.cleaned_data:
            return self.cleaned_data[name]
        return getattr(self.initiative, name, None) if self.initiative else None

    def _check_dates(self):
        start, end = self._effective("starts_on"), self._effective("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", f"La date de fin doit suivre la date de début ({start.isoformat()})")
            if self.initiative and self.initiative.ends_on and self.initiative.ends_on < start:
                self.cleaned_data.pop("starts_on", None)  # it would contradict the end that stays stored

    def _check_sequel(self):
        continues = self._effective("continues")
        if continues and self._effective("continuity") != Continuity.CONTINUED:
            if "continues" in self.data and "continues" in self.cleaned_data:
                self.add_error(
                    "continues", "Cochez « Prolongation d’une initiative », ou choisissez « Aucune »"
                )
            else:
                self.add_error(
                    "continuity", "Cette initiative en prolonge une autre : cochez « Prolongation »"
                )
            self.cleaned_data.pop("continuity", None)


def _first(offer):
    """Return what a new form shows ticked: the only MRC of an agent who has one."""
    initial = {"continuity": Continuity.NEW}
    if len(offer.territories) == 1:
        initial |= {"territories": [offer.territories[0].pk], "scope": "local"}
    return initial


def _stored(initiative):
    initial = {name: getattr(initiative, name) for name in EntryForm.base_fields}
    for name, field in EntryForm.base_fields.items():
        if isinstance(field.widget, Boxes):
            initial[name] = [row.pk for row in initial[name].all()]
    for name in ("primary_theme", "continues"):
        initial[name] = getattr(initiative, f"{name}_id") or ""
    return initial


def _beyond(initiative, name, rows):
    """Return what the initiative holds outside the rows offered: a colleague's MRC stays when this agent saves."""
    return [row for row in getattr(initiative, name).all() if str(row.pk) not in rows]


class WithdrawalForm(forms.Form):
    use_required_attribute = False

    note = _text(
        BlockFormField,
        "Raison du retrait",
        2000,
        rows=3,
        help_text="Le CRD lira cette note dans le journal du dossier.",
    )
