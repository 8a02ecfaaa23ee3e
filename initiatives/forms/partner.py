"""One partner of a file: its role, what it brings in words, in money, in goods and services.

The amounts are lines of the budget's sources that name the organization: the same lines as in the budget section.
"""

from django import forms
from django.core.exceptions import ValidationError

from alliance.lib.forms import LineFormField
from initiatives import partners
from initiatives.actions import BudgetRow
from initiatives.choices import BudgetNature, BudgetOrigin, BudgetSide, PartnerRole
from initiatives.forms.questions import money_field, optional, text

_CONFIRMED = (("", "À préciser"), ("oui", "Oui"), ("non", "Non"))
_ANSWER = {"": None, "oui": True, "non": False}
_CODE = {None: "", True: "oui", False: "non"}
_OTHER = {"invalid_choice": "Choisissez parmi les réponses offertes", "required": "Choisissez un rôle"}
_WORDS = {
    BudgetNature.CASH: ("de l’argent", "Montant en argent", "L’argent est-il confirmé?"),
    BudgetNature.IN_KIND: (
        "des biens ou des services",
        "Valeur des biens et services",
        "Les biens et services sont-ils confirmés?",
    ),
}


class PartnerForm(forms.Form):
    use_required_attribute = False
    hide_optional = True

    role = forms.ChoiceField(label="Rôle", error_messages=_OTHER)
    note = text(LineFormField, "Contribution, en mots", 300, is_optional=True)

    def __init__(self, data=None, *, partnership, **kwargs):
        self.partnership, self.initiative = partnership, partnership.initiative
        self.lines = list(self.initiative.budget_lines.filter(side=BudgetSide.SOURCE))
        super().__init__(data, initial={"role": partnership.role, "note": partnership.note}, **kwargs)
        held = [role for role in partners.OFFERED if not partners.refuse_role(partnership.organization, role)]
        self.fields["role"].choices = [(role.value, role.label) for role in held]
        self.several = [nature.label for nature in _WORDS if len(self._of(nature)) > 1]
        for nature in _WORDS:
            if len(self._of(nature)) < 2:
                self._ask_amount(nature)

    def _of(self, nature):
        mine = self.partnership.organization_id
        return [line for line in self.lines if (line.organization_id, line.nature) == (mine, nature)]

    def _ask_amount(self, nature):
        """Add the three controls of what the organization brings in this nature, filled with its line."""
        line = next(iter(self._of(nature)), None)
        gives, amount, confirmed = _WORDS[nature]
        self.fields[f"{nature}"] = forms.BooleanField(label=f"Apporte {gives}", required=False)
        self.fields[f"{nature}_amount"] = money_field(
            optional(amount), help_text="Si vous ne le savez pas encore, laissez vide."
        )
        self.fields[f"{nature}_confirmed"] = forms.ChoiceField(
            label=optional(confirmed), choices=_CONFIRMED, required=False, error_messages=_OTHER
        )
        self.initial |= {
            f"{nature}": line is not None,
            f"{nature}_amount": line.amount if line else None,
            f"{nature}_confirmed": _CODE[line.is_confirmed] if line else "",
        }

    def clean_role(self):
        role = self.cleaned_data["role"]
        others = self.initiative.partnerships.exclude(pk=self.partnership.pk).select_related("organization")
        for other in others.filter(role=role):
            if other.organization_id == self.partnership.organization_id:
                raise ValidationError("Cette organisation tient déjà ce rôle dans le dossier")
            if role in PartnerRole.once:
                word = PartnerRole(role).label.lower()
                raise ValidationError(f"{other.organization} est déjà {word} : changez d’abord son rôle")
        return role

    def partners(self):
        """Return every partner of the file, this one as typed."""
        rows = self.initiative.partnerships.select_related("organization")
        typed = self.cleaned_data
        return [
            (row.organization, typed["role"], typed["note"])
            if row.pk == self.partnership.pk
            else (row.organization, row.role, row.note)
            for row in rows
        ]

    def sources(self):
        """Return every source of the budget, those of this organization as typed; None when nothing changes."""
        before = [_row(line) for line in self.lines]
        after = list(before)
        for nature in _WORDS:
            if nature not in self.fields:
                continue
            present = next((_row(line) for line in self._of(nature)), None)
            typed = self._typed(nature, present)
            if present is None and typed is not None:
                after.append(typed)
            elif present is not None:
                after[after.index(present) : after.index(present) + 1] = [typed] if typed else []
        return None if after == before else after

    def _typed(self, nature, present):
        amount = self.cleaned_data.get(f"{nature}_amount")
        if not self.cleaned_data[nature] and amount is None:
            return None
        confirmed = _ANSWER[self.cleaned_data[f"{nature}_confirmed"]]
        if present is not None:
            return present._replace(amount=amount, is_confirmed=confirmed)
        organization = self.partnership.organization
        return BudgetRow(
            label=f"{organization}, {BudgetNature(nature).label.lower()}",
            amount=amount,
            origin=BudgetOrigin.OWN
            if self.cleaned_data["role"] == PartnerRole.LEAD
            else BudgetOrigin.PARTNER,
            organization=organization,
            nature=nature,
            is_confirmed=confirmed,
        )


def _row(line):
    return BudgetRow(**{name: getattr(line, name) for name in BudgetRow._fields})
