"""The form of an initiative. A draft is saved whatever is missing; only what cannot be read is refused, field by field."""

from django import forms
from django.urls import reverse

from alliance.lib.forms import BlockFormField
from initiatives.choices import Continuity
from initiatives.forms.fields import Boxes
from initiatives.forms.offer import Offer
from initiatives.forms.questions import fields_of, text
from initiatives.sections import KEPT_BY_ANSWERS, KEPT_BY_FILE, QUESTIONS

_AGAIN = "Une partie du formulaire n’est pas arrivée. Ce qui est arrivé est enregistré; vérifiez le reste."
MARK_OF_END = "complet"
_OFFERED = {
    "territories": "territories",
    "themes": "themes",
    "target_groups": "target_groups",
    "primary_theme": "themes",
    "continues": "sequels",
    "plan_node": "plan_nodes",
}


class EntryForm(forms.Form):
    """The questions `codes` of the form. `values()` gives what arrived and could be read.

    A field that is absent is never taken for an empty one.
    """

    use_required_attribute = False
    hide_optional = True

    def __init__(self, *args, codes, user, initiative=None, **kwargs):
        self.user, self.initiative = user, initiative
        self.offer = Offer(user, initiative)
        controls = fields_of(codes)
        kwargs.setdefault(
            "initial", stored(initiative, controls) if initiative else first(self.offer, controls)
        )
        super().__init__(*args, **kwargs)
        self.fields.update(controls)
        for name in _OFFERED.keys() & controls.keys():
            self.fields[name].offer(getattr(self.offer, _OFFERED[name]))
        if "scope" in controls:
            self.fields["scope"].choices = self.offer.scopes
        if "municipalities" in controls:
            self.fields["municipalities"].offer(groups=self.offer.municipalities)
        if "title" in controls:
            suggest(self.fields["title"], "espace:title_radar", "territories dossier")

    def clean(self):
        self._check_dates()
        self._check_sequel()
        if MARK_OF_END not in self.data:
            self.add_error(None, _AGAIN)
        return self.cleaned_data

    def values(self):
        """Return the content to write: fields that arrived, were read, and keep what is not this person's to choose."""
        values = self._arrived(KEPT_BY_FILE)
        for name in ("continuity", "scope"):
            if values.get(name) == "":
                del values[name]
        if self.initiative:
            for name in ("territories", "municipalities"):
                if name in values:
                    values[name] = [*values[name], *_beyond(self.initiative, name, self.fields[name].rows)]
        return values

    def answers(self):
        """Return the private answers that arrived and were read."""
        return self._arrived(KEPT_BY_ANSWERS)

    def _arrived(self, kept):
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.data and name in QUESTIONS and QUESTIONS[name].kept == kept
        }

    def _effective(self, name):
        """Return the value the initiative will hold: the one that arrived, or the stored one."""
        if name in self.data and name in self.cleaned_data:
            return self.cleaned_data[name]
        return getattr(self.initiative, name, None) if self.initiative else None

    def _refuse(self, name, sentence):
        """Refuse a question, or the whole when this page does not ask it."""
        self.add_error(name if name in self.fields else None, sentence)
        if name not in self.fields:  # what contradicts the stored answer stays out
            for other in {"starts_on", "ends_on", "continues", "continuity"} & self.fields.keys():
                self.cleaned_data.pop(other, None)

    def _check_dates(self):
        if not {"starts_on", "ends_on"} & self.fields.keys():
            return
        start, end = self._effective("starts_on"), self._effective("ends_on")
        if start and end and end < start:
            self._refuse("ends_on", f"La date de fin doit suivre la date de début ({start.isoformat()})")
            if self.initiative and self.initiative.ends_on and self.initiative.ends_on < start:
                self.cleaned_data.pop("starts_on", None)  # it would contradict the end that stays stored

    def _check_sequel(self):
        if not {"continues", "continuity"} & self.fields.keys():
            return
        continues = self._effective("continues")
        if continues and self._effective("continuity") != Continuity.CONTINUED:
            if "continues" in self.data and "continues" in self.cleaned_data:
                self._refuse(
                    "continues", "Cochez « Prolongation d’une initiative », ou choisissez « Aucune »"
                )
            else:
                self._refuse("continuity", "Cette initiative en prolonge une autre : cochez « Prolongation »")
            self.cleaned_data.pop("continuity", None)


def suggest(field, route, names):
    """Have the page show, while one types, what `route` answers; it is told the fields `names` too."""
    field.widget.attrs |= {"data-suggest": reverse(route), "data-suggest-with": names}


def first(offer, names):
    """Return what a new form shows ticked: the only MRC of an agent who has one."""
    only = "territories" in names and len(offer.territories) == 1
    return {"territories": [offer.territories[0].pk]} if only else {}


def stored(initiative, controls):
    """Return what the initiative holds, as the controls show it."""
    answers = getattr(initiative, "answers", None)
    initial = {}
    for name, field in controls.items():
        if QUESTIONS[name].kept == KEPT_BY_ANSWERS:
            initial[name] = getattr(answers, name, "")
        elif isinstance(field.widget, Boxes):
            initial[name] = [row.pk for row in getattr(initiative, name).all()]
        elif name in ("primary_theme", "continues", "plan_node"):
            initial[name] = getattr(initiative, f"{name}_id") or ""
        else:
            initial[name] = getattr(initiative, name)
    return initial


def _beyond(initiative, name, rows):
    """Return what the initiative holds outside the rows offered: a colleague's MRC stays when this agent saves."""
    return [row for row in getattr(initiative, name).all() if str(row.pk) not in rows]


class WithdrawalForm(forms.Form):
    use_required_attribute = False

    note = text(
        BlockFormField,
        "Raison du retrait",
        2000,
        rows=3,
        help_text="Le CRD lira cette note dans le journal du dossier.",
    )
