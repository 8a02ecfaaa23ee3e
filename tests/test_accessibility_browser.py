"""Every kind of public page, in its states, seen as people see it: light, dark, forced colours, narrow, enlarged, spaced,
printed, and walked through with the keyboard. `tests/test_probes_browser.py` proves that the gate catches."""

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.urls import resolve

from alliance.accounts.outbox.signed import signed_path
from alliance.portal import alert_mails
from tests import every_page
from tests.chromium import needs_chromium
from tests.portal.alerts_world import FOOD, asked
from tests.probes.kinds import public_kinds
from tests.shown import fridge

drawn = pytest.importorskip("tests.probes.drawn")
pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(
        connection.vendor != "sqlite",
        reason="what a browser draws does not depend on the engine: once, on SQLite",
    ),
]

PARTS = 4  # of the public pages: several processes share them
LONG = "Accompagnement sociocommunautaire intergénérationnel anticonstitutionnellement décentralisé "


@pytest.fixture
def few(transactional_db, world):
    """The public site with a page of every kind; return what its addresses need to name."""
    shown = fridge(world)
    world.published(title=LONG * 2)
    every_page.fill(world, shown, phone="418 555-0199")
    token = str(asked(FOOD).token)
    return {
        head: signed_path(f"{head}{{{token}}}/").removeprefix(head).rstrip("/")
        for head in (alert_mails.CONFIRM, alert_mails.STOP)
    }


@pytest.fixture
def many(transactional_db, world):
    """The public site with two pages of initiatives, whose words are as long as French makes them."""
    for number in range(21):
        place = world.territories["la-mitis" if number % 2 else "la-matapedia"]
        themes = list(world.themes.values())[: 1 + number % 3]
        world.published(
            title=f"{LONG}{number}",
            summary=LONG * 3,
            territories=[place],
            municipalities=[],
            themes=themes,
            primary_theme=themes[0],
        )


def public_pages():
    """Every kind of public page (`test_every_kind_of_public_page_is_visited`), with what filters, errors and choices change."""
    return [
        "/",
        "/initiatives/",
        "/initiatives/?territoire=la-mitis&theme=alimentation&q=frigo",
        "/initiatives/?q=introuvable",
        "/initiatives/?vue=tableau&territoire=la-mitis&tri=montant",
        "/initiatives/?vue=carte",
        "/initiatives/?vue=impression",
        "/donnees/",
        "/initiatives/?territoire=atlantide",
        "/initiatives/frigo-libre-service/",
        "/themes/",
        "/themes/alimentation/",
        "/territoires/",
        "/territoires/la-mitis/",
        "/municipalites/mont-joli/",
        "/organisations/",
        "/organisations/moisson-mitis/",
        "/frigo/",
        "/frigo/?pour=rien",
        "/frigo/municipalite/mont-joli/",
        "/frigo/theme/alimentation/",
        "/carte/",
        "/carte/?mesure=par-habitant&theme=alimentation",
        "/carte/la-mitis/",
        "/carte/deserts/",
        "/carte/deserts/?theme=alimentation",
        "/carte/deserts/la-mitis/",
        "/carte/deserts/la-mitis/?theme=alimentation",
        "/chiffres/",
        "/chiffres/?territoire=atlantide",
        "/chiffres/matrice/",
        "/chiffres/levier/",
        "/chiffres/annonces/",
        "/chiffres/changements/",
        "/bilan/",
        "/bilan/2025-2026/",
        "/a-propos/",
        "/accessibilite/",
        "/confidentialite/",
        "/nous-joindre/",
        "/nulle-part/",
        "/initiatives/?page=99",
        "/initiatives/frigo-libre-service/facile-a-lire/",
        "/territoires/temiscouata/",
        "/municipalites/amqui/",
        "/themes/logement/",
        "/organisations/cdc-des-grandes-marees/",
        "/chiffres/exercices/",
        "/chiffres/fqis-accorde/",
        "/chiffres/matrice/lignes/",
        "/chiffres/annonces/essai/",
        "/chiffres/changements/?depuis=hier",
        "/bilan/2024-2025/version-1/",
        "/zoom/",
        "/zoom/printemps-2025/",
        "/recherche/",
        "/recherche/?q=frigo",
        "/recherche/?q=introuvable",
        "/integrer/",
        "/integrer/?theme=logement&nombre=12",
        "/integrer/initiatives/?theme=alimentation&magie=1",
        "/alertes/?theme=alimentation&territoire=la-mitis",
        "/alertes/verifiez/",
        "/alertes/confirmer/{alert}/",
        "/alertes/arreter/{alert}/",
        "/alertes/confirmer/perdue/",
        "/signaler/?page=/initiatives/frigo-libre-service/",
        "/signaler/merci/",
        "/compte/connexion/",
        "/compte/mot-de-passe/oublie/",
    ]


