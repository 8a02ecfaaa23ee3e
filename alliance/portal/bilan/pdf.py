"""A page as a PDF: tagged, in French of Québec, from our own text and style only.

WeasyPrint is an optional extra and leans on Pango: where either is missing, no PDF is offered.
"""

import hashlib
import logging
import threading
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

STYLE = "bilan-pdf.css"
_one_at_a_time = threading.Lock()  # a second of processor each: several at once would starve the other pages
_places = threading.BoundedSemaphore(2)  # one draws, one waits: each that waits takes a thread from the pages
_PATIENCE = 5  # seconds that a request waits for its turn
_MOST_KEPT = 12  # PDFs kept per process, by the page they come from: a published version is made once
_kept: OrderedDict[str, bytes] = OrderedDict()


class Busy(Exception):
    """Other PDFs are being made: too many, or for longer than a person waits."""


@cache
def available() -> bool:
    """Say whether this server can make a PDF (asked once per process)."""
    try:
        import weasyprint  # noqa: F401, PLC0415 - more than a second to load, and not installed everywhere
    except (ImportError, OSError):  # OSError: the package is there, Pango is not
        return False
    return True


def make(html: str, *, style: str = STYLE, **options: Any) -> bytes:
    """Return the PDF of a page, dressed by `style`, a file of static/css.

    Nothing is fetched, from the network nor from the disk: images are inside the page. The same page asked again, even
    while it is being made, is made once. Raises Busy at once when another one waits already, and when its turn does not
    come: whoever asks for many PDFs at once never holds the threads that the pages need.
    """
    key = hashlib.sha256(f"{style}{sorted(options.items())}{html}".encode()).hexdigest()
    if kept := _kept.get(key):  # in one step: another thread may drop it between two
        return kept
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        return _in_turn(key, html, style=style, **options)
    finally:
        _places.release()


def _in_turn(key: str, html: str, *, style: str, **options: Any) -> bytes:
    if not _one_at_a_time.acquire(timeout=_PATIENCE):
        raise Busy
    try:
        if key not in _kept:
            _kept[key] = _made(html, style=style, **options)
            while len(_kept) > _MOST_KEPT:
                _kept.popitem(last=False)
        return _kept[key]
    finally:
        _one_at_a_time.release()


def _made(html: str, *, style: str, **options: Any) -> bytes:
    from weasyprint import CSS, HTML  # noqa: PLC0415 - same as in available
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 - same

    logging.getLogger("weasyprint").setLevel(
        logging.ERROR
    )  # its steps and hints are not for the server's journal
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    rules = (Path(settings.BASE_DIR) / "static" / "css" / style).read_text(encoding="utf-8")
    page = HTML(string=html, base_url="data:,", url_fetcher=fetcher)
    sheet = CSS(string=rules, base_url="data:,", url_fetcher=fetcher)
    return page.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1", **options)
