"""The thread that the MRC and the CRD share about a file. A message is read again before it leaves.

It stays open in every state, after the decision too (quality.md F13); the local committee reads it.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from alliance.lib.http import Kept
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import actions, notices, situation
from initiatives.forms.talk import MessageForm
from initiatives.views.access import file_page, may_write
from initiatives.views.typed import leftover, typed_before

SEND, EDIT = "envoyer", "modifier"
INCOMPLETE = "Ce formulaire n’a pas pu être lu en entier. Vérifiez votre message, puis envoyez-le de nouveau."


@require_http_methods(["GET", "HEAD", "POST"])
@file_page
def exchanges(request, initiative):
    if request.method != "POST":
        return _page(
            request, initiative, MessageForm(typed_before(request), initial=_first(request, initiative))
        )
    if not may_write(request.user):
        raise PermissionDenied
    form = MessageForm(request.POST)
    if request.POST.get("do") == EDIT:
        return _page(request, initiative, MessageForm(initial=_typed(request)))
    if not form.is_valid():
        if "token" in form.errors:
            form.add_error(None, INCOMPLETE)
            form.renew_token()
        return _page(request, initiative, form, status=422)
    if request.POST.get("do") != SEND:
        return _page(request, initiative, form, read_again=True)
    return _send(request, initiative, form)


def _send(request, initiative, form):
    try:
        message = actions.say(initiative=initiative, by=request.user, **form.cleaned_data)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from None
    except Refusal as refusal:
        form.add_error(None, refusal.reasons)
        form.renew_token()
        return _page(request, initiative, form, status=422)
    except ValidationError as problem:
        form.add_error(None, problem)
        return _page(request, initiative, form, status=422)
    return redirect(f"{reverse('espace:exchanges', args=[initiative.pk])}#message-{message.pk}")


def _first(request, initiative):
    """Return what the blank form proposes: whoever answers the other side's message does not wait for an answer."""
    last = initiative.exchanges.select_related("by").last()
    answers = last is not None and situation.side_of(last.by) != situation.side_of(request.user)
    return {"asks_answer": not answers}


def _typed(request):
    names = ("text", "token")
    return {name: request.POST.get(name, "") for name in names} | {
        "asks_answer": "asks_answer" in request.POST
    }


def _page(request, initiative, form, *, status=200, read_again=False):
    side = situation.side_of(request.user)
    told = situation.status_of(initiative)
    context = {
        "initiative": initiative,
        "messages_shown": thread(initiative),
        "form": form,
        "writes": may_write(request.user),
        "read_again": read_again,
        "told": notices.told_of_message(initiative, by=request.user) if read_again else "",
        "reader": "la MRC" if side == situation.Side.CRD else "le CRD",
        "status": told,
        "turn": told.turn_for(side),
        "refused": status == 422,
    }
    return render(request, "espace/exchanges.html", context, status=status)


def thread(initiative):
    """Return the messages of the file, oldest first: the row, the side that wrote it, whether it waits for an answer."""
    rows = [(row, situation.side_of(row.by)) for row in initiative.exchanges.select_related("by")]
    last = {side: position for position, (_row, side) in enumerate(rows)}
    return [
        (
            row,
            side.upper(),
            row.asks_answer and all(position >= last[other] for other in last if other != side),
        )
        for position, (row, side) in enumerate(rows)
    ]


def _keep_typed(request, pk):
    """Give the text back after the sign-in: a message is never sent by itself (see `SessionLimitsMiddleware`)."""
    address = reverse("espace:exchanges", args=[pk])
    return Kept("Votre message vous sera rendu après la connexion.", address, leftover(request))


exchanges.keep_typed = _keep_typed
exchanges.gives_back = True
