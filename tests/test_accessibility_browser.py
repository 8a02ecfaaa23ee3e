"""What the accessibility page promises, in a real browser: axe without violation on every kind of page, in light, in
dark and on a phone; a strict policy that nothing trips; no sideways scroll; a focus that is always seen."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from alliance.lib.dates import today
from funding import actions
from funding.choices import Condition
from funding.rules import Instalment
from initiatives.choices import State
from initiatives.sections import SECTIONS
from tests.chromium import needs_chromium

axe = pytest.importorskip("axe_playwright_python")
AXE = Path(axe.__file__).parent / "axe.min.js"
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}
NARROWEST = {"width": 320, "height": 640}
MOST_TABS = 80
LEAST_STOPS = {"/": 30, "/initiatives/": 25}

pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(
        connection.vendor != "sqlite",
        reason="what a browser draws does not depend on the engine: once, on SQLite",
    ),
]

_LISTEN = """window.broken = [];
document.addEventListener('securitypolicyviolation', e => window.broken.push(e.violatedDirective));"""
_SCAN = """async only => {
  const options = {resultTypes: ['violations'], preload: false};
  if (only) options.runOnly = {type: 'rule', values: only};
  const found = await axe.run(document, options);
  return found.violations.map(v => v.id + ' ' + v.nodes[0].target.join(' '));
}"""
_SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_STOP = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const style = getComputedStyle(it), box = it.getBoundingClientRect();
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return {name: it.tagName + ' ' + (it.getAttribute('href') || it.id || it.name || ''), seen, inside,
          href: it.getAttribute('href')};
}"""


COLOURS = ["color-contrast", "link-in-text-block"]
LAYOUT = [
    "target-size",
    "scrollable-region-focusable",
    "heading-order",
    "landmark-unique",
    "label",
    "link-name",
    "region",
]

# What the admin's library writes and we do not: search boxes of its choice lists, cells of its table of partners, the
# magnifying glass that labels its search. The accessibility page says so. Staff pages only; anything else fails.
OF_THE_LIBRARY = {
    "aria-input-field-name",
    "empty-table-header",
    "label",
    "label-title-only",
    "list",
    "select-name",
}


@dataclass
class Visits:
    """Pages opened by one browser, and what went wrong on the way."""

    pages: int = 0
    scans: int = 0
    faults: list = field(default_factory=list)


