"""Makes the schematic map out of points: one cell per municipality, MRCs as cells put together.

Crowded cells are given room so that a number can be read in each: distances are not kept, neighbours are.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from alliance.portal.map import geometry as plane
from alliance.portal.map import ground
from alliance.portal.map.geometry import Grid, Point

WIDE, MARGIN, SKY = 1000, 12, 74  # units: the drawing's width, its margins, what is above the shore
WATER = 66  # how wide the river is drawn
DEEP = 1.3  # the land is drawn deeper than it is, for labels
TALL = (360, 690)
BOX = 1.7  # a label is wider than high
SPREAD, PULL = 14, 0.55

Rings = dict[str, list[Grid]]


def build() -> dict[str, Any]:
    """Return everything that the file of shapes holds."""
    sites = ground.read_sites()
    to_units, height = _units()
    outline = [to_units(*point) for point in (*ground.SHORE, *ground.BORDER)]
    rings = _cells(sites, outline, to_units)
    turned = _Turn(height)
    by_mrc: dict[str, Rings] = defaultdict(dict)
    for site in sites:
        by_mrc[site.territory][site.slug] = rings[site.slug]
    slugs = _territory_slugs()
    shore = [to_units(*point) for point in ground.SHORE]
    return {
        "size": {"wide": [WIDE, height], "tall": list(TALL)},
        "turn": turned.matrix,
        "river": _river(shore),
        "swell": _swell(shore),
        "territories": {slugs[code]: _territory(code, by_mrc, slugs, turned) for code in slugs},
        "places": {
            site.slug: {
                "territory": slugs[site.territory],
                "point": [site.latitude, site.longitude],
                "placed": site.is_placed,
                **_shape([rings[site.slug]], turned),
            }
            for site in sites
        },
    }


def _units() -> tuple[Any, int]:
    """Return how degrees become units of the drawing, and the drawing's height."""
    corners = [ground.plane(*point) for point in (*ground.SHORE, *ground.BORDER)]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    scale = (WIDE - 2 * MARGIN) / (max(x for x, _ in corners) - left)
    height = round(SKY + (max(y for _, y in corners) - top) * scale * DEEP + MARGIN)

    def to_units(latitude: float, longitude: float) -> Point:
        x, y = ground.plane(latitude, longitude)
        return MARGIN + (x - left) * scale, SKY + (y - top) * scale * DEEP

    return to_units, height


def _cells(sites: Sequence[ground.Site], outline: list[Point], to_units: Any) -> Rings:
    ashore = [site for site in sites if site.slug != ground.ISLAND]
    points = [to_units(site.latitude, site.longitude) for site in ashore]
    points = plane.spread(points, outline, SPREAD, PULL)
    rings = dict(zip((site.slug for site in ashore), plane.snap(plane.cells(points, outline)), strict=True))
    island = next(site for site in sites if site.slug == ground.ISLAND)
    x, y = to_units(island.latitude, island.longitude)
    rings[ground.ISLAND] = [(round(x + dx), round(y + dy) - 34) for dx, dy in ground.ISLAND_SHAPE]
    return rings


class _Turn:
    """Turns the wide drawing into the tall one: the river goes to the left, the east on top."""

    def __init__(self, height: int) -> None:
        self.across = round(TALL[0] / height, 4)
        self.down = round(TALL[1] / WIDE, 4)

    @property
    def matrix(self) -> str:
        return f"matrix(0 {-self.down} {self.across} 0 0 {TALL[1]})"

    def ring(self, ring: Sequence[Point]) -> list[Point]:
        return [(y * self.across, TALL[1] - x * self.down) for x, y in ring]


