"""What an initiative holds: the names of its content, the facts that rules look at, the copy kept of a deposit."""

from typing import Any

from django.db.models import prefetch_related_objects

from alliance.accounts.models import User
from alliance.lib.dates import fiscal_years_between
from initiatives import budget, reading, rules, workflow
from initiatives.choices import EntryMode, PartnerRole, State
from initiatives.models import FiscalYear, Initiative
from initiatives.sections import ANSWERS, QUESTIONS

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
FORM_READ = ("answers", "activities", "budget_lines__fiscal_year", "budget_lines__organization", "documents")
_NEVER_COPIED = ("internal_note",)
_MONEY = frozenset({"amount_requested", "expenses", "sources"})
_ACTIVITY = ("label", "responsible", "starts_on", "ends_on")
_BUDGET = (
    "side",
    "label",
    "origin",
    "organization",
    "nature",
    "is_confirmed",
    "amount",
    "fqis_share",
    "fiscal_year",
)
_DOCUMENT = ("kind", "name", "size", "digest")
COLUMNS = (
    *_DOCUMENT,
    *_BUDGET,
    *_ACTIVITY,
    "role",
    "note",
)  # the order in which the columns of any row are read


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


def answered_of(initiative: Initiative) -> rules.Answered:
    """Return what the rules of the form look at: which questions hold an answer, documents, totals of the budget."""
    answers = getattr(initiative, "answers", None)
    return rules.Answered(
        codes=frozenset(
            code for code, row in QUESTIONS.items() if row.required and reading.is_answered(initiative, code)
        ),
        documents=frozenset(row.kind for row in initiative.documents.all()),
        documents_follow=bool(answers and answers.documents_note.strip()),
        totals=budget.totals_of(initiative.budget_lines.all()),
        requested=initiative.amount_requested,
        summary=initiative.summary,
    )


def asks_everything(initiative: Initiative, by: User) -> bool:
    """Say whether `by` deposits this file through the form: then everything that the form requires is asked."""
    return not by.is_staff and initiative.entry_mode in EntryMode.through_form


def missing_of(initiative: Initiative, by: User) -> list[rules.Missing]:
    """Return what a deposit by this person still needs. Fields are codes of questions (see `initiatives.sections`)."""
    prefetch_related_objects([initiative], *FACTS_READ, *FORM_READ)
    missing = rules.missing_to_submit(facts_of(initiative))
    if asks_everything(initiative, by):
        named = {item.field for item in missing}
        more = rules.missing_answers(answered_of(initiative))
        missing += [item for item in more if item.field not in named]
    rows = [rules.Missing("partners" if row.field == "lead" else row.field, row.sentence) for row in missing]
    return rows if by.is_staff else _within(rows, open_fields(initiative))


def _within(rows: list[rules.Missing], opened: frozenset[str] | None) -> list[rules.Missing]:
    """Keep what the person may answer: a returned file is not held by a question that is closed to its agent.

    The parts of a budget answer for one another: one that is open holds the file for the others.
    """
    if opened is None:
        return rows
    answerable = opened | (_MONEY if opened & _MONEY else frozenset())
    return [row for row in rows if row.field in answerable]


def open_fields(initiative: Initiative) -> frozenset[str] | None:
    """Return the questions an agent may answer again in a returned file, or None when all are open."""
    if initiative.state != State.CHANGES_REQUESTED:
        return None
    asked = initiative.corrections.filter(answered_at=None).values_list("field", flat=True)
    return frozenset(asked) or None


def required_of(initiative: Initiative, by: User) -> frozenset[str]:
    """Return the questions that a deposit by this person asks for."""
    if asks_everything(initiative, by):
        return frozenset(code for code, question in QUESTIONS.items() if question.required)
    return rules.ALWAYS_ASKED


def fiscal_years_of(initiative: Initiative) -> Any:
    """Return the fiscal years that its dates touch, or None while one of the two dates is unknown."""
    if not (initiative.starts_on and initiative.ends_on):
        return None
    starts = fiscal_years_between(initiative.starts_on, initiative.ends_on)
    return FiscalYear.objects.filter(starts_on__year__in=starts)


def years_of(initiative: Initiative) -> list[FiscalYear]:
    """Return the fiscal years that its dates touch, the first one first; none while a date is unknown."""
    return sorted(fiscal_years_of(initiative) or [], key=lambda year: year.starts_on)


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
    return content | _form_of(initiative)


def _form_of(initiative: Initiative) -> dict[str, Any]:
    """Return what the form keeps beside the initiative, as plain values."""
    answers = getattr(initiative, "answers", None)
    return {
        "entry_mode": initiative.entry_mode,
        "answers": {name: getattr(answers, name) for name in ANSWERS} if answers else {},
        "activities": [_plain(row, _ACTIVITY) for row in initiative.activities.all()],
        "budget": [
            _plain(row, _BUDGET)
            for row in initiative.budget_lines.select_related("organization", "fiscal_year")
        ],
        "documents": [_plain(row, _DOCUMENT) for row in initiative.documents.all()],
    }


def _plain(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in names)
    return {name: value if isinstance(value, bool | int | None) else str(value) for name, value in values}


def _ids(relation: Any) -> list[int]:
    return [row.pk for row in relation.all()]
