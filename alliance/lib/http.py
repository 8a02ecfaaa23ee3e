"""Small guards of HTTP that belong to no page."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

TOO_HEAVY = "Pas enregistré\xa0: l’envoi est trop lourd."


class BadRequestMiddleware:
    """Refuse, before anything reads it, an address or a query that holds a NUL character.

    PostgreSQL answers it with an error, and SQLite's LIKE with every row (quality.md §0, M6).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise BadRequest("NUL in the path")
        return self.get_response(request)


LONGEST_KEPT = 200_000  # characters of a text kept over a sign-in
GIVEN_BACK = "Votre texte vous sera rendu après la connexion."
DRAFT_SAVED = "Votre brouillon est enregistré."


class Kept(NamedTuple):
    """What a view made of a form that arrived after the end of a session.

    `said`: the sentence to show at sign-in; `address`: where to come back; `leftover`: the fields, encoded, that this
    page gives back once; `saved`: whether everything that was typed is written.
    """

    said: str = ""
    address: str = ""
    leftover: str = ""
    saved: bool = False


def saves_by_itself(request: HttpRequest) -> bool:
    """Say whether a page sent this request while somebody writes: it reads a status and JSON, never another page."""
    return request.headers.get("X-Autosave") == "1"


def signed_out(said: str = "", *, kept: bool = False) -> JsonResponse:
    """Answer 401 to a page that saves by itself; `kept` says that its text was written before the session ended."""
    said = said or "Pas enregistré\xa0: votre session a pris fin. Votre texte reste sur cette page."
    return JsonResponse({"state": "signed_out", "said": said, "kept": kept}, status=401)


class BodyLimitMiddleware:
    """Answer 413, in French, to a body heavier than `BODY_MAX_SIZE`, before anything of it is kept (cases B9, D6).

    What is still coming is read and thrown away, up to a point: a browser that is cut while it sends shows no page.
    """

    most_thrown_away = 64 * 1024 * 1024
    piece = 64 * 1024

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        size = int(announced) if announced.isascii() and announced.isdigit() else 0
        if size <= settings.BODY_MAX_SIZE:
            return self.get_response(request)
        if size <= self.most_thrown_away:
            with suppress(OSError):  # the browser left
                while request.read(self.piece):
                    pass
        if saves_by_itself(request):
            return JsonResponse({"state": "refused", "said": TOO_HEAVY}, status=413)
        return render(request, "errors/413.html", status=413)


class SignInUnlessPublicMiddleware(LoginRequiredMiddleware):
    """Ask for a sign-in, except on public views, where nothing even looks at the session.

    Django's own looks at it first, which adds « Vary: Cookie » to public pages and makes them useless to caches.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        if saves_by_itself(request) and not request.user.is_authenticated:
            return signed_out()
        return super().process_view(request, view_func, view_args, view_kwargs)
