"""Debian's headless Chromium, for the tests that only a browser can do."""

import threading
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]


def let_requests_end(seconds=30):
    """Wait for the requests that the tests' server is still answering, after the windows are closed.

    A page may save or fetch by itself as its window closes. On SQLite, in memory, the tables that such a request is
    reading cannot be emptied for the next test (« database table is locked »). Fail after `seconds` of waiting for one.
    """
    # Python names a server's thread of one connection by the method that it runs.
    for thread in threading.enumerate():
        if "(process_request_thread)" in thread.name:
            thread.join(seconds)
            if thread.is_alive():
                pytest.fail(f"the tests' server was still answering after {seconds} s")
