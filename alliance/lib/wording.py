"""What a search asks for, once the words that people use one for another are known. Pure.

A word that was typed finds what it begins; a word put in its place finds itself only: « ado » for « jeune » never
finds « adopter ».
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from alliance.lib.text import cut_terms, query_terms, stems

Phrase = tuple[str, ...]  # stems, each once
BETWEEN = re.compile(r"[,;\n]")


@dataclass(frozen=True)
class Wanted:
    """One thing that must be found: all the words typed (each as a beginning), or all of one of the others (whole).

    A typed term that ends with a space is a whole word; `begun` is then the word as it was typed, which may begin one.
    """

    typed: Phrase
    others: tuple[Phrase, ...] = ()
    begun: Phrase = ()

    @property
    def ways(self) -> tuple[Phrase, ...]:
        """The words typed, and what they may begin: any of the two is enough. A term is a beginning."""
        return (self.typed, self.begun) if self.begun else (self.typed,)

    def is_in(self, words: str) -> bool:
        """Say whether search words (« ` cuisin collect ` », a space on both sides) hold it."""
        return any(all(f" {term}" in words for term in way) for way in self.ways) or any(
            all(f" {term} " in words for term in other) for other in self.others
        )


def phrases(text: str) -> list[Phrase]:
    """Return what a text separated by commas says, each part as its stems; parts without a word are left out."""
    read = (tuple(dict.fromkeys(stems(part))) for part in BETWEEN.split(text))
    return list(dict.fromkeys(phrase for phrase in read if phrase))


class Equivalents:
    """Groups of words that are said one for another. The order of the words typed never matters."""

    def __init__(self, groups: Iterable[str] = ()) -> None:
        """Take each group as people write it: « aîné, personne âgée, retraité »."""
        others: dict[frozenset[str], dict[Phrase, None]] = {}
        for group in groups:
            said = phrases(group)
            for phrase in said:
                held = others.setdefault(frozenset(phrase), {})
                held |= dict.fromkeys(other for other in said if set(other) != set(phrase))
        ranked = sorted(others, key=lambda key: (-len(key), sorted(key)))
        self._others = {key: tuple(others[key]) for key in ranked}

    def wanted(self, text: str) -> list[Wanted]:
        """Return everything that a search for `text` requires; empty when it has no word to look for.

        The longest phrases are read first, and a word is read in one phrase only.
        """
        left, cut = dict.fromkeys(query_terms(text)), cut_terms(text)
        found = []
        for key, others in self._others.items() if left else ():
            if key <= left.keys():
                found.append(_asked([term for term in left if term in key], cut, others))
                left = {term: None for term in left if term not in key}
        return found + [_asked([term], cut) for term in left]


def _asked(terms: list[str], cut: dict[str, str], others: tuple[Phrase, ...] = ()) -> Wanted:
    """Terms of one phrase. Several say enough together: none of them has to be whole."""
    if len(terms) == 1 and terms[0] in cut:
        return Wanted((f"{terms[0]} ",), others, (cut[terms[0]],))
    return Wanted(tuple(terms), others)


NO_EQUIVALENTS = Equivalents()
