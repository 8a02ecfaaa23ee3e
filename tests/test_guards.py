"""The database's own guards: they are all there, the version grows at each public commit, and never for a draft."""

import threading

import pytest
from django.db import connection, transaction

from alliance.portal import guards
from alliance.portal.models import DataVersion
from initiatives import actions
from initiatives.choices import State
from initiatives.models import Initiative, Theme
from tests import world as universe

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def installed():
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        return [row[0] for row in cursor.fetchall()]


def version():
    return DataVersion.objects.get(pk=1).number


@pytest.mark.django_db
def test_every_guard_is_installed_by_migrate():
    bumps = [name for name in installed() if "data_version_bump" in name]
    books = [name for name in installed() if "data_version_bump" not in name]
    assert len(bumps) == 3 * len(guards.PUBLIC)
    assert len(books) == len(guards.APPEND_ONLY) * (2 if connection.vendor == "sqlite" else 1)


@pytest.mark.django_db
def test_installing_twice_changes_nothing():
    before = sorted(installed())
    guards.install()
    assert sorted(installed()) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite rebuilds a table to alter it")
def test_guards_come_back_after_a_table_is_rebuilt():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER initiatives_theme_data_version_bump_update")
    assert len(installed()) == 3 * len(guards.PUBLIC) + 2 * len(guards.APPEND_ONLY) - 1
    guards.install()
    assert len(installed()) == 3 * len(guards.PUBLIC) + 2 * len(guards.APPEND_ONLY)


@pytest.mark.django_db(transaction=True)
def test_version_grows_at_the_commit_whatever_the_door():
    world = universe.build()
    before = version()
    Theme.objects.filter(slug="logement").update(name="Habitation")
    after_update = version()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE initiatives_theme SET name = 'Logement' WHERE slug = 'logement'")
    after_sql = version()
    world.published()
    assert before < after_update < after_sql < version()


@pytest.mark.django_db(transaction=True)
def test_rolled_back_change_leaves_the_version_alone():
    universe.build()
    before = version()
    with transaction.atomic():
        Theme.objects.filter(slug="logement").update(name="Habitation")
        transaction.set_rollback(True)
    assert version() == before


@pytest.mark.django_db(transaction=True)
def test_saving_the_text_of_a_draft_leaves_public_pages_fresh():
    world = universe.build()
    draft = world.initiative(State.DRAFT)
    before = version()
    actions.update(initiative=draft, by=world.agent_mitis, values={"summary": "Un autre résumé."})
    assert version() == before


@pytest.mark.django_db(transaction=True)
def test_publishing_and_unpublishing_both_grow_the_version():
    world = universe.build()
    initiative = world.initiative(State.APPROVED)
    before = version()
    actions.publish(initiative=initiative, by=world.coordination)
    published = version()
    actions.unpublish(initiative=initiative, by=world.coordination)
    assert before < published < version()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_two_writers_do_not_wait_for_each_other():
    """The counter's row is taken at the very end of a transaction: an open one holds nobody back."""
    universe.build()
    done = threading.Event()

    def other():
        try:
            Theme.objects.filter(slug="transport").update(name="Déplacements")
            done.set()
        finally:
            connection.close()

    with transaction.atomic():
        Theme.objects.filter(slug="logement").update(name="Habitation")
        thread = threading.Thread(target=other)
        thread.start()
        assert done.wait(5)
    thread.join()
    assert Theme.objects.filter(name__in=["Habitation", "Déplacements"]).count() == 2


@pytest.mark.django_db(transaction=True)
def test_unchanged_page_answers_304_with_one_query_and_never_after_a_commit(
    client, django_assert_num_queries
):
    world = universe.build()
    world.published(title="Cuisine du quai")
    first = client.get("/initiatives/")
    with django_assert_num_queries(1):
        again = client.get("/initiatives/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    initiative = Initiative.objects.get()
    actions.update(initiative=initiative, by=world.coordination, values={"title": "Cuisine du phare"})
    changed = client.get("/initiatives/", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert "Cuisine du phare" in changed.content.decode()
    assert "Cuisine du quai" not in changed.content.decode()
