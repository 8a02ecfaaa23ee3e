"""The organizations that the two published texts name, with the spellings under which they are met."""

from typing import Any

from alliance.accounts.models import User
from alliance.portal.reference.files import Row, rows, words
from territories.actions import create_organization, find_organization
from territories.models import Municipality, Organization, OrganizationPastSlug, Territory

_LEGAL_PERSONALITY = {"oui": True, "non": False, "": None}


def load_organizations(by: User) -> int:
    territories = {territory.code: territory for territory in Territory.objects.all()}
    municipalities = {place.code: place for place in Municipality.objects.all()}
    missing = [row for row in rows("organizations") if find(row["slug"], row["name"]) is None]
    for row in missing:
        values = _values(row, territories)
        values["seat_municipality"] = municipalities.get(row["seat_municipality"])
        create_organization(by=by, values=values, aliases=words(row["aliases"]), slug=row["slug"])
    return len(missing)


def find(slug: str, name: str = "") -> Organization | None:
    """Return the organization of a reference row, even when it was renamed or merged since."""
    past = OrganizationPastSlug.objects.filter(slug=slug).select_related("organization__merged_into").first()
    if past:
        return past.organization.merged_into or past.organization
    return find_organization(slug) or (find_organization(name) if name else None)


def _values(row: Row, territories: dict[str, Territory]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("name", "usual_name", "kind", "website", "note")},
        "has_legal_personality": _LEGAL_PERSONALITY[row["legal_personality"]],
        "seat_territory": territories.get(row["seat_territory"]),
        "territories_served": [territories[code] for code in words(row["territories_served"])],
    }
