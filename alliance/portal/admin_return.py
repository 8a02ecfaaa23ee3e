"""« Retourner pour compléter »: the CRD names the fields to correct, why, and what to do; the MRC reads it field by field."""

from django import forms

from alliance.lib.forms import BlockFormField, LineFormField
from alliance.lib.pages import Review
from alliance.lib.templatetags.francais import pluriel
from initiatives.actions import CorrectionRow
from initiatives.choices import CorrectionReason
from initiatives.reading import text_of
from initiatives.sections import QUESTIONS, SECTIONS

_NOTHING = "Rien à corriger"
_NEEDS_REASON = "Choisissez la raison de cette correction, ou effacez la précision."


class ReturnForm(forms.Form):
    """One reason and one precision by question of the form, all optional; a general note, required."""

    note = BlockFormField(
        label="Note générale",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Elle reste au dossier; la MRC la lit telle quelle.",
        error_messages={
            "required": "Inscrivez une note\xa0: elle explique la décision aux personnes qui liront le dossier."
        },
    )

    def __init__(self, *args, initiative, **kwargs):
        super().__init__(*args, **kwargs)
        self.initiative = initiative
        for code, question in QUESTIONS.items():
            self.fields[f"reason_{code}"] = forms.ChoiceField(
                label=f"Raison\xa0: {question.label}",
                required=False,
                choices=[("", _NOTHING), *CorrectionReason.choices],
                error_messages={"invalid_choice": "Choisissez une raison dans la liste."},
            )
            self.fields[f"note_{code}"] = LineFormField(
                label=f"Précision\xa0: {question.label}",
                required=False,
                max_length=1000,
                error_messages={"max_length": "Inscrivez au plus 1000 caractères (il y en a %(show_value)d)"},
            )

    def clean(self):
        cleaned = super().clean()
        for code in QUESTIONS:
            alone = cleaned.get(f"note_{code}") and not cleaned.get(f"reason_{code}")
            if alone and f"reason_{code}" not in self.errors:
                self.add_error(f"reason_{code}", _NEEDS_REASON)
        return cleaned

    def visible_fields(self):
        """The general note: what is asked field by field is read in a table of its own."""
        return [self["note"]]

    def sections(self):
        """Return the sections with their questions, each with what the file answers now, ready for the page."""
        return [
            {"title": section.title, "rows": rows, "open": any(row["asked"] for row in rows)}
            for section in SECTIONS
            for rows in [[self._row(question) for question in section.questions]]
        ]

    def _row(self, question):
        reason, note = self[f"reason_{question.code}"], self[f"note_{question.code}"]
        return {
            "label": question.label,
            "answer": text_of(self.initiative, question.code),
            "reason": reason,
            "note": note,
            "asked": bool(reason.value() or note.value() or reason.errors or note.errors),
        }


def asked(cleaned):
    """Return the corrections that the form asks for, in the order of the form."""
    return [
        CorrectionRow(code, cleaned[f"reason_{code}"], cleaned[f"note_{code}"])
        for code in QUESTIONS
        if cleaned.get(f"reason_{code}")
    ]


def review(cleaned):
    """Say what will happen: which fields open again, and who has the file."""
    rows = asked(cleaned)
    if rows:
        opened = (
            "ce champ sera ouvert"
            if len(rows) == 1
            else f"ces {pluriel(len(rows), 'champ,champs')} seront ouverts"
        )
        sentences = [
            "Le dossier retourne à la MRC.",
            f"Seul{'s' * (len(rows) > 1)} {opened}; le reste se lira seulement.",
        ]
    else:
        sentences = [
            "Le dossier retourne à la MRC.",
            "Aucun champ n’est nommé\xa0: tout le dossier sera ouvert.",
        ]
    return Review(
        sentences=sentences,
        headers=("Champ", "Raison", "Précision"),
        rows=[
            (QUESTIONS[row.field].label, str(CorrectionReason(row.reason).label), row.note or "—")
            for row in rows
        ],
        caption="Corrections demandées",
    )
