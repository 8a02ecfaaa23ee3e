"""The second factor: asked at each way in, required from who decides, each code good once (quality.md §3, F10)."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.test import override_settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from alliance.accounts.second_factor import SecondFactorAdapter
from tests.test_routes import routes
from tests.world import PASSWORD

LOGIN, CODE, SETUP = "/compte/connexion/", "/compte/connexion/code/", "/compte/securite/"
APPLICATION, CODES = f"{SETUP}application/", f"{SETUP}codes/"
ROLES = ["coordination", "accounting", "administration"]


def code_at(secret, shift=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + shift))


@pytest.fixture
def secret(world):
    """The secret of an application that agent_mitis has, with recovery codes."""
    secret = generate_totp_secret()
    TOTP.activate(world.agent_mitis, secret)
    RecoveryCodes.activate(world.agent_mitis)
    return secret


@pytest.fixture
def frozen():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def first_step(client, user):
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == CODE
    assert client.get("/espace/").status_code == 302
    return client


def recovery_codes(user):
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def test_application_is_added_with_ten_recovery_codes_shown_once(world, client_for, frozen):
    client = client_for(world.agent_mitis)
    page = client.get(APPLICATION).content.decode()
    secret = re.search(r'class="secret">(\w+)<', page)[1]
    assert "data:image/svg+xml;base64," in page
    refused = client.post(APPLICATION, {"code": "000000"})
    assert (refused.status_code, secret in refused.content.decode()) == (422, True)
    assert client.post(APPLICATION, {"code": code_at(secret)})["Location"] == CODES
    shown = re.findall(r"<li>(\d{8})</li>", client.get(CODES).content.decode())
    assert sorted(shown) == sorted(recovery_codes(world.agent_mitis))
    assert len(shown) == 10
    assert re.findall(r"<li>\d{8}</li>", client.get(CODES).content.decode()) == []
    kept = Authenticator.objects.get(user=world.agent_mitis, type="totp").data["secret"]
    assert secret not in kept
    other = first_step(client_for(), world.agent_mitis)
    assert other.post(CODE, {"code": code_at(secret)}).status_code == 422  # it set the application up: used


@pytest.mark.parametrize("way", ["password", "link", "reset"])
def test_second_factor_is_asked_whatever_the_way_in(world, client, secret, way):
    user = world.agent_mitis
    if way == "password":
        first_step(client, user)
    else:
        page = "lien/" if way == "link" else "mot-de-passe/oublie/"
        client.post(f"/compte/{page}", {"email": user.email})
        path = "/" + re.search(r"https?://\S+", mail.outbox[-1].body)[0].split("/", 3)[3]
        if way == "link":
            assert client.post(path)["Location"] == CODE
        else:
            form = client.get(path, follow=True).request["PATH_INFO"]
            new = "une autre longue phrase 2026"
            client.post(form, {"password1": new, "password2": new})
            assert client.post(LOGIN, {"login": user.email, "password": new})["Location"] == CODE
    assert client.get("/espace/").status_code == 302
    assert client.post(CODE, {"code": code_at(secret)})["Location"] == "/espace/"
    assert client.get("/espace/").status_code == 200


def test_code_is_good_once_and_only_around_its_half_minute(world, client_for, secret, frozen):
    user = world.agent_mitis
    old, late, now, next_one = (code_at(secret, shift) for shift in (-2, -1, 0, 1))
    tries = {}
    for name, code in [("old", old), ("late", late), ("again", late), ("now", now), ("soon", next_one)]:
        tries[name] = first_step(client_for(), user).post(CODE, {"code": code}).status_code
    frozen.shift(timedelta(seconds=31))
    tries["used a minute ago"] = first_step(client_for(), user).post(CODE, {"code": next_one}).status_code
    assert tries == {"old": 422, "late": 302, "again": 422, "now": 302, "soon": 302, "used a minute ago": 422}


def test_recovery_code_is_good_once(world, client_for, secret):
    code = recovery_codes(world.agent_mitis)[0]
    statuses = [
        first_step(client_for(), world.agent_mitis).post(CODE, {"code": code}).status_code for _ in range(2)
    ]
    assert (statuses, len(recovery_codes(world.agent_mitis))) == ([302, 422], 9)


def test_eleventh_wrong_code_answers_429(world, client_for, secret):
    client = first_step(client_for(), world.agent_mitis)
    statuses = [client.post(CODE, {"code": "000000"}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert client.post(CODE, {"code": code_at(secret)}).status_code == 429


@pytest.mark.parametrize(
    "data",
    [
        {"code": ""},
        {"code": "x" * 300},
        {"code": "12\x0034"},
        {},
        {"credential": "[1]"},
        {"credential": "null"},
        {"credential": '{"id": 1, "response": {"userHandle": null}}'},
        {"credential": '"abc"'},
        {"credential": "{" * 50},
    ],
)
def test_answer_that_no_browser_made_is_a_refused_form(world, client, client_for, secret, data):
    assert first_step(client, world.agent_mitis).post(CODE, data).status_code == 422
    anonymous = client_for()
    anonymous.get("/compte/connexion/cle/")
    assert anonymous.post("/compte/connexion/cle/", data)["Location"] == LOGIN
    assert client_for(world.agent_temis).post(f"{SETUP}cles/ajouter/", data).status_code == 422


# Who must have one ------------------------------------------------------------------------------------------------


@override_settings(SECOND_FACTOR=True)
@pytest.mark.parametrize("role", ROLES)
def test_who_decides_is_led_to_the_setup_from_every_private_page(world, client_for, role):
    client = client_for(getattr(world, role))
    ours, admins = routes()
    plain = [name for name in [*ours, *admins] if _private(name)]
    answers = {name: client.get(reverse(name)) for name in plain}
    elsewhere = {
        name: answer.status_code for name, answer in answers.items() if answer.get("Location") != SETUP
    }
    assert elsewhere == {}
    assert len(plain) > 80
    assert client.post("/admin/verifier/")["Location"] == SETUP
    assert [client.get(path).status_code for path in ("/compte/", SETUP, APPLICATION)] == [200, 200, 200]


def _private(name):
    """Say whether the route is a private page whose address holds nothing to fill in."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return False
    return address.startswith(("/espace/", "/admin/")) and name not in ("admin:login", "admin:logout")


