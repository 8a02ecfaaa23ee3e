"""« Vouliez-vous dire » : a search rewritten with the nearest known words, one wrong word or several."""

from alliance.lib.text import fold, query_terms
from alliance.portal.directory import Directory
from alliance.portal.search.asked import Asked

_AROUND = " \t«»().,;:!?…\"'’"
_NEAR_SHOWN = 3


def is_known(directory: Directory, word: str) -> bool:
    """Say whether a word alone finds something: initiative, organization, place or theme."""
    if directory.found(word):
        return True
    asked = Asked(word, directory.labels.equivalents)
    return any(entry.rank(asked) is not None for entries in directory.names.values() for entry in entries)


def unknown_words(directory: Directory, text: str) -> list[str]:
    """Return the words of a search that find nothing by themselves, as they were typed; not those with which one asks."""
    typed, looked_for = dict.fromkeys(word.strip(_AROUND) for word in text.split()), set(query_terms(text))
    return [word for word in typed if looked_for & set(query_terms(word)) and not is_known(directory, word)]


def known_words(directory: Directory, text: str) -> list[str]:
    """Return the first words of a search of several that find something by themselves, as they were typed."""
    typed, looked_for = dict.fromkeys(word.strip(_AROUND) for word in text.split()), set(query_terms(text))
    telling = [word for word in typed if looked_for & set(query_terms(word))]
    return [word for word in telling if is_known(directory, word)][:_NEAR_SHOWN] if len(telling) > 1 else []


def corrected(directory: Directory, text: str) -> str:
    """Return the search with its unknown words replaced by the nearest known ones, or nothing when none is near."""
    near = {
        word: found[0] for word in unknown_words(directory, text) if (found := directory.speller.near(word))
    }
    if not near:
        return ""
    words = (word.strip(_AROUND) for word in text.split())
    return " ".join(near.get(word, word) for word in words if word)


def near_words(directory: Directory, text: str) -> list[str]:
    """Return a few known words near the unknown ones of a search."""
    found: dict[str, None] = {}
    for word in unknown_words(directory, text):
        found |= dict.fromkeys(directory.speller.near(word, _NEAR_SHOWN))
    return [word for word in found if fold(word) != fold(text)][:_NEAR_SHOWN]
