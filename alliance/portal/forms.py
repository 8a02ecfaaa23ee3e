"""How every form of the site is drawn: label, hint and error before the control, tied to it for screen readers."""

from typing import Any

from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.template.exceptions import TemplateDoesNotExist


class FleuveRenderer(TemplatesSetting):
    """Draw fields with `templates/components/`, widgets with Django's own templates.

    Only the wrapper of a field and of a form are ours; widgets and lists of errors stay Django's, which the admin shares.
    """

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def get_template(self, template_name: str) -> Any:
        """Return the project's template, or the one shipped with Django's forms when the project has none."""
        try:
            return super().get_template(template_name)
        except TemplateDoesNotExist:
            return DjangoTemplates().get_template(template_name)
