"""Weekly alerts: asked without an account, confirmed by their reader, told once, stopped in one click, forgotten."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind, MailState
from alliance.accounts.models import OutgoingMail
from alliance.lib.workflow import Refusal
from alliance.portal import alert_mails, alerts, followed
from alliance.portal.directory import current
from alliance.portal.models import Alert
from initiatives.choices import Publication
from initiatives.models import Initiative, Theme, ThemePastSlug
from territories.choices import OrganizationKind
from territories.models import Organization
from tests.test_typography import RULES

ADDRESS = "voisine@exemple.invalid"
FOOD = "theme=alimentation&territoire=la-mitis"
MONDAY = datetime(2026, 5, 11, 11, 0, tzinfo=UTC)  # 7 h in Toronto
RUN = MONDAY + timedelta(minutes=15)


def listed(query=""):
    return followed.read(QueryDict(query), current(HttpRequest()))


def asked(query="", email=ADDRESS):
    return alerts.ask(email=email, asked=listed(query))


def confirmed(query="", email=ADDRESS, told=MONDAY - timedelta(days=7), **values):
    text = listed(query)
    return Alert.objects.create(
        token=uuid4(),
        email=email,
        query=text.query,
        label=text.label,
        created_at=told,
        confirmed_at=told,
        told_until=told,
        **values,
    )


def publish(world, when, count=1, **values):
    made = [world.published(title=f"Projet {n}", **values) for n in range(count)]
    Initiative.objects.filter(pk__in=[each.pk for each in made]).update(published_at=when)
    return made


def told():
    return list(OutgoingMail.objects.filter(kind=MailKind.ALERT).order_by("pk"))


def posted(email=ADDRESS, **values):
    return {"email": email, "token": str(uuid4()), "site": ""} | values


# The list, in words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "canonical", "label"),
    [
        ("", "", "Toutes les initiatives"),
        ("page=3&tri=recent&vue=tableau&x=1", "", "Toutes les initiatives"),
        (
            "territoire=la-mitis&theme=logement&theme=ALIMENTATION",
            "theme=alimentation&theme=logement&territoire=la-mitis",
            "Thème\xa0: Alimentation ou Logement; MRC\xa0: La Mitis",
        ),
        (
            "q=+frigo++libre&etat=en-cours&portee=locale",
            "q=frigo+libre&etat=en-cours&portee=locale",
            "État\xa0: En cours; portée\xa0: Locale; mots cherchés\xa0: «\xa0frigo libre\xa0»",
        ),
    ],
)
def test_list_has_one_address_and_one_sentence(world, query, canonical, label):
    for name in ("logement", "alimentation"):
        world.themes[name].name = name.capitalize()
        world.themes[name].save()
    text = listed(query)
    assert (text.query, text.label) == (canonical, label)


@pytest.mark.parametrize(
    ("words", "repeated"),
    [("frigo libre", True), ("gagnez sur exemple.com", False), ("appelez 418 555", False), ("a" * 41, False)],
)
def test_mail_that_nobody_confirmed_repeats_plain_words_only(world, words, repeated):
    text = followed.read(QueryDict(f"q={words}"), current(HttpRequest()))
    assert (words in text.mailed_label) is repeated
    assert words in text.label


def test_list_of_too_many_filters_is_said_so_and_not_kept(world, get, client_for):
    for n in range(20):
        Organization.objects.create(
            name=f"Organisation au nom assez long {n:02}",
            kind=OrganizationKind.COMMUNITY,
            slug=f"organisation-au-nom-assez-long-{n:02}",
        )
    slugs = Organization.objects.values_list("slug", flat=True)
    query = "&".join(f"organisation={slug}" for slug in slugs)
    assert len(listed(query).query) > followed.LONGEST
    page = get(f"/alertes/?{query}").content.decode()
    assert ("Cette liste a trop de filtres" in page, 'name="email"' in page) == (True, False)
    with pytest.raises(Refusal):
        asked(query)
    answer = client_for().post(f"/alertes/?{query}", posted())
    assert (answer.status_code, Alert.objects.count()) == (422, 0)


# Asking ---------------------------------------------------------------------------------------------------


def test_page_says_the_list_what_comes_and_asks_one_thing(world, get):
    page = get(f"/alertes/?{FOOD}").content.decode()
    assert "MRC\xa0: La Mitis" in page
    assert "un courriel par semaine au plus, seulement s’il y a du nouveau" in page
    assert (
        re.findall(r'<input type="(\w+)" name="(\w+)"', page)
        == [
            ("search", "q"),
            ("email", "email"),
            ("hidden", "token"),
            ("text", "site"),
        ][-3:]
        or 'name="email"' in page
    )


def test_asking_writes_one_row_and_one_message_that_confirms(world, client_for):
    answer = client_for().post(f"/alertes/?{FOOD}&page=2", posted(" Voisine@Exemple.invalid "))
    assert (answer.status_code, answer["Location"]) == (302, "/alertes/verifiez/")
    alert = Alert.objects.get()
    assert (alert.email, alert.query, alert.confirmed_at, alert.is_demo) == (ADDRESS, FOOD, None, False)
    row = OutgoingMail.objects.get()
    assert (row.kind, row.address, row.stop_path) == (MailKind.ALERT_CONFIRM, ADDRESS, "")
    assert alert.label in row.body
    assert answer.cookies == {}


@pytest.mark.parametrize("known", ["nobody", "waiting", "following"])
def test_page_answers_the_same_whether_the_address_is_known_or_not(world, client_for, known):
    if known != "nobody":
        alert = asked(FOOD)
        if known == "following":
            alerts.confirm(alert=alert)
    OutgoingMail.objects.all().delete()
    answer = client_for().post(f"/alertes/?{FOOD}", posted(), follow=True)
    assert answer.redirect_chain == [("/alertes/verifiez/", 302)]
    assert ADDRESS not in answer.content.decode()
    assert Alert.objects.count() == 1
    kinds = [row.kind for row in OutgoingMail.objects.all()]
    assert kinds == [MailKind.ALERT if known == "following" else MailKind.ALERT_CONFIRM]


@pytest.mark.parametrize(
    "email", ["", "pas une adresse", "a@b", "a@exemple.invalid\nBcc: b@exemple.invalid", "\x00", "é" * 300]
)
def test_address_that_is_not_one_is_refused_beside_its_field(world, client_for, email):
    answer = client_for().post(f"/alertes/?{FOOD}", posted(email))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["email"])
    page = answer.content.decode()
    assert ("<title>Erreur\xa0: " in page, "MRC\xa0: La Mitis" in page) == (True, True)
    assert Alert.objects.count() == 0


def test_machine_is_answered_and_nothing_is_written(world, client_for):
    answer = client_for().post("/alertes/", posted(site="https://exemple.invalid"))
    assert (answer.status_code, Alert.objects.count(), OutgoingMail.objects.count()) == (302, 0, 0)


def test_same_address_asks_five_times_an_hour_at_most(world, client_for):
    statuses = [client_for().post(f"/alertes/?q=mot{n}", posted()).status_code for n in "abcdef"]
    assert statuses == [302] * 5 + [429]
    assert Alert.objects.count() == 5


def test_unknown_filter_is_said_and_the_rest_is_followed(world, get):
    page = get("/alertes/?territoire=la-mitis&theme=astronomie").content.decode()
    assert "Le thème «\xa0astronomie\xa0» n’est pas dans l’annuaire" in page
    assert "MRC\xa0: La Mitis" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_four_queries_at_most(world, get, rows, django_assert_max_num_queries):
    publish(world, timezone.now(), rows)
    with django_assert_max_num_queries(4):
        assert get(f"/alertes/?{FOOD}").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_ten_who_ask_at_once_make_one_row_and_one_message(world, at_once):
    at_once([lambda: asked(FOOD).pk] * 10)
    assert at_once([lambda: (Alert.objects.count(), OutgoingMail.objects.count())]) == [(1, 1)]


# Confirming, stopping -------------------------------------------------------------------------------------


@pytest.fixture
def link(world, settings):
    """Return a function that gives the address in the last message, as its reader sees it."""
    settings.SITE_URL = "https://exemple.invalid"

    def read(head):
        outbox.send_waiting()
        return re.search(rf"https://exemple\.invalid({head}\S+/)", mail.outbox[-1].body)[1]

    return read


def test_addresses_of_the_messages_are_those_of_the_site():
    assert reverse("portal:alert_confirm", args=["x"]) == f"{alert_mails.CONFIRM}x/"
    assert reverse("portal:alert_stop", args=["x"]) == f"{alert_mails.STOP}x/"


def test_link_confirms_by_its_button_only_and_once(world, client_for, link):
    alert = asked(FOOD)
    where = link(alert_mails.CONFIRM)
    for _scanner in range(3):
        page = client_for().get(where)
        assert (page.status_code, page.content.decode().count("Confirmer ma demande")) == (200, 1)
    assert client_for().head(where).status_code == 200
    alert.refresh_from_db()
    assert alert.confirmed_at is None
    assert "Votre demande est confirmée" in client_for(enforce_csrf_checks=True).post(where).content.decode()
    alert.refresh_from_db()
    first = alert.confirmed_at
    assert (first, alert.told_until) == (first, first)
    assert client_for().post(where).status_code == 200
    alert.refresh_from_db()
    assert alert.confirmed_at == first


def test_link_that_confirms_dies_after_seven_days_and_its_address_with_it(world, client_for, link):
    asked(FOOD)
    where = link(alert_mails.CONFIRM)
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert alerts.forget_unconfirmed() == 0
        assert client_for().get(where).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert client_for().post(where).status_code == 410
        assert (alerts.forget_unconfirmed(), Alert.objects.count(), OutgoingMail.objects.count()) == (1, 0, 0)


def test_confirmed_alert_is_never_forgotten(world):
    alerts.confirm(alert=asked(FOOD))
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert alerts.forget_unconfirmed() == 0


@pytest.mark.parametrize("head", [alert_mails.CONFIRM, alert_mails.STOP])
@pytest.mark.parametrize("token", ["x", "0" * 32, "é", "a:b:c", "x" * 2000])
@pytest.mark.parametrize("method", ["get", "post"])
def test_forged_link_opens_nothing(world, client_for, head, token, method):
    assert getattr(client_for(), method)(f"{head}{token}/").status_code == 410


def test_link_of_one_page_does_not_open_the_other(world, client_for, link):
    asked(FOOD)
    token = link(alert_mails.CONFIRM).removeprefix(alert_mails.CONFIRM)
    assert client_for().post(f"{alert_mails.STOP}{token}").status_code == 410
    assert Alert.objects.count() == 1


def test_one_click_erases_row_and_messages_without_cookie_as_often_as_one_wants(world, client_for, link):
    alert = confirmed(FOOD)
    alert_mails.say_known(alert)
    waiting = OutgoingMail.objects.get()
    where = link(alert_mails.STOP)
    sent = mail.outbox[-1]
    assert sent.extra_headers["List-Unsubscribe"] == f"<https://exemple.invalid{where}>"
    assert client_for().get(where).content.decode().count("Arrêter ces courriels") == 1
    assert Alert.objects.count() == 1
    for _again in range(2):
        answer = client_for(enforce_csrf_checks=True).post(where, {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "C’est arrêté" in answer.content.decode()) == (200, True)
        assert answer.cookies == {}
    assert not OutgoingMail.objects.filter(pk=waiting.pk).exists()
    assert (Alert.objects.count(), client_for().get(where).status_code) == (0, 200)


def test_stopping_one_list_leaves_the_others(world):
    one, other = confirmed(FOOD), confirmed("")
    alerts.stop(alert=one)
    alerts.stop(alert=one)
    assert list(Alert.objects.all()) == [other]


# Once a week ----------------------------------------------------------------------------------------------


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


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_send_each_week_once(world, at_once):
    publish(world, timezone.now() - timedelta(days=8))
    for n in range(4):
        confirmed(FOOD, f"a{n}@exemple.invalid", told=timezone.now() - timedelta(days=9))
    counts = at_once([alerts.send_week] * 4)
    assert sum(counts) == 4
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
    assert "Le thème «\xa0disparu\xa0» n’est pas dans l’annuaire.\n" in row.body
    assert (alert.label in row.body, Alert.objects.count()) == (True, 0)


@pytest.mark.parametrize("rule", RULES)
def test_messages_follow_the_typography(world, rule):
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
        assert RULES[rule].search(re.sub(r"https?://\S+", "", f"{row.subject}\n{text}")) is None, text


def test_row_written_meanwhile_by_somebody_else_is_the_one_that_counts(world, monkeypatch):
    first = asked(FOOD)

    def fail(alert):
        raise IntegrityError

    found = iter([None, first])
    monkeypatch.setattr(alerts, "validate", fail)
    monkeypatch.setattr("django.db.models.query.QuerySet.first", lambda _rows: next(found))
    assert alerts._written(ADDRESS, listed(FOOD)) == first
