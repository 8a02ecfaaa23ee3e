"""Who is told what about a file: each message is written in the outbox, in the transaction of what it tells."""

from dataclasses import dataclass
from typing import Any

from alliance.accounts.models import User
from initiatives.models import Exchange, Initiative, Report


@dataclass(frozen=True)
class Preview:
    """A message as it will leave: addresses (or the team's name), subject, text."""

    to: tuple[str, ...]
    subject: str
    body: str


def preview(initiative: Initiative, move: str, note: str = "", **more: Any) -> Preview | None:
    """Return the message that the move `move` (a name of workflow.TRANSITIONS) will send, or None."""
    return None


def moved(initiative: Initiative, move: str, *, by: User, note: str = "") -> None:
    """Tell the move of a locked file to whom it concerns."""


def exchanged(exchange: Exchange) -> None:
    """Tell a new message of the thread to the other side."""


def report_changed(report: Report, event: str, *, by: User) -> None:
    """Tell what became of a report. `event`: sent, returned, approved."""
