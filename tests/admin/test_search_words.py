"""The words of the search in the admin: mistakes said beside the field, nothing rebuilt, what was missed only read."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliance.portal.models import EquivalentWords, MissedWord

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/portal/equivalentwords/", "/admin/portal/equivalentwords/add/"
MISSED = "/admin/portal/missedword/"
DAY = date(2026, 6, 1)


@pytest.fixture
def crd(world, client_for):
    return client_for(world.coordination)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Ce champ est obligatoire"),
        ("frigo", "au moins deux mots"),
        ("frigo, Frigos, FRIGO", "au moins deux mots"),
        ("frigo,,;", "au moins deux mots"),
        ("frigo, %%", "« %% » ne contient aucun mot à chercher"),
        ("frigo, de la", "« de la » ne contient aucun mot à chercher"),
        ("mot, " * 101 + "fin", "Inscrivez au plus 500 caractères"),
        ("frigo, gla\x00cière", "caractère"),
    ],
)
def test_mistake_is_said_beside_the_words_and_what_was_typed_stays(crd, typed, said):
    response = crd.post(ADD, {"words": typed, "note": "Pour l’été"})
    assert response.status_code == 422
    errors = response.context["adminform"].form.errors
    assert list(errors) == ["words"]
    assert said in errors["words"][0].replace("\xa0", " ")
    html = response.content.decode()
    assert "Pour l’été" in html
    assert typed[:20].rstrip("\x00") in html.replace("&#x27;", "'")
    assert EquivalentWords.objects.count() == 0


def test_words_added_changed_and_removed_are_followed_by_the_very_next_search(crd, world, client_for):
    world.published(title="Frigo du quai", summary="Un meuble froid.")
    shown = '"/initiatives/frigo-du-quai/"'

    def found():
        return shown in client_for().get("/recherche/?q=glaci%C3%A8re").content.decode()

    assert not found()
    assert crd.post(ADD, {"words": " glacière ;  frigo\n", "note": ""}).status_code == 302
    row = EquivalentWords.objects.get()
    assert row.words == "glacière, frigo"
    assert row.history.get().history_user == world.coordination
    assert found()
    page = crd.get(f"{LIST}{row.pk}/change/")
    version = page.context["adminform"].form["read_version"].initial
    changed = {"words": "igloo, frigo", "note": "", "read_version": version}
    assert crd.post(f"{LIST}{row.pk}/change/", changed).status_code == 302
    assert not found()
    assert crd.post(f"{LIST}{row.pk}/change/", {**changed, "words": "yourte, frigo"}).status_code == 409
    assert crd.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert EquivalentWords.objects.count() == 0
    last = EquivalentWords.history.first()
    assert (last.history_type, last.history_user) == ("-", world.coordination)


def test_missed_words_are_read_and_never_written(crd):
    word = MissedWord.objects.create(word="yourte", count=3, first_on=DAY, last_on=DAY)
    page = crd.get(f"{MISSED}{word.pk}/change/").content.decode()
    assert "yourte" in page
    assert 'name="word"' not in page
    assert crd.get(f"{MISSED}add/").status_code == 403
    assert crd.post(f"{MISSED}{word.pk}/change/", {"word": "autre", "count": 9}).status_code == 403
    assert crd.post(f"{MISSED}{word.pk}/delete/", {"post": "yes"}).status_code == 403
    assert list(MissedWord.objects.values_list("word", "count")) == [("yourte", 3)]


@pytest.mark.parametrize("role", ["accounting", "reader", "agent_mitis", "committee_mitis", None])
def test_nobody_else_reads_nor_writes_them(world, client_for, role):
    client = client_for(getattr(world, role) if role else None)
    for address in (LIST, ADD, MISSED):
        assert client.get(address).status_code in (302, 403), address
        assert client.post(address, {"words": "frigo, glacière"}).status_code in (302, 403), address
    assert EquivalentWords.objects.count() == 0


@pytest.mark.parametrize("address", [LIST, f"{MISSED}?recherches=toutes"])
def test_lists_ask_as_many_queries_for_three_rows_as_for_one(crd, address):
    asked = []
    for rank in range(3):
        EquivalentWords.objects.create(words=f"mot {rank}, autre {rank}")
        MissedWord.objects.create(word=f"mot{'abc'[rank]}", first_on=DAY, last_on=DAY)
        if rank == 0:
            crd.get(address)
        with CaptureQueriesContext(connection) as queries:
            html = crd.get(address).content.decode()
        assert html.count("action-checkbox") == 0
        asked.append(len(queries))
    assert asked[0] == asked[2]
