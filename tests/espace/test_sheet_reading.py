"""How a file is read (encodings, separators, merged cells, formulas…) and the names about which somebody chooses."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook

from initiatives import sheet, sheet_verdict
from initiatives.choices import PartnerRole
from initiatives.models import Initiative
from territories import actions as territory_actions
from territories.choices import OrganizationKind
from territories.models import Organization
from tests.espace.sheets import PLAIN, confirm, csv, problems, saved, send, workbook

AT_TEN = datetime(2025, 5, 2, 10, 0)  # noqa: DTZ001 - a spreadsheet knows no time zone


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


def refusal(answer):
    assert answer.status_code == 422
    (sentence,) = answer.context["form"].errors["file"]
    return sentence


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8", ";"), ("utf-8-sig", ","), ("cp1252", ";"), ("utf-16", "\t")],
)
def test_csv_of_any_usual_encoding_and_separator_is_read(agent, encoding, separator):
    row = PLAIN | {"title": "Été à l’école", "amount_requested": "1\xa0234,56 $", "starts_on": "1er mai 2025"}
    shown = send(agent, csv(row, separator=separator).encode(encoding), "envoi.csv")
    confirm(agent, shown)
    written = Initiative.objects.get()
    assert (written.title, written.amount_requested) == ("Été à l’école", Decimal("1234.56"))
    assert (written.starts_on, written.territories.get().slug) == (date(2025, 5, 1), "la-mitis")


def zipped(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"", "Le fichier est vide"),
        ("a.xlsx", b"du texte", "n’est pas un classeur Excel lisible"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0 ancien", "ancien format"),
        ("a.pdf", b"%PDF-1.4", "doit être un classeur Excel"),
        ("a.csv", b"PK\x03\x04", "nom finit par .csv"),
        ("a.xlsx", zipped("xl/a.xml", b"0" * 30_000_000), "éléments que le portail n’ouvre pas"),
        ("a.xlsx", zipped("xl/a.xml", b'<!DOCTYPE x [<!ENTITY a "b">]>'), "éléments que le portail n’ouvre pas"),
        ("a.csv", b"Titre;Lieu\nA;B\n", "Colonne A inconnue\xa0: «\xa0Titre\xa0»"),
        ("a.csv", b"MRC\nLa Mitis\n", "Il manque la colonne «\xa0Titre de l’initiative\xa0»"),
        ("a.csv", csv().encode(), "Le fichier ne contient aucune initiative"),
    ],
)  # fmt: skip
def test_file_that_cannot_be_read_is_refused_in_words(agent, name, content, words):
    assert words in refusal(send(agent, content, name))


def test_no_file_too_large_and_too_long_are_refused(agent, monkeypatch):
    assert "Choisissez un fichier" in agent.post("/espace/chiffrier/", {}).content.decode()
    monkeypatch.setattr("initiatives.forms.sheet.MAX_BYTES", 100)
    assert refusal(send(agent, workbook(PLAIN))) == "Le fichier doit peser au plus 10\xa0Mo"
    monkeypatch.undo()
    monkeypatch.setattr(sheet, "MOST_ROWS", 2)
    assert refusal(send(agent, workbook(PLAIN, PLAIN, PLAIN))).startswith("Le fichier compte 3 initiatives")
    monkeypatch.undo()
    monkeypatch.setattr(sheet_verdict, "_LONGEST", 10)
    assert refusal(send(agent, workbook(PLAIN))).startswith("Le fichier contient trop de texte")
    monkeypatch.undo()
    monkeypatch.setattr(sheet_verdict, "MOST_DOUBTS", 0)
    assert "ne sont pas dans le portail" in refusal(send(agent, workbook(PLAIN | {"lead": "Nulle part"})))


def test_formula_is_refused_with_its_cell(agent):
    content = workbook(PLAIN | {"amount_requested": "=1+1"})
    assert refusal(send(agent, content)) == "La cellule K2 contient une formule. Remplacez-la par sa valeur"


def test_merged_hidden_and_blank_rows_and_a_second_sheet_are_read_as_they_stand(agent):
    def edit(page):
        page.merge_cells("C2:C3")
        page.row_dimensions[3].hidden = True
        page["A6"], page["C6"], page["M5"] = "Après un vide", "la mitis ", "   "
        page.parent.create_sheet("Autre")["A1"] = "=1+1"

    shown = send(agent, workbook(PLAIN, PLAIN | {"title": "Cachée"}, edit=edit))
    rows = shown.context["verdict"].rows
    assert [(row.number, row.content.title) for row in rows] == [
        (2, "Cuisine du rang"),
        (3, "Cachée"),
        (6, "Après un vide"),
    ]
    assert [len(row.content.values.get("territories", ())) for row in rows] == [1, 0, 1]
    assert ("MRC" in rows[1].missing, "MRC" in rows[0].missing) == (True, False)


def test_size_that_lies_changes_nothing(agent):
    source = zipfile.ZipFile(io.BytesIO(workbook(PLAIN)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.namelist():
            archive.writestr(
                entry,
                source.read(entry).replace(b'<dimension ref="A1:P2"', b'<dimension ref="A1:XFD1048576"'),
            )
    assert b"XFD1048576" in zipfile.ZipFile(buffer).read("xl/worksheets/sheet1.xml")
    assert [row.number for row in send(agent, buffer.getvalue()).context["verdict"].rows] == [2]


def test_each_bad_cell_is_named_and_what_is_good_is_not(agent):
    shown = send(
        agent,
        workbook(
            PLAIN | {"starts_on": 45000, "amount_requested": 12.345, "expected_reach": 12.5, "continuity": "Oui"},
            PLAIN | {"starts_on": AT_TEN, "ends_on": "2025-05-01", "title": "x" * 201},
            {"need": "Sans titre"},
            PLAIN | {"municipalities": "Amqui", "primary_theme": "Zoologie", "amount_requested": "-5"},
        ),
    )  # fmt: skip
    found = problems(shown)
    addresses = {address for address, _ in found}
    assert addresses == {"H2", "J2", "K2", "O2", "A3", "I3", "A4", "D5", "E5", "K5"}
    said = dict(found)
    assert said["H2"].startswith("Inscrivez la date dans l’ordre année-mois-jour")
    assert said["I3"] == "La date de fin doit suivre la date de début (2025-05-02)"
    assert said["A4"] == "Inscrivez le titre de l’initiative"
    assert said["D5"] == "Amqui n’est pas dans les MRC de cette ligne"
    assert said["E5"] == "«\xa0Zoologie\xa0» n’est pas dans la liste «\xa0Thème principal\xa0»"
    assert confirm(agent, shown, lines=[2, 3, 4, 5]).status_code == 422
    assert Initiative.objects.count() == 0


def test_accents_and_case_are_read_and_a_fault_asks_what_is_meant(world, agent):
    rows = [{"title": "Un", "territories": "LA MATAPEDIA"}, {"title": "Deux", "territories": "La Mittis"}]
    shown = send(agent, workbook(*rows, {"title": "Trois", "territories": "la mittis, La Matapédia"}))
    (choice,) = shown.context["verdict"].choices
    assert (choice.doubt.name, choice.lines) == ("La Mittis", [3, 4])
    assert choice.options[0].label == "La Mitis"
    refused = confirm(agent, shown)
    assert (refused.status_code, Initiative.objects.count()) == (422, 0)
    assert "Choisissez une réponse" in refused.content.decode()
    assert confirm(agent, shown, **{choice.name: "999999"}).status_code == 422
    confirm(agent, shown, **{choice.name: choice.options[0].value})
    placed = {row.title: {each.slug for each in row.territories.all()} for row in Initiative.objects.all()}
    assert placed == {"Un": {"la-matapedia"}, "Deux": {"la-mitis"}, "Trois": {"la-mitis", "la-matapedia"}}
    assert Initiative.objects.get(title="Trois").scope == "supralocal"


@pytest.mark.parametrize("use", [True, False])
def test_organization_that_looks_like_another_is_chosen_or_kept_as_a_name(world, agent, use):
    before = Organization.objects.count()
    shown = send(agent, workbook(PLAIN | {"lead": "Moisson-Mittis inc."}))
    (choice,) = shown.context["verdict"].choices
    assert choice.options[0].value == str(world.moisson.pk)
    confirm(agent, shown, **{choice.name: choice.options[0].value if use else "plus-tard"})
    row = Initiative.objects.get()
    kept = "" if use else "Moisson-Mittis inc."
    name = getattr(getattr(row, "answers", None), "lead_name", "")
    assert (row.description, name, Organization.objects.count()) == ("", kept, before)
    assert [each.organization for each in row.partnerships.all()] == ([world.moisson] if use else [])


def test_organization_unknown_is_a_name_and_one_that_never_leads_is_refused(world, agent):
    territory_actions.create_organization(
        by=world.coordination, values={"name": "Table des aînés", "kind": OrganizationKind.ALLIANCE}
    )
    shown = send(
        agent, workbook(PLAIN | {"lead": "Zzyzx"}, PLAIN | {"title": "Deux", "lead": "table des aines"})
    )
    first, second = shown.context["verdict"].rows
    assert (first.kept_name, shown.context["verdict"].choices) == ("Zzyzx", [])
    assert [problem.address for problem in second.content.problems] == ["B3"]
    confirm(agent, shown)
    row = Initiative.objects.get()
    assert (row.description, row.answers.lead_name, row.partnerships.count()) == ("", "Zzyzx", 0)
    assert not row.partnerships.filter(role=PartnerRole.LEAD).exists()


def test_workbook_read_back_by_another_program_keeps_its_values(agent):
    book = load_workbook(
        io.BytesIO(workbook(PLAIN | {"amount_requested": Decimal("0.1"), "starts_on": date(2025, 5, 1)}))
    )
    assert isinstance(book, Workbook)
    confirm(agent, send(agent, saved(book)))
    row = Initiative.objects.get()
    assert (row.amount_requested, row.starts_on) == (Decimal("0.10"), date(2025, 5, 1))
