"""The file to read: chosen once, checked for its size before its content is looked at."""

from django import forms
from django.core.exceptions import ValidationError

from alliance.lib.sheets import MAX_BYTES
from initiatives.sheet import MOST_ROWS, written

_CHOOSE = "Choisissez un fichier"


class SheetForm(forms.Form):
    """One workbook or CSV; `cleaned_data["file"]` is what it holds (`initiatives.sheet.Written`)."""

    use_required_attribute = False
    hide_optional = True

    file = forms.FileField(
        label="Fichier rempli",
        help_text=f"Classeur Excel (.xlsx) ou CSV, 10\xa0Mo et {MOST_ROWS} initiatives au plus.",
        error_messages={
            "required": _CHOOSE,
            "missing": _CHOOSE,
            "invalid": _CHOOSE,
            "empty": "Le fichier est vide",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise ValidationError("Le fichier doit peser au plus 10\xa0Mo", code="too_large")
        return written(upload.name, upload.read())
