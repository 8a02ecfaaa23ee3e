import sqlite3
import threading

import pytest
from django.db import connection, connections


@pytest.fixture
def at_once(transactional_db, tmp_path, monkeypatch):
    """Return `run(functions)`: each in its own thread and connection, started together; gives back their results.

    SQLite's in-memory database of the suite is one shared cache that answers « table is locked »: the threads work on
    a copy of it in a file, as in production, and so must whoever reads the outcome (one more call to `run`).
    """

    def copy_to_file():
        if connection.vendor != "sqlite" or connections.settings["default"]["NAME"] == str(tmp_path / "copy"):
            return
        with sqlite3.connect(tmp_path / "copy") as copy:
            connection.connection.backup(copy)
            # As `migrate` leaves it: threads that all switch it at once lock each other.
            copy.execute("PRAGMA journal_mode = WAL")
        copy.close()
        # A settings dictionary of the threads' own: the main connection, told it is a file, would let its memory go.
        theirs = {**connections.settings["default"], "NAME": str(tmp_path / "copy")}
        monkeypatch.setitem(connections.settings, "default", theirs)

    def run(functions):
        copy_to_file()
        results, start = [None] * len(functions), threading.Barrier(len(functions))

        def work(index, function):
            start.wait()
            try:
                results[index] = function()
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=pair) for pair in enumerate(functions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    return run
