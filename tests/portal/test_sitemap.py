"""The sitemap lists every page that may be indexed, and only those: each answers, is its own address, refuses no index."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from alliance.portal import directory as memory
from alliance.portal import freshness, urls, zooms
from initiatives.choices import State
from initiatives.models import EasyText
from territories.models import Municipality
from tests import every_page
from tests.data.test_weights import NOT_PAGES

pytestmark = pytest.mark.django_db
LOCATION = re.compile(r"<loc>([^<]+)</loc>")
CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)">')
NOINDEX = re.compile(r'<meta name="robots" content="noindex')

# Pages that stand by themselves for nobody: an answer, a step of a form, the rows behind one number, a frame.
LEFT_OUT = {
    "alert": "/alertes/",
    "alert_asked": "/alertes/verifiez/",
    "alert_confirm": "/alertes/confirmer/perdu/",
    "alert_stop": "/alertes/arreter/perdu/",
    "announced_rows": "/chiffres/annonces/essai/",
    "embed_block": "/integrer/initiatives/",
    "error_told": "/signaler/merci/",
    "matrix_rows": "/chiffres/matrice/lignes/",
    "search": "/recherche/?q=frigo",
}


def paths(get):
    found = LOCATION.findall(get("/sitemap.xml").content.decode())
    assert all(address.startswith(f"{settings.SITE_URL}/") for address in found)
    return [address.removeprefix(settings.SITE_URL) for address in found]


@pytest.fixture
def full(world, trio):
    """A site with one page of every kind."""
    every_page.fill(world, *trio)
    return trio


def test_every_address_answers_is_its_own_and_may_be_indexed(full, get):
    listed = paths(get)
    wrong = {}
    for path in listed:
        answer = get(path)
        page = answer.content.decode()
        seen = (answer.status_code, CANONICAL.findall(page), bool(NOINDEX.search(page)))
        if seen != (200, [f"{settings.SITE_URL}{path}"], False):
            wrong[path] = seen
    assert wrong == {}
    assert len(listed) == len(set(listed)) > 60


def test_every_kind_of_page_is_listed_or_refuses_indexes(full, get):
    kinds = {pattern.name for pattern in urls.urlpatterns} - NOT_PAGES
    listed = {resolve(path).url_name for path in paths(get)}
    assert listed == kinds - set(LEFT_OUT)
    answered = {get(LEFT_OUT[name]).status_code for name in ("announced_rows", "matrix_rows", "search")}
    assert answered == {200}
    refused = {name for name, path in LEFT_OUT.items() if NOINDEX.search(get(path).content.decode())}
    assert refused == set(LEFT_OUT)


def test_days_are_those_of_publication(full, get):
    text = get("/sitemap.xml").content.decode()
    dated = {
        resolve(path).url_name for path in re.findall(r"<loc>https?://[^/]+([^<]+)</loc><lastmod>", text)
    }
    assert dated == {"initiative", "zoom", "bilan_version"}


def test_what_is_not_on_the_site_is_not_listed(world, get):
    hidden = world.initiative()
    EasyText.objects.create(initiative=hidden, what="Un repas.")
    shown = world.published(State.IN_PROGRESS, title="Visible")
    zooms.create(by=world.coordination, values={"title": "Brouillon"})
    new = Municipality.objects.get(slug="mont-joli")
    Municipality.objects.filter(slug="price").update(merged_into=new, valid_to="2024-07-31")
    memory.forget()
    listed = paths(get)
    for path in ("/zoom/brouillon/", "/municipalites/price/", "/frigo/municipalite/price/"):
        assert path not in listed
    assert not [path for path in listed if hidden.slug in path]
    assert [path for path in listed if shown.slug in path] == ["/initiatives/visible/"]


def test_queries_do_not_grow_with_the_pages(full, world, get):
    def queries():
        memory.forget()
        freshness.forget()
        with CaptureQueriesContext(connection) as asked:
            get("/sitemap.xml")
        return len(asked)

    get("/sitemap.xml")
    before, pages = queries(), len(paths(get))
    for title in ("Été", "Automne"):
        zoom = zooms.create(by=world.coordination, values={"title": title})
        zooms.add_items(zoom=zoom, by=world.coordination, initiatives=full[:1])
        zooms.publish(zoom=zoom, by=world.coordination)
    for initiative in full[1:]:
        EasyText.objects.create(initiative=initiative, what="Un repas.")
    assert (queries(), len(paths(get))) == (before, pages + 4)
