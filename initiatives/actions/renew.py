"""Prolong an initiative: a new draft that continues it, with all that stays true copied, so that only the rest is asked.

Raises: Refusal (French reasons), NotAllowed, ValidationError.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from alliance.accounts.models import User
from alliance.lib.dates import fiscal_start
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import rules, workflow
from initiatives.actions.answers import ActivityRow, BudgetRow, Details
from initiatives.actions.files import PartnerRow, create_draft, lock
from initiatives.choices import BudgetSide, Continuity, EntryMode, State
from initiatives.models import FiscalYear, Initiative, Period, Theme
from initiatives.partners import refuse_role
from initiatives.sections import ANSWERS
from territories.models import Municipality

CHANGED = ("title", "starts_on", "ends_on", "amount_requested", "expected_reach")  # what is asked again
_TEXTS = ("summary", "description", "scope", "target_note", "citizen_participation")
_NEW_EACH_TIME = ("is_declared", "accepts_publication", "documents_note", "budget_note")
RENEWABLE = (
    State.SUBMITTED,
    State.UNDER_REVIEW,
    State.APPROVED,
    State.IN_PROGRESS,
    State.COMPLETED,
)


def refuse_renewal(state: str) -> str:
    """Return why an initiative in this state is not prolonged, or an empty string."""
    if state in RENEWABLE:
        return ""
    return f"Cette initiative est «\xa0{State(state).label}\xa0»\xa0: on prolonge une initiative déposée, retenue, en cours ou terminée."


@transaction.atomic
def renew(
    *,
    initiative: Initiative,
    by: User,
    values: Mapping[str, Any],
    partners: Collection[int] | None = None,
    with_budget: bool = True,
    again: bool = False,
    token: UUID | None = None,
) -> Initiative:
    """Return a new draft that continues `initiative`; the same `token` (two clicks) gives back the same draft.

    `values` holds what changed: `CHANGED`, dates included. `partners`: ids of the partnerships that go on (None: all).
    A second sequel beginning in the same fiscal year is refused, unless the person says they want it (`again`).
    """
    if unknown := set(values) - set(CHANGED):
        raise TypeError(f"not asked by a renewal: {sorted(unknown)}")
    if refusal := workflow.refuse_to_write(by.role):
        raise NotAllowed(refusal)
    source = lock(initiative, by)
    if token and (existing := Initiative.objects.filter(entry_token=token, created_by=by).first()):
        return existing
    refusal = rules.refuse_demo_person(by.is_demo, source.is_demo) or refuse_renewal(source.state)
    if not again and not refusal and sequels_of(source, values.get("starts_on")):
        refusal = "Une suite de cette initiative existe déjà pour cet exercice. Cochez la case si vous en voulez une autre."
    if refusal:
        raise Refusal(refusal)
    starts_on = values.get("starts_on")
    return create_draft(
        by=by,
        values=_content(source, values, starts_on),
        partners=_partners(source, partners),
        token=token,
        is_demo=source.is_demo,
        entry_mode=EntryMode.RENEWAL,
        details=_details(source, starts_on, with_budget=with_budget),
    )


def sequels_of(initiative: Initiative, starts_on: date | None = None) -> list[Initiative]:
    """Return the initiatives that continue this one and still live; only those of the fiscal year of `starts_on`, if said."""
    rows = [row for row in initiative.continued_by.order_by("pk") if row.state not in State.given_up]
    if starts_on is None:
        return rows
    year = fiscal_start(starts_on)
    return [row for row in rows if row.starts_on is None or fiscal_start(row.starts_on) == year]


def themes_kept(initiative: Initiative, starts_on: date | None) -> list[Theme]:
    """Return the themes of the initiative that the period of `starts_on` still has (all, when no period is known)."""
    themes = initiative.themes.all()
    period = _period(starts_on)
    return list(themes.filter(periods=period)) if period else list(themes)


# Private parts --------------------------------------------------------------------------------------------


def _period(on: date | None) -> Period | None:
    if on is None:
        return None
    return Period.objects.filter(starts_on__lte=on, ends_on__gte=on).order_by("-starts_on").first()


def _content(source: Initiative, values: Mapping[str, Any], starts_on: date | None) -> dict[str, Any]:
    themes = themes_kept(source, starts_on)
    period = _period(starts_on)
    node = source.plan_node
    if node and period and node.plan.period_id != period.pk:
        node = None
    towns = Municipality.objects.filter(initiatives=source)
    return {
        **{name: getattr(source, name) for name in _TEXTS},
        "territories": list(source.territories.all()),
        "municipalities": list(towns.current(starts_on) if starts_on else towns),
        "themes": themes,
        "primary_theme": source.primary_theme if source.primary_theme in themes else None,
        "target_groups": list(source.target_groups.all()),
        "plan_node": node,
        "continuity": Continuity.CONTINUED,
        "continues": source,
        **values,
    }


def _partners(source: Initiative, kept: Collection[int] | None) -> list[PartnerRow]:
    rows = source.partnerships.select_related("organization")
    return [
        (row.organization, row.role, row.note)
        for row in rows
        if (kept is None or row.pk in kept) and goes_on(row)
    ]


def goes_on(row: Any) -> bool:
    """Say whether a partnership may be copied: its organization is still there, and may still hold that role."""
    there = row.organization.is_active and row.organization.merged_into_id is None
    return there and not refuse_role(row.organization, row.role)


def _details(source: Initiative, starts_on: date | None, *, with_budget: bool) -> Details:
    answers = getattr(source, "answers", None)
    details = Details(
        answers={name: getattr(answers, name) for name in ANSWERS if name not in _NEW_EACH_TIME}
        if answers
        else {},
        activities=[ActivityRow(row.label, row.responsible) for row in source.activities.all()],
    )
    if not with_budget:
        return details
    lines = list(source.budget_lines.select_related("organization", "fiscal_year"))
    years = _moved_years(source, lines, starts_on)
    return replace(
        details,
        expenses=[_line(row, years) for row in lines if row.side == BudgetSide.EXPENSE],
        sources=[_line(row, years) for row in lines if row.side == BudgetSide.SOURCE],
    )


def _moved_years(source: Initiative, lines: list[Any], starts_on: date | None) -> dict[int, FiscalYear]:
    """Return, by the year of a line, the one it moves to: as many years later as the new start is."""
    if not (starts_on and source.starts_on):
        return {}
    later = fiscal_start(starts_on) - fiscal_start(source.starts_on)
    known = {year.starts_on.year: year for year in FiscalYear.objects.all()}
    return {
        row.fiscal_year_id: known[moved]
        for row in lines
        if row.fiscal_year and (moved := row.fiscal_year.starts_on.year + later) in known
    }


def _line(row: Any, years: dict[int, FiscalYear]) -> BudgetRow:
    """Return a line of the budget for the new year: what was confirmed then is not confirmed now."""
    return BudgetRow(
        label=row.label,
        amount=row.amount,
        origin=row.origin,
        organization=row.organization,
        nature=row.nature,
        is_confirmed=None,
        fqis_share=row.fqis_share,
        fiscal_year=years.get(row.fiscal_year_id),
    )
