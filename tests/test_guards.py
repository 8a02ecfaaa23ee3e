"""The database's own guards: they are all there, the version grows at each public commit, and never for a draft."""

import re
import threading
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from alliance.portal import directory as memory
from alliance.portal import freshness, guards
from alliance.portal.models import DataVersion
from funding import actions as funding_actions
from funding import guards as money
from funding.choices import Condition
from funding.rules import Instalment
from initiatives import actions
from initiatives import models as initiatives
from initiatives.choices import PartnerRole, State
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


def books():
    """Return how many triggers keep rows from changing and tables whole, and how many keep the rules of money."""
    rows = len(guards.APPEND_ONLY) * (2 if connection.vendor == "sqlite" else 1)
    return rows + len(guards.SEALED), len(money.GUARDS)


@pytest.mark.django_db
def test_every_guard_is_installed_by_migrate():
    bumps = [name for name in installed() if "data_version_bump" in name]
    rules = {name for name in installed() if "_kept_" in name}
    others = [name for name in installed() if "data_version_bump" not in name and name not in rules]
    assert len(bumps) == 3 * len(guards.PUBLIC)
    assert (len(others), len(rules)) == books()
    assert rules == {guard.name for guard in money.GUARDS}


@pytest.mark.django_db
def test_money_guards_lifted_are_the_only_ones_missing_and_come_back():
    before = sorted(installed())
    guards.lift_money()
    gone = set(before) - set(installed())
    guards.install_money()
    assert gone == {guard.name for guard in money.GUARDS}
    assert sorted(installed()) == before


@pytest.mark.django_db
def test_every_table_with_a_rule_on_changes_is_sealed():
    """What a rule refuses to change or erase is not rewritten by REPLACE nor emptied by TRUNCATE."""
    changing = {guard.table for guard in money.GUARDS if guard.event in ("UPDATE", "DELETE")}
    append_only = {model._meta.db_table for model in guards.APPEND_ONLY}
    assert {model._meta.db_table for model in guards.SEALED} == changing | append_only


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
    everything = 3 * len(guards.PUBLIC) + sum(books())
    assert len(installed()) == everything - 1
    guards.install()
    assert len(installed()) == everything


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


def _everything_changed(world):
    """Return other values for every link of an initiative, and other partners."""
    return {
        "values": {
            "summary": "Un autre résumé.",
            "territories": [world.territories["la-matapedia"]],
            "municipalities": [world.municipalities["07047"]],
            "themes": [world.themes["logement"]],
            "primary_theme": world.themes["logement"],
            "starts_on": date(2026, 4, 1),
            "ends_on": date(2026, 12, 31),
            "target_groups": [initiatives.TargetGroup.objects.create(slug="jeunes", name="Jeunes")],
        },
        "partners": [(world.cdc, PartnerRole.LEAD, "Autre rôle")],
    }


@pytest.mark.django_db(transaction=True)
def test_saving_a_draft_with_all_its_links_leaves_public_pages_fresh():
    world = universe.build()
    draft, changes = world.initiative(State.DRAFT), _everything_changed(world)
    before = version()
    actions.update(initiative=draft, by=world.agent_mitis, **changes)
    actions.submit(initiative=draft, by=world.agent_mitis)
    assert version() == before


@pytest.mark.django_db(transaction=True)
def test_money_of_any_initiative_grows_the_version_since_lines_are_public():
    world = universe.build()
    initiative = world.initiative(State.APPROVED)
    before = version()
    world.award(initiative, "100")
    awarded = version()
    plan = [Instalment(Decimal(60), date(2025, 5, 1), Condition.DATE)]
    (row,) = funding_actions.schedule(
        commitment=initiative.commitments.get(), by=world.coordination, instalments=plan
    )
    planned = version()
    funding_actions.pay(disbursements=[row], by=world.coordination)
    assert before < awarded == planned < version()


LINKS = [
    initiatives.Partnership,
    *(
        getattr(Initiative, name).through
        for name in ("themes", "territories", "municipalities", "fiscal_years", "target_groups")
    ),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", LINKS, ids=lambda model: model.__name__)
def test_each_link_of_a_published_initiative_grows_the_version(model):
    world = universe.build()
    draft, published = world.initiative(State.DRAFT), world.published()
    before = version()
    (kept,) = model.objects.filter(initiative=draft)
    model.objects.filter(initiative=draft).delete()
    kept.save(force_insert=True)
    assert version() == before
    (kept,) = model.objects.filter(initiative=published)
    model.objects.filter(initiative=published).delete()
    removed = version()
    kept.save(force_insert=True)
    added = version()
    model.objects.filter(initiative=draft).delete()
    model.objects.filter(pk=kept.pk).update(initiative=draft)
    assert before < removed < added < version()


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


@pytest.mark.django_db
def test_every_table_that_public_pages_read_is_guarded(client):
    """Derived from the SQL of every public address, sitemap included: nothing to remember, nothing to forget."""
    world = universe.build()
    old = world.published(title="Cuisine du quai", award="100")
    actions.update(initiative=old, by=world.coordination, values={"title": "Cuisine du phare"})
    sitemap = client.get("/sitemap.xml").content.decode()
    paths = [address.removeprefix(settings.SITE_URL) for address in re.findall("<loc>(.*?)</loc>", sitemap)]
    memory.forget()
    freshness.forget()
    with CaptureQueriesContext(connection) as captured:
        statuses = {client.get(path).status_code for path in [*paths, "/sitemap.xml", "/robots.txt"]}
        moved = client.get("/initiatives/cuisine-du-quai/").status_code
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    read = {name for query in captured for name in re.findall(r'"(\w+)"', query["sql"]) if name in known}
    guarded = {model._meta.db_table for model in guards.PUBLIC}
    assert (statuses, moved, len(paths) > 20) == ({200}, 301, True)
    # A history is written with its row, whose own write moves the version; an instalment tells nothing by itself, its
    # movements do, and they are guarded.
    histories = tuple(
        model.history.model._meta.db_table for model in guards.PUBLIC if hasattr(model, "history")
    )
    told = {name for name in read if name.startswith(histories)} | {"funding_disbursement"}
    assert len(told & read) > 2
    assert read - guarded - told == {"portal_dataversion"}
    assert {"initiatives_plannode", "initiatives_initiativepastslug", "funding_commitmentmovement"} <= read
