"""The read page of a file: what it holds, where it stands, what was decided and by whom."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from initiatives import partners, workflow
from initiatives.choices import AGENT_STATE, Publication, State
from initiatives.views.access import file_page, may_write


@require_safe
@file_page
def show(request, initiative):
    log = list(initiative.transitions.select_related("by"))
    writes = may_write(request.user)
    moves = (
        {move.name for move in workflow.available(initiative.state, request.user.role)} if writes else set()
    )
    context = {
        "initiative": initiative,
        "state": State(initiative.state),
        "sentence": AGENT_STATE[State(initiative.state)],
        "log": [(entry, workflow.label_of(entry.name)) for entry in log],
        "returned": next((entry for entry in reversed(log) if entry.name == "request_changes"), None)
        if initiative.state == State.CHANGES_REQUESTED
        else None,
        "partners": partners.rows_of(initiative),
        "writes": writes,
        "editable": writes and initiative.state in State.editable_by_agent,
        "can_withdraw": "withdraw" in moves,
        "published": initiative.publication == Publication.PUBLISHED,
    }
    return render(request, "espace/file.html", context)
