"""The page, the print, the PDF, the workbook and the CSV carry the same figures: every cell of each is compared."""

import csv
import io
import itertools
import shutil
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import html5lib
import pytest
import time_machine
from openpyxl import load_workbook

from alliance.lib.templatetags.francais import montant, nombre
from alliance.portal import directory
from alliance.portal.bilan import files, pdf, shown
from alliance.portal.bilan.build import build
from alliance.portal.bilan.document import COUNT, DOLLARS, NUMERIC, RATIO
from alliance.portal.views.bilan import pdf_page
from initiatives.models import FiscalYear
from tests.portal import bilan_year

pytestmark = pytest.mark.django_db
NS = "{http://www.w3.org/1999/xhtml}"
LINES_2021 = {
    "Kamouraska": 199_970,
    "Rivière-du-Loup": 117_821,
    "Témiscouata": 231_073,
    "Les Basques": 132_821,
    "Rimouski-Neigette": 198_285,
    "La Mitis": 229_930,
    "La Matanie": 219_430,
    "La Matapédia": 211_432,
    "Projets régionaux": 46_200,
    "Total": 1_586_962,
}
needs_pdf = pytest.mark.skipif(not pdf.available(), reason="the extra « pdf » or Pango is not installed")


@pytest.fixture(autouse=True)
def _spring():
    with time_machine.travel(datetime(2026, 5, 10, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def document(filled):
    return build(filled.year, directory.build(0))


@pytest.fixture
def document_2021(reference_data):
    return build(FiscalYear.objects.get(label="2021-2022"), directory.build(0))


def french(value, kind):
    """Return a value as it must be written: written again here, apart from the code that shows it."""
    if value is None:
        return "montant non publié" if kind in (DOLLARS, RATIO) else "inconnu"
    if kind in (DOLLARS, RATIO):
        return montant(value)
    return nombre(value) if kind == COUNT else value


def text_of(node):
    return "".join(node.itertext()).strip()


def tables_of(html):
    """Return, by code, the rows of texts of each table of a page; mis-nested HTML fails."""
    tree = html5lib.HTMLParser(strict=True).parse(html)
    found = {}
    for table in tree.iter(f"{NS}table"):
        code = next(table.iter(f"{NS}caption")).get("id").removeprefix("t-")
        found[code] = [[text_of(cell) for cell in row] for row in table.iter(f"{NS}tr")]
    return tree, found


def expected_rows(table):
    kinds = [column.kind for column in table.columns]
    listed = [*table.rows, *([table.total] if table.total else [])]
    return [
        [column.name for column in table.columns],
        *([french(value, kind).strip() for value, kind in zip(row, kinds, strict=True)] for row in listed),
    ]


def figures_of(tree):
    numbers = [node for node in tree.iter(f"{NS}span") if "figure-number" in (node.get("class") or "")]
    return [text_of(node) for node in numbers]


def expected_figures(document):
    return [french(figure.value, figure.kind) for section in document.sections for figure in section.figures]


def test_page_holds_every_cell_of_the_document(document, client):
    tree, tables = tables_of(client.get("/bilan/2025-2026/").content.decode())
    assert list(tables) == [table.code for table in document.tables]
    for table in document.tables:
        assert tables[table.code] == expected_rows(table), table.code
    assert figures_of(tree) == expected_figures(document)
    assert sum(len(rows) * len(rows[0]) for rows in tables.values()) > 250


def test_page_that_becomes_the_pdf_holds_every_cell(document):
    tree, tables = tables_of(pdf_page(document))
    assert {code: rows for code, rows in tables.items()} == {
        table.code: expected_rows(table) for table in document.tables
    }
    assert figures_of(tree) == expected_figures(document)


def test_workbook_holds_every_cell_with_its_type(document):
    book = load_workbook(io.BytesIO(files.workbook(document)))
    pages = book.worksheets[1:-2]  # after the figures, before the stories and the texts
    assert len(pages) == len(document.tables)
    for page, table in zip(pages, document.tables, strict=True):
        rows = [[cell.value for cell in row] for row in page.iter_rows()]
        assert rows[0] == [column.name for column in table.columns]
        listed = [*table.rows, *([table.total] if table.total else [])]
        for read, row in zip(rows[1:], listed, strict=True):
            for cell, value, column in zip(read, row, table.columns, strict=True):
                if value is None:
                    assert cell == french(None, column.kind)
                elif column.kind in NUMERIC:
                    assert not isinstance(cell, str)
                    assert Decimal(str(cell)) == value, (table.code, column.name)
                else:
                    assert (cell or "") == value
    figures = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows()}
    for section in document.sections:
        for figure in section.figures:
            assert Decimal(str(figures[figure.label])) == figure.value


def test_workbook_runs_no_formula_and_names_each_sheet_once(document):
    book = load_workbook(io.BytesIO(files.workbook(document)))
    assert len(set(book.sheetnames)) == len(book.sheetnames)
    page = book["Initiatives"]
    titles = [cell for cell in page["B"] if cell.value == "=Logements d’étudiants"]
    assert [cell.data_type for cell in titles] == ["s"]


def csv_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_holds_every_value_of_every_table_and_figure(document):
    rows = csv_rows(files.csv_file(document))
    found = {(r["section"], r["tableau"], r["rang"], r["colonne"]): r for r in rows}
    seen = 0
    for section in document.sections:
        for table in section.tables:
            listed = [*enumerate(table.rows, 1), *([("total", table.total)] if table.total else [])]
            for rank, row in listed:
                for value, column in zip(row[1:], table.columns[1:], strict=True):
                    read = found[section.code, table.code, str(rank), column.name]
                    assert read["affichage"].lstrip("'") == french(value, column.kind)
                    if column.kind in NUMERIC:
                        assert read["valeur"] == ("" if value is None else str(value))
                    seen += 1
        for rank, figure in enumerate(section.figures, 1):
            read = found[section.code, "chiffres", str(rank), figure.label]
            assert (read["ligne"], read["valeur"]) == (figure.code, str(figure.value))
            seen += 1
    texts = [r for r in rows if r["tableau"] in ("a-propos", "textes", "histoires")]
    assert seen == len(rows) - len(texts)
    assert len(found) == len(rows)
    assert seen > 200


def pdf_text(content):
    """Return the words of a PDF as a reader copies them, spaces made plain."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bilan.pdf"
        path.write_bytes(content)
        program = shutil.which("pdftotext") or pytest.skip("pdftotext is not installed")
        done = subprocess.run([program, "-layout", path, "-"], capture_output=True, text=True, check=True)  # noqa: S603
    return " ".join(done.stdout.split())


@needs_pdf
def test_pdf_holds_every_figure_and_amount(document, client):
    text = pdf_text(client.get("/bilan/2025-2026.pdf").content)
    wanted = set(expected_figures(document))
    for table in document.tables:
        for row in [*table.rows, *([table.total] if table.total else [])]:
            cells = zip(row, table.columns, strict=True)
            wanted |= {french(v, c.kind) for v, c in cells if c.kind == DOLLARS and v is not None}
    missing = {value for value in wanted if value.replace("\xa0", " ") not in text}
    assert missing == set()
    assert len(wanted) > 15


@needs_pdf
def test_pdf_is_tagged_in_french_of_quebec_with_its_title(document):
    content = pdf.make(pdf_page(document), uncompressed_pdf=True)
    assert content.startswith(b"%PDF-1.7")
    for mark in (b"/Marked true", b"/Lang (fr-CA)", b"/StructTreeRoot", b"pdfuaid:part", b"/Table", b"/TH"):
        assert mark in content, mark
    title = "Bilan 2025-2026, Alliance pour la solidarité au Bas-Saint-Laurent"
    assert b"\xfe\xff" + title.encode("utf-16-be") in content or title.encode() in content


def test_pdf_names_the_site_of_the_settings_whatever_host_is_asked(document, monkeypatch, client, settings):
    pages, settings.ALLOWED_HOSTS = [], ["*"]
    monkeypatch.setattr(pdf, "available", lambda: True)
    monkeypatch.setattr(pdf, "make", lambda html: pages.append(html) or b"%PDF")
    assert client.get(f"/bilan/{bilan_year.LABEL}.pdf", headers={"Host": "mal.example"}).status_code == 200
    assert len(pages) == 1
    assert "mal.example" not in pages[0]
    assert f"{settings.SITE_URL}/bilan/{bilan_year.LABEL}/" in pages[0]


@needs_pdf
def test_pdf_maker_fetches_nothing(monkeypatch):
    asked = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda self, *a, **k: asked.append(a))
    html = '<html lang="fr-CA"><img src="file:///etc/passwd" alt=""><img src="http://127.0.0.1:9/x" alt=""></html>'
    assert pdf.make(html).startswith(b"%PDF")
    assert asked == []


# The nine lines of 2021-2022 -------------------------------------------------------------------------------


def test_nine_lines_are_the_same_to_the_dollar_on_the_page_in_the_workbook_and_in_the_csv(
    document_2021, client
):
    _, tables = tables_of(client.get("/bilan/2021-2022/").content.decode())
    words = {name: montant(amount) for name, amount in LINES_2021.items()}
    assert {row[0]: row[1] for row in tables["lignes"][1:]} == words
    assert {cell for row in tables["lignes"][1:] for cell in row[2:]} == {"montant non publié"}
    page = load_workbook(io.BytesIO(client.get("/bilan/2021-2022.xlsx").content))["FQIS par ligne"]
    assert {row[0].value: row[1].value for row in page.iter_rows(min_row=2)} == LINES_2021
    assert {cell.value for row in page.iter_rows(min_row=2) for cell in row[2:]} == {"montant non publié"}
    rows = csv_rows(client.get("/bilan/2021-2022.csv").content.decode())
    mine = [row for row in rows if row["tableau"] == "lignes"]
    given = {row["ligne"]: Decimal(row["valeur"]) for row in mine if row["colonne"] == "Affecté"}
    assert given == LINES_2021
    others = {(row["valeur"], row["affichage"]) for row in mine if row["colonne"] != "Affecté"}
    assert others == {("", "montant non publié")}


@needs_pdf
def test_nine_lines_are_the_same_to_the_dollar_in_the_pdf(document_2021, client):
    text = pdf_text(client.get("/bilan/2021-2022.pdf").content)
    for name, amount in LINES_2021.items():
        assert f"{name} {montant(amount)} montant non publié".replace("\xa0", " ") in text, name


def test_long_list_is_cut_on_the_page_and_whole_in_the_files(document, monkeypatch):
    monkeypatch.setattr(shown, "MOST_ROWS", 3)
    table = next(each for each in shown.sections(document)[-2].tables if each.code == "initiatives")
    assert (len(table.rows), table.hidden) == (3, 1)
    assert table.total[-2].text == "16\xa0500,50\xa0$"
    assert len(load_workbook(io.BytesIO(files.workbook(document)))["Initiatives"]["A"]) == 6


def test_same_pdf_is_made_once_and_a_busy_server_says_to_come_back(document, monkeypatch, client):
    pages = []
    monkeypatch.setattr(pdf, "_kept", type(pdf._kept)())
    monkeypatch.setattr(pdf, "_made", lambda html, **options: pages.append(html) or b"%PDF")
    assert [pdf.make("<p>Un</p>") for _asked in range(3)] == [b"%PDF"] * 3
    assert pages == ["<p>Un</p>"]
    monkeypatch.setattr(pdf, "_PATIENCE", 0.01)
    with pdf._one_at_a_time:
        response = client.get(f"/bilan/{bilan_year.LABEL}.pdf")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "Réessayez dans une minute" in response.content.decode()


def test_of_twenty_pdfs_asked_at_once_one_is_drawn_one_waits_and_the_others_are_told_at_once(monkeypatch):
    started, go_on, drawn = threading.Event(), threading.Event(), []

    def slow(html, **options):
        drawn.append(html)
        started.set()
        assert go_on.wait(timeout=20)
        return b"%PDF"

    def asked(number):
        try:
            return pdf.make(f"<p>{number}</p>")
        except pdf.Busy:
            return "busy"

    monkeypatch.setattr(pdf, "_kept", type(pdf._kept)())
    monkeypatch.setattr(pdf, "_made", slow)
    monkeypatch.setattr(pdf, "_PATIENCE", 15)
    with ThreadPoolExecutor(20) as people:
        answers = [people.submit(asked, 0)]
        assert started.wait(timeout=20)
        answers += [people.submit(asked, number) for number in range(1, 20)]
        told = [done.result() for done in itertools.islice(as_completed(answers), 18)]
        assert told == ["busy"] * 18  # while the first is still being drawn
        go_on.set()
        given = [answer.result() for answer in answers]
    assert (given.count(b"%PDF"), given.count("busy"), len(drawn)) == (2, 18, 2)
    assert pdf.make("<p>After</p>") == b"%PDF"
