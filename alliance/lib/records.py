"""How an action writes a row: checked whole, with its author in the history."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, reduce
from operator import and_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


def save_as(record: models.Model, by: Any, *, exclude: tuple[str, ...] = ()) -> None:
    """Validate and save `record` in the name of `by` (a User).

    Raises ValidationError in French: SQLite enforces neither lengths nor choices, so nothing is saved unchecked.
    """
    sign(record, by)
    validate(record, exclude=exclude)
    record.save()


def validate(record: models.Model, *, exclude: tuple[str, ...] = ()) -> None:
    """Do `record.full_clean()`, asking the database one question for all the row's checks instead of one for each.

    Raises the same ValidationError: as soon as something is refused, `full_clean` itself says what.
    """
    try:
        record.full_clean(exclude={*exclude, *_links_read(record)}, validate_constraints=False)
        sound = _checks_hold(record, exclude)
    except ValidationError:
        sound = False
    if not sound:
        record.full_clean(exclude=exclude)
    for constraint in record._meta.constraints:
        if not isinstance(constraint, models.CheckConstraint):
            constraint.validate(type(record), record, exclude=set(exclude))


def _links_read(record: models.Model) -> set[str]:
    """Return the links to rows that were read from the database: asking again whether each exists teaches nothing.

    A row removed since is refused by the database itself, as it always was between the question and the writing.
    """
    found = set()
    for field in record._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and not field.unique and field.is_cached(record):
            row = field.get_cached_value(record)
            known = row is not None and not row._state.adding
            if known and getattr(row, field.target_field.attname) == getattr(record, field.attname):
                found.add(field.name)
    return found


def _checks_hold(record: models.Model, exclude: tuple[str, ...]) -> bool:
    """Say whether no check of the table is false for this row; an unknown answer (NULL) passes, as in the database."""
    condition, names = _checks(type(record))
    if condition is None:
        return True
    if names & set(exclude):
        return False  # let full_clean sort out which checks still apply
    values = record._get_field_expression_map(meta=record._meta)  # type: ignore[attr-defined]
    return condition.check({name: values[name] for name in names})


@cache
def _checks(model: type[models.Model]) -> tuple[models.Q | None, frozenset[str]]:
    """Return all the checks of the table as one condition, and the fields that it names."""
    checks = [row for row in model._meta.constraints if isinstance(row, models.CheckConstraint)]
    if not checks:
        return None, frozenset()
    condition = reduce(and_, (models.Q(check.condition) for check in checks))
    references = model()._get_expr_references(condition)  # type: ignore[attr-defined]
    return condition, frozenset(reference[0] for reference in references)


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
