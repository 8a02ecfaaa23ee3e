"""Aggregates that both engines know: identifiers joined into a text, rows gathered as JSON."""

from typing import Any

from django.db.models import Aggregate, Expression, JSONField, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import JSONArray


class JoinIds(Aggregate):
    """The values of a group as one text, « 3,1,12 », in no promised order; null for an empty group."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "STRING_AGG((%(expressions)s)::text, ',')"
        return self.as_sql(compiler, connection, template=template, **extra)


class JsonRows(Aggregate):
    """The rows of a group as a list of lists, in no promised order; null for an empty group."""

    function = "JSON_GROUP_ARRAY"
    output_field = JSONField()

    def __init__(self, *columns: str | Expression, **extra: Any) -> None:
        super().__init__(JSONArray(*columns), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSONB_AGG", **extra)


def per_parent(rows: QuerySet, parent: str, aggregate: Aggregate) -> Subquery:
    """Return the subquery « `aggregate` of the `rows` whose `parent` is the outer row »: nothing is multiplied."""
    mine = rows.filter(**{parent: OuterRef("pk")}).order_by().values(parent)
    return Subquery(mine.annotate(gathered=aggregate).values("gathered"))
