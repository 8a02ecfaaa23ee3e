"""How every form of the site is drawn: label, hint and error before the control, tied to it for screen readers."""

from pathlib import Path

from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.template.backends.base import BaseEngine
from django.utils.functional import cached_property


class FleuveRenderer(DjangoTemplates):
    """Draw fields with `templates/components/`, widgets with Django's own templates.

    Only the wrapper of a field and of a form are ours; widgets and lists of errors stay Django's, which the admin shares.
    One engine sees both places, because the admin's widgets include those of `django.forms`.
    """

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    @cached_property
    def engine(self) -> BaseEngine:
        """Return the engine that finds the project's templates first, then those shipped with Django's forms."""
        options = settings.TEMPLATES[0]
        shipped = Path(forms.__file__).parent / "templates"
        return self.backend(
            {
                "APP_DIRS": True,
                "DIRS": [*options["DIRS"], shipped],
                "NAME": "fleuveforms",
                "OPTIONS": {"builtins": options["OPTIONS"].get("builtins", [])},
            }
        )
