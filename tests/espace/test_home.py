"""The landing page of « Mon espace »: what waits first, each thing once, with its day; then the files and the money."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliance.lib.dates import long_date, today
from alliance.portal.views import espace
from initiatives import actions
from initiatives.actions import CorrectionRow
from initiatives.choices import EntryMode, ReportKind, State
from initiatives.models import Initiative, Report
from tests.world import PATHS

LISTED = re.compile(r'<a href="/espace/initiatives/[0-9]+/(?:modifier/|deposer/|echanges/)?">')


def home(client):
    return client.get("/espace/")


def todo(response):
    return [(row.title, row.tag, row.address) for row in response.context["todo"].rows]


def report(world, due_on, **changes):
    initiative = world.initiative(State.IN_PROGRESS)
    row = actions.expect_report(
        initiative=initiative, kind=ReportKind.PROGRESS, due_on=due_on, by=world.coordination
    )
    Report.objects.filter(pk=row.pk).update(**changes)
    return row


def test_what_waits_comes_first_each_thing_once_and_in_order(world, client_for):
    draft = world.initiative(summary="", partners=[], title="Brouillon")
    ready = world.initiative(title="Prêt à déposer")
    soon = report(world, today() + timedelta(days=20))
    report(world, today() + timedelta(days=200))
    late = report(world, today() - timedelta(days=3))
    asked = world.initiative(State.APPROVED, title="Une question")
    actions.say(initiative=asked, by=world.coordination, text="Où en êtes-vous?")
    returned = world.initiative(State.UNDER_REVIEW, title="Retournée")
    rows = [CorrectionRow("summary", "incomplete", "Dites où.")]
    actions.request_changes(initiative=returned, by=world.coordination, note="Voir.", asked=rows)
    actions.say(initiative=returned, by=world.coordination, text="Avez-vous vu?")
    response = home(client_for(world.agent_mitis))
    base = "/espace/initiatives"
    assert todo(response) == [
        (f"Rapport d’étape\xa0: {late.initiative}", "En retard", f"/espace/rapports/{late.pk}/"),
        ("Retournée", "À corriger", f"{base}/{returned.pk}/modifier/"),
        ("Une question", "À répondre", f"{base}/{asked.pk}/echanges/"),
        (f"Rapport d’étape\xa0: {soon.initiative}", "À remettre", f"/espace/rapports/{soon.pk}/"),
        ("Prêt à déposer", "À déposer", f"{base}/{ready.pk}/deposer/"),
        ("Brouillon", "À compléter", f"{base}/{draft.pk}/modifier/"),
    ]
    by_title = {row.title: row for row in response.context["todo"].rows}
    assert by_title["Retournée"].details == (
        "Résumé public\xa0: incomplet. Dites où.",
        "Coordination attend aussi une réponse dans les échanges.",
    )
    assert by_title["Brouillon"].details == (
        "L’organisme et ses partenaires\xa0: partenaires",
        "L’initiative\xa0: résumé public",
    )
    page = response.content.decode()
    assert f"Attendu depuis le {long_date(late.due_on)}." in page
    assert f"À remettre d’ici le {long_date(soon.due_on)}." in page
    assert page.index("À faire") < page.index("Retournée") < page.index("Les dossiers de mes MRC")


def test_message_answered_no_longer_waits(world, client_for):
    initiative, agent = world.initiative(State.SUBMITTED), client_for(world.agent_mitis)
    actions.say(initiative=initiative, by=world.coordination, text="Quand?")
    assert len(todo(home(agent))) == 1
    actions.say(initiative=initiative, by=world.agent_mitis, text="Demain.")
    assert todo(home(agent)) == []
    assert "Rien ne vous attend" in home(agent).content.decode()


def test_returned_report_says_why(world, client_for):
    row = report(world, today() + timedelta(days=90), returned_note="Ajoutez les dépenses.")
    Report.objects.filter(pk=row.pk).update(due_on=today() + timedelta(days=5))
    rows = home(client_for(world.agent_mitis)).context["todo"].rows
    assert [(each.tag, each.said) for each in rows] == [
        ("À corriger", "Retourné par le CRD\xa0: Ajoutez les dépenses.")
    ]


def test_long_list_of_questions_says_how_many_are_left(world, client_for):
    world.initiative(title="Vide", summary="", scope="", themes=[], primary_theme=None, partners=[])
    Initiative.objects.update(entry_mode=EntryMode.FORM)
    (row,) = home(client_for(world.agent_mitis)).context["todo"].rows
    assert row.details[-1].startswith("et ")
    assert row.details[-1].endswith("autres réponses")


def test_empty_space_is_kind(world, client_for):
    agent = home(client_for(world.agent_mitis)).content.decode()
    assert "inscrivez une première initiative" in agent
    assert "Les dossiers de mes MRC" not in agent
    committee = home(client_for(world.committee_mitis)).content.decode()
    assert ("n’est encore inscrit" in committee, "À faire</h2>" in committee) == (True, False)


def test_files_say_where_they_stand_and_whose_turn_it_is(world, client_for):
    world.initiative(State.SUBMITTED)
    world.initiative(State.DECLINED)
    agent, committee = (
        home(client_for(person)).content.decode() for person in (world.agent_mitis, world.committee_mitis)
    )
    for page in (agent, committee):
        assert f"<strong>C’est au CRD</strong> depuis le {long_date(today())}." in page
        assert "La raison est écrite dans le journal du dossier." in page


def test_money_of_my_mrcs_in_three_numbers(world, client_for):
    world.initiative(State.APPROVED, award=4500)
    page = home(client_for(world.agent_mitis)).content.decode()
    assert all(amount in page for amount in ("30\xa0000\xa0$", "4\xa0500\xa0$", "25\xa0500\xa0$"))
    assert "20\xa0000\xa0$" not in page
    assert page.count('class="num">') == 3


def test_links_of_the_space_open(world, client_for):
    agent = client_for(world.agent_mitis)
    page = home(agent).content.decode()
    nav = re.search(r'(?s)<nav class="subnav.*?</nav>', page)[0]
    links = re.findall(r'href="([^"]+)"', nav)
    assert links == [
        "/espace/",
        "/espace/initiatives/nouvelle/",
        "/espace/rapports/",
        "/espace/partenaires/",
        "/espace/courriels/",
    ]
    assert [agent.get(link).status_code for link in links] == [200] * 5


@pytest.mark.parametrize(
    ("writer", "people"),
    [("agent_mitis", ["agent_mitis", "committee_mitis"]), ("coordination", ["coordination"])],
)
def test_home_asks_as_many_questions_for_three_rows_as_for_one(world, client_for, writer, people):
    clients = [client_for(getattr(world, person)) for person in people]
    by = getattr(world, writer)

    def one_of_each():
        for state in State:
            row = world.initiative(by=by)
            for verb, keywords in PATHS[state]:
                actor = by if verb in ("submit", "withdraw") else world.second_coordination
                if verb == "request_changes":
                    keywords = keywords | {"asked": [CorrectionRow("title", "incorrect")]}
                row = getattr(actions, verb)(initiative=row, by=actor, **keywords)
            actions.say(initiative=row, by=world.second_coordination, text="Bonjour")
            if state == State.DRAFT:
                Initiative.objects.filter(pk=row.pk).update(entry_mode=EntryMode.FORM)
            if state == State.IN_PROGRESS:
                actions.expect_report(
                    initiative=row, kind=ReportKind.PROGRESS, due_on=date(2025, 9, 1), by=world.coordination
                )

    one_of_each()
    asked, listed = [], []
    for client in clients:
        home(client)  # the session's first visit writes when it was seen
        with CaptureQueriesContext(connection) as first:
            listed.append(len(LISTED.findall(home(client).content.decode())))
        asked.append(len(first))
    one_of_each()
    one_of_each()
    for client, number, rows in zip(clients, asked, listed, strict=True):
        with CaptureQueriesContext(connection) as queries:
            page = home(client).content.decode()
        assert len(queries) == number
        assert len(LISTED.findall(page)) == 3 * rows


def test_home_says_how_many_files_it_does_not_list(world, client_for, monkeypatch):
    monkeypatch.setattr(espace, "_MOST", 1)
    for state in (State.DRAFT, State.CHANGES_REQUESTED, State.SUBMITTED):
        for _ in range(3):
            world.initiative(state)
    page = home(client_for(world.agent_mitis)).content.decode()
    assert len(LISTED.findall(page)) == 3
    assert [
        f"Et 2 {what}" in page for what in ("autres dossiers à compléter.", "autres brouillons.", "autres.")
    ] == [True] * 3
