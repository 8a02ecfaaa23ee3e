"""« Signaler une erreur »: told by anybody once, read by the CRD, answered, and the address forgotten."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter, SlugConverter, StringConverter
from django.utils import timezone

from alliance.accounts.choices import MailKind, MailState
from alliance.accounts.models import OutgoingMail
from alliance.lib.workflow import NotAllowed, Refusal, Stale
from alliance.portal import errors_told
from alliance.portal import urls as portal
from alliance.portal.choices import ErrorState, ErrorSubject
from alliance.portal.directory import current
from alliance.portal.figures import register
from alliance.portal.models import ToldError
from alliance.portal.named_pages import page_named
from alliance.portal.told_form import UNKNOWN_PAGE
from initiatives import actions
from tests import every_page

pytestmark = pytest.mark.django_db
PAGE = "/initiatives/frigo-libre-service-de-mont-joli/"


@pytest.fixture(autouse=True)
def _no_count_yet():
    cache.clear()
    yield
    cache.clear()


def values(**changes):
    base = {
        "token": str(uuid4()),
        "page": "/",
        "subject": "false",
        "message": "Le titre est faux.",
        "rien": "",
    }
    return base | changes


@pytest.fixture
def told(trio):
    return errors_told.tell(
        token=uuid4(),
        path=PAGE,
        subject="false",
        message="L’adresse est fausse.",
        email="lectrice@exemple.invalid",
        initiative=trio[0].pk,
    )


# The form -------------------------------------------------------------------------------------------------


def test_form_says_which_page_by_its_title(trio, get):
    named = {
        PAGE: "Frigo libre-service de Mont-Joli",
        f"{PAGE}?x=1": "Frigo libre-service de Mont-Joli",
        "/themes/logement/": "Logement",
        "/territoires/la-mitis/": "La Mitis",
        "/municipalites/amqui/": "Amqui",
        "/organisations/moisson-mitis/": "Moisson Mitis",
        "/initiatives/?q=frigo": "Initiatives",
        "/": "Page d’accueil",
    }
    for path, title in named.items():
        page = get(f"/signaler/?page={path}").content.decode()
        assert f">{title}</a>\xa0».</p>" in page, path
        assert UNKNOWN_PAGE not in page


@pytest.mark.parametrize(
    "junk",
    [
        "https://exemple.invalid/",
        "//exemple.invalid/",
        "javascript:alert(1)",
        "/initiatives/inconnue/",
        "/nulle-part/",
        "/zoom/canari/",
        "/chiffres/canari/",
        "/alertes/arreter/canari/",
        "/admin/",
        "/espace/",
        "/compte/connexion/",
        "/signaler/",
        "/themes/<b>canari</b>/",
        "/themes/canari%00/",
        "/\\exemple.invalid",
        "http://[",
        "/" + "a" * 400,
        "é",
    ],
)
def test_junk_is_never_shown_again(trio, client, junk):
    answer = client.get("/signaler/", {"page": junk})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert UNKNOWN_PAGE in page
    assert [word for word in ("canari", "exemple.invalid", "alert(1)") if word in page] == []
    refused = client.post("/signaler/", values(page=junk))
    assert (refused.status_code, UNKNOWN_PAGE in refused.content.decode()) == (422, True)
    assert "Le titre est faux." in refused.content.decode()
    assert ToldError.objects.count() == 0


def test_page_of_something_asked_for_is_named_by_its_own_title_and_answers(world, get):
    every_page.fill(world, world.published(title="Cuisine du quai"), zoom="Noël")
    titles = {
        "/initiatives/cuisine-du-quai/facile-a-lire/": "Cuisine du quai",
        "/carte/la-mitis/": "Carte\xa0: La Mitis",
        "/carte/deserts/la-mitis/": "Où il manque de services\xa0: La Mitis",
        "/chiffres/fqis-accorde/": register.ENTRIES["fqis-accorde"].label,
        "/chiffres/annonces/essai/": "Essai",
        "/bilan/2024-2025/": "Bilan 2024-2025",
        "/bilan/2024-2025/version-1/": "Bilan 2024-2025, version 1",
        "/zoom/noel/": "Noël",
        "/frigo/municipalite/mont-joli/": "À mettre sur le frigo\xa0: Mont-Joli",
    }
    directory = current(HttpRequest())
    assert {path: page_named(directory, path).title for path in titles} == titles
    assert {get(path).status_code for path in titles} == {200}


def test_no_address_with_words_of_a_stranger_is_a_page(world, get):
    """Whatever route takes a word from the address: one that names nothing is not of this site."""
    world.published(title="Cuisine du quai")
    junk = {SlugConverter: "gagnez-un-prix", StringConverter: "gagnez-un-prix", IntConverter: 10**30}
    routes = [route for route in portal.urlpatterns if route.pattern.converters]
    named = []
    for route in routes:
        words = {name: junk[type(one)] for name, one in route.pattern.converters.items()}
        named.append(page_named(current(HttpRequest()), reverse(f"portal:{route.name}", kwargs=words)))
    assert (len(routes) > 20, {*named}) == (True, {None})
    assert page_named(current(HttpRequest()), "/initiatives/cuisine-du-quai/facile-a-lire/") is None


def test_drafts_are_not_named(world, get):
    draft = world.initiative(title="Projet secret")
    assert "Projet secret" not in get(f"/signaler/?page={draft.get_absolute_url()}").content.decode()


def test_sending_writes_one_row_tells_the_team_and_thanks(trio, world, client):
    answer = client.post("/signaler/", values(page=PAGE, email="lectrice@exemple.invalid"))
    assert (answer.status_code, answer["Location"]) == (302, "/signaler/merci/")
    row = ToldError.objects.get()
    assert (row.path, row.initiative, row.subject, row.message, row.state) == (
        PAGE,
        trio[0],
        "false",
        "Le titre est faux.",
        "new",
    )
    mails = OutgoingMail.objects.filter(kind=MailKind.ERROR_TOLD)
    assert {mail.to for mail in mails} == {world.coordination, world.second_coordination}
    assert {mail.way for mail in mails} == {"digest"}
    assert not [mail for mail in mails if "lectrice" in mail.body]
    thanks = client.get("/signaler/merci/").content.decode()
    assert "lectrice" not in thanks
    assert "Le titre est faux" not in thanks


def test_no_cookie_and_no_keeping(trio, client):
    answers = [client.get("/signaler/"), client.post("/signaler/", values()), client.post("/signaler/", {})]
    assert [answer.status_code for answer in answers] == [200, 302, 422]
    assert [dict(answer.cookies) for answer in answers] == [{}, {}, {}]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_refused_form_keeps_every_value_and_names_each_field(trio, client):
    answer = client.post("/signaler/", values(page=PAGE, subject="", message="", email="pas-une-adresse"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Erreur\xa0: Signaler une erreur" in page
    for sentence in (
        "Choisissez ce qui ne va pas",
        "Inscrivez votre message",
        "Inscrivez une adresse courriel complète, par exemple nom@exemple.ca",
    ):
        assert page.count(sentence) == 2, sentence  # in the summary and beside the field
    assert 'value="pas-une-adresse"' in page
    assert f'name="page" value="{PAGE}"' in page
    long = client.post("/signaler/", values(message="é" * 2001)).content.decode()
    assert "Inscrivez au plus 2000 caractères (il y en a 2001)" in long
    assert "é" * 2001 in long
    assert ToldError.objects.count() == 0


@pytest.mark.parametrize("token", ["", "x", "0" * 200])
def test_form_without_its_token_is_asked_again_and_keeps_the_words(trio, client, token):
    answer = client.post("/signaler/", values(token=token))
    assert (answer.status_code, "Le titre est faux." in answer.content.decode()) == (422, True)
    fresh = answer.context["form"].data["token"]
    assert client.post("/signaler/", values(token=fresh)).status_code == 302
    assert ToldError.objects.count() == 1


def test_double_click_is_one_row_and_other_words_are_not_lost(trio, client):
    first = values()
    assert [client.post("/signaler/", first).status_code for _ in range(2)] == [302, 302]
    assert ToldError.objects.count() == 1
    other = client.post("/signaler/", first | {"message": "Autre chose."})
    assert (other.status_code, "Autre chose." in other.content.decode()) == (422, True)
    assert errors_told.ALREADY in other.content.decode()
    again = values(token=other.context["form"].data["token"], message="Autre chose.")
    assert client.post("/signaler/", again).status_code == 302
    assert ToldError.objects.count() == 2
    assert OutgoingMail.objects.filter(kind=MailKind.ERROR_TOLD).values("key").count() == 4


@pytest.mark.django_db(transaction=True)
def test_ten_parallel_posts_of_one_token_are_one_row(world):
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time on SQLite in memory: the race needs several connections")
    data = values()

    def post(_):
        try:
            return Client().post("/signaler/", data).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(post, range(10))) == [302] * 10
    assert ToldError.objects.count() == 1


def test_hidden_field_filled_in_asks_who_is_there_and_loses_nothing(trio, client):
    answer = client.post("/signaler/", values(rien="https://exemple.invalid"))
    assert (answer.status_code, ToldError.objects.count()) == (422, 0)
    page = answer.content.decode()
    assert page.count("Êtes-vous une personne?") == 2  # in the summary and beside the field
    assert ("Le titre est faux." in page, "https://exemple.invalid" in page) == (True, False)
    again = {name: answer.context["form"][name].value() for name in values()}
    assert client.post("/signaler/", again).status_code == 302
    assert ToldError.objects.get().message == "Le titre est faux."


def test_hidden_field_is_none_that_a_browser_fills_in(trio, get):
    for path in ("/signaler/", "/alertes/"):
        (hidden,) = re.findall(r'<div class="vh" aria-hidden="true">.*?</div>', get(path).content.decode())
        assert ('autocomplete="off"' in hidden, 'tabindex="-1"' in hidden, 'name="rien"' in hidden) == (
            True,
        ) * 3


def test_eleventh_message_of_an_hour_waits_and_keeps_its_words(trio, client):
    statuses = [client.post("/signaler/", values()).status_code for _ in range(10)]
    refused = client.post("/signaler/", values(message="Onzième message."))
    assert (statuses, refused.status_code) == ([302] * 10, 429)
    assert "Onzième message." in refused.content.decode()
    assert ToldError.objects.count() == 10


def test_other_methods_are_told_so(db, client):
    assert [getattr(client, verb)("/signaler/").status_code for verb in ("put", "delete", "options")] == [
        405,
        405,
        200,
    ]


def test_pages_lead_to_the_form_which_knows_where_one_came_from(trio, get):
    for path in (PAGE, "/organisations/moisson-mitis/"):
        assert f'href="/signaler/?page={path}"' in get(path).content.decode()
    assert 'href="/signaler/"' in get("/territoires/la-mitis/").content.decode()
    came = {
        "http://testserver/territoires/la-mitis/?x=1": '« <a href="/territoires/la-mitis/">La Mitis</a>\xa0»',
        "http://exemple.invalid/territoires/la-mitis/": "Dites-nous ce qui est faux",
        "http://testserver/nulle-part/": "Dites-nous ce qui est faux",
        "http://[": "Dites-nous ce qui est faux",
    }
    for address, words in came.items():
        page = get("/signaler/", referer=address).content.decode()
        assert words.replace("« ", "«\xa0") in page, address
        assert UNKNOWN_PAGE not in page


# The queue ------------------------------------------------------------------------------------------------


def test_error_moves_on_and_the_reader_is_answered(told, world):
    ongoing = errors_told.start(told=told, by=world.coordination, read=0)
    assert ongoing.state == ErrorState.ONGOING
    settled = errors_told.settle(
        told=told, by=world.coordination, state="corrected", answer="C’est corrigé.", read=1
    )
    assert (settled.state, settled.settled_by, settled.answer) == (
        "corrected",
        world.coordination,
        "C’est corrigé.",
    )
    mail = OutgoingMail.objects.get(kind=MailKind.ERROR_ANSWER)
    assert (mail.address, mail.to, mail.way, mail.path) == ("lectrice@exemple.invalid", None, "now", PAGE)
    assert ("C’est corrigé." in mail.body, told.message in mail.body) == (True, False)


def test_settling_without_answer_sends_nothing(told, world):
    errors_told.settle(told=told, by=world.coordination, state="dismissed")
    assert not OutgoingMail.objects.filter(kind=MailKind.ERROR_ANSWER).exists()


def test_what_cannot_be_done_is_refused(told, world):
    for person in (world.accounting, world.reader, world.agent_mitis):
        with pytest.raises(NotAllowed):
            errors_told.start(told=told, by=person)
        with pytest.raises(NotAllowed):
            errors_told.settle(told=told, by=person, state="corrected")
    errors_told.start(told=told, by=world.coordination)
    with pytest.raises(Stale):
        errors_told.settle(told=told, by=world.coordination, state="corrected", read=0)
    with pytest.raises(ValueError, match="corrected or dismissed"):
        errors_told.settle(told=told, by=world.coordination, state="new")
    errors_told.settle(told=told, by=world.coordination, state="corrected")
    for again in (
        lambda: errors_told.start(told=told, by=world.coordination),
        lambda: errors_told.settle(told=told, by=world.coordination, state="dismissed"),
    ):
        with pytest.raises(Refusal, match="déjà réglée"):
            again()


def test_nobody_is_answered_without_an_address(trio, world):
    told = errors_told.tell(token=uuid4(), path="/", subject="other", message="Bonjour")
    with pytest.raises(Refusal, match="pas laissé d’adresse"):
        errors_told.settle(told=told, by=world.coordination, state="corrected", answer="Merci")
    told.refresh_from_db()
    assert told.state == ErrorState.NEW


def test_address_is_erased_ninety_days_after_it_is_settled(told, world):
    errors_told.settle(told=told, by=world.coordination, state="corrected", answer="Merci")
    OutgoingMail.objects.filter(kind=MailKind.ERROR_ANSWER).update(state=MailState.CANCELLED)
    now = timezone.now()
    assert errors_told.forget_addresses(now + timedelta(days=89)) == 0
    assert errors_told.forget_addresses(now + timedelta(days=91)) == 1
    told.refresh_from_db()
    assert (told.email, told.message, told.answer) == ("", "L’adresse est fausse.", "Merci")
    assert not OutgoingMail.objects.filter(kind=MailKind.ERROR_ANSWER).exists()


def test_command_of_the_mail_erases_the_address(told, world):
    errors_told.settle(told=told, by=world.coordination, state="dismissed")
    for days, address in ((0, "lectrice@exemple.invalid"), (89, "lectrice@exemple.invalid"), (91, "")):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            call_command("send_outbox", verbosity=0)
        told.refresh_from_db()
        assert told.email == address, days


def test_page_on_privacy_says_what_is_kept_of_who_tells(db, get):
    page = get("/confidentialite/").content.decode()
    assert 'id="erreurs"' in page
    assert "effacée 90 jours après que l’erreur est réglée" in page


def test_address_of_what_still_waits_is_kept(told):
    assert errors_told.forget_addresses(timezone.now() + timedelta(days=900)) == 0


def test_unpublished_initiative_is_not_tied_to_what_is_told(world):
    draft = world.initiative()
    told = errors_told.tell(token=uuid4(), path="/", subject="other", message="Bonjour", initiative=draft.pk)
    assert told.initiative is None


def test_every_subject_can_be_told(trio, client):
    for subject in ErrorSubject.values:
        assert client.post("/signaler/", values(subject=subject)).status_code == 302
    assert ToldError.objects.count() == 5


def test_initiative_withdrawn_since_stays_tied(told, trio, world):
    actions.unpublish(initiative=trio[0], by=world.coordination)
    told.refresh_from_db()
    assert told.initiative_id == trio[0].pk
