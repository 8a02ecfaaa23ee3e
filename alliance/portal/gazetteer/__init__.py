"""What the pages of places and themes say besides names and initiatives: whom to call, seats, plans, people meant.

One query reads all of it, once for each state of the directory. Only what is public is read: an organization's contact
that is not public never reaches the memory of these pages.
"""

import threading

from alliance.portal.directory import Directory
from alliance.portal.gazetteer.reading import Reader
from alliance.portal.gazetteer.things import Body, Contact, Gazetteer, Group, Node, Plan, Seat, Town, Words

__all__ = ["Body", "Contact", "Gazetteer", "Group", "Node", "Plan", "Seat", "Town", "Words", "around"]

_lock = threading.Lock()
_kept: tuple[Directory, Gazetteer] | None = None


def around(directory: Directory) -> Gazetteer:
    """Return what surrounds a directory: one query the first time, none as long as the directory is the same one."""
    global _kept
    kept = _kept
    if kept is None or kept[0] is not directory:
        with _lock:
            kept = _kept
            if kept is None or kept[0] is not directory:
                kept = _kept = (directory, Reader(directory).read())
    return kept[1]
