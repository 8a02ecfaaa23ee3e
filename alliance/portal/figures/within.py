"""The municipalities that stand in an MRC today, its initiatives that name none of them, and what stands anywhere."""

from alliance.lib.dates import today
from alliance.portal import labels as names
from alliance.portal.bitmaps import union
from alliance.portal.directory import Directory
from alliance.portal.labels import Label
from initiatives.choices import PublicState

UNORGANIZED = "Territoire non organisé"


def municipalities_within(directory: Directory, territory: Label) -> list[Label]:
    """Return the municipalities and unorganized territories that stand in an MRC today, by name."""
    return [
        label
        for label in directory.labels.all(names.MUNICIPALITY)
        if label.parent == territory.pk and not label.merged and not label.ended(today())
    ]


def residents(municipality: Label) -> int | None:
    """Return how many people live in a municipality; nobody may live in an unorganized territory, else 0 is unknown."""
    return municipality.population or (0 if municipality.designation == UNORGANIZED else None)


def standing(directory: Directory) -> int:
    """Return the set of the planned and ongoing initiatives; those to be confirmed are not among them."""
    states = directory.masks.get("etat", {})
    return union(states.get(state, 0) for state in PublicState.now)


def unplaced(directory: Directory, territory: Label) -> int:
    """Return the initiatives of an MRC, the whole region's left out, that name no municipality of it."""
    labels = directory.labels
    here = directory.masks.get(names.TERRITORY, {}).get(territory.slug, 0) & ~directory.regional
    held = directory.masks.get(names.MUNICIPALITY, {})
    inside = [one for one in labels.all(names.MUNICIPALITY) if one.parent == territory.pk]
    return here & ~union(held.get(labels.present(one).slug, 0) for one in inside)
