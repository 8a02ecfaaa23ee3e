"""A page already computed is served again only while nothing public changed, and never with somebody's cookies."""

import pytest

from alliance.portal import freshness
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


def test_the_oldest_pages_go_first(world, client, monkeypatch):
    monkeypatch.setattr(freshness, "_MOST_PAGES", 2)
    for page in ("/", "/themes/", "/territoires/"):
        client.get(page)
    assert len(freshness._pages._kept) == 2
