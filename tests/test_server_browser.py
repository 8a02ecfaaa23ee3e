"""The tests' own server has answered everything before the tables are emptied for the next test."""

import threading
import time

import pytest
from django.core.signals import request_started
from django.db import connection

from tests.chromium import needs_chromium

pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only tables in memory refuse to be emptied"),
]


def test_page_still_reading_when_its_window_closes(world, window, live_server):
    """Without the wait, this test ends with « database table is locked » as its tables are emptied."""
    world.initiative(title="Lue en dernier")
    page = window().page
    page.goto(f"{live_server.url}/a-propos/")
    reading = threading.Event()

    def slow(sender, **_kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM initiatives_initiative, territories_municipality")
            cursor.fetchone()
            reading.set()
            time.sleep(1)

    request_started.connect(slow)
    try:
        page.evaluate("() => { fetch('/a-propos/') }")
        assert reading.wait(20)
    finally:
        request_started.disconnect(slow)
