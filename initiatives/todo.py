"""What waits for a person in « Mon espace »: each thing once, with what to do, its day if it has one, and one address.

What is late comes first, then what somebody sent back, what somebody asked, what is due soon, and the drafts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from alliance.accounts.models import User
from alliance.lib.dates import long_date, today
from alliance.lib.templatetags.francais import pluriel
from alliance.lib.text import lower_first
from initiatives.choices import State
from initiatives.content import FACTS_READ, FORM_READ, missing_of
from initiatives.follow import REPORT_SOON, Side
from initiatives.models import Exchange, Initiative, Report
from initiatives.rules import Missing
from initiatives.sections import BY_SLUG, QUESTIONS, SECTION_OF
from initiatives.situation import side_of, waiting_messages

_READ = (*FACTS_READ, *FORM_READ, "municipalities", "partnerships__organization")
_NAMED = 6  # questions named of a draft, so that ten drafts still hold on a screen


@dataclass(frozen=True)
class Todo:
    """One thing to do. `details` are short lines (corrections, questions left); `due`: the day it should be done."""

    rank: int
    title: str
    address: str
    said: str
    tag: str
    tone: str
    due: date | None = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class TodoList:
    """`more` says, in words, what is not listed."""

    rows: list[Todo] = field(default_factory=list)
    more: list[str] = field(default_factory=list)


def todo_list(files: QuerySet[Initiative], user: User, *, most: int) -> TodoList:
    """Return what waits for `user` among `files`, at most `most` of each kind; a fixed number of queries."""
    waiting = waiting_messages(files.order_by().values("pk"))
    other = Side.MRC if side_of(user) == Side.CRD else Side.CRD
    asked = {key: sides[other] for key, sides in waiting.items() if other in sides}
    returned, more_returned = _first(_of_state(files, State.CHANGES_REQUESTED, "corrections"), most)
    drafts, more_drafts = _first(_of_state(files, State.DRAFT, *_READ), most)
    reports, more_reports = _first(_reports(files) if other == Side.CRD else Report.objects.none(), most)
    mine = {row.pk for row in (*returned, *drafts)}
    messages = [message for key, message in asked.items() if key not in mine]
    rows = [
        *(_report(row) for row in reports),
        *(_returned(row, asked.get(row.pk)) for row in returned),
        *(_message(message) for message in messages[:most]),
        *(_draft(row, missing_of(row, user), asked.get(row.pk)) for row in drafts),
    ]
    left = (
        (more_reports, "autre rapport,autres rapports"),
        (more_returned, "autre dossier à compléter,autres dossiers à compléter"),
        (len(messages[most:]), "autre message,autres messages"),
        (more_drafts, "autre brouillon,autres brouillons"),
    )
    ordered = sorted(rows, key=lambda row: (row.rank, row.due or date.max))
    return TodoList(ordered, [f"Et {pluriel(number, words)}." for number, words in left if number])


# Private parts --------------------------------------------------------------------------------------------


def _first(rows: QuerySet[Any], most: int) -> tuple[list[Any], int]:
    """Return the first rows, and how many more there are."""
    count, first = rows.count(), list(rows[:most])
    return first, count - len(first)


def _of_state(files: QuerySet[Initiative], state: str, *read: str) -> QuerySet[Initiative]:
    rows = files.filter(state=state).select_related("primary_theme", "plan_node", "continues", "answers")
    return rows.prefetch_related("transitions__by", *read)


def _reports(files: QuerySet[Initiative]) -> QuerySet[Report]:
    """Return the reports to send: late, due soon or returned, the first due first."""
    rows = Report.objects.filter(initiative__in=files.order_by().values("pk"), received_on=None)
    rows = rows.filter(due_on__lte=today() + REPORT_SOON).exclude(initiative__state__in=State.given_up)
    return rows.select_related("initiative").order_by("due_on", "pk")


def _report(report: Report) -> Todo:
    late, returned = report.due_on < today(), bool(report.returned_note)
    if returned:
        said, tag, tone, rank = f"Retourné par le CRD\xa0: {report.returned_note}", "À corriger", "fix", 1
    elif late:
        said, tag, tone, rank = f"Attendu depuis le {long_date(report.due_on)}.", "En retard", "late", 0
    else:
        said, tag, tone, rank = f"À remettre d’ici le {long_date(report.due_on)}.", "À remettre", "todo", 3
    return Todo(
        rank=rank,
        title=f"{report.get_kind_display()}\xa0: {report.initiative}",
        address=reverse("espace:report", args=[report.pk]),
        said=said,
        tag=tag,
        tone=tone,
        due=report.due_on,
    )


def _returned(row: Initiative, asked: Exchange | None) -> Todo:
    back = [move for move in row.transitions.all() if move.name == "request_changes"][-1]
    return Todo(
        rank=1,
        title=str(row),
        address=reverse("espace:edit", args=[row.pk]),
        said=f"Retourné par le CRD le {long_date(back.at)}\xa0: «\xa0{back.note}\xa0»",
        tag="À corriger",
        tone="fix",
        details=(*corrections_said(row), *_and_answer(asked)),
    )


def corrections_said(row: Initiative) -> tuple[str, ...]:
    """Return each correction still asked, in words: « Budget : incomplet. Ajoutez les dépenses. »"""
    waiting = [each for each in row.corrections.all() if each.answered_at is None]
    return tuple(
        f"{QUESTIONS[each.field].label if each.field in QUESTIONS else each.field}\xa0: "
        f"{each.get_reason_display().lower()}. {each.note}".strip()
        for each in waiting
    )


def _message(message: Exchange) -> Todo:
    return Todo(
        rank=2,
        title=str(message.initiative),
        address=reverse("espace:exchanges", args=[message.initiative_id]),
        said=f"{message.by} attend votre réponse depuis le {long_date(message.at)}.",
        tag="À répondre",
        tone="doing",
    )


def _draft(row: Initiative, missing: Sequence[Missing], asked: Exchange | None) -> Todo:
    said = f"Il manque {pluriel(len(missing), 'réponse,réponses')}." if missing else _READY
    return Todo(
        rank=4,
        title=str(row),
        address=reverse("espace:edit" if missing else "espace:submit", args=[row.pk]),
        said=f"{said} Modifié le {long_date(row.updated_at)}.",
        tag="À compléter" if missing else "À déposer",
        tone="todo" if missing else "doing",
        details=(*_questions(missing), *_and_answer(asked)),
    )


_READY = "Tout y est\xa0: vérifiez, puis déposez."


def _and_answer(asked: Exchange | None) -> Iterable[str]:
    if asked:
        yield f"{asked.by} attend aussi une réponse dans les échanges."


def _questions(missing: Sequence[Missing]) -> Iterable[str]:
    """Yield what is missing by section: « L’initiative : résumé public, besoin »; a long list says how many are left."""
    named = missing[:_NAMED]
    by_section = groupby(sorted(named, key=_place), key=lambda item: SECTION_OF[item.field])
    for slug, items in by_section:
        labels = (QUESTIONS[item.field].label for item in items)
        words = ", ".join(map(lower_first, labels))
        yield f"{BY_SLUG[slug].title}\xa0: {words}"
    if left := len(missing) - len(named):
        yield f"et {pluriel(left, 'autre réponse,autres réponses')}"


_ORDER = {code: rank for rank, code in enumerate(QUESTIONS)}


def _place(item: Missing) -> int:
    return _ORDER[item.field]