# Pages whose content changes when there is nothing, and when there is a lot of it.
CHANGING = [
    "/",
    "/initiatives/",
    "/initiatives/?vue=tableau",
    "/initiatives/?vue=carte",
    "/initiatives/?vue=impression",
    "/themes/alimentation/",
    "/territoires/la-mitis/",
    "/municipalites/mont-joli/",
    "/organisations/",
    "/organisations/moisson-mitis/",
    "/frigo/municipalite/mont-joli/",
    "/carte/",
    "/carte/deserts/la-mitis/",
    "/chiffres/",
    "/chiffres/matrice/",
    "/chiffres/levier/",
    "/bilan/2025-2026/",
    "/zoom/",
    "/recherche/?q=alimentation",
]


def test_every_kind_of_public_page_is_visited():
    visited = {resolve(urlsplit(path).path).view_name for path in public_pages() if path != "/nulle-part/"}
    assert public_kinds() - visited == set()
    assert (len(public_kinds()), len(public_pages())) == (45, 70)


@pytest.mark.parametrize("part", range(PARTS))
def test_public_pages_are_clean_in_every_look(window, few, part, pytestconfig):
    """Each page in the light and in one other look, in turn; `--whole` looks at every page in the seven."""
    visits, whole = window(), pytestconfig.getoption("--whole")
    pages = list(enumerate(public_pages()))[part::PARTS]
    for number, path in pages:
        for head, token in few.items():
            path = path.replace(f"{head}{{alert}}", f"{head}{token}")
        looks = drawn.PRINTED if "vue=impression" in path else drawn.in_turn(number)
        visits.open(path, drawn.LOOKS if whole else looks, walk=True)
    assert visits.faults == [], "\n".join(visits.faults)
    assert (visits.pages, visits.looks) == (len(pages), len(pages) * (7 if whole else 2))


def test_public_pages_with_nothing_to_show_are_clean(window, world):
    visits = window()
    for path in CHANGING:
        visits.open(path, drawn.QUICK)
    assert visits.faults == [], "\n".join(visits.faults)
    assert (visits.pages, visits.looks) == (19, 57)


def test_public_pages_with_much_to_show_are_clean(window, many):
    visits = window()
    for path in [*CHANGING, "/initiatives/?page=2"]:
        visits.open(path, drawn.QUICK)
    assert visits.faults == [], "\n".join(visits.faults)
    assert (visits.pages, visits.looks) == (20, 60)


@pytest.mark.parametrize(
    ("path", "submit"),
    [
        ("/alertes/?theme=alimentation", "main form[method=post] button"),
        ("/signaler/?page=/themes/alimentation/", "main form[method=post] button"),
        ("/compte/connexion/", "main form[method=post] button[type=submit]"),
    ],
)
def test_refused_public_forms_are_clean(window, world, path, submit):
    visits = window()
    visits.page.goto(visits.server.url + path)
    visits.page.evaluate("() => document.querySelectorAll('form').forEach(it => { it.noValidate = true })")
    with visits.page.expect_navigation() as answer:
        visits.page.locator(submit).first.click()
    visits.look(path, answer.value.text())
    assert visits.page.locator("[aria-invalid=true]").count() >= 1
    assert visits.faults == [], "\n".join(visits.faults)
