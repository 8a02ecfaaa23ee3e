"""The suite's environment, hostile on purpose: warnings are errors (pyproject.toml), the order is random, an unknown
template variable fails, nothing leaves the machine, and the database's guards are those of production."""

import logging
import socket
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase

from alliance.portal import directory, freshness, guards
from tests.kept_world import KeptWorld

OUR_TEMPLATES = str(Path(settings.BASE_DIR) / "templates")


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


def pytest_configure():
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UnknownVariable("%s")
    logging.getLogger("django.request").setLevel(logging.ERROR)  # refusals are expected here; faults are not
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
def _append_only_tables_can_be_emptied():
    """SQLite empties tables row by row between transactional tests: lift the guards for that moment only."""
    teardown = TransactionTestCase._fixture_teardown

    def lifted(self):
        guards.lift_append_only()
        try:
            teardown(self)
        finally:
            guards.install()

    TransactionTestCase._fixture_teardown = lifted
    yield
    TransactionTestCase._fixture_teardown = teardown


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
    kept = KeptWorld()
    with django_db_blocker.unblock():
        kept.build()
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


@pytest.fixture
def world(_kept_world, db):
    """The small universe of `tests/world.py`."""
    return _kept_world.give()


@pytest.fixture
def client_for():
    """Return a function that gives a client signed in as a person (None: the public)."""

    def make(user=None, **options):
        client = Client(**options)
        if user is not None:
            client.force_login(user)
        return client

    return make
