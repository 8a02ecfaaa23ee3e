"""« Signaler une erreur »: the form."""

from typing import Any

from django import forms

from alliance.lib.forms import BlockFormField, EmailLineField
from alliance.portal.choices import ErrorSubject
from alliance.portal.directory import Directory
from alliance.portal.named_pages import NamedPage, page_named
from alliance.portal.public_forms import PublicForm

WHOLE_SITE = "/"
UNKNOWN_PAGE = "L’adresse indiquée n’est pas celle d’une page de ce site. Dites dans votre message de quelle page il s’agit."


class TellForm(PublicForm):
    """What a reader tells. The address is optional: it serves for one answer."""

    page = forms.CharField(required=False, widget=forms.HiddenInput)
    subject = forms.ChoiceField(
        label="Qu’est-ce qui ne va pas?",
        choices=ErrorSubject.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez ce qui ne va pas",
            "invalid_choice": "Choisissez une des réponses proposées",
        },
    )
    message = BlockFormField(
        label="Votre message",
        max_length=2000,
        help_text="Dites ce qui est faux et, si vous le savez, ce qui est juste. N’inscrivez pas de renseignement "
        "personnel sur vous ni sur une autre personne. Au plus 2\xa0000 caractères.",
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": "Inscrivez votre message"},
    )
    email = EmailLineField(
        label="Votre courriel",
        required=False,
        help_text="Seulement si vous voulez une réponse. Il ne sert à rien d’autre et il est effacé "
        "90 jours après que l’erreur est réglée.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, directory: Directory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.directory = directory

    def clean_page(self) -> NamedPage:
        """Return the page spoken of; the whole site when none is named."""
        asked = self.cleaned_data["page"] or WHOLE_SITE
        named = page_named(self.directory, asked)
        if named is None:
            raise forms.ValidationError(UNKNOWN_PAGE)
        return named
