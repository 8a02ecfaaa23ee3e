"""« Vouliez-vous dire » : a search rewritten with the nearest known words, one wrong word or several."""

import re
from dataclasses import dataclass

from alliance.lib.text import fold, query_terms
from alliance.portal.directory import Directory
from alliance.portal.search.asked import Asked
from alliance.portal.search.pages import pages_of

_AROUND = " \t«»().,;:!?…\"'’"
_ELISION = re.compile(r"(?:[cdjlmnst]|qu)['’]", re.IGNORECASE)
_NEAR_SHOWN = 3


def is_known(directory: Directory, word: str) -> bool:
    """Say whether a word alone finds something: initiative, organization, place, theme or page."""
    if directory.found(word):
        return True
    asked = Asked(word, directory.labels.equivalents)
    named = (entry for entries in directory.names.values() for entry in entries)
    return any(entry.rank(asked) is not None for entry in named) or bool(pages_of(asked))


def _bare(word: str) -> str:
    """Return a word without what stands around it: « l’épicerie! » is « épicerie »."""
    stripped = word.strip(_AROUND)
    return _ELISION.sub("", stripped, count=1) if _ELISION.match(stripped) else stripped


def _telling(text: str) -> list[str]:
    """Return the words of a search that are looked for, as they were typed, each once."""
    looked_for = set(query_terms(text))
    return [word for word in dict.fromkeys(map(_bare, text.split())) if looked_for & set(query_terms(word))]


def unknown_words(directory: Directory, text: str) -> list[str]:
    """Return the words of a search that find nothing by themselves, as they were typed; not those with which one asks."""
    return [word for word in _telling(text) if not is_known(directory, word)]


def known_words(directory: Directory, text: str) -> list[str]:
    """Return the first words of a search of several that find something by themselves, as they were typed."""
    telling = _telling(text)
    return [word for word in telling if is_known(directory, word)][:_NEAR_SHOWN] if len(telling) > 1 else []


@dataclass(frozen=True)
class Read:
    """The words of a search that is answered in part, as they were typed: what the answer does with each."""

    answered: list[str]
    unknown: list[str]
    alone: list[str]  # they find something, but not beside the others


def read_in_part(directory: Directory, asked: Asked) -> Read:
    """Say which words of a search lead to what it found, when nothing answers all of them.

    The same words as `unknown_words`, less those of a whole phrase that leads somewhere (« 3 Pistoles »).
    """
    named = (entry for entries in directory.names.values() for entry in entries)
    used = frozenset().union(
        *(entry.answers(asked) for entry in named), *(page.said_in(asked) for page in pages_of(asked))
    )
    words = _telling(asked.text)
    answered = [word for word in words if asked.terms & set(query_terms(word)) <= used]
    left = [word for word in words if word not in answered]
    alone = [word for word in left if is_known(directory, word)]
    return Read(answered, [word for word in left if word not in alone], alone)


def corrected(directory: Directory, text: str) -> str:
    """Return the search with its unknown words replaced by the nearest known ones, or nothing when none is near."""
    near = {
        word: found[0] for word in unknown_words(directory, text) if (found := directory.speller.near(word))
    }
    if not near:
        return ""
    return " ".join(near.get(_bare(word), word.strip(_AROUND)) for word in text.split() if _bare(word))


def near_words(directory: Directory, text: str) -> list[str]:
    """Return a few known words near the unknown ones of a search."""
    found: dict[str, None] = {}
    for word in unknown_words(directory, text):
        found |= dict.fromkeys(directory.speller.near(word, _NEAR_SHOWN))
    return [word for word in found if fold(word) != fold(text)][:_NEAR_SHOWN]
