"""What people write about a file: the thread that the MRC and the CRD share, and the notes that the CRD keeps to itself.

Two tables, two verbs: a note can never become a message by a box left unticked. Both stay possible in every state, after
the deposit and the decision too (quality.md F13). Raises: Refusal, NotAllowed, ValidationError (the field `text`).
"""

from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.records import validate
from alliance.lib.templatetags.francais import nombre
from alliance.lib.text import clean_block
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import notices, rules, workflow
from initiatives.actions.files import lock
from initiatives.models import Exchange, Initiative, InternalNote

LONGEST = 5000
USED = "Ce formulaire a déjà servi\xa0: votre premier texte est enregistré. Relisez-le avant d’en envoyer un autre."
Row = TypeVar("Row", Exchange, InternalNote)


@transaction.atomic
def say(
    *, initiative: Initiative, by: User, text: str, asks_answer: bool = True, token: UUID | None = None
) -> Exchange:
    """Write a message in the shared thread; the other side is told. The same `token` (double click) is one message.

    `asks_answer`: the other side finds it in « À faire » until it writes back.
    """
    if workflow.refuse_to_write(by.role):
        raise NotAllowed("Votre rôle permet de lire les échanges, pas d’y écrire.")
    locked = lock(initiative, by)
    message = Exchange(initiative=locked, text=_checked(text), by=by, asks_answer=asks_answer, token=token)
    written, is_new = _once(message)
    if is_new:
        notices.exchanged(written)
    return written


@transaction.atomic
def note_internally(
    *, initiative: Initiative, by: User, text: str, token: UUID | None = None
) -> InternalNote:
    """Write a note that no page, file or message of an MRC ever shows. The same `token` is one note."""
    if not (by.is_staff and by.has_perm("initiatives.change_initiative")):
        raise NotAllowed("Les notes internes sont réservées au CRD.")
    locked = lock(initiative, by)
    written, _is_new = _once(InternalNote(initiative=locked, text=_checked(text), by=by, token=token))
    return written


def _checked(text: str) -> str:
    """Return the text cleaned; a database keeps whatever length it is given, so the length is refused here."""
    try:
        cleaned = clean_block(text)
    except ValidationError as problem:
        raise ValidationError({"text": problem.messages}) from None
    if not cleaned.strip():
        raise ValidationError({"text": "Écrivez votre message."})
    if len(cleaned) > LONGEST:
        raise ValidationError(
            {
                "text": f"Inscrivez au plus {nombre(LONGEST)} caractères (votre texte en compte {nombre(len(cleaned))})."
            }
        )
    return cleaned


def _once(row: Row) -> tuple[Row, bool]:
    """Save the row of a locked file, or return the one that this same form already wrote, and say which it was."""
    if reason := rules.refuse_demo_person(row.by.is_demo, row.initiative.is_demo):
        raise Refusal(reason)
    table = type(row)._default_manager
    if row.token and (existing := table.filter(token=row.token).first()):
        same = (existing.initiative_id, existing.by_id, existing.text)
        if same != (row.initiative_id, row.by_id, row.text):
            raise Refusal(USED)
        return existing, False
    row.at = timezone.now()
    validate(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the same token, at the same instant, for another file
        raise Refusal(USED) from None
    return row, True
