"""The page of the documents, as one form: what was chosen is never lost by pressing another of its buttons."""

from uuid import uuid4

from django import forms

from alliance.lib.forms import BlockFormField, LineFormField, TokenField
from initiatives.choices import DocumentKind
from initiatives.documents import ACCEPTED
from initiatives.forms.entry import MARK_OF_END
from initiatives.forms.fields import PickMany
from initiatives.sections import QUESTIONS

ADD = "add"
_LONG = "Inscrivez au plus %(limit_value)d caractères (il y en a %(show_value)d)"
CUT = "Une partie de l’envoi n’est pas arrivée. Vérifiez ce qui est joint, puis choisissez de nouveau le fichier"
AGAIN = "Choisissez de nouveau le fichier\xa0: le navigateur ne le garde pas"


class DocumentsForm(forms.Form):
    """A file to join with what it is, documents of last year to take again, a word on those to come.

    `asked`: the codes of the questions open to this person (None: all). `offered`: documents that may be taken again.
    """

    use_required_attribute = False
    hide_optional = True
    saved = False  # something of what was sent is written
    conflict = False  # the note was changed by somebody else meanwhile

    kind = forms.ChoiceField(
        label="Ce qu’est le document",
        required=False,
        choices=[("", "Choisissez"), *DocumentKind.choices],
        error_messages={"invalid_choice": "Choisissez un document de la liste"},
    )
    file = forms.FileField(
        label="Fichier",
        required=False,
        allow_empty_file=True,  # the action refuses it in our words
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="PDF, Word, Excel, LibreOffice, JPG ou PNG, 10\xa0Mo au plus. Une photo est réduite, et le lieu où "
        "elle a été prise en est retiré.",
        error_messages={"invalid": "Le fichier n’est pas arrivé. Choisissez-le de nouveau"},
    )
    alt = LineFormField(
        label="Ce que montre la photo",
        required=False,
        max_length=300,
        help_text="Seulement pour une photo\xa0: une phrase, pour les personnes qui ne la voient pas.",
        error_messages={"max_length": _LONG},
    )
    reuse = PickMany(label="", refusal="Ce document n’est plus offert")
    note = BlockFormField(
        label=QUESTIONS["documents_note"].label,
        required=False,
        max_length=1000,
        help_text=QUESTIONS["documents_note"].help,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _LONG},
    )
    token = TokenField(required=False)

    def __init__(self, data=None, files=None, *, asked=None, offered=(), **kwargs):
        super().__init__(data, files, **kwargs)
        self.fields["alt"].widget.attrs.pop("maxlength", None)
        self.fields["note"].widget.attrs.pop("maxlength", None)
        self.fields["reuse"].offer(offered)
        self.initial.setdefault("token", uuid4())
        if asked is not None and "documents" not in asked:
            for name in ("kind", "file", "alt", "reuse", "token"):
                del self.fields[name]
        elif not offered:
            del self.fields["reuse"]
        if asked is not None and "documents_note" not in asked:
            del self.fields["note"]

    def clean(self):
        """Say what a chosen file still needs, and that a file is needed to join one."""
        data = super().clean()
        if MARK_OF_END not in self.data:
            self.add_error(None, CUT)
        file, kind = data.get("file"), data.get("kind")
        if "file" not in self.fields or self.has_error("file"):
            return data
        if file is None:
            if self.data.get("do") == ADD:
                self.add_error("file", "Choisissez un fichier")
            return data
        if not kind and not self.has_error("kind"):
            self.add_error("kind", "Choisissez ce qu’est le document")
        if kind == DocumentKind.PHOTO and not data.get("alt") and not self.has_error("alt"):
            self.add_error("alt", "Décrivez en une phrase ce que montre la photo")
        if self.errors.keys() & {"kind", "alt"}:
            self.add_error("file", AGAIN)
        return data

    def chosen(self):
        """Return what to join, as `add_document` takes it, or None when nothing can be."""
        if "file" not in self.fields or self.errors.keys() & {"__all__", "kind", "file", "alt"}:
            return None
        data = self.cleaned_data
        if data.get("file") is None:
            return None
        return {"upload": data["file"], "kind": data["kind"], "alt": data["alt"], "token": data.get("token")}

    def note_typed(self, stored):
        """Return the word typed when it arrived, could be read and differs from `stored`; None otherwise."""
        if "note" not in self.fields or self.add_prefix("note") not in self.data or self.has_error("note"):
            return None
        typed = self.cleaned_data["note"]
        return typed if typed != stored else None

    def renew_token(self):
        """The form shown again may join something else."""
        self.data = self.data.copy()
        self.data[self.add_prefix("token")] = str(uuid4())
