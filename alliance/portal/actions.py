"""Verbs that touch several applications at once. Raises Refusal, NotAllowed, ValidationError (French)."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.dates import long_date, today
from alliance.lib.records import save_as, validate
from alliance.lib.workflow import NotAllowed, Refusal
from alliance.portal import directory
from alliance.portal.bilan import versions
from alliance.portal.bilan.build import build
from alliance.portal.bilan.document import Document
from alliance.portal.models import BilanVersion
from funding import actions as funding_actions
from funding.actions.books import lock_years
from funding.models import Contribution, Envelope
from initiatives import actions as initiative_actions
from initiatives.models import FiscalYear, Initiative
from territories import actions as territory_actions
from territories.models import Organization, OrganizationAlias, OrganizationPastSlug


@transaction.atomic
def merge_organizations(*, kept: Organization, absorbed: Organization, by: User) -> Organization:
    """Bring everything of `absorbed` to `kept`: partnerships, contributions, spellings, addresses.

    `absorbed` stays, inactive and leading to `kept`. What it brought in a closed fiscal year stays in its name: the books
    of a closed year do not change. Merging again is a no-op. Source: domain.md §10 (organizations).
    """
    if not by.has_perm("territories.change_organization"):
        raise NotAllowed("Votre rôle ne permet pas de fusionner des organisations.")
    _lock_for_merge(absorbed)
    rows = Organization.objects.select_for_update().order_by("pk").in_bulk([kept.pk, absorbed.pk])
    kept, absorbed = rows[kept.pk], rows[absorbed.pk]
    if absorbed.merged_into_id == kept.pk and kept.pk != absorbed.pk:
        return kept
    if reason := merge_problem(kept, absorbed):
        raise Refusal(reason)
    for initiative in initiatives_of(absorbed):
        initiative_actions.update(
            initiative=initiative, by=by, values={}, partners=_partners(initiative, kept, absorbed)
        )
    moving, _staying = contributions_of(absorbed)
    for contribution in moving:
        contribution.organization = kept
        funding_actions.record_contribution(contribution=contribution, by=by)
    _retire(kept, absorbed, by)
    return territory_actions.update_organization(organization=kept, by=by, values=_completed(kept, absorbed))


def merge_problem(kept: Organization, absorbed: Organization) -> str:
    """Return why the two cannot be merged, or an empty string."""
    if kept.pk == absorbed.pk:
        return "Choisissez une autre organisation : on ne fusionne pas une organisation avec elle-même."
    if kept.merged_into_id:
        return f"{kept} est déjà fusionnée avec une autre : choisissez celle qui reste."
    if absorbed.merged_into_id:
        return f"{absorbed} est déjà fusionnée avec une autre organisation."
    if not kept.is_active:
        return f"{kept} n’est plus active : choisissez une organisation active."
    if kept.is_demo != absorbed.is_demo:
        return "Une organisation de démonstration ne se fusionne pas avec une organisation réelle."
    if kept.neq and absorbed.neq and kept.neq != absorbed.neq:
        return "Ces deux organisations ont des NEQ différents : ce sont deux personnes morales."
    return ""


def initiatives_of(organization: Organization) -> list[Initiative]:
    """Return the initiatives in which the organization holds a role, in a stable order."""
    return list(Initiative.objects.filter(partnerships__organization=organization).distinct().order_by("pk"))


def contributions_of(organization: Organization) -> tuple[list[Contribution], list[Contribution]]:
    """Return what an organization brings: the contributions that may change, then those of closed fiscal years."""
    rows = Contribution.objects.filter(organization=organization).select_related("initiative", "fiscal_year")
    rows = rows.prefetch_related("initiative__fiscal_years").order_by("initiative_id", "pk")
    return [row for row in rows if not _is_closed(row)], [row for row in rows if _is_closed(row)]


def _is_closed(contribution: Contribution) -> bool:
    return any(year.closed_at for year in contribution.counting_years())


def _lock_for_merge(absorbed: Organization) -> None:
    """Lock fiscal years, then initiatives, as every verb of money does: none of these years closes meanwhile."""
    touched = Initiative.objects.filter(
        Q(partnerships__organization=absorbed) | Q(contributions__organization=absorbed)
    )
    ids = list(touched.values_list("pk", flat=True))
    own = Contribution.objects.filter(organization=absorbed).values_list("fiscal_year", flat=True)
    lock_years({*own, *touched.values_list("fiscal_years", flat=True)})
    list(Initiative.objects.select_for_update().filter(pk__in=ids).order_by("pk").values("pk"))


def _partners(
    initiative: Initiative, kept: Organization, absorbed: Organization
) -> Iterator[tuple[Organization, str, str]]:
    """Yield the partners with `kept` in place of `absorbed`, each role once, the words of both kept."""
    words: dict[tuple[int, str], tuple[Organization, str]] = {}
    for row in initiative.partnerships.select_related("organization"):
        organization = kept if row.organization_id == absorbed.pk else row.organization
        key = (organization.pk, row.role)
        before = words[key][1] if key in words else ""
        joined = " · ".join(dict.fromkeys(note for note in (before, row.note) if note))
        words[key] = (organization, joined[:300])
    for (_pk, role), (organization, note) in words.items():
        yield organization, role, note


def _completed(kept: Organization, absorbed: Organization) -> dict[str, object]:
    """Return what `kept` gains: every MRC served, and what it did not say itself."""
    served = {*kept.territories_served.all(), *absorbed.territories_served.all()}
    values: dict[str, object] = {"territories_served": served}
    for name in ("neq", "website", "seat_territory", "seat_municipality"):
        if not getattr(kept, name) and (value := getattr(absorbed, name)):
            values[name] = value
    return values


def _retire(kept: Organization, absorbed: Organization, by: User) -> None:
    """Move spellings and addresses to `kept`; leave `absorbed` inactive, leading to it."""
    for alias in OrganizationAlias.objects.filter(organization=absorbed):
        alias.organization = kept
        alias.save()
    for past in OrganizationPastSlug.objects.filter(organization=absorbed):
        past.organization = kept
        past.save()
    OrganizationPastSlug.objects.get_or_create(slug=absorbed.slug, defaults={"organization": kept})
    for earlier in Organization.objects.filter(merged_into=absorbed):
        earlier.merged_into = kept
        save_as(earlier, by)
    retired = Organization.objects.get(pk=absorbed.pk)
    retired.is_active, retired.merged_into = False, kept
    if not kept.neq:
        retired.neq = ""  # the number goes to the organization that stays: it is unique
    save_as(retired, by)


# Bilan ------------------------------------------------------------------------------------------------------


@transaction.atomic
def publish_bilan(*, year: FiscalYear, by: User, note: str = "", token: UUID | None = None) -> BilanVersion:
    """Freeze the bilan of `year` as the data stand now; it stays at its address for ever.

    The year is over or closed. Every envelope is locked: no movement falls between the initiatives and the lines that
    are read. Demonstration data is frozen by a demonstration account only, in a version that says so. The same `token`
    gives back the version it published; the same content as the last version is refused. Source: features.md §3, feature 1.
    """
    if not by.has_perm("portal.publish_bilan"):
        raise NotAllowed("Votre rôle ne permet pas de publier un bilan.")
    list(Envelope.objects.select_for_update().order_by("pk"))
    locked = FiscalYear.objects.select_for_update().get(pk=year.pk)
    last = locked.bilans.order_by("-number").first()
    if token and (done := locked.bilans.filter(content__token=str(token)).first()):
        return done
    if reason := bilan_problem(locked):
        raise Refusal(reason)
    now = directory.build(0)
    document = build(locked, now)
    if last and versions.same(document, last):
        raise Refusal(
            f"Rien n’a changé depuis la version {last.number}, publiée le {long_date(last.published_at)}\xa0: "
            "elle dit déjà ce que dirait une nouvelle version."
        )
    if reason := demo_problem(document, by):
        raise Refusal(reason)
    number = last.number + 1 if last else 1
    version = BilanVersion(
        fiscal_year=locked,
        number=number,
        published_at=timezone.now(),
        published_by=by,
        note=note,
        content={
            **versions.content(document, now, number=number, note=note),
            "token": str(token) if token else None,
        },
        is_demo=document.has_demo,
    )
    validate(version)
    version.save()
    return version


def demo_problem(document: Document, by: User) -> str:
    """Return why an account may not freeze these data, or an empty string: a version stays for ever."""
    if document.has_demo and not by.is_demo:
        return (
            f"Le bilan {document.year} contient des données de démonstration, et une version publiée ne s’efface pas\xa0: "
            "retirez d’abord la démonstration, puis publiez."
        )
    if by.is_demo and not document.has_demo:
        return "Un compte de démonstration ne publie que des données de démonstration."
    return ""


def bilan_problem(year: FiscalYear) -> str:
    """Return why the bilan of a year cannot be published yet, or an empty string."""
    if year.closed_at or year.ends_on < today():
        return ""
    return (
        f"L’exercice {year} se termine le {long_date(year.ends_on)}\xa0: son bilan se publie après cette date. "
        "D’ici là, la page du bilan en donne les chiffres provisoires."
    )
