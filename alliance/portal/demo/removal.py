"""Take the whole demonstration away, and nothing else.

Which rows go is read from the models, so that a table added tomorrow is covered: every row marked `is_demo`, every
row that cannot live without one of them (CASCADE), and the history of both. A real row that leans on the
demonstration stops everything: it is named, and nothing is removed.
"""

from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.apps import apps
from django.db.models import CASCADE, SET_NULL, ForeignKey, Model, Q, QuerySet

from alliance.lib.workflow import Refusal
from alliance.portal.demo import contacts
from funding import ledger
from initiatives.models import Initiative, NumberSequence
from initiatives.naming import format_number
from territories.models import Membership

# PROTECT keeps an account with its MRCs from being deleted by hand; here both go.
_OWNED = {Membership: ("user",)}
_FORGOTTEN = "Compte de démonstration supprimé"

Doomed = dict[type[Model], Q]


def remove() -> dict[str, int]:
    """Remove the demonstration; return how many rows went, by name of table. Call it inside a transaction.

    Raises Refusal when real data lean on it, or when a real balance would not hold without it, with the list.
    """
    doomed = plan()
    if problems := list(_leaning(doomed)):
        raise Refusal(
            ["Des données réelles dépendent de la démonstration; rien n’a été supprimé.", *problems]
        )
    contacts.remove()
    numbers = _last_numbers(doomed)
    _forget_authors(doomed)
    counts: dict[str, int] = {}
    for model in _children_first(doomed):
        _delete_history(model, doomed)
        if gone := _delete(_rows(model, doomed)):
            counts[str(model._meta.verbose_name_plural)] = gone
    for year in numbers:
        _rewind(year)
    if problems := ledger.problems():
        raise Refusal(
            ["Sans la démonstration, des soldes réels ne tiendraient plus; rien n’a été supprimé.", *problems]
        )
    return counts


def plan() -> Doomed:
    """Return, by model, which rows go."""
    tables = [model for model in apps.get_models(include_auto_created=True) if not _is_history(model)]
    doomed: Doomed = {model: Q(is_demo=True) for model in tables if _has(model, "is_demo")}
    grown = True
    while grown:
        grown = False
        for model in tables:
            if model not in doomed and (ties := _vital(model, doomed)):
                doomed[model] = reduce(or_, (_points(tie, doomed) for tie in ties))
                grown = True
    return doomed


def _vital(model: type[Model], doomed: Doomed) -> list[ForeignKey]:
    """Return the links without which a row of `model` has no life."""
    owned = _OWNED.get(model, ())
    return [
        link for link in _links(model, doomed) if link.remote_field.on_delete is CASCADE or link.name in owned
    ]


def _leaning(doomed: Doomed) -> Iterator[str]:
    """Say which real rows need a row that goes."""
    for model in apps.get_models(include_auto_created=True):
        if _is_history(model):
            continue
        staying = (
            model._base_manager.exclude(pk__in=_rows(model, doomed).values("pk"))
            if model in doomed
            else model._base_manager.all()
        )
        for link in _links(model, doomed):
            leaning = staying.filter(_points(link, doomed)).count()
            if leaning and link.remote_field.on_delete is not SET_NULL:
                yield f"{leaning} × {model._meta.verbose_name_plural} ({link.verbose_name})"


def _forget_authors(doomed: Doomed) -> None:
    """Leave the history of real rows without an author when that author goes."""
    for model in apps.get_models():
        for link in _links(model, doomed):
            if link.remote_field.on_delete is SET_NULL:
                changes = {link.name: None}
                if _is_history(model):
                    changes["history_change_reason"] = _FORGOTTEN
                model._base_manager.filter(_points(link, doomed)).update(**changes)


def _delete_history(model: type[Model], doomed: Doomed) -> None:
    """Delete the history of the rows that go, and of those that went before with a row that goes."""
    if not hasattr(model, "history"):
        return
    history = model.history.model
    key = model._meta.pk.name
    which = Q(**{f"{key}__in": _rows(model, doomed).values("pk")})
    if _has(model, "is_demo"):
        which |= Q(is_demo=True)
    for tie in _vital(model, doomed):
        which |= _points(tie, doomed)
    past = history._base_manager.filter(which)
    for relation in history._meta.related_objects:  # the links that each row of the history copied
        _delete(relation.related_model._base_manager.filter(history__in=past.values("pk")))
    _delete(past)


def _children_first(doomed: Doomed) -> list[type[Model]]:
    """Order the tables so that a row goes before the rows that it names."""
    order: list[type[Model]] = []
    waiting = set(doomed)
    while waiting:
        free = [model for model in doomed if model in waiting and not _named_by(model, waiting)]
        order += free
        waiting -= set(free)
    return order


def _named_by(model: type[Model], waiting: set[type[Model]]) -> bool:
    return any(
        link.related_model is model and other is not model
        for other in waiting
        for link in other._meta.concrete_fields
        if isinstance(link, ForeignKey)
    )


def _links(model: type[Model], doomed: Doomed) -> list[ForeignKey]:
    """Return the foreign keys of `model` that may lead to a row that goes."""
    return [
        link
        for link in model._meta.concrete_fields
        if isinstance(link, ForeignKey) and link.related_model in doomed
    ]


def _points(link: ForeignKey, doomed: Doomed) -> Q:
    return Q(**{f"{link.name}__in": _rows(link.related_model, doomed).values(link.target_field.name)})


def _rows(model: type[Model], doomed: Doomed) -> QuerySet:
    return model._base_manager.filter(doomed[model])


def _delete(rows: QuerySet) -> int:
    """Delete in one statement: no cascade to follow, no history of the deletion to write."""
    return rows._raw_delete(rows.db)


def _has(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _is_history(model: type[Model]) -> bool:
    return _has(model, "history_type") or _has(model, "m2m_history_id")


def _last_numbers(doomed: Doomed) -> list[int]:
    """Return the years whose last number was given to an initiative that goes."""
    numbers = set(_rows(Initiative, doomed).filter(number__isnull=False).values_list("number", flat=True))
    return [
        row.start_year
        for row in NumberSequence.objects.all()
        if format_number(row.start_year, row.last) in numbers
    ]


def _rewind(year: int) -> None:
    """Bring the year's numbers back to the last one in use: a real series has no hole left by the demonstration."""
    start = f"BSL-{year}-"
    used = Initiative.objects.filter(number__startswith=start).values_list("number", flat=True)
    last = max((int(number.removeprefix(start)) for number in used), default=0)
    sequence = NumberSequence.objects.select_for_update().get(start_year=year)
    sequence.last = last
    sequence.save() if last else sequence.delete()
