"""Random directories with everything a list shows: dates, days of publication, municipalities, hostile titles; random filters."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict

from alliance.portal import labels as names
from alliance.portal.filters import FACETS, DirectoryFilter
from alliance.portal.labels import Label
from tests.portal.random_directory import assemble, draw

TITLES = (
    '=HYPERLINK("x")',
    "+1 repas",
    "-5 $; demain",
    "@somme",
    "Frigo, «\xa0libre\xa0»",
    'Dit "oui"',
    "Été | hiver",
)


def dice_of(seed):
    return random.Random(seed)  # noqa: S311 - a universe, not a secret


def varied(seed, size=40):
    """Return a random directory drawn with `seed`, its rows made different in all that lists sort and show."""
    dice = dice_of(seed * 31 + 7)
    drawn = draw(seed, size)
    known = drawn.labels
    towns = [
        Label(names.MUNICIPALITY, pk, f"ville-{pk}", f"Ville {pk}", parent=pk, one=f"ville {pk}")
        for pk in range(1, 6)
    ]
    known.by_id[names.MUNICIPALITY] = {town.pk: town for town in towns}
    known.by_slug[names.MUNICIPALITY] = {town.slug: town for town in towns}
    rows = [
        replace(
            row,
            title=dice.choice(TITLES) + f" {row.pk}",
            starts_on=dice.choice((None, date(2020, 4, 1) + timedelta(days=dice.randint(0, 900)))),
            published_at=datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=dice.randint(0, 30)),
            municipalities=() if row.is_regional else tuple(dice.sample(towns, dice.randint(0, 2))),
        )
        for row in drawn.rows
    ]
    return assemble(known, sorted(rows, key=lambda row: row.title))


def random_query(dice, directory):
    """Return the query of a random filter: up to three parameters, up to two values each."""
    pairs = []
    for parameter in dice.sample(sorted(FACETS), dice.randint(0, 3)):
        values = [choice.value for choice in ask("", directory).choices(parameter)]
        pairs += [(parameter, value) for value in dice.sample(values, min(len(values), dice.randint(1, 2)))]
    return urlencode(pairs)


def ask(query, directory):
    return DirectoryFilter(QueryDict(query), directory=directory)
