"""What the page of an organization reads beside the directory, in one query: itself, its names, what it brings."""

from typing import Any

from django.db.models import F, Q, QuerySet

from alliance.lib.aggregates import JsonRows, per_parent
from alliance.lib.text import sort_key
from alliance.portal.figures.organization_totals import Gift
from alliance.portal.initiative_page import dollars
from alliance.portal.labels import Label
from funding.choices import ContributionKind
from funding.models import Contribution
from initiatives.choices import Publication
from territories.models import Organization, OrganizationAlias

_GIFT = (
    "initiative__sort_key",
    F("pk"),
    "initiative__title",
    "initiative__slug",
    "kind",
    "fiscal_year__label",
    "amount",
    "is_confirmed",
)


def read(label: Label) -> tuple[Organization, list[str], list[Gift]]:
    """Return an organization, its other names by alphabet, what it brings to published initiatives by title."""
    facts: Any = _query().get(pk=label.pk)
    shown = {sort_key(facts.name), sort_key(facts.usual_name)}
    names = sorted((name for (name,) in facts.l_names or ()), key=sort_key)
    gifts = sorted([*(facts.l_gifts or ()), *(facts.l_kept or ())], key=lambda row: row[:2])
    return facts, [name for name in names if sort_key(name) not in shown], [_gift(row) for row in gifts]


def _query() -> QuerySet:
    """Contributions that a closed fiscal year keeps under the name of a merged organization are its own too."""
    published = Contribution.objects.filter(initiative__publication=Publication.PUBLISHED)
    return Organization.objects.select_related("seat_territory", "seat_municipality").annotate(
        l_names=per_parent(OrganizationAlias.objects.all(), "organization", JsonRows("name")),
        l_gifts=per_parent(published, "organization", JsonRows(*_GIFT)),
        l_kept=per_parent(
            published.filter(~Q(organization__merged_into=None)),
            "organization__merged_into",
            JsonRows(*_GIFT),
        ),
    )


def _gift(row: list[Any]) -> Gift:
    _, _, title, slug, kind, year, amount, sure = row
    return Gift(title, slug, str(ContributionKind(kind).label), year or "", dollars(amount), bool(sure))
