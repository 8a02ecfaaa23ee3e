"""What a section's page shows of each question: its control, its table, or the answer alone when it is closed."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from initiatives import budget, reading
from initiatives.choices import State
from initiatives.content import years_of
from initiatives.sections import Question


@dataclass(frozen=True)
class Item:
    question: Question
    field: Any = None
    table: Any = None
    is_partners: bool = False
    text: str = ""  # the answer, when the question is closed
    asked: tuple = ()  # corrections that the CRD asks

    @property
    def is_closed(self):
        return self.field is None and self.table is None and not self.is_partners


def items_of(part, entry, initiative):
    """Return the questions of a section in order, each as this person may answer it."""
    asked = asked_of(initiative)
    return [_item(question, entry, initiative, tuple(asked[question.code])) for question in part.questions]


def asked_of(initiative):
    """Return the corrections still open of a returned file, by question."""
    rows = defaultdict(list)
    if initiative.state == State.CHANGES_REQUESTED:
        for row in initiative.corrections.filter(answered_at=None).select_related("asked_by"):
            rows[row.field].append(row)
    return rows


def _item(question, entry, initiative, asked):
    if question.code in entry.form.fields:
        return Item(question, field=entry.form[question.code], asked=asked)
    if question.code in entry.tables:
        return Item(question, table=entry.tables[question.code], asked=asked)
    if question.code == "partners" and entry.partners is not None:
        return Item(question, is_partners=True, asked=asked)
    return Item(question, text=reading.text_of(initiative, question.code), asked=asked)


def totals_of(initiative):
    """Return the totals of the stored budget, in words, and their split by fiscal year."""
    lines = list(initiative.budget_lines.select_related("fiscal_year"))
    totals = budget.totals_of(lines)
    return {
        "expenses": budget.total_said(totals.expenses, totals.unknown_expenses),
        "sources": budget.total_said(totals.sources, totals.unknown_sources),
        "gap": budget.gap_said(totals),
        "has_sources": bool(totals.sources),
        "cash": totals.cash,
        "in_kind": totals.in_kind,
        "confirmed": totals.confirmed,
        "fqis_share": totals.fqis_share,
        "fqis_source": totals.fqis_source,
        "years": budget.by_year(lines, years_of(initiative)),
    }
