"""What a person may choose for an initiative: rows of their own MRCs, of the period and of the dates."""

from django.db.models import Q
from django.utils.functional import cached_property

from alliance.lib.dates import today
from initiatives.choices import Scope
from initiatives.models import Initiative, Period, PlanNode, TargetGroup, Theme
from territories.models import Municipality, Territory

_MOST_SEQUELS = 300


class Offer:
    """What may be chosen, read from the database only when a page asks for it."""

    def __init__(self, user, initiative=None):
        self.user, self.initiative = user, initiative
        self.on = (initiative.starts_on if initiative else None) or today()

    @cached_property
    def scopes(self):
        return [choice for choice in Scope.choices if self.user.is_staff or choice[0] != Scope.REGIONAL]

    @cached_property
    def territories(self):
        return my_territories(self.user)

    @cached_property
    def municipalities(self):
        """Return pairs (name of the MRC, its municipalities); what the initiative already holds stays offered."""
        return _municipalities(self.territories, self.on, self.initiative)

    @cached_property
    def themes(self):
        return _themes(self.on, self.initiative)

    @cached_property
    def target_groups(self):
        return list(TargetGroup.objects.all())

    @cached_property
    def sequels(self):
        return _sequels(self.user, self.territories, self.initiative)

    @cached_property
    def plan_nodes(self):
        return _plan_nodes(self.territories, self.on, self.initiative)


def my_territories(user):
    """Return the MRCs for which `user` may enter: theirs, or the eight for the coordination."""
    active = Territory.objects.filter(is_active=True)
    return list(active if user.is_staff else active.filter(memberships__user=user))


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


def _plan_nodes(mine, on, initiative):
    """Return the lines of the region's plan and of these MRCs' for the period; the one chosen stays offered."""
    plans = Q(plan__territory=None) | Q(plan__territory__in=mine)
    rows = PlanNode.objects.filter(plans, plan__period__starts_on__lte=on, plan__period__ends_on__gte=on)
    if initiative and initiative.plan_node_id:
        rows = rows | PlanNode.objects.filter(pk=initiative.plan_node_id)
    return list(rows.distinct()[:_MOST_SEQUELS])