def _territory_slugs() -> dict[str, str]:
    with (settings.BASE_DIR / "fixtures" / "territories.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row["slug"] for row in csv.DictReader(file)}


def _territory(
    code: str, by_mrc: Mapping[str, Rings], slugs: dict[str, str], turned: _Turn
) -> dict[str, Any]:
    found = plane.outlines(by_mrc[code].values())
    corners = [corner for ring in found for corner in ring]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    mine = {frozenset(edge) for ring in by_mrc[code].values() for edge in plane.edges(ring)}
    beside = [
        slug
        for other, slug in slugs.items()
        if other != code
        and any(frozenset(edge) in mine for ring in by_mrc[other].values() for edge in plane.edges(ring))
    ]
    return {
        **_shape(found, turned),
        "mesh": _mesh(by_mrc[code]),
        "box": [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)],
        "neighbours": beside,
    }


def _shape(rings: Sequence[Sequence[Grid]], turned: _Turn) -> dict[str, Any]:
    largest = rings[0]
    step = max(1.0, abs(plane.area(largest)) ** 0.5 / 16)
    return {
        "d": "".join(_path(ring) for ring in rings),
        "wide": plane.room(largest, BOX, step, 90),
        "tall": plane.room(turned.ring(largest), BOX, step * 0.7, 62),
    }


def _path(ring: Sequence[Grid], end: str = "z") -> str:
    """Return a ring as a path of relative steps, the shortest way to write it."""
    x, y = ring[0]
    steps = [f"M{x} {y}l"]
    for nx, ny in ring[1:]:
        steps.append(f"{nx - x} {ny - y}")
        x, y = nx, ny
    return (steps[0] + " ".join(steps[1:])).replace(" -", "-") + end


def _mesh(rings: Rings) -> str:
    """Return the sides that two municipalities of an MRC share, each once."""
    every = {edge for ring in rings.values() for edge in plane.edges(ring)}
    return _chains([(a, b) for a, b in sorted(every) if a < b and (b, a) in every])


def _chains(lines: list[tuple[Grid, Grid]]) -> str:
    """Return segments put end to end where they can be, as one path."""
    ends: dict[Grid, list[Grid]] = defaultdict(list)
    for a, b in lines:
        ends[a].append(b)
        ends[b].append(a)
    written = []
    for start in sorted(ends, key=lambda corner: (len(ends[corner]) % 2 == 0, corner)):
        while ends[start]:
            chain = [start]
            while ends[chain[-1]]:
                following = ends[chain[-1]].pop(0)
                ends[following].remove(chain[-1])
                chain.append(following)
            written.append(_path(chain, end=""))
    return "".join(written)


def _beside(shore: Sequence[Point], offset: float) -> list[Point]:
    """Return a line that follows the shore at a distance, on the side of the water, prolonged past both ends."""
    (ax, ay), (bx, by) = shore[0], shore[3]
    (yx, yy), (zx, zy) = shore[-4], shore[-1]
    longer = [(ax - (bx - ax), ay - (by - ay)), *shore, (zx + (zx - yx) / 2, zy + (zy - yy) / 2)]
    found = []
    for i, (x, y) in enumerate(longer):
        (px, py), (nx, ny) = longer[max(i - 2, 0)], longer[min(i + 2, len(longer) - 1)]
        length = ((nx - px) ** 2 + (ny - py) ** 2) ** 0.5
        found.append((x + (ny - py) / length * offset, y - (nx - px) / length * offset))
    return found


def _curve(points: Sequence[Point]) -> str:
    """Return a smooth line near the points, without its first command."""
    x0, y0 = points[0]
    steps = [f"{round(x0)} {round(y0)}"]
    for (x1, y1), (x2, y2) in zip(points[1:-1], points[2:], strict=True):
        steps.append(f"Q{round(x1)} {round(y1)} {round((x1 + x2) / 2)} {round((y1 + y2) / 2)}")
    return "".join(steps)


def _river(shore: Sequence[Point]) -> str:
    """Return the water: from below the shore, so that no gap shows, up to a line that follows it."""
    return f"M{_curve(_beside(shore, WATER))}L{_curve(_beside(shore, -14)[::-1])}z"


def _swell(shore: Sequence[Point]) -> str:
    """Return two quiet lines of water that follow the shore."""
    return "".join(
        f"M{_curve(_beside(shore[skip : len(shore) - skip], offset))}" for offset, skip in ((20, 0), (42, 5))
    )
