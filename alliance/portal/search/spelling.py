"""The nearest known word to one that is written otherwise: « lojement », « dantiste », « montjoli ».

Words are compared as they sound, then as they are written: people who write by ear are the first ones to help.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

from alliance.lib.text import fold, name_key
from territories.names import distance

_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = re.compile(r"[^a-z]")
_SHORTEST = 4
_COMPARED = 40  # words that share the most pairs of letters
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"eau|au", "o"),
        (r"qu|ck|ch(?=[lr])|q|c(?![eiyh])", "k"),
        (r"c(?=[eiy])|ss|sc(?=[ei])", "s"),
        (r"g(?=[eiy])", "j"),
        (r"(?<!^)h|^h", ""),
        (r"y", "i"),
        (r"ai|ei", "e"),
        (r"(?:en|am|em)(?=[^aeiounm])", "an"),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)(?:es|s|x|t|e|d)$", ""),
    )
]


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """Return roughly how a folded word sounds: « logement » and « lojement » alike."""
    for pattern, short in _SOUNDS:
        word = pattern.sub(short, word)
    return word


@lru_cache(maxsize=50_000)
def _pairs(sounded: str) -> frozenset[str]:
    padded = f"^{sounded}$"
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))


class Speller:
    """Knows the words of common texts, and those of proper names, which keep their capitals."""

    def __init__(self, common: Iterable[str], proper: Iterable[str]) -> None:
        self._shown: dict[str, str] = {}
        self._often: Counter[str] = Counter()
        for name in proper:
            self._keep(name)
            if " " in (key := name_key(name)):
                self._shown.setdefault(key.replace(" ", ""), name)
        for text in common:
            self._keep(text.lower())
        self._by_pair: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._shown):
            for pair in _pairs(sound(word)):
                self._by_pair[pair].append(word)

    def _keep(self, text: str) -> None:
        for written in _WORD.findall(text):
            if len(written) >= _SHORTEST:
                folded = fold(written)
                self._shown.setdefault(folded, written)
                self._often[folded] += 1

    def near(self, word: str, most: int = 1) -> list[str]:
        """Return the known words nearest to one (as people write it), the nearest first; none when nothing is near."""
        folded = _LETTERS.sub("", fold(word).rpartition("'")[2])  # « d’hiver », « Rivière-du-Loop »
        if len(folded) < _SHORTEST or len(folded) > 30:
            return []
        heard = sound(folded)
        shared = Counter(known for pair in _pairs(heard) for known in self._by_pair.get(pair, ()))
        likely = sorted(shared, key=lambda known: (-shared[known] / (len(known) + 2), known))[:_COMPARED]
        allowed = 1 if len(heard) < 7 else 2
        found = []
        for known in likely:
            by_ear = distance(heard, sound(known), allowed)
            if by_ear <= allowed and known != folded:
                by_eye = distance(folded, known, len(folded))
                if by_ear + by_eye > allowed + 2:
                    continue
                found.append((by_ear + by_eye, known[0] != folded[0], -self._often[known], known))
        return list(dict.fromkeys(self._shown[known] for *_rank, known in sorted(found)))[:most]
