"""A filled spreadsheet: the model, the verdict, and the drafts equal to what was typed."""

import io
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import actions
from initiatives.actions import sheet as verbs
from initiatives.choices import EntryMode, PartnerRole, Scope, State
from initiatives.models import Initiative
from initiatives.sheet import CODES, HEADERS
from tests.espace.sheets import MODEL, PLAIN, SHEET, confirm, model_filled, problems, send, workbook


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


def whole(world):
    return {
        "title": "Cuisine collective",
        "lead": world.moisson.name,
        "territories": "La Mitis; La Matapédia",
        "municipalities": "Price",
        "primary_theme": "Alimentation",
        "themes": "Transport",
        "target_groups": str(world.families),
        "starts_on": date(2025, 5, 1),
        "ends_on": date(2026, 2, 28),
        "expected_reach": 120,
        "amount_requested": 12500.5,
        "money_source": "Fondation",
        "summary": "Des familles cuisinent.\nEnsemble.",
        "need": "Le prix de la nourriture.",
        "continuity": "Nouvelle initiative",
        "contact": "Ève Roy, 418 555-0123",
    }


def test_model_filled_gives_drafts_equal_to_what_was_typed(world, agent):
    shown = send(agent, model_filled(agent, whole(world), {"title": "Une idée"}))
    assert (shown.status_code, Initiative.objects.count()) == (200, 0)
    first, second = shown.context["verdict"].rows
    assert (first.missing, second.missing[0], problems(shown)) == ([], HEADERS["lead"], [])
    assert confirm(agent, shown)["Location"] == "/espace/"
    row, idea = Initiative.objects.order_by("pk")
    assert (row.state, row.entry_mode, row.created_by) == (State.DRAFT, EntryMode.SHEET, world.agent_mitis)
    assert (row.title, row.summary) == ("Cuisine collective", "Des familles cuisinent.\nEnsemble.")
    assert (row.starts_on, row.ends_on) == (date(2025, 5, 1), date(2026, 2, 28))
    assert (row.expected_reach, row.amount_requested) == (120, Decimal("12500.50"))
    assert {each.slug for each in row.territories.all()} == {"la-mitis", "la-matapedia"}
    assert [each.name for each in row.municipalities.all()] == ["Price"]
    assert (row.primary_theme.slug, row.scope) == ("alimentation", Scope.SUPRALOCAL)
    assert {each.slug for each in row.themes.all()} == {"alimentation", "transport"}
    assert list(row.target_groups.all()) == [world.families]
    assert [(each.organization, each.role) for each in row.partnerships.all()] == [
        (world.moisson, PartnerRole.LEAD)
    ]
    answers = row.answers
    assert (answers.money_source, answers.need, answers.contact) == (
        "Fondation",
        "Le prix de la nourriture.",
        "Ève Roy, 418 555-0123",
    )
    assert (idea.title, idea.amount_requested, idea.expected_reach, idea.scope) == (
        "Une idée",
        None,
        None,
        "",
    )


def test_model_untouched_says_that_it_holds_no_initiative(agent):
    answer = send(agent, agent.get(MODEL).content)
    assert answer.status_code == 422
    assert "Le fichier ne contient aucune initiative" in answer.content.decode()


def test_example_half_replaced_is_refused_and_not_ignored(agent):
    book = load_workbook(io.BytesIO(agent.get(MODEL).content))
    page = book["Initiatives"]
    page["M3"] = "Un vrai résumé"
    buffer = io.BytesIO()
    book.save(buffer)
    shown = send(agent, buffer.getvalue())
    assert problems(shown) == [("A3", "Remplacez le titre de l’exemple par celui de votre initiative")]
    assert shown.context["verdict"].untouched == 2


def test_model_offers_what_the_person_may_choose_and_runs_nothing(world, agent):
    world.moisson.name = "=HYPERLINK(1)"
    world.moisson.save()
    answer = agent.get(MODEL)
    assert answer["Content-Disposition"] == 'attachment; filename="modele-initiatives.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Initiatives", "Mode d’emploi", "Listes"]
    page, lists = book["Initiatives"], book["Listes"]
    assert [cell.value for cell in page[1]] == [HEADERS[code] for code in CODES]
    assert len(CODES) == 16
    offered = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in lists.columns}
    assert offered["MRC"] == ["La Mitis", "La Matapédia"]
    assert offered["Municipalités"] == ["Mont-Joli", "Price", "Amqui"]
    assert "=HYPERLINK(1)" in offered["Organisations"]
    types = {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line if cell.value}
    assert types == {"s"}
    rules = {str(rule.sqref): (rule.type, rule.formula1) for rule in page.data_validations.dataValidation}
    assert rules["C3:C104"] == ("list", "Listes!$A$2:$A$3")
    assert (len(rules), rules["H3:H104"][0], rules["K3:K104"][0]) == (11, "date", "decimal")
    assert (page.freeze_panes, page.page_setup.orientation, page.page_setup.paperSize) == (
        "B2",
        "landscape",
        1,
    )
    assert (page.column_dimensions["K"].number_format, page.column_dimensions["A"].number_format) == (
        '#,##0.00" $"',
        "@",
    )


@pytest.mark.parametrize(
    ("person", "status"), [(None, 302), ("committee_mitis", 403), ("reader", 403), ("coordination", 200)]
)
def test_only_those_who_enter_send_a_file(world, client_for, person, status):
    client = client_for(getattr(world, person) if person else None)
    answers = [client.get(SHEET), client.get(MODEL), send(client, workbook(PLAIN))]
    assert [answer.status_code for answer in answers] == [status] * 3
    assert Initiative.objects.count() == 0


