"""The queue of errors in the admin: what waits first, the reader's words, three buttons, and nobody overrides unread."""

from uuid import uuid4

import pytest
from django.urls import reverse

from alliance.accounts.models import OutgoingMail
from alliance.portal import errors_told
from alliance.portal.models import ToldError

pytestmark = pytest.mark.django_db


def tell(**values):
    base = {"token": uuid4(), "path": "/themes/", "subject": "false", "message": "Le titre est <b>faux</b>."}
    return errors_told.tell(**(base | values))


@pytest.fixture
def told(world):
    initiative = world.published(title="Frigo du quai")
    return tell(
        path=initiative.get_absolute_url(), initiative=initiative.pk, email="lectrice@exemple.invalid"
    )


@pytest.fixture
def crd(world, client_for):
    return client_for(world.coordination)


def address(page, told):
    return reverse(f"admin:portal_tolderror_{page}", args=[told.pk])


def version(answer):
    return answer.context["form"]["version"].initial


def test_landing_page_counts_what_nobody_read(told, crd, world, client_for):
    link = '<a href="/admin/portal/tolderror/?etat=new">1 erreur signalée à lire</a>'
    assert link in crd.get("/admin/").content.decode()
    assert "erreur signalée" not in client_for(world.reader).get("/admin/").content.decode()
    errors_told.start(told=told, by=world.coordination)
    assert link not in crd.get("/admin/").content.decode()


def test_what_waits_comes_first(told, crd, world):
    settled, ongoing, last = tell(message="A"), tell(message="B"), tell(message="C")
    errors_told.settle(told=settled, by=world.coordination, state="dismissed")
    errors_told.start(told=ongoing, by=world.coordination)
    rows = crd.get("/admin/portal/tolderror/").context["cl"].result_list
    assert list(rows) == [told, last, ongoing, settled]
    found = crd.get("/admin/portal/tolderror/?etat=ongoing").context["cl"].result_list
    assert list(found) == [ongoing]


def test_page_shows_the_words_and_both_links(told, crd):
    page = crd.get(address("change", told)).content.decode()
    assert "Le titre est &lt;b&gt;faux&lt;/b&gt;." in page
    assert f'<a href="{told.path}">' in page
    assert f'href="/admin/initiatives/initiative/{told.initiative_id}/change/"' in page
    for name in ("start", "correct", "dismiss"):
        assert address(name, told) in page
    assert "lectrice@" not in page


def test_three_decisions_in_the_admin(told, crd, world):
    shown = crd.get(address("start", told))
    assert crd.post(address("start", told), {"version": version(shown)}).status_code == 302
    shown = crd.get(address("correct", told))
    answer = crd.post(
        address("correct", told), {"version": version(shown), "answer": "C’est corrigé, merci."}
    )
    assert answer.status_code == 302
    told.refresh_from_db()
    assert (told.state, told.settled_by) == ("corrected", world.coordination)
    assert OutgoingMail.objects.get(kind="error_answer").address == "lectrice@exemple.invalid"
    page = crd.get(address("change", told)).content.decode()
    assert address("correct", told) not in page
    other = tell()
    assert crd.post(address("dismiss", other), {"version": 0}).status_code == 302
    other.refresh_from_db()
    assert other.state == "dismissed"


def test_page_opened_before_a_colleague_decided_answers_409_and_keeps_the_words(told, crd, world):
    old = version(crd.get(address("correct", told)))
    errors_told.start(told=told, by=world.second_coordination)
    answer = crd.post(address("correct", told), {"version": old, "answer": "Ma réponse."})
    assert answer.status_code == 409
    assert "Ma réponse." in answer.content.decode()
    again = crd.post(
        address("correct", told), {"version": answer.context["form"].data["version"], "answer": "x"}
    )
    assert again.status_code == 302
    told.refresh_from_db()
    assert told.answer == "x"


def test_settled_error_is_settled_once(told, crd, world):
    errors_told.settle(told=told, by=world.coordination, state="corrected")
    assert "Cette erreur est déjà réglée." in crd.get(address("dismiss", told)).content.decode()
    assert crd.post(address("dismiss", told), {}).status_code == 422
    told.refresh_from_db()
    assert told.state == "corrected"


def test_no_answer_is_asked_where_nobody_would_receive_it(crd, world):
    other = tell()
    assert "answer" not in crd.get(address("correct", other)).context["form"].fields
    assert crd.post(address("correct", other), {"answer": "Bonjour"}).status_code == 302
    assert ToldError.objects.get(pk=other.pk).answer == ""


def test_only_who_may_settles(told, world, client_for):
    for person in (world.accounting, world.reader):
        client = client_for(person)
        pages = [
            client.get(address(name, told)).status_code for name in ("change", "start", "correct", "dismiss")
        ]
        assert pages == [403] * 4
