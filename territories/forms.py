"""The form that creates an organization from an agent's file: short, the CRD completes the rest."""

from django import forms

from alliance.lib.forms import EmailLineField, LineFormField, NeqFormField, PhoneFormField, PublicUrlFormField
from territories.choices import NEVER_LEADS, OrganizationKind
from territories.models import Organization, Territory

_LEGAL = {"": None, "oui": True, "non": False}
_LONG = "Inscrivez au plus %(limit_value)d caractères (il y en a %(show_value)d)"


class OrganizationForm(forms.Form):
    use_required_attribute = False

    name = LineFormField(
        label="Nom officiel",
        max_length=200,
        error_messages={"required": "Inscrivez le nom de l’organisation", "max_length": _LONG},
    )
    kind = forms.ChoiceField(
        label="Type",
        choices=[("", "Choisir un type"), *(c for c in OrganizationKind.choices if c[0] not in NEVER_LEADS)],
        error_messages={
            "required": "Choisissez le type d’organisation",
            "invalid_choice": "Choisissez parmi les types offerts",
        },
    )
    seat_territory = forms.ChoiceField(
        label="MRC du siège",
        required=False,
        error_messages={"invalid_choice": "Choisissez parmi les MRC offertes"},
    )
    legal = forms.ChoiceField(
        label="Personne morale",
        required=False,
        choices=[("", "Je ne sais pas"), ("oui", "Oui"), ("non", "Non")],
        help_text="Un comité sans personnalité juridique ne reçoit pas d’argent.",
        error_messages={"invalid_choice": "Choisissez parmi les réponses offertes"},
    )
    neq = NeqFormField(label="NEQ", required=False, help_text="Dix chiffres, par exemple 1140000000")
    contact_phone = PhoneFormField(label="Téléphone", required=False, help_text="Il n’est pas publié.")
    contact_email = EmailLineField(label="Courriel", required=False, help_text="Il n’est pas publié.")
    website = PublicUrlFormField(label="Site Web", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.territories = {str(row.pk): row for row in Territory.objects.filter(is_active=True)}
        self.fields["seat_territory"].choices = [
            ("", "Hors de la région, ou inconnue"),
            *((key, row.name) for key, row in self.territories.items()),
        ]
        self.fields["name"].widget.attrs.pop("maxlength", None)
        self.fields["contact_email"].widget.attrs["autocomplete"] = "off"  # another's, not of who types it

    def clean_neq(self):
        neq = self.cleaned_data["neq"]
        if neq and (holder := Organization.objects.filter(neq=neq).first()):
            raise forms.ValidationError(f"{holder} porte déjà ce NEQ : choisissez-la plutôt que de la créer")
        return neq

    def values(self):
        """Return the fields for `territories.actions.create_organization`."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "legal"}
        values["seat_territory"] = self.territories.get(values["seat_territory"])
        values["has_legal_personality"] = _LEGAL[self.cleaned_data["legal"]]
        return values
