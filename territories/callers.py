"""Whom to call about an organization: itself when its telephone may be seen, else the agents of its MRC."""

from collections.abc import Iterable

from alliance.accounts.models import User
from alliance.accounts.roles import Role
from territories.models import Membership, Organization


def whom_to_call(organizations: Iterable[Organization], *, by: User) -> dict[int, list[str]]:
    """Return lines of text by id of organization, for a person of « Mon espace ».

    An organization's own telephone and address are told to everybody when it agreed, and to the staff. Asks one
    question to the database.
    """
    rows = list(organizations)
    agents = _agents(rows)
    return {row.pk: [*_own(row, by), *agents.get(row.seat_territory_id, [])] for row in rows}


def _own(row: Organization, by: User) -> list[str]:
    told = [row.contact_phone, row.contact_email] if row.contact_is_public or by.is_staff else []
    return [", ".join(filter(None, told))] if any(told) else []


def _agents(rows: Iterable[Organization]) -> dict[int | None, list[str]]:
    seats = {row.seat_territory_id for row in rows} - {None}
    ties = Membership.objects.filter(territory__in=seats, user__is_active=True, user__role=Role.AGENT)
    found: dict[int | None, list[str]] = {}
    for tie in ties.select_related("user", "territory").order_by("user__full_name"):
        line = f"{tie.user}, MRC {tie.territory.genitive}, {tie.user.email}"
        found.setdefault(tie.territory_id, []).append(line)
    return found
