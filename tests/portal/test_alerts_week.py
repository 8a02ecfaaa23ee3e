"""Weekly alerts: each week is told once, with what is new only, to those who confirmed."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind, MailState
from alliance.accounts.models import OutgoingMail
from alliance.portal import alert_mails, alerts
from alliance.portal.models import Alert
from initiatives.choices import Publication
from initiatives.models import Initiative, Theme, ThemePastSlug
from tests.portal.alerts_world import (
    ADDRESS,
    FOOD,
    MONDAY,
    RUN,
    asked,
    confirmed,
    listed,
    publish,
    told,
)
from tests.test_typography import RULES


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        ("2026-05-11T11:00:00", "2026-05-11T11:00:00"),
        ("2026-05-11T10:59:59", "2026-05-04T11:00:00"),
        ("2026-05-17T23:00:00", "2026-05-11T11:00:00"),
        ("2026-03-09T11:00:00", "2026-03-09T11:00:00"),  # the day after the clocks change
        ("2026-03-09T10:59:00", "2026-03-02T12:00:00"),
    ],
)
def test_week_begins_on_monday_at_seven_in_toronto(moment, monday):
    found = alerts.last_monday(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(monday).replace(tzinfo=UTC)


def send(moment=RUN, **options):
    with time_machine.travel(moment, tick=False):
        call_command("send_outbox", verbosity=0, **options)


def test_week_is_told_once_however_often_the_command_runs(world):
    publish(world, MONDAY - timedelta(days=1))
    confirmed(FOOD)
    for minutes in (0, 0, 5, 60 * 24 * 6):
        send(RUN + timedelta(minutes=minutes))
    (row,) = told()
    assert (row.state, row.key.rpartition("|")[0].rpartition("|")[2]) == (MailState.SENT, "2026-S20")
    assert [message.to for message in mail.outbox] == [[ADDRESS]]


def test_week_says_title_place_and_address_of_what_is_new_only(world, settings):
    settings.SITE_URL = "https://exemple.invalid"
    publish(world, MONDAY - timedelta(days=8))
    (new,) = publish(world, MONDAY - timedelta(days=1))
    publish(world, MONDAY + timedelta(seconds=1))
    confirmed(FOOD)
    send()
    (message,) = mail.outbox
    assert message.subject == "1 nouvelle initiative\xa0: Alimentation, La Mitis"
    assert f"{new.title}\nLa Mitis\nhttps://exemple.invalid/initiatives/{new.slug}/\n" in message.body
    assert message.body.count("/initiatives/") == 2
    assert f"Voir toute la liste\xa0: https://exemple.invalid/initiatives/?{FOOD}" in message.body
    assert "Depuis le 4 mai 2026, 1 nouvelle initiative" in message.body


def test_more_than_twenty_are_named_then_counted(world):
    publish(world, MONDAY - timedelta(days=1), 25)
    alert = confirmed(FOOD)
    rows = listed(FOOD).new(alert.told_until, MONDAY, with_demo=False)
    body = alert_mails.new_text(alert, listed(FOOD), rows).body
    assert (body.count("\nLa Mitis\n"), "\n\nEt 5 autres.\n" in body) == (20, True)
    body = alert_mails.new_text(alert, listed(FOOD), rows[:20]).body
    assert (body.count("\nLa Mitis\n"), "autre" in body) == (20, False)


def test_nothing_new_or_withdrawn_since_sends_nothing_and_moves_on(world):
    publish(world, MONDAY - timedelta(days=1))
    alert = confirmed(FOOD)
    Initiative.objects.update(publication=Publication.WITHDRAWN)
    send()
    alert.refresh_from_db()
    assert (told(), alert.told_until) == ([], MONDAY)


def test_other_list_unconfirmed_or_asked_this_week_gets_nothing(world):
    publish(world, MONDAY - timedelta(days=1))
    confirmed("theme=logement")
    confirmed("territoire=la-mitis", told=MONDAY + timedelta(minutes=2))
    asked(FOOD)
    OutgoingMail.objects.all().delete()
    send()
    assert told() == []


def test_week_missed_is_caught_up_on_another_day(world):
    publish(world, MONDAY - timedelta(days=1))
    confirmed(FOOD)
    send(MONDAY + timedelta(minutes=9))
    assert told() == []
    send(MONDAY + timedelta(days=3))
    assert len(told()) == 1


def test_what_is_published_between_two_mondays_is_told_once(world):
    publish(world, MONDAY)
    publish(world, MONDAY + timedelta(seconds=1))
    confirmed(FOOD)
    send()
    send(RUN + timedelta(days=7))
    assert [row.subject.split()[0] for row in told()] == ["1", "1"]


def test_alert_in_error_stops_nobody_and_says_no_address(world, monkeypatch, caplog):
    publish(world, MONDAY - timedelta(days=1))
    broken, other = confirmed(FOOD), confirmed(FOOD, "voisin@exemple.invalid")
    write = alert_mails.tell_new

    def fail_once(alert, *args, **kwargs):
        if alert == broken:
            raise ValueError(alert.email)
        write(alert, *args, **kwargs)

    monkeypatch.setattr(alert_mails, "tell_new", fail_once)
    with caplog.at_level(logging.ERROR), pytest.raises(CommandError) as refused:
        send()
    assert str(refused.value) == (
        "1 alerte n’a pas été écrite\xa0: voir le journal du serveur; le prochain passage recommence."
    )
    assert [message.to for message in mail.outbox] == [[other.email]]
    (line,) = [record.getMessage() for record in caplog.records if record.name == "alliance.portal.alerts"]
    assert line.startswith(f"alert {broken.pk} not told: ValueError (fail_once:")
    assert "exemple.invalid" not in caplog.text
    monkeypatch.undo()
    send(RUN + timedelta(minutes=5))
    assert [message.to for message in mail.outbox[1:]] == [[ADDRESS]]


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_send_each_week_once(world, at_once):
    publish(world, timezone.now() - timedelta(days=8))
    for n in range(4):
        confirmed(FOOD, f"a{n}@exemple.invalid", told=timezone.now() - timedelta(days=9))
    counts = at_once([alerts.send_week] * 4)
    assert [sum(count) for count in zip(*counts, strict=True)] == [4, 0]  # written, errors
    assert at_once([lambda: OutgoingMail.objects.filter(kind=MailKind.ALERT).count()]) == [4]


def test_invented_initiative_is_never_told_to_a_real_address(world, settings):
    publish(world, MONDAY - timedelta(days=1))
    Initiative.objects.update(is_demo=True)
    confirmed(FOOD)
    staged = confirmed("territoire=la-mitis", is_demo=True)
    send()
    (row,) = told()
    assert (row.is_demo, row.state, staged.email) == (True, MailState.CANCELLED, row.address)
    assert mail.outbox == []


def test_alert_of_a_demonstration_is_marked_so(world, settings):
    settings.DEMO = True
    alert = asked(FOOD)
    assert (alert.is_demo, OutgoingMail.objects.get().is_demo) == (True, True)


# A list that changes --------------------------------------------------------------------------------------


def test_renamed_theme_leads_on(world):
    publish(world, MONDAY - timedelta(days=1))
    alert = confirmed("theme=alimentation")
    theme = Theme.objects.get(slug="alimentation")
    ThemePastSlug.objects.create(theme=theme, slug="alimentation")
    theme.slug, theme.name = "manger", "Manger"
    theme.save()
    send()
    alert.refresh_from_db()
    assert (alert.query, alert.label, len(told())) == ("theme=manger", "Thème\xa0: Manger", 1)


def test_two_lists_that_became_one_are_told_once(world):
    publish(world, MONDAY - timedelta(days=1))
    confirmed("theme=alimentation")
    theme = Theme.objects.get(slug="alimentation")
    ThemePastSlug.objects.create(theme=theme, slug="alimentation")
    theme.slug = "manger"
    theme.save()
    confirmed("theme=manger")
    send()
    assert (len(told()), list(Alert.objects.values_list("query", flat=True))) == (1, ["theme=manger"])


def test_list_that_means_nothing_any_more_says_so_and_stops(world):
    publish(world, MONDAY - timedelta(days=1))
    alert = confirmed(FOOD)
    Alert.objects.filter(pk=alert.pk).update(query="theme=disparu&territoire=la-mitis")
    send()
    (row,) = told()
    assert (row.subject, row.stop_path) == ("La liste que vous suiviez n’existe plus", "")
    assert "Le thème «\xa0disparu\xa0» n’est pas dans le répertoire.\n" in row.body
    assert (alert.label in row.body, Alert.objects.count()) == (True, 0)


def test_messages_follow_the_typography(world):
    publish(world, MONDAY - timedelta(days=1), 2)
    alert = confirmed(FOOD)
    alert_mails.say_known(alert)
    alert_mails.ask_to_confirm(alert, listed(FOOD))
    alert_mails.say_lost(alert, listed("theme=disparu"))
    send()
    rows = OutgoingMail.objects.filter(kind__in=MailKind.to_public)
    assert len(rows) == 4
    for row in rows:
        text = outbox.message_text(kind=row.kind, body=row.body, path=row.path, stop_path=row.stop_path)
        said = re.sub(r"https?://\S+", "", f"{row.subject}\n{text}")
        assert [rule for rule, fault in RULES.items() if fault.search(said)] == [], text
