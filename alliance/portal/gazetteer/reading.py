"""How the gazetteer is read: one query, a UNION ALL of small tables with the same columns."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Case, Expression, F, IntegerField, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from alliance.lib.aggregates import JoinIds, per_parent
from alliance.portal.bitmaps import bitmap
from alliance.portal.directory import Directory
from alliance.portal.gazetteer.things import Body, Contact, Gazetteer, Group, Node, Plan, Seat, Town, Words
from initiatives.models import ActionPlan, Initiative, Period, PlanNode, TargetGroup, Theme
from territories.models import Municipality, Organization, Territory

_TEXTS = 6  # columns of text in a record; a kind that says less leaves the last ones empty


def _text(value: Any) -> Expression:
    return Coalesce(Cast(value, TextField()), Cast(Value(""), TextField()))


def _rows(
    rows: QuerySet, kind: str, parent: str = "", order: str = "", texts: Iterable[Any] = ()
) -> QuerySet:
    """Return the tuples of one kind, with the same columns for all so that they can be put end to end."""
    zero = Cast(Value(0), IntegerField())
    columns = {
        "g_kind": _text(Value(kind)),
        "g_parent": Coalesce(Cast(F(parent), IntegerField()), zero) if parent else zero,
        "g_order": Coalesce(Cast(F(order), IntegerField()), zero) if order else zero,
    }
    said = [F(text) if isinstance(text, str) else text for text in texts]
    said += [Value("")] * (_TEXTS - len(said))
    columns |= {f"g_{i}": _text(text) for i, text in enumerate(said)}
    first, *others = columns
    return rows.order_by().annotate(**columns).values_list(first, "pk", *others)


def _public(name: str) -> Case:
    return Case(When(contact_is_public=True, then=F(name)), default=Value(""), output_field=TextField())


def _query() -> QuerySet:
    published = Initiative.objects.published()
    meant = Initiative.target_groups.through.objects.filter(initiative__in=published)
    served = per_parent(
        Organization.territories_served.through.objects.all(), "organization", JoinIds("territory_id")
    )
    periods = per_parent(Theme.periods.through.objects.all(), "theme", JoinIds("period_id"))
    contact = ("contact_name", "contact_phone", "contact_email", "website")
    point = ("latitude", "longitude")
    return _rows(Territory.objects.all(), "mrc", texts=(*contact, "seat", "population_year")).union(
        _rows(
            Municipality.objects.all(),
            "town",
            "territory_id",
            "",
            ("kind", "website", "population_year", *point),
        ),
        _rows(
            Organization.objects.active(),
            "body",
            "seat_municipality_id",
            "",
            (_public("contact_phone"), _public("contact_email"), "website", served),
        ),
        _rows(
            ActionPlan.objects.exclude(territory=None),
            "plan",
            "territory_id",
            "",
            ("title", "period__name", "period__starts_on", "adopted_on", "resolution"),
        ),
        _rows(
            PlanNode.objects.exclude(plan__territory=None),
            "node",
            "plan_id",
            "order",
            ("level", "label", "parent_id", per_parent(published, "plan_node", JoinIds("pk"))),
        ),
        _rows(
            TargetGroup.objects.all(),
            "group",
            "",
            "order",
            ("name", per_parent(meant, "targetgroup", JoinIds("initiative_id"))),
        ),
        _rows(Theme.objects.all(), "theme", texts=("synonyms", periods)),
        _rows(Period.objects.all(), "period", texts=("name", "starts_on", "ends_on")),
        all=True,
    )


def _ids(text: str) -> list[int]:
    return [int(pk) for pk in text.split(",")] if text else []


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


class Reader:
    """Turns records into what pages read."""

    def __init__(self, directory: Directory) -> None:
        self._positions = {row.pk: i for i, row in enumerate(directory.rows)}
        self._found: dict[str, list[tuple]] = {}
        for kind, *record in _query():
            self._found.setdefault(kind, []).append(tuple(record))
        for records in self._found.values():
            records.sort(key=lambda record: (record[2], record[0]))

    def _all(self, kind: str) -> list[tuple]:
        return self._found.get(kind, [])

    def _set(self, text: str) -> int:
        where = [self._positions[pk] for pk in _ids(text) if pk in self._positions]
        return bitmap(where, len(self._positions)) if where else 0

    def read(self) -> Gazetteer:
        return Gazetteer(
            seats={pk: Seat(Contact(*texts[:4]), *texts[4:]) for pk, _, _, *texts in self._all("mrc")},
            towns={pk: self._town(texts) for pk, _, _, *texts in self._all("town")},
            bodies={pk: self._body(seat, texts) for pk, seat, _, *texts in self._all("body")},
            plans=self._plans(),
            groups=tuple(Group(name, self._set(ids)) for _, _, _, name, ids, *_ in self._all("group")),
            words={pk: self._words(texts) for pk, _, _, *texts in self._all("theme")},
        )

    def _town(self, texts: list[str]) -> Town:
        kind, website, year, latitude, longitude, _ = texts
        return Town(
            kind, website, year, (float(latitude), float(longitude)) if latitude and longitude else None
        )

    def _body(self, seat: int, texts: list[str]) -> Body:
        phone, email, website, served, *_ = texts
        return Body(Contact("", phone, email, website), seat, frozenset(_ids(served)))

    def _words(self, texts: list[str]) -> Words:
        synonyms = tuple(word for one in texts[0].split(",") if (word := one.strip()))
        own = set(_ids(texts[1]))
        periods = sorted(
            (starts, name, ends) for pk, _, _, name, starts, ends, *_ in self._all("period") if pk in own
        )
        return Words(synonyms, tuple((name, date.fromisoformat(ends[:10])) for _, name, ends in periods))

    def _plans(self) -> tuple[Plan, ...]:
        nodes: dict[int, list[Node]] = {}
        for pk, plan, _, level, label, parent, ids, *_ in self._all("node"):
            nodes.setdefault(plan, []).append(Node(pk, int(parent or 0), level, label, self._set(ids)))
        plans = [
            Plan(
                pk,
                territory,
                title,
                period,
                date.fromisoformat(starts[:10]),
                _day(adopted),
                resolution,
                tuple(nodes.get(pk, ())),
            )
            for pk, territory, _, title, period, starts, adopted, resolution, *_ in self._all("plan")
        ]
        return tuple(sorted(plans, key=lambda plan: plan.starts_on, reverse=True))
