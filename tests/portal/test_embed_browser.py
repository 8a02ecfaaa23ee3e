"""The block in the page of somebody else: another origin frames it, and may frame nothing else of ours."""

import html
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from initiatives.choices import State
from tests.chromium import needs_chromium

pytestmark = needs_chromium


@pytest.fixture
def elsewhere():
    """A site of another origin, on the loopback: `site.body` is its page, `site.url` its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            content = (
                f"<!DOCTYPE html><html lang='fr'><title>Ailleurs</title><body>{self.server.body}".encode()
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    site.body, site.url = "", f"http://127.0.0.1:{site.server_port}/"
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    yield site
    site.shutdown()
    site.server_close()
    thread.join()


@pytest.fixture
def window(browser):
    context = browser.new_context(locale="fr-CA", viewport={"width": 800, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def listed(transactional_db, world):
    return world.many(12, state=State.IN_PROGRESS, title="Frigo libre-service de Mont-Joli, numéro")


def test_code_copied_from_the_page_shows_the_list_on_another_site(
    listed, window, live_server, elsewhere, settings
):
    settings.SITE_URL = live_server.url
    window.goto(f"{live_server.url}/integrer/?theme=alimentation&nombre=10")
    elsewhere.body = window.locator("#code").input_value()
    asked = []
    window.context.on("request", lambda request: asked.append(request))
    window.goto(elsewhere.url)
    frame = window.frame_locator("iframe")
    assert frame.locator("li").count() == 10
    assert frame.locator("h1").inner_text() == "Initiatives contre la pauvreté"
    colours = frame.locator("body").evaluate("it => getComputedStyle(it).borderTopColor")
    assert colours == "rgb(11, 79, 108)"  # its stylesheet came
    ours = [request for request in asked if request.url.startswith(live_server.url)]
    assert [request.headers.get("referer") for request in ours if request.is_navigation_request()] == [None]
    assert {request.resource_type for request in ours} <= {"document", "stylesheet", "image", "other"}
    assert not [request for request in ours if "cookie" in request.headers]
    assert window.context.cookies() == []
    with window.context.expect_page() as opened:
        frame.locator("li a").first.click()
    assert opened.value.url.startswith(f"{live_server.url}/initiatives/frigo-libre-service")
    assert window.url == elsewhere.url


def test_frame_is_as_high_as_its_list(listed, window, live_server, elsewhere):
    for number in (3, 5, 10):
        page = window.context.request.get(f"{live_server.url}/integrer/?nombre={number}").text()
        height = int(re.search(r'<iframe [^>]*height="(\d+)"', html.unescape(page))[1])
        elsewhere.body = f'<iframe src="{live_server.url}/integrer/initiatives/?nombre={number}" width="600" height="{height}"></iframe>'
        window.goto(elsewhere.url)
        frame = window.frame_locator("iframe")
        assert frame.locator("li").count() == number
        assert frame.locator("html").evaluate("it => it.scrollHeight") <= height, number


def test_every_other_page_refuses_to_be_framed(world, transactional_db, window, live_server, elsewhere):
    refused = []
    window.on("console", lambda told: refused.append(told.text))
    for path in ("/", "/initiatives/", "/integrer/", "/zoom/", "/nulle-part/", "/compte/connexion/"):
        elsewhere.body = f'<iframe src="{live_server.url}{path}" width="600" height="400"></iframe>'
        refused.clear()
        window.goto(elsewhere.url)
        for _ in range(100):  # what the browser puts in the frame that it refuses
            if [frame.url for frame in window.frames[1:]] == ["chrome-error://chromewebdata/"] and refused:
                break
            window.wait_for_timeout(100)
        assert [frame.url for frame in window.frames[1:]] == ["chrome-error://chromewebdata/"], path
        assert window.frame_locator("iframe").locator("#contenu").count() == 0, path
        assert any("frame-ancestors" in told or "X-Frame-Options" in told for told in refused), (
            path,
            refused,
        )


def test_our_own_page_shows_the_preview(listed, window, live_server):
    broken = []
    window.on("console", lambda told: broken.append(told.text) if told.type == "error" else None)
    window.goto(f"{live_server.url}/integrer/?nombre=3")
    window.locator("iframe").scroll_into_view_if_needed()
    assert window.frame_locator("iframe").locator("li").count() == 3
    assert broken == []
