"""A move that is refused leaves a line for whoever watches the server, with numbers only (case F14)."""

import logging

import pytest

from alliance.lib.workflow import Refusal
from initiatives import actions
from initiatives.choices import State


@pytest.mark.parametrize(
    ("state", "person", "name"),
    [
        (State.UNDER_REVIEW, "agent_mitis", "approve"),  # not their role
        (State.DRAFT, "coordination", "approve"),  # not its state
        (State.UNDER_REVIEW, "coordination", "decline"),  # no note
        (State.UNDER_REVIEW, "own", "approve"),  # deposited by the same person
    ],
)
def test_refused_move_leaves_a_line_without_any_name(world, caplog, state, person, name):
    own = person == "own"
    initiative = world.initiative(state, **({"by": world.coordination} if own else {}))
    by = world.coordination if own else getattr(world, person)
    with caplog.at_level(logging.WARNING, "alliance.security"), pytest.raises(Refusal):
        getattr(actions, name)(initiative=initiative, by=by, note="")
    line = f"refused move {name} of initiative {initiative.pk} ({state}) by user {by.pk}"
    assert [(row.name, row.getMessage()) for row in caplog.records] == [("alliance.security", line)]
