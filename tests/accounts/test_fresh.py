"""« Est-ce bien vous? »: a recent proof before rights, security and money, without losing what was sent (F11)."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from alliance.portal.admin_fresh import matter_of
from initiatives.choices import State
from initiatives.workflow import TRANSITIONS
from territories.models import Membership
from tests.accounts.test_second_factor import code_at
from tests.routes_table import ADDED_BY_ACTIONS_ONLY, PAGE_RIGHT
from tests.test_routes import routes
from tests.world import PASSWORD

PROVE = "/compte/confirmer/"


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def idle(client, clock, minutes, step=25):
    """Let `minutes` go by while the session is kept open."""
    while minutes > 0:
        clock.shift(timedelta(minutes=min(step, minutes)))
        client.post("/compte/session/")
        minutes -= step


SECURITY = [
    "/compte/mot-de-passe/",
    "/compte/sessions/",
    "/compte/securite/application/",
    "/compte/securite/cles/ajouter/",
    "/compte/securite/codes/nouveaux/",
    "/admin/accounts/user/add/",
    "/admin/territories/membership/add/",
]


def test_security_asks_again_after_a_quarter_of_an_hour(world, client_for, clock):
    TOTP.activate(world.administration, generate_totp_secret())
    Membership.objects.get_or_create(user=world.agent_temis, territory=world.territories["la-mitis"])
    client = client_for(world.administration)
    paths = [path for path in SECURITY if "application" not in path]
    change = reverse("admin:accounts_user_change", args=[world.agent_mitis.pk])
    idle(client, clock, 14)
    assert {path: client.get(path).status_code for path in [*paths, change]} == dict.fromkeys(
        [*paths, change], 200
    )
    idle(client, clock, 2)
    asked = {path: client.get(path)["Location"] for path in [*paths, change]}
    assert asked == {path: f"{PROVE}?next={path.replace('/', '%2F')}" for path in [*paths, change]}
    assert [client.get(path).status_code for path in ("/admin/", "/compte/", "/espace/")] == [200] * 3
    answer = client.post(f"{PROVE}?next=/compte/sessions/", {"password": PASSWORD})
    assert answer["Location"] == "/compte/sessions/"
    assert {path: client.get(path).status_code for path in [*paths, change]} == dict.fromkeys(
        [*paths, change], 200
    )


def test_money_asks_again_after_two_hours_and_keeps_what_was_sent(world, client_for, clock):
    approved = world.initiative(State.APPROVED, award=100)
    promise = approved.commitments.get()
    address = reverse("admin:initiatives_initiative_amend", args=[approved.pk, promise.pk])
    client = client_for(world.coordination)
    idle(client, clock, 119)
    page = client.get(address).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    sent = {"amount": "-40", "reason": "Erreur de frappe", "token": token}
    idle(client, clock, 20)
    assert client.get(address)["Location"].startswith(PROVE)
    assert (
        client.post(address, sent).status_code == 200
    )  # the page was opened in time: read again, then confirmed
    idle(client, clock, 20)
    asked = client.post(address, sent)
    assert asked["Location"].startswith(PROVE)
    shown = client.post(asked["Location"], {"password": PASSWORD}).content.decode()
    assert ("Erreur de frappe" in shown, "confirmer" in shown) == (True, True)


def _writes_money(name):
    """Say whether the page of this route writes money; the name of a source of funds alone holds none."""
    app, model, verb = name.split("_", 2) if name.count("_") > 1 else ("", "", "")
    if PAGE_RIGHT.get(verb) in ("funding.move_money", "portal.publish_bilan"):
        return True
    by_hand = model not in ADDED_BY_ACTIONS_ONLY | {"fundingsource"}
    return app == "funding" and by_hand and verb in ("add", "change", "import", "process_import")


def test_freeing_the_money_of_a_file_asks_after_two_hours(world, client_for, clock):
    promised = world.initiative(State.APPROVED, award=100)
    client = client_for(world.coordination)
    idle(client, clock, 130)
    pages = {
        reverse("admin:initiatives_initiative_step", args=[promised.pk, "cancel"]): 302,
        reverse("admin:funding_contribution_add"): 302,
        reverse("admin:funding_limits_add"): 302,
        reverse("admin:funding_fundingsource_add"): 200,
    }
    assert {path: client.get(path).status_code for path in pages} == pages


def test_every_page_of_money_and_rights_asks(world):
    _ours, admins = routes()
    admins = [name.removeprefix("admin:") for name in admins]
    matters = [name for name in admins if matter_of(name, "cancel")]
    deciding = [name for name in admins if _writes_money(name)]
    assert [name for name in deciding if name not in matters] == []
    assert len(deciding) == 27
    steps = [name for name in TRANSITIONS if matter_of("initiatives_initiative_step", name)]
    assert steps == ["cancel"]
    assert {name for name in admins if name.startswith("initiatives_report_")} & set(matters) == {
        "initiatives_report_approve",
        "initiatives_report_return",
    }
    assert {"accounts_user_add", "accounts_user_change", "territories_membership_delete"} <= set(matters)


def test_pages_that_only_read_ask_nothing(world, client_for, clock):
    client = client_for(world.coordination)
    idle(client, clock, 200)
    address = reverse("admin:accounts_user_change", args=[world.agent_mitis.pk])
    assert [client.get(path).status_code for path in ("/admin/accounts/user/", address)] == [200, 200]


def test_proof_by_code(world, client_for, clock):
    secret = generate_totp_secret()
    TOTP.activate(world.coordination, secret)
    world.coordination.set_unusable_password()
    world.coordination.save()
    client = client_for(world.coordination)
    idle(client, clock, 20)
    asked = client.get("/compte/sessions/")["Location"]
    assert asked.startswith(f"{PROVE}code/")
    assert client.post(asked, {"code": "000000"}).status_code == 422
    assert client.post(asked, {"code": code_at(secret)})["Location"] == "/compte/sessions/"
    assert client.get("/compte/sessions/").status_code == 200


def test_proof_by_link_for_who_has_no_password(world, client_for, clock):
    user = world.agent_mitis
    user.set_unusable_password()
    user.save()
    client = client_for(user)
    idle(client, clock, 20)
    asked = client.get("/compte/sessions/")["Location"]
    assert asked.startswith(f"{PROVE}courriel/")
    assert user.email in client.get(asked).content.decode()
    assert client.post(asked)["Location"] == "/compte/lien/envoye/"
    assert client.get("/compte/sessions/").status_code == 302
    link = "/" + re.search(r"https?://\S+", mail.outbox[-1].body)[0].split("/", 3)[3]
    assert client.post(link)["Location"] == "/compte/sessions/"
    assert client.get("/compte/sessions/").status_code == 200


def test_link_proves_nothing_for_who_has_something_stronger(world, client_for, clock):
    user = world.agent_mitis
    TOTP.activate(user, generate_totp_secret())
    client = client_for(user)
    idle(client, clock, 20)
    client.post(f"{PROVE}courriel/")
    link = "/" + re.search(r"https?://\S+", mail.outbox[-1].body)[0].split("/", 3)[3]
    client.post(link)
    assert client.get("/compte/sessions/").status_code == 302


def test_sign_in_is_a_proof_by_itself(world, client, clock):
    client.post("/compte/connexion/", {"login": world.agent_mitis.email, "password": PASSWORD})
    assert client.get("/compte/sessions/").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil"])
def test_proof_never_leads_out_of_the_site(world, client_for, target):
    client = client_for(world.agent_mitis)
    assert client.post(PROVE, {"password": PASSWORD, "next": target})["Location"] == "/espace/"
