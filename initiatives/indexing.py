"""What the search column and the sorting key of an initiative hold."""

from collections.abc import Iterable

from alliance.lib.text import search_text, sort_key
from initiatives.choices import Scope
from initiatives.models import Initiative, Theme
from territories.models import Municipality, Organization, Territory


def reindex(initiative: Initiative) -> None:
    """Rebuild the search words and the sorting key from the initiative and what it is linked to (not saved)."""
    fill_index(
        initiative,
        themes=initiative.themes.all(),
        territories=initiative.territories.all(),
        municipalities=initiative.municipalities.all(),
        organizations=[row.organization for row in initiative.partnerships.select_related("organization")],
    )


def fill_index(
    initiative: Initiative,
    *,
    themes: Iterable[Theme],
    territories: Iterable[Territory],
    municipalities: Iterable[Municipality],
    organizations: Iterable[Organization],
) -> None:
    """Set `search_text` and `sort_key` from rows already read, without a query."""
    initiative.search_text = search_text(
        initiative.title,
        initiative.summary,
        initiative.number or "",
        initiative.target_note,
        *(text for theme in themes for text in (theme.name, theme.synonyms)),
        *(territory.name for territory in territories),
        *(municipality.name for municipality in municipalities),
        *(text for organization in organizations for text in (organization.name, organization.usual_name)),
        "toute la région" if initiative.scope == Scope.REGIONAL else "",
    )
    initiative.sort_key = sort_key(initiative.title)[:200]
