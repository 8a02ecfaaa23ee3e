"""The transition table, proven for every (state, move, role), and what each move leaves behind."""

from itertools import product

import pytest

from alliance.accounts.roles import Role
from alliance.lib.workflow import NotAllowed, Refusal
from funding import actions as funding_actions
from initiatives import actions, workflow
from initiatives.choices import Publication, State
from initiatives.models import Initiative, TransitionLog

MOVES = workflow.TRANSITIONS
TRIPLES = list(product(State.values, MOVES, Role.values))


def test_table_has_every_move_of_the_design():
    assert set(MOVES) == {
        "submit",
        "start_review",
        "request_changes",
        "approve",
        "decline",
        "start",
        "complete",
        "withdraw",
        "cancel",
    }
    assert len(TRIPLES) == 10 * 9 * 6


@pytest.mark.parametrize(("state", "name", "role"), TRIPLES)
def test_move_is_accepted_only_from_its_states_by_its_roles(state, name, role):
    move = MOVES[name]
    allowed = state in move.sources and role in move.roles
    assert (move in workflow.available(state, role)) == allowed
    if allowed:
        assert workflow.check(name, state=state, role=role, note="Parce que.") is move
    else:
        expected = NotAllowed if role not in move.roles else Refusal
        with pytest.raises(expected) as refusal:
            workflow.check(name, state=state, role=role, note="Parce que.")
        assert refusal.value.reasons[0].endswith(".")


@pytest.mark.parametrize("name", [name for name, move in MOVES.items() if move.needs_note])
def test_move_that_needs_a_note_is_refused_without_it(name):
    move = MOVES[name]
    with pytest.raises(Refusal, match="note"):
        workflow.check(name, state=sorted(move.sources)[0], role=Role.COORDINATION, note="  ")


@pytest.mark.parametrize("state", State.values)
def test_every_state_is_reached_and_its_log_replays_to_it(world, state):
    initiative = world.initiative(state)
    replayed = State.DRAFT
    for log in TransitionLog.objects.filter(initiative=initiative):
        assert log.from_state == replayed
        assert replayed in MOVES[log.name].sources
        assert log.by.role in MOVES[log.name].roles
        replayed = log.to_state
    assert replayed == initiative.state == state


def test_nobody_approves_their_own_deposit(world):
    initiative = world.initiative(State.UNDER_REVIEW, by=world.coordination)
    with pytest.raises(Refusal, match="une autre personne"):
        actions.approve(initiative=initiative, by=world.coordination)
    assert actions.approve(initiative=initiative, by=world.second_coordination).state == State.APPROVED


def test_agent_does_not_decide(world):
    initiative = world.initiative(State.UNDER_REVIEW)
    with pytest.raises(NotAllowed):
        actions.approve(initiative=initiative, by=world.agent_mitis)
    initiative.refresh_from_db()
    assert initiative.state == State.UNDER_REVIEW
    assert initiative.transitions.count() == 2


def test_deposit_keeps_a_copy_that_later_changes_leave_alone(world):
    initiative = world.initiative(State.CHANGES_REQUESTED, title="Premier titre")
    actions.update(initiative=initiative, by=world.agent_mitis, values={"title": "Second titre"})
    actions.submit(initiative=initiative, by=world.agent_mitis)
    titles = [snapshot.content["title"] for snapshot in initiative.snapshots.order_by("pk")]
    assert titles == ["Premier titre", "Second titre"]


def test_number_follows_the_fiscal_year_and_never_changes(world):
    first = world.initiative(State.SUBMITTED)
    second = world.initiative(State.CHANGES_REQUESTED)
    assert (first.number, second.number) == ("BSL-2025-001", "BSL-2025-002")
    assert actions.submit(initiative=second, by=world.agent_mitis).number == "BSL-2025-002"


def test_incomplete_draft_is_not_deposited_and_says_what_is_missing(world):
    draft = actions.create_draft(by=world.agent_mitis, values={"title": "Un titre"})
    with pytest.raises(Refusal) as refusal:
        actions.submit(initiative=draft, by=world.agent_mitis)
    assert refusal.value.reasons == [
        "Inscrivez le résumé destiné au public.",
        "Choisissez la portée de l’initiative.",
        "Choisissez au moins un thème.",
        "Dites à qui l’initiative s’adresse.",
        "Inscrivez la date de début.",
        "Inscrivez la date de fin.",
        "Choisissez l’organisation qui porte l’initiative.",
    ]
    draft.refresh_from_db()
    assert (draft.state, draft.number) == (State.DRAFT, None)


def test_agent_does_not_edit_after_the_deposit(world):
    initiative = world.initiative(State.SUBMITTED)
    with pytest.raises(Refusal, match="Déposée"):
        actions.update(initiative=initiative, by=world.agent_mitis, values={"title": "Autre"})


def test_same_token_makes_one_draft(world):
    token = "7b4c9d7e-6a0e-4f5e-9c0c-1f1a0a3f6a11"
    first = actions.create_draft(by=world.agent_mitis, values={"title": "A"}, token=token)
    second = actions.create_draft(by=world.agent_mitis, values={"title": "A"}, token=token)
    assert first.pk == second.pk
    assert Initiative.objects.count() == 1


def test_cancelling_frees_the_money_and_takes_the_page_off(world):
    initiative = world.published(State.IN_PROGRESS, award="5000")
    cancelled = funding_actions.cancel_initiative(
        initiative=initiative, by=world.coordination, note="Départ de l’équipe."
    )
    assert (cancelled.state, cancelled.publication) == (State.CANCELLED, Publication.WITHDRAWN)
    line = world.lines["la-mitis"]
    assert [movement.amount for movement in line.commitments.get().movements.all()] == [5000, -5000]


def test_publishing_needs_a_retained_initiative(world):
    with pytest.raises(Refusal, match="retenue"):
        actions.publish(initiative=world.initiative(State.UNDER_REVIEW), by=world.coordination)


def test_new_title_of_a_published_page_keeps_the_old_address_alive(world):
    initiative = world.published(title="Premier titre")
    actions.update(initiative=initiative, by=world.coordination, values={"title": "Second titre"})
    initiative.refresh_from_db()
    assert initiative.slug == "second-titre"
    assert list(initiative.past_slugs.values_list("slug", flat=True)) == ["premier-titre"]


def test_history_names_the_author(world):
    initiative = world.initiative(State.APPROVED)
    authors = {row.history_user for row in initiative.history.all()}
    assert authors == {world.agent_mitis, world.coordination}


@pytest.mark.parametrize("person", ["committee_mitis", "accounting", "reader"])
def test_those_who_only_read_do_not_write(world, person):
    draft = world.initiative()
    by = getattr(world, person)
    with pytest.raises(NotAllowed):
        actions.create_draft(by=by, values={"title": "A"})
    with pytest.raises(NotAllowed):
        actions.update(initiative=draft, by=by, values={"title": "A"})
    assert list(Initiative.objects.values_list("title", flat=True)) == [draft.title]


@pytest.mark.parametrize("verb", ["submit", "withdraw"])
def test_agent_does_nothing_to_the_file_of_another_territory(world, verb):
    draft = world.initiative()
    with pytest.raises(NotAllowed, match="autre MRC"):
        getattr(actions, verb)(initiative=draft, by=world.agent_temis)
    with pytest.raises(NotAllowed, match="autre MRC"):
        actions.update(initiative=draft, by=world.agent_temis, values={"title": "A"})
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
