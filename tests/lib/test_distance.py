from math import pi

import pytest

from alliance.lib.distance import kilometres


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((48.4, -68.5), (48.4, -68.5), 0),
        ((0, 0), (0, 90), pi / 2 * 6371),
        ((0, 0), (1, 0), pi / 180 * 6371),
        ((60, 0), (60, 1), 55.6),
        ((89, 0), (89, 180), pi / 90 * 6371),
    ],
)
def test_distance_is_that_of_the_globe_either_way(one, other, expected):
    assert kilometres(one, other) == pytest.approx(expected, abs=0.01)
    assert kilometres(other, one) == kilometres(one, other)
