"""Text as people type it: cleaning, folding, sorting, addresses and search terms.

The search column and the query pass through the same `stems`, whose tokens are pure [a-z0-9]: SQLite and PostgreSQL
then answer alike, without collation, and no wildcard of LIKE can come from what was typed.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from django.core.exceptions import ValidationError
from snowballstemmer import stemmer

# Marks that show nothing and change how the rest is read: bidi controls, soft hyphen, BOM, zero-width space.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# NUL (refused by PostgreSQL), other controls and non-characters (refused by XML, hence by XLSX), lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"\s+")
_ALPHANUMERIC = re.compile(r"[a-z0-9]+")

_UNIFIED = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O"}
    | dict.fromkeys("’‘ʼʹ′`´＇", "'")
    | dict.fromkeys("‐‑‒–—―−﹣－", "-")
)

_RESERVED_SLUGS = frozenset(
    re.findall(
        r"\w+",
        "admin ajouter api atom csv exporter importer json modifier nouveau nouvelle page pdf rechercher "
        "static supprimer tous toutes xlsx",
    )
)

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a au aux avec c ce ces cette d dans de des du elle en et il ils j l la le les leur leurs m n ne ou "
        "par pour qu que qui s sa se ses son sur t un une y",
    )
)
# Words with which people ask: they say nothing of what is looked for, and are dropped when another word remains.
_ASKING = frozenset(
    re.findall(
        r"\w+",
        "ai aller as avoir beaucoup besoin cher cherche chercher chez comment es est etre faire faut ici inc j jai je "
        "ma mal manque me mes moi mon notre nous on pas paye payer peut peux plus pres proche puis quel quelle quelles "
        "quels quoi sens suis trop trouve trouver tres tu va vais veut veux voir voudrais vous votre",
    )
)
_BEFORE_A_NAME = frozenset(
    ["d", "de", "des", "du", "l", "la", "le", "les", "mrc", "municipalite", "paroisse", "village", "ville"]
)
_NOT_STEMMED = frozenset(["mere", "pere"])  # « mère » is not « mer »
_SYNONYMS = {
    "st": ("saint",),
    "sts": ("saint",),
    "nd": ("notre", "dame"),
    "ste": ("sainte",),
    "stes": ("sainte",),
    "bsl": ("bas", "saint", "laurent"),
}

_FOR_A_NAME = {word: full for word, full in _SYNONYMS.items() if word != "bsl"}

QUERY_LENGTH = 100
QUERY_TERMS = 8

_stemmer = stemmer("french")
_stemmer_lock = threading.Lock()


def _clean(text: str) -> str:
    visible = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    if _FORBIDDEN.search(visible):
        raise ValidationError("Le texte contient un caractère non permis", code="forbidden_character")
    return visible


def clean_line(text: str) -> str:
    """Return `text` on one line: NFC, without invisible marks, any run of blanks or newlines made one space.

    Raises `ValidationError` on NUL, other control characters and lone surrogates.
    """
    return _BLANKS.sub(" ", _clean(text)).strip()


def clean_block(text: str) -> str:
    """Return `text` like `clean_line`, line by line, with newlines as one `\\n` and no blank line at the ends."""
    lines = (_BLANKS.sub(_one_blank, line).strip() for line in _clean(text).splitlines())
    return "\n".join(lines).strip("\n")


def _one_blank(run: re.Match[str]) -> str:
    """Keep a lone no-break space, which French typography puts before « : » and « $ »."""
    return run[0] if run[0] in ("\xa0", "\u202f") else " "


def lower_first(text: str) -> str:
    """Return `text` as it reads inside a sentence: without its capital, unless it begins with an acronym (« MRC »)."""
    start = text[:2]
    return (
        text if start.isalpha() and start.isupper() and len(start) == 2 else f"{text[:1].lower()}{text[1:]}"
    )


def at_place(name: str) -> str:
    """Return « à Amqui », « aux Hauteurs » for the name of a municipality: « Les » contracts, « La » does not."""
    return f"aux {name[4:]}" if name.startswith("Les ") else f"à {name}"


def fold(text: str) -> str:
    """Return `text` for comparison: lower case, without accents, œ as oe, one apostrophe and one hyphen."""
    plain = unicodedata.normalize("NFKD", text.translate(_UNIFIED)).lower().translate(_UNIFIED)
    return "".join(
        char for char in unicodedata.normalize("NFKD", plain) if unicodedata.category(char) != "Mn"
    )


def sort_key(text: str) -> str:
    """Return the key to sort names the same way on every database: folded, [a-z0-9] and single spaces only."""
    return " ".join(_ALPHANUMERIC.findall(fold(text)))


def name_key(text: str) -> str:
    """Return a name as people write it from memory: folded, « saint » in full, without what comes before it.

    « St-Pascal », « Ville de Saint-Pascal »: `saint pascal`; « MRC de La Mitis », « la mitis »: `mitis`.
    """
    words = [part for word in sort_key(text).split() for part in _FOR_A_NAME.get(word, (word,))]
    while len(words) > 1 and words[0] in _BEFORE_A_NAME:
        del words[0]
    return " ".join(words)


def slug_fr(text: str, *, fallback: str = "", max_length: int = 80) -> str:
    """Return the part of an address made from `text` (« œuvre & cœur » gives `oeuvre-et-coeur`).

    `fallback` is returned when nothing readable is left; words that our addresses use get the suffix `-1`.
    """
    slug = "-".join(_ALPHANUMERIC.findall(fold(text.replace("&", " et "))))
    if not slug:
        return fallback
    if len(slug) > max_length:
        whole_words = slug[: max_length + 1].rpartition("-")[0]
        slug = whole_words or slug[:max_length]
    return f"{slug[: max_length - 2]}-1" if slug in _RESERVED_SLUGS else slug


def stems(text: str) -> list[str]:
    """Return the search terms of `text`, in order: folded words, small words dropped, each brought to its stem."""
    return _stems(_words(text))


def _words(text: str) -> list[str]:
    return [word for word in _ALPHANUMERIC.findall(fold(text)) if word not in _STOP_WORDS]


def _stems(words: Iterable[str]) -> list[str]:
    return [_stem(part) for word in words for part in _SYNONYMS.get(word, (word,))]


def search_text(*parts: str | None) -> str:
    """Return what a search column stores for a row: the stems of all its texts, each with a space on both sides."""
    return " " + " ".join(stem for part in parts if part for stem in stems(part)) + " "


def query_terms(query: str) -> list[str]:
    """Return the terms to look for, each as the beginning of a word of the column: `LIKE '% term%'`, all required.

    Reads 100 characters and keeps 8 different terms; the words with which one asks (« j’ai besoin de ») are left out
    unless there is no other. Empty when the query has no word to look for.
    """
    words = _words(query[:QUERY_LENGTH])
    telling = [word for word in words if word not in _ASKING]
    return list(dict.fromkeys(_stems(telling or words)))[:QUERY_TERMS]


def cut_terms(query: str) -> dict[str, str]:
    """Return the terms that say much less than the word typed, which they give: « loyer » is cut to `loi`, as « loisir ».

    Such a term is looked for as a whole word; it is the word typed that may begin another (« témis »).
    """
    words = [part for word in _words(query[:QUERY_LENGTH]) for part in _SYNONYMS.get(word, (word,))]
    stemmed = {_stem(word): word for word in words}
    return {
        stem: word
        for stem, word in stemmed.items()
        if len(stem) < 4 and len(word) - len(stem) >= 2 and stem not in words
    }


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    if len(word) > 30 or not word.isalpha():
        return word
    singular = _singular(word)
    with _stemmer_lock:  # the stemmer keeps the current word as its own state: not safe across threads
        stem = str(_stemmer.stemWord(singular))
    if len(stem) < 4 and singular.endswith("ement"):
        return singular[:-3]  # « logement » would become « log » and also find « logiciel »
    return singular if len(stem) < 2 or singular in _NOT_STEMMED else stem


def _singular(word: str) -> str:
    """Bring plurals and -ée to one form. Accents are already gone; Snowball alone leaves emplois and emploi apart."""
    if word.endswith("eaux"):
        word = word[:-1]
    elif word.endswith("aux") and len(word) > 4:
        word = word[:-2] + "l"
    elif word[-1] in "sx" and len(word) > 3:
        word = word[:-1]
    return word[:-1] if word.endswith("ee") and len(word) > 4 else word
