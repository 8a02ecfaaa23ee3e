"""The ground of the schematic map: where the shore and the borders run, and the places that have no published point.

Drawn by eye, in degrees, generous on purpose: it says the form of the region, it is not a survey. Points of the
municipalities come from fixtures/municipalities.csv.
"""

import csv
from dataclasses import dataclass
from math import cos, radians, sin
from pathlib import Path

from django.conf import settings

from alliance.portal.map.geometry import Point

POINTS = Path("fixtures") / "municipalities.csv"

# From La Pocatière down the river to Les Méchins.
SHORE = (
    (47.300, -70.180), (47.390, -70.110), (47.465, -70.060), (47.530, -69.985), (47.600, -69.900),
    (47.690, -69.790), (47.770, -69.690), (47.850, -69.620), (47.930, -69.560), (48.010, -69.430),
    (48.090, -69.330), (48.165, -69.220), (48.240, -69.080), (48.310, -68.930), (48.390, -68.780),
    (48.460, -68.620), (48.540, -68.450), (48.610, -68.310), (48.670, -68.130), (48.720, -67.980),
    (48.780, -67.850), (48.840, -67.700), (48.900, -67.520), (48.950, -67.340), (48.995, -67.150), (49.060, -66.900),
)  # fmt: skip
# Back by the Gaspésie, New Brunswick and Maine.
BORDER = (
    (48.930, -66.800), (48.780, -66.880), (48.640, -66.960), (48.470, -66.900), (48.280, -66.880), (48.120, -67.020),
    (48.030, -67.280), (48.020, -67.550), (48.120, -67.800), (48.110, -68.080), (47.990, -68.300),
    (47.900, -68.400), (47.720, -68.400), (47.520, -68.450), (47.370, -68.600), (47.290, -68.850), (47.310, -69.020),
    (47.360, -69.200), (47.320, -69.420), (47.220, -69.620), (47.190, -69.820), (47.230, -70.030),
)  # fmt: skip
# Île Verte, in the river: the only island that is a municipality. Longer and wider than it is.
ISLAND = "notre-dame-des-sept-douleurs"
ISLAND_SHAPE = ((-30, 3), (-17, -7), (6, -9), (27, -5), (31, 0), (19, 6), (-8, 9), (-24, 8))
# No point is published for these: placed by eye, in the back country of their MRC or beside the town they surround.
PLACED = {
    "sainte-anne-de-la-pocatiere": (47.335, -70.110),
    "picard": (47.380, -69.640),
    "petit-lac-sainte-anne": (47.290, -69.760),
    "lac-boisbouscache": (48.105, -68.860),
    "lac-huron": (48.160, -68.280),
    "lac-des-eaux-mortes": (48.250, -68.020),
    "lac-a-la-croix": (48.300, -67.900),
    "lac-alfred": (48.400, -67.740),
    "riviere-patapedia-est": (48.160, -67.560),
    "ruisseau-des-mineurs": (48.160, -67.330),
    "routhierville": (48.150, -67.140),
    "lac-casault": (48.450, -67.060),
    "riviere-vaseuse": (48.590, -67.180),
    "lac-matapedia": (48.600, -67.560),
    "riviere-bonjour": (48.750, -67.080),
}


@dataclass(frozen=True)
class Site:
    """A municipality or unorganized territory that stands today."""

    slug: str
    code: str
    territory: str
    latitude: float
    longitude: float
    is_placed: bool


def plane(latitude: float, longitude: float) -> Point:
    """Return kilometres on a plane turned so that the shore runs from left to right and the river is on top."""
    east = (longitude + 68.5) * 111.32 * cos(radians(48.2))
    south = -(latitude - 48.2) * 111.2
    turn = radians(TURN)
    return east * cos(turn) - south * sin(turn), east * sin(turn) + south * cos(turn)


TURN = 36.0  # degrees, clockwise


def read_sites() -> list[Site]:
    """Return the places that stand today, by code. Raises KeyError when one has neither a point nor a place here."""
    with (settings.BASE_DIR / POINTS).open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["valid_to"]]
    found = []
    for row in rows:
        is_placed = not row["latitude"]
        point = PLACED[row["slug"]] if is_placed else (float(row["latitude"]), float(row["longitude"]))
        found.append(Site(row["slug"], row["code"], row["territory"], *point, is_placed))
    return sorted(found, key=lambda site: site.code)
