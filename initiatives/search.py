"""Search in the database, for the lists of the admin and of « Mon espace ».

The public directory answers from its index (`alliance.portal.directory`) with the same meaning; a test holds them equal,
the same equivalent words being given to both. The lists of the admin and of « Mon espace » give none: who works there
looks for a file by its own words.
"""

import re

from django.db.models import Q, QuerySet

from alliance.lib.wording import NO_EQUIVALENTS, Equivalents, Phrase
from initiatives.models import Initiative

# « BSL-2021-041 » in any way of writing it; without its letters, the rank has three digits at most (2021-2022 is a year).
_NUMBER = re.compile(r"\s*(?:bsl[\W_]*(20\d\d)[\W_]*(\d{1,4})|(20\d\d)[\W_]+(\d{1,3}))\s*", re.IGNORECASE)


def canonical(text: str) -> str:
    """Return the number of an initiative as it is published (« bsl 2021 41 » gives « BSL-2021-041 »); else `text`."""
    if not (read := _NUMBER.fullmatch(text)):
        return text
    year, rank = read[1] or read[3], read[2] or read[4]
    return f"BSL-{year}-{int(rank):03d}"


def search(
    initiatives: QuerySet[Initiative], text: str, equivalents: Equivalents = NO_EQUIVALENTS
) -> QuerySet[Initiative]:
    """Keep the initiatives where every word of `text` begins a word of the search column, or has an equivalent there.

    A text without any word to look for (blank, « le », « %% ») filters nothing: the caller says so when it matters.
    """
    for wanted in equivalents.wanted(canonical(text)):
        either = Q()
        for way in wanted.ways:
            either |= _all_of(way, "")
        for other in wanted.others:
            either |= _all_of(other, " ")
        initiatives = initiatives.filter(either)
    return initiatives


def _all_of(phrase: Phrase, end: str) -> Q:
    return Q(*(Q(search_text__contains=f" {term}{end}") for term in phrase))
