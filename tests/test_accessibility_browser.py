"""Every kind of page, in its states, seen as people see it: light, dark, forced colours, narrow, enlarged, spaced, printed,
and walked through with the keyboard. The gate is `tests/probes`; `tests/test_probes_browser.py` proves that it catches."""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.urls import resolve

from alliance.accounts.outbox.signed import signed_path
from alliance.lib.dates import today
from alliance.portal import alert_mails, zooms
from alliance.portal.actions import publish_bilan
from funding import actions
from funding.choices import Condition, Measure
from funding.models import PublishedFigure
from funding.rules import Instalment
from initiatives.choices import State
from initiatives.models import EasyText
from initiatives.sections import SECTIONS
from tests.chromium import needs_chromium
from tests.portal.alerts_world import FOOD, asked
from tests.probes import drawn, markup
from tests.routes_table import EXPECTED

pytest.importorskip("axe_playwright_python")
pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(
        connection.vendor != "sqlite",
        reason="what a browser draws does not depend on the engine: once, on SQLite",
    ),
]

_LISTEN = """window.broken = [];
document.addEventListener('securitypolicyviolation', e => window.broken.push(e.violatedDirective));"""
PARTS = 4  # of the public pages: several processes share them
LONG = "Accompagnement sociocommunautaire intergénérationnel anticonstitutionnellement décentralisé "


@dataclass
class Visits:
    """Pages opened by one window, and what went wrong on the way."""

    page: object
    server: object
    pages: int = 0
    looks: int = 0
    faults: list = field(default_factory=list)
    allowed: frozenset = frozenset()

    def __post_init__(self):
        """Note, page after page, a request elsewhere, an error in the console or a fault of a script."""
        ours = (self.server.url, "data:")
        self.page.on("request", lambda it: self._note(it.url, it.url.startswith(ours)))
        self.page.on(
            "console", lambda it: self._note(it.text, it.type != "error" or "status of 4" in it.text)
        )
        self.page.on("pageerror", lambda it: self._note(str(it), False))

    def _note(self, what, fine):
        if not fine:
            self.faults.append(f"{self.page.url}: {what}")

    def open(self, path, looks=drawn.LOOKS, *, html=True):
        """Open a page and look at it: its HTML, each of the looks, then a walk with the keyboard."""
        drawn.show(self.page, drawn.LOOKS[0])
        answer = self.page.goto(self.server.url + path)
        self.look(path, answer.text() if html else "", looks)

    def look(self, where, html="", looks=drawn.LOOKS):
        self.pages += 1
        found = [f"policy: {broken}" for broken in self.page.evaluate("() => window.broken")]
        found += markup.faults(html) if html else []
        for look in looks:
            found += drawn.measured(self.page, look)
            self.looks += 1
        if looks is drawn.LOOKS:
            found += drawn.walked(self.page)
        rule = re.compile(r": axe: ([\w-]+)")
        self.faults += [
            f"{where}: {it}" for it in found if not (m := rule.search(it)) or m[1] not in self.allowed
        ]

    def clean(self):
        return "\n".join(self.faults) == ""


