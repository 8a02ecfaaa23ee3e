"""The only writer of organizations and of what an MRC says to call. Each verb names its author and keeps the history.

Raises ValidationError (a field, in French) and Refusal (French reasons).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from alliance.accounts.models import User
from alliance.accounts.roles import TERRITORY_ROLES
from alliance.lib.records import save_as
from alliance.lib.text import slug_fr, sort_key
from territories.models import Organization, OrganizationAlias, OrganizationPastSlug, Territory

SCALARS = (
    "name",
    "usual_name",
    "kind",
    "neq",
    "has_legal_personality",
    "seat_territory",
    "seat_municipality",
    "website",
    "contact_email",
    "contact_phone",
    "contact_is_public",
    "note",
    "is_active",
    "is_listed",
)

TERRITORY_VALUES = (
    "code",
    "code_mamh",
    "code_statcan",
    "name",
    "full_name",
    "genitive",
    "locative",
    "slug",
    "seat",
    "order",
    "population",
    "population_year",
    "website",
    "contact_name",
    "contact_phone",
    "contact_email",
    "is_active",
)
_GIVEN_ONCE = ("code", "slug")  # files and links depend on them

# Who copies the names of organizations (the search words of initiatives) adds its function here when it starts:
# whatever the door, the copy follows in the same transaction, and this package knows nothing of the upper ones.
after_new_names: list[Callable[[Organization], object]] = []


@transaction.atomic
def create_organization(
    *, by: User, values: Mapping[str, Any], aliases: Iterable[str] = (), slug: str = "", is_demo: bool = False
) -> Organization:
    """Create an organization; `values` are its fields, `territories_served` among them when known.

    One that an MRC enters for its draft stays out of the public directory (`is_listed`) until the staff checks it
    or an initiative in which it takes part is published.
    """
    organization = Organization(is_demo=is_demo or by.is_demo)
    if by.role in TERRITORY_ROLES:
        values = {**values, "is_listed": False}
    organization.slug = _free_slug(slug or slug_fr(values["name"], fallback="organisation"), organization)
    return _write(organization, by, values, aliases)


@transaction.atomic
def update_organization(
    *, organization: Organization, by: User, values: Mapping[str, Any], aliases: Iterable[str] | None = None
) -> Organization:
    """Change the fields named in `values`; a new shown name gives a new address and keeps the old one alive."""
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    shown, words = str(locked), locked.search_text
    _write(locked, by, values, aliases)
    if str(locked) != shown:
        _settle_slug(locked, by)
    if locked.search_text != words:
        for follow in after_new_names:
            follow(locked)
    return locked


def find_organization(text: str) -> Organization | None:
    """Return the organization written `text` (address, past address or any name; accents and case ignored)."""
    key = sort_key(text)
    by_slug = organization_at(slug_fr(text))
    alias = OrganizationAlias.objects.filter(folded=key).select_related("organization").first()
    found = by_slug or (alias.organization if alias else None)
    return found.merged_into or found if found else None


def organization_at(slug: str) -> Organization | None:
    """Return the organization whose address is, or once was, `slug`."""
    found = Organization.objects.filter(slug=slug).first()
    return found or Organization.objects.filter(past_slugs__slug=slug).first()


def _write(
    organization: Organization, by: User, values: Mapping[str, Any], aliases: Iterable[str] | None
) -> Organization:
    unknown = set(values) - {*SCALARS, "territories_served"}
    if unknown:
        raise TypeError(f"not fields of an organization: {sorted(unknown)}")
    for name in set(values) & set(SCALARS):
        setattr(organization, name, values[name])
    save_as(organization, by, exclude=("search_text", "sort_key"))
    if "territories_served" in values:
        organization.territories_served.set(values["territories_served"])
    _keep_names(organization, aliases or ())
    save_as(organization, by, exclude=("search_text", "sort_key"))
    return organization


def _keep_names(organization: Organization, aliases: Iterable[str]) -> None:
    """Remember every spelling: a name that was read once in a file must find its organization again."""
    for name in {organization.name, organization.usual_name, *aliases} - {""}:
        folded = sort_key(name)[:200]
        if folded and not OrganizationAlias.objects.filter(folded=folded).exists():
            OrganizationAlias.objects.create(organization=organization, name=name)


def _settle_slug(organization: Organization, by: User) -> None:
    """Give the address its readable form; the former one leads here for ever."""
    slug = _free_slug(slug_fr(str(organization), fallback="organisation"), organization)
    if slug == organization.slug:
        return
    OrganizationPastSlug.objects.filter(slug=slug, organization=organization).delete()
    OrganizationPastSlug.objects.get_or_create(slug=organization.slug, organization=organization)
    organization.slug = slug
    save_as(organization, by, exclude=("search_text", "sort_key"))


def _free_slug(base: str, organization: Organization) -> str:
    slug, suffix = base, 2
    while (
        Organization.objects.exclude(pk=organization.pk).filter(slug=slug).exists()
        or OrganizationPastSlug.objects.exclude(organization_id=organization.pk).filter(slug=slug).exists()
    ):
        slug, suffix = f"{base}-{suffix}", suffix + 1
    return slug


@transaction.atomic
def update_territory(*, territory: Territory, by: User, values: Mapping[str, Any]) -> Territory:
    """Change the fields of an MRC named in `values`: its portrait, and whom the public may call. Return it.

    The telephone comes as `PhoneFormField` writes it. The code and the address are given once.
    """
    unknown = set(values) - set(TERRITORY_VALUES)
    if unknown:
        raise TypeError(f"not fields of an MRC: {sorted(unknown)}")
    locked = Territory.objects.select_for_update().get(pk=territory.pk) if territory.pk else territory
    for name, value in values.items():
        if not (territory.pk and name in _GIVEN_ONCE):
            setattr(locked, name, value)
    save_as(locked, by)
    return locked
