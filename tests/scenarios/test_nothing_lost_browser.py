"""A line cut, a tab closed, a session over, a flat battery, another person at the desk: one file, nothing lost, no twin,
and nothing that can be read by somebody else."""

import os
import signal
import time
from contextlib import suppress
from importlib import import_module

from django.conf import settings

from initiatives import actions
from initiatives.models import Initiative
from tests import world as universe
from tests.chromium import ARGS, CHROMIUM, needs_chromium
from tests.scenarios.conftest import RETRYING, SAVED, Window, kept, says

NEW = "/espace/initiatives/nouvelle/"
SECRET = "Famille Untel expulsee"
READ_ALL = """async () => {
  const rows = await new Promise((resolve) => {
    const opening = indexedDB.open("brouillons", 1);
    opening.onsuccess = () => {
      const asked = opening.result.transaction("textes").objectStore("textes").getAll();
      asked.onsuccess = () => resolve(asked.result);
    };
  });
  const text = (bytes) => new TextDecoder("latin1").decode(bytes);
  const names = (await indexedDB.databases()).map((it) => it.name);
  return {
    names,
    clear: rows.map((row) => Object.keys(row).sort().join()),
    dump: JSON.stringify(rows.map((row) => [row.id, row.owner, row.at, text(row.iv), text(row.data)]))
      + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie,
  };
}"""
OPENED_WITH = "async (key) => (await (await openDrafts(key)).all()).map((it) => JSON.stringify(it.rows))"
KEY_OF_PAGE = """async () => new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html")
  .querySelector("[data-key]").dataset.key"""

pytestmark = needs_chromium


def titles():
    return list(Initiative.objects.values_list("title", flat=True))


def test_line_cut_and_tab_closed_make_one_file(computer, world):
    window = computer(world.agent_mitis)
    page = window.open(NEW)
    page.fill("[name=title]", "Frigo")
    says(page, SAVED)
    assert "?dossier=" in page.url
    window.context.set_offline(True)
    page.fill("[name=title]", "Frigo du quartier")
    page.fill("[name=money_source]", "Caisse")
    says(page, RETRYING)
    kept(page, 1)
    # The tab dies: a page that closes sends its text, and the line that the test cuts is cut no more once it is closed.
    with suppress(import_module("playwright.sync_api").Error):
        page.goto("chrome://crash")
    page.close()
    window.context.set_offline(False)
    assert titles() == ["Frigo"]
    page = window.open(NEW)
    page.click("a:has-text('texte de')")
    assert page.input_value("[name=title]") == "Frigo"
    page.click("button:has-text('Reprendre le texte de')")
    says(page, SAVED)
    kept(page, 0)
    assert [(i.title, i.answers.money_source) for i in Initiative.objects.all()] == [
        ("Frigo du quartier", "Caisse")
    ]


def test_line_that_comes_back_saves_without_a_hand(computer, world):
    window = computer(world.agent_mitis)
    page = window.open(NEW)
    window.context.set_offline(True)
    page.fill("[name=title]", "Frigo")
    says(page, RETRYING)
    page.click("button:has-text('Enregistrer la fiche')")
    assert page.input_value("[name=title]") == "Frigo"  # a cut line never leads to an error page
    window.context.set_offline(False)
    says(page, SAVED)
    kept(page, 0)
    assert titles() == ["Frigo"]


def test_answer_lost_on_the_way_makes_no_twin(computer, world):
    window = computer(world.agent_mitis)
    page = window.open(NEW)

    def lose_the_answer(route):
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/nouvelle/**", lose_the_answer)
    page.fill("[name=title]", "Frigo")
    says(page, RETRYING)
    assert titles() == ["Frigo"]
    page.fill("[name=title]", "Frigo du quartier")
    page.wait_for_timeout(900)
    page.close()
    page = window.open(NEW)
    page.click("button:has-text('Reprendre le texte de')")
    page.wait_for_url("**/*dossier=*")
    kept(page, 0)  # the browser lets go of the text once the server confirmed all of it
    assert titles() == ["Frigo du quartier"]


def test_session_over_keeps_the_text_until_sign_in_elsewhere(computer, world):
    window = computer(world.agent_mitis)
    page = window.open(NEW)
    page.fill("[name=title]", "Frigo")
    says(page, SAVED)
    let_expire(window)
    page.fill("[name=title]", "Frigo du quartier")
    says(page, "puis votre session a pris fin.")
    assert titles() == ["Frigo du quartier"]  # what arrived too late is saved all the same
    page.fill("[name=money_source]", "Caisse")
    with window.context.expect_page() as tab:
        page.click("text=Se connecter dans un autre onglet")
    sign_in(tab.value, world.agent_mitis)
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    says(page, SAVED)
    kept(page, 0)
    assert [(i.title, i.answers.money_source) for i in Initiative.objects.all()] == [
        ("Frigo du quartier", "Caisse")
    ]


def let_expire(window):
    """Let the session of this browser end, a minute ago."""
    cookies = {cookie["name"]: cookie["value"] for cookie in window.context.cookies()}
    session = import_module(settings.SESSION_ENGINE).SessionStore(cookies[settings.SESSION_COOKIE_NAME])
    session["seen"] = int(time.time()) - settings.SESSION_IDLE_SECONDS - 60
    session.save()


