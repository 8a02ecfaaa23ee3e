"""« Signaler une erreur »: which page of this site the reader speaks of, and the form."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.urls import Resolver404, resolve

from alliance.lib.forms import BlockFormField, EmailLineField
from alliance.portal import labels as names
from alliance.portal.choices import ErrorSubject
from alliance.portal.directory import Directory
from alliance.portal.public_forms import PublicForm

WHOLE_SITE = "/"
UNKNOWN_PAGE = "L’adresse indiquée n’est pas celle d’une page de ce site. Dites dans votre message de quelle page il s’agit."
_LENGTH = 300
_PLAIN = re.compile(r"[\w/.,~%+-]+", re.ASCII)
_KINDS = {
    "theme": names.THEME,
    "territory": names.TERRITORY,
    "municipality": names.MUNICIPALITY,
    "organization": names.ORGANIZATION,
}
_TITLES = {
    "home": "Page d’accueil",
    "directory": "Initiatives",
    "themes": "Thèmes",
    "territories": "Territoires",
    "organizations": "Organisations",
    "figures": "Chiffres",
    "bilans": "Bilans",
    "about": "À propos",
    "accessibility": "Accessibilité",
    "confidentiality": "Confidentialité",
    "contact": "Nous joindre",
}


@dataclass(frozen=True)
class NamedPage:
    """A public page: its address, its title, and the key of the initiative that it shows."""

    path: str
    title: str
    initiative: int | None = None


def page_named(directory: Directory, address: str) -> NamedPage | None:
    """Return the public page at `address`, a path of this site; None for anything else, which is then never shown.

    What follows « ? » is left out. The page of something that is not published is no page.
    """
    try:
        path = urlsplit(address.strip()).path
    except ValueError:
        return None
    ours = address.startswith("/") and not address.startswith("//") and path != ""
    if not ours or len(path) > _LENGTH or not _PLAIN.fullmatch(path):
        return None
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.namespace != "portal" or "tell" in str(match.url_name):
        return None
    return _titled(directory, path, str(match.url_name), match.kwargs)


def _titled(directory: Directory, path: str, name: str, arguments: dict[str, Any]) -> NamedPage | None:
    if name in ("initiative", "easy"):
        slug = arguments["slug"].lower()
        row = next((row for row in directory.rows if row.slug == slug), None)
        return NamedPage(path, row.title, row.pk) if row else None
    if name in _KINDS:
        label = directory.labels.find(_KINDS[name], arguments["slug"].lower())
        hidden = label is None or (label.kind == names.ORGANIZATION and not directory.shows(label))
        return None if hidden or label is None else NamedPage(path, label.name)
    return NamedPage(path, _TITLES.get(name, f"Page {path}"))


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
