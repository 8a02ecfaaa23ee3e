"""Where each question of the form is answered: the page of its section, and its control there."""

from django.urls import NoReverseMatch, reverse

from initiatives.models import Initiative
from initiatives.sections import SECTION_OF

_GROUPS = frozenset(("territories", "municipalities", "themes", "target_groups", "scope", "continuity"))


def address_of(initiative: Initiative, slug: str) -> str:
    """Return the address of a section's page; documents have their own."""
    if slug == "documents":
        try:
            return reverse("espace:documents", args=[initiative.pk])
        except NoReverseMatch:
            return reverse("espace:edit", args=[initiative.pk])
    return reverse("espace:section", args=[initiative.pk, slug])


def place_of(initiative: Initiative, code: str) -> str:
    """Return the address of the control that answers the question `code`."""
    page = address_of(initiative, SECTION_OF[code])
    if code == "partners":
        return f"{page}#partenaires"
    return f"{page}#id_{code}_0" if code in _GROUPS else f"{page}#id_{code}"
