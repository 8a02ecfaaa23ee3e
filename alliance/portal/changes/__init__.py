"""« Pourquoi ce chiffre a changé »: what published initiatives counted for at two moments, and each one's effect.

`facts_of` and `facts_at` say what counts, `to_json` and `from_json` keep it, `explain` tells the difference apart.
"""

from alliance.portal.changes.addresses import address
from alliance.portal.changes.explanation import Change, Effect, Explanation, Kind, KindTotal, Scope, explain
from alliance.portal.changes.facts import Fact, Paid, facts_of, from_json, to_json
from alliance.portal.changes.past import facts_at

__all__ = [
    "Change",
    "Effect",
    "Explanation",
    "Fact",
    "Kind",
    "KindTotal",
    "Paid",
    "Scope",
    "address",
    "explain",
    "facts_at",
    "facts_of",
    "from_json",
    "to_json",
]
