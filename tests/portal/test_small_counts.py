"""One to four people could be recognized: such a number is written nowhere in public, nor found by a subtraction."""

import re

import pytest

from alliance.portal import directory
from alliance.portal.bilan.people import reached
from alliance.portal.bilan.sources import read
from alliance.portal.directory import build
from alliance.portal.figures import register
from alliance.portal.figures.choice import Choice
from initiatives import actions
from initiatives.choices import State
from initiatives.reporting import publishable_count, shown_count


@pytest.mark.parametrize(
    ("count", "published"), [(None, None), (0, 0), (1, None), (4, None), (5, 5), (1_000_000, 1_000_000)]
)
def test_one_to_four_people_are_never_published(count, published):
    assert publishable_count(count) == published
    assert shown_count(count, "x") == ("moins de cinq" if count in (1, 4) else "x")


def page(client, initiative):
    """Return what the public page says of the people reached."""
    text = client.get(initiative.get_absolute_url()).content.decode()
    return re.search(r"<dt>Personnes rejointes</dt><dd>(.*?)</dd>", text)[1]


@pytest.fixture
def published(world):
    """Four initiatives of 2025-2026, by the number of people they say they reached."""
    return {count: world.published(State.COMPLETED, actual_reach=count) for count in (4, 12, 0, None)}


def test_public_page_says_fewer_than_five(client, published):
    said = {count: page(client, initiative) for count, initiative in published.items()}
    assert said == {4: "moins de cinq", 12: "12", 0: "0", None: "inconnu"}


def test_report_of_a_few_people_is_not_told_by_its_initiative(world, client):
    initiative = world.initiative(State.IN_PROGRESS, award="10", publish=True)
    report = initiative.reports.get()
    told = {"received_on": initiative.ends_on, "people_reached": 3, "women": 2, "men": 1}
    report = actions.receive_report(report=report, by=world.coordination, values=told)
    actions.approve_report(report=report, by=world.coordination)
    initiative.refresh_from_db()
    assert (initiative.actual_reach, page(client, initiative)) == (3, "moins de cinq")


def test_no_figure_holds_a_small_number_nor_lets_it_be_subtracted(world, published, client):
    directory.forget()
    entry = register.ENTRIES["personnes-rejointes"]
    choice = Choice.of(build(0))
    table = entry.table(choice)
    assert sorted(record.cells[-1] for record in table.records) == [0, 12]
    assert (entry.value(choice).amount, table.total[-1]) == (12, 12)
    assert published[4].title not in client.get("/chiffres/personnes-rejointes.csv").content.decode(
        "utf-8-sig"
    )


def test_bilan_adds_what_may_be_published_only(world, published):
    directory.forget()
    people, answers = reached(read(world.years["2025-2026"], build(0))).figures
    assert (people.value, answers.value) == (12, 2)
    assert answers.note == "Pour 2 initiatives, le nombre est inconnu ou de moins de cinq personnes."
