"""The outbox: written with what it tells, sent after it, once, to whom wants it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction

from alliance.accounts import links, outbox
from alliance.accounts.choices import MailKind, MailState, MailWay
from alliance.accounts.models import MailChoice, OutgoingMail, SignInLink, TeamAddress
from alliance.accounts.roles import Role
from alliance.lib.workflow import NotAllowed, Refusal


def choose(user, way, kind=MailKind.RETURNED):
    return MailChoice.objects.create(user=user, kind=kind, way=way)


# Writing --------------------------------------------------------------------------------------------------


def test_row_goes_with_the_transaction_that_wrote_it(tell, states):
    with transaction.atomic():
        tell()
        assert states() == ["pending"]
        transaction.set_rollback(True)
    assert states() == []


def test_same_key_writes_one_row_for_each_receiver(world, tell):
    first = tell()
    assert tell(subject="Autre chose") == first
    other = tell(to=world.agent_temis)
    assert other != first
    assert OutgoingMail.objects.count() == 2


def test_digest_by_default_now_and_never_as_chosen(world, tell):
    assert (tell("1").way, tell("1").state) == (MailWay.DIGEST, MailState.PENDING)
    choice = choose(world.agent_mitis, MailWay.NOW)
    assert (tell("2").way, tell("2").state) == (MailWay.NOW, MailState.PENDING)
    choice.way = MailWay.NEVER
    choice.save()
    refused = tell("3")
    assert (refused.state, refused.last_error) == (
        MailState.CANCELLED,
        "La personne a choisi de ne pas recevoir ces messages.",
    )
    assert tell("4", kind=MailKind.DECISION).state == MailState.PENDING


def test_invitation_leaves_at_once_whatever_was_chosen(world, tell):
    choose(world.agent_mitis, MailWay.NEVER, MailKind.INVITATION)
    row = tell(kind=MailKind.INVITATION)
    assert (row.way, row.state) == (MailWay.NOW, MailState.PENDING)


def test_closed_account_gets_nothing(world, tell, sent):
    waiting = tell("1")
    world.agent_mitis.is_active = False
    world.agent_mitis.save()
    assert tell("2") == []
    assert sent(digests_now=True) == []
    waiting.refresh_from_db()
    assert (waiting.state, waiting.last_error) == (
        MailState.CANCELLED,
        "Le compte de la personne est fermé.",
    )


def test_team_is_each_person_then_its_shared_mailbox(world, tell):
    team = {"to": None, "role": Role.COORDINATION, "kind": MailKind.DEPOSITED}
    assert {row.to for row in tell("1", **team)} == {world.coordination, world.second_coordination}
    assert tell("2", by=world.coordination, **team).to == world.second_coordination
    TeamAddress.objects.create(role=Role.COORDINATION, address="equipe@exemple.invalid")
    shared = tell("3", **team)
    assert (shared.to, shared.address) == (None, "equipe@exemple.invalid")


def test_demonstration_and_real_people_never_meet(world, tell):
    world.second_coordination.is_demo = True
    world.second_coordination.save()
    TeamAddress.objects.create(role=Role.COORDINATION, address="equipe@exemple.invalid")
    row = tell("1", to=None, role=Role.COORDINATION, kind=MailKind.DEPOSITED, is_demo=True)
    assert (row.to, row.is_demo) == (world.second_coordination, True)


@pytest.mark.parametrize("changes", [{"to": None}, {"role": Role.COORDINATION}])
def test_message_needs_one_receiver(tell, changes):
    with pytest.raises(TypeError):
        tell(**changes)


@pytest.mark.parametrize("path", ["//ailleurs.example", "https://ailleurs.example/", "espace"])
def test_message_leads_to_a_page_of_the_site_only(tell, path):
    with pytest.raises(ValueError, match="a page of this site"):
        tell(path=path)


def test_unknown_kind_or_endless_key_is_refused(tell, states):
    for changes in ({"kind": "autre"}, {"key": "k" * 300}):
        with pytest.raises(ValidationError):
            tell(**changes)
    assert states() == []


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\x85", "\u2028", "\x0b", "\x00"])
def test_no_text_becomes_a_header(world, tell, sent, mark):
    choose(world.agent_mitis, MailWay.NOW)
    tell(subject=f"À compléter\xa0: a{mark}Bcc: x@exemple.invalid", body=f"un{mark}deux")
    (message,) = sent()
    raw = message.message()
    assert raw.get_all("Bcc") is None
    assert message.recipients() == ["agent.mitis@exemple.invalid"]
    assert "\n" not in message.subject
    assert message.subject.startswith("À compléter\xa0: a")
    assert "\x00" not in message.body


def test_long_subject_is_cut_with_a_mark(tell):
    subject = tell(subject="é" * 400).subject
    assert (len(subject), subject[-1]) == (200, "…")


# Leaving --------------------------------------------------------------------------------------------------


def test_message_to_send_now_leaves_after_the_commit_only(world, tell, django_capture_on_commit_callbacks):
    choose(world.agent_mitis, MailWay.NOW)
    with django_capture_on_commit_callbacks(execute=True):
        row = tell()
        assert mail.outbox == []
    (message,) = mail.outbox
    row.refresh_from_db()
    assert (row.state, row.attempts, row.sent_at is not None) == (MailState.SENT, 1, True)
    assert message.body == (
        "Bonjour,\n\nLe CRD attend des précisions.\n\nOuvrir la page\xa0: http://127.0.0.1:8000/espace/\n\n"
        "----------------------------------------\nAlliance pour la solidarité au Bas-Saint-Laurent\n"
        "Choisir les courriels que vous recevez\xa0: http://127.0.0.1:8000/espace/courriels/\n"
    )
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_one_page_sends_three_messages_at_most(world, tell, django_capture_on_commit_callbacks):
    kind = {"kind": MailKind.DEPOSITED, "to": None, "role": Role.AGENT}
    for n in range(4):
        person = type(world.agent_mitis).objects.create_user(
            f"a{n}@exemple.invalid", full_name=f"A {n}", role=Role.AGENT
        )
        choose(person, MailWay.NOW, MailKind.DEPOSITED)
    with django_capture_on_commit_callbacks(execute=True):
        tell(**kind)
    assert len(mail.outbox) == 3
    assert outbox.send_waiting().sent == 1


def test_digest_waits_for_the_morning(tell, states, time_machine, sent):
    time_machine.move_to(datetime(2026, 5, 4, 18, 0, tzinfo=UTC), tick=False)  # 14 h
    tell("1")
    assert sent() == []
    time_machine.move_to(datetime(2026, 5, 5, 10, 59, tzinfo=UTC), tick=False)  # 6 h 59
    assert sent() == []
    time_machine.move_to(datetime(2026, 5, 5, 11, 0, tzinfo=UTC), tick=False)  # 7 h
    tell("2")  # for tomorrow
    assert len(sent()) == 1
    assert sent() == []
    assert states() == ["sent", "pending"]
    time_machine.move_to(datetime(2026, 5, 5, 15, 0, tzinfo=UTC), tick=False)
    late = tell("3")  # its transaction ended after the digest had left
    OutgoingMail.objects.filter(pk=late.pk).update(created_at=datetime(2026, 5, 5, 10, 59, tzinfo=UTC))
    assert sent() == []  # one a day
    time_machine.move_to(datetime(2026, 5, 6, 4, 30, tzinfo=UTC), tick=False)  # 0 h 30, nobody is woken
    assert sent() == []
    assert len(sent(digests_now=True)) == 1


def test_thousand_notifications_are_one_message(world, tell, sent, django_assert_max_num_queries):
    one = tell("0")
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            key=f"k{n}",
            kind=one.kind,
            to=one.to,
            address=one.address,
            subject=f"Objet {n}",
            body="Texte.",
            created_at=one.created_at,
        )
        for n in range(1, 1000)
    )
    with django_assert_max_num_queries(30):
        (message,) = sent(digests_now=True)
    assert message.recipients() == ["agent.mitis@exemple.invalid"]
    assert message.subject.endswith("\xa0: 1\xa0000 nouvelles")
    assert "Et 800 autres, à lire dans votre espace\xa0: http://127.0.0.1:8000/espace/" in message.body
    assert message.body.count("- Objet ") == 170
    assert OutgoingMail.objects.filter(state=MailState.SENT).count() == 1000


def test_digest_of_a_team_is_one_message(world, tell, sent):
    TeamAddress.objects.create(role=Role.COORDINATION, address="equipe@exemple.invalid")
    for key in "ab":
        tell(key, to=None, role=Role.COORDINATION, kind=MailKind.DEPOSITED)
    (message,) = sent(digests_now=True)
    assert message.recipients() == ["equipe@exemple.invalid"]
    assert "courriels/" not in message.body


def test_demonstration_never_leaves_by_a_server(tell, sent, settings, states, capsys):
    tell("1", is_demo=True)
    assert sent(digests_now=True) == []
    assert states() == ["cancelled"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    tell("2", is_demo=True)
    outbox.send_waiting(digests_now=True)
    assert states() == ["cancelled", "sent"]
    assert "Subject:" in capsys.readouterr().out


def test_link_of_an_invitation_is_made_when_it_leaves_and_written_nowhere(world, tell, sent, monkeypatch):
    monkeypatch.setattr(links, "make", lambda user, purpose: f"https://site/{user.pk}/{purpose}/secret")
    row = tell(kind=MailKind.INVITATION, body="Entrez\xa0: {lien}", path="")
    other = tell("autre", kind=MailKind.RETURNED, body="Note\xa0: {lien}")
    first, second = sent(digests_now=True)
    assert f"Entrez\xa0: https://site/{world.agent_mitis.pk}/invitation/secret" in first.body
    assert "{lien}" in second.body
    for each in (row, other):
        each.refresh_from_db()
        assert "secret" not in " ".join(map(str, each.__dict__.values()))
    assert SignInLink.objects.count() == 0


# Staff ----------------------------------------------------------------------------------------------------


def test_held_back_message_is_kept_with_the_name_of_who_decided(world, tell, states):
    with outbox.without_mail(world.coordination):
        row = tell("1")
    assert (row.state, row.last_error) == (MailState.CANCELLED, "Envoi refusé par Coordination.")
    tell("2")
    assert states() == ["cancelled", "pending"]


def test_cancel_and_retry_by_their_states(world, tell):
    by = world.coordination
    row = tell()
    with pytest.raises(NotAllowed):
        outbox.cancel(mail=row, by=world.reader)
    assert outbox.retry(mail=row, by=by).attempts == 0
    for _twice in range(2):
        assert outbox.cancel(mail=row, by=by).last_error == "Annulé par Coordination."
    with pytest.raises(Refusal):
        outbox.retry(mail=row, by=by)
    OutgoingMail.objects.update(state=MailState.FAILED, attempts=8)
    again = outbox.retry(mail=row, by=by)
    assert (again.state, again.way, again.attempts) == (MailState.PENDING, MailWay.NOW, 0)
    OutgoingMail.objects.update(state=MailState.SENT, sent_at=row.created_at)
    with pytest.raises(Refusal):
        outbox.cancel(mail=row, by=by)


def test_settled_messages_are_forgotten_after_a_year(tell, states):
    for key in "abcd":
        tell(key)
    keys = OutgoingMail.objects.order_by("pk")
    now = keys[0].created_at
    for row, state in zip(keys, ("sent", "cancelled", "failed", "pending"), strict=True):
        row.state, row.sent_at = state, now
        row.save()
    assert outbox.forget_old() == 0
    assert outbox.forget_old(now + timedelta(days=366)) == 2
    assert states() == ["failed", "pending"]
