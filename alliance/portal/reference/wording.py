"""The words of people: those that lead to a theme, and those that are said one for another."""

from alliance.accounts.models import User
from alliance.lib.records import save_as
from alliance.portal.models import EquivalentWords
from alliance.portal.reference.files import rows
from initiatives.actions import reindex_linked
from initiatives.models import Theme


def load_equivalents(by: User) -> int:
    """Add the missing groups; one that was rewritten or removed in the portal stays as people left it."""
    known = set(EquivalentWords.history.values_list("words", flat=True))  # type: ignore[attr-defined]
    known |= set(EquivalentWords.objects.values_list("words", flat=True))
    missing = [row for row in rows("equivalents") if row["words"] not in known]
    for row in missing:
        save_as(EquivalentWords(words=row["words"], note=row["note"]), by)
    return len(missing)


def enrich_themes(by: User) -> int:
    """Give today's words to the themes that hold words `by` once loaded; return how many; words that people wrote stay."""
    today = {row["slug"]: row["synonyms"] for row in rows("themes")}
    themes = []
    for theme in Theme.objects.filter(slug__in=today):
        loaded = theme.history.filter(history_user=by).values_list("synonyms", flat=True)  # type: ignore[attr-defined]
        if theme.synonyms != today[theme.slug] and theme.synonyms in set(loaded):
            theme.synonyms = today[theme.slug]
            save_as(theme, by)
            themes.append(theme)
    reindex_linked(themes=themes)
    return len(themes)
