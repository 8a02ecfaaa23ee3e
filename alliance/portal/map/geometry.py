"""Plane geometry of the schematic map: cells around points, their outlines, room for a label. Pure Python."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Point = tuple[float, float]
Grid = tuple[int, int]
_NEAR = 4  # vertices this close (in units of the drawing) are one


def nearer(polygon: Sequence[Point], site: Point, other: Point) -> list[Point]:
    """Return the part of a polygon that is nearer to `site` than to `other`."""
    a, b = other[0] - site[0], other[1] - site[1]
    c = (other[0] ** 2 + other[1] ** 2 - site[0] ** 2 - site[1] ** 2) / 2
    kept: list[Point] = []
    for i, (x, y) in enumerate(polygon):
        px, py = polygon[i - 1]
        before, now = a * px + b * py - c, a * x + b * y - c
        if (before <= 0) != (now <= 0):
            share = before / (before - now)
            kept.append((px + share * (x - px), py + share * (y - py)))
        if now <= 0:
            kept.append((x, y))
    return kept


def _far(one: Point, other: Point) -> float:
    """Return the square of a distance."""
    return (other[0] - one[0]) ** 2 + (other[1] - one[1]) ** 2


def cells(sites: Sequence[Point], outline: Sequence[Point]) -> list[list[Point]]:
    """Return the Voronoi cell of each site within the outline."""
    found = []
    for i, site in enumerate(sites):
        cell = list(outline)
        by_distance = sorted(
            (other for j, other in enumerate(sites) if j != i),
            key=lambda other: _far(site, other),
        )
        for other in by_distance:
            if not cell or _far(site, other) > 4 * max(_far(site, corner) for corner in cell):
                break  # this one and those after are too far to take anything
            cell = nearer(cell, site, other)
        found.append(cell)
    return found


def area(polygon: Sequence[Point]) -> float:
    """Return the area of a polygon, signed by its direction."""
    turns = (x * polygon[i - 1][1] - polygon[i - 1][0] * y for i, (x, y) in enumerate(polygon))
    return -sum(turns) / 2


def centre(polygon: Sequence[Point]) -> Point:
    """Return the centroid of a polygon."""
    size, x, y = area(polygon), 0.0, 0.0
    for i, (x2, y2) in enumerate(polygon):
        x1, y1 = polygon[i - 1]
        turn = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * turn, y + (y1 + y2) * turn
    return x / (6 * size), y / (6 * size)


def spread(sites: Sequence[Point], outline: Sequence[Point], times: int, pull: float) -> list[Point]:
    """Move each site towards the centre of its cell, so that crowded ones get room. The arrangement stays."""
    moved = list(sites)
    for _ in range(times):
        middles = [centre(cell) for cell in cells(moved, outline)]
        moved = [
            (x + pull * (mx - x), y + pull * (my - y))
            for (x, y), (mx, my) in zip(moved, middles, strict=True)
        ]
    return moved


def snap(polygons: Sequence[Sequence[Point]]) -> list[list[Grid]]:
    """Put the polygons on whole numbers; vertices that are nearly the same become one in all of them."""
    known: dict[Grid, list[Grid]] = defaultdict(list)

    def whole(x: float, y: float) -> Grid:
        gx, gy = round(x), round(y)
        for dx in range(-1, 2):
            for dy in range(-1, 2):
                for corner in known[gx // _NEAR + dx, gy // _NEAR + dy]:
                    if abs(corner[0] - x) <= _NEAR and abs(corner[1] - y) <= _NEAR:
                        return corner
        known[gx // _NEAR, gy // _NEAR].append((gx, gy))
        return gx, gy

    return [_without_repeats([whole(x, y) for x, y in polygon]) for polygon in polygons]


def _without_repeats(ring: list[Grid]) -> list[Grid]:
    kept = [corner for i, corner in enumerate(ring) if corner != ring[i - 1]]
    return kept if len(kept) > 2 else ring


def edges(ring: Sequence[Grid]) -> list[tuple[Grid, Grid]]:
    return [(ring[i - 1], corner) for i, corner in enumerate(ring)]


def outlines(rings: Iterable[Sequence[Grid]]) -> list[list[Grid]]:
    """Return the outline of cells put together: what no two of them share, longest ring first."""
    every = {edge for ring in rings for edge in edges(ring)}
    following: dict[Grid, list[Grid]] = defaultdict(list)
    for start, end in sorted(every):
        if (end, start) not in every:
            following[start].append(end)
    found = []
    while following:
        first = min(following)
        ring, corner = [], first
        while corner in following:
            ring.append(corner)
            ends = following[corner]
            corner = ends.pop()
            if not ends:
                del following[ring[-1]]
        found.append(ring)
    return sorted(found, key=lambda ring: (-abs(area(ring)), ring))


def touching(rings: Mapping[str, Sequence[Grid]]) -> dict[str, set[str]]:
    """Return, for each cell, the cells that share an edge with it."""
    sides: dict[frozenset[Grid], set[str]] = defaultdict(set)
    for slug, ring in rings.items():
        for edge in edges(ring):
            sides[frozenset(edge)].add(slug)
    found: dict[str, set[str]] = {slug: set() for slug in rings}
    for both in sides.values():
        for slug in both:
            found[slug] |= both - {slug}
    return found


def inside(polygon: Sequence[Point], x: float, y: float) -> bool:
    """Say whether a point is in a polygon."""
    found = False
    for i, (x2, y2) in enumerate(polygon):
        x1, y1 = polygon[i - 1]
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            found = not found
    return found


def _reach(polygon: Sequence[Point], x: float, y: float, enough: float) -> float:
    """Return half the side of the largest square centred on a point that crosses no side of the polygon.

    Below `enough` the search stops: what is returned is then only known not to reach it.
    """
    found = float("inf")
    for i, (bx, by) in enumerate(polygon):
        ax, ay = polygon[i - 1][0] - x, polygon[i - 1][1] - y
        dx, dy = bx - x - ax, by - y - ay
        turns = ((-ax, dx), (-ay, dy), (ay - ax, dx - dy), (-ay - ax, dx + dy))
        shares = [0.0, 1.0, *(over / under for over, under in turns if under)]
        found = min(found, *(max(abs(ax + t * dx), abs(ay + t * dy)) for t in shares if 0 <= t <= 1))
        if found < enough:
            break
    return found


def room(polygon: Sequence[Point], ratio: float, step: float, enough: float) -> tuple[int, int, int, int]:
    """Return the centre, the width and the height of a large box of this ratio (width over height) in a polygon.

    A box higher than `enough` is no better: then the one nearest to the middle is taken.
    """
    flat = [(x / ratio, y) for x, y in polygon]
    xs, ys = [x for x, _ in flat], [y for _, y in flat]
    cx, cy = centre(flat)
    across, down = int((max(xs) - min(xs)) / step), int((max(ys) - min(ys)) / step)
    points = [(min(xs) + i * step, min(ys) + j * step) for i in range(across + 1) for j in range(down + 1)]
    best = (float("-inf"), cx, cy, 0.0)
    for far, x, y in sorted((((x - cx) ** 2 + (y - cy) ** 2) ** 0.5, x, y) for x, y in points):
        if enough - far / 5 < best[0]:
            break  # this one and those after are too far to be better, whatever their room
        if inside(flat, x, y):
            height = 2 * _reach(flat, x, y, (best[0] + far / 5) / 2)
            best = max(best, (min(height, enough) - far / 5, x, y, height))
    _, x, y, height = best
    return round(x * ratio), round(y), int(height * ratio), int(height)
