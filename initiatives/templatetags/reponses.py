"""The answers of a file in a template, and where each is changed."""

from collections.abc import Collection

from django import template

from initiatives import places, reading
from initiatives.models import Initiative

register = template.Library()


@register.simple_tag
def chapters_of(initiative: Initiative) -> list[reading.Chapter]:
    """Return the answers of the file, section by section."""
    return reading.chapters(initiative)


@register.simple_tag
def place_of(initiative: Initiative, code: str, opened: Collection[str] | None = None) -> str:
    """Return the address where a question is answered; empty when it is not among those `opened` (None: all are)."""
    return places.place_of(initiative, code) if opened is None or code in opened else ""
