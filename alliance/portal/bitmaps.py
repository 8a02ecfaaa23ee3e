"""Sets of positions held as one integer each: bit `i` says that initiative number `i` is in the set.

Union is `|`, intersection `&`, size `int.bit_count()`: exact and distinct by nature, and fast whatever the size.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import TypeVar

T = TypeVar("T")


_DENSE = 16  # one position out of sixteen: writing digits is then twice as fast as setting bits


def bitmap(positions: Iterable[int], size: int) -> int:
    """Return the set of `positions`, each from 0 to `size` - 1."""
    if isinstance(positions, list) and len(positions) * _DENSE > size:
        digits = bytearray(b"0") * size
        for position in positions:
            digits[~position] = 49  # « 1 », the lowest position being the last digit
        return int(digits, 2)
    octets = bytearray(size // 8 + 1)
    for position in positions:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")


def union(sets: Iterable[int]) -> int:
    """Return what is in at least one of the sets."""
    everything = 0
    for one in sets:
        everything |= one
    return everything


def members(chosen: int, items: Sequence[T]) -> Iterator[T]:
    """Yield the items whose position is in the set, in their own order."""
    return compress(items, map("1".__eq__, reversed(f"{chosen:b}")))


def in_order(chosen: int, order: Sequence[int]) -> Iterator[int]:
    """Yield the positions of the set in the given order, which lists every position once."""
    octets = chosen.to_bytes(len(order) // 8 + 1, "little")
    return (position for position in order if octets[position >> 3] >> (position & 7) & 1)
