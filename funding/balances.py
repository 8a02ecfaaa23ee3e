"""What the ledger answers: balances and totals already added up, in dollars. Nothing here reads the database."""

from dataclasses import dataclass
from decimal import Decimal

from alliance.lib.money import ZERO
from funding.choices import DisbursementState
from funding.models import Allocation, Disbursement, Envelope, FundingSource
from initiatives.models import FiscalYear


@dataclass(frozen=True)
class EnvelopeBalance:
    envelope: Envelope
    amount: Decimal
    allocated: Decimal

    @property
    def left(self) -> Decimal:
        return self.amount - self.allocated


@dataclass(frozen=True)
class LineBalance:
    allocation: Allocation
    allocated: Decimal
    committed: Decimal
    paid: Decimal = ZERO  # less what was recovered

    @property
    def left(self) -> Decimal:
        return self.allocated - self.committed

    @property
    def unpaid(self) -> Decimal:
        return self.committed - self.paid


@dataclass(frozen=True)
class Due:
    """An instalment as it stands on a day: its state, dollars paid, dollars recovered."""

    disbursement: Disbursement
    state: DisbursementState
    paid: Decimal
    recovered: Decimal

    @property
    def amount(self) -> Decimal:
        return self.disbursement.amount

    @property
    def line_id(self) -> int:
        return self.disbursement.commitment.allocation_id

    @property
    def label(self) -> str:
        """« Versement 2 · Frigo libre-service »."""
        return f"Versement {self.disbursement.rank} · {self.disbursement.commitment.initiative}"

    @property
    def waits_for(self) -> str:
        """Say what an instalment that is not payable waits for; nothing for the others."""
        waits = self.state in (DisbursementState.PLANNED, DisbursementState.HELD)
        return self.disbursement.get_condition_display() if waits else ""


@dataclass(frozen=True)
class Award:
    """Money promised to one initiative on one line."""

    source: FundingSource
    fiscal_year: FiscalYear
    line: str
    amount: Decimal


@dataclass(frozen=True)
class Partners:
    """What partners bring: known dollars by nature, and how many contributions have no known amount."""

    cash: Decimal
    in_kind: Decimal
    hours: Decimal
    unknown: int

    @property
    def known(self) -> Decimal:
        return self.cash + self.in_kind + self.hours
