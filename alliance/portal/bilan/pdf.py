"""A page as a PDF: tagged, in French of Québec, from our own text and style only.

WeasyPrint is an optional extra and leans on Pango: where either is missing, no PDF is offered.
"""

import logging
import threading
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

STYLE = Path("static") / "css" / "bilan-pdf.css"
_one_at_a_time = threading.Lock()  # a second of processor each: several at once would starve the other pages


@cache
def available() -> bool:
    """Say whether this server can make a PDF (asked once per process)."""
    try:
        import weasyprint  # noqa: F401, PLC0415 - more than a second to load, and not installed everywhere
    except (ImportError, OSError):  # OSError: the package is there, Pango is not
        return False
    return True


def make(html: str, **options: Any) -> bytes:
    """Return the PDF of a page. Nothing is fetched, from the network nor from the disk: images are « data: » only."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - same as in available
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 - same

    logging.getLogger("weasyprint").setLevel(
        logging.ERROR
    )  # its steps and hints are not for the server's journal
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    style = (Path(settings.BASE_DIR) / STYLE).read_text(encoding="utf-8")
    with _one_at_a_time:
        page = HTML(string=html, base_url="data:,", url_fetcher=fetcher)
        sheet = CSS(string=style, base_url="data:,", url_fetcher=fetcher)
        return page.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1", **options)
