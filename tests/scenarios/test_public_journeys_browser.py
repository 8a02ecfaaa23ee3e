"""The public site with the keyboard alone, without JavaScript: to a number to call, to a file, to the sheet of a municipality."""

import pytest
from django.conf import settings

from initiatives.choices import State
from initiatives.models import EasyText
from tests.chromium import needs_chromium
from tests.keyboard import Keyboard

pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(
        "sqlite" not in settings.DATABASES["default"]["ENGINE"],
        reason="tests/portal tells what is found on both engines; the keyboard, once",
    ),
]


@pytest.fixture
def keyboard(browser, transactional_db, live_server, world):
    """The keyboard of somebody who has just opened the home page."""
    fridge = world.published(State.IN_PROGRESS, title="Frigo libre-service", award=500)
    EasyText.objects.create(initiative=fridge, what="Un repas gratuit.", phone="418 555-0199")
    world.published(
        title="Bail expliqué", themes=[world.themes["logement"]], primary_theme=world.themes["logement"]
    )
    context = browser.new_context(java_script_enabled=False, locale="fr-CA", accept_downloads=True)
    page = context.new_page()
    page.goto(live_server.url)
    yield Keyboard(page)
    context.close()


def at(keyboard):
    """Return the path of the page that is open, and its title."""
    page = keyboard.page
    return page.evaluate("() => location.pathname + location.search"), page.inner_text("h1")


def search(keyboard, words):
    keyboard.type("q", words)
    with keyboard.page.expect_navigation():
        keyboard.page.keyboard.press("Enter")


def test_words_lead_to_an_initiative_and_to_a_number_to_call(keyboard):
    search(keyboard, "frigo")
    assert at(keyboard)[0] == "/recherche/?q=frigo"
    keyboard.press("Frigo libre-service")
    assert at(keyboard) == ("/initiatives/frigo-libre-service/", "Frigo libre-service")
    keyboard.press("facile à lire")
    assert at(keyboard)[0] == "/initiatives/frigo-libre-service/facile-a-lire/"
    keyboard.reach("a[href='tel:+14185550199']")


def test_list_is_filtered_then_freed_then_taken_away(keyboard):
    keyboard.press("Initiatives")
    keyboard.tick("theme", "logement")
    keyboard.press("Appliquer les filtres")
    assert keyboard.page.inner_text("[role=status]").startswith("1 initiative")
    keyboard.press("Retirer le filtre")
    assert keyboard.page.inner_text("[role=status]").startswith("2 initiatives")
    keyboard.reach("a[download]", "CSV")
    with keyboard.page.expect_download() as file:
        keyboard.page.keyboard.press("Enter")
    lines = file.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert (file.value.suggested_filename.endswith(".csv"), len(lines)) == (True, 3)


def test_municipality_is_found_then_its_sheet_for_the_fridge(keyboard):
    search(keyboard, "mont joli")
    keyboard.press("Mont-Joli", "main li a")
    assert at(keyboard) == ("/municipalites/mont-joli/", "Mont-Joli")
    keyboard.press("À mettre sur le frigo")
    assert at(keyboard)[0] == "/frigo/municipalite/mont-joli/"
    keyboard.reach("a[href='tel:211']")
