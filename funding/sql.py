"""Plain SQL about money, the same text on SQLite and PostgreSQL: names come from the models, dollars are whole cents.

A table stands as `{line}`; `CENTS(m.amount)` is the amount in cents, a whole number on both engines: SQLite stores
dollars as floating-point numbers, whose sum may miss a cent.
"""

import re

from alliance.lib.money import MAX_AMOUNT
from funding import models
from initiatives.choices import State
from initiatives.models import FiscalYear, Initiative, Report
from territories.models import Territory

_MODELS = {
    "source": models.FundingSource,
    "envelope": models.Envelope,
    "envelope_move": models.EnvelopeMovement,
    "line": models.Allocation,
    "line_move": models.AllocationMovement,
    "promise": models.Commitment,
    "promise_move": models.CommitmentMovement,
    "instalment": models.Disbursement,
    "instalment_move": models.DisbursementMovement,
    "contribution": models.Contribution,
    "closing": models.YearClosing,
    "year": FiscalYear,
    "initiative": Initiative,
    "report": Report,
    "initiative_territory": Initiative.territories.through,
    "initiative_year": Initiative.fiscal_years.through,
    "territory": Territory,
}
TABLES = {name: model._meta.db_table for name, model in _MODELS.items()}


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


_WORDS = {name: f'"{table}"' for name, table in TABLES.items()} | {
    "max": str(MAX_AMOUNT),
    "fundable": _listed(State.fundable),
    "given_up": _listed((State.DECLINED, State.WITHDRAWN, State.CANCELLED)),
}


def sql(text: str) -> str:
    """Return `text` with the names of the tables and the cents written out."""
    cents = re.sub(r"CENTS\(([\w.]+)\)", r"CAST(ROUND(\1 * 100) AS BIGINT)", text)
    return cents.format(**_WORDS)
