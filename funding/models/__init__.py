from funding.models.books import LedgerCheck, YearClosing
from funding.models.lines import Allocation, AllocationMovement, Commitment, CommitmentMovement
from funding.models.movements import Movement
from funding.models.payments import Disbursement, DisbursementMovement
from funding.models.sources import Envelope, EnvelopeMovement, FundingSource, Limits
from funding.models.told import Contribution, PublishedFigure

__all__ = [
    "Allocation",
    "AllocationMovement",
    "Commitment",
    "CommitmentMovement",
    "Contribution",
    "Disbursement",
    "DisbursementMovement",
    "Envelope",
    "EnvelopeMovement",
    "FundingSource",
    "LedgerCheck",
    "Limits",
    "Movement",
    "PublishedFigure",
    "YearClosing",
]
