"""The front page: help first, every door at hand, figures that their lists prove, and nothing missed when there is nothing."""

import re
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import html5lib
import pytest
from django.db import connection
from django.utils import timezone

from alliance.portal import directory as memory
from alliance.portal import figures, zooms
from alliance.portal.directory import build
from alliance.portal.labels import Label
from alliance.portal.models import Zoom
from funding.choices import Precision, Unit
from funding.models import PublishedFigure
from initiatives import actions
from initiatives.choices import State

pytestmark = pytest.mark.django_db


def page_of(get):
    response = get("/")
    assert response.status_code == 200
    html5lib.HTMLParser(strict=True).parse(response.content.decode())
    return response.content.decode()


def zoom_of(world, title, *initiatives, is_published=True):
    zoom = zooms.create(by=world.coordination, values={"title": title, "introduction": "Ce qui a été fait."})
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=initiatives)
    return zooms.publish(zoom=zoom, by=world.coordination) if is_published else zoom


def announce(code, value, **fields):
    fields = {
        "unit": Unit.DOLLARS,
        "precision": Precision.EXACT,
        "wording": "Tel quel",
        "source": "Avis",
    } | fields
    return PublishedFigure.objects.create(code=code, label=f"Annonce {code}", value=value, **fields)


def test_help_comes_before_anything_else(trio, get):
    page = page_of(get)
    order = [
        page.index(said)
        for said in (
            "<h1>Trouver de l’aide",
            'href="tel:211"',
            'action="/recherche/"',
            "De quoi avez-vous besoin?",
            'id="mrc"',
            "À prendre avec vous",
            "Agir ensemble contre la pauvreté",
            "Publiées récemment",
        )
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    "door",
    [
        "tel:211",
        "/frigo/",
        "/themes/logement/",
        "/territoires/la-mitis/",
        "/carte/",
        "/carte/deserts/",
        "/chiffres/",
        "/donnees/",
        "/alertes/",
        "/zoom/",
        "/a-propos/",
        "/initiatives/?tri=recent",
    ],
)
def test_newcomer_finds_every_door(trio, world, get, door):
    zoom_of(world, "Manger l’hiver", trio[0])
    assert f'href="{door}"' in page_of(get)
    if door.startswith("/"):
        assert get(door).status_code == 200


def test_each_figure_leads_to_the_list_that_proves_it(trio, get):
    found = {figure.code: figure for figure in figures.key_figures(build(0))}
    listed = get(found["initiatives"].url).content.decode()
    assert f'class="results-count">{found["initiatives"].text} initiatives' in listed
    assert found["fqis"].value == Decimal("12500.50")
    for figure in found.values():
        assert (
            f'<a href="{figure.url.replace("&", "&amp;")}"><span class="figure-number">{figure.text}<'
            in page_of(get)
        )
        assert get(figure.url).status_code == 200
    assert list(found) == ["initiatives", "organisations", "fqis", "mrc"]


def test_needs_speak_as_people_do_and_count_the_region_too(trio):
    found = {need.label.slug: need for need in figures.needs(build(0))}
    assert (found["alimentation"].count, found["logement"].count, found["transport"].count) == (2, 1, 1)
    assert all(need.question.count("?") <= 1 for need in found.values())


def test_needs_asked_for_first_come_first(trio):
    found = [need.label.slug for need in figures.needs(build(0))]
    own = [label.slug for label in build(0).labels.all("theme")]
    first = [slug for slug in figures.home.FIRST_NEEDS if slug in own]
    assert len(first) >= 3
    assert found == [*first, *(slug for slug in own if slug not in first)]


@pytest.mark.parametrize(
    ("now", "count", "text"),
    [
        (2, 5, "2 initiatives en cours ou prévues"),
        (1, 1, "1 initiative en cours ou prévue"),
        (0, 4, "rien de sûr en ce moment; 4 initiatives en tout"),
        (0, 0, "aucune initiative publiée"),
    ],
)
def test_need_tells_what_there_is_now(now, count, text):
    assert (
        figures.home.Need(Label("theme", 1, "essai", "Essai"), now, count).text.replace("\xa0", " ") == text
    )


def test_zoom_of_a_past_time_says_its_time_and_not_its_first_words(trio, world, get):
    zoom = zoom_of(world, "Tenir bon", trio[0])
    Zoom.objects.filter(pk=zoom.pk).update(
        introduction="Au cours des dernières semaines, tout a changé.",
        starts_on=date(2020, 3, 13),
        ends_on=date(2020, 6, 30),
    )
    memory.forget()
    for page in (page_of(get), get("/zoom/").content.decode()):
        assert "Au cours des dernières semaines" not in page
        assert "Du 13 mars 2020 au 30 juin 2020 ·" in page


