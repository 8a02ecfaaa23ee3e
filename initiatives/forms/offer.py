"""What a person may choose for an initiative: rows of their own MRCs, of the period and of the dates."""

from dataclasses import dataclass

from django.db.models import Q

from alliance.lib.dates import today
from initiatives.choices import Scope
from initiatives.models import Initiative, Period, TargetGroup, Theme
from territories.models import Municipality, Territory

_MOST_SEQUELS = 300


@dataclass(frozen=True)
class Offer:
    scopes: list
    territories: list
    municipalities: list  # pairs (name of the MRC, municipalities)
    themes: list
    target_groups: list
    sequels: list


def my_territories(user):
    """Return the MRCs for which `user` may enter: theirs, or the eight for the coordination."""
    active = Territory.objects.filter(is_active=True)
    return list(active if user.is_staff else active.filter(memberships__user=user))


def offer_to(user, initiative=None):
    """Return what `user` may choose; what the initiative already holds stays offered."""
    mine = my_territories(user)
    on = (initiative.starts_on if initiative else None) or today()
    return Offer(
        scopes=[choice for choice in Scope.choices if user.is_staff or choice[0] != Scope.REGIONAL],
        territories=mine,
        municipalities=_municipalities(mine, on, initiative),
        themes=_themes(on, initiative),
        target_groups=list(TargetGroup.objects.all()),
        sequels=_sequels(user, mine, initiative),
    )


def _municipalities(mine, on, initiative):
    rows = Municipality.objects.filter(territory__in=mine)
    current = set(rows.current(on)) | set(rows.current(today()))
    if initiative:
        current |= set(rows.filter(initiatives=initiative))
    ordered = sorted(current, key=lambda row: (row.sort_key, row.code))
    groups = [(mrc.name, [row for row in ordered if row.territory_id == mrc.pk]) for mrc in mine]
    return [group for group in groups if group[1]]


def _themes(on, initiative):
    period = Period.objects.filter(starts_on__lte=on, ends_on__gte=on).order_by("-starts_on").first()
    kept = Q(periods=period) if period else Q()
    if initiative and kept:
        kept |= Q(initiatives=initiative)
    return list(Theme.objects.filter(kept).distinct())


def _sequels(user, mine, initiative):
    """Return the initiatives that may be prolonged: deposited ones of these MRCs, the latest first."""
    rows = Initiative.objects.visible_to(user).filter(territories__in=mine).exclude(number=None)
    if initiative:
        rows = rows.exclude(pk=initiative.pk) | Initiative.objects.filter(continued_by=initiative)
    return list(rows.distinct().order_by("-number")[:_MOST_SEQUELS])
