"""The list of sections: the state of each, what is missing in words; a returned file opens the questions asked only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from initiatives import actions, progress
from initiatives.actions import CorrectionRow
from initiatives.choices import CorrectionReason, State
from initiatives.models import Initiative
from initiatives.sections import QUESTIONS, SECTIONS
from tests.espace.forms import fill, page, post, rows, section_of, through_form

BLANK, DOING, DONE, FIX, FREE = progress.Stage


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


def tasks(initiative):
    return f"/espace/initiatives/{initiative.pk}/modifier/"


def stages(world, initiative):
    initiative = Initiative.objects.get(pk=initiative.pk)
    return [step.stage for step in progress.progress_of(initiative, world.agent_mitis).steps]


def returned(world, client, *fields):
    """Return a complete file, deposited, then sent back with corrections asked on `fields`."""
    draft = fill(client, world, through_form(world, world.initiative()))
    actions.submit(initiative=draft, by=world.agent_mitis)
    asked = [CorrectionRow(field, CorrectionReason.INCOMPLETE, f"Précisez {field}.") for field in fields]
    return actions.request_changes(initiative=draft, by=world.coordination, note="Deux points.", asked=asked)


def test_states_follow_what_is_answered(world, agent):
    empty = actions.create_draft(by=world.agent_mitis, values={}, entry_mode="form")
    assert stages(world, empty) == [BLANK] * 7
    draft = through_form(world, world.initiative())
    assert stages(world, draft) == [DOING, DOING, DOING, DOING, BLANK, BLANK, BLANK]
    shown = agent.get(tasks(draft)).content.decode()
    assert "Il manque 4 réponses. D’abord\xa0: mission de l’organisme, expérience…" in shown
    fill(agent, world, draft)
    assert stages(world, draft) == [DONE] * 7
    done = agent.get(tasks(draft)).content.decode()
    required = sum(question.required for question in QUESTIONS.values())
    assert f"{required} réponses sur {required}\xa0: tout y est" in done
    assert f'<meter class="bar" min="0" max="{required}" value="{required}"' in done
    assert "Enregistré le " in done


def test_every_section_is_reached_from_the_list_and_leads_to_the_next(world, agent):
    draft = world.initiative()
    shown = agent.get(tasks(draft)).content.decode()
    addresses = [section_of(draft, part.slug) for part in SECTIONS]
    addresses[5] = f"/espace/initiatives/{draft.pk}/documents/"
    assert [f'href="{address}"' in shown for address in addresses] == [True] * 7
    assert [agent.get(address).status_code for address in addresses] == [200] * 7
    followed = [*addresses[1:], tasks(draft)]
    for number, part in enumerate(SECTIONS):
        if part.slug != "documents":
            answer = post(agent, draft, part.slug, page(world, part.slug, do="next"))
            assert answer["Location"] == followed[number]
    assert post(agent, draft, "lieux", page(world, "lieux"))["Location"] == tasks(draft)
    assert agent.get(section_of(draft, "documents"))["Location"] == addresses[5]
    assert agent.get(section_of(draft, "lune")).status_code == 404


def test_returned_file_opens_the_questions_asked_only(world, agent):
    draft = returned(world, agent, "need", "expenses")
    assert stages(world, draft) == [DONE, FIX, DONE, DONE, FIX, DONE, DONE]
    shown = agent.get(tasks(draft)).content.decode()
    assert (shown.count("À corriger"), shown.count("Fermée à la modification")) == (2, 5)
    entry = agent.get(section_of(draft, "initiative"))
    assert list(entry.context["form"].fields) == ["need"]
    text = entry.content.decode()
    assert "À corriger\xa0: incomplet" in text
    assert "Précisez need." in text
    assert "Un frigo ouvert à tout le monde." in text
    money = agent.get(section_of(draft, "budget"))
    assert (list(money.context["form"].fields), list(money.context["entry"].tables)) == ([], ["expenses"])
    changed = page(world, "initiative", need="Précisé.", title="Autre titre", do="next")
    assert post(agent, draft, "initiative", changed)["Location"] == section_of(draft, "budget")
    lines = rows("expenses", {"label": "Frigo", "amount": "6 000", "fqis_share": ""})
    post(agent, draft, "budget", page(world, "budget", amount_requested="1") | lines)
    draft = Initiative.objects.get()
    assert (draft.title, draft.answers.need, draft.amount_requested) == (
        "Frigo du quartier",
        "Précisé.",
        5000,
    )
    check = agent.get(f"/espace/initiatives/{draft.pk}/deposer/").content.decode()
    assert check.count(">Modifier<") == 2
    agent.post(f"/espace/initiatives/{draft.pk}/deposer/", {"version": draft.version})
    assert Initiative.objects.get().state == State.SUBMITTED


def test_returned_file_without_named_fields_is_open_whole_and_staff_is_never_held(world, agent, client_for):
    whole = returned(world, agent)
    assert "title" in agent.get(section_of(whole, "initiative")).context["form"].fields
    some = returned(world, agent, "need")
    crd = client_for(world.coordination).get(section_of(some, "initiative"))
    assert "title" in crd.context["form"].fields


def test_incomplete_form_is_refused_with_links_to_each_place_and_staff_is_not(world, agent, client_for):
    draft = through_form(world, world.initiative())
    where = f"/espace/initiatives/{draft.pk}/deposer/"
    refused = agent.post(where, {"version": draft.version})
    shown = refused.content.decode()
    assert refused.status_code == 422
    for slug, place in (
        ("organisme", "id_mission"),
        ("initiative", "id_need"),
        ("calendrier", "id_activities"),
        ("budget", "id_expenses"),
        ("declaration", "id_is_declared"),
    ):
        assert f'href="{section_of(draft, slug)}#{place}"' in shown
        assert f'id="{place}"' in agent.get(section_of(draft, slug)).content.decode()
    assert client_for(world.coordination).post(where, {"version": draft.version}).status_code == 302


def test_blank_form_asks_every_question_of_the_definition(world, agent):
    shown = agent.get("/espace/formulaire/").content.decode()
    titles = [part.title for part in SECTIONS]
    labels = [question.label for code, question in QUESTIONS.items() if code != "continues"]
    assert [words for words in [*titles, *labels] if words not in shown] == []
    assert "Alimentation" in shown
    assert "À remettre à" in shown


@pytest.mark.parametrize("slug", ["budget", "calendrier", "organisme", ""])
def test_pages_of_the_form_ask_as_many_queries_for_three_rows_as_for_one(world, agent, slug):
    draft = world.initiative()
    where = section_of(draft, slug) if slug else tasks(draft)

    def asked(count):
        def some(**cells):
            return [
                {name: text and f"{text}{number}" for name, text in cells.items()} for number in range(count)
            ]

        post(agent, draft, "calendrier", page(world, "calendrier") | rows("activities", *some(label="A")))
        lines = rows("expenses", *some(label="B", amount="1", fqis_share="")) | rows(
            "sources", *some(label="C", amount="1", origin="", is_confirmed="")
        )
        post(agent, draft, "budget", page(world, "budget") | lines)
        partners = [(world.moisson, "lead", ""), (world.cdc, "partner", ""), (world.cdc, "funder", "")][
            :count
        ]
        actions.update(initiative=draft, by=world.agent_mitis, values={}, partners=partners)
        agent.get(where)
        with CaptureQueriesContext(connection) as queries:
            assert agent.get(where).status_code == 200
        return len(queries)

    assert asked(1) == asked(3)
