"""What the search column and the sorting key of an initiative hold."""

from collections.abc import Iterable

from django.db.models import QuerySet

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
    """Set `search_text` and `sort_key` from rows already read, without a query.

    The words of an organization are those of its own search column: its names and every other spelling.
    """
    words = search_text(
        initiative.title,
        initiative.summary,
        initiative.number or "",
        initiative.target_note,
        *(text for theme in themes for text in (theme.name, theme.synonyms)),
        *(territory.name for territory in territories),
        *(municipality.name for municipality in municipalities),
        "toute la région" if initiative.scope == Scope.REGIONAL else "",
    )
    named = dict.fromkeys(word for row in organizations for word in row.search_text.split())
    initiative.search_text = words + "".join(f"{word} " for word in named)
    initiative.sort_key = sort_key(initiative.title)[:200]


def refresh_index(initiatives: QuerySet[Initiative]) -> int:
    """Rebuild and save the search words of these rows where they changed; return how many did."""
    rows = initiatives.prefetch_related(
        "themes", "territories", "municipalities", "partnerships__organization"
    )
    changed = []
    for initiative in rows:
        before = initiative.search_text
        fill_index(
            initiative,
            themes=initiative.themes.all(),
            territories=initiative.territories.all(),
            municipalities=initiative.municipalities.all(),
            organizations=[row.organization for row in initiative.partnerships.all()],
        )
        if initiative.search_text != before:
            changed.append(initiative)
    return Initiative.objects.bulk_update(changed, ["search_text"], batch_size=200)
