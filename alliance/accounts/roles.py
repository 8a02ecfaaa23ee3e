"""Who may do what: one table, read by the pages, the admin, the imports and the workflow.

A right is Django's « app.verb_model ». `*` stands for any verb or any model. Sources: domain.md §10 (roles) and §2.1.
Agents and committee members work in « Mon espace » only; the others reach the admin with the rights below.
"""

from fnmatch import fnmatchcase

from django.db import models


class Role(models.TextChoices):
    AGENT = "agent", "Agente ou agent de MRC"
    COMMITTEE = "committee", "Comité local"
    COORDINATION = "coordination", "Coordination du CRD"
    ACCOUNTING = "accounting", "Comptabilité du CRD"
    READER = "reader", "Lecture (ministère)"
    ADMINISTRATION = "administration", "Administration"


STAFF_ROLES = frozenset({Role.COORDINATION, Role.ACCOUNTING, Role.READER, Role.ADMINISTRATION})
TERRITORY_ROLES = frozenset({Role.AGENT, Role.COMMITTEE})  # see only the files of their own MRC
# They decide, pay or open doors: a password alone is not enough where SECOND_FACTOR is on.
SECOND_FACTOR_ROLES = frozenset({Role.COORDINATION, Role.ACCOUNTING, Role.ADMINISTRATION})

# What is not a file's own words: copies of deposits, private answers, messages and notes stay with the coordination.
_READ_INITIATIVES = (
    "initiatives.view_actionplan",
    "initiatives.view_document",
    "initiatives.view_fiscalyear",
    "initiatives.view_initiative",
    "initiatives.view_partnership",
    "initiatives.view_period",
    "initiatives.view_plannode",
    "initiatives.view_report",
    "initiatives.view_targetgroup",
    "initiatives.view_theme",
    "initiatives.view_transitionlog",
)
_READ = ("territories.view_*", *_READ_INITIATIVES, "funding.view_*", "portal.view_bilanversion")
_EXPORT = ("territories.export_*", "initiatives.export_*", "funding.export_*")

RIGHTS: dict[str, tuple[str, ...]] = {
    Role.AGENT: (),
    Role.COMMITTEE: (),
    Role.COORDINATION: (
        *_READ,
        "initiatives.view_*",
        *_EXPORT,
        "territories.add_*",
        "territories.change_*",
        "territories.import_*",
        # Who serves which MRC: the coordination knows the agents. It opens the drafts of that MRC to them, and closes.
        "territories.add_membership",
        "territories.change_membership",
        "territories.delete_membership",
        "initiatives.add_*",
        "initiatives.change_*",
        "initiatives.import_*",
        "initiatives.move_initiative",
        "initiatives.publish_initiative",
        "funding.add_*",
        "funding.change_*",
        "funding.import_*",
        "funding.move_money",
        "portal.publish_bilan",
        # What surrounds the public pages: Zooms, words of the search, errors that people tell.
        "portal.*_zoom*",
        "portal.*_equivalentwords",
        "portal.view_missedword",
        "portal.view_tolderror",
        "portal.change_tolderror",
        "accounts.view_user",
        # The messages of the portal: what failed, and where the team receives its own.
        "accounts.view_outgoingmail",
        "accounts.change_outgoingmail",
        "accounts.*_teamaddress",
    ),
    Role.ACCOUNTING: (
        *_READ,
        *_EXPORT,
        "funding.add_contribution",
        "funding.change_contribution",
        "funding.import_contribution",
        "funding.move_money",
    ),
    Role.READER: (*_READ, *_EXPORT),
    Role.ADMINISTRATION: ("*",),
}


def allows(role: str, right: str) -> bool:
    """Say whether `role` holds `right` (« app.verb_model »)."""
    return any(fnmatchcase(right, pattern) for pattern in RIGHTS.get(role, ()))


def may_give(giver: str, role: str) -> bool:
    """Say whether a person whose role is `giver` may give, change or take away accounts with `role`.

    Only the administration makes staff: whoever else held rights on accounts could otherwise raise themselves.
    """
    return giver == Role.ADMINISTRATION or (role in TERRITORY_ROLES and giver in STAFF_ROLES)


def allows_app(role: str, app_label: str) -> bool:
    """Say whether `role` holds any right in the app `app_label` (used by the admin's menu)."""
    return any(pattern == "*" or pattern.startswith(f"{app_label}.") for pattern in RIGHTS.get(role, ()))
