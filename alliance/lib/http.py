"""Small guards of HTTP that belong to no page."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase


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


class SignInUnlessPublicMiddleware(LoginRequiredMiddleware):
    """Ask for a sign-in, except on public views, where nothing even looks at the session.

    Django's own looks at it first, which adds « Vary: Cookie » to public pages and makes them useless to caches.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