@pytest.fixture
def window(browser, transactional_db, live_server, client_for):
    """Return a function that opens a window, signed in as `user` or as the public."""
    contexts = []

    def open_window(user=None):
        context = browser.new_context(
            viewport=WIDE,
            color_scheme="light",
            locale="fr-CA",
            timezone_id="America/Toronto",
            reduced_motion="reduce",
        )
        contexts.append(context)
        if user is not None:
            session = client_for(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
        context.add_init_script(_LISTEN)
        context.add_init_script(path=AXE)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def files(transactional_db, world):
    """The universe with initiatives in the states that the pages show."""
    fridge = world.published(
        State.IN_PROGRESS, award=12500, title="Frigo libre-service", citizen_participation="Oui."
    )
    plan = [
        Instalment(Decimal(10000), today(), Condition.DATE),
        Instalment(Decimal(2500), today(), Condition.FINAL_REPORT),
    ]
    actions.schedule(commitment=fridge.commitments.get(), by=world.coordination, instalments=plan)
    world.published(title="Accompagnement sociocommunautaire intergénérationnel " * 3)
    return world, {
        "draft": world.initiative(title="Brouillon"),
        "returned": world.initiative(State.CHANGES_REQUESTED, title="À compléter"),
        "submitted": world.initiative(State.SUBMITTED, title="Déposée"),
        "approved": world.initiative(State.APPROVED, title="Retenue"),
    }


def public_pages():
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


def watch_page(page, server, visits):
    """Note, page after page, a request elsewhere, an error in the console or a fault of a script."""
    page.on("request", lambda it: note(visits, page.url, it.url, it.url.startswith((server.url, "data:"))))
    page.on("console", lambda it: note(visits, page.url, it.text, it.type != "error" or "404" in it.text))
    page.on("pageerror", lambda it: visits.faults.append(f"{page.url}: {it}"))


def open_page(page, server, path, visits):
    """Open a page; note what broke the policy."""
    page.goto(server.url + path)
    visits.pages += 1
    visits.faults += [f"{path}: {broken}" for broken in page.evaluate("() => window.broken")]


def note(visits, where, what, fine):
    if not fine:
        visits.faults.append(f"{where}: {what}")


def scan_page(page, path, visits):
    """Run every rule once; then those that a dark scheme or a narrow screen can change: the words stay the same."""
    for name, only, scheme, size in (
        ("light", None, "light", WIDE),
        ("dark", COLOURS, "dark", WIDE),
        ("phone", COLOURS + LAYOUT, "light", PHONE),
    ):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        visits.scans += 1
        visits.faults += [
            f"{path} ({name}): {fault}"
            for fault in page.evaluate(_SCAN, only)
            if not (path.startswith("/admin/") and fault.split()[0] in OF_THE_LIBRARY)
        ]
    page.set_viewport_size(WIDE)


def test_pages_without_violation(window, live_server, files):
    world, files = files
    visits = Visits()
    for user, paths in (
        (None, public_pages()),
        (world.agent_mitis, agent_pages(files)),
        (world.administration, staff_pages(world, files)),
    ):
        page = window(user)
        watch_page(page, live_server, visits)
        for path in paths:
            open_page(page, live_server, path, visits)
            scan_page(page, path, visits)
    assert visits.faults == [], "\n".join(visits.faults)
    assert (visits.pages, visits.scans) == (59, 177)


def test_refused_form_without_violation(window, live_server, files):
    world, files = files
    page, visits = window(world.agent_mitis), Visits()
    page.goto(f"{live_server.url}/espace/initiatives/{files['draft'].pk}/modifier/calendrier/")
    page.fill("[name=starts_on]", "22-03-01")
    page.click(".actions button[value=next]")
    page.wait_for_selector(".error-summary")
    assert page.evaluate("() => document.activeElement.className") == "error-summary"
    scan_page(page, "refused form", visits)
    assert visits.faults == [], "\n".join(visits.faults)
    assert visits.scans == 3


def test_reviewed_payment_without_violation(window, live_server, files):
    world, _files = files
    page, visits = window(world.accounting), Visits()
    watch_page(page, live_server, visits)
    open_page(
        page, live_server, f"/admin/initiatives/fiscalyear/{world.years['2025-2026'].pk}/verser/", visits
    )
    page.fill("[name=reference]", "Lot 7")
    page.click("button.default")
    assert page.locator("button[value=confirmer]").count() == 1
    scan_page(page, "/admin/ reviewed payment", visits)
    assert visits.faults == [], "\n".join(visits.faults)
    assert (visits.pages, visits.scans) == (1, 3)


def test_public_pages_fit_in_320_pixels_and_with_text_at_200_percent(window, live_server, files):
    page = window()
    wide = {}
    for path in public_pages():
        page.set_viewport_size(NARROWEST)
        page.goto(live_server.url + path)
        wide[f"{path} at 320 px"] = page.evaluate(_SIDEWAYS)
        page.set_viewport_size(WIDE)
        page.evaluate("() => { document.documentElement.style.fontSize = '225%' }")  # twice ours, 112.5 %
        wide[f"{path} at 200 %"] = page.evaluate(_SIDEWAYS)
    assert {path: over for path, over in wide.items() if over} == {}
    assert len(wide) == 56


def test_keyboard_starts_at_the_skip_link_and_is_always_seen(window, live_server, files):
    page = window()
    for path, least in LEAST_STOPS.items():
        page.goto(live_server.url + path)
        stops = tab_stops(page)
        assert stops[0]["href"] == "#contenu"
        assert [stop["name"] for stop in stops if not (stop["seen"] and stop["inside"])] == []
        assert len(stops) >= least
    page.goto(live_server.url + "/initiatives/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "contenu"


def tab_stops(page):
    stops = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None:
            break
        stops.append(stop)
    return stops
