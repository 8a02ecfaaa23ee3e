"""Autocomplete controls of the admin that survive an unreadable identifier.

Django's own put what came from the address or the post straight into a query: « abc » is an error on both engines, and a
number over 64 bits on SQLite only. Here it is not shown, and the field answers beside itself that it is not a choice.
"""

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

_UNREADABLE = "?"  # never an identifier: the field refuses it in French
_DIGITS = 18  # every identifier of 64 bits that a database gave has no more


def _is_readable(value: object) -> bool:
    text = str(value)
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


class ReadableIds:
    """Keeps unreadable identifiers out of the queries of an autocomplete control."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if _is_readable(each)], attrs)  # type: ignore[misc]


class OneAutocomplete(ReadableIds, AutocompleteSelect):
    pass


class ManyAutocomplete(ReadableIds, AutocompleteSelectMultiple):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        values = super().value_from_datadict(data, files, name)
        return [each if _is_readable(each) else _UNREADABLE for each in values or []]


class AutocompleteMixin:
    """For a ModelAdmin or an inline: its autocomplete fields use the controls above."""

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", OneAutocomplete(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", ManyAutocomplete(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
