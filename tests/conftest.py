"""The suite's environment, hostile on purpose: warnings are errors (pyproject.toml), the order is random, an unknown
template variable fails, nothing leaves the machine, and the database's guards are those of production."""

import gc
import logging
import re
import socket
import sys
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client, TransactionTestCase

from alliance.portal import directory, freshness, guards, reference
from tests import world as universe
from tests.chromium import ARGS, CHROMIUM, let_requests_end
from tests.kept_world import KeptRows, Shelf

OUR_TEMPLATES = str(Path(settings.BASE_DIR) / "templates")
# What starts something costly stays together: the demonstration, and a browser for each of these (the first that fits).
TOGETHER = {
    "public pages": "tests/test_accessibility_browser.py::test_public_pages_are_clean",
    "other pages": "tests/test_accessibility",
    "spoilt pages": "tests/test_probes_browser.py::",
    "browser": "_browser.py::",
    "demonstration": "tests/data/",
}
# What the engine can change: SQL, locks, constraints, triggers, order, search, values that only one of them refuses.
# It runs on both; the rest reads the same rows through the same ORM and runs on SQLite. `--whole`: everything on both, and
# every public page in every look.
BOTH_ENGINES = (
    "tests/accounts/test_invitations.py",
    "tests/accounts/test_links.py",
    "tests/accounts/test_rights.py",
    "tests/accounts/test_second_factor.py",
    "tests/accounts/test_sessions.py",
    "tests/admin/test_conflicts.py",
    "tests/admin/test_contribution_files.py",
    "tests/admin/test_edit.py",
    "tests/admin/test_files.py",
    "tests/admin/test_merge.py",
    "tests/admin/test_once.py",
    "tests/admin/test_payments_pages.py",
    "tests/admin/test_stale.py",
    "tests/admin/test_sweep.py::test_autocomplete_never_fails",
    "tests/admin/test_sweep.py::test_bad_addresses_never_fail",
    "tests/admin/test_unconfirmed.py",
    "tests/admin/test_unreadable_ids.py",
    "tests/data/test_queries.py",
    "tests/data/test_reference.py",
    "tests/documents/test_kept.py",
    "tests/documents/test_pages.py",
    "tests/espace/test_autosave_answers.py",
    "tests/espace/test_corrections.py",
    "tests/espace/test_double_click.py",
    "tests/espace/test_entry",
    "tests/espace/test_exchanges.py",
    "tests/espace/test_life.py",
    "tests/espace/test_partners",
    "tests/espace/test_radar.py",
    "tests/espace/test_renew.py",
    "tests/espace/test_reports",
    "tests/espace/test_sheet.py",
    "tests/espace/test_visibility.py",
    "tests/funding/",
    "tests/initiatives/test_kept.py",
    "tests/initiatives/test_reports.py",
    "tests/initiatives/test_talk_kept.py",
    "tests/lib/test_constraints.py",
    "tests/mail/",
    "tests/portal/test_alerts.py",
    "tests/portal/test_alerts_week.py",
    "tests/portal/test_bad_addresses.py",
    "tests/portal/test_bilan_published.py",
    "tests/portal/test_changes_properties.py",
    "tests/portal/test_directory.py",
    "tests/portal/test_kept_pages.py",
    "tests/portal/test_listed.py",
    "tests/portal/test_money_by_line.py",
    "tests/portal/test_pages.py",
    "tests/portal/test_told_errors.py",
    "tests/portal/test_zooms.py",
    "tests/scenarios/test_initiative_life_browser.py",
    "tests/test_constraints.py",
    "tests/test_guards.py",
    "tests/test_migrations.py",
    "tests/test_routes.py::test_every_route_of_ours",
)
LONGEST = {
    "test_bad_addresses_never_fail",
    "test_every_admin_page_answers_each_person_by_the_table_of_rights",
    "test_every_autocomplete_field_refuses_what_it_cannot_read",
    "test_every_list_asks_as_many_queries_for_three_rows_as_for_one",
    "test_home_asks_as_many_questions_for_three_rows_as_for_one",
    "test_no_query_breaks_a_page",
}


class UnknownVariable(str):
    """What Django prints for an unknown variable: here, a failure when the template is ours."""

    def __contains__(self, part):
        return part == "%s"

    def __mod__(self, variable):
        frame = sys._getframe(1)
        context = frame.f_locals.get("context")
        template = getattr(context.render_context, "template", None) if context is not None else None
        origin = str(getattr(getattr(template, "origin", None), "name", ""))
        if origin.startswith(OUR_TEMPLATES):
            pytest.fail(f"unknown variable {variable} in {origin}", pytrace=False)
        return ""


_force_login = Client.force_login


def _signed_in_now(client, user, backend=None):
    """Sign in as `force_login` does, with the proof that a real sign-in leaves: it opens what asks for a recent one."""

    def prove(sender, request, **kwargs):
        record_authentication(request, user, method="password")

    user_logged_in.connect(prove)
    try:
        _force_login(client, user, backend)
    finally:
        user_logged_in.disconnect(prove)


