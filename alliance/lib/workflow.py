"""Primitives of a workflow: a refusal that says why, and one row of a transition table."""

from collections.abc import Iterable
from dataclasses import dataclass


class Refusal(Exception):
    """What was asked is refused; `reasons` are French sentences to show to the person."""

    def __init__(self, reasons: str | Iterable[str]):
        self.reasons = [reasons] if isinstance(reasons, str) else list(reasons)
        super().__init__(" ".join(self.reasons))


class NotAllowed(Refusal):
    """The person does not hold the right for it (HTTP 403)."""


class Stale(Refusal):
    """Somebody changed the thing since it was read (HTTP 409)."""


@dataclass(frozen=True)
class Transition:
    """A move from some states to one; `label` is the button's text, `consequence` what will happen, in words."""

    name: str
    label: str
    sources: frozenset[str]
    target: str
    roles: frozenset[str]
    consequence: str = ""
    needs_note: bool = False
    tone: str = "secondary"