def sign_in(page, user):
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", universe.PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_another_person_signed_in_sends_and_reads_nothing(computer, world, client_for):
    window = computer(world.agent_mitis)
    page = window.open(NEW)
    window.context.set_offline(True)
    page.fill("[name=title]", SECRET)
    says(page, RETRYING)
    kept(page, 1)
    window.context.clear_cookies()
    window.sign_in(client_for(world.agent_temis))
    window.context.set_offline(False)
    says(page, "Pas enregistré\xa0: une autre personne a ouvert une session")
    page.close()

    page = window.open(NEW)
    page.wait_for_timeout(500)
    seen = page.evaluate(READ_ALL)
    assert page.locator("text=Reprendre le texte").count() == 0
    assert (seen["names"], seen["clear"]) == (["brouillons"], ["at,data,id,iv,owner"])
    assert [word for word in (SECRET, "agent.mitis", NEW) if word in seen["dump"]] == []
    assert page.evaluate(OPENED_WITH, page.evaluate(KEY_OF_PAGE)) == []
    assert Initiative.objects.count() == 0

    window.context.clear_cookies()
    window.sign_in(client_for(world.agent_mitis))
    page.reload()
    assert SECRET in page.evaluate(OPENED_WITH, page.evaluate(KEY_OF_PAGE))[0]  # its owner still can
    page.click("button:has-text('Reprendre le texte de')")
    says(page, SAVED)
    assert [(i.title, i.created_by) for i in Initiative.objects.all()] == [(SECRET, world.agent_mitis)]


def test_sign_out_leaves_nothing_in_the_browser(computer, world):
    draft = world.initiative()
    window = computer(world.agent_mitis)
    page = window.open(f"/espace/initiatives/{draft.pk}/modifier/initiative/")
    actions.update(initiative=draft, by=world.coordination, values={"title": "Titre du CRD"})
    page.fill("[name=title]", SECRET)
    page.locator("[data-save-state] button").wait_for()  # a conflict: the text stays in the browser
    kept(page, 1)
    page.click("button:has-text('Se déconnecter')")
    says(page, "Pas enregistré\xa0: si vous vous déconnectez, ce texte sera effacé de cet appareil.")
    assert page.input_value("[name=title]") == SECRET
    kept(page, 1)
    with page.expect_navigation():
        page.click("button:has-text('Se déconnecter quand même')")
    kept(page, 0)


def test_two_tabs_never_overwrite_each_other(computer, world):
    draft = world.initiative()
    address = f"/espace/initiatives/{draft.pk}/modifier/initiative/"
    window = computer(world.agent_mitis)
    first, second = window.open(address), window.open(address)
    first.fill("[name=title]", "Du premier onglet")
    says(first, SAVED)
    second.fill("[name=title]", "Du second onglet")
    second.locator("[data-save-state] button").wait_for()
    draft.refresh_from_db()
    assert draft.title == "Du premier onglet"
    with second.expect_navigation():
        second.click("text=Comparer les deux versions")
    compared = second.inner_text("table.diff")
    assert ("Du premier onglet" in compared, "Du second onglet" in compared) == (True, True)
    second.wait_for_timeout(2500)  # over a conflict, nothing leaves by itself
    draft.refresh_from_db()
    assert draft.title == "Du premier onglet"
    with second.expect_navigation():
        second.click("button:has-text('Enregistrer et revenir plus tard')")
    draft.refresh_from_db()
    assert draft.title == "Du second onglet"
    kept(second, 0)


def test_flat_battery_loses_nothing_and_leaves_no_clear_text(
    browser, live_server, world, client_for, tmp_path
):
    context = start(browser, tmp_path)
    page = Window(context, live_server.url).sign_in(client_for(world.agent_mitis)).open(NEW)
    page.type("[name=title]", SECRET)
    kept(page, 1)
    page.wait_for_timeout(1000)  # its last letters too
    processes = context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    (pid,) = [it["id"] for it in processes["processInfo"] if it["type"] == "browser"]
    os.kill(pid, signal.SIGKILL)
    for _ in range(100):
        if not context.browser.is_connected():
            break
        time.sleep(0.1)
    found = [path for path in tmp_path.rglob("*") if path.is_file() and holds(path, SECRET)]
    assert [path.relative_to(tmp_path) for path in found] == []

    context = start(browser, tmp_path)
    page = Window(context, live_server.url).sign_in(client_for(world.agent_mitis)).open(NEW)
    page.click("button:has-text('Reprendre le texte de')")
    says(page, SAVED)
    kept(page, 0)
    context.close()
    assert titles() == [SECRET]


def start(browser, profile):
    """Start a browser that keeps its profile on the disk."""
    return browser.browser_type.launch_persistent_context(
        str(profile), executable_path=str(CHROMIUM), args=ARGS, locale="fr-CA"
    )


def holds(path, words):
    data = path.read_bytes()
    return words.encode() in data or words.encode("utf-16-le") in data
