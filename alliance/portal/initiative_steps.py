"""The public steps of an initiative: no note, no name, nothing before the decision, one line a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from initiatives.choices import State

STEPS = {
    State.APPROVED: "L’initiative est retenue.",
    State.IN_PROGRESS: "L’initiative commence.",
    State.COMPLETED: "L’initiative est terminée.",
}
_PUBLISHED = "La page est publiée."
_DATED = {State.IN_PROGRESS: "starts_on", State.COMPLETED: "ends_on"}  # a known day is truer than the log's


@dataclass(frozen=True)
class Milestone:
    on: date
    text: str


def milestones(values: dict[str, Any]) -> list[Milestone]:
    """Return what happened, by day; several steps of one day are told together.

    A record taken from a published text has none: its log tells when it was entered here, not when things happened.
    For the same reason a decision logged after the first day of the initiative is left out.
    """
    if values["source_note"]:
        return []
    days: dict[date, list[str]] = {}
    for day, text in sorted(_steps(values), key=lambda step: step[0]):
        days.setdefault(day, []).append(text)
    return [Milestone(day, " ".join(texts)) for day, texts in days.items()]


def _steps(values: dict[str, Any]) -> Iterator[tuple[date, str]]:
    logged = {State(state): _day(at) for state, at in values["l_steps"] or ()}
    starts_on = values["starts_on"]
    for state, text in STEPS.items():
        day = logged.get(state)
        if day is None or (state == State.APPROVED and starts_on and day > starts_on):
            continue
        yield (values[_DATED[state]] if state in _DATED else None) or day, text
    if values["published_at"]:
        yield timezone.localtime(values["published_at"]).date(), _PUBLISHED


def _day(text: str) -> date:
    moment = parse_datetime(text)
    assert moment is not None  # noqa: S101 - written by the database itself
    return timezone.localtime(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).date()
