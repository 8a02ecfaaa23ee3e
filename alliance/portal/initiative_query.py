"""How the page of one initiative is read: one query for all it says, one for what is near."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from alliance.lib.aggregates import JsonRows, per_parent
from alliance.portal.initiative_steps import STEPS
from funding import ledger
from funding.models import Contribution
from initiatives.choices import PartnerRole, Scope
from initiatives.models import Initiative, Partnership, Report, TransitionLog

_RELATED = 4
_LISTS = (
    "themes",
    "territories",
    "municipalities",
    "years",
    "groups",
    "partners",
    "shares",
    "steps",
    "sequels",
    "stories",
)
_TERRITORY = (
    "order",
    "slug",
    "name",
    "full_name",
    "genitive",
    "contact_name",
    "contact_phone",
    "contact_email",
    "website",
)
_REACHED = ("contact_is_public", "contact_phone", "contact_email", "website")


def _through(field: str, *columns: str) -> Any:
    rows = getattr(Initiative, field).through.objects.all()
    return per_parent(rows, "initiative", JsonRows(*columns))


def easy_one(slug: str) -> Initiative | None:
    """Return a published initiative that has a short version, with it, its years and its MRCs (one query)."""
    rows = Initiative.objects.published().filter(slug=slug, easy__isnull=False)
    return (
        rows.select_related("easy", "primary_theme")
        .annotate(
            l_years=_through("fiscal_years", "fiscalyear__label"),
            l_territories=_through("territories", *(f"territory__{name}" for name in _TERRITORY)),
        )
        .first()
    )


def _query() -> QuerySet:
    of_partner = ("slug", "name", "usual_name", "sort_key", *_REACHED)
    partner = [f"organization__{name}" for name in of_partner]
    return Initiative.objects.published().annotate(
        l_themes=_through(
            "themes", "theme__order", "theme__slug", "theme__name", "theme__tone", "theme__mark"
        ),
        l_territories=_through("territories", *(f"territory__{name}" for name in _TERRITORY)),
        l_municipalities=_through(
            "municipalities", "municipality__sort_key", "municipality__slug", "municipality__name"
        ),
        l_years=_through("fiscal_years", "fiscalyear__label"),
        l_groups=_through("target_groups", "targetgroup__order", "targetgroup__name"),
        l_partners=per_parent(Partnership.objects.all(), "initiative", JsonRows("role", "note", *partner)),
        l_shares=per_parent(
            Contribution.objects.all(),
            "initiative",
            JsonRows(
                F("pk"),
                "kind",
                "fiscal_year__label",
                "amount",
                "is_confirmed",
                "note",
                "organization__name",
                "organization__usual_name",
                "organization__slug",
            ),
        ),
        l_stories=per_parent(
            Report.objects.with_story_agreed(), "initiative", JsonRows("due_on", F("pk"), "story")
        ),
        l_steps=per_parent(
            TransitionLog.objects.filter(to_state__in=STEPS), "initiative", JsonRows("to_state", "at")
        ),
        l_sequels=per_parent(
            Initiative.objects.published().exclude(continues=None), "continues", JsonRows("title", "slug")
        ),
    )


def one(slug: str, *fields: str) -> dict[str, Any] | None:
    """Return these fields of a published initiative, with its money and the lists of its page (one query)."""
    rows = ledger.with_awarded(_query().filter(slug=slug)).values(
        "pk",
        *fields,
        "primary_theme__slug",
        "awarded",
        "awarded_fqis",
        "plan_node__label",
        "continues__title",
        "continues__slug",
        "continues__publication",
        *(f"l_{name}" for name in _LISTS),
        "easy__cost",
        "easy__cost_note",
        "easy__phone",
    )
    return rows.first()


def near(values: dict[str, Any]) -> QuerySet:
    """Return the published initiatives near this one: same lead first, then same main theme at the same place."""
    through = Initiative.territories.through.objects
    shared = through.filter(
        initiative=OuterRef("pk"), territory__in=through.filter(initiative=values["pk"]).values("territory")
    )
    leads = Partnership.objects.filter(role=PartnerRole.LEAD)
    mine = leads.filter(initiative=values["pk"]).values("organization")
    here = Q(scope=Scope.REGIONAL) | Q(is_here=True)
    return (
        Initiative.objects.published()
        .exclude(pk=values["pk"])
        .annotate(
            is_here=Exists(shared),
            same_lead=Exists(leads.filter(initiative=OuterRef("pk"), organization__in=mine)),
        )
        .filter(Q(same_lead=True) | (here & Q(primary_theme__slug=values["primary_theme__slug"])))
        .order_by("-same_lead", "sort_key", "pk")
        .values("slug", "title", "number", "scope", "is_here", "same_lead", "primary_theme__slug")[:_RELATED]
    )
