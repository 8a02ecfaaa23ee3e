"""How an action writes a row: checked whole, with its author in the history."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, reduce
from operator import and_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models.expressions import SQLiteNumericMixin
from django.db.models.functions import Coalesce
from django.db.models.sql import Query


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
    sql, params = _checks(type(record), connection.vendor)
    if {param.name for param in params if isinstance(param, models.Field)} & set(exclude):
        return False  # let full_clean sort out which checks still apply
    if not sql:
        return True
    with connection.cursor() as cursor:
        cursor.execute(sql, [_value(record, param) for param in params])
        return cursor.fetchone() is not None


def _value(record: models.Model, param: Any) -> Any:
    """Return what stands at a place of the question: the value of the field of that place, or a constant."""
    if isinstance(param, models.Field):
        return param.get_db_prep_value(getattr(record, param.attname), connection)
    return param


@cache
def _checks(model: type[models.Model], _vendor: str) -> tuple[str, tuple[Any, ...]]:
    """Return one question that holds all the checks of the table, and what stands at each of its places.

    Django builds such a question anew for each row (`Q.check`); building it costs ten times what asking it does.
    """
    checks = [row for row in model._meta.constraints if isinstance(row, models.CheckConstraint)]
    if not checks:
        return "", ()
    query = Query(None)  # type: ignore[arg-type]
    for field in model._meta.concrete_fields:
        query.add_annotation(_Place(field), field.name, select=False)
    query.add_annotation(_Place(model._meta.pk), "pk", select=False)
    query.add_annotation(models.Value(1), "_check")
    condition = reduce(and_, (models.Q(check.condition) for check in checks))
    query.add_q(models.Q(Coalesce(condition, True, output_field=models.BooleanField())))
    sql, params = query.get_compiler(connection=connection).as_sql()
    return sql, params


class _Place(SQLiteNumericMixin, models.Expression):  # type: ignore[misc]
    """Stands for the value of a field in a question that is asked of many rows."""

    def __init__(self, field: Any) -> None:
        super().__init__(output_field=field)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self.output_field,)


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
