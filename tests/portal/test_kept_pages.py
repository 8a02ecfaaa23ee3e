"""A page already computed is served again only while nothing public changed, and never with somebody's cookies."""

import threading
from collections import OrderedDict

import pytest

from alliance.portal import freshness
from alliance.portal.bilan import pdf
from initiatives import actions

pytestmark = pytest.mark.django_db


def test_second_visitor_gets_the_kept_page_with_one_query(world, client, django_assert_num_queries):
    world.published(title="Cuisine du quai")
    first = client.get("/initiatives/")
    with django_assert_num_queries(1):
        second = client.get("/initiatives/")
    assert second.content == first.content
    assert second["ETag"] == first["ETag"]
    assert second["Content-Security-Policy"] == first["Content-Security-Policy"]


def test_kept_page_is_not_served_after_a_change(world, client):
    initiative = world.published(title="Cuisine du quai")
    client.get("/initiatives/")
    actions.update(initiative=initiative, by=world.coordination, values={"title": "Cuisine du phare"})
    assert "Cuisine du phare" in client.get("/initiatives/").content.decode()
    actions.unpublish(initiative=initiative, by=world.coordination)
    assert "Cuisine" not in client.get("/initiatives/").content.decode()


def test_each_address_has_its_own_page(world, client):
    world.published(title="Cuisine du quai")
    everything = client.get("/initiatives/").content
    assert client.get("/initiatives/?theme=logement").content != everything


def test_refusals_and_redirects_are_not_kept(world, client):
    world.published(title="Cuisine du quai")
    for address in ("/initiatives/inconnue/", "/initiatives/Cuisine-Du-Quai/"):
        client.get(address)
    assert len(freshness._pages._kept) == 0


def one_pdf_at_a_time(monkeypatch):
    """Leave a server one place to make PDFs, and none that it made before."""
    monkeypatch.setattr(pdf, "available", lambda: True)
    monkeypatch.setattr(pdf, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(pdf, "_kept", OrderedDict())


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/frigo/?pour=nulle-part", 400),
        ("get", "/chiffres/changements.csv?theme=inconnu", 400),
        ("get", "/bilan/2025-2026.pdf", 503),
        ("get", "/initiatives/inconnue/", 404),
        ("get", "/inconnue/", 404),
        ("post", "/", 405),
    ],
)
def test_refusal_is_kept_by_no_cache_and_never_becomes_unchanged(
    world, client, monkeypatch, method, address, status
):
    one_pdf_at_a_time(monkeypatch)
    with pdf._places:
        first = getattr(client, method)(address)
        assert (first.status_code, first["Cache-Control"], "ETag" in first) == (status, "no-store", False)


def test_pdf_of_a_busy_server_is_given_when_asked_again(world, client, monkeypatch):
    one_pdf_at_a_time(monkeypatch)
    monkeypatch.setattr(pdf, "_made", lambda html, **options: b"%PDF")
    with pdf._places:
        busy = client.get("/bilan/2025-2026.pdf")
    again = client.get("/bilan/2025-2026.pdf", headers={"If-None-Match": busy.get("ETag", "")})
    assert (busy.status_code, again.status_code, again.content) == (503, 200, b"%PDF")


def test_the_oldest_pages_go_first(world, client, monkeypatch):
    monkeypatch.setattr(freshness, "_MOST_PAGES", 2)
    for page in ("/", "/themes/", "/territoires/"):
        client.get(page)
    assert len(freshness._pages._kept) == 2
