"""What a public page depends on, read in one query: the data's version and whether demonstration data stands.

A page is fresh as long as the version, the day and the running release are the same; then it answers 304, or what this
process already computed for that address.
"""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists
from django.http import HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition

from alliance.lib.dates import today
from alliance.portal.models import DataVersion
from initiatives.models import Initiative
from territories.models import Organization

_SAFE = ("GET", "HEAD")
_FIRST_ERROR = 400
_MOST_PAGES = 200  # kept per process, about 50 kB each; the least recently asked goes first
_LARGEST = 500_000  # bytes: a whole file of thousands of rows is made again instead of filling the memory


@dataclass(frozen=True)
class DataState:
    version: int
    has_demo: bool


def data_state(request) -> DataState:
    """Return the state of the data, read once per request (one query)."""
    if not hasattr(request, "_data_state"):
        demo = Exists(Initiative.objects.filter(is_demo=True)) | Exists(
            Organization.objects.filter(is_demo=True)
        )
        row = DataVersion.objects.filter(pk=1).annotate(demo=demo).values_list("number", "demo").first()
        request._data_state = DataState(*row) if row else DataState(0, False)
    return request._data_state


@cache
def release() -> str:
    """Return a mark of the running code: same on every node of a release, new at the next (our files, the libraries' versions)."""
    digest = hashlib.sha256()
    for folder in ("templates", "static", "alliance", "territories", "initiatives", "funding"):
        for path in sorted(Path(settings.BASE_DIR / folder).rglob("*")):
            if path.is_file() and path.suffix in {".html", ".css", ".svg", ".py"}:
                digest.update(path.read_bytes())
    digest.update(Path(settings.BASE_DIR / "requirements.txt").read_bytes())
    return digest.hexdigest()[:12]


def _etag(request, *args, **kwargs) -> str:
    state = data_state(request)
    parts = (str(state.version), str(state.has_demo), today().isoformat(), release(), request.get_full_path())
    return f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]}"'


class _Pages:
    """Pages already computed by this process, by ETag: the version is part of the key, so none is ever stale."""

    def __init__(self):
        self._lock, self._kept = threading.Lock(), OrderedDict()

    def get(self, etag):
        with self._lock:
            if etag not in self._kept:
                return None
            self._kept.move_to_end(etag)
            content, headers = self._kept[etag]
        return HttpResponse(content, headers=headers)

    def keep(self, etag, response):
        if getattr(response, "is_counted", False):
            return
        if response.status_code != 200 or response.streaming or response.cookies:
            return
        if len(response.content) > _LARGEST:
            return
        with self._lock:
            self._kept[etag] = response.content, dict(response.headers)
            if len(self._kept) > _MOST_PAGES:
                self._kept.popitem(last=False)

    def clear(self):
        with self._lock:
            self._kept.clear()


_pages = _Pages()
forget = _pages.clear  # tests do it, whose rolled-back transactions give a version twice


def counted_each_time(response):
    """Have this answer computed again each time it is asked: it is not kept, and a browser cannot ask if it is fresh."""
    response.is_counted = True


def _never_kept(response):
    """Return an answer that no cache keeps and no browser asks about again with its ETag."""
    del response["ETag"]
    patch_cache_control(response, no_store=True)
    return response


def public_page(view):
    """Make `view` a public page: no login, GET and HEAD only, revalidated by ETag (304 without recomputing).

    What it refuses is neither kept nor revalidated: « busy » a minute ago says nothing of now.
    """

    @condition(etag_func=_etag)
    def conditional(request, *args, **kwargs):
        etag = _etag(request)
        response = _pages.get(etag)
        if response is None:
            response = view(request, *args, **kwargs)
            _pages.keep(etag, response)
        return response

    @csrf_exempt  # nothing is posted here: other methods are told so (405), not that a session has ended
    @login_not_required
    @wraps(view)
    def page(request, *args, **kwargs):
        if request.method == "OPTIONS":
            return HttpResponse(headers={"Allow": "GET, HEAD, OPTIONS"})
        if request.method not in _SAFE:
            refused = render_to_string("errors/405.html", request=request)
            return _never_kept(HttpResponseNotAllowed([*_SAFE, "OPTIONS"], refused))
        response = conditional(request, *args, **kwargs)
        if response.status_code >= _FIRST_ERROR:
            return _never_kept(response)
        if getattr(response, "is_counted", False):
            del response["ETag"]
        patch_cache_control(response, public=True, no_cache=True)
        return response

    return page
