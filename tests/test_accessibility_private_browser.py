"""Pages of agents and of staff through the accessibility gate, their forms refused and their payments reviewed too."""

from dataclasses import replace

import pytest
from django.db import connection

from initiatives.choices import State
from initiatives.sections import SECTIONS
from tests.chromium import needs_chromium
from tests.shown import fridge

drawn = pytest.importorskip("tests.probes.drawn")
pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(
        connection.vendor != "sqlite",
        reason="what a browser draws does not depend on the engine: once, on SQLite",
    ),
]


@pytest.fixture
def files(transactional_db, world):
    """The universe with initiatives in the states that the pages of agents and staff show."""
    return world, {
        "fridge": fridge(world),
        "draft": world.initiative(title="Brouillon"),
        "returned": world.initiative(State.CHANGES_REQUESTED, title="À compléter"),
        "submitted": world.initiative(State.SUBMITTED, title="Déposée"),
        "approved": world.initiative(State.APPROVED, title="Retenue"),
    }


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


# Pages of agents: as the public's, in the looks that their forms can spoil. Staff pages: Django's own, and its library's.
AGENTS = (*drawn.QUICK, *(look for look in drawn.LOOKS if look.name in ("dark", "text at 200 %")))
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
    assert (visits.pages, visits.looks) == (len(agent_pages(files)), 5 * visits.pages)
    assert visits.pages == 18


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
