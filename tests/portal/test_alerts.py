"""Weekly alerts: asked without an account, confirmed by their reader, stopped in one click, forgotten."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind
from alliance.accounts.models import OutgoingMail
from alliance.lib.workflow import Refusal
from alliance.portal import alert_mails, alerts, followed
from alliance.portal.models import Alert
from territories.choices import OrganizationKind
from territories.models import Organization
from tests.portal.alerts_world import (
    ADDRESS,
    FOOD,
    MONDAY,
    asked,
    confirmed,
    listed,
    posted,
    publish,
)

# The list, in words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "canonical", "label"),
    [
        ("", "", "Toutes les initiatives"),
        ("page=3&tri=recent&vue=tableau&utm_source=x", "", "Toutes les initiatives"),
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


@pytest.mark.parametrize("words", ["frigo", "gagnez sur exemple.com", "appelez 418 555", "a" * 41])
def test_mail_that_nobody_confirmed_never_repeats_the_words(world, client_for, words):
    answer = client_for().post(f"/alertes/?{urlencode({'q': words, 'territoire': 'la-mitis'})}", posted())
    assert (answer.status_code, words in Alert.objects.get().label) == (302, True)
    row = OutgoingMail.objects.get()
    assert (words in row.body, words in row.subject, words in row.path) == (False, False, False)
    assert "MRC\xa0: La Mitis; avec les mots que vous avez choisis\n" in row.body


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
    fields = re.findall(r'<input type="(email|hidden|text)" name="(\w+)"', page)
    assert fields == [("email", "email"), ("hidden", "token"), ("text", "rien")]


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
    "email",
    [
        *("", "pas une adresse", "a@b", "a@exemple.invalid\nBcc: b@exemple.invalid", "\x00", "é" * 300),
        *("root@localhost", "root@[127.0.0.1]", "root@[IPv6:::1]", "root@10.0.0.12", "root@a.LOCALHOST"),
    ],
)
def test_address_that_is_not_one_is_refused_beside_its_field(world, client_for, email):
    answer = client_for().post(f"/alertes/?{FOOD}", posted(email))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["email"])
    page = answer.content.decode()
    assert ("<title>Erreur\xa0: " in page, "MRC\xa0: La Mitis" in page) == (True, True)
    assert Alert.objects.count() == 0


def test_hidden_field_filled_in_asks_who_is_there_and_loses_nothing(world, client_for):
    answer = client_for().post(f"/alertes/?{FOOD}", posted(rien="https://exemple.invalid"))
    assert (answer.status_code, Alert.objects.count(), OutgoingMail.objects.count()) == (422, 0, 0)
    page = answer.content.decode()
    assert page.count("Êtes-vous une personne?") == 2  # in the summary and beside the field
    assert (f'value="{ADDRESS}"' in page, "https://exemple.invalid" in page) == (True, False)
    again = {name: answer.context["form"][name].value() for name in ("email", "token", "rien")}
    assert client_for().post(f"/alertes/?{FOOD}", again).status_code == 302
    assert Alert.objects.count() == 1


def test_five_messages_a_day_at_most_reach_an_address(world, client_for):
    with time_machine.travel(MONDAY, tick=False) as clock:
        statuses = []
        for word in "abcdefg":
            statuses.append(client_for().post(f"/alertes/?q=mot{word}", posted()).status_code)
            clock.shift(timedelta(hours=3))
        assert statuses == [302] * 5 + [429] * 2
        assert (Alert.objects.count(), OutgoingMail.objects.count()) == (5, 5)
        clock.shift(timedelta(hours=4))
        assert client_for().post("/alertes/?q=moth", posted()).status_code == 302


def test_sending_past_the_limit_keeps_the_address_and_says_when_to_come_back(world, client_for):
    answers = [client_for().post(f"/alertes/?{FOOD}", posted()) for _ in range(6)]
    page = answers[-1].content.decode()
    assert (answers[-1].status_code, f'value="{ADDRESS}"' in page) == (429, True)
    assert "votre adresse reste dans cette page" in page
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("asked_for", "understood", "said"),
    [
        ("theme=nimporte", "", "Le thème «\xa0nimporte\xa0» n’est pas dans le répertoire"),
        (f"{FOOD}&etat=x", f"?{FOOD}", "L’état «\xa0x\xa0» n’est pas dans le répertoire"),
        ("mrc=la-mitis", "", "Le paramètre «\xa0mrc\xa0» n’existe pas."),
    ],
)
def test_alert_is_never_wider_than_what_was_asked(world, client_for, get, asked_for, understood, said):
    with pytest.raises(Refusal):
        asked(asked_for)
    answer = client_for().post(f"/alertes/?{asked_for}", posted())
    assert (answer.status_code, Alert.objects.count(), OutgoingMail.objects.count()) == (422, 0, 0)
    again = [client_for().post(f"/alertes/?{asked_for}", posted()).status_code for _ in range(6)]
    assert again == [422] * 6  # nothing left: nothing is counted against this address
    page = answer.content.decode()
    assert (f'value="{ADDRESS}"' in page, alerts.WIDER in page, said in page) == (True, True, True)
    assert f'href="/alertes/{understood.replace("&", "&amp;")}">Suivre plutôt cette liste' in page
    assert said in get(f"/alertes/?{asked_for}").content.decode()
    assert client_for().post(f"/alertes/{understood}", posted()).status_code == 302


def test_unknown_filter_is_said_beside_what_was_understood(world, get):
    page = get("/alertes/?territoire=la-mitis&theme=astronomie").content.decode()
    assert "Le thème «\xa0astronomie\xa0» n’est pas dans le répertoire" in page
    assert "MRC\xa0: La Mitis" in page


@pytest.mark.parametrize("query", ["utm_source=a&fbclid=b", "page=2&tri=recent&vue=tableau", "mrc="])
def test_what_a_link_carries_besides_the_list_is_not_a_problem(world, query):
    assert listed(query).problems == ()


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
    again = client_for().get(where).content.decode()
    assert ("Votre demande est confirmée" in again, "Confirmer ma demande" in again) == (True, False)
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


def test_row_written_meanwhile_by_somebody_else_is_the_one_that_counts(world, monkeypatch):
    first = asked(FOOD)

    def fail(alert):
        raise IntegrityError

    found = iter([None, first])
    monkeypatch.setattr(alerts, "validate", fail)
    monkeypatch.setattr("django.db.models.query.QuerySet.first", lambda _rows: next(found))
    assert alerts._written(ADDRESS, listed(FOOD)) == first
