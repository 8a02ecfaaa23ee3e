"""A passkey, in a real browser with an authenticator of its own: added, then it signs in alone, under the strict
policy; the warning before a session ends keeps the person in."""

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import override_settings

from tests.chromium import needs_chromium
from tests.world import PASSWORD

pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(
        connection.vendor != "sqlite",
        reason="what a browser does with a key does not depend on the engine: once, on SQLite",
    ),
]

_LISTEN = """document.addEventListener('securitypolicyviolation', e => console.error('policy ' + e.violatedDirective));"""


@pytest.fixture
def page(browser, transactional_db, live_server):
    context = browser.new_context(locale="fr-CA", base_url=live_server.url)
    context.add_init_script(_LISTEN)
    page = context.new_page()
    page.faults = []
    page.on("console", lambda it: page.faults.append(it.text) if it.type == "error" else None)
    page.on("pageerror", lambda it: page.faults.append(str(it)))
    yield page
    context.close()


@pytest.fixture
def key(page):
    """An authenticator inside the browser, that recognizes its person."""
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return client.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def sign_in(page, user):
    page.goto("/compte/connexion/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", PASSWORD)
    page.click("form[novalidate] button.button")


def test_passkey_is_added_then_signs_in_alone(world, page, key):
    sign_in(page, world.coordination)
    page.goto("/compte/securite/cles/ajouter/")
    page.fill("[name=name]", "Portable du bureau")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/compte/securite/codes/")
    assert page.locator(".recovery-codes li").count() == 10
    assert str(Authenticator.objects.get(type="webauthn")) == "Portable du bureau"
    page.goto("/compte/deconnexion/")
    page.click("main form button.button")
    with override_settings(SECOND_FACTOR=True):
        page.goto("/compte/connexion/?next=/admin/initiatives/initiative/")
        page.click("form[data-passkey] button")
        page.locator("#user-tools").wait_for()
        assert page.url.endswith("/admin/initiatives/initiative/")
    assert page.faults == []


def test_passkey_is_the_second_step_after_a_password(world, page, key):
    sign_in(page, world.agent_mitis)
    page.goto("/compte/securite/cles/ajouter/")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/compte/securite/codes/")
    page.context.clear_cookies()
    sign_in(page, world.agent_mitis)
    page.wait_for_url("**/compte/connexion/code/")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/espace/")
    assert page.faults == []


def test_warning_before_the_session_ends_keeps_the_person_in(world, page):
    with override_settings(SESSION_IDLE_SECONDS=8):
        sign_in(page, world.agent_mitis)
        page.wait_for_url("**/espace/")
        warning = page.locator("[data-session-warning]")
        assert (warning.is_visible(), page.locator("[data-session-plain]").is_visible()) == (False, False)
        warning.wait_for(state="visible", timeout=9000)
        assert "votre session prend fin" in warning.inner_text()
        with (
            override_settings(SESSION_IDLE_SECONDS=7200),
            page.expect_response("**/compte/session/") as answer,
        ):
            page.click("[data-session-stay]")
        assert answer.value.json()["left"] > 7000
        warning.wait_for(state="hidden")
    assert page.faults == []
