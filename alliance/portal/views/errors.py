"""Pages of refusals. A page that saves by itself while somebody writes is answered in JSON, with a sentence to show."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from alliance.lib.http import saves_by_itself

_NOT_SAVED = "Pas enregistré\xa0: "
_TOO_LONG = f"{_NOT_SAVED}le texte de cette page est trop long. Raccourcissez-le."
_NO_RIGHT = f"{_NOT_SAVED}vous n’avez pas le droit de modifier ce dossier."
_GONE = f"{_NOT_SAVED}ce dossier n’est plus accessible."
_OLD_PAGE = f"{_NOT_SAVED}cette page date d’avant votre connexion. Rechargez-la."


def _page(request, status, **context):
    """Return the page of a refusal, kept by no cache: what is missing or broken now may answer in a minute."""
    response = render(request, f"errors/{status}.html", context, status=status)
    patch_cache_control(response, no_store=True)
    return response


@login_not_required
def bad_request(request, exception=None):
    if saves_by_itself(request) and isinstance(exception, RequestDataTooBig):
        return JsonResponse({"state": "refused", "said": _TOO_LONG}, status=413)
    return _page(request, 400)


@login_not_required
def forbidden(request, exception=None):
    if saves_by_itself(request):
        return JsonResponse({"state": "closed", "said": _NO_RIGHT}, status=403)
    return _page(request, 403)


@login_not_required
def not_found(request, exception=None):
    if saves_by_itself(request):
        return JsonResponse({"state": "closed", "said": _GONE}, status=404)
    return _page(request, 404)


@login_not_required
def server_error(request):
    return _page(request, 500)


@login_not_required
def csrf_failure(request, reason=""):
    if saves_by_itself(request):
        return JsonResponse({"state": "token", "said": _OLD_PAGE}, status=403)
    return _page(request, 403, expired=True)
