"""A name proposed under the quick form goes into it, by keyboard."""

from tests.chromium import needs_chromium

pytestmark = needs_chromium


def test_name_proposed_is_picked_by_keyboard(computer, world):
    page = computer(world.agent_mitis).open("/espace/initiatives/nouvelle/")
    page.fill("[name=who]", "")
    page.locator("[name=who]").type("grandes")
    page.wait_for_selector("[data-fill]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("[name=who]") == "CDC des Grandes Marées"
    assert page.evaluate("() => document.activeElement.name") == "who"
    page.wait_for_timeout(500)
    assert page.locator("[data-fill]:visible").count() == 0
