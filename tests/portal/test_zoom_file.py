"""The file of a Zoom says which of its initiatives are invented; its address has one form."""

import csv
from io import StringIO

from alliance.portal import directory as memory
from alliance.portal import zooms
from initiatives.models import Initiative


def test_file_says_which_initiatives_are_of_the_demonstration(world, get):
    real, invented = world.published(title="Vraie"), world.published(title="Inventée")
    zoom = zooms.create(by=world.coordination, values={"title": "Manger l’hiver"})
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[real, invented])
    zooms.publish(zoom=zoom, by=world.coordination)
    Initiative.objects.filter(pk=invented.pk).update(is_demo=True)
    memory.forget()
    text = get("/zoom/manger-l-hiver.csv").content.decode("utf-8-sig")
    told = {one["Titre"]: one["Démonstration"] for one in csv.DictReader(StringIO(text), delimiter=";")}
    assert told == {"Vraie": "non", "Inventée": "oui"}


def test_address_in_capitals_leads_to_the_zoom(world, get):
    zoom = zooms.create(by=world.coordination, values={"title": "Manger l’hiver"})
    assert get("/zoom/Manger-l-Hiver/").status_code == 404
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[world.published()])
    zooms.publish(zoom=zoom, by=world.coordination)
    capitals = get("/zoom/Manger-l-Hiver/?vue=x")
    assert (capitals.status_code, capitals["Location"]) == (301, "/zoom/manger-l-hiver/?vue=x")
