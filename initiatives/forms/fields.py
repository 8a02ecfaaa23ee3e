"""Fields that give back the rows they offer, a count of people, and boxes that say they were shown.

The rows of a choice are read once and compared in memory: an id that is not offered (another MRC's municipality, a
number too large for the database) is refused in the same words on both engines.
"""

import re

from django import forms
from django.core.exceptions import ValidationError

MOST_PEOPLE = 1_000_000
_SPACES = re.compile(r"[ \t\xa0\u2007\u2009\u202f]+")


class Boxes(forms.CheckboxSelectMultiple):
    """Checkboxes preceded by an empty hidden value: a group left empty differs from a group that never arrived."""

    template_name = "espace/widgets/boxes.html"

    def value_from_datadict(self, data, files, name):
        return [value for value in super().value_from_datadict(data, files, name) if value]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["groups"] = [
            {"name": group, "options": options, "checked": sum(1 for option in options if option["selected"])}
            for group, options, _ in context["widget"]["optgroups"]
        ]
        return context


class Radios(forms.RadioSelect):
    template_name = "espace/widgets/boxes.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        options = [option for _, group, _ in context["widget"]["optgroups"] for option in group]
        context["widget"]["groups"] = [{"name": None, "options": options, "checked": 0}]
        return context


class AgreeBox(forms.CheckboxInput):
    """A box preceded by an empty hidden value: left empty, it differs from a box that never arrived."""

    template_name = "espace/widgets/agree.html"


class AgreeField(forms.BooleanField):
    widget = AgreeBox

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)


class PickMany(forms.MultipleChoiceField):
    """Rows to tick. `offer(rows)` or `offer(groups)`, groups being (title, rows); returns the rows ticked."""

    widget = Boxes

    def __init__(self, *, refusal, **kwargs):
        super().__init__(required=False, error_messages={"invalid_choice": refusal}, **kwargs)
        self.rows = {}

    def offer(self, rows=(), *, groups=()):
        self.rows = {str(row.pk): row for row in [*rows, *(row for _, group in groups for row in group)]}
        pairs = [(str(row.pk), str(row)) for row in rows]
        self.choices = pairs + [
            (title, [(str(row.pk), str(row)) for row in group]) for title, group in groups
        ]

    def clean(self, value):
        return [self.rows[key] for key in dict.fromkeys(super().clean(value))]


class PickOne(forms.ChoiceField):
    """One row to choose in a list; returns the row, or None."""

    def __init__(self, *, refusal, nothing, **kwargs):
        super().__init__(required=False, error_messages={"invalid_choice": refusal}, **kwargs)
        self.nothing, self.rows = nothing, {}

    def offer(self, rows):
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [("", self.nothing), *((key, str(row)) for key, row in self.rows.items())]

    def clean(self, value):
        return self.rows.get(super().clean(value))


class CountField(forms.Field):
    """A whole number of people, 0 to one million; « 2 000 » is read, « 12,5 » is refused (case C12)."""

    message = "Inscrivez un nombre entier de personnes, par exemple 120"

    def to_python(self, value):
        digits = _SPACES.sub("", str(value)) if value is not None else ""
        if not digits:
            return None
        if not re.fullmatch(r"[0-9]{1,12}", digits):
            raise ValidationError(self.message, code="invalid")
        if int(digits) > MOST_PEOPLE:
            raise ValidationError("Inscrivez au plus 1\xa0000\xa0000 de personnes", code="max_value")
        return int(digits)