@pytest.fixture
def window(browser, transactional_db, live_server, client_for):
    """Return a function that opens a window, signed in as `user` or as the public."""
    contexts = []

    def open_window(user=None, **options):
        context = browser.new_context(locale="fr-CA", timezone_id="America/Toronto")
        contexts.append(context)
        if user is not None:
            session = client_for(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
        context.add_init_script(_LISTEN)
        drawn.prepare(context)
        return Visits(context.new_page(), live_server, **options)

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def files(transactional_db, world):
    """The universe with initiatives in the states that the pages of agents and staff show."""
    return world, {
        "fridge": _fridge(world),
        "draft": world.initiative(title="Brouillon"),
        "returned": world.initiative(State.CHANGES_REQUESTED, title="À compléter"),
        "submitted": world.initiative(State.SUBMITTED, title="Déposée"),
        "approved": world.initiative(State.APPROVED, title="Retenue"),
    }


def _fridge(world):
    fridge = world.published(
        State.IN_PROGRESS, award=12500, title="Frigo libre-service", citizen_participation="Oui."
    )
    plan = [
        Instalment(Decimal(10000), today(), Condition.DATE),
        Instalment(Decimal(2500), today(), Condition.FINAL_REPORT),
    ]
    actions.schedule(commitment=fridge.commitments.get(), by=world.coordination, instalments=plan)
    return fridge


@pytest.fixture
def few(transactional_db, world):
    """The public site with a page of every kind; return what its addresses need to name."""
    fridge = _fridge(world)
    world.published(title=LONG * 2)
    EasyText.objects.create(initiative=fridge, what="Un repas gratuit.", phone="418 555-0199")
    zoom = zooms.create(by=world.coordination, values={"title": "Printemps 2025"})
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[fridge])
    zooms.publish(zoom=zoom, by=world.coordination)
    publish_bilan(year=world.years["2024-2025"], by=world.coordination)
    PublishedFigure.objects.create(
        code="essai",
        label="Essai",
        value=1,
        unit="initiatives",
        wording="Un",
        source="Texte",
        measure=Measure.INITIATIVES,
    )
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
        "/initiatives/?mrc=la-mitis&theme=alimentation&q=frigo",
        "/initiatives/?q=introuvable",
        "/initiatives/?vue=tableau&territoire=la-mitis&tri=montant",
        "/initiatives/?vue=carte",
        "/initiatives/?vue=impression",
        "/donnees/",
        "/initiatives/?mrc=atlantide",
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
        "/chiffres/?mrc=atlantide",
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


def agent_pages(files):
    draft, returned, submitted = (files[name].pk for name in ("draft", "returned", "submitted"))
    return [
        "/espace/",
        "/espace/initiatives/nouvelle/",
        f"/espace/initiatives/{draft}/modifier/",
        *[
            f"/espace/initiatives/{draft}/modifier/{part.slug}/"
            for part in SECTIONS
            if part.slug != "documents"
        ],
        f"/espace/initiatives/{draft}/documents/",
        f"/espace/initiatives/{draft}/deposer/",
        f"/espace/initiatives/{draft}/echanges/",
        "/espace/formulaire/",
        "/espace/rapports/",
        f"/espace/initiatives/{draft}/partenaires/?q=moisson",
        f"/espace/initiatives/{draft}/partenaires/creer/?q=Moisson",
        f"/espace/initiatives/{returned}/",
        f"/espace/initiatives/{submitted}/recu/",
    ]


