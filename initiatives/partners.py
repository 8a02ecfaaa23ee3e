"""Who takes part in an initiative, as rows (organization, role, contribution in words), and who may hold which role."""

from initiatives.choices import PartnerRole
from territories.choices import NEVER_LEADS, OrganizationKind

MOST_PARTNERS = 60
OFFERED = (PartnerRole.LEAD, PartnerRole.FIDUCIARY, PartnerRole.PARTNER, PartnerRole.FUNDER)


def rows_of(initiative):
    """Return the partners of the initiative as rows."""
    partnerships = initiative.partnerships.select_related("organization")
    return [(row.organization, row.role, row.note) for row in partnerships]


def cannot_receive_money(organization):
    """Say whether the organization is known, or by its kind presumed, to have no legal personality (domain.md §10)."""
    if organization.has_legal_personality is None:
        return organization.kind == OrganizationKind.COMMITTEE
    return not organization.has_legal_personality


def refuse_role(organization, role):
    """Return why the organization cannot hold the role, or an empty string."""
    if role == PartnerRole.LEAD and organization.kind in NEVER_LEADS:
        return f"{organization} réunit des partenaires : cette concertation ne porte pas d’initiative."
    if role == PartnerRole.FIDUCIARY and cannot_receive_money(organization):
        return (
            f"{organization} n’a pas de personnalité juridique et ne reçoit pas d’argent : "
            "choisissez une autre organisation comme fiduciaire."
        )
    return ""


def needs_fiduciary(rows):
    """Say whether the lead cannot receive money and nobody holds it for them."""
    leads = [organization for organization, role, _ in rows if role == PartnerRole.LEAD]
    held = any(role == PartnerRole.FIDUCIARY for _, role, _ in rows)
    return bool(leads) and cannot_receive_money(leads[0]) and not held
