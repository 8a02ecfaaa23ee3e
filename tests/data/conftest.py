"""The reference data and the demonstration, built once: each test works in a savepoint above them.

Every test of this folder runs in the same process (`TOGETHER` of tests/conftest.py).
"""

import pytest
from django.db import transaction

from alliance.portal import demo


@pytest.fixture(scope="module")
def _reference_rows(_kept_reference, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield _kept_reference.give()
        transaction.set_rollback(True)


@pytest.fixture
def loaded(_reference_rows, db):
    """Reference data stand; return what the first run added, by table."""
    return _reference_rows


@pytest.fixture(scope="module")
def _demo_rows(_kept_reference, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        _kept_reference.give()
        before = fingerprint()
        password, count = demo.load()
        yield {"password": password, "count": count, "before": before}
        transaction.set_rollback(True)


@pytest.fixture
def shown(_demo_rows, db):
    """The demonstration stands; return its password, its count, and every row as it was before it."""
    return _demo_rows


def fingerprint():
    """Return every row of every table of ours, as values, without the counter of versions."""
    from django.apps import apps  # noqa: PLC0415  # apps are ready only once Django is set up

    skipped = {"portal_dataversion", "django_migrations", "cache"}
    return {
        model._meta.db_table: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in skipped
    }
