"""« Nous joindre »: help first, then each MRC by its own phone; and a page that is only read says so."""

import re

import pytest

from territories.models import Territory

pytestmark = pytest.mark.django_db


def test_contact_gives_each_mrc_its_phone_or_says_it_is_not_known(world, get):
    Territory.objects.filter(slug="la-mitis").update(contact_phone="418 555-0199", contact_name="Accueil")
    page = get("/nous-joindre/").content.decode()
    assert re.findall('href="(tel:[^"]*)"', page) == ["tel:211", "tel:911", "tel:+14185550199", "tel:211"]
    assert page.count("Son numéro n’est pas encore inscrit ici.") == Territory.objects.count() - 1
    assert page.index("tel:+14185550199") < page.index("MRC de La Mitis") < page.index("Accueil</span>")


def test_page_that_is_only_read_refuses_a_post_in_words(world, client):
    answer = client.post("/nous-joindre/", {"mot": "canari"})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert "<h1>Cette page se lit seulement</h1>" in answer.content.decode()
    assert "canari" not in answer.content.decode()
