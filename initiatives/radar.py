"""« Radar »: initiatives that may be the one being entered, here or in a neighbouring MRC, this year or the one beside.

It warns and never blocks (quality.md B18). What a person may not open is told only when it is published.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from alliance.accounts.models import User
from alliance.lib.dates import fiscal_bounds, fiscal_start, today
from alliance.lib.text import stems
from initiatives import workflow
from initiatives.choices import PartnerRole, State
from initiatives.models import Initiative, Partnership
from territories.models import Territory
from territories.names import near

MOST = 5
NEIGHBOURS = 2  # ranks from west to east: two MRCs that touch are never further apart
_COMPARED = 2000  # the most recent ones
_YEAR = re.compile(r"(?:19|20)\d\d")
_ABOUT_A_YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Alert:
    """An initiative to look at; `address` is that of its file, or of its public page when the file is another's."""

    initiative: Initiative
    reason: str
    address: str
    is_file: bool
    may_renew: bool  # the file of last year, that this person may renew

    @property
    def where(self) -> str:
        return ", ".join(str(row) for row in self.initiative.territories.all()) or "toute la région"

    @property
    def years(self) -> str:
        return ", ".join(sorted(row.label for row in self.initiative.fiscal_years.all()))


def of(initiative: Initiative, user: User) -> list[Alert]:
    """Return what resembles `initiative` and that `user` may know of, at most five, the closest first."""
    return like(initiative.title, user, territories=initiative.territories.all(), initiative=initiative)


def like(
    title: str, user: User, *, territories: Iterable[Territory], initiative: Initiative | None = None
) -> list[Alert]:
    """Return what resembles `title` in these MRCs and their neighbours; of no MRC: of the whole region.

    `initiative` is the one being entered: it gives the years, the lead and the theme, and is not compared with itself.
    """
    start, end = _years(initiative)
    lead, theme = _lead(initiative), initiative.primary_theme_id if initiative else None
    rows = _candidates(user, list(territories), start, end, initiative)
    found = []
    for pk, other, other_theme, other_lead in rows:
        if reason := resemblance(title, other):
            found.append((pk, reason))
        elif lead and theme and (lead, theme) == (other_lead, other_theme):
            found.append((pk, _SAME_LEAD))
    found.sort(key=lambda row: _ORDER.index(row[1]))
    return _alerts([found[:MOST]], user, start)[0]


def like_each(
    titles: Iterable[str], user: User, *, territories: Iterable[Territory], most: int = 2
) -> list[list[Alert]]:
    """Return what `like` says of each title of a new initiative, with as many questions to the database as for one.

    The MRCs are those of all the titles together: a warning too many costs a glance.
    """
    start, end = _years(None)
    rows = [(pk, other) for pk, other, _, _ in _candidates(user, list(territories), start, end, None)]
    found = []
    for title in titles:
        told = [(pk, reason) for pk, other in rows if (reason := resemblance(title, other))]
        found.append(sorted(told, key=lambda row: _ORDER.index(row[1]))[:most])
    return _alerts(found, user, start)


SAME, _CLOSE, _SAME_LEAD = "même titre", "titre presque identique", "même organisme et même thème"
_ORDER = (SAME, _CLOSE, _SAME_LEAD)


def resemblance(one: str, other: str) -> str:
    """Return why two titles resemble each other, or an empty string. Years do not count."""
    mine, theirs = set(_words(one)), set(_words(other))
    if not mine or not theirs:
        return ""
    if mine == theirs:
        return SAME
    common = mine & theirs
    left, right = mine - common, theirs - common
    paired = {a for a in left if any(near(a, b) for b in right)}
    right = {b for b in right if not any(near(a, b) for a in paired)}
    left -= paired
    if not left and not right:
        return _CLOSE
    together = len(common) + len(paired)
    one_word_more = not (left and right) and len(left | right) == 1 and together >= 2
    return _CLOSE if one_word_more or together >= 4 * len(left | right) else ""


@lru_cache(maxsize=5000)
def _words(title: str) -> frozenset[str]:
    """Return the words of a title, years apart; kept, for a title is compared with many."""
    return frozenset(stems(_YEAR.sub(" ", title)))


def _years(initiative: Initiative | None) -> tuple[date, date]:
    """Return the first and the last day of the fiscal years of the initiative, or of the present one."""
    years = [(row.starts_on, row.ends_on) for row in initiative.fiscal_years.all()] if initiative else []
    years = years or [fiscal_bounds(fiscal_start(today()))]
    return min(start for start, _ in years), max(end for _, end in years)


def _lead(initiative: Initiative | None) -> int | None:
    if initiative is None:
        return None
    rows = initiative.partnerships.filter(role=PartnerRole.LEAD)
    return rows.values_list("organization_id", flat=True).first()


def _candidates(
    user: User, territories: list[Territory], start: date, end: date, initiative: Initiative | None
) -> QuerySet[Any]:
    seen = Q(pk__in=Initiative.objects.visible_to(user).values("pk"))
    rows = Initiative.objects.filter(seen | Q(pk__in=Initiative.objects.published().values("pk"))).exclude(
        title=""
    )
    if territories:
        around = Q()
        for row in territories:
            around |= Q(order__range=(row.order - NEIGHBOURS, row.order + NEIGHBOURS))
        places = Q(territories__in=Territory.objects.filter(around).values("pk")) | Q(territories=None)
        rows = rows.filter(pk__in=Initiative.objects.filter(places).values("pk"))
    first, last = start - _ABOUT_A_YEAR, end + _ABOUT_A_YEAR
    years = Q(fiscal_years__starts_on__lte=last, fiscal_years__ends_on__gte=first)
    undated = Q(fiscal_years=None) & (Q(starts_on=None) | Q(starts_on__range=(first, last)))
    in_years = Initiative.objects.filter(years | undated)
    rows = rows.filter(pk__in=in_years.values("pk")).exclude(state__in=(State.WITHDRAWN, State.CANCELLED))
    if initiative:
        rows = rows.exclude(pk__in=[pk for pk in (initiative.pk, initiative.continues_id) if pk])
        rows = rows.exclude(Q(continues__isnull=False) & Q(continues=initiative))
    leads = Partnership.objects.filter(initiative=OuterRef("pk"), role=PartnerRole.LEAD).values(
        "organization"
    )
    rows = rows.annotate(lead=Subquery(leads[:1])).order_by(F("updated_at").desc(), "-pk")
    return rows.values_list("pk", "title", "primary_theme_id", "lead")[:_COMPARED]


def _alerts(found: list[list[tuple[int, str]]], user: User, start: date) -> list[list[Alert]]:
    ids = {pk for each in found for pk, _ in each}
    rows = Initiative.objects.prefetch_related("territories", "fiscal_years").in_bulk(ids)
    mine = set(Initiative.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    writes = not workflow.refuse_to_write(user.role)
    return [
        [_alert(rows[pk], reason, pk in mine, writes, start) for pk, reason in each if pk in rows]
        for each in found
    ]


def _alert(row: Initiative, reason: str, is_file: bool, writes: bool, start: date) -> Alert:
    years = sorted(row.fiscal_years.all(), key=lambda year: year.starts_on)
    if reason == _SAME_LEAD and years:
        reason = f"{reason}, {', '.join(year.label for year in years)}"
    of_last_year = bool(years) and start - _ABOUT_A_YEAR < years[-1].ends_on < start
    address = f"/espace/initiatives/{row.pk}/" if is_file else row.get_absolute_url()
    return Alert(
        row, reason, address, is_file, is_file and writes and of_last_year and row.state in State.fundable
    )
