"""The shapes of the schematic map, read once from the file that `make_map` writes.

Two drawings of the same shapes: « wide » has the river on top and the west on the left; « tall », for phones, has the
river on the left and the east on top. Coordinates are whole numbers.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from alliance.lib.distance import Point, kilometres

PATH = Path(__file__).with_name("shapes.json")
FRAME = 360  # units: the width of the drawing of one MRC
_AROUND = 8
_LOWEST = 440  # a flat MRC is drawn deeper, so that names find room


@dataclass(frozen=True)
class Spot:
    """Where a label is centred, and how much room it has, in the units of a drawing."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Shape:
    """One MRC or municipality: its outline in the wide drawing, and where its label goes in both drawings.

    `mesh` are the borders of the municipalities inside an MRC.
    """

    slug: str
    d: str
    wide: Spot
    tall: Spot
    mesh: str = ""


@dataclass(frozen=True)
class Place:
    """A municipality: its MRC's address, its point, and whether that point is published or only placed by eye."""

    shape: Shape
    territory: str
    latitude: float
    longitude: float
    is_placed: bool

    @property
    def point(self) -> Point:
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Shapes:
    """The whole drawing. `turn` is the SVG matrix that makes the tall drawing out of the wide one."""

    wide: tuple[int, int]
    tall: tuple[int, int]
    turn: str
    river: str
    swell: str
    territories: dict[str, Shape]
    boxes: dict[str, tuple[int, int, int, int]]
    neighbours: dict[str, tuple[str, ...]]
    places: dict[str, Place]

    def distance(self, one: str, other: str) -> float:
        """Return the kilometres between the points of two municipalities, as the crow flies."""
        return kilometres(self.places[one].point, self.places[other].point)


def _shape(slug: str, data: dict[str, Any]) -> Shape:
    return Shape(slug, data["d"], Spot(*data["wide"]), Spot(*data["tall"]), data.get("mesh", ""))


@dataclass(frozen=True)
class Frame:
    """The part of the wide drawing that holds one MRC, brought to a width of 360 units and to a good height."""

    x: int
    y: int
    across: float
    down: float
    height: int

    @property
    def matrix(self) -> str:
        return f"scale({self.across} {self.down}) translate({-self.x} {-self.y})"

    def spot(self, spot: Spot) -> Spot:
        """Return the same spot, in the units of the frame."""
        return Spot(
            round((spot.x - self.x) * self.across),
            round((spot.y - self.y) * self.down),
            int(spot.width * self.across),
            int(spot.height * self.down),
        )


def frame_of(drawing: Shapes, territory: str) -> Frame:
    """Return the frame of one MRC, by its address."""
    left, top, width, height = drawing.boxes[territory]
    across = FRAME / (width + 2 * _AROUND)
    down = max(across, _LOWEST / (height + 2 * _AROUND))
    frame = round((height + 2 * _AROUND) * down)
    return Frame(left - _AROUND, top - _AROUND, round(across, 3), round(down, 3), frame)


@cache
def shapes() -> Shapes:
    """Return the committed drawing."""
    data = json.loads(PATH.read_text())
    places = {
        slug: Place(_shape(slug, one), one["territory"], *one["point"], is_placed=one["placed"])
        for slug, one in data["places"].items()
    }
    return Shapes(
        wide=tuple(data["size"]["wide"]),
        tall=tuple(data["size"]["tall"]),
        turn=data["turn"],
        river=data["river"],
        swell=data["swell"],
        territories={slug: _shape(slug, one) for slug, one in data["territories"].items()},
        boxes={slug: tuple(one["box"]) for slug, one in data["territories"].items()},
        neighbours={slug: tuple(one["neighbours"]) for slug, one in data["territories"].items()},
        places=places,
    )
