"""Neighbours that could extend a service: the nearest municipalities where an initiative of a theme is under way."""

from collections.abc import Mapping
from dataclasses import dataclass

from alliance.lib.phones import dialled
from alliance.lib.templatetags.francais import nombre
from alliance.portal.figures.deserts import Gap, Gaps
from alliance.portal.gazetteer import Body
from alliance.portal.labels import Label
from alliance.portal.map.shapes import shapes
from alliance.portal.rows import Row
from initiatives.choices import PartnerRole

MOST, FARTHEST = 3, 40  # neighbours, kilometres


@dataclass(frozen=True)
class Neighbour:
    """A municipality near, its first ongoing initiative of the theme by title, and who carries it."""

    label: Label
    kilometres: int
    row: Row
    lead: Label | None
    others: int
    phone: str = ""

    @property
    def distance(self) -> str:
        return f"environ {nombre(self.kilometres)}\xa0km" if self.kilometres else "moins d’un kilomètre"

    @property
    def dial(self) -> str:
        """Return the address that dials the telephone; "" when nothing dials."""
        return dialled(self.phone)


def neighbours(
    gaps: Gaps, theme: Label, asked: list[Gap], bodies: Mapping[int, Body]
) -> dict[str, list[Neighbour]]:
    """Return, by address of each municipality asked for, at most three served neighbours within 40 km, nearest first.

    Distances are as the crow flies, between points. `bodies` know the public telephones of those who carry.
    """
    drawing = shapes()
    served = {
        label.slug: (label, rows)
        for territory in gaps.territories
        for label in gaps.within_labels(territory)
        if label.slug in drawing.places and (rows := gaps.served_by(label, theme))
    }
    found = {}
    for gap in asked:
        if gap.label.slug in drawing.places:
            near = sorted(
                (drawing.distance(gap.label.slug, slug), slug) for slug in served if slug != gap.label.slug
            )
            found[gap.label.slug] = [
                (*served[slug], round(far)) for far, slug in near[:MOST] if far <= FARTHEST
            ]
    return {slug: [_neighbour(*one, bodies) for one in near] for slug, near in found.items()}


def _neighbour(label: Label, rows: list[Row], far: int, bodies: Mapping[int, Body]) -> Neighbour:
    lead = lead_of(rows[0])
    phone = bodies.get(lead.pk, Body()).contact.phone if lead else ""
    return Neighbour(label, far, rows[0], lead, len(rows) - 1, phone)


def lead_of(row: Row) -> Label | None:
    return next((who for role, who in row.partners if role == PartnerRole.LEAD), None)
