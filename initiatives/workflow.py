"""The life of an initiative: one table of moves (design.md §5), readable as it is.

Pure: receives states and roles, returns the moves or a French reason. `initiatives/actions/` applies them.
"""

from collections.abc import Iterable
from typing import Any

from alliance.accounts.roles import Role
from alliance.lib.workflow import NotAllowed, Refusal, Transition
from initiatives.choices import State

DEPOSITORS = frozenset({Role.AGENT, Role.COORDINATION, Role.ADMINISTRATION})
_DECIDERS = frozenset({Role.COORDINATION, Role.ADMINISTRATION})


def _move(
    name: str, label: str, sources: Iterable[str], target: str, roles: frozenset[str], **options: Any
) -> Transition:
    return Transition(name, label, frozenset(sources), target, roles, **options)


TRANSITIONS: dict[str, Transition] = {
    move.name: move
    for move in (
        _move(
            "submit",
            "Déposer l’initiative",
            (State.DRAFT, State.CHANGES_REQUESTED),
            State.SUBMITTED,
            DEPOSITORS,
            consequence="Le CRD reçoit le dossier; le contenu ne peut plus être modifié pendant l’analyse.",
            tone="primary",
        ),
        _move(
            "start_review",
            "Commencer l’analyse",
            (State.SUBMITTED,),
            State.UNDER_REVIEW,
            _DECIDERS,
            consequence="Le dossier passe en analyse; l’agente ou l’agent le voit.",
            tone="primary",
        ),
        _move(
            "request_changes",
            "Retourner pour compléter",
            (State.SUBMITTED, State.UNDER_REVIEW),
            State.CHANGES_REQUESTED,
            _DECIDERS,
            consequence="Le dossier retourne à la MRC avec votre note, qui y sera lue telle quelle.",
            needs_note=True,
        ),
        _move(
            "approve",
            "Retenir l’initiative",
            (State.UNDER_REVIEW,),
            State.APPROVED,
            _DECIDERS,
            consequence="L’initiative est retenue; un montant peut lui être accordé et elle peut être publiée.",
            tone="primary",
        ),
        _move(
            "decline",
            "Refuser l’initiative",
            (State.UNDER_REVIEW,),
            State.DECLINED,
            _DECIDERS,
            consequence="Le dossier est fermé; la MRC lit la raison du refus.",
            needs_note=True,
            tone="danger",
        ),
        _move(
            "start",
            "Commencer la réalisation",
            (State.APPROVED,),
            State.IN_PROGRESS,
            _DECIDERS,
            consequence="L’initiative est affichée « En cours », jusqu’à son dernier jour.",
            tone="primary",
        ),
        _move(
            "complete",
            "Terminer l’initiative",
            (State.IN_PROGRESS,),
            State.COMPLETED,
            _DECIDERS,
            consequence="L’initiative est affichée « Réalisée ».",
        ),
        _move(
            "withdraw",
            "Retirer le dossier",
            (State.DRAFT, State.SUBMITTED, State.CHANGES_REQUESTED, State.UNDER_REVIEW),
            State.WITHDRAWN,
            DEPOSITORS,
            consequence="Le dossier est fermé sans décision.",
            tone="danger",
        ),
        _move(
            "cancel",
            "Abandonner l’initiative",
            (State.APPROVED, State.IN_PROGRESS),
            State.CANCELLED,
            _DECIDERS,
            consequence="L’initiative s’arrête; l’argent engagé retourne à sa ligne et la fiche quitte le site.",
            needs_note=True,
            tone="danger",
        ),
    )
}


def refuse_to_write(role: str) -> str:
    """Return why `role` may not enter or change an initiative, or an empty string."""
    return "" if role in DEPOSITORS else "Votre rôle ne permet pas de modifier une initiative."


def available(state: str, role: str) -> list[Transition]:
    """Return the moves that a person of `role` may ask from `state`, in the table's order."""
    return [move for move in TRANSITIONS.values() if state in move.sources and role in move.roles]


def check(name: str, *, state: str, role: str, note: str = "") -> Transition:
    """Return the move `name` if it may be done now.

    Raises NotAllowed when the role does not hold it, Refusal when the state or the missing note forbids it.
    """
    move = TRANSITIONS[name]
    if role not in move.roles:
        raise NotAllowed(f"Votre rôle ne permet pas de faire ceci : {move.label.lower()}.")
    if state not in move.sources:
        raise Refusal(
            f"Ce dossier est « {State(state).label} » : il n’est plus possible de faire ceci : {move.label.lower()}."
        )
    if move.needs_note and not note.strip():
        raise Refusal("Inscrivez une note : elle explique la décision aux personnes qui liront le dossier.")
    return move


# A record taken from a published text was decided long before the portal: it enters at the state that the text
# says. It is not a move between two states of a file, hence not a row of TRANSITIONS and never a button.
RECORD = "record"
RECORD_LABEL = "Inscrite d’après un texte publié"


def label_of(name: str) -> str:
    """Return what a line of the log says: the label of its move, or that the file was recorded from a text."""
    return RECORD_LABEL if name == RECORD else TRANSITIONS[name].label


def check_record(*, state: str, role: str, source: str) -> None:
    """Refuse a record whose state is not one the public may read, or that names no text.

    Raises NotAllowed when the role does not decide, Refusal otherwise.
    """
    if role not in _DECIDERS:
        raise NotAllowed("Votre rôle ne permet pas d’inscrire une initiative d’après un texte publié.")
    if state not in State.publishable:
        words = ", ".join(State(name).label for name in State.publishable)
        raise Refusal(f"Une initiative tirée d’un texte publié est dans l’un de ces états : {words}.")
    if not source.strip():
        raise Refusal("Inscrivez le texte publié d’où vient l’initiative.")
