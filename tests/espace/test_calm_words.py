"""What a page says when nothing went wrong: no red, no step that is over, no button that does nothing."""

import pytest

from initiatives import actions, progress
from initiatives.actions import CorrectionRow
from initiatives.choices import CorrectionReason, State
from tests.espace.forms import section_of


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


def returned(world, *fields):
    file = world.initiative(State.SUBMITTED)
    asked = [CorrectionRow(field, CorrectionReason.INCOMPLETE) for field in fields]
    return actions.request_changes(initiative=file, by=world.coordination, note="Un point.", asked=asked)


def test_section_where_nothing_is_asked_is_not_to_begin(world, client_for):
    draft = world.initiative()
    shown = progress.progress_of(draft, world.coordination)  # of whom the deposit asks little
    stages = {step.stage for step in shown.steps}
    assert (shown.is_ready, progress.Stage.BLANK in stages, progress.Stage.FREE in stages) == (
        True,
        False,
        True,
    )
    assert (
        "Rien de demandé"
        in client_for(world.coordination).get(f"/espace/initiatives/{draft.pk}/modifier/").content.decode()
    )


def test_check_page_is_red_only_after_a_refused_deposit(world, agent):
    draft = world.initiative(title="")
    address = f"/espace/initiatives/{draft.pk}/deposer/"
    opened = agent.get(address).content.decode()
    refused = agent.post(address, {"version": draft.version}).content.decode()
    said = "Il manque 1 réponse pour déposer"
    told = [(page.count(said), page.count("error-summary")) for page in (opened, refused)]
    assert told == [(1, 0), (1, 1)]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.SUBMITTED, ("Initiative déposée", True, True)),
        (State.WITHDRAWN, ("Dossier retiré", False, False)),
        (State.DECLINED, ("Initiative déposée", False, False)),
    ],
)
def test_receipt_tells_what_comes_next_only_while_something_does(world, agent, state, told):
    file = world.initiative(State.SUBMITTED if state == State.WITHDRAWN else state)
    if state == State.WITHDRAWN:
        actions.withdraw(initiative=file, by=world.agent_mitis, note="Le projet s’arrête.")
    page = agent.get(f"/espace/initiatives/{file.pk}/recu/").content.decode()
    heading = page.partition("<h1>")[2].partition("</h1>")[0]
    assert (heading, "La suite" in page, "panel-success" in page) == told


def test_section_closed_by_corrections_offers_only_the_way_back(world, agent):
    file = returned(world, "title")
    closed, opened = (agent.get(section_of(file, slug)).content.decode() for slug in ("budget", "initiative"))
    told = [("Retour à la liste</a>" in page, "Enregistrer et" in page) for page in (closed, opened)]
    assert told == [(True, False), (False, True)]


def test_corrections_made_are_said_to_be_deposited(world, agent):
    file = returned(world, "title")
    addresses = [f"/espace/initiatives/{file.pk}/{end}" for end in ("", "echanges/")]
    said = "Corrections faites\xa0: il reste à déposer."
    assert [said in agent.get(address).content.decode() for address in addresses] == [False] * 2
    actions.update(initiative=file, by=world.agent_mitis, values={"title": "Un titre précis"})
    assert [said in agent.get(address).content.decode() for address in addresses] == [True] * 2


def test_answer_to_a_message_asks_for_nothing_by_itself(world, agent):
    file = world.initiative(State.SUBMITTED)
    address = f"/espace/initiatives/{file.pk}/echanges/"
    asks = [agent.get(address).context["form"]["asks_answer"].value()]
    for person in (world.coordination, world.agent_mitis):
        actions.say(initiative=file, by=person, text="Bonjour")
        asks.append(agent.get(address).context["form"]["asks_answer"].value())
    assert asks == [True, False, True]
