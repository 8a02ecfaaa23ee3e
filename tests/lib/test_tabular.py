"""Tables in and out: formulas, encodings and separators (E1, E2, E14, E17), hostile workbooks (D10, E4 to E8)."""

import io
import time
import zipfile
from datetime import UTC, date, datetime
from datetime import time as clock
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from alliance.lib.sheets import MAX_BYTES, NOT_A_WORKBOOK, UNSAFE
from alliance.lib.tabular import Row, csv_text, iter_csv, neutralise, read_table, restore, xlsx_bytes

DANGEROUS = ["=1+1", "+1", "-1+1", "@SUM", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "'=1", "''-1"]
HARMLESS = ["", "a", "l'été", "'bonjour'", "'", " =1", "1-2", "0418"]


def refusal(name, content):
    with pytest.raises(ValidationError) as error:
        read_table(name, content)
    return error.value.code, error.value.messages[0]


def code_of(name, content):
    return refusal(name, content)[0]


@pytest.mark.parametrize("text", DANGEROUS)
def test_neutralise_what_a_spreadsheet_would_run(text):
    assert neutralise(text) == f"'{text}"
    assert restore(f"'{text}") == text


@pytest.mark.parametrize("value", [*HARMLESS, -5, Decimal("-5.50"), None, date(2022, 4, 1), True])
def test_neutralise_leaves_the_rest(value):
    assert neutralise(value) is value
    assert restore(value) is value


@given(st.one_of(st.text(), st.text(alphabet="'=+-@\t\r\n＝＋－＠a", max_size=6)))
def test_restore_gives_back_what_was_neutralised(text):
    assert restore(neutralise(text)) == text


ROW = [
    "=A1",
    'a;"b"\nc',
    Decimal("1234.50"),
    -5,
    0.5,
    date(2022, 4, 1),
    datetime(2022, 4, 1, 18, 5, 9, tzinfo=UTC),
    None,
    True,
    False,
]
HEADERS = ["h1", "@h2", *(f"h{number}" for number in range(3, 11))]


def test_csv_for_excel_in_french():
    assert csv_text(HEADERS, [ROW], dialect="excel-fr") == (
        "\ufeffh1;'@h2;h3;h4;h5;h6;h7;h8;h9;h10\r\n"
        '\'=A1;"a;""b""\nc";1234,50;-5;0,5;2022-04-01;2022-04-01 14:05;;oui;non\r\n'
    )


def test_csv_for_open_data():
    assert csv_text(HEADERS, [ROW], dialect="open") == (
        "h1,'@h2,h3,h4,h5,h6,h7,h8,h9,h10\r\n"
        '\'=A1,"a;""b""\nc",1234.50,-5,0.5,2022-04-01,2022-04-01T14:05:09-04:00,,true,false\r\n'
    )
    naive = datetime(2022, 4, 1, 9, 5)  # noqa: DTZ001 - a naive moment stays as it is
    assert csv_text(["a"], [[naive]], dialect="excel-fr") == "\ufeffa\r\n2022-04-01 09:05\r\n"
    assert csv_text(["a"], [[Decimal("1E+3")]], dialect="open") == "a\r\n1000\r\n"


def test_csv_is_written_line_by_line():
    def endless():
        while True:
            yield ["mot"]

    lines = iter_csv(["titre"], endless(), dialect="open")
    assert [next(lines), next(lines)] == ["titre\r\n", "mot\r\n"]


cells = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\x00"),
    max_size=12,
).filter(lambda text: text == "" or text.strip() != "")


@given(st.lists(st.tuples(cells, cells, st.just("fin")), max_size=5), st.sampled_from(["excel-fr", "open"]))
def test_csv_read_back_is_what_was_written(rows, dialect):
    content = csv_text(["a", "b", "c"], rows, dialect=dialect).encode()
    table = read_table("x.csv", content)
    assert table.headers == ["a", "b", "c"]
    assert [tuple(row.cells) for row in table.rows] == rows


ENCODED = [
    ("utf-8", ";"),
    ("utf-8-sig", ";"),
    ("cp1252", ";"),
    ("utf-16", "\t"),
    ("utf-16-le", "\t"),
    ("utf-16-be", ","),
    ("utf-8", ","),
    ("utf-8", "\t"),
    ("cp1252", ","),
    ("utf-16", ";"),
]


@pytest.mark.parametrize(("encoding", "separator"), ENCODED)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_read_table_of_every_encoding_and_separator(encoding, separator, newline):
    lines = [
        "Titre|Municipalité|Montant",
        "Où aller, l’été|Métis|'=1",
        "",
        '"Deux|mots"|Les Méchins|"12,50"|',
    ]
    text = newline.join(lines).replace("|", separator)
    if separator == ",":
        text = text.replace("Où aller, l’été", "Où aller l’été")
    table = read_table("Liste.CSV", text.encode(encoding))
    first = "Où aller l’été" if separator == "," else "Où aller, l’été"
    assert table.headers == ["Titre", "Municipalité", "Montant"]
    assert table.rows == [
        Row(2, [first, "Métis", "=1"]),
        Row(4, [f"Deux{separator}mots", "Les Méchins", "12,50"]),
    ]


