"""Words that found nothing, counted so that the synonyms can grow: the only writer of `MissedWord`.

What is kept is a word of letters, folded, and a number: never the whole search, nor who made it. One address counts a
word once a day and a few words in all, which is remembered in the memory of the process and nowhere else.
"""

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from datetime import date

from django.db import DatabaseError, connection, transaction

from alliance.lib.dates import today
from alliance.lib.text import fold
from alliance.portal.models import MissedWord

MOST_KEPT = 3000
MOST_A_SEARCH = 4
MOST_A_DAY = 40  # words of one address
_WORD = re.compile(r"(?<![a-z])[a-z]{3,30}(?![a-z])")
_PRIVATE = re.compile(
    r"[\d@./:_\\。]"
)  # a number, an e-mail or web address: a whole such token says nothing here
_TRIM_EVERY = 200
_MOST_ADDRESSES = 5000


def countable(words: Iterable[str]) -> list[str]:
    """Return what may be kept of the words of a search: folded, letters only, from 3 to 30, each once.

    A number or an address is known in all its letters and digits, those of full width or of another script too.
    """
    tokens = (word for word in words if not _PRIVATE.search(unicodedata.normalize("NFKC", word)))
    found = dict.fromkeys(word for token in tokens for word in _WORD.findall(fold(token)))
    return list(found)[:MOST_A_SEARCH]


class Once:
    """Remembers, for the day and in this process only, what each address has made count."""

    def __init__(self) -> None:
        self._lock, self._salt = threading.Lock(), secrets.token_bytes(16)
        self._day: date | None = None
        self._seen: dict[int, set[str]] = {}

    def new(self, address: str, words: list[str], day: date) -> list[str]:
        """Return the words that this address has not made count today, within its limit."""
        with self._lock:
            if day != self._day or len(self._seen) >= _MOST_ADDRESSES:
                self._day, self._seen = day, {}
            seen = self._seen.setdefault(hash((self._salt, address)), set())
            fresh = [word for word in words if word not in seen][: max(0, MOST_A_DAY - len(seen))]
            seen.update(fresh)
        return fresh

    def forget(self) -> None:
        with self._lock:
            self._seen = {}


once = Once()
_written = 0


def count(words: Iterable[str], *, address: str) -> int:
    """Count one search without result for each of its words; return how many counted.

    Nothing is raised when the database refuses: a page that answers matters more than a number.
    """
    fresh = once.new(address, countable(words), today())
    if not fresh:
        return 0
    try:
        with transaction.atomic():
            _add(fresh, today())
    except DatabaseError:
        return 0
    return len(fresh)


def _add(words: list[str], day: date) -> None:
    """Write all the words in one statement: two searches at the same instant both count."""
    global _written
    table = connection.ops.quote_name(MissedWord._meta.db_table)
    rows = ", ".join(["(%s, 1, %s, %s)"] * len(words))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (word, count, first_on, last_on) VALUES {rows} "  # noqa: S608  # our own names
            f"ON CONFLICT (word) DO UPDATE SET count = {table}.count + 1, last_on = excluded.last_on",
            [value for word in sorted(words) for value in (word, day, day)],
        )
    _written += 1
    if _written % _TRIM_EVERY == 0:
        trim()


def trim(most: int = MOST_KEPT) -> int:
    """Drop the rarest words, the longest unheard first, beyond `most`; return how many went."""
    kept = MissedWord.objects.order_by("-count", "-last_on", "word").values_list("pk", flat=True)
    beyond = list(kept[most : most + _TRIM_EVERY * MOST_A_SEARCH * 2])
    return MissedWord.objects.filter(pk__in=beyond).delete()[0]
