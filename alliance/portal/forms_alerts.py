from django import forms

from alliance.lib.forms import EmailLineField
from alliance.portal.public_forms import PublicForm


class AlertForm(PublicForm):
    """Where to send the news of a list."""

    hide_optional = True
    email = EmailLineField(
        label="Votre adresse courriel",
        help_text="Elle ne sert qu’à cet envoi.",
        error_messages={"required": "Inscrivez votre adresse courriel"},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )
