"""How an action writes a row: checked whole, with its author in the history."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models


def save_as(record: models.Model, by: Any, *, exclude: tuple[str, ...] = ()) -> None:
    """Validate and save `record` in the name of `by` (a User).

    Raises ValidationError in French: SQLite enforces neither lengths nor choices, so nothing is saved unchecked.
    """
    sign(record, by)
    record.full_clean(exclude=exclude)
    record.save()


def sign(record: models.Model, by: Any) -> None:
    """Name `by` as the author of the history rows that the next writes of `record` will make."""
    record._history_user = by  # type: ignore[attr-defined]  # read by django-simple-history


@contextmanager
def quiet_history(record: models.Model) -> Iterator[None]:
    """Write nothing in the history of `record` meanwhile: a change of several tables then leaves one row, at its end."""
    record.skip_history_when_saving = True  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del record.skip_history_when_saving  # type: ignore[attr-defined]
