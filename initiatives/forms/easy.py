"""The form of the short version, with what the checks of plain language say of each answer."""

from dataclasses import dataclass

from django import forms

from alliance.lib import plain
from alliance.lib.forms import BlockFormField, LineFormField, PhoneFormField
from initiatives.actions.easy import FIELDS
from initiatives.choices import Cost, PartnerRole, Scope
from initiatives.models import EasyText

TEXTS = ("what", "who", "where", "how", "cost_note")
_HELP = "Des phrases courtes, une idée par phrase."


def _block(label, most, help_text, *, required=False, rows=3):
    field = BlockFormField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": "Dites ce que c’est."},
    )
    field.widget.attrs.pop("maxlength", None)  # a browser would cut a pasted text without a word
    return field


class EasyForm(forms.Form):
    """Seven answers; only the first is asked for. `mark` says which version was read."""

    what = _block("Qu’est-ce que c’est?", 400, f"{_HELP} Au plus 400 caractères.", required=True)
    who = _block("Pour qui?", 300, "Par exemple\xa0: pour les familles, pour les personnes seules.")
    where = _block("Où?", 300, "L’endroit, et comment s’y rendre.")
    how = _block("Comment faire?", 300, "Ce que la personne fait en premier\xa0: appeler, venir, écrire.")
    cost = forms.ChoiceField(
        label="Prix", choices=Cost.choices, widget=forms.RadioSelect, initial=Cost.UNKNOWN
    )
    cost_note = LineFormField(
        label="Précision sur le prix",
        max_length=120,
        required=False,
        help_text="Par exemple\xa0: 5\xa0$ par repas.",
    )
    phone = PhoneFormField(
        label="Téléphone",
        max_length=30,
        required=False,
        is_near=True,
        help_text="Public\xa0: tout le monde pourra appeler ce numéro.",
    )
    mark = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cost_note"].widget.attrs.pop("maxlength", None)

    def values(self):
        """Return what to write, by field of EasyText."""
        return {name: self.cleaned_data.get(name) or "" for name in FIELDS} | {
            "cost": self.cleaned_data.get("cost") or Cost.UNKNOWN
        }

    def text_of(self, name):
        """Return what stands in a field, as it was typed or as it is proposed."""
        return str(self[name].value() or "")


@dataclass(frozen=True)
class Answer:
    """A field of the page, and what the checks say of it."""

    field: forms.BoundField
    findings: tuple[plain.Finding, ...]


def answers(form):
    """Return the fields in order, each with its findings."""
    return [
        Answer(form[name], plain.read(form.text_of(name)).findings if name in TEXTS else ())
        for name in FIELDS
    ]


def reading(form):
    """Return what the checks say of the whole text."""
    return plain.read("\n".join(form.text_of(name) for name in TEXTS))


def stored_values(easy):
    return {name: getattr(easy, name) for name in FIELDS}


def proposed(initiative):
    """Return what the file already says: where, for whom, whom to call. Nothing of it is written before somebody saves."""
    lead = next(
        (
            row.organization
            for row in initiative.partnerships.select_related("organization")
            if row.role == PartnerRole.LEAD
        ),
        None,
    )
    groups = [str(row).lower() for row in initiative.target_groups.all()]
    return {
        "what": (plain.sentences_of(initiative.summary) or [""])[0][:400],
        "who": f"Pour\xa0: {', '.join(groups)}."[:300] if groups else "",
        "where": _where(initiative),
        "how": f"Appelez {lead}."[:300] if lead else "",
        "phone": lead.contact_phone if lead and lead.contact_is_public else "",
        "cost": Cost.UNKNOWN,
    }


def _where(initiative):
    if initiative.scope == Scope.REGIONAL:
        return "Partout au Bas-Saint-Laurent."
    names = [row.name for row in initiative.municipalities.all()] or [
        f"toute la MRC {row.genitive}" for row in initiative.territories.all()
    ]
    said = ", ".join(names)
    return f"{said[0].upper()}{said[1:]}."[:300] if said else ""


def differences(form, easy):
    """Return what is stored beside what was typed, for the fields where they differ."""
    stored = stored_values(easy) if easy else dict.fromkeys(FIELDS, "")
    labels = dict(Cost.choices)
    return [
        {
            "label": form[name].label,
            "stored": labels.get(stored[name], stored[name]) if name == "cost" else stored[name],
            "typed": labels.get(form.text_of(name), "") if name == "cost" else form.text_of(name),
        }
        for name in FIELDS
        if form.text_of(name) != stored[name]
    ]


def stored_easy(initiative):
    return EasyText.objects.filter(initiative=initiative).first()
