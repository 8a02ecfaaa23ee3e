"""Is a text easy to read? Pure checks for French of Québec: they show, they never refuse.

Thresholds: 15 words per sentence and 12 letters per word (quality.md §10 asks 18 on average for ordinary pages; a text
« facile à lire » is held to less).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from alliance.lib.plain_words import HARD_WORDS

MOST_WORDS, MOST_LETTERS, MOST_NUMBERS = 15, 12, 3
EASY, FAIRLY_EASY, DIFFICULT = "Facile", "Assez facile", "Difficile"
LONG_SENTENCE, LONG_WORD, HARD_WORD, ACRONYM = "long-sentence", "long-word", "hard-word", "acronym"
PASSIVE, DOUBLE_NEGATIVE, CAPITALS, NUMBER = "passive", "double-negative", "capitals", "number"

_ABBREVIATIONS = re.compile(r"\b(M|MM|Mme|Dr|Dre|St|Ste|p|ex|tél|no|etc)\.(?=\s+\S)", re.IGNORECASE)
_END = re.compile(r"(?<=[.?!…])[»\"\s\u00a0]+|\n+")
_LETTERS = re.compile(r"[^\W\d_]+")
_PHONE = re.compile(r"\b(?:1[ -]?)?\d{3}[ \u00a0-]\d{3}-\d{4}(?:, poste \d+)?")
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_ACRONYM = re.compile(r"\b[A-ZÀ-Ý]{2,6}\b(?!-)")
_SHOUT = re.compile(r"\b[A-ZÀ-Ý]{7,}\b|\b[A-ZÀ-Ý]{2,}(?:\s+[A-ZÀ-Ý]{2,}){2,}\b")
_KNOWN = frozenset({"MRC", "CLSC", "TV", "OK", "NIP"})
_BE = r"(?:est|sont|sera|seront|serez|serait|seraient|était|étaient|fut|furent|soit|soient|être|été|êtes|sommes|suis)"
_OTHER_PARTICIPLES = (
    "offert|remis|mis|transmis|admis|permis|soumis|requis|pris|compris|choisi|fourni|réuni|servi|tenu|rendu|reçu|"
    "vendu|exclu|inclus|inscrit|écrit|produit|conduit|fait|accueilli|établi|suivi|défini|rempli"
)
_PASSIVE = re.compile(
    rf"(?<![’'])\b{_BE}\s+(?:\w+ment\s+|bien\s+|aussi\s+|déjà\s+|toujours\s+)?(\w+ée?s?|(?:{_OTHER_PARTICIPLES})e?s?)\b(?!\s+à\s+pied)",
    re.IGNORECASE,
)
# With « être », these tell a movement or a state: nobody else does the action.
_NOT_PASSIVE = re.compile(
    r"(?:all|arriv|entr|rentr|rest|tomb|mont|pass|retourn|n|décéd|situ|âg|ferm|priv|désol|intéress|fatigu|isol|occup|"
    r"stress|press|invit|handicap|bless|inqui|gên|obligé)ée?s?|été",
    re.IGNORECASE,
)
_DOUBLE_NEGATIVE = re.compile(
    r"\b(?:ne\s|n[’'])[^.]*?\b(?:pas|jamais|aucune?)\b[^.]*?"
    r"\b(?:sans|impossible|inutile|interdit\w*|refus\w+|ne\s|n[’']\w+|moins|exclu\w*)\b"
    r"|\bnon sans\b|\bsans\b[^.]*\b(?:ne\s|n[’'])\w+\s+pas\b|\bpas\s+sans\b",
    re.IGNORECASE,
)
_WRITTEN_NUMBER = re.compile(
    r"\b(?:onze|douze|treize|quatorze|quinze|seize|dix-\w+|vingt(?:-\w+)*|trente(?:-\w+)*|quarante(?:-\w+)*|"
    r"cinquante(?:-\w+)*|soixante(?:-\w+)*|quatre-vingt\w*(?:-\w+)*|cents?|mille)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\d+(?:,\d+)?[\s\u00a0]*%")
_DECIMAL = re.compile(r"\b\d+,\d+\b(?!\s*[$\u00a0])")
_FIGURE = re.compile(r"\d+(?:[ \u00a0]\d{3})*(?:,\d+)?")


@dataclass(frozen=True)
class Finding:
    """One thing to look at again: in which sentence, what, why, and what to write instead."""

    kind: str
    sentence: str
    said: str
    reason: str
    suggestion: str


@dataclass(frozen=True)
class Reading:
    """What a text is worth. `average` is in words per sentence; `score` is a word, empty for an empty text."""

    sentences: int
    average: float
    findings: tuple[Finding, ...]
    score: str


def sentences_of(text: str) -> list[str]:
    """Return the sentences: a line ends one, a period after « Mme » or « p. ex. » does not."""
    guarded = _ABBREVIATIONS.sub(lambda found: found[0].replace(".", "\u2024"), text)
    parts = (part.replace("\u2024", ".").strip() for part in _END.split(guarded))
    return [part for part in parts if _LETTERS.search(part)]


def words_of(sentence: str) -> list[str]:
    """Return the words: « l’aide » is one, a telephone number or an address is one."""
    short = _PHONE.sub("numéro", _ADDRESS.sub("adresse", sentence))
    return [word for word in re.split(r"[\s\u00a0]+", short) if re.search(r"\w", word)]


def read(text: str) -> Reading:
    """Check a whole text. An acronym explained once is explained for the rest of it."""
    sentences = sentences_of(text)
    found = [finding for sentence in sentences for finding in _findings(sentence, text)]
    counts = [len(words_of(sentence)) for sentence in sentences]
    average = round(sum(counts) / len(counts), 1) if counts else 0.0
    return Reading(len(sentences), average, tuple(found), _score(average, len(found), len(sentences)))


def _score(average: float, findings: int, sentences: int) -> str:
    """Return the score in words: long sentences on average, then how many things to look at per sentence."""
    if not sentences:
        return ""
    length = 0 if average <= 12 else 1 if average <= MOST_WORDS else 2
    density = findings / sentences
    weight = 0 if density <= 0.25 else 1 if density <= 1 else 2 if density <= 2 else 3
    return (EASY, FAIRLY_EASY, FAIRLY_EASY, DIFFICULT, DIFFICULT, DIFFICULT)[length + weight]


def _findings(sentence: str, text: str) -> Iterator[Finding]:
    bare = _PHONE.sub(" ", _ADDRESS.sub(" ", sentence))
    for check in _CHECKS:
        for kind, said, reason, suggestion in check(bare, text):
            yield Finding(kind, sentence, said, reason, suggestion)


_Found = Iterator[tuple[str, str, str, str]]


def _long_sentence(sentence: str, text: str) -> _Found:
    if (count := len(words_of(sentence))) > MOST_WORDS:
        yield (
            LONG_SENTENCE,
            "",
            f"Cette phrase compte {count} mots.",
            f"Faites-en deux, de {MOST_WORDS} mots au plus.",
        )


def _long_words(sentence: str, text: str) -> _Found:
    for found in _LETTERS.finditer(sentence):
        word = found[0]
        is_name = word[0].isupper() and found.start() > 0
        is_hard = any(pattern.search(word) for pattern, _ in HARD_WORDS)
        if len(word) > MOST_LETTERS and not is_name and not is_hard:
            yield (
                LONG_WORD,
                word,
                f"«\xa0{word}\xa0» compte {len(word)} lettres.",
                "Cherchez un mot plus court.",
            )


def _hard_words(sentence: str, text: str) -> _Found:
    for pattern, simple in HARD_WORDS:
        if found := pattern.search(sentence):
            yield (
                HARD_WORD,
                found[0],
                f"«\xa0{found[0]}\xa0» est un mot difficile.",
                f"Essayez\xa0: {simple}.",
            )


def _acronyms(sentence: str, text: str) -> _Found:
    if _SHOUT.search(sentence):
        return
    for word in dict.fromkeys(_ACRONYM.findall(sentence)):
        explained = re.search(rf"\({word}\)|\b{word}\s+\([^)]+\)", text)
        if word not in _KNOWN and not explained:
            yield ACRONYM, word, f"«\xa0{word}\xa0» n’est pas expliqué.", "Écrivez le nom au complet."


def _passive(sentence: str, text: str) -> _Found:
    for found in _PASSIVE.finditer(sentence):
        by_someone = re.match(r"\s+par\b", sentence[found.end() :])
        if by_someone or not _NOT_PASSIVE.fullmatch(found[1]):
            yield (
                PASSIVE,
                found[0],
                "On ne voit pas tout de suite qui fait l’action.",
                "Commencez par qui fait l’action.",
            )


def _double_negative(sentence: str, text: str) -> _Found:
    if found := _DOUBLE_NEGATIVE.search(sentence):
        yield DOUBLE_NEGATIVE, found[0], "Deux négations se suivent.", "Dites plutôt ce qui est possible."


def _capitals(sentence: str, text: str) -> _Found:
    if found := _SHOUT.search(sentence):
        yield CAPITALS, found[0], "Les majuscules se lisent mal.", "Écrivez en minuscules."


def _numbers(sentence: str, text: str) -> _Found:
    for found in _WRITTEN_NUMBER.finditer(sentence):
        yield NUMBER, found[0], f"«\xa0{found[0]}\xa0» est écrit en lettres.", "Écrivez-le en chiffres."
    for found in _PERCENT.finditer(sentence):
        yield (
            NUMBER,
            found[0],
            "Un pourcentage est difficile à se représenter.",
            "Dites «\xa01 personne sur 4\xa0».",
        )
    if not _PERCENT.search(sentence) and (decimal := _DECIMAL.search(sentence)):
        yield NUMBER, decimal[0], "Un nombre à virgule est difficile.", "Arrondissez-le."
    if len(_FIGURE.findall(sentence)) > MOST_NUMBERS:
        yield NUMBER, "", "Cette phrase contient beaucoup de nombres.", "Gardez-en un ou deux."


_CHECKS: tuple[Callable[[str, str], _Found], ...] = (
    _long_sentence,
    _long_words,
    _hard_words,
    _acronyms,
    _passive,
    _double_negative,
    _capitals,
    _numbers,
)
