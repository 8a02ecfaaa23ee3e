"""Writes the rows of a spreadsheet that a person confirmed: all of them, or none."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from alliance.accounts.models import User
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives.actions.answers import Details
from initiatives.actions.files import create_draft
from initiatives.choices import EntryMode, PartnerRole
from initiatives.models import Initiative
from territories.models import Organization


class SheetRow(NamedTuple):
    """A row: its number in the file, the token that makes it one draft, what it says, who carries it (None: unknown)."""

    number: int
    token: UUID
    values: Mapping[str, Any]
    answers: Mapping[str, Any]
    lead: Organization | None
    lead_name: str | None = None  # the name to be chosen, when no organization is


def record_sheet(*, by: User, rows: Sequence[SheetRow]) -> list[Initiative]:
    """Create a draft for each row that has none yet, in one transaction; return those created now.

    Raises Refusal naming the line that cannot be written, NotAllowed for a reader or for another's MRC.
    """
    try:
        return _record(by, rows)
    except (IntegrityError, Refusal):
        if len(_known(by, rows)) < len(rows):  # else the same file, confirmed twice at the same instant
            raise
        return []


@transaction.atomic
def _record(by: User, rows: Sequence[SheetRow]) -> list[Initiative]:
    _refuse_other_territories(by, rows)
    known = _known(by, rows)
    return [_create(by, row) for row in rows if row.token not in known]


def _known(by: User, rows: Sequence[SheetRow]) -> set[UUID | None]:
    made = Initiative.objects.filter(entry_token__in=[row.token for row in rows], created_by=by)
    return set(made.values_list("entry_token", flat=True))


def _refuse_other_territories(by: User, rows: Sequence[SheetRow]) -> None:
    """An agent writes for their own MRCs only, whatever the screens offered."""
    if by.is_staff:
        return
    mine = set(by.memberships.values_list("territory_id", flat=True))
    for row in rows:
        if any(place.pk not in mine for place in row.values.get("territories", ())):
            raise NotAllowed(f"Ligne {row.number}\xa0: une MRC n’est pas une des vôtres.")


def _create(by: User, row: SheetRow) -> Initiative:
    try:
        return create_draft(
            by=by,
            values=row.values,
            partners=[(row.lead, PartnerRole.LEAD, "")] if row.lead else (),
            details=Details(answers=row.answers, lead_name=row.lead_name),
            token=row.token,
            entry_mode=EntryMode.SHEET,
        )
    except ValidationError as error:
        raise Refusal(f"Ligne {row.number}\xa0: {error.messages[0]}") from None
