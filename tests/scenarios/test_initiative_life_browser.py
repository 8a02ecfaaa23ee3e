"""The life of one initiative in a real browser, without JavaScript; the agent uses the keyboard alone."""

import re

import pytest
from django.conf import settings
from django.db import connection

from initiatives.models import Initiative
from tests import world as universe
from tests.chromium import needs_chromium
from tests.keyboard import Keyboard

pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="tests/espace/test_life.py tells this life on both engines; the keyboard alone, on that of production",
    ),
]


@pytest.fixture
def visit(browser, transactional_db, live_server, client_for):
    """Return a function that opens an address in a new window without JavaScript, already signed in as `user`."""
    contexts = []

    def open_page(address, user=None):
        contexts.append(browser.new_context(java_script_enabled=False, locale="fr-CA"))
        if user is not None:
            session = client_for(user).cookies[settings.SESSION_COOKIE_NAME].value
            contexts[-1].add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
        page = contexts[-1].new_page()
        page.goto(live_server.url + address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page, user):
    keyboard = Keyboard(page)
    keyboard.type("login", user.email)
    keyboard.type("password", universe.PASSWORD)
    keyboard.press("Se connecter", "main button")
    return keyboard


def test_life_in_a_browser(visit, live_server, world):
    page = visit("/espace/")
    agent = sign_in(page, world.agent_mitis)
    agent.press("Inscrire une initiative", "main a.button")
    initiative = enter(agent, world)
    deposit(agent)
    number = page.text_content(".panel-success strong")
    assert re.fullmatch(r"BSL-2025-\d{3}", number)

    crd = visit("/admin/", world.coordination)
    step(crd, live_server, initiative, "Retourner pour compléter", note="Précisez le lieu.")
    page.goto(live_server.url + "/espace/")
    assert "Précisez le lieu." in page.text_content("main")
    page.goto(f"{live_server.url}/espace/initiatives/{initiative.pk}/modifier/")
    agent.press("L’initiative", ".tasks a")
    agent.type("summary", "Un frigo devant la bibliothèque, ouvert jour et nuit.")
    agent.press("Enregistrer et revenir plus tard", "button")
    agent.press("Vérifier et déposer", "a.button")
    deposit(agent)

    step(crd, live_server, initiative, "Commencer l’analyse")
    step(crd, live_server, initiative, "Retenir l’initiative")
    award(crd, live_server, initiative)
    step(crd, live_server, initiative, "Publier")

    stranger = visit("/espace/", world.agent_temis)
    assert stranger.goto(f"{live_server.url}/espace/initiatives/{initiative.pk}/").status == 404

    visitor = visit("/initiatives/?q=frigo")
    assert "4\xa0500\xa0$" in visitor.text_content("main")
    visitor.click("text=Frigo du quartier")
    assert "Un frigo devant la bibliothèque" in visitor.text_content("main")
    assert "4\xa0500\xa0$" in visitor.text_content("main")


def enter(agent, world):
    """Make a draft of eight answers, find its lead, then fill the sections one after the other; return the draft."""
    agent.type("title", "Frigo du quartier")
    agent.type("who", "La Moisson")
    agent.tick("territories", world.territories["la-mitis"].pk)
    agent.reach("[name=primary_theme]")
    agent.page.keyboard.type("Alim")
    agent.tick("target_groups", world.families.pk)
    agent.type("starts_on", "2025-05-01")
    agent.type("amount_requested", "5 000")
    agent.press("Enregistrer la fiche", "button")
    agent.type("q", "moisson")
    agent.press("Chercher", "main button")
    agent.press("Ajouter comme porteur", "button")
    for name in ("mission", "experience", "signatory", "contact"):
        agent.type(name, "En quelques mots.")
    agent.press("Enregistrer et continuer", "button")
    write_sections(agent)
    agent.press("Vérifier et déposer", "a.button")
    return Initiative.objects.get()


def write_sections(agent):
    """Answer the sections after the first, by « Enregistrer et continuer »."""
    agent.type("summary", "Un frigo ouvert à tout le monde.")
    for name in (
        "need",
        "objectives",
        "expected_results",
        "indicators",
        "citizen_participation",
        "sustainability",
    ):
        agent.type(name, "En quelques mots.")
    agent.press("Enregistrer et continuer", "button")
    agent.type("expected_reach", "2 000")
    agent.press("Enregistrer et continuer", "button")
    agent.type("ends_on", "2026-02-28")
    agent.type("activities-0-label", "Ouvrir")
    agent.press("Enregistrer et continuer", "button")
    agent.type("expenses-0-label", "Frigo")
    agent.type("expenses-0-amount", "5 000")
    agent.type("sources-0-label", "FQIS")
    agent.reach("[name=sources-0-origin]")
    agent.page.keyboard.type("FQIS")
    agent.type("sources-0-amount", "5 000")
    agent.press("Recalculer", "button")
    assert "Le budget est équilibré." in agent.page.text_content("#totaux")
    agent.press("Enregistrer et continuer", "button")
    agent.type("note", "La résolution suivra le 1er mai.")
    agent.press("Enregistrer et continuer", "button")
    for name in ("is_declared", "accepts_publication"):
        agent.reach(f"[type=checkbox][name={name}]")
        agent.page.keyboard.press("Space")
    agent.press("Enregistrer et continuer", "button")


def deposit(agent):
    agent.press("Déposer l’initiative", "button")
    assert agent.page.text_content("h1") == "Initiative déposée"


def step(crd, live_server, initiative, label, note=None):
    """Press one of the buttons of the file in the admin and confirm it."""
    crd.goto(f"{live_server.url}/admin/initiatives/initiative/{initiative.pk}/change/")
    crd.click(f"p.steps a:text-is('{label}')")
    if note:
        crd.fill("[name=note]", note)
    crd.click(".submit-row button")
    if not crd.url.endswith("/change/"):  # the message that leaves is read first
        crd.click("button:text-is('Confirmer')")
    assert crd.url.endswith("/change/"), crd.text_content("#content")


def award(crd, live_server, initiative):
    crd.goto(f"{live_server.url}/admin/initiatives/initiative/{initiative.pk}/change/")
    crd.click("p.steps a:text-is('Accorder un montant')")
    crd.check("input[name=line] >> nth=0")
    crd.fill("[name=amount]", "4 500")
    crd.fill("[name=reason]", "Décision du comité")
    crd.click(".submit-row button")
    crd.click("button:text-is('Confirmer')")
    assert crd.url.endswith("/change/"), crd.text_content("#content")
