"""An agent after a meeting: eight answers, the keyboard alone, less than three minutes."""

import time

from initiatives.choices import EntryMode
from initiatives.models import Initiative
from tests.chromium import needs_chromium
from tests.scenarios.test_initiative_life_browser import Keyboard

PACE = 0.28  # seconds for one key, for somebody who types 40 words a minute
READING = 5  # seconds to read each of the eight questions
ANSWERS = {
    "title": "Frigo du quartier",
    "starts_on": "2025-05-01",
    "amount_requested": "5 000",
    "money_source": "Caisse",
}

pytestmark = needs_chromium


class Counted:
    """A page whose keys are counted."""

    def __init__(self, page):
        self.page, self.keys, self.keyboard = page, 0, self

    def __getattr__(self, name):
        return getattr(self.page, name)

    def press(self, key):
        self.keys += 1
        self.page.keyboard.press(key)

    def type(self, text):
        self.keys += len(text)
        self.page.keyboard.type(text)


def test_entry_by_keyboard_in_less_than_three_minutes(computer, world):
    page = Counted(computer(world.agent_mitis).open("/espace/"))
    agent, began = Keyboard(page), time.monotonic()
    agent.press("Inscrire une initiative", "main a.button")
    for name in ("title", "who"):
        agent.type(name, ANSWERS.get(name, "Moisson Mitis"))
    agent.tick("territories", world.territories["la-mitis"].pk)
    agent.reach("[name=primary_theme]")
    page.keyboard.type("Alim")
    agent.tick("target_groups", world.families.pk)
    for name in ("starts_on", "amount_requested", "money_source"):
        agent.type(name, ANSWERS[name])
    agent.reach("button", "Enregistrer la fiche")
    page.keyboard.press("Enter")
    page.wait_for_url("**/modifier/**")
    took = time.monotonic() - began

    draft = Initiative.objects.get()
    assert (draft.title, draft.entry_mode, draft.answers.money_source) == (
        ANSWERS["title"],
        EntryMode.QUICK,
        "Caisse",
    )
    assert [str(row.organization) for row in draft.partnerships.all()] == [str(world.moisson)]
    assert (draft.primary_theme, draft.amount_requested) == (world.themes["alimentation"], 5000)
    assert list(draft.territories.all()) == [world.territories["la-mitis"]]
    page.goto(page.url.split("/espace/")[0] + "/espace/")
    assert "compléter" in page.inner_text("main")
    by_hand = page.keys * PACE + 8 * READING
    assert max(took, by_hand) < 180, f"{page.keys} keys, {took:.1f} s here, {by_hand:.0f} s by hand"
    assert page.keys <= 130
