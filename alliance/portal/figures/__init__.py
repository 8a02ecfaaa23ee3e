"""The only place that counts initiatives and organizations. Dollars come from the ledger.

Each figure is named, defined, dated, and leads to exactly the rows that it counts.
"""

from alliance.portal.figures.counts import (
    MOST_SHOWN,
    Around,
    Counted,
    addresses,
    around_municipality,
    by_letter,
    by_role,
    counted,
    covered,
    municipalities_of,
    organizations,
    organizations_of,
    taking_part,
)
from alliance.portal.figures.home import HOME_ANNOUNCED, REGISTER, Figure, announced, key_figures
from alliance.portal.figures.sums import Totals, by_payer, totals

__all__ = [
    "HOME_ANNOUNCED",
    "MOST_SHOWN",
    "REGISTER",
    "Around",
    "Counted",
    "Figure",
    "Totals",
    "addresses",
    "announced",
    "around_municipality",
    "by_letter",
    "by_payer",
    "by_role",
    "counted",
    "covered",
    "key_figures",
    "municipalities_of",
    "organizations",
    "organizations_of",
    "taking_part",
    "totals",
]
