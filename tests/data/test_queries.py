"""What people type and what they get first: a hundred searches over the reference data and the demonstration's texts.

`queries.csv` says for each one the kind and the name of the first result; `nearest`: the spelling proposed; `nothing`:
no result, and the words of the search that would find something alone.
"""

import csv
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.test.utils import override_settings

from alliance.lib.text import at_place
from alliance.portal import missed_words
from alliance.portal.demo import contacts, texts
from alliance.portal.directory import build
from alliance.portal.figures import organizations
from alliance.portal.reference.author import author
from alliance.portal.search.answer import ORGANIZATIONS, Answer
from alliance.portal.selection import Selection
from initiatives.actions import publish, record_from_source
from initiatives.choices import Scope, State
from initiatives.models import FiscalYear, Initiative, Theme
from initiatives.search import search
from territories.models import Territory

_FILE = Path(__file__).with_name("queries.csv")
QUERIES = {
    row["query"]: (row["kind"], row["first"])
    for row in csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines())
}
MISSED = [query for query, (kind, _first) in QUERIES.items() if kind in ("nearest", "nothing")]


@pytest.fixture(scope="module")
def _region_rows(_kept_reference, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        _kept_reference.give()
        _tell_every_text()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def region(_region_rows, db):
    """The reference data, a phone for each MRC, and one initiative for each text of the demonstration."""
    return build(0)


def _tell_every_text():
    by = author()
    contacts.write(by)
    places = list(Territory.objects.order_by("order"))
    towns = {place.pk: place.municipalities.order_by("code").first() for place in places}
    themes = {theme.slug: theme for theme in Theme.objects.all()}
    year = FiscalYear.objects.get(label="2025-2026")
    told = [text for group in texts.by_theme().values() for text in group]
    for rank, text in enumerate(told):
        place = places[rank % len(places)]
        words = {"a_lieu": at_place(towns[place.pk].name), "mrc_ou": place.locative, "mrc_de": place.genitive}
        values = {
            "title": text.title.format(**words),
            "summary": text.summary.format(**words),
            "primary_theme": themes[text.primary_theme],
            "themes": [themes[text.primary_theme]],
            "scope": Scope.LOCAL,
            "territories": [place],
            "municipalities": [] if text.is_wide else [towns[place.pk]],
            "fiscal_years": [year],
        }
        added = record_from_source(by=by, values=values, state=State.IN_PROGRESS, source_note="Essai")
        publish(initiative=added, by=by)


def first_of(directory, text):
    """Return what somebody who types `text` sees first: its kind and its name."""
    answer = Answer(directory, text)
    if answer.is_empty:
        return ("nearest", answer.nearest) if answer.nearest else ("nothing", " ".join(answer.near))
    group = answer.groups[0]
    if group.code == "initiatives":
        return "initiative", group.first[0].title
    label = group.first[0].label
    return label.kind, label.name


def test_hundred_searches_give_first_what_people_expect(region):
    assert {query: first_of(region, query) for query in QUERIES} == QUERIES
    assert len(QUERIES) == 100
    assert len({kind for kind, _first in QUERIES.values()}) == 7


def test_hundred_searches_find_the_same_in_memory_in_the_database_and_in_the_lists(region):
    published, words = Initiative.objects.published().order_by("sort_key"), region.labels.equivalents
    visited = 0
    for query in QUERIES:
        titles = [row.title for row in Selection(region, words=query).rows()]
        assert [one.title for one in search(published, query, words)] == titles, query
        groups = {group.code: group.count for group in Answer(region, query).groups}
        listed = organizations(region, words=query)
        assert groups.get(ORGANIZATIONS, 0) == len(listed), query
        visited += 1
    assert visited == 100


def test_search_without_result_gives_211_every_phone_and_what_to_try(region):
    missed_words.once.forget()
    client, visited = Client(), 0
    with override_settings(SITE_URL="http://testserver"):
        for query in MISSED:
            html = client.get(f"/recherche/?q={quote(query)}").content.decode()
            kind, proposed = QUERIES[query]
            assert "Aucun résultat pour" in html, query
            assert 'href="tel:211"' in html, query
            assert html.count('href="tel:+1418555') == 8, query
            links = [proposed] if kind == "nearest" else proposed.split()
            assert all(f"?q={quote(word)}" in html for word in links), query
            visited += 1
    assert visited == len(MISSED) == 15
