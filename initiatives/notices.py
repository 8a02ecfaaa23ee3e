"""Who is told what about a file: each message is written in the outbox, in the transaction of what it tells.

A message says what happened, what to do, and where; no more about anybody than that. What the agents do goes to the
coordination's team; what the CRD does goes to the agents of the file.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind
from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.lib.dates import long_date
from initiatives.choices import State
from initiatives.models import Exchange, Initiative, Report
from initiatives.notice_texts import DUE, EXCHANGE, INCOMPLETE, LATE, MOVES, REPORTS, Message


@dataclass(frozen=True)
class Preview:
    """A message as it will leave: addresses (or the team's name), subject, text."""

    to: tuple[str, ...]
    subject: str
    body: str


NOTE_TO_COME = "[Votre note viendra ici, telle quelle.]"


def preview(initiative: Initiative, move: str, note: str = "", **more: Any) -> Preview | None:
    """Return the message that the move `move` (a name of workflow.TRANSITIONS) will send, or None.

    `by`, when told, is the person who moves the file: a team's message does not come back to them.
    """
    message = MOVES.get(move)
    if message is None:
        return None
    named = message.naming(name=name_of(initiative))
    return _preview(named, initiative, note, by=more.get("by"))


def preview_report(report: Report, event: str, *, by: User, note: str = "") -> Preview:
    """Return the message that `report_changed(report, event)` will send."""
    named = REPORTS[event].naming(name=name_of(report.initiative), report=_kind(report))
    return _preview(named, report.initiative, note, by=by)


def moved(initiative: Initiative, move: str, *, by: User, note: str = "") -> None:
    """Tell the move of a locked file to whom it concerns."""
    if message := MOVES.get(move):
        named = message.naming(name=name_of(initiative))
        key = f"initiative:{initiative.pk}:{move}:{initiative.version}"
        _tell_other_side(named, initiative, key=key, by=by, note=note)


def exchanged(exchange: Exchange) -> None:
    """Tell a new message of the thread to the other side."""
    initiative, by = exchange.initiative, exchange.by
    named = EXCHANGE.naming(name=name_of(initiative))
    key = f"exchange:{exchange.pk}"
    path = reverse("espace:exchanges", args=[initiative.pk])
    if by.is_staff:
        _tell(named, initiative, agents_of(initiative), key=key, by=by, path=path)
    else:
        _tell_team(named, initiative, key=key, by=by, path=path)


def told_of_message(initiative: Initiative, *, by: User) -> str:
    """Return the sentence that says who an e-mail will tell of a message of `by`, and how (said before it is sent)."""
    people = {"to": agents_of(initiative)} if by.is_staff else {"role": Role.COORDINATION}
    names = outbox.receivers_text(kind=EXCHANGE.kind, by=by, is_demo=initiative.is_demo, **people)
    if not names:
        return "Aucun courriel ne partira\xa0: aucun autre compte actif n’est concerné."
    return f"Prévenus par courriel\xa0: {', '.join(names)}."


def report_changed(report: Report, event: str, *, by: User) -> None:
    """Tell what became of a report. `event`: sent, returned, approved."""
    named = REPORTS[event].naming(name=name_of(report.initiative), report=_kind(report))
    key = f"report:{report.pk}:{event}:{report.version}"
    note = report.returned_note if event == "returned" else ""
    _tell_other_side(named, report.initiative, key=key, by=by, note=note)


def report_due(report: Report, *, key: str, late: bool) -> None:
    """Remind the agents of a report that is expected or late; `key` names the stage of its pace."""
    message = (LATE if late else DUE).naming(
        name=name_of(report.initiative), report=_kind(report), day=long_date(report.due_on)
    )
    _tell(message, report.initiative, agents_of(report.initiative), key=key)


def incomplete(initiative: Initiative, *, key: str) -> None:
    """Remind whoever must complete a file that nobody touched for a while; `key` names the stage of its pace.

    A draft that the CRD's staff entered after a meeting comes back to that person, not to the agents.
    """
    author = initiative.created_by
    own = initiative.state == State.DRAFT and author.is_staff
    message = INCOMPLETE.naming(name=name_of(initiative), day=long_date(initiative.updated_at))
    _tell(message, initiative, [author] if own else agents_of(initiative), key=key)


def agents_of(initiative: Initiative) -> list[User]:
    """Return whom the CRD's messages about a file concern.

    Who entered it and who deposited it while they still open it; otherwise all the agents of its MRCs.
    """
    agents = User.objects.filter(role=Role.AGENT, is_active=True, is_demo=initiative.is_demo).order_by("pk")
    authors = agents.filter(pk__in=[initiative.created_by_id, initiative.submitted_by_id])
    mine = Initiative.objects.filter(pk=initiative.pk)
    serving = [agent for agent in authors if mine.visible_to(agent).exists()]
    return serving or list(agents.filter(memberships__territory__in=initiative.territories.all()).distinct())


def name_of(initiative: Initiative) -> str:
    """Return « Frigo libre-service (BSL-2025-012) »: the number waits for the first deposit."""
    return f"{initiative} ({initiative.number})" if initiative.number else str(initiative)


# Private parts --------------------------------------------------------------------------------------------


def _kind(report: Report) -> str:
    return report.get_kind_display().lower()


def _page(initiative: Initiative, *, staff: bool) -> str:
    route = "admin:initiatives_initiative_change" if staff else "espace:file"
    return reverse(route, args=[initiative.pk])


def _tell_other_side(message: Message, initiative: Initiative, *, key: str, by: User, note: str) -> None:
    """Write to the coordination what agents did, to the agents what the coordination did."""
    if message.kind in MailKind.to_staff:
        _tell_team(message, initiative, key=key, by=by, note=note)
    else:
        _tell(message, initiative, agents_of(initiative), key=key, by=by, note=note)


def _tell(
    message: Message,
    initiative: Initiative,
    people: list[User],
    *,
    key: str,
    by: User | None = None,
    note: str = "",
    path: str = "",
) -> None:
    for person in people:
        outbox.queue(
            kind=message.kind,
            key=key,
            subject=message.subject,
            body=message.body(note),
            to=person,
            path=path or _page(initiative, staff=False),
            by=by,
            is_demo=initiative.is_demo,
        )


def _tell_team(
    message: Message, initiative: Initiative, *, key: str, by: User, note: str = "", path: str = ""
) -> None:
    outbox.queue(
        kind=message.kind,
        key=key,
        subject=message.subject,
        body=message.body(note),
        role=Role.COORDINATION,
        path=path or _page(initiative, staff=True),
        by=by,
        is_demo=initiative.is_demo,
    )


def _preview(message: Message, initiative: Initiative, note: str, *, by: User | None) -> Preview:
    team = message.kind in MailKind.to_staff
    body = message.body(note if note.strip() else NOTE_TO_COME)
    shown = outbox.message_text(kind=message.kind, body=body, path=_page(initiative, staff=team), team=team)
    told = {"to": agents_of(initiative)} if not team else {"role": Role.COORDINATION}
    names = outbox.receivers_text(kind=message.kind, by=by, is_demo=initiative.is_demo, **told)
    return Preview(to=tuple(names), subject=message.subject, body=shown)
