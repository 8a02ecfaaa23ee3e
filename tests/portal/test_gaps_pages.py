"""The gaps of an MRC: whom to call stands before the map, and the MRC only when it gives a telephone."""

import pytest

from territories.models import Territory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["", "?theme=logement"])
def test_gaps_of_an_mrc_say_whom_to_call_before_what_is_missing(world, get, query):
    Territory.objects.filter(slug="la-mitis").update(contact_phone="418 722-7777", contact_name="Accueil")
    page = get(f"/carte/deserts/la-mitis/{query}").content.decode()
    assert (
        page.index('href="tel:211"')
        < page.index('href="tel:+14187227777"')
        < page.index("<table" if not query else '<svg class="map ')
    )
    other = get(f"/carte/deserts/la-matanie/{query}").content.decode()
    assert "Son numéro n’est pas encore inscrit ici." in other


def test_names_of_an_mrc_are_drawn_over_every_shape_and_said_by_the_links(world, get):
    page = get("/carte/la-mitis/").content.decode()
    drawing = page[page.index('<svg class="map map-near"') :]
    drawing = drawing[: drawing.index("</svg>")]
    assert drawing.rindex("</a>") < drawing.index('<g aria-hidden="true">') < drawing.index("<text")
    assert drawing.count("<a ") == drawing.count('aria-label="') - 1 == 2
