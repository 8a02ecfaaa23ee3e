"""A QR code as the path of an SVG drawing: black squares, nothing else."""

from dataclasses import dataclass

import segno

_QUIET = 4  # modules of white around it, as the standard asks


@dataclass(frozen=True)
class Code:
    """`size` modules on a side, the white around included; `path` is the « d » of the drawing."""

    size: int
    path: str


def code_of(address: str) -> Code:
    """Return the QR code of an address, readable with 15 % of it stained (level M)."""
    matrix = segno.make(address, error="m", micro=False).matrix
    runs = [
        f"M{start + _QUIET} {y + _QUIET}h{length}v1h-{length}z"
        for y, line in enumerate(matrix)
        for start, length in _runs(line)
    ]
    return Code(len(matrix) + 2 * _QUIET, "".join(runs))


def _runs(line: bytearray) -> list[tuple[int, int]]:
    """Return where the dark modules of a line begin, and how many follow one another."""
    found: list[tuple[int, int]] = []
    for x, module in enumerate(line):
        if module and found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif module:
            found.append((x, 1))
    return found
