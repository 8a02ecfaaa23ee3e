"""Finds what `follow` looks at, for as many files as a page shows, with a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q

from alliance.accounts.models import User
from alliance.accounts.roles import STAFF_ROLES
from alliance.lib.dates import TORONTO, today
from initiatives.changes import is_corrected
from initiatives.choices import State
from initiatives.follow import ReportFacts, Side, Situation, Status, follow
from initiatives.models import Correction, Exchange, Initiative, Report, TransitionLog

_BY_CRD = Q(by__role__in=STAFF_ROLES)


def side_of(user: User) -> Side:
    """Return on which side of the thread a person stands; the local committee only reads, with its MRC."""
    return Side.CRD if user.is_staff else Side.MRC


def waiting_messages(initiatives: Any = None) -> dict[int, dict[str, Exchange]]:
    """Return by file, then by the side that wrote it, the oldest message that waits for the other side.

    A message waits while the other side has written nothing after it. One query, whatever the files.
    """
    later = Exchange.objects.filter(initiative=OuterRef("initiative"), pk__gt=OuterRef("pk"))
    waiting = (_BY_CRD & ~Exists(later.exclude(_BY_CRD))) | (~_BY_CRD & ~Exists(later.filter(_BY_CRD)))
    rows = Exchange.objects.filter(waiting, asks_answer=True).select_related("by", "initiative")
    if initiatives is not None:
        rows = rows.filter(initiative__in=initiatives)
    found: dict[int, dict[str, Exchange]] = defaultdict(dict)
    for message in rows.order_by("pk"):
        found[message.initiative_id].setdefault(side_of(message.by), message)
    return found


def situations(
    initiatives: Iterable[Initiative],
    *,
    on: date | None = None,
    missing: Mapping[int, int] | None = None,
    messages: Mapping[int, Mapping[str, Exchange]] | None = None,
) -> dict[int, Situation]:
    """Return the situation of each file, by its id. `missing`: how many answers each draft lacks, when it is known."""
    files = list(initiatives)
    keys = [row.pk for row in files]
    day = on or today()
    since, corrections, reports = _entered(keys), _corrections(keys), _reports(keys)
    waiting = waiting_messages(keys) if messages is None else messages
    return {
        row.pk: Situation(
            state=row.state,
            on=day,
            since=_day(since.get(row.pk) or row.created_at),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            corrections=corrections.get(row.pk, 0) if row.state == State.CHANGES_REQUESTED else 0,
            missing=(missing or {}).get(row.pk),
            waits_for=frozenset(waiting.get(row.pk, ())),
            reports=tuple(reports.get(row.pk, ())),
        )
        for row in files
    }


def status_of(initiative: Initiative, *, missing: int | None = None) -> Status:
    """Return where one file stands (four queries; the copies are read too when it waits for corrections)."""
    counted = {} if missing is None else {initiative.pk: missing}
    told = situations([initiative], missing=counted)[initiative.pk]
    return follow(replace(told, is_corrected=is_corrected(initiative)))


def _entered(keys: list[int]) -> dict[int, datetime]:
    moves = TransitionLog.objects.filter(initiative__in=keys).values("initiative").order_by()
    return {row["initiative"]: row["at"] for row in moves.annotate(at=Max("at"))}


def _corrections(keys: list[int]) -> dict[int, int]:
    counted: dict[int, int] = defaultdict(int)
    asked = Correction.objects.filter(initiative__in=keys, answered_at=None)
    for key, _field in asked.values_list("initiative", "field").distinct().order_by():
        counted[key] += 1
    return counted


def _reports(keys: list[int]) -> dict[int, list[ReportFacts]]:
    found: dict[int, list[ReportFacts]] = defaultdict(list)
    waiting = Report.objects.filter(initiative__in=keys, approved_at=None).exclude(
        initiative__state__in=State.given_up
    )
    for row in waiting.order_by("due_on", "pk"):
        returned = bool(row.returned_note) and row.received_on is None
        facts = ReportFacts(row.pk, row.kind, row.due_on, row.received_on is not None, returned)
        found[row.initiative_id].append(facts)
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(TORONTO).date()
