"""What an initiative holds: the names of its content, the facts that rules look at, the copy kept of a deposit."""

from typing import Any

from alliance.lib.dates import fiscal_years_between
from initiatives import rules, workflow
from initiatives.choices import PartnerRole
from initiatives.models import FiscalYear, Initiative

SCALARS = (
    "title",
    "summary",
    "description",
    "scope",
    "primary_theme",
    "target_note",
    "plan_node",
    "starts_on",
    "ends_on",
    "continuity",
    "continues",
    "expected_reach",
    "actual_reach",
    "quantity_note",
    "citizen_participation",
    "amount_requested",
    "verified_on",
    "source_note",
    "internal_note",
)
LINKS = ("territories", "municipalities", "themes", "target_groups", "fiscal_years")
FACTS_READ = ("territories", "themes", "fiscal_years", "target_groups", "partnerships", "transitions")
_NEVER_COPIED = ("internal_note",)


def facts_of(initiative: Initiative) -> rules.Facts:
    """Return what the rules look at, without a query when the relations `FACTS_READ` are prefetched.

    What lifts some rules is having been recorded from a text (a line of the log), not the words of « source ».
    """
    return rules.Facts(
        title=initiative.title,
        summary=initiative.summary,
        scope=initiative.scope,
        state=initiative.state,
        publication=initiative.publication,
        territories=_ids(initiative.territories),
        themes=_ids(initiative.themes),
        primary_theme=initiative.primary_theme_id,
        has_lead=any(row.role == PartnerRole.LEAD for row in initiative.partnerships.all()),
        starts_on=initiative.starts_on,
        ends_on=initiative.ends_on,
        fiscal_years=_ids(initiative.fiscal_years),
        target_groups=_ids(initiative.target_groups),
        target_note=initiative.target_note,
        continuity=initiative.continuity,
        from_source=any(move.name == workflow.RECORD for move in initiative.transitions.all()),
    )


def fiscal_years_of(initiative: Initiative) -> Any:
    """Return the fiscal years that its dates touch, or None while one of the two dates is unknown."""
    if not (initiative.starts_on and initiative.ends_on):
        return None
    starts = fiscal_years_between(initiative.starts_on, initiative.ends_on)
    return FiscalYear.objects.filter(starts_on__year__in=starts)


def copy_of(initiative: Initiative) -> dict[str, Any]:
    """Return what was deposited as plain values, readable without the tables it came from."""
    content: dict[str, Any] = {}
    for name in SCALARS:
        if name not in _NEVER_COPIED:
            value = getattr(initiative, name)
            content[name] = value if isinstance(value, int | None) else str(value)
    for name in LINKS:
        content[name] = [str(item) for item in getattr(initiative, name).all()]
    content["partners"] = [
        {"organization": row.organization.name, "role": row.role, "note": row.note}
        for row in initiative.partnerships.select_related("organization")
    ]
    return content


def _ids(relation: Any) -> list[int]:
    return [row.pk for row in relation.all()]