def test_read_table_numbers_lines_as_an_editor_does():
    table = read_table("a.csv", b'sep=;\r\n\r\na;b\r\n"x\r\ny";1\r\nz;\r\n')
    assert table.rows == [Row(4, ["x\r\ny", "1"]), Row(6, ["z", ""])]
    assert read_table("a.txt", b"seul\nun\n").rows == [Row(2, ["un"])]
    assert read_table("a.csv", b'a;b\n1;"x,y"\n' * 30).headers == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\xef\xbb\xbf", "empty"),
        ("a.csv", b";;\n;;\n", "empty"),
        ("a.xlsx", b"", "empty"),
        ("a.csv", b"a" * (MAX_BYTES + 1), "too_large"),
        ("a.pdf", b"%PDF", "extension"),
        ("sans-extension", b"a;b", "extension"),
        ("a.csv", b"PK\x03\x04", "signature"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1", "signature"),
        ("a.csv", b"a;\x81\x8d\n", "encoding"),
        ("a.csv", b"\xff\xfea", "encoding"),
        ("a.csv", b"a;b\nc;d\x00\n", "forbidden_character"),
        ("a.csv", b'a;b\n"c;d\n', "csv"),
        ("a.csv", b'a;b\n"c"x;d\n', "csv"),
        ("a.csv", b"a;b\n" + b"c" * 200_000 + b";d\n", "csv"),
        ("a.csv", b"a;b\n1;2;3\n", "no_header"),
        ("a.csv", b"a;b; A;a\n", "double_header"),
        ("a.csv", b"a;\x07\n", "forbidden_character"),
        ("a.csv", ";".join(f"c{n}" for n in range(201)).encode(), "too_many_columns"),
        ("a.csv", b"a;b\n" + b"1;2\n" * 20_001, "too_many_rows"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_format"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_format"),
        ("a.xlsx", b"du texte", "not_a_workbook"),
        ("a.xlsx", b"PK\x03\x04 coupe", "not_a_workbook"),
    ],
)
def test_read_table_refuses(name, content, code):
    assert code_of(name, content) == code


def test_read_table_says_where():
    assert refusal("a.csv", b"a;b\n1;2;3\n")[1] == "La cellule C2 n’est sous aucun titre de colonne"
    assert refusal("a.csv", b'a;b\n\n"c;d\n')[1] == "La ligne 3 n’est pas lisible. Vérifiez ses guillemets"
    assert refusal("a.csv", b"a;a\n")[1] == "Deux colonnes portent le titre «\xa0a\xa0». Renommez-en une"


def test_read_table_accepts_the_most_rows():
    assert len(read_table("a.csv", b"a;b\n" + b"1;2\n" * 20_000).rows) == 20_000


