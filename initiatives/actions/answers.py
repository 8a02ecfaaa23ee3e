"""Writes what the form keeps beside the initiative: private answers, activities, lines of the budget.

Parts of `files.update`, which locks the file, holds its version and leaves its trace; nobody else calls them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.records import save_as, validate
from alliance.lib.workflow import Refusal
from initiatives.choices import BudgetNature, BudgetSide
from initiatives.models import Activity, Answers, BudgetLine, FiscalYear, Initiative
from initiatives.sections import ANSWERS
from territories.models import Organization

MOST_ROWS = 60  # of each table: a form stays under a thousand fields (case B25)


class ActivityRow(NamedTuple):
    label: str
    responsible: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


class BudgetRow(NamedTuple):
    """Amounts in dollars; None is « not known », never zero."""

    label: str
    amount: Decimal | None = None
    origin: str = ""
    organization: Organization | None = None
    nature: str = BudgetNature.CASH
    is_confirmed: bool | None = None
    fqis_share: Decimal | None = None
    fiscal_year: FiscalYear | None = None


@dataclass(frozen=True)
class Details:
    """What to write beside the initiative; what is not named stays. Rows replace the table they belong to."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    activities: Iterable[ActivityRow] | None = None
    expenses: Iterable[BudgetRow] | None = None
    sources: Iterable[BudgetRow] | None = None
    lead_name: str | None = None  # of the lead still to be chosen; None: stays

    @property
    def names(self) -> set[str]:
        """Return the codes of the questions that this writes (see `initiatives.sections`)."""
        tables = ("activities", "expenses", "sources")
        named = {name for name in tables if getattr(self, name) is not None}
        return set(self.answers) | named | ({"partners"} if self.lead_name is not None else set())


def write(initiative: Initiative, by: User, details: Details) -> None:
    """Write `details` of a locked initiative. Raises Refusal (too many rows), ValidationError (a field)."""
    if unknown := set(details.answers) - set(ANSWERS):
        raise TypeError(f"not answers of the form: {sorted(unknown)}")
    name = {} if details.lead_name is None else {"lead_name": details.lead_name}
    if values := {**details.answers, **name}:
        _write_answers(initiative, by, values)
    if details.activities is not None:
        rows = [Activity(**row._asdict()) for row in details.activities]
        _replace(initiative, Activity.objects.filter(initiative=initiative), rows)
    for side, lines in ((BudgetSide.EXPENSE, details.expenses), (BudgetSide.SOURCE, details.sources)):
        if lines is not None:
            _replace(
                initiative,
                BudgetLine.objects.filter(initiative=initiative, side=side),
                [BudgetLine(side=side, **line._asdict()) for line in lines],
            )


def _write_answers(initiative: Initiative, by: User, values: Mapping[str, Any]) -> None:
    answers = Answers.objects.filter(initiative=initiative).first() or Answers(initiative=initiative)
    for name, value in values.items():
        setattr(answers, name, value)
    if not answers.is_declared:
        answers.declared_at = answers.declared_by = None
    elif answers.declared_by is None:
        answers.declared_at, answers.declared_by = timezone.now(), by
    save_as(answers, by)


def forget_lead_name(initiative: Initiative, by: User) -> None:
    """Drop the name of the lead to be chosen: one is chosen."""
    answers = Answers.objects.filter(initiative=initiative).exclude(lead_name="").first()
    if answers is not None:
        answers.lead_name = ""
        save_as(answers, by)


def declare(initiative: Initiative, by: User, *, at: datetime) -> None:
    """Say who declares the answers exact, and when: whoever deposits them (a part of `moves.submit`)."""
    answers = Answers.objects.filter(initiative=initiative, is_declared=True).first()
    if answers is not None:
        answers.declared_at, answers.declared_by = at, by
        save_as(answers, by)


def _replace(initiative: Initiative, present: Any, rows: list[Any]) -> None:
    if len(rows) > MOST_ROWS:
        raise Refusal(f"Un tableau compte au plus {MOST_ROWS} lignes.")
    present.delete()
    for position, row in enumerate(rows, 1):
        row.initiative, row.position = initiative, position
        validate(row)
        row.save()