def test_another_mrc_is_refused_with_its_cell_and_by_the_action(world, agent):
    shown = send(agent, workbook(PLAIN | {"territories": "La Mitis; Témiscouata"}, PLAIN))
    assert problems(shown) == [("C2", "Témiscouata n’est pas une de vos MRC")]
    confirm(agent, shown, lines=[2, 3])
    assert [row.territories.get().slug for row in Initiative.objects.all()] == ["la-mitis"]
    row = verbs.SheetRow(2, uuid4(), {"territories": [world.territories["temiscouata"]]}, {}, None)
    with pytest.raises(NotAllowed, match="Ligne 2"):
        verbs.record_sheet(by=world.agent_mitis, rows=[row])


def test_row_unticked_is_left_out(agent):
    shown = send(agent, workbook(PLAIN, {"title": "Autre idée"}))
    confirm(agent, shown, lines=[3])
    assert [row.title for row in Initiative.objects.all()] == ["Autre idée"]
    assert confirm(agent, shown, lines=[]).status_code == 422


def test_same_file_twice_makes_no_twin_nor_does_its_corrected_copy(agent):
    bad = {"title": "Frigo", "amount_requested": "beaucoup"}
    shown = send(agent, workbook(PLAIN, PLAIN, bad))
    confirm(agent, shown, lines=[2, 3])
    assert Initiative.objects.count() == 2
    confirm(agent, shown, lines=[2, 3])
    assert Initiative.objects.count() == 2
    again = send(agent, workbook(bad | {"amount_requested": "1 234,56 $"}, PLAIN, PLAIN))
    assert [(row.is_new, bool(row.existing)) for row in again.context["verdict"].rows] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    confirm(agent, again)
    assert Initiative.objects.get(title="Frigo").amount_requested == Decimal("1234.56")
    assert Initiative.objects.count() == 3


def test_colleague_with_the_same_file_is_warned_and_ticks_it_himself(world, agent, client_for):
    content = workbook(PLAIN)
    confirm(agent, send(agent, content))
    shown = send(client_for(world.coordination), content)
    (row,) = shown.context["verdict"].rows
    assert (row.ticked, [alert.reason for alert in row.alerts]) == (False, ["même titre"])
    assert "Créer quand même" in shown.content.decode()


def test_verdict_is_bound_to_the_person_whole_and_to_its_time(world, agent, client_for, monkeypatch):
    shown = send(agent, workbook(PLAIN))
    other = client_for(world.coordination)
    assert confirm(other, shown).status_code == 422
    packed = shown.context["packed"]
    for text in ("", "x", packed[:-1], packed + "a"):
        answer = agent.post(SHEET, {"apercu": text, "ligne": "2"})
        assert (answer.status_code, "L’aperçu a expiré" in answer.content.decode()) == (422, True)
    monkeypatch.setattr("initiatives.sheet_verdict._LASTS", -1)
    assert confirm(agent, shown).status_code == 422
    assert Initiative.objects.count() == 0


def test_verdict_that_can_no_longer_be_made_is_said_beside_the_file(agent, monkeypatch):
    shown = send(agent, workbook(PLAIN))
    monkeypatch.setattr("initiatives.sheet_verdict._LONGEST", 10)
    answer = agent.post(SHEET, {"apercu": shown.context["packed"]})
    assert (answer.status_code, Initiative.objects.count()) == (422, 0)
    assert "Le fichier contient trop de texte" in answer.content.decode()


def test_portal_changed_since_the_verdict_is_shown_again(world, agent):
    shown = send(agent, workbook(PLAIN | {"primary_theme": "Transport"}))
    world.agent_mitis.memberships.filter(territory__slug="la-mitis").delete()
    answer = confirm(agent, shown)
    assert (answer.status_code, Initiative.objects.count()) == (409, 0)
    assert problems(answer) == [("C2", "La Mitis n’est pas une de vos MRC")]


def test_last_row_that_breaks_leaves_nothing_written(agent, monkeypatch):
    shown = send(agent, workbook(PLAIN, {"title": "Deux"}, {"title": "Casse"}))
    real = actions.create_draft

    def breaking(**kwargs):
        if kwargs["values"]["title"] == "Casse":
            raise Refusal("Panne.")
        return real(**kwargs)

    monkeypatch.setattr(verbs, "create_draft", breaking)
    answer = confirm(agent, shown)
    assert (answer.status_code, Initiative.objects.count()) == (422, 0)
    assert "Panne." in answer.content.decode()
    monkeypatch.undo()
    confirm(agent, answer)
    assert Initiative.objects.count() == 3


def test_confirmations_at_once_make_one_draft_per_row(world, at_once, client_for):
    clients = [client_for(world.agent_mitis) for _ in range(4)]
    shown = send(clients[0], workbook(PLAIN, {"title": "Deux"}))
    answers = at_once([lambda client=client: confirm(client, shown).status_code for client in clients])
    assert answers == [302] * 4
    assert at_once([lambda: Initiative.objects.count()]) == [2]


def test_verdict_asks_as_many_queries_for_three_rows_as_for_one(world, agent):
    def asked(count):
        rows = [whole(world) | {"title": f"Idée {n}", "lead": f"Moisson Mitiss {n}"} for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            assert send(agent, workbook(*rows)).status_code == 200
        return len(queries)

    asked(1)
    assert asked(1) == asked(3)