def staff_pages(world, files):
    year = f"/admin/initiatives/fiscalyear/{world.years['2025-2026'].pk}"
    approved, submitted = files["approved"].pk, files["submitted"].pk
    return [
        "/admin/",
        "/admin/initiatives/initiative/",
        f"/admin/initiatives/initiative/{approved}/change/",
        f"/admin/initiatives/initiative/{approved}/accorder/",
        f"/admin/initiatives/initiative/{approved}/history/",
        f"/admin/initiatives/initiative/{submitted}/etat/start_review/",
        "/admin/initiatives/initiative/import/",
        "/admin/initiatives/initiative/export/",
        "/admin/funding/allocation/",
        "/admin/funding/commitmentmovement/",
        f"{year}/argent/",
        f"{year}/verser/",
        f"{year}/fermer/",
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
# Beside the whole gate on every kind of page: the looks that words and numbers can spoil.
WORDS = tuple(look for look in drawn.LOOKS if look.name in ("light", "forced colours", "phone", "320 px"))


def public_kinds():
    """Return the routes whose page anybody may read."""
    files = {name for name in EXPECTED if name.endswith(("_file", "_csv", "_paper", "_bulletin"))}
    apart = {"portal:health", "portal:robots", "portal:sitemap", "portal:short"}
    return {name for name in EXPECTED if name.startswith("portal:")} - files - apart


def test_every_kind_of_public_page_is_visited():
    visited = {resolve(urlsplit(path).path).view_name for path in public_pages() if path != "/nulle-part/"}
    assert public_kinds() - visited == set()
    assert len(public_kinds()) == 40


@pytest.mark.parametrize("part", range(PARTS))
def test_public_pages_are_clean_in_every_look(window, few, part):
    visits = window()
    pages = public_pages()[part::PARTS]
    for path in pages:
        for head, token in few.items():
            path = path.replace(f"{head}{{alert}}", f"{head}{token}")
        visits.open(path)
    assert visits.faults == [], "\n".join(visits.faults)
    assert (visits.pages, visits.looks) == (len(pages), len(pages) * 7)
    assert len(public_pages()) == 67


def test_public_pages_with_nothing_to_show_are_clean(window, world):
    visits = window()
    for path in CHANGING:
        visits.open(path, WORDS)
    assert visits.faults == [], "\n".join(visits.faults)
    assert (visits.pages, visits.looks) == (19, 76)


def test_public_pages_with_much_to_show_are_clean(window, many):
    visits = window()
    for path in [*CHANGING, "/initiatives/?page=2"]:
        visits.open(path, WORDS)
    assert visits.faults == [], "\n".join(visits.faults)
    assert (visits.pages, visits.looks) == (20, 80)


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


# Pages of agents: as the public's, in the looks that their forms can spoil. Staff pages: Django's own, and its library's.
AGENTS = tuple(look for look in drawn.LOOKS if look.name != "printed")
STAFF = (
    replace(drawn.LOOKS[0], measures=("moving",)),
    drawn.Look("dark", rules=("color-contrast", "link-in-text-block"), dark=True),
    drawn.Look("phone", rules=drawn.LAYOUT, size=drawn.PHONE),
)
# What the admin's library writes and we do not: search boxes of its choice lists, cells of its table of partners, the
# magnifying glass that labels its search. The accessibility page says so. Staff pages only; anything else fails.
OF_THE_LIBRARY = frozenset(
    {"aria-input-field-name", "empty-table-header", "label", "label-title-only", "list", "select-name"}
)


def test_pages_of_agents_are_clean(window, files):
    world, files = files
    visits = window(world.agent_mitis)
    for path in agent_pages(files):
        visits.open(path, AGENTS)
    assert visits.faults == [], "\n".join(visits.faults)


def test_pages_of_staff_are_clean(window, files):
    world, files = files
    visits = window(world.administration, allowed=OF_THE_LIBRARY)
    for path in staff_pages(world, files):
        visits.open(path, STAFF, html=False)
    assert visits.faults == [], "\n".join(visits.faults)
    assert (visits.pages, visits.looks) == (13, 39)


def test_refused_form_of_an_agent_is_clean(window, files):
    world, files = files
    visits = window(world.agent_mitis)
    visits.page.goto(f"{visits.server.url}/espace/initiatives/{files['draft'].pk}/modifier/calendrier/")
    visits.page.fill("[name=starts_on]", "22-03-01")
    with visits.page.expect_navigation() as answer:
        visits.page.click(".actions button[value=next]")
    assert visits.page.evaluate("() => document.activeElement.className") == "error-summary"
    visits.look("refused form", answer.value.text())
    assert visits.faults == [], "\n".join(visits.faults)


def test_reviewed_payment_is_clean(window, files):
    world, _files = files
    visits = window(world.accounting, allowed=OF_THE_LIBRARY)
    visits.page.goto(
        f"{visits.server.url}/admin/initiatives/fiscalyear/{world.years['2025-2026'].pk}/verser/"
    )
    visits.page.fill("[name=reference]", "Lot 7")
    visits.page.click("button.default")
    assert visits.page.locator("button[value=confirmer]").count() == 1
    visits.look("reviewed payment", looks=STAFF)
    assert visits.faults == [], "\n".join(visits.faults)