def pytest_configure():
    gc.freeze()  # thousands of short tests: looking again and again at what Django loaded for good finds nothing
    gc.set_threshold(50_000, 20, 20)
    Client.force_login = _signed_in_now
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UnknownVariable("%s")
    logging.getLogger("django.request").setLevel(logging.ERROR)  # refusals are expected here; faults are not
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share the tests one by one between the processes, except the groups that start something costly."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415  # only when there are several processes

    class OneByOne(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return next((group for group, part in TOGETHER.items() if part in nodeid), nodeid)

    return OneByOne(config, log)


def pytest_addoption(parser):
    parser.addoption(
        "--whole",
        action="store_true",
        help="what no engine changes on PostgreSQL too, every public page in every look, every bad address on every page",
    )


def pytest_collection_modifyitems(config, items):
    """Start with the groups, then the longest tests, in their random order: no process ends alone on one of them.

    What no engine changes runs once, on SQLite (see `BOTH_ENGINES`); so does how many questions a page asks.
    """
    items.sort(
        key=lambda item: (
            not any(part in item.nodeid for part in TOGETHER.values()),
            item.originalname not in LONGEST,
        )
    )
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"] and not config.getoption("--whole"):
        for item in items:
            counted = re.search("(queries|questions)_for_three_rows_as_for_one", item.name)
            if counted or not item.nodeid.startswith(BOTH_ENGINES):
                item.add_marker(pytest.mark.skip(reason="no engine changes it: it runs on SQLite"))


@pytest.fixture(scope="session", autouse=True)
def _nothing_leaves_the_machine():
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            pytest.fail(f"a test opened a connection to {address[0]}")
        return connect(self, address)

    socket.socket.connect = guarded
    yield
    socket.socket.connect = connect


@pytest.fixture(scope="session", autouse=True)
def _tables_can_be_emptied():
    """SQLite empties tables row by row between transactional tests: lift the guards for that moment only.

    Wait first for what a window asked as it closed.
    """
    teardown = TransactionTestCase._fixture_teardown

    def lifted(self):
        let_requests_end()
        guards.lift_append_only()
        try:
            teardown(self)
        finally:
            guards.install()

    TransactionTestCase._fixture_teardown = lifted
    yield
    TransactionTestCase._fixture_teardown = teardown


@pytest.fixture(scope="session", autouse=True)
def _documents_go_to_a_folder_of_the_tests(tmp_path_factory):
    location = str(tmp_path_factory.mktemp("prive"))
    settings.STORAGES["default"]["OPTIONS"]["location"] = location
    default_storage._location = location  # a module read at collection may have opened the storage already
    vars(default_storage._wrapped).pop("base_location", None)
    vars(default_storage._wrapped).pop("location", None)


@pytest.fixture(autouse=True)
def _the_world_is_under_way():
    """Read public states on a day of the world's period: what it declares under way is then not « peut-être terminée ».

    Its own patch, and not the fixture `monkeypatch`: a test that asks for that one has its initiatives built anew.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alliance.portal.still.today", lambda: universe.DAY)
        yield


@pytest.fixture(autouse=True)
def _fresh_data(request):
    """Start each test without what another one left in the process, and see each write at once.

    A test runs inside one transaction that never commits, while PostgreSQL's version counter grows at commit.
    """
    if not {"db", "transactional_db", "world"} & set(request.fixturenames):
        return
    transactional = (
        "transactional_db" in request.fixturenames
        or request.node.get_closest_marker("django_db")
        and request.node.get_closest_marker("django_db").kwargs.get("transaction")
    )
    request.getfixturevalue("transactional_db" if transactional else "db")
    cache.clear()
    directory.forget()
    freshness.forget()
    if connection.vendor == "postgresql" and not transactional:
        with connection.cursor() as cursor:
            cursor.execute("SET alliance.each_write = 'on'")
            names = ", ".join(f"data_version_bump_{event}" for event in ("insert", "update", "delete"))
            cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")


@pytest.fixture(scope="session")
def _kept_world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        kept = KeptRows(universe.build)
    yield kept
    with django_db_blocker.unblock():
        _end_other_sessions()


def _end_other_sessions():
    """A browser's last request may still hold a connection: PostgreSQL would refuse to drop the database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def _kept_initiatives():
    return {}


@pytest.fixture
def world(_kept_world, _kept_initiatives, db, request):
    """The small universe of `tests/world.py`."""
    given = _kept_world.give()
    if {"monkeypatch", "settings"} & _asked(request):
        yield given  # what this test changes around the actions must not stay in what they build
        return
    given.shelf = Shelf(_kept_initiatives)
    with connection.execute_wrapper(given.shelf.watch):
        yield given


def _asked(request):
    """Return what the test and its fixtures ask for, except what pytest-django asks for every test."""
    info = request.node._fixtureinfo
    fixtures = {name: found[-1].argnames for name, found in info.name2fixturedefs.items()}
    fixtures.pop("_template_string_if_invalid_marker", None)
    return set(info.argnames).union(*fixtures.values())


@pytest.fixture(scope="session")
def _kept_reference(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return KeptRows(reference.load)


@pytest.fixture
def reference_data(_kept_reference, db):
    """The reference data of the region, as `load_reference` writes them; return what it said, by table."""
    return _kept_reference.give()


@pytest.fixture
def in_turn(request):
    """Return a function that gives one value out of `every` to each rank in its turn; all of them with `--whole`."""

    def share(values, rank, every):
        return values if request.config.getoption("--whole") else values[rank % every :: every]

    return share


@pytest.fixture
def client_for():
    """Return a function that gives a client signed in as a person (None: the public)."""

    def make(user=None, **options):
        client = Client(**options)
        if user is not None:
            client.force_login(user)
        return client

    return make


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium, started once for the tests of a module; each of them opens its own windows."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with pytest.MonkeyPatch.context() as patch, sync_api.sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop in the tests' thread
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def window(browser, transactional_db, live_server, client_for):
    """Return a function that opens a window, signed in as `user` or as the public."""
    from tests.probes import drawn, visits  # noqa: PLC0415  # only where axe is installed

    contexts = []

    def open_window(user=None, **options):
        context = browser.new_context(locale="fr-CA", timezone_id="America/Toronto")
        contexts.append(context)
        if user is not None:
            session = client_for(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
        context.add_init_script(visits.LISTEN)
        drawn.prepare(context)
        return visits.Visits(context.new_page(), live_server, **options)

    yield open_window
    for context in contexts:
        context.close()