def workbook(fill):
    book = Workbook()
    fill(book.active)
    book.create_sheet("Autre").append(["ignoré"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(content, changes):
    """Return the workbook with some of its parts changed by `changes[name](bytes)`, new ones added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in [*source.namelist(), *(name for name in changes if name not in source.namelist())]:
            part = source.read(name) if name in source.namelist() else b""
            target.writestr(name, changes.get(name, lambda same: same)(part))
    return buffer.getvalue()


def simple(sheet):
    sheet.append(["Titre", "Montant"])
    sheet.append(["Cuisine", 5])


SHEET = "xl/worksheets/sheet1.xml"


def test_xlsx_written_has_real_types():
    content = xlsx_bytes("Initiatives: [2022]/" * 4, HEADERS, [ROW, ["0418", "a\x07b", date(1850, 1, 1)]])
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet.title == "Initiatives   2022  Initiatives"
    assert sheet.freeze_panes == "A2"
    assert [(cell.value, cell.data_type) for cell in sheet[2]] == [
        ("=A1", "s"),
        ('a;"b"\nc', "s"),
        (1234.5, "n"),
        (-5, "n"),
        (0.5, "n"),
        (datetime(2022, 4, 1), "d"),  # noqa: DTZ001 - what a workbook holds
        (datetime(2022, 4, 1, 14, 5, 9), "d"),  # noqa: DTZ001 - what a workbook holds
        (None, "n"),
        ("oui", "s"),
        ("non", "s"),
    ]
    assert [cell.value for cell in sheet[3]][:3] == ["0418", "ab", "1850-01-01"]
    assert sheet["A2"].number_format == "@"
    assert sheet["B1"].font.bold is True
    assert sheet["B1"].value == "@h2"


def test_xlsx_of_many_columns_and_no_name():
    content = xlsx_bytes("//", [f"c{number}" for number in range(60)], [])
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet.title == "Feuille 1"
    assert sheet.column_dimensions["BH"].width == 12
    naive = datetime(2022, 4, 1, 9, 5)  # noqa: DTZ001 - a naive moment stays as it is
    assert read_table("a.xlsx", xlsx_bytes("a", ["a"], [[naive]])).rows == [Row(2, [naive])]


def test_xlsx_read_back_is_what_was_written():
    rows = [
        [text, 12, Decimal("10.10"), date(2022, 4, 1)] for text in DANGEROUS + HARMLESS if "\r" not in text
    ]
    table = read_table("a.xlsx", xlsx_bytes("a", ["a", "b", "c", "d"], rows))
    assert table.headers == ["a", "b", "c", "d"]
    assert [row.cells for row in table.rows] == rows


def test_xlsx_read_as_people_send_it():
    def fill(sheet):
        sheet["B3"], sheet["C3"], sheet["D3"] = "Titre ", " Date", "Valeur"
        sheet["B5"], sheet["C5"], sheet["D5"] = "1 234,56 $", datetime(2022, 4, 1), 0.1 + 0.2  # noqa: DTZ001
        sheet["B6"], sheet["C6"], sheet["D6"] = True, clock(9, 5), 12.0
        sheet["B8"] = "   "
        sheet["C9"] = "fusion"
        sheet.merge_cells("C9:D9")
        sheet.row_dimensions[9].hidden = True

    table = read_table("a.xlsx", workbook(fill))
    assert table.headers == ["", "Titre", "Date", "Valeur"]
    assert table.rows == [
        Row(5, ["", "1 234,56 $", date(2022, 4, 1), Decimal("0.3")]),
        Row(6, ["", True, "09:05:00", 12]),
        Row(9, ["", "", "fusion", ""]),
    ]


def test_xlsx_formula_and_error_cells_are_refused_with_their_address():
    def formula(sheet):
        simple(sheet)
        sheet["B3"] = "=SUM(B2)"

    def error(sheet):
        simple(sheet)
        sheet["B3"] = "#REF!"

    assert refusal("a.xlsx", workbook(formula)) == (
        "formula",
        "La cellule B3 contient une formule. Remplacez-la par sa valeur",
    )
    assert refusal("a.xlsx", workbook(error)) == (
        "error_cell",
        "La cellule B3 contient une erreur (#REF!). Corrigez-la",
    )


def test_xlsx_too_wide_is_refused():
    def fill(sheet):
        simple(sheet)
        sheet["XFD3"] = 1
        sheet["GS3"] = 1

    assert code_of("a.xlsx", workbook(fill)) == "too_many_columns"


def test_xlsx_lying_about_its_size_is_read_quickly():
    started = time.monotonic()
    content = repacked(
        workbook(simple), {SHEET: lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')}
    )
    assert [row.cells for row in read_table("a.xlsx", content).rows] == [["Cuisine", 5]]
    content = repacked(workbook(simple), {SHEET: lambda xml: xml.replace(b'r="2"', b'r="1048576"')})
    assert [row.line for row in read_table("a.xlsx", content).rows] == [1_048_576]
    content = repacked(workbook(simple), {SHEET: lambda xml: xml.replace(b'r="2"', b'r="99999999999"')})
    assert code_of("a.xlsx", content) == "not_a_workbook"
    assert time.monotonic() - started < 5


def test_xlsx_archive_that_grows_is_refused():
    bomb = repacked(workbook(simple), {"xl/bomb.xml": lambda _: b" " * 8_000_000})
    assert refusal("a.xlsx", bomb) == ("zip_bomb", UNSAFE)
    entries = repacked(workbook(simple), {f"xl/{number}.xml": lambda _: b"" for number in range(2001)})
    assert code_of("a.xlsx", entries) == "zip_bomb"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"])
def test_xlsx_with_a_document_type_is_refused(part, encoding):
    xxe = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'.encode(encoding)
    assert refusal("a.xlsx", repacked(workbook(simple), {part: lambda _: xxe})) == ("unsafe_xml", UNSAFE)


def test_xlsx_in_an_encoding_that_could_hide_one_is_refused():
    content = repacked(workbook(simple), {SHEET: lambda xml: b'<?xml version="1.0" encoding="cp037"?>' + xml})
    assert code_of("a.xlsx", content) == "unsafe_xml"


def test_xlsx_with_a_drawing_in_its_media_is_read():
    content = repacked(workbook(simple), {"xl/media/a.svg": lambda _: b"<!DOCTYPE svg><svg/>"})
    assert len(read_table("a.xlsx", content).rows) == 1


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_xlsx_with_a_damaged_part_is_refused(part):
    assert refusal("a.xlsx", repacked(workbook(simple), {part: lambda xml: xml[: len(xml) // 2]})) == (
        "not_a_workbook",
        NOT_A_WORKBOOK,
    )


def test_archives_that_are_not_workbooks_are_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "bonjour")
    assert code_of("a.xlsx", buffer.getvalue()) == "not_a_workbook"
    whole = workbook(simple)
    assert code_of("a.xlsx", whole[: len(whole) // 2]) == "not_a_workbook"
    broken = bytearray(whole)
    broken[60:90] = bytes(30)
    assert code_of("a.xlsx", bytes(broken)) == "not_a_workbook"
