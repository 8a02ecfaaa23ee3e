"""What an initiative says, its moves and its publication.

Each verb names its author (`by`), works in one transaction and leaves a trace (history, transition log).
Raises: Refusal (French reasons), NotAllowed (no right), Stale (changed meanwhile), ValidationError (a field).
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.records import quiet_history, save_as, sign
from alliance.lib.workflow import NotAllowed, Refusal, Stale
from initiatives import rules, workflow
from initiatives.actions import answers, corrections
from initiatives.actions.answers import Details
from initiatives.choices import EntryMode, PartnerRole, Publication, State
from initiatives.content import LINKS, SCALARS, facts_of, fiscal_years_of
from initiatives.indexing import refresh_index, reindex
from initiatives.models import Initiative, Partnership, Theme
from initiatives.naming import settle_slug
from initiatives.partners import MOST_PARTNERS, refuse_role
from territories.models import Organization

PartnerRow = tuple[Any, str, str]  # organization, role, contribution in words

# Who leans on the MRCs and fiscal years of an initiative (its money) says here why new ones are refused, or "".
after_new_links: list[Callable[[Initiative], str]] = []
_LEANED_ON = {"territories", "fiscal_years", "starts_on", "ends_on", "scope"}


@transaction.atomic
def create_draft(
    *,
    by: User,
    values: Mapping[str, Any],
    partners: Iterable[PartnerRow] = (),
    token: UUID | None = None,
    is_demo: bool = False,
    entry_mode: str = EntryMode.DIRECT,
    details: Details | None = None,
) -> Initiative:
    """Create a draft from whatever is known; the same `token` (double click) gives back the same draft.

    What a demonstration account enters is demonstration, so that removing the demonstration removes it too.
    """
    _may_write(by)
    if token and (existing := Initiative.objects.filter(entry_token=token, created_by=by).first()):
        return existing
    demo = is_demo or by.is_demo
    initiative = Initiative(created_by=by, entry_token=token, is_demo=demo, version=0)
    initiative.entry_mode = entry_mode
    initiative.slug = f"brouillon-{timezone.now():%Y%m%d%H%M%S%f}"
    _write(initiative, by, values, partners, details)
    return initiative


@transaction.atomic
def update(
    *,
    initiative: Initiative,
    by: User,
    values: Mapping[str, Any],
    partners: Iterable[PartnerRow] | None = None,
    details: Details | None = None,
    expected_version: int | None = None,
    entry_mode: str | None = None,
) -> Initiative:
    """Change the content named in `values` (and the partners, the details when given); what is not named stays.

    `entry_mode` says through which door the file now goes on: a short entry that somebody completes in the form.
    """
    locked = _open(initiative, by, expected_version)
    locked.entry_mode = entry_mode or locked.entry_mode
    named = (
        set(values)
        | (details.names if details else set())
        | ({"partners"} if partners is not None else set())
    )
    corrections.refuse_outside(locked, by, named)
    _write(locked, by, values, partners, details)
    return locked


@transaction.atomic
def add_partner(
    *, initiative: Initiative, by: User, organization: Organization, role: str, note: str = ""
) -> Organization | None:
    """Add one partner and leave the others alone, whatever a colleague adds at the same time.

    Returns the organization that it replaces in a role held once, else None. Adding it again changes nothing.
    """
    locked = _open(initiative, by)
    corrections.refuse_outside(locked, by, {"partners"})
    if reason := refuse_role(organization, role):
        raise Refusal(reason)
    present = list(locked.partnerships.select_related("organization"))
    if any((row.organization_id, row.role) == (organization.pk, role) for row in present):
        return None
    held = next((row for row in present if row.role == role and role in PartnerRole.once), None)
    if held is None and len(present) >= MOST_PARTNERS:
        raise Refusal(f"Un dossier compte au plus {MOST_PARTNERS} partenaires.")
    if held:
        sign(held, by)
        held.delete()
    save_as(Partnership(initiative=locked, organization=organization, role=role, note=note), by)
    if role == PartnerRole.LEAD:
        answers.forget_lead_name(locked, by)
    _write(locked, by, {}, None)
    return held.organization if held else None


@transaction.atomic
def reindex_linked(*, organizations: Iterable[Organization] = (), themes: Iterable[Theme] = ()) -> int:
    """Rebuild the search words of the initiatives linked to these rows, whose names changed; return how many changed.

    Neither the version nor the history moves: nobody edited these initiatives.
    """
    linked = Initiative.objects.filter(
        Q(partnerships__organization__in=organizations) | Q(themes__in=themes)
    ).values("pk")
    return refresh_index(Initiative.objects.filter(pk__in=linked).order_by("pk").select_for_update())


# Private parts --------------------------------------------------------------------------------------------


def lock(initiative: Initiative, by: User, expected_version: int | None = None) -> Initiative:
    """Lock the row for `by`, whom the screens already let see it: an import or a command is held to it too.

    Raises Stale when the row is no longer the `expected_version` that the person read.
    """
    locked = Initiative.objects.select_for_update().get(pk=initiative.pk)
    if not Initiative.objects.visible_to(by).filter(pk=locked.pk).exists():
        raise NotAllowed("Ce dossier appartient à une autre MRC.")
    if expected_version not in (None, locked.version):
        raise Stale(
            "Une autre personne a modifié ce dossier pendant votre travail. Relisez-le avant de continuer."
        )
    return locked


def _open(initiative: Initiative, by: User, expected_version: int | None = None) -> Initiative:
    """Lock the row to change its content: an agent only while the file is in their hands."""
    _may_write(by)
    locked = lock(initiative, by, expected_version)
    if not by.is_staff and (reason := rules.refuse_edit_by_agent(locked.state)):
        raise Refusal(reason)
    return locked


def _may_write(by: User) -> None:
    if refusal := workflow.refuse_to_write(by.role):
        raise NotAllowed(refusal)


def _write(
    initiative: Initiative,
    by: User,
    values: Mapping[str, Any],
    partners: Iterable[PartnerRow] | None,
    details: Details | None = None,
) -> None:
    """Write the content named in `values`, its links and partners, then what derives from them.

    The history gets one row, at the end, with the links as they stand then (and one for the creation).
    """
    unknown = set(values) - set(SCALARS) - set(LINKS)
    if unknown:
        raise TypeError(f"not content of an initiative: {sorted(unknown)}")
    for name in set(values) & set(SCALARS):
        setattr(initiative, name, values[name])
    with nullcontext() if initiative.pk is None else quiet_history(initiative):
        save(initiative, by)
    with quiet_history(initiative):
        _link(initiative, values)
        if _LEANED_ON & set(values) and initiative.state not in State.never_submitted:
            _refuse_new_links(initiative)
        if partners is not None:
            _set_partners(initiative, by, partners)
        if details is not None:
            answers.write(initiative, by, details)
        _settle_public(initiative)
    reindex(initiative)
    initiative.save()


def _link(initiative: Initiative, values: Mapping[str, Any]) -> None:
    for name in set(values) & set(LINKS):
        getattr(initiative, name).set(values[name])
    if {"starts_on", "ends_on"} & set(values) and "fiscal_years" not in values:
        years = fiscal_years_of(initiative)
        if years is not None:  # a record may be known by its fiscal year alone
            initiative.fiscal_years.set(years)


def _refuse_new_links(initiative: Initiative) -> None:
    if refusals := [sentence for refuse in after_new_links if (sentence := refuse(initiative))]:
        raise Refusal(refusals)


def _settle_public(initiative: Initiative) -> None:
    """A published page stays complete, and follows its title to a new address."""
    if initiative.publication != Publication.PUBLISHED:
        return
    if missing := rules.missing_to_publish(facts_of(initiative)):
        raise ValidationError([item.sentence for item in missing])
    settle_slug(initiative)


def save(initiative: Initiative, by: User) -> None:
    initiative.version += 1
    save_as(initiative, by)


def _set_partners(initiative: Initiative, by: User, partners: Iterable[PartnerRow]) -> None:
    kept: list[Partnership] = []
    held = set(initiative.partnerships.values_list("organization", "role"))
    for organization, role, note in partners:
        row = initiative.partnerships.filter(organization=organization, role=role).first()
        row = row or Partnership(initiative=initiative, organization=organization, role=role)
        row.note = note
        kept.append(row)
    for old in initiative.partnerships.exclude(pk__in=[row.pk for row in kept if row.pk]):
        sign(old, by)
        old.delete()
    for row in kept:
        save_as(row, by)
    if any(row.role == PartnerRole.LEAD and (row.organization_id, row.role) not in held for row in kept):
        answers.forget_lead_name(initiative, by)
