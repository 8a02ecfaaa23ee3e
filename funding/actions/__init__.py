"""The only writer of money. Each verb adds dated movements; none changes an amount (design.md §2.2).

Everything is locked before anything is read or written, in one order everywhere, so that two people at once cannot
overspend and never wait for each other in a circle: envelopes by id, lines by id, the fiscal year, the initiative.
Every verb is atomic and takes `by` (a User) and, for a movement, its details: `reason`, `on` (date, today when not
said), `resolution` (number of the decision), `token` (UUID: a double click writes once).
Raises: Refusal (French reasons), NotAllowed, Stale, ValidationError.
"""

from funding.actions.lines import adjust_allocation, carry_over, move_allocation, move_envelope, transfer
from funding.actions.payments import cancel_instalment, mark_ready, pay, schedule
from funding.actions.promises import (
    adjust_commitment,
    amend,
    award,
    cancel_initiative,
    recover,
    refuse_new_links,
    release,
)
from funding.actions.years import close_year, may_close, record_check, record_contribution, refuse_year

__all__ = [
    "adjust_allocation",
    "adjust_commitment",
    "amend",
    "award",
    "cancel_initiative",
    "cancel_instalment",
    "carry_over",
    "close_year",
    "mark_ready",
    "may_close",
    "move_allocation",
    "move_envelope",
    "pay",
    "record_check",
    "record_contribution",
    "recover",
    "refuse_new_links",
    "refuse_year",
    "release",
    "schedule",
    "transfer",
]
