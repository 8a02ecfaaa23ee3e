"""How far two points of the globe are from each other."""

from math import asin, cos, radians, sin, sqrt

_EARTH = 6371.0  # km

Point = tuple[float, float]  # latitude, longitude, in degrees


def kilometres(one: Point, other: Point) -> float:
    """Return the great-circle distance between two points, as the crow flies (haversine)."""
    (here, west), (there, east) = (map(radians, one), map(radians, other))
    half = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin((east - west) / 2) ** 2
    return 2 * _EARTH * asin(sqrt(half))
