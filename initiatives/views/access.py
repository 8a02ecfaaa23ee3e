"""Who may open what in « Mon espace ». Another MRC's file answers 404 at every address, before any other check."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render

from alliance.accounts.roles import Role
from initiatives import rules
from initiatives.models import Initiative

READERS = frozenset({Role.AGENT, Role.COMMITTEE, Role.COORDINATION, Role.ADMINISTRATION})
WRITERS = READERS - {Role.COMMITTEE}


def may_write(user):
    """Say whether `user` enters and deposits initiatives here."""
    return user.role in WRITERS


def find(user, pk):
    """Return the initiative `pk` if `user` may see it, or raise 404 (case F12)."""
    initiative = (
        Initiative.objects.visible_to(user).select_related("primary_theme", "continues").filter(pk=pk)
    )
    if found := initiative.first():
        return found
    raise Http404


def file_page(view):
    """Give the view `(request, initiative)` a file the person may read."""

    @wraps(view)
    def page(request, pk, **kwargs):
        initiative = find(request.user, pk)
        if request.user.role not in READERS:
            raise PermissionDenied
        return view(request, initiative, **kwargs)

    return page


def writer_page(view):
    """Give the view `(request, initiative)` a file of a person who may write; 403 to the others who see it."""

    @file_page
    @wraps(view)
    def page(request, initiative, **kwargs):
        if not may_write(request.user):
            raise PermissionDenied
        return view(request, initiative, **kwargs)

    return page


def closed_page(request, initiative, differences=()):
    """Answer 409: the state of the file no longer lets it be changed here (case F13); what was typed is shown."""
    context = {
        "initiative": initiative,
        "reason": rules.refuse_edit_by_agent(initiative.state),
        "differences": differences,
    }
    return render(request, "espace/closed.html", context, status=409)
