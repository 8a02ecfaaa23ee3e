"""Random directories on the true map: every municipality of the fixtures, a merged one, residents not always known."""

import csv
import random
from dataclasses import replace
from functools import cache

from django.conf import settings

from alliance.portal import labels as names
from alliance.portal.figures.within import UNORGANIZED
from alliance.portal.labels import Label, Labels
from initiatives.choices import PublicState
from tests.portal.random_directory import PLACES, assemble, draw

MERGED, HEIR = "saint-guy", "lac-des-aigles"
CODES = ("14", "12", "13", "11", "10", "09", "08", "07")


@cache
def municipalities():
    """Return the municipalities of the fixtures by name, the merged one included."""
    with (settings.BASE_DIR / "fixtures/municipalities.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    pks = {row["code"]: pk for pk, row in enumerate(rows, 1)}
    found = [
        Label(
            names.MUNICIPALITY,
            pks[row["code"]],
            row["slug"],
            row["name"],
            parent=CODES.index(row["territory"]) + 1,
            merged=pks.get(row["merged_into"], 0),
            population=0 if row["slug"] == "amqui" else int(row["population"]),
            one=row["slug"],
            two=row["designation"],
            three=row["valid_to"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda label: label.slug)


def located(labels):
    """Return the labels with the municipalities, and residents for every MRC but the last one."""
    mrcs = [
        replace(label, population=0 if label.slug == PLACES[-1] else 8000 + 1373 * label.pk)
        for label in labels.all(names.TERRITORY)
    ]
    by_id = {**labels.by_id, names.TERRITORY: {label.pk: label for label in mrcs}}
    by_slug = {**labels.by_slug, names.TERRITORY: {label.slug: label for label in mrcs}}
    by_id[names.MUNICIPALITY] = {label.pk: label for label in municipalities()}
    by_slug[names.MUNICIPALITY] = {label.slug: label for label in municipalities()}
    return Labels(by_id, by_slug)


def mapped(seed, size=40):
    """Return a random directory drawn with `seed`, whose initiatives name municipalities, or their MRC only."""
    dice, first = random.Random(seed * 17 + 3), draw(seed, size)  # noqa: S311 - a universe, not a secret
    known = located(first.labels)
    present = known.by_slug[names.TERRITORY]
    rows = [
        replace(
            row,
            state=dice.choice(list(PublicState)),
            territories=tuple(present[one.slug] for one in row.territories),
            municipalities=_named(dice, row),
        )
        for row in first.rows
    ]
    return assemble(known, rows)


def _named(dice, row):
    """Return none, a few of its MRCs', rarely some of another MRC or of a regional initiative."""
    parents = {one.pk for one in row.territories}
    near = [one for one in municipalities() if one.parent in parents]
    if not near or dice.random() < 0.1:
        near = list(municipalities()) if dice.random() < 0.3 else []
    return tuple(dice.sample(near, dice.choice((0, 1, 2, 5)) if len(near) > 5 else 0))


def unorganized(label):
    return label.designation == UNORGANIZED
