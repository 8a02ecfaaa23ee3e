"""A private file given to whoever may read it: always to keep on one's computer, never to run in our pages."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

_PIECE = 64 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store, private",
}


def give_file(
    request: HttpRequest, file: BinaryIO, *, name: str, media_type: str, size: int, tag: str
) -> HttpResponseBase:
    """Return `file` (closed at the end), whole or the part that « Range » asks; HEAD tells the same without the bytes.

    `tag` identifies the content (its digest). A range that cannot be satisfied answers 416.
    """
    request.META.pop("HTTP_ACCEPT_ENCODING", None)  # GZipMiddleware would change the length announced here
    headers = {"ETag": f'"{tag}"', "Accept-Ranges": "bytes", **_HEADERS}
    headers["Content-Disposition"] = str(content_disposition_header(True, name))
    part = _asked(request, size, tag)
    sent = range(size) if part is None else part
    headers["Content-Length"] = str(len(sent))
    if part is not None:
        headers["Content-Range"] = f"bytes {part[0]}-{part[-1]}/{size}" if part else f"bytes */{size}"
    status = 200 if part is None else 206 if part else 416
    if request.method == "HEAD" or status == 416:
        file.close()
        return HttpResponse(status=status, content_type=media_type, headers=headers)
    file.seek(sent[0])
    response = StreamingHttpResponse(
        _pieces(file, len(sent)), status=status, content_type=media_type, headers=headers
    )
    response._resource_closers.append(file.close)  # type: ignore[attr-defined]  # for a reader who leaves early
    return response


def give_preview(content: bytes, media_type: str) -> HttpResponse:
    """Return a small image of ours to show in a page."""
    return HttpResponse(content, content_type=media_type, headers=_HEADERS)


def _asked(request: HttpRequest, size: int, tag: str) -> range | None:
    """Return the positions asked by « Range »: none at all outside the file; None means the whole file.

    Several ranges, another unit or another version of the file (« If-Range ») get the whole file, as HTTP allows.
    """
    asked = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if asked is None or request.headers.get("If-Range", f'"{tag}"') != f'"{tag}"':
        return None
    first, last = asked.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(min(int(first), size), min(int(last or size) + 1, size))


def _pieces(file: BinaryIO, count: int) -> Iterator[bytes]:
    with file:
        while count > 0 and (piece := file.read(min(_PIECE, count))):
            count -= len(piece)
            yield piece
