"""Where words go in the shapes of the map: lines of a name, then the value, centred in the room of a shape.

Sizes are in the units of a drawing and match those of the style sheet (`map-name`, `map-value`, `map-spot`).
"""

import re
from dataclasses import dataclass

from alliance.portal.map.shapes import Spot

WIDE, TALL, NEAR, SMALL = "wide", "tall", "near", "small"
SIZES = {WIDE: (16.0, 21.0), TALL: (13.0, 16.0), NEAR: (7.6, 10.0), SMALL: (12.0, 14.0)}
_LEADING, _LETTER = 1.12, 0.56
_OVER = {
    NEAR: (1.3, 1.5),
    SMALL: (1.2, 1.4),
}  # how much words may pass the room found: more where letters are small
_PIECES = re.compile(r"(?:\b\w{1,3}[-\s]+)*(?:[^-\s]+[-\s]*|[-\s]+)")
_LONGEST = 11  # letters of a name on one line, when it can be cut


@dataclass(frozen=True)
class Line:
    x: int
    y: float
    text: str
    style: str


def cut(name: str, longest: int = _LONGEST) -> list[str]:
    """Return a name on lines, cut after hyphens and at spaces: « Rimouski- », « Neigette ».

    Small words stay with what follows: « Rivière- », « du-Loup ».
    """
    lines: list[str] = []
    for piece in _PIECES.findall(name):
        if lines and len(lines[-1] + piece.strip()) <= longest:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.strip() for line in lines]


def lettering(spot: Spot, name: str, value: str, drawing: str) -> list[Line]:
    """Return the lines of a shape, one below the other, centred on its spot; an empty name is left out."""
    size, big = SIZES[drawing]
    lines = [(line, size, "map-name") for line in (cut(name) if name else [])]
    lines.append((value, big, "map-value"))
    y = spot.y - sum(each for _, each, _ in lines) * _LEADING / 2
    found = []
    for text, each, style in lines:
        y += each * _LEADING
        found.append(Line(spot.x, round(y - each * 0.22, 1), text, style))
    return found


def fits(spot: Spot, name: str, drawing: str) -> bool:
    """Say whether a name and its value hold in the room of a shape."""
    size, big = SIZES[drawing]
    lines = cut(name)
    width = max((len(line) for line in lines), default=0) * size * _LETTER
    height = (len(lines) * size + big) * _LEADING
    across, down = _OVER[drawing]
    return width <= spot.width * across and height <= spot.height * down
