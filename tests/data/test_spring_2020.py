"""The Zoom of spring 2020, rebuilt from its text: headings, order, every organization named, amounts only as announced."""

import pytest
from django.test import Client

from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.lib.text import fold
from alliance.portal import reference, zooms
from alliance.portal.models import Zoom, ZoomItem, ZoomSection
from tests.data.conftest import fingerprint

pytestmark = pytest.mark.django_db
ADDRESS = "/zoom/printemps-2020/"
HEADINGS = [
    "Rejoindre les personnes vulnérables",
    "Faire connaitre les ressources de proximité",
    "Contrer l’insécurité alimentaire soudainement augmentée",
    "Déconstruire les préjugés",
]
# Bold in the text, in its order; then those it names in plain words.
BOLD = [
    "Centre de pédiatrie sociale en communauté de Rimouski-Neigette",
    "Accueil et immigration Bas-Saint-Laurent",
    "Auberge du cœur Le Transit",
    "Office municipal d’habitation de La Mitis",
    "Office municipal d’habitation de La Matanie",
    "Fabrique de Grosses-Roches",
    "MRC de Rivière-du-Loup",
    "Promotion Kamouraska",
    "MRC de La Matapédia",
    "MRC de Témiscouata",
    "CDC des Grandes Marées",
    "La Ruche",
    "Moisson Mitis",
    "MRC de La Mitis",
    "Moisson Kamouraska",
    "Les Cuisines collectives du Témiscouata",
    "L’Autre-Toit du KRTB",
    "Moisson Rimouski-Neigette",
    "MRC des Basques",
    "Croc-Ensemble",
    "MRC de Rimouski-Neigette",
    "MRC de La Matanie",
    "Club des 50 ans et plus",
    "Synergie Matane",
    "Comité de lutte contre les préjugés du Bas-Saint-Laurent",
    "Action populaire Rimouski-Neigette",
    "Regroupement des assistées sociales et assistés sociaux du Témiscouata",
]
PLAIN = [
    "La Tablée des chefs",
    "Bibliothèque municipale de Grosses-Roches",
    "cellules d’urgence",
    "cellules de veille municipales",
    "restaurateurs locaux",
    "Alliance pour la solidarité au Bas-Saint-Laurent",
    "Collectif régional de développement",
    "Fonds québécois d’initiatives sociales",
    "Ministère du Travail, de l’Emploi et de la Solidarité sociale",
    "gouvernement du Québec",
    "Plan d’action gouvernemental pour l’inclusion économique et la participation sociale (PAGIEPS)",
]


@pytest.fixture
def page(loaded):
    response = Client().get(ADDRESS)
    assert response.status_code == 200
    return response.content.decode()


def main_of(page):
    return page[page.index("<main") : page.index("</main>")]


def test_headings_are_those_of_the_text_in_its_order(page):
    found = [page.index(f">{heading}</h2>") for heading in HEADINGS]
    assert found == sorted(found)
    assert ZoomSection.objects.count() == 4
    assert [ZoomItem.objects.filter(section__title=heading).count() for heading in HEADINGS] == [6, 4, 11, 1]


def test_22_initiatives_show_and_every_one_is_named(page):
    titles = list(ZoomItem.objects.values_list("initiative__title", flat=True))
    assert len(titles) == 22
    assert [title for title in titles if f">{title}</a>" not in page] == []
    assert '<span class="figure-number">22</span> <span class="figure-text">initiatives</span>' in page


def test_every_organization_named_is_on_the_page(page):
    words = fold(main_of(page))
    assert [name for name in BOLD + PLAIN if fold(name) not in words] == []
    linked = [
        name
        for name in BOLD
        if not any(fold(name) in fold(piece.split("</a>")[0]) for piece in page.split("<strong><a href=")[1:])
    ]
    assert linked == []
    assert len(BOLD) == 27


def test_amounts_are_announced_ones_with_their_words_and_nothing_else(page):
    main = main_of(page)
    assert (
        '<span class="figure-text">plus de</span> <span class="figure-number">483\xa0000\xa0$</span>' in main
    )
    assert (
        '<span class="figure-text">près de</span> <span class="figure-number">189\xa0000\xa0$</span>' in main
    )
    amounts = {
        bit.rsplit(">", 1)[-1].rsplit("plus de ", 1)[-1].rsplit("près de ", 1)[-1]
        for bit in main.split("\xa0$")[:-1]
    }
    assert amounts == {"483\xa0000", "189\xa0000"}
    assert main.count("Les montants par initiative du printemps 2020 n’ont jamais été publiés.") == 2
    assert "Ce Zoom en compte 22\xa0: le chiffre annoncé tient." in main
    assert "Montant non publié pour 22 initiatives\xa0: ce n’est pas zéro." in main


def test_loading_again_writes_nothing_over_what_people_changed(loaded):
    by = User.objects.create_user("c@exemple.invalid", "x", full_name="C", role=Role.COORDINATION)
    zoom = Zoom.objects.get()
    zooms.update(zoom=zoom, by=by, values={"title": "Autre titre"})
    zooms.remove(row=zoom.items.first(), by=by)
    zooms.withdraw(zoom=zoom, by=by)
    before = fingerprint()
    assert reference.load() == {}
    assert fingerprint() == before
    assert (Zoom.objects.get().title, zoom.items.count()) == ("Autre titre", 21)
