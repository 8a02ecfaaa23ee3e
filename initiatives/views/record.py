"""The read page of a file: where it stands, what is asked, what it holds, what changed, what was decided and by whom."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from initiatives import changes, workflow
from initiatives.choices import Publication, State
from initiatives.content import missing_of
from initiatives.models import Exchange
from initiatives.places import place_of
from initiatives.sections import QUESTIONS
from initiatives.situation import side_of, status_of
from initiatives.views.access import file_page, may_write


@require_safe
@file_page
def show(request, initiative):
    log = list(initiative.transitions.select_related("by"))
    writes = may_write(request.user)
    moves = (
        {move.name for move in workflow.available(initiative.state, request.user.role)} if writes else set()
    )
    missing = len(missing_of(initiative, request.user)) if initiative.state == State.DRAFT else None
    status = status_of(initiative, missing=missing)
    context = {
        "initiative": initiative,
        "state": State(initiative.state),
        "status": status,
        "turn": status.turn_for(side_of(request.user)),
        "log": [(entry, workflow.label_of(entry.name)) for entry in log],
        "returned": _last_return(initiative, log),
        "corrections": corrections(initiative),
        "comparisons": changes.comparisons(initiative),
        "last_message": Exchange.objects.filter(initiative=initiative).select_related("by").last(),
        "writes": writes,
        "editable": writes and initiative.state in State.editable_by_agent,
        "can_withdraw": "withdraw" in moves,
        "published": initiative.publication == Publication.PUBLISHED,
    }
    return render(request, "espace/file.html", context)


def _last_return(initiative, log):
    if initiative.state != State.CHANGES_REQUESTED:
        return None
    return next((entry for entry in reversed(log) if entry.name == "request_changes"), None)


def corrections(initiative):
    """Return the corrections ever asked, in the order of the asking: the row, its question, where it is answered."""
    rows = initiative.corrections.select_related("asked_by", "answered_by")
    return [
        (row, QUESTIONS[row.field].label, place_of(initiative, row.field))
        for row in rows
        if row.field in QUESTIONS
    ]
