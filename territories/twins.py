"""Organizations that look like the one about to be created, each with the reason, the closest first.

Two names are compared without accents, legal suffixes and small words; then by their letters, and by their acronym.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from alliance.lib.text import sort_key
from territories.models import Organization

CLOSE = 0.86  # similarity from which two spellings are shown as close
MOST = 8
_LEGAL = frozenset(("inc", "enr", "ltee", "ltd", "obnl", "osbl", "coop", "senc"))
_SMALL = frozenset(re.findall(r"\w+", "a au aux d de des du e en et l la le les pour s sur un une"))
_NUMBER = re.compile(r"\D+")


@dataclass(frozen=True)
class Twin:
    organization: Organization
    reason: str  # in French, a short noun phrase
    score: float  # 0 to 1


def look_alikes(name: str, *, phone: str = "", neq: str = "", email: str = "") -> list[Twin]:
    """Return at most eight organizations that may be the one named `name`, the likeliest first.

    `phone`, `neq` and `email` help when they are known. Organizations merged into another are not shown.
    """
    wanted = _Wanted(name, phone, neq, email)
    rows = Organization.objects.filter(merged_into=None).prefetch_related("aliases")
    twins = [twin for row in rows if (twin := wanted.compare(row))]
    return sorted(twins, key=lambda twin: (-twin.score, twin.organization.sort_key))[:MOST]


def same_name(name: str) -> list[Organization]:
    """Return the organizations whose name, usual name or alias is exactly `name`, accents and case set apart."""
    key = sort_key(name)
    rows = Organization.objects.filter(merged_into=None, aliases__folded=key[:200])
    return list(rows.distinct())


class _Wanted:
    """The organization to be created, prepared once for many comparisons."""

    def __init__(self, name: str, phone: str, neq: str, email: str) -> None:
        self.words = _words(name)
        self.text = " ".join(self.words)
        self.acronym = _acronym(name)
        self.compact = sort_key(name).replace(" ", "")
        self.phone, self.neq, self.email = _digits(phone), _NUMBER.sub("", neq), email.strip().lower()

    def compare(self, row: Organization) -> Twin | None:
        if self.neq and self.neq == row.neq:
            return Twin(row, "même NEQ", 1.0)
        names = {row.name, row.usual_name, *(alias.name for alias in row.aliases.all())} - {""}
        best = max((self._name(name) for name in names), default=("", 0.0), key=lambda found: found[1])
        if best[1] < 1.0 and self.phone and self.phone == _digits(row.contact_phone):
            return Twin(row, "même téléphone", 0.97)
        if best[1] < 1.0 and self.email and self.email == row.contact_email.lower():
            return Twin(row, "même courriel", 0.96)
        return Twin(row, best[0], best[1]) if best[0] else None

    def _name(self, name: str) -> tuple[str, float]:
        words = _words(name)
        if not words or not self.words:
            return "", 0.0
        if sorted(words) == sorted(self.words):
            return "même nom", 1.0
        if len(self.compact) > 1 and self.compact == _acronym(name):
            return "même sigle", 0.9
        if len(self.acronym) > 2 and self.acronym == sort_key(name).replace(" ", ""):
            return "même sigle", 0.9
        ratio = max(
            _ratio(self.text, " ".join(words)), _ratio(" ".join(sorted(self.words)), " ".join(sorted(words)))
        )
        if ratio >= CLOSE:
            return "nom presque identique", ratio
        return _contained(self.words, words)


def _contained(one: list[str], other: list[str]) -> tuple[str, float]:
    """Say whether a name of two words or more is found whole in the other: « Moisson Mitis » in a longer name."""
    short, long = sorted((set(one), set(other)), key=len)
    if len(short) >= 2 and short <= long:
        return "nom contenu dans l’autre", 0.8
    return "", 0.0


def _ratio(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < CLOSE or matcher.quick_ratio() < CLOSE:
        return 0.0
    return matcher.ratio()


def _words(name: str) -> list[str]:
    return [word for word in sort_key(name).split() if word not in _LEGAL and word not in _SMALL]


def _acronym(name: str) -> str:
    return "".join(word[0] for word in _words(name))


def _digits(phone: str) -> str:
    return _NUMBER.sub("", phone)[:10]
