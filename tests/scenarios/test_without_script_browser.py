"""The five journeys in a browser that runs no script: search, read, deposit with a budget and a file, decide, report.

Then the agents' pages on a telephone: nothing is wider than 360 pixels.
"""

import re

import pytest

from initiatives.choices import DocumentKind, State
from initiatives.models import Initiative, Report
from tests.chromium import needs_chromium
from tests.scenarios.test_initiative_life_browser import award, step

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LETTER = {"name": "lettre.pdf", "mimeType": "application/pdf", "buffer": PDF}
SIDEWAYS = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
PHONE = {"width": 360, "height": 780}
SECTIONS = ("organisme", "initiative", "lieux", "calendrier", "budget", "declaration")
NEXT = "button:has-text('Enregistrer et continuer') >> visible=true"

pytestmark = needs_chromium


@pytest.fixture
def plain(computer):
    """Return a function that opens an address in a browser without scripts."""

    def visit(address, user=None):
        return computer(user, java_script_enabled=False).open(address)

    return visit


def test_five_journeys_without_script(plain, live_server, world):
    agent = plain("/espace/", world.agent_mitis)
    draft = begin(agent, world)
    answer_sections(agent, live_server, world, draft)
    agent.goto(f"{live_server.url}/espace/initiatives/{draft.pk}/deposer/")
    assert agent.locator(".error-summary").all_inner_texts() == []
    agent.click("button:has-text('Déposer l’initiative')")
    assert agent.text_content("h1") == "Initiative déposée"
    assert re.search(r"BSL-2025-\d{3}", agent.text_content("main"))

    crd = plain("/admin/", world.coordination)
    for label in ("Commencer l’analyse", "Retenir l’initiative"):
        step(crd, live_server, draft, label)
    award(crd, live_server, draft)
    step(crd, live_server, draft, "Publier")

    visitor = plain("/")
    visitor.fill("[name=q]", "frigo")
    visitor.click("main button:has-text('Chercher')")
    visitor.click("main h3 a:has-text('Frigo du quartier')")
    assert visitor.text_content("h1").strip() == "Frigo du quartier"
    assert "4\xa0500\xa0$" in visitor.text_content("main")

    agent.goto(live_server.url + "/espace/rapports/")
    report(agent)


def begin(agent, world):
    """Answer the eight questions; return the draft."""
    agent.click("main a:has-text('Inscrire une initiative')")
    agent.fill("[name=title]", "Frigo du quartier")
    agent.fill("[name=who]", str(world.moisson))
    agent.check(f'[name=territories][value="{world.territories["la-mitis"].pk}"]')
    agent.select_option("[name=primary_theme]", label="Alimentation")
    agent.check(f'[name=target_groups][value="{world.families.pk}"]')
    agent.fill("[name=starts_on]", "2025-05-01")
    agent.fill("[name=amount_requested]", "5 000")
    agent.click("button:has-text('Enregistrer la fiche')")
    return Initiative.objects.get()


def answer_sections(agent, live_server, world, draft):
    """Answer the sections one after the other, by « Enregistrer et continuer »."""
    page = f"{live_server.url}/espace/initiatives/{draft.pk}/modifier"
    agent.goto(f"{page}/organisme/")
    for section in SECTIONS[:4]:
        assert agent.url == f"{page}/{section}/"
        answer(agent, world, section)
        agent.click(NEXT)
    budget(agent)
    agent.click(NEXT)
    documents(agent)
    agent.click(NEXT)
    assert agent.url == f"{page}/declaration/"
    agent.check("[name=is_declared][type=checkbox]")
    agent.check("[name=accepts_publication][type=checkbox]")
    agent.click(NEXT)
    assert agent.url == f"{page}/"


def answer(agent, world, section):
    """Write a few words in every text, then what the section asks of its own."""
    for box in agent.locator("form.section-form textarea").all():
        box.fill("Quelques mots.")
    own = {
        "organisme": {"signatory": "Ana Roy, directrice", "contact": "Ana Roy"},
        "initiative": {},
        "lieux": {"expected_reach": "120"},
        "calendrier": {"ends_on": "2026-02-28", "activities-0-label": "Installer le frigo"},
    }
    for name, text in own[section].items():
        agent.fill(f"[name={name}]", text)
    if section == "lieux":
        agent.check("[name=scope][value=local]")


def budget(agent):
    agent.fill("[name=expenses-0-label]", "Frigo")
    agent.fill("[name=expenses-0-amount]", "6 000")
    agent.fill("[name=expenses-0-fqis_share]", "5 000")
    agent.fill("[name=sources-0-label]", "FQIS")
    agent.select_option("[name=sources-0-origin]", "fqis")
    agent.fill("[name=sources-0-amount]", "5 000")
    agent.click("button:has-text('Recalculer')")
    assert "Il manque 1\xa0000\xa0$ de financement." in agent.text_content("#totaux")
    agent.fill("[name=sources-1-label]", "Commanditaire")
    agent.fill("[name=sources-1-amount]", "1 000")
    agent.click("button:has-text('Recalculer')")
    assert "Le budget est équilibré." in agent.text_content("#totaux")


def documents(agent):
    agent.select_option("[name=kind]", DocumentKind.values[0])
    agent.set_input_files("[name=file]", LETTER)
    agent.click("button:has-text('Joindre le document')")
    assert "lettre" in agent.text_content(".files")
    agent.fill("[name=note]", "Le reste suivra en mai.")


def report(agent):
    agent.click("main a:has-text('Frigo du quartier')")
    agent.fill("[name=people_reached]", "90")
    agent.fill("[name=results]", "Le frigo est en place.")
    for cell in agent.locator("[name$='-actual']").all()[:1]:
        cell.fill("6 000")
    agent.fill("[name=unspent]", "0")
    agent.click("button:has-text('Envoyer le rapport')")
    assert Report.objects.exclude(sent_at=None).count() == 1, agent.inner_text(".error-summary")


def test_agents_pages_fit_a_telephone(computer, live_server, world):
    draft = world.initiative(
        title="Accompagnement sociocommunautaire intergénérationnel des personnes proches aidantes"
    )
    returned = world.initiative(State.CHANGES_REQUESTED)
    submitted = world.initiative(State.SUBMITTED)
    page = computer(world.agent_mitis, viewport=PHONE).open("/espace/")
    file = f"/espace/initiatives/{draft.pk}"
    paths = [
        "/espace/",
        "/espace/initiatives/nouvelle/",
        "/espace/partenaires/?q=moisson",
        "/espace/rapports/",
        "/espace/formulaire/",
        f"{file}/",
        f"{file}/modifier/",
        *[f"{file}/modifier/{section}/" for section in SECTIONS],
        f"{file}/documents/",
        f"{file}/deposer/",
        f"{file}/partenaires/?q=moisson",
        f"{file}/partenaires/creer/?q=Moisson",
        f"{file}/echanges/",
        f"/espace/initiatives/{returned.pk}/",
        f"/espace/initiatives/{submitted.pk}/recu/",
    ]
    wide = {}
    for path in paths:
        assert page.goto(live_server.url + path).status == 200, path
        wide[path] = page.evaluate(SIDEWAYS)
    assert {path: over for path, over in wide.items() if over} == {}
    assert len(wide) == 20
