"""« Vos courriels », the outbox in the admin, and the message shown before a decision."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind, MailState, MailWay
from alliance.accounts.models import MailChoice, OutgoingMail, TeamAddress
from alliance.accounts.roles import Role
from initiatives.choices import State
from tests.admin.test_sweep import english_in

PAGE = "/espace/courriels/"


def answers(user, **changes):
    ways = outbox.ways_of(user)
    return {"read": outbox.seal(ways)} | ways | changes


# Vos courriels --------------------------------------------------------------------------------------------


def test_each_kind_is_switched_and_kept(world, client_for):
    client = client_for(world.agent_mitis)
    assert client.get(PAGE).status_code == 200
    data = answers(world.agent_mitis, returned="now", decision="never")
    response = client.post(PAGE, data, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "Vos choix sont enregistrés." in response.content.decode()
    chosen = dict(MailChoice.objects.values_list("kind", "way"))
    assert chosen == {"returned": "now", "decision": "never"}
    assert client.post(PAGE, data).status_code == 302  # the second of two clicks
    assert client.post(PAGE, answers(world.agent_mitis, returned="digest")).status_code == 302
    assert outbox.ways_of(world.agent_mitis)["returned"] == MailWay.DIGEST


@pytest.mark.parametrize("bad", ["", "always", "\x00", "é" * 5000])
def test_unreadable_choice_is_refused_beside_its_question(world, client_for, bad):
    response = client_for(world.agent_mitis).post(PAGE, answers(world.agent_mitis, returned=bad))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["returned"]
    assert MailChoice.objects.count() == 0


def test_missing_question_is_refused_and_others_kept(world, client_for):
    data = answers(world.agent_mitis, decision="never")
    del data["exchange"]
    response = client_for(world.agent_mitis).post(PAGE, data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["exchange"])
    assert response.context["form"]["decision"].value() == "never"


def test_choices_changed_in_another_window_are_shown_before_they_are_written(world, client_for):
    client = client_for(world.agent_mitis)
    stale = answers(world.agent_mitis, returned="now")
    client.post(PAGE, answers(world.agent_mitis, returned="never"))
    response = client.post(PAGE, stale)
    assert response.status_code == 409
    assert "dans une autre fenêtre" in response.content.decode()
    assert outbox.ways_of(world.agent_mitis)["returned"] == "never"
    again = stale | {"read": response.context["form"]["read"].value()}
    assert client.post(PAGE, again).status_code == 302
    assert outbox.ways_of(world.agent_mitis)["returned"] == "now"


def test_kind_no_longer_wanted_leaves_the_waiting_digest(world, client_for, tell, states):
    tell("1")
    tell("2", kind=MailKind.DECISION)
    client_for(world.agent_mitis).post(PAGE, answers(world.agent_mitis, returned="never"))
    assert states() == ["cancelled", "pending"]


def test_kind_of_another_role_is_never_written(world, client_for):
    client_for(world.agent_mitis).post(PAGE, answers(world.agent_mitis, deposited="never"))
    assert MailChoice.objects.count() == 0


@pytest.mark.parametrize(
    ("person", "count"),
    [("agent_mitis", 7), ("coordination", 5), ("administration", 1), ("committee_mitis", 0), ("reader", 0)],
)
def test_page_offers_what_the_role_receives(world, client_for, person, count):
    text = client_for(getattr(world, person)).get(PAGE).content.decode()
    assert len(re.findall(r'<input type="radio"', text)) == 3 * count
    assert ("Enregistrer vos choix" in text) == bool(count)


def test_ten_posts_at_once_write_one_choice(world, client_for, at_once):
    client = client_for(world.agent_mitis)
    data = answers(world.agent_mitis, returned="now")
    statuses = at_once([lambda: client_for(world.agent_mitis).post(PAGE, data).status_code] * 5)
    assert statuses == [302] * 5
    assert at_once([MailChoice.objects.count]) == [1]
    assert client.get(PAGE).status_code == 200


# The outbox in the admin ----------------------------------------------------------------------------------


def url(page, *args):
    return reverse(f"admin:accounts_outgoingmail_{page}", args=args)


def test_staff_reads_what_left_what_failed_and_why(world, client_for, tell):
    row = tell("1")
    tell("2", subject="Un autre")
    OutgoingMail.objects.filter(pk=row.pk).update(
        state=MailState.FAILED, last_error="Le serveur ne répond pas.", body="<b>Texte</b>"
    )
    client = client_for(world.coordination)
    listed = client.get(url("changelist"), {"etat": "failed"}).content.decode()
    assert ("Frigo" in listed, "Un autre" in listed) == (True, False)
    assert "Le serveur ne répond pas." in listed
    page = client.get(url("change", row.pk))
    text = page.content.decode()
    assert "&lt;b&gt;Texte&lt;/b&gt;" in text
    assert ("Essayer de nouveau" in text, "Annuler ce courriel" in text) == (True, True)
    assert english_in(page) == []
    assert client_for(world.reader).get(url("changelist")).status_code == 403


def test_staff_tries_again_and_cancels(world, client_for, tell):
    row = tell()
    OutgoingMail.objects.update(state=MailState.FAILED, attempts=8)
    client = client_for(world.coordination)
    assert client.get(url("retry", row.pk)).status_code == 405
    assert client.post(url("retry", row.pk)).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.attempts) == (MailState.PENDING, 0)
    for _twice in range(2):
        assert client.post(url("cancel", row.pk)).status_code == 302
    row.refresh_from_db()
    assert row.state == MailState.CANCELLED
    refused = client.post(url("retry", row.pk), follow=True).content.decode()
    assert "Seul un courriel en échec peut être essayé de nouveau." in refused
    assert client.post(url("retry", 999999)).status_code == 404
    assert client_for(world.accounting).post(url("cancel", row.pk)).status_code == 403


def test_coordination_sets_and_takes_away_the_teams_mailbox(world, client_for):
    client = client_for(world.coordination)
    add = reverse("admin:accounts_teamaddress_add")
    wrong = client.post(add, {"role": "coordination", "address": "pas une adresse"})
    assert wrong.status_code == 422
    assert client.post(add, {"role": "coordination", "address": "a@exemple.invalid"}).status_code == 302
    assert client.post(add, {"role": "coordination", "address": "b@exemple.invalid"}).status_code == 422
    row = TeamAddress.objects.get()
    delete = reverse("admin:accounts_teamaddress_delete", args=[row.pk])
    assert client_for(world.accounting).post(delete, {"post": "yes"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert outbox.team_address(Role.COORDINATION) == ""


def test_outbox_queries_for_three_rows_as_for_one(world, client_for, tell):
    client, counts = client_for(world.coordination), []
    client.get(url("changelist"))
    for keys in ("a", "bc"):
        for key in keys:
            tell(key, by=world.coordination)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_landing_page_counts_what_failed(world, client_for, tell):
    client = client_for(world.coordination)
    assert "courriel en échec" not in client.get("/admin/").content.decode()
    tell("1")
    OutgoingMail.objects.update(state=MailState.FAILED)
    assert "1 courriel en échec" in client.get("/admin/").content.decode().replace("\xa0", " ")
    assert "en échec" not in client_for(world.reader).get("/admin/").content.decode()


# Before a decision ----------------------------------------------------------------------------------------


def step(initiative, name):
    return reverse("admin:initiatives_initiative_step", args=[initiative.pk, name])


def test_decision_page_shows_the_message_then_with_the_note(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW, title="Frigo <b>")
    client = client_for(world.coordination)
    text = client.get(step(initiative, "approve")).content.decode()
    assert "Agent Mitis (dans le résumé du jour)" in text
    assert f"Retenue\xa0: Frigo &lt;b&gt; ({initiative.number})" in text
    assert "[Votre note viendra ici, telle quelle.]" in text
    seen = client.post(step(initiative, "approve"), {"note": "Bravo & merci", "etape": "modifier"})
    assert seen.status_code == 200
    assert "Note du CRD\xa0:\nBravo &amp; merci" in seen.content.decode()
    initiative.refresh_from_db()
    assert initiative.state == State.UNDER_REVIEW


def test_move_without_message_shows_none(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    text = client_for(world.coordination).get(step(initiative, "start_review")).content.decode()
    assert ("Courriel qui partira" in text, "no_mail" in text) == (False, False)


def test_box_holds_the_message_back_and_says_who_decided(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW)
    client = client_for(world.coordination)
    assert (
        client.post(step(initiative, "decline"), {"note": "Hors plan.", "no_mail": "on"}).status_code == 302
    )
    row = OutgoingMail.objects.get(kind=MailKind.DECISION)
    assert (row.state, row.last_error) == (MailState.CANCELLED, "Envoi refusé par Coordination.")
    assert row.by == world.coordination
    other = world.initiative(State.UNDER_REVIEW)
    client.post(step(other, "decline"), {"note": "Hors plan."})
    assert OutgoingMail.objects.filter(kind=MailKind.DECISION, state=MailState.PENDING).count() == 1
