"""The form of a message, here and in the admin: a text, whether it waits for an answer, and a token for two clicks."""

from uuid import uuid4

from django import forms

from alliance.lib.forms import BlockFormField, TokenField
from initiatives.actions.exchanges import LONGEST


class TextForm(forms.Form):
    """A text that is written once, however often the form is sent."""

    text = BlockFormField(
        label="Votre message",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": "Écrivez votre message.",
            "max_length": "Inscrivez au plus %(limit_value)d caractères (il y en a %(show_value)d)",
        },
    )
    token = TokenField(initial=uuid4)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs.pop(
            "maxlength", None
        )  # a browser would cut a pasted text without a word

    def renew_token(self):
        """What was refused wrote nothing, or had been written before: the form shown again may write something new."""
        self.data = self.data.copy()
        self.data[self.add_prefix("token")] = str(uuid4())


class MessageForm(TextForm):
    asks_answer = forms.BooleanField(
        label="J’attends une réponse",
        required=False,
        initial=True,
        help_text="Le message reste alors dans «\xa0À faire\xa0» chez l’autre jusqu’à sa réponse.",
    )


class NoteForm(TextForm):
    """A note of the CRD to itself."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = "Note interne"
        self.fields["text"].error_messages["required"] = "Écrivez votre note."
        self.fields["text"].widget.attrs["rows"] = 4
