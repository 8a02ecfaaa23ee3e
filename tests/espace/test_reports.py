"""The reports of an agent: whose turn it is, what is saved, sent, returned, refused, and never lost."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from alliance.lib.dates import today
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import actions as initiative_actions
from initiatives.actions import reports as actions
from initiatives.actions.answers import BudgetRow, Details
from initiatives.choices import ReportKind, State
from initiatives.models import Report, ReportExpense
from initiatives.reporting import Expense

LIST = "/espace/rapports/"


def page(report):
    return reverse("espace:report", args=[report.pk])


def typed(report, **changes):
    """Return what a browser posts for a final report that lacks nothing."""
    report.refresh_from_db()
    fields = {
        "version": report.version,
        "people_reached": "1 250",
        "people_unknown": "",
        "results": "Deux cuisines\nouvertes.",
        "gaps": "",
        "effects": "",
        "sustainability": "",
        "visibility": "",
        "organizations_count": "",
        "unspent": "0",
        "story": "",
        "story_consent": "",
        "women": "700",
        "men": "",
        "others": "",
        "people_taking_part": "",
        "participation": "",
        "expenses-0-actual": "5 100,50",
        "expenses-1-label": "Essence",
        "expenses-1-actual": "0",
        "complet": "1",
        "do": "save",
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


@pytest.fixture
def report(world):
    """The final report of an initiative of La Mitis, that planned 5 000 $ of salaries and was promised 4 000 $."""
    planned = Details(
        expenses=[BudgetRow("Salaires", Decimal(5000))], sources=[BudgetRow("FQIS", Decimal(5000))]
    )
    initiative = world.initiative()
    initiative = initiative_actions.update(
        initiative=initiative, by=world.agent_mitis, values={}, details=planned
    )
    for verb, by in (
        ("submit", world.agent_mitis),
        ("start_review", world.coordination),
        ("approve", world.coordination),
        ("start", world.coordination),
    ):
        initiative = getattr(initiative_actions, verb)(initiative=initiative, by=by)
    world.award(initiative, "4000")
    return initiative.reports.get()


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


def sent(world, report, **changes):
    values = {"people_reached": 40, "results": "Deux cuisines."} | changes
    saved = actions.save_report(
        report=report, by=world.agent_mitis, values=values, expenses=[Expense("Salaires", None, Decimal(10))]
    )
    return actions.send_report(report=saved, by=world.agent_mitis)


def test_page_is_filled_with_what_is_known(world, agent, report):
    text = agent.get(page(report)).content.decode()
    facts = dict(agent.get(page(report)).context["facts"])
    assert facts == {
        "Période": "du 1er mai 2025 au 28 février 2026",
        "MRC": "La Mitis",
        "Personnes à rejoindre": "inconnu",
        "Montant accordé": "4\xa0000\xa0$",
        "Montant versé": "0\xa0$",
        "Rapport attendu le": "30 mars 2026",
    }
    assert "Salaires" in text
    assert "5\xa0000\xa0$" in text
    assert 'name="people_reached"' in text
    assert 'value="0"' not in text


def test_draft_never_validates_and_keeps_what_was_planned(world, agent, report):
    answer = agent.post(page(report), typed(report, people_reached="", results="", women=""))
    assert (answer.status_code, answer["Location"]) == (302, page(report))
    report.refresh_from_db()
    assert (report.people_reached, report.received_on, report.unspent) == (None, None, Decimal(0))
    rows = list(report.expenses.values_list("label", "planned", "actual"))
    assert rows == [
        ("Salaires", Decimal("5000.00"), Decimal("5100.50")),
        ("Essence", None, Decimal("0.00")),
    ]
    text = agent.get(page(report)).content.decode()
    assert "dépassent de 100,50\xa0$ ce qui était prévu" in text
    agent.post(page(report), typed(report, **{"expenses-0-label": "Voyage", "expenses-0-planned": "1"}))
    assert report.expenses.first().label == "Salaires"


def test_what_cannot_be_read_is_refused_beside_its_field_and_the_rest_is_saved(world, agent, report):
    fields = typed(
        report,
        people_reached="douze",
        women="12.5",
        unspent="1,234",
        gaps="é" * 3001,
        participation="autre",
        **{"expenses-0-actual": "-5", "expenses-2-actual": "3", "expenses-2-label": ""},
    )
    answer = agent.post(page(report), fields)
    form = answer.context["form"]
    assert answer.status_code == 422
    assert sorted(form.all_errors()) == [
        "expenses-0-actual",
        "expenses-2-label",
        "gaps",
        "participation",
        "people_reached",
        "unspent",
        "women",
    ]
    assert form["people_reached"].value() == "douze"
    assert "Votre texte est enregistré" in answer.content.decode()
    report.refresh_from_db()
    assert (report.results, report.people_reached, report.gaps) == ("Deux cuisines\nouvertes.", None, "")
    again = agent.post(page(report), fields | {"version": report.version, "people_reached": "12"})
    assert again.status_code == 422
    report.refresh_from_db()
    assert report.people_reached == 12


def test_cut_form_blanks_nothing(world, agent, report):
    agent.post(page(report), typed(report))
    report.refresh_from_db()
    answer = agent.post(page(report), {"version": report.version, "results": "Trois cuisines"})
    assert answer.status_code == 422
    report.refresh_from_db()
    assert (report.results, report.people_reached, report.expenses.count()) == ("Trois cuisines", 1250, 2)


def test_sending_says_what_is_missing_and_keeps_the_draft(world, agent, report):
    blank = {"people_reached": "", "results": "", "expenses-0-actual": "", "do": "send"}
    answer = agent.post(page(report), typed(report, **blank, gaps="Une pluie."))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "cochez «\xa0Inconnu\xa0»" in text
    assert "Inscrivez les résultats." in text
    assert "Inscrivez la dépense réelle\xa0: Salaires." in text
    report.refresh_from_db()
    assert (report.gaps, report.received_on, report.sent_at) == ("Une pluie.", None, None)
    unknown = {"people_reached": "", "people_unknown": "on", "women": "", "do": "send"}
    answer = agent.post(page(report), typed(report, **unknown))
    report.refresh_from_db()
    assert answer.status_code == 302
    assert (report.people_reached, report.received_on, report.sent_by) == (None, today(), world.agent_mitis)


def test_parts_larger_than_the_whole_are_not_sent(world, agent, report):
    answer = agent.post(page(report), typed(report, people_reached="10", women="8", men="3", do="send"))
    assert answer.status_code == 422
    assert "font plus que" in answer.content.decode()


def test_sent_report_is_read_only_until_it_is_returned(world, agent, report):
    agent.post(page(report), typed(report, do="send"))
    text = agent.get(page(report)).content.decode()
    assert "<form" not in re.search(r"<main.*</main>", text, re.DOTALL)[0]
    assert "1\xa0250" in text
    assert "Deux cuisines<br>ouvertes." in text
    late = agent.post(page(report), typed(report, results="Autre chose"))
    assert late.status_code == 409
    assert "Autre chose" in late.content.decode()
    report.refresh_from_db()
    actions.return_report(report=report, by=world.coordination, note="Expliquez l’essence.")
    text = agent.get(page(report)).content.decode()
    assert "Expliquez l’essence." in text
    assert "Envoyer le rapport" in text
    again = agent.post(page(report), typed(report, gaps="Plus de livraisons.", do="send"))
    report.refresh_from_db()
    assert (again.status_code, report.returned_note, report.gaps) == (302, "", "Plus de livraisons.")
    approved = actions.approve_report(report=report, by=world.coordination)
    assert agent.post(page(report), typed(approved, results="x")).status_code == 409


def test_stale_page_is_409_with_both_versions_and_loses_nothing(world, agent, report):
    before = typed(report, results="Le mien")
    actions.save_report(report=report, by=world.coordination, values={"results": "Le leur"})
    answer = agent.post(page(report), before)
    shown = {row.label: (row.stored, row.typed) for row in answer.context["differences"]}
    assert answer.status_code == 409
    assert shown["Résultats"] == ("Le leur", "Le mien")
    assert answer.context["form"]["results"].value() == "Le mien"
    report.refresh_from_db()
    assert report.results == "Le leur"
    assert agent.post(page(report), before | {"version": answer.context["version"]}).status_code == 302
    assert agent.post(page(report), before).status_code == 302  # posted again: nothing differs


def test_autosave_answers_what_the_page_needs(world, agent, report):
    first = agent.post(page(report), typed(report, do="autosave", women="x"), headers={"X-Autosave": "1"})
    body = first.json()
    report.refresh_from_db()
    assert (body["state"], body["version"], list(body["errors"])) == ("saved", report.version, ["women"])
    assert body["said"].startswith("Brouillon enregistré à")
    stale = agent.post(page(report), typed(report, do="autosave", version=1, results="Autre"))
    assert (stale.status_code, stale.json()["state"]) == (409, "conflict")
    agent.post(page(report), typed(report, do="send"))
    closed = agent.post(page(report), typed(report, do="autosave", results="Autre"))
    assert (closed.status_code, closed.json()["state"]) == (409, "conflict")


def test_another_mrc_reads_404_and_readers_only_read(world, client_for, report):
    for who, status in (("agent_temis", 404), ("committee_mitis", 403), ("reader", 403), ("accounting", 403)):
        answer = client_for(getattr(world, who)).post(page(report), typed(report))
        assert (who, answer.status_code) == (who, status)
    assert client_for(world.agent_temis).get(page(report)).status_code == 404
    read = client_for(world.committee_mitis).get(page(report))
    assert (read.status_code, "<textarea" in read.content.decode()) == (200, False)
    assert client_for(world.agent_mitis).get("/espace/rapports/999999999999999999/").status_code == 404
    with pytest.raises(NotAllowed):
        actions.save_report(report=report, by=world.agent_temis, values={})
    with pytest.raises(NotAllowed):
        actions.send_report(report=report, by=world.committee_mitis)


def test_given_up_initiative_reports_no_more(world, report):
    report.initiative.state = State.CANCELLED
    report.initiative.save()
    with pytest.raises(Refusal, match="arrêtée"):
        actions.save_report(report=report, by=world.agent_mitis, values={})


def test_list_says_whose_turn_it_is_the_late_first(world, agent, client_for):
    late, returned, due, waiting, done = (world.initiative(State.IN_PROGRESS, award="10") for _ in range(5))
    for row in (late, returned, due, waiting, done):
        actions.change_due(
            report=row.reports.get(),
            by=world.coordination,
            due_on=today() + timedelta(days=-3 if row == late else 9),
        )
    for row in (returned, waiting, done):
        sent(world, row.reports.get())
    actions.return_report(report=returned.reports.get(), by=world.coordination, note="Précisez.")
    actions.approve_report(report=done.reports.get(), by=world.coordination)
    groups = agent.get(LIST).context["groups"]
    shown = [(group.turn.code, [row.initiative for row in group.rows]) for group in groups]
    assert shown == [
        ("late", [late]),
        ("returned", [returned]),
        ("expected", [due]),
        ("sent", [waiting]),
        ("approved", [done]),
    ]
    assert not any(group.rows for group in client_for(world.agent_temis).get(LIST).context["groups"])
    assert "Aucun rapport" in client_for(world.agent_temis).get(LIST).content.decode()


def queries(client, address, count):
    client.get(address)
    with count() as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_list_asks_as_many_queries_for_three_rows_as_for_one(world, agent, django_assert_max_num_queries):
    def row():
        for state in ("expected", "sent", "approved"):
            report = world.initiative(State.IN_PROGRESS, award="10").reports.get()
            if state != "expected":
                report = sent(world, report)
            if state == "approved":
                actions.approve_report(report=report, by=world.coordination)

    def count():
        return django_assert_max_num_queries(100)

    row()
    one = queries(agent, LIST, count)
    row(), row()
    assert queries(agent, LIST, count) == one
    assert Report.objects.filter(kind=ReportKind.FINAL).count() == 9


def test_page_asks_as_many_queries_for_three_rows_as_for_one(
    world, agent, report, django_assert_max_num_queries
):
    def count():
        return django_assert_max_num_queries(100)

    actions.save_report(report=report, by=world.agent_mitis, values={}, expenses=[Expense("Un")])
    one = queries(agent, page(report), count)
    actions.save_report(report=report, by=world.agent_mitis, values={}, expenses=[Expense(x) for x in "abc"])
    assert queries(agent, page(report), count) == one
    assert ReportExpense.objects.count() == 3
