"""The schematic map: made from the points of municipalities, again the same, whole, without overlap, each in its MRC."""

import csv
import re
from io import StringIO
from itertools import combinations

import pytest
from django.conf import settings
from django.core.management import call_command

from alliance.portal.management.commands import make_map
from alliance.portal.map import geometry, ground, lettering, making
from alliance.portal.map.shapes import FRAME, PATH, Spot, frame_of, shapes

STEPS = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def places():
    """Return the outline of each municipality of the committed drawing, as corners."""
    return {slug: one_ring(place.shape.d) for slug, place in shapes().places.items()}


def rings(path):
    """Return the rings of a path, as corners."""
    found = []
    for part in re.findall(r"M[^z]*z", path):
        steps = [int(number) for number in STEPS.findall(part)]
        x, y = steps[:2]
        ring = [(x, y)]
        for dx, dy in zip(steps[2::2], steps[3::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        found.append(ring)
    return found


def one_ring(path):
    (ring,) = rings(path)
    return ring


def sides(ring):
    return {frozenset(edge) for edge in geometry.edges(ring)}


def surface(ring):
    return abs(geometry.area(ring))


def standing(table):
    with (settings.BASE_DIR / "fixtures" / table).open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if not row.get("valid_to")]


def around(ring):
    """Return how wide a ring is, as a box."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def overlap(one, other):
    """Return the surface that two convex rings share."""
    if geometry.area(other) < 0:
        other = other[::-1]
    found = list(one)
    for (ax, ay), (bx, by) in geometry.edges(other):
        kept = []
        for i, (x, y) in enumerate(found):
            px, py = found[i - 1]
            before = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
            now = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            if (before < 0) != (now < 0):
                share = before / (before - now)
                kept.append((px + share * (x - px), py + share * (y - py)))
            if now >= 0:
                kept.append((x, y))
        found = kept
        if not found:
            return 0.0
    return surface(found)


def test_committed_file_is_what_the_command_makes_each_time(tmp_path, monkeypatch):
    written = make_map.written()
    assert written == PATH.read_text()
    monkeypatch.setattr(make_map, "PATH", tmp_path / "shapes.json")
    call_command("make_map", stdout=StringIO())
    assert (tmp_path / "shapes.json").read_text() == written


def test_every_municipality_that_stands_and_every_mrc_has_its_shape(places):
    municipalities, mrcs = standing("municipalities.csv"), standing("territories.csv")
    slugs = {row["code"]: row["slug"] for row in mrcs}
    assert (len(municipalities), len(mrcs)) == (127, 8)
    assert {slug: place.territory for slug, place in shapes().places.items()} == {
        row["slug"]: slugs[row["territory"]] for row in municipalities
    }
    assert list(shapes().territories) == [row["slug"] for row in mrcs]
    assert all(surface(ring) > 700 for ring in places.values())
    assert {slug for slug, place in shapes().places.items() if place.is_placed} == set(ground.PLACED)
    for row in municipalities:
        place = shapes().places[row["slug"]]
        if not place.is_placed:
            assert (place.latitude, place.longitude) == (float(row["latitude"]), float(row["longitude"]))


def test_a_place_without_a_point_is_not_guessed(monkeypatch):
    monkeypatch.setattr(ground, "PLACED", {})
    with pytest.raises(KeyError):
        ground.read_sites()


def test_cells_do_not_overlap(places):
    """No side is shared by three, cells put together are as large as their sum, and no pair shares a surface."""
    boxes = {slug: around(ring) for slug, ring in places.items()}
    compared = 0
    for one, other in combinations(places, 2):
        (left, top, right, bottom), (left2, top2, right2, bottom2) = boxes[one], boxes[other]
        if left < right2 and left2 < right and top < bottom2 and top2 < bottom:
            least = min(surface(places[one]), surface(places[other]))
            # Corners stand on whole numbers: a sliver less than a unit wide is not seen.
            assert overlap(places[one], places[other]) < 0.02 * least, (one, other)
            compared += 1
    assert compared > 300
    shared = [side for ring in places.values() for side in sides(ring)]
    assert max(shared.count(side) for side in set(shared)) == 2
    whole = geometry.outlines(places.values())
    assert sum(map(geometry.area, whole)) == sum(map(geometry.area, places.values()))
    assert len(whole) == 2  # the land and the island: nothing is left between two cells


def test_each_mrc_is_its_municipalities_put_together(places):
    for slug, shape in shapes().territories.items():
        inside = [places[one] for one, place in shapes().places.items() if place.territory == slug]
        outline = rings(shape.d)
        assert sum(map(surface, outline)) == sum(map(surface, inside)), slug
        border = set().union(*map(sides, outline))
        corners = {corner for ring in outline for corner in ring}
        for ring in inside:
            x, y = geometry.centre(ring)
            assert any(geometry.inside(one, x, y) for one in outline), slug
            for side in sides(ring) - border:
                assert sum(side in sides(other) for other in inside) == 2, slug
            for corner in ring:
                assert corner in corners or any(geometry.inside(one, *corner) for one in outline), slug
        left, top, width, height = shapes().boxes[slug]
        assert (left, top, left + width, top + height) == around([*corners])


def test_one_mrc_is_one_piece_but_for_the_island():
    pieces = {slug: len(rings(shape.d)) for slug, shape in shapes().territories.items()}
    assert pieces == dict.fromkeys(pieces, 1) | {"riviere-du-loup": 2}
    assert shapes().places[ground.ISLAND].territory == "riviere-du-loup"


def test_neighbours_are_symmetrical_and_touch(places):
    beside = shapes().neighbours
    touching = geometry.touching(places)
    assert all(one in touching[other] for one in touching for other in touching[one])
    assert [slug for slug, near in touching.items() if not near] == [ground.ISLAND]
    mrc = {slug: place.territory for slug, place in shapes().places.items()}
    for slug, near in beside.items():
        assert all(slug in beside[other] for other in near)
        assert set(near) == {
            mrc[other] for one in touching if mrc[one] == slug for other in touching[one]
        } - {slug}
    assert set(beside["kamouraska"]) == {"riviere-du-loup", "temiscouata"}
    assert sum(map(len, beside.values())) == 22


def test_the_west_is_left_and_the_shore_on_top(places):
    points = {slug: geometry.centre(ring) for slug, ring in places.items()}
    westward = ("la-pocatiere", "riviere-du-loup", "trois-pistoles", "rimouski", "mont-joli", "matane")
    assert [points[slug][0] for slug in westward] == sorted(points[slug][0] for slug in westward)
    for shore, back in (("rimouski", "esprit-saint"), ("mont-joli", "lac-huron"), ("matane", "amqui")):
        assert points[shore][1] < points[back][1]


def test_labels_stand_inside_their_shapes(places):
    wide, tall = shapes().wide, shapes().tall
    drawn = {**{slug: [ring] for slug, ring in places.items()}}
    drawn |= {slug: rings(shape.d) for slug, shape in shapes().territories.items()}
    every = {**{slug: place.shape for slug, place in shapes().places.items()}, **shapes().territories}
    for slug, shape in every.items():
        assert any(geometry.inside(ring, shape.wide.x, shape.wide.y) for ring in drawn[slug]), slug
        assert 0 < shape.wide.x < wide[0]
        assert 0 < shape.wide.y < wide[1]
        assert 0 < shape.tall.x < tall[0]
        assert 0 < shape.tall.y < tall[1]
        assert min(shape.wide.width, shape.wide.height) > 0


def test_turned_drawing_puts_the_river_on_the_left_and_the_east_on_top():
    x, y = (shapes().territories[slug].tall for slug in ("kamouraska", "la-matanie"))
    assert x.y > y.y
    assert shapes().places["rimouski"].shape.tall.x < shapes().places["esprit-saint"].shape.tall.x


def test_frame_of_an_mrc_holds_all_its_municipalities(places):
    seen = 0
    for slug in shapes().territories:
        frame = frame_of(shapes(), slug)
        for one, place in shapes().places.items():
            if place.territory == slug:
                for x, y in places[one]:
                    assert 0 <= (x - frame.x) * frame.across <= FRAME
                    assert 0 <= (y - frame.y) * frame.down <= frame.height
                    seen += 1
    assert seen > 500


def test_distances_are_those_of_the_globe():
    assert shapes().distance("rimouski", "rimouski") == 0
    assert 85 < shapes().distance("rimouski", "matane") < 95
    assert shapes().distance("rimouski", "amqui") == shapes().distance("amqui", "rimouski")


NAMES = ("La Mitis", "Rimouski-Neigette", "Saint-Jean-de-Dieu", "Notre-Dame-des-Sept-Douleurs", "-", "x" * 40)
NAMES += ("=1+1", "L’Isle--Verte", "<script>", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_cut_on_lines_loses_no_letter(name):
    spot = Spot(100, 100, 80, 50)
    lines = lettering.lettering(spot, name, "12", lettering.NEAR)
    said = "".join(line.text for line in lines if line.style == "map-name")
    assert said.replace(" ", "") == name.replace(" ", "")
    assert [line.text for line in lines if line.style == "map-value"] == ["12"]
    assert lettering.fits(spot, name, lettering.NEAR) in (True, False)


def test_small_words_stay_with_what_follows():
    assert lettering.cut("Rivière-du-Loup") == ["Rivière-", "du-Loup"]
    assert lettering.cut("Rimouski-Neigette") == ["Rimouski-", "Neigette"]
    assert lettering.cut("La Mitis") == ["La Mitis"]


def test_no_word_of_the_drawing_needs_more_than_whole_numbers():
    assert shapes().wide[0] == making.WIDE
    assert all(re.fullmatch(r"[Mlz\d -]+", place.shape.d) for place in shapes().places.values())
