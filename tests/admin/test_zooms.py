"""Zooms in the admin: made from a list, put in order, previewed, published; nobody overwrites somebody else's work."""

import pytest

from alliance.portal import zooms
from alliance.portal.models import Zoom, ZoomItem, ZoomSection
from initiatives.choices import Publication, State

LIST = "/admin/initiatives/initiative/"


@pytest.fixture
def desk(world, client_for):
    return client_for(world.coordination)


@pytest.fixture
def winter(world):
    zoom = zooms.create(by=world.coordination, values={"title": "Hiver"})
    for title in ("Manger", "Bouger"):
        zooms.save_section(section=ZoomSection(zoom=zoom, title=title), by=world.coordination)
    chosen = [world.published(title=title) for title in ("Un", "Deux")]
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=chosen, section=zoom.sections.first())
    return zoom


def address(zoom, page="change"):
    return f"/admin/portal/zoom/{zoom.pk}/{page}/"


def form_of(desk, zoom):
    """Return what the page of a Zoom would post, as it was just opened."""
    shown = desk.get(address(zoom)).context_data
    data = {}
    forms = [shown["adminform"].form]
    for inline in shown["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                data[bound.html_name] = value
    return data


def test_list_adds_to_a_heading_and_says_how_many(world, desk, winter):
    chosen = [world.published(title=f"Projet {number}") for number in range(12)]
    chosen += [winter.items.first().initiative, world.initiative(State.APPROVED)]
    picked = desk.post(LIST, {"action": "to_zoom", "_selected_action": [row.pk for row in chosen]})
    assert picked.status_code == 302
    page = desk.get(picked["Location"])
    assert "Projet 11" in page.content.decode()
    heading = winter.sections.last()
    done = desk.post(picked["Location"], {"place": f"{winter.pk}:{heading.pk}"}, follow=True)
    said = str(next(iter(done.context["messages"])))
    assert said.startswith(
        "12 initiatives ajoutées à «\xa0Hiver\xa0»; 1 y était déjà; 1 n’est pas publiée et reste de côté. <a href="
    )
    assert heading.items.count() == 12


@pytest.mark.parametrize("place", ["", "999", "abc", "1:999999", "\x00"])
def test_wrong_place_is_refused_beside_the_field(world, desk, winter, place):
    page = desk.post(f"{LIST}ajouter-a-un-zoom/?choisies={world.published().pk}", {"place": place})
    assert page.status_code == 422
    assert "Choisissez un Zoom ou une" in page.content.decode()
    assert winter.items.count() == 2


@pytest.mark.parametrize("chosen", ["", "abc", "x,,y", "9" * 40, "999999"])
def test_unreadable_choice_says_what_to_do(desk, winter, chosen):
    page = desk.get(f"{LIST}ajouter-a-un-zoom/?choisies={chosen}")
    assert page.status_code == 200
    assert "Cochez des initiatives dans la liste" in page.content.decode()


def test_reader_sees_no_action_and_may_not_add(world, client_for, winter):
    reader = client_for(world.reader)
    assert "Ajouter à un Zoom" not in reader.get(LIST).content.decode()
    assert reader.get(f"{LIST}ajouter-a-un-zoom/").status_code == 403
    assert reader.get(address(winter, "publier")).status_code == 403
    assert reader.get(address(winter, "apercu")).status_code == 403


def test_page_writes_text_headings_and_order_at_once(desk, winter):
    one, two = winter.items.all()
    data = form_of(desk, winter) | {
        "title": "Hiver 2026",
        "sections-0-title": "Bien manger",
        "items-0-order": 30,
        "items-1-words": "Nos mots.",
        "items-1-section": winter.sections.last().pk,
    }
    assert desk.post(address(winter), data).status_code == 302
    winter.refresh_from_db()
    assert (winter.title, winter.slug) == ("Hiver 2026", "hiver")
    assert [section.title for section in winter.sections.all()] == ["Bien manger", "Bouger"]
    assert [item.pk for item in winter.items.all()] == [two.pk, one.pk]
    assert (winter.items.first().words, str(winter.items.first().section)) == ("Nos mots.", "Bouger")
    assert winter.items.first().history.first().history_user == desk.get(address(winter)).context["user"]


def test_heading_taken_out_leaves_its_initiatives(desk, winter):
    data = form_of(desk, winter) | {"sections-0-DELETE": "on", "items-0-order": 7}
    assert desk.post(address(winter), data).status_code == 302
    assert winter.sections.count() == 1
    assert [item.section for item in winter.items.all()] == [None, None]


def test_wrong_rows_are_refused_beside_their_fields(world, desk, winter):
    other = zooms.create(by=world.coordination, values={"title": "Autre"})
    foreign = zooms.save_section(section=ZoomSection(zoom=other, title="Ailleurs"), by=world.coordination)
    hidden, invented = world.initiative(State.APPROVED), world.published(title="Inventée")
    type(invented).objects.filter(pk=invented.pk).update(is_demo=True)
    for wrong, sentence in (
        ({"items-0-section": foreign.pk}, "Sélectionnez un choix valide"),
        ({"items-2-initiative": hidden.pk}, "n’est pas publiée"),
        ({"items-0-initiative": hidden.pk}, "n’est pas publiée"),
        ({"items-0-initiative": invented.pk}, "que dans un Zoom de démonstration"),
        ({"items-2-initiative": winter.items.first().initiative_id}, "initiative"),
        ({"sections-2-title": "Manger"}, "title"),
        ({"title": ""}, "obligatoire"),
        ({"items-0-order": "abc"}, "nombre entier"),
    ):
        page = desk.post(address(winter), form_of(desk, winter) | wrong)
        assert page.status_code == 422, wrong
        assert sentence in page.content.decode(), wrong
    assert (winter.items.count(), winter.sections.count()) == (2, 2)


def test_blank_row_whose_rank_was_erased_asks_for_nothing(desk, winter):
    blank = {"sections-2-order": "", "items-2-order": ""}
    assert desk.post(address(winter), form_of(desk, winter) | blank).status_code == 302
    assert (winter.items.count(), winter.sections.count()) == (2, 2)


def test_two_people_on_the_same_zoom_lose_nothing(world, desk, winter):
    mine = form_of(desk, winter) | {"introduction": "Mes mots."}
    zooms.add_items(
        zoom=winter, by=world.second_coordination, initiatives=[world.published(title="Entre-temps")]
    )
    page = desk.post(address(winter), mine)
    assert page.status_code == 409
    assert "Entre-temps" in page.content.decode()
    assert Zoom.objects.get().introduction == ""


def test_preview_publication_and_withdrawal(world, desk, client_for, winter):
    public, there = client_for(None), "/zoom/hiver/"
    preview = desk.get(address(winter, "apercu"))
    assert "cette page n’est vue que de l’équipe" in preview.content.decode()
    assert public.get(there).status_code == 404
    assert "2 initiatives" in desk.get(address(winter, "publier")).content.decode()
    assert desk.post(address(winter, "publier")).status_code == 302
    assert public.get(there).status_code == 200
    assert "C’est déjà fait" in desk.get(address(winter, "publier")).content.decode()
    assert desk.post(address(winter, "retirer")).status_code == 302
    assert public.get(there).status_code == 404
    assert Zoom.objects.get().publication == Publication.WITHDRAWN


def test_empty_zoom_cannot_be_published(world, desk):
    zoom = zooms.create(by=world.coordination, values={"title": "Vide"})
    assert "Ajoutez au moins une initiative publiée" in desk.get(address(zoom, "publier")).content.decode()
    assert desk.post(address(zoom, "publier")).status_code == 422
    assert Zoom.objects.get().publication == Publication.UNPUBLISHED


def test_rows_offer_published_initiatives_only(world, desk, winter):
    world.initiative(State.APPROVED, title="Cachée")
    asked = {"app_label": "portal", "model_name": "zoomitem", "field_name": "initiative", "term": ""}
    found = desk.get("/admin/autocomplete/", asked).json()["results"]
    assert sorted(row["text"] for row in found) == ["Deux", "Un"]


def test_page_asks_as_many_queries_for_twenty_rows_as_for_two(
    world, desk, winter, django_assert_max_num_queries
):
    chosen = [world.published(title=f"Projet {number}") for number in range(6)]
    zooms.add_items(zoom=winter, by=world.coordination, initiatives=chosen)
    with django_assert_max_num_queries(40):
        assert desk.get(address(winter)).status_code == 200
    assert ZoomItem.objects.count() == 8
