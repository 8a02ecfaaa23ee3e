"""The form of « Vos courriels »: one question by kind of message."""

from collections.abc import Mapping

from django import forms

from alliance.accounts.choices import MailKind, MailWay

_HELP = {
    MailKind.DEPOSITED: "Un dossier arrive au CRD.",
    MailKind.RETURNED: "Le CRD attend des précisions.",
    MailKind.DECISION: "Retenue, non retenue, en cours, abandonnée.",
    MailKind.EXCHANGE: "Quelqu’un vous écrit dans un dossier.",
    MailKind.REPORT_DUE: "Deux semaines avant, trois jours avant, puis s’il est en retard.",
    MailKind.REPORT_RETURNED: "Un rapport est à reprendre.",
    MailKind.REPORT_APPROVED: "Le versement qui l’attendait peut suivre.",
    MailKind.REPORT_SENT: "Un rapport est à lire.",
    MailKind.ERROR_TOLD: "Quelqu’un signale une erreur sur une page du site.",
    MailKind.INCOMPLETE: "Un dossier n’a pas bougé depuis deux semaines.",
}
_ORDER = (MailWay.NOW, MailWay.DIGEST, MailWay.NEVER)


class WaysForm(forms.Form):
    """`ways`: how the person receives each kind now; `read`: the mark of the choices that the page shows."""

    read = forms.CharField(
        label="Page ouverte",
        widget=forms.HiddenInput,
        required=False,
        max_length=40,
        error_messages={"max_length": "Cette page est arrivée incomplète. Rouvrez-la, puis recommencez."},
    )

    def __init__(self, *args, ways: Mapping[str, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = list(ways)
        for kind, way in ways.items():
            self.fields[kind] = forms.ChoiceField(
                label=MailKind(kind).label,
                help_text=_HELP[MailKind(kind)],
                choices=[(each.value, each.label) for each in _ORDER],
                initial=way,
                widget=forms.RadioSelect,
                error_messages={
                    "required": "Choisissez comment recevoir ces messages",
                    "invalid_choice": "Choisissez une des trois réponses",
                },
            )

    def ways(self) -> dict[str, str]:
        """Return what was chosen, by kind, once the form is valid."""
        return {kind: self.cleaned_data[kind] for kind in self.kinds}
