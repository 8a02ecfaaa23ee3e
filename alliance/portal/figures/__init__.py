"""The only place that counts initiatives and organizations. Dollars come from the ledger.

Each figure is named, defined, dated, and leads to exactly the rows that it counts.
"""

from alliance.portal.figures.counts import (
    MOST_SHOWN,
    Around,
    Counted,
    around_municipality,
    by_letter,
    counted,
    covered,
    municipalities_of,
    organizations,
    organizations_of,
    taking_part,
)
from alliance.portal.figures.home import HOME_ANNOUNCED, REGISTER, Figure, front, key_figures, needs
from alliance.portal.figures.map import MapView, map_of
from alliance.portal.figures.sums import Totals, by_payer, totals

__all__ = [
    "HOME_ANNOUNCED",
    "MOST_SHOWN",
    "REGISTER",
    "Around",
    "Counted",
    "Figure",
    "MapView",
    "Totals",
    "around_municipality",
    "by_letter",
    "by_payer",
    "counted",
    "covered",
    "front",
    "key_figures",
    "map_of",
    "municipalities_of",
    "needs",
    "organizations",
    "organizations_of",
    "taking_part",
    "totals",
]
