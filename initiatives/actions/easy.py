"""The short version of an initiative, easy to read: written, then removed, by who enters its file.

Public with the initiative: what is written of a published one shows at once. Open in every state, as exchanges are: it
changes nothing of what was decided. Raises NotAllowed, Stale, ValidationError (by field).
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from alliance.accounts.models import User
from alliance.lib.records import save_as, sign
from alliance.lib.workflow import NotAllowed, Stale
from initiatives import workflow
from initiatives.actions.files import lock
from initiatives.models import EasyText, Initiative

FIELDS = ("what", "who", "where", "how", "cost", "cost_note", "phone")


def mark_of(easy: EasyText | None) -> str:
    """Return a mark of what a version says; "" when there is none. It tells whether somebody wrote meanwhile."""
    if easy is None:
        return ""
    said = "\x1f".join(str(getattr(easy, name)) for name in FIELDS)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@transaction.atomic
def write(
    *, initiative: Initiative, by: User, values: Mapping[str, Any], expected: str | None = None
) -> EasyText:
    """Write the version, whole or in part: what `values` does not name stays.

    `expected` is the mark of the version that the person read. Writing the same again changes nothing.
    """
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"not content of an easy version: {sorted(unknown)}")
    stored = _open(initiative, by)
    easy = stored or EasyText(initiative=initiative)
    for name, value in values.items():
        setattr(easy, name, value)
    if stored and mark_of(EasyText.objects.get(pk=stored.pk)) == mark_of(easy):
        return easy
    if expected is not None and expected != mark_of(_stored(initiative)):
        raise Stale(_CHANGED)
    _refuse_long(easy)
    save_as(easy, by)
    return easy


@transaction.atomic
def remove(*, initiative: Initiative, by: User, expected: str | None = None) -> bool:
    """Remove the version, which its history keeps; return whether there was one."""
    easy = _open(initiative, by)
    if easy is None:
        return False
    if expected is not None and expected != mark_of(easy):
        raise Stale(_CHANGED)
    sign(easy, by)
    easy.delete()
    return True


_CHANGED = "Une autre personne a modifié cette version pendant votre travail. Comparez avant d’enregistrer."


def _refuse_long(easy: EasyText) -> None:
    """Refuse what is longer than its field: neither Django nor SQLite holds a text to its length."""
    limits = {name: getattr(EasyText._meta.get_field(name), "max_length", None) for name in FIELDS}
    long = {name: most for name, most in limits.items() if most and len(getattr(easy, name)) > most}
    if long:
        raise ValidationError({name: f"Inscrivez au plus {most} caractères." for name, most in long.items()})


def _stored(initiative: Initiative) -> EasyText | None:
    return EasyText.objects.filter(initiative=initiative).first()


def _open(initiative: Initiative, by: User) -> EasyText | None:
    """Lock the file for `by` and return its version: two people who write it take turns."""
    if refusal := workflow.refuse_to_write(by.role):
        raise NotAllowed(refusal)
    lock(initiative, by)
    return _stored(initiative)
