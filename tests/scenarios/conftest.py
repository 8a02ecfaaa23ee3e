"""Windows of a real browser, with scripts, signed in; and ways to look at what a browser keeps."""

import pytest
from django.conf import settings

SAVED = "Brouillon enregistré à"
RETRYING = "Pas enregistré\xa0: nouvelle tentative…"
KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("brouillons", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("textes", { keyPath: "id" });
  opening.onsuccess = () => {
    const asked = opening.result.transaction("textes").objectStore("textes").getAll();
    asked.onsuccess = () => { opening.result.close(); resolve(asked.result.length); };
  };
})"""


class Window:
    """One person's browser: tabs share its cookies and what it keeps."""

    def __init__(self, context, url):
        self.context, self.url = context, url
        context.set_default_timeout(15000)

    def sign_in(self, client):
        """Give this browser the session of a client of the tests."""
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.url}
        self.context.add_cookies([cookie])
        return self

    def open(self, address):
        page = self.context.new_page()
        page.goto(self.url + address)
        return page


def says(page, sentence):
    """Wait until the state of the form says this."""
    page.locator("[data-save-state]", has_text=sentence).wait_for()


def kept(page, count):
    """Wait until the browser keeps that many encrypted texts."""
    for _ in range(50):
        if page.evaluate(KEPT) == count:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{page.evaluate(KEPT)} texts kept instead of {count}")


@pytest.fixture
def computer(browser, transactional_db, live_server, client_for):
    """Return a function that opens a browser of its own, signed in as `user` or as nobody."""
    contexts = []

    def start(user=None, **options):
        options = {"locale": "fr-CA", "timezone_id": "America/Toronto", "reduced_motion": "reduce"} | options
        contexts.append(browser.new_context(**options))
        window = Window(contexts[-1], live_server.url)
        return window.sign_in(client_for(user)) if user else window

    yield start
    for context in contexts:
        context.close()
