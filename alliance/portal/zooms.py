"""The only writer of Zooms: selections of initiatives told together, with their headings, order and publication.

A Zoom's address is settled when it is created and never changes: people keep it and send it. What a Zoom shows is
decided when it is read: an initiative that leaves the site leaves the page and its totals at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.records import save_as, sign
from alliance.lib.text import slug_fr
from alliance.lib.workflow import NotAllowed, Refusal
from alliance.portal.models import Zoom, ZoomItem, ZoomSection
from funding.models import PublishedFigure
from initiatives.choices import Publication
from initiatives.models import Initiative

_STEP = 10  # between two ranks: something can be slipped in later without renumbering
_LAST_RANK = 32_000  # what the column holds on both engines, rounded
NOT_PUBLISHED = "Cette initiative n’est pas publiée\xa0: publiez-la avant de l’ajouter à un Zoom."
OF_DEMO = "Une initiative de démonstration ne va que dans un Zoom de démonstration."
NOTHING_TO_SHOW = "Ajoutez au moins une initiative publiée\xa0: la page du Zoom serait vide."


@dataclass(frozen=True)
class Added:
    """What became of the initiatives chosen for a Zoom, by their number of rows."""

    added: int
    already: int
    unpublished: int
    demo: int = 0


# The Zoom itself ------------------------------------------------------------------------------------------------


@transaction.atomic
def create(
    *,
    by: User,
    values: Mapping[str, Any],
    figures: Iterable[PublishedFigure] = (),
    slug: str = "",
    is_demo: bool = False,
) -> Zoom:
    """Create a draft Zoom. `slug`, or the title, makes its address, free and never one of our own words.

    Raises NotAllowed, ValidationError. A demonstration account makes a demonstration Zoom.
    """
    _require(by, "portal.change_zoom", "Votre rôle ne permet pas de préparer un Zoom.")
    zoom = Zoom(**values, is_demo=is_demo or by.is_demo)
    zoom.slug = _free_slug(slug_fr(slug or zoom.title, fallback="zoom"))
    save_as(zoom, by)
    _set_figures(zoom, figures, by)
    return zoom


@transaction.atomic
def update(
    *, zoom: Zoom, by: User, values: Mapping[str, Any], figures: Iterable[PublishedFigure] | None = None
) -> Zoom:
    """Write what a Zoom says (`values` by field); `figures` None leaves the announced figures as they are."""
    locked = _locked(zoom, by)
    for name, value in values.items():
        setattr(locked, name, value)
    save_as(locked, by)
    if figures is not None:
        _set_figures(locked, figures, by)
    return locked


@transaction.atomic
def publish(*, zoom: Zoom, by: User) -> Zoom:
    """Put the page on the site; again is a no-op. Raises Refusal when no published initiative would show."""
    _require(by, "portal.publish_zoom", "Votre rôle ne permet pas de publier un Zoom.")
    locked = _locked(zoom, by)
    if locked.publication == Publication.PUBLISHED:
        return locked
    if not shown_items(locked):
        raise Refusal(NOTHING_TO_SHOW)
    locked.publication = Publication.PUBLISHED
    locked.published_at = locked.published_at or timezone.now()
    save_as(locked, by)
    return locked


@transaction.atomic
def withdraw(*, zoom: Zoom, by: User) -> Zoom:
    """Take the page off the site; everything it holds stays, and it may be published again. Again is a no-op."""
    _require(by, "portal.publish_zoom", "Votre rôle ne permet pas de retirer un Zoom du site.")
    locked = _locked(zoom, by)
    if locked.publication != Publication.PUBLISHED:
        return locked
    locked.publication = Publication.WITHDRAWN
    save_as(locked, by)
    return locked


def shown_items(zoom: Zoom) -> int:
    """Return how many initiatives of the Zoom its public page shows."""
    return zoom.items.filter(initiative__publication=Publication.PUBLISHED).count()


# Headings and items ---------------------------------------------------------------------------------------------


@transaction.atomic
def save_section(*, section: ZoomSection, by: User) -> ZoomSection:
    """Write a heading of a Zoom (new or changed); without a rank, a new one comes last."""
    locked = _locked(section.zoom, by)
    if section.pk is None and not section.order:
        section.order = _next(locked.sections)
    save_as(section, by)
    return section


@transaction.atomic
def save_item(*, item: ZoomItem, by: User) -> ZoomItem:
    """Write an initiative of a Zoom (new or changed). Raises Refusal when it cannot be in it, or under this heading."""
    locked = _locked(item.zoom, by)
    if item.section_id and item.section.zoom_id != locked.pk:
        raise Refusal(f"La partie «\xa0{item.section}\xa0» appartient à un autre Zoom.")
    held = item.pk is not None and locked.items.filter(pk=item.pk, initiative=item.initiative_id).exists()
    if not held and (reason := unfit(locked, item.initiative)):
        raise Refusal(reason)
    if item.pk is None and not item.order:
        item.order = _next(locked.items)
    save_as(item, by)
    return item


@transaction.atomic
def add_items(
    *, zoom: Zoom, by: User, initiatives: Iterable[Initiative], section: ZoomSection | None = None
) -> Added:
    """Add initiatives at the end of a Zoom, in the order given; those already there stay where they are.

    An initiative that is not published, or of demonstration in a real Zoom, is left aside and counted.
    """
    locked = _locked(zoom, by)
    if section is not None and section.zoom_id != locked.pk:
        raise Refusal(f"La partie «\xa0{section}\xa0» appartient à un autre Zoom.")
    held = set(locked.items.values_list("initiative", flat=True))
    rank, counts = _next(locked.items), {"added": 0, "already": 0, "unpublished": 0, "demo": 0}
    for initiative in initiatives:
        fate = _fate(locked, initiative, held)
        counts[fate] += 1
        if fate == "added":
            save_as(ZoomItem(zoom=locked, section=section, initiative=initiative, order=rank), by)
            held.add(initiative.pk)
            rank = min(rank + _STEP, _LAST_RANK)
    return Added(**counts)


@transaction.atomic
def remove(*, row: ZoomSection | ZoomItem, by: User) -> None:
    """Take a heading or an initiative out of a Zoom; initiatives of a heading taken out stay, without heading."""
    _locked(row.zoom, by)
    sign(row, by)
    row.delete()


def _fate(zoom: Zoom, initiative: Initiative, held: set[int]) -> str:
    if initiative.pk in held:
        return "already"
    if initiative.publication != Publication.PUBLISHED:
        return "unpublished"
    return "demo" if initiative.is_demo and not zoom.is_demo else "added"


def unfit(zoom: Zoom, initiative: Initiative) -> str:
    """Return why an initiative cannot enter a Zoom, or an empty string."""
    reasons = {"unpublished": NOT_PUBLISHED, "demo": OF_DEMO}
    return reasons.get(_fate(zoom, initiative, set()), "")


# --------------------------------------------------------------------------------------------------------------------


def _require(by: User, right: str, sentence: str) -> None:
    if not by.has_perm(right):
        raise NotAllowed(sentence)


def _locked(zoom: Zoom, by: User) -> Zoom:
    """Return the Zoom as it stands, locked: two people who change it take turns."""
    _require(by, "portal.change_zoom", "Votre rôle ne permet pas de modifier un Zoom.")
    locked = Zoom.objects.select_for_update(no_key=True).get(pk=zoom.pk)
    if by.is_demo and not locked.is_demo:
        raise NotAllowed("Un compte de démonstration ne modifie que des Zooms de démonstration.")
    return locked


def _set_figures(zoom: Zoom, figures: Iterable[PublishedFigure], by: User) -> None:
    chosen = list(figures)
    if {figure.pk for figure in chosen} != set(zoom.figures.values_list("pk", flat=True)):
        sign(zoom, by)
        zoom.figures.set(chosen)


def _next(rows: Any) -> int:
    last = rows.aggregate(last=Max("order"))["last"]
    return _STEP if last is None else min(last + _STEP, _LAST_RANK)


def _free_slug(base: str) -> str:
    slug, suffix = base, 2
    while Zoom.objects.filter(slug=slug).exists():
        slug, suffix = f"{base[:75]}-{suffix}", suffix + 1
    return slug
