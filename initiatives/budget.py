"""The plan's budget, added up and said in words. Pure: lines in, totals out. Never the ledger: nothing is promised here.

Amounts in dollars. A line without amount is not worth zero: it is counted apart, and said (facts/form_fields.csv, « balanced »).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alliance.lib.money import ZERO, format_amount
from initiatives.choices import BudgetNature, BudgetOrigin, BudgetSide


@dataclass(frozen=True)
class Totals:
    """What the lines of a budget come to; `unknown_*` count the lines whose amount is still to be written."""

    expenses: Decimal
    sources: Decimal
    unknown_expenses: int
    unknown_sources: int
    fqis_share: Decimal
    fqis_source: Decimal
    cash: Decimal
    in_kind: Decimal
    confirmed: Decimal

    @property
    def gap(self) -> Decimal:
        """Return what the sources lack (positive) or have too much (negative)."""
        return self.expenses - self.sources

    @property
    def is_empty(self) -> bool:
        return not any((self.expenses, self.sources, self.unknown_expenses, self.unknown_sources))


@dataclass(frozen=True)
class YearTotals:
    label: str
    expenses: Decimal
    sources: Decimal
    said: str


def totals_of(lines: Iterable[Any]) -> Totals:
    """Add up lines that have `side, amount, nature, origin, is_confirmed, fqis_share`."""
    rows = list(lines)
    expenses = [row for row in rows if row.side == BudgetSide.EXPENSE]
    sources = [row for row in rows if row.side == BudgetSide.SOURCE]
    return Totals(
        expenses=_added(expenses),
        sources=_added(sources),
        unknown_expenses=_unknown(expenses),
        unknown_sources=_unknown(sources),
        fqis_share=sum((row.fqis_share for row in expenses if row.fqis_share is not None), ZERO),
        fqis_source=_added(row for row in sources if row.origin == BudgetOrigin.FQIS),
        cash=_added(row for row in sources if row.nature != BudgetNature.IN_KIND),
        in_kind=_added(row for row in sources if row.nature == BudgetNature.IN_KIND),
        confirmed=_added(row for row in sources if row.is_confirmed),
    )


def _added(rows: Iterable[Any]) -> Decimal:
    return sum((row.amount for row in rows if row.amount is not None), ZERO)


def _unknown(rows: Iterable[Any]) -> int:
    return sum(row.amount is None for row in rows)


def total_said(amount: Decimal, unknown: int) -> str:
    """Return « 12 500 $ », with how many lines have no amount yet; without any amount, that there is none."""
    if not amount and not unknown:
        return "aucun montant inscrit"
    if not unknown:
        return format_amount(amount)
    lines = "une ligne sans montant" if unknown == 1 else f"{unknown}\xa0lignes sans montant"
    return f"{format_amount(amount)}, et {lines}"


def gap_said(totals: Totals) -> str:
    """Say the difference between expenses and sources in words (features.md, « live totals »)."""
    if totals.is_empty:
        return "Aucun montant n’est encore inscrit."
    if totals.gap > 0:
        return f"Il manque {format_amount(totals.gap)} de financement."
    if totals.gap < 0:
        return f"Les sources dépassent les dépenses de {format_amount(-totals.gap)}."
    if totals.unknown_expenses or totals.unknown_sources:
        return "Le budget est équilibré, mais il y a des lignes sans montant."
    return "Le budget est équilibré."


def total_of(rows: Sequence[Any]) -> list[str]:
    """Return the line « Total : … » of one side, or nothing when it has no line."""
    return [f"Total\xa0: {total_said(_added(rows), _unknown(rows))}"] if rows else []


def by_year(lines: Iterable[Any], years: Sequence[Any]) -> list[YearTotals]:
    """Split the budget by fiscal year, when there are several; lines without year come last, under their own words."""
    if len(years) < 2:
        return []
    rows = list(lines)
    groups = [(str(year), [row for row in rows if row.fiscal_year_id == year.pk]) for year in years]
    known = {year.pk for year in years}
    groups.append(("Exercice à préciser", [row for row in rows if row.fiscal_year_id not in known]))
    return [_year(label, group) for label, group in groups if group or label != "Exercice à préciser"]


def _year(label: str, rows: Sequence[Any]) -> YearTotals:
    totals = totals_of(rows)
    return YearTotals(label, totals.expenses, totals.sources, gap_said(totals))
