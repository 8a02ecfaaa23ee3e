from allauth.core.internal.httpkit import get_client_ip
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils.http import urlencode

from alliance.lib.text import QUERY_LENGTH, clean_line
from alliance.portal import missed_words
from alliance.portal.directory import current
from alliance.portal.filter_fields import dropped_names
from alliance.portal.freshness import counted_each_time, public_page
from alliance.portal.search.answer import PLACES, THEMES, Answer, widest

_UNKNOWN_GROUP = "La partie demandée des résultats n’existe pas\xa0: tous les résultats sont affichés."
_FORBIDDEN = "La recherche contient un caractère non permis\xa0: elle a été ignorée."
_TOO_LONG = f"Seuls les {QUERY_LENGTH} premiers caractères de la recherche ont été lus."
_NO_WORD = "La recherche ne contient aucun mot à chercher. Inscrivez un mot plus précis."


@public_page
def search(request):
    """Everything that answers the words of `q`, in groups; `dans` gives one group whole. Unknown words are counted."""
    text, only, notices = _asked(request.GET)
    directory = current(request)
    answer = Answer(directory, text, only)
    if text and not answer.has_words:
        notices.append(_NO_WORD)
    context = {
        "answer": answer,
        "notices": notices,
        "everything": f"{request.path}?{urlencode({'q': answer.text})}",
        "themes": [] if answer.has_words else widest(directory),
    }
    response = render(request, "portal/search.html", context)
    if answer.is_empty or answer.missed:
        counted_each_time(response)
        if request.method == "GET":
            missed_words.count(answer.missed, address=get_client_ip(request) or "")
    return response


def _asked(data):
    notices, only = [], data.get("dans", "").strip()
    if only not in ("", THEMES, PLACES):
        only = ""
        notices.append(_UNKNOWN_GROUP)
    try:
        text = clean_line(data.get("q", ""))
    except ValidationError:
        text = ""
        notices.append(_FORBIDDEN)
    if len(text) > QUERY_LENGTH:
        notices.append(_TOO_LONG)
    notices += dropped_names(data, ("q", "dans"))
    return text[:QUERY_LENGTH], only, notices