@pytest.mark.parametrize(
    ("description", "question"),
    [
        ("Avez-vous faim? Des frigos sont ouverts. Appelez.", "Avez-vous faim?"),
        ("Des frigos sont ouverts. Appelez. Puis venez.", "Des frigos sont ouverts. Appelez."),
        ("", ""),
    ],
)
def test_question_of_a_need_is_its_first_one(description, question):
    label = Label("theme", 1, "essai", "Essai", three=description)
    assert figures.home.Need(label, 0, 0).question == question


def test_announced_figures_keep_their_words_and_their_order(trio, get):
    announce(
        "nb-initiatives-an1",
        80,
        unit=Unit.INITIATIVES,
        precision=Precision.AT_LEAST,
        announced_on="2021-02-03",
    )
    announce("bsl-enveloppe-2019-2023", Decimal("6014144"))
    announce("montant-an1-total", Decimal("2016049.25"), wording="dont 1\xa0025\xa0070\xa0$")
    announce("autre", 5)
    told, _ = figures.front(build(0))
    assert [(one.code, one.value) for one in told] == [
        ("bsl-enveloppe-2019-2023", Decimal(6014144)),
        ("montant-an1-total", Decimal("2016049.25")),
        ("nb-initiatives-an1", Decimal(80)),
    ]
    page = page_of(get)
    assert "2\xa0016\xa0049,25\xa0$" in page
    assert "«\xa0dont 1\xa0025\xa0070\xa0$\xa0» Avis" in page
    assert "+ de </span>80" in page
    assert "Avis, 3 février 2021" in page


def test_latest_published_zoom_is_the_one_shown(trio, world, get):
    zoom_of(world, "Le premier", trio[0])
    second = zoom_of(world, "Le second", *trio)
    zoom_of(world, "Un brouillon", trio[1], is_published=False)
    _, shown = figures.front(build(0))
    assert (shown.title, shown.url, shown.count, shown.is_demo) == (
        "Le second",
        f"/zoom/{second.slug}/",
        3,
        False,
    )
    assert shown.published_at.date() == timezone.now().date()
    page = page_of(get)
    assert [said in page for said in ("Le second", "Le premier", "Un brouillon")] == [True, False, False]


def test_zoom_whose_initiatives_left_the_site_is_not_shown(trio, world, get):
    zoom_of(world, "Le seul", trio[0])
    assert "Le seul" in page_of(get)
    actions.unpublish(initiative=trio[0], by=world.coordination)
    memory.forget()
    assert figures.front(build(0))[1] is None
    assert "Un Zoom à lire" not in page_of(get)


def test_nothing_published_shows_help_and_places(world, get):
    page = page_of(get)
    assert 'href="tel:211"' in page
    assert "aucune initiative publiée" in page
    for absent in (
        "Publiées récemment",
        "Un Zoom à lire",
        "Les chiffres déjà annoncés",
        "accordés par le FQIS",
    ):
        assert absent not in page


def test_empty_database_still_helps(db, get):
    page = page_of(get)
    assert 'href="tel:211"' in page
    assert [said in page for said in ('href="#besoins"', 'href="#mrc"', 'id="besoins"', 'id="mrc"')] == [
        False
    ] * 4
    assert "Ou choisissez un lieu <a" in page


def test_every_jump_has_its_place(trio, get):
    page = page_of(get)
    jumps = re.findall(r'href="#([^"]+)"', page)
    assert sorted(jumps) == ["besoins", "contenu", "mrc"]
    assert all(f'id="{jump}"' in page for jump in jumps)
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))


def test_no_link_leaves_the_site_but_the_licence(trio, get):
    away = [url for url in re.findall(r'<a [^>]*href="([^"]+)"', page_of(get)) if urlsplit(url).netloc]
    assert [urlsplit(url).netloc for url in away] == ["creativecommons.org"]


@pytest.mark.parametrize("rows", [1, 3])
def test_four_queries_cold_and_one_warm(
    world, get, django_assert_max_num_queries, django_assert_num_queries, rows
):
    made = [world.published(State.IN_PROGRESS, title=f"Initiative {number}") for number in range(rows)]
    for number in range(rows):
        zoom_of(world, f"Zoom {number}", *made)
    announce("montant-an1-total", 5)
    assert connection.features.supports_json_field  # asked of the engine once per connection, not by a page
    memory.forget()
    with django_assert_max_num_queries(4):
        assert "Un Zoom à lire" in page_of(get)
    with django_assert_num_queries(1):
        page_of(get)
