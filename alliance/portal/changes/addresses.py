"""The address of the page, so that a figure or a bilan can lead to what explains it."""

from datetime import date

from django.urls import reverse
from django.utils.http import urlencode


def address(
    *,
    since: date | None = None,
    until: date | None = None,
    version: str = "",
    to_version: str = "",
    year: str = "",
    territory: str = "",
    theme: str = "",
    money: str = "",
    csv: bool = False,
) -> str:
    """Return the address that explains a change, between two days or from a frozen bilan (« 2021-2022.1 »).

    `since` and `until` are days included; without them, since the beginning of the fiscal year. `to_version` blank: until now.
    `year` « 2021-2022 », `territory` an MRC's slug or « regional », `theme` a slug, `money` « fqis » (default) or « tout ».
    """
    pairs = {
        "du": since.isoformat() if since else "",
        "au": until.isoformat() if until else "",
        "de": version,
        "a": to_version,
        "exercice": year,
        "territoire": territory,
        "theme": theme,
        "argent": money,
    }
    path = reverse("portal:changes_csv" if csv else "portal:changes")
    asked = urlencode([(name, value) for name, value in pairs.items() if value])
    return f"{path}?{asked}" if asked else path
