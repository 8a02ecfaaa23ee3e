"""What the CRD asks to correct, field by field, and what an agent may then change (features.md row 50)."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.records import validate
from alliance.lib.workflow import Refusal
from initiatives.content import open_fields
from initiatives.models import Correction, Initiative
from initiatives.sections import QUESTIONS


class CorrectionRow(NamedTuple):
    """`field`: the code of a question of the form; `reason`: a CorrectionReason; `note`: what to do, in words."""

    field: str
    reason: str
    note: str = ""


def refuse_outside(initiative: Initiative, by: User, names: Iterable[str]) -> None:
    """Raise Refusal when an agent writes a question that nobody asked to correct."""
    asked = None if by.is_staff else open_fields(initiative)
    if asked is not None and (closed := set(names) - asked):
        words = ", ".join(sorted(QUESTIONS[name].label for name in closed if name in QUESTIONS))
        raise Refusal(f"Seuls les champs à corriger sont ouverts. Ceux-ci sont fermés\xa0: {words}.")


def ask(initiative: Initiative, by: User, rows: Iterable[CorrectionRow]) -> None:
    """Write the corrections asked of a locked file that goes back to its MRC (a part of `request_changes`)."""
    for row in rows:
        if row.field not in QUESTIONS:
            raise Refusal("Choisissez un champ du formulaire.")
        correction = Correction(initiative=initiative, **row._asdict(), asked_at=timezone.now(), asked_by=by)
        validate(correction)
        correction.save()


def settle(initiative: Initiative, by: User) -> None:
    """Mark every correction still open as answered: the file is deposited again (a part of `submit`)."""
    for correction in initiative.corrections.filter(answered_at=None):
        correction.answered_at, correction.answered_by = timezone.now(), by
        correction.save()