@override_settings(SECOND_FACTOR=True)
def test_others_are_offered_one_and_who_has_one_passes(world, client_for):
    for person, path in (("agent_mitis", "/espace/"), ("committee_mitis", "/espace/"), ("reader", "/admin/")):
        assert client_for(getattr(world, person)).get(path).status_code == 200
    TOTP.activate(world.coordination, generate_totp_secret())
    client = client_for(world.coordination)
    assert client.get("/admin/").status_code == 200
    refused = client.post(f"{APPLICATION}retirer/")
    assert (refused.status_code, Authenticator.objects.filter(user=world.coordination).count()) == (422, 1)
    Authenticator.objects.filter(user=world.coordination, type="totp").delete()
    RecoveryCodes.activate(world.coordination)  # codes stand in for a factor, they are none
    assert client.get("/admin/")["Location"] == SETUP


def test_second_factor_is_not_required_where_the_setting_is_off(world, client_for):
    assert [client_for(getattr(world, role)).get("/admin/").status_code for role in ROLES] == [200] * 3


def test_who_wants_takes_their_application_away(world, client_for, secret):
    client = client_for(world.agent_mitis)
    assert client.get(f"{APPLICATION}retirer/").status_code == 200
    assert client.post(f"{APPLICATION}retirer/")["Location"] == SETUP
    assert Authenticator.objects.filter(user=world.agent_mitis).count() == 0


def test_recovery_codes_are_replaced(world, client_for, secret):
    client, before = client_for(world.agent_mitis), recovery_codes(world.agent_mitis)
    assert client.get(f"{CODES}nouveaux/").status_code == 200
    assert client.post(f"{CODES}nouveaux/")["Location"] == CODES
    assert set(recovery_codes(world.agent_mitis)) & set(before) == set()


def test_lost_device_is_taken_away_by_the_administration_alone(world, client_for, secret):
    address = reverse("admin:accounts_user_reset_factor", args=[world.agent_mitis.pk])
    assert [
        client_for(getattr(world, role)).post(address).status_code for role in ("coordination", "reader")
    ] == [
        403,
        403,
    ]
    theirs = first_step(client_for(), world.agent_mitis)
    theirs.post(CODE, {"code": code_at(secret)})
    assert theirs.get("/espace/").status_code == 200
    client = client_for(world.administration)
    page = reverse("admin:accounts_user_change", args=[world.agent_mitis.pk])
    assert "Retirer le second facteur" in client.get(page).content.decode()
    assert client.post(address)["Location"] == page
    assert (theirs.get("/espace/").status_code, Authenticator.objects.count()) == (302, 0)
    own = reverse("admin:accounts_user_reset_factor", args=[world.administration.pk])
    assert client.post(own).status_code == 403


def test_secret_kept_under_another_key_matches_nothing(world):
    adapter = SecondFactorAdapter()
    kept = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert adapter.decrypt(kept) == "JBSWY3DPEHPK3PXP"
    with override_settings(SECRET_KEY="une autre clé", SECRET_KEY_FALLBACKS=[]):
        first, second = adapter.decrypt(kept), adapter.decrypt(kept)
    assert (len(first), first != second, "JBSWY3DPEHPK3PXP" in (first, second)) == (32, True, False)


def test_who_asked_for_a_new_password_may_still_add_a_second_factor(world, client_for):
    user = world.agent_mitis
    stranger = client_for()
    stranger.post("/compte/mot-de-passe/oublie/", {"email": user.email})
    stranger.get(reverse("account_reset_password_from_key", args=[format(user.pk, "x"), "x-y"]))
    address = re.search(r"http://[^/]+(/compte/\S+)", mail.outbox[-1].body)[1]
    assert stranger.get(address).status_code == 302
    assert client_for(user).get(APPLICATION).status_code == 200
