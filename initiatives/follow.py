"""Where a file stands, in plain words: what happened, what comes next, whose turn it is, since when, until when.

Pure: facts in (`Situation`), words out (`Status`). The landing page, the record, the receipt and the messages all read
`follow`, so that nobody reads two different stories. `initiatives/situation.py` finds the facts of many files at once.
Source: features.md row 51, domain.md §4.1.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from alliance.lib.dates import long_date
from alliance.lib.templatetags.francais import pluriel
from initiatives.choices import ReportKind, State

REPORT_SOON = timedelta(days=60)  # a report due later than that is announced, not asked for


class Side(StrEnum):
    """Who must act. NOBODY: the file waits for nothing."""

    MRC = "mrc"
    CRD = "crd"
    NOBODY = "nobody"


_YOURS = "C’est à vous"
_TURNS = {Side.MRC: "C’est à la MRC", Side.CRD: "C’est au CRD", Side.NOBODY: "Rien à faire"}


@dataclass(frozen=True)
class ReportFacts:
    """One report of the initiative that is not approved; `received`: it waits for the CRD. `returned`: to correct."""

    pk: int
    kind: str
    due_on: date
    received: bool = False
    returned: bool = False

    @property
    def name(self) -> str:
        return ReportKind(self.kind).label.lower()


@dataclass(frozen=True)
class Situation:
    """What is known of a file on the day `on`. `since`: the day it entered its state, None when not known.

    `is_corrected`: every answer named by a correction has changed since it was asked. `missing`: answers that a deposit still needs, None when nobody counted. `waits_for`: the sides that left a message
    without an answer. `reports`: those not approved yet, by due date.
    """

    state: str
    on: date
    since: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    corrections: int = 0
    missing: int | None = None
    is_corrected: bool = False
    waits_for: frozenset[str] = frozenset()
    reports: tuple[ReportFacts, ...] = ()


@dataclass(frozen=True)
class Status:
    """`words` say where the file stands, `next_step` what comes next; `expected`: the day it should come, if known."""

    words: str
    next_step: str
    turn: Side
    since: date | None = None
    expected: date | None = None
    is_late: bool = False

    def turn_for(self, side: str) -> str:
        """Return whose turn it is as the person of `side` reads it: « C’est à vous », « C’est au CRD »."""
        return _YOURS if self.turn == side else _TURNS[self.turn]

    @property
    def sentence(self) -> str:
        return f"{self.words} {self.next_step}".strip()


def follow(situation: Situation) -> Status:
    """Return where the file stands, for the people of its MRC and of the CRD alike."""
    status = _REPORTING[situation.state](situation) if situation.state in _REPORTING else _moving(situation)
    return _with_messages(status, situation)


# Private parts --------------------------------------------------------------------------------------------


def _moving(facts: Situation) -> Status:
    """A file before its decision, or closed: nothing depends on reports."""
    if facts.state == State.DRAFT:
        return Status("Le brouillon est enregistré.", _missing(facts), Side.MRC, facts.since)
    if facts.state == State.CHANGES_REQUESTED and facts.is_corrected:
        return Status("Corrections faites\xa0: il reste à déposer.", "", Side.MRC, facts.since)
    if facts.state == State.CHANGES_REQUESTED:
        return Status(_asked(facts), _returned(facts), Side.MRC, facts.since)
    words, next_step, turn = _CALM[facts.state]
    return Status(words, next_step, turn, facts.since)


_CALM = {
    State.SUBMITTED: (
        "Le dossier est au CRD.",
        "Le CRD en commencera l’analyse.",
        Side.CRD,
    ),
    State.UNDER_REVIEW: (
        "Le dossier est en analyse.",
        "La décision sera écrite dans le dossier.",
        Side.CRD,
    ),
    State.DECLINED: (
        "L’initiative n’a pas été retenue.",
        "La raison est écrite dans le journal du dossier.",
        Side.NOBODY,
    ),
    State.WITHDRAWN: ("Le dossier a été retiré.", "", Side.NOBODY),
    State.CANCELLED: ("L’initiative a été abandonnée.", "", Side.NOBODY),
}


def _missing(facts: Situation) -> str:
    if facts.missing is None:
        return "Complétez-le, puis déposez-le."
    if not facts.missing:
        return "Tout y est\xa0: vérifiez, puis déposez."
    return f"Il manque {pluriel(facts.missing, 'réponse,réponses')}."


def _asked(facts: Situation) -> str:
    if not facts.corrections:
        return "Le CRD attend des précisions."
    return f"Le CRD demande {pluriel(facts.corrections, 'correction,corrections')}."


def _returned(facts: Situation) -> str:
    if not facts.corrections:
        return "Complétez le dossier, puis déposez-le de nouveau."
    what = "ce champ" if facts.corrections == 1 else "ces champs"
    return f"Corrigez {what}, puis déposez de nouveau. Le reste du dossier est fermé."


def _approved(facts: Situation) -> Status:
    words = "L’initiative est retenue."
    next_step = "Le CRD communiquera avec la MRC pour l’entente."
    if facts.starts_on and facts.starts_on >= facts.on:
        next_step += f" Elle commence le {long_date(facts.starts_on)}."
    calm = Status(words, next_step, Side.CRD, facts.since, facts.starts_on)
    return _reporting(facts, words) or calm


def _in_progress(facts: Situation) -> Status:
    words = "L’initiative est en cours."
    end = ""
    if facts.ends_on:
        end = f"Elle {'se termine' if facts.ends_on >= facts.on else 'devait se terminer'} le {long_date(facts.ends_on)}."
    return _reporting(facts, words) or Status(words, end, Side.NOBODY, facts.since, facts.ends_on)


def _completed(facts: Situation) -> Status:
    words = "L’initiative est terminée."
    return _reporting(facts, words) or Status(words, "", Side.NOBODY, facts.since)


_REPORTING = {
    State.APPROVED: _approved,
    State.IN_PROGRESS: _in_progress,
    State.COMPLETED: _completed,
}


def _reporting(facts: Situation, words: str) -> Status | None:
    """Return what the reports ask: what is to correct, late or due soon, then what the CRD reads, then what comes later."""
    asked = [report for report in facts.reports if not report.received or report.returned]
    pressing = [row for row in asked if row.returned or row.due_on <= facts.on + REPORT_SOON]
    if pressing and not (facts.state == State.APPROVED and pressing[0].due_on > facts.on):
        return _pressing(facts, words, pressing[0])
    if read := next((row for row in facts.reports if row.received and not row.returned), None):
        return Status(words, f"Le CRD lit le {read.name}.", Side.CRD, facts.since)
    if asked and facts.state != State.APPROVED:
        due = asked[0]
        step = f"Le {due.name} est attendu le {long_date(due.due_on)}."
        return Status(words, step, Side.NOBODY, facts.since, due.due_on)
    return None


def _pressing(facts: Situation, words: str, due: ReportFacts) -> Status:
    late = due.due_on < facts.on
    if due.returned:
        step = f"Le CRD a retourné le {due.name}\xa0: corrigez-le, puis envoyez-le de nouveau."
    elif late:
        step = f"Le {due.name} était attendu le {long_date(due.due_on)}\xa0: remettez-le."
    else:
        step = f"Remettez le {due.name} d’ici le {long_date(due.due_on)}."
    return Status(words, step, Side.MRC, facts.since, due.due_on, late and not due.returned)


def _with_messages(status: Status, facts: Situation) -> Status:
    """Add who waits for an answer in the exchanges. A message to answer makes it one’s turn when nothing else did."""
    turn, steps = status.turn, [status.next_step] if status.next_step else []
    if Side.CRD in facts.waits_for:  # the CRD wrote last: the MRC answers
        steps.append("Le CRD attend une réponse à son message.")
        turn = Side.MRC
    if Side.MRC in facts.waits_for:
        steps.append("Un message de la MRC attend une réponse du CRD.")
        turn = Side.CRD if turn == Side.NOBODY else turn
    if facts.waits_for and not {Side.CRD, Side.MRC} & facts.waits_for:
        raise ValueError(f"unknown side: {facts.waits_for}")
    return Status(status.words, " ".join(steps), turn, status.since, status.expected, status.is_late)
