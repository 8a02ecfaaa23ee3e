"""The list as files: same rows, same order, same amounts as the page, in every format, and a reason when refused."""

import csv
import io
import json
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from alliance.lib.dates import today
from alliance.portal import directory as memory
from alliance.portal.directory import build
from alliance.portal.figures import totals
from alliance.portal.lists import about, atom, files, initiatives
from alliance.portal.lists import page as lists
from funding import ledger
from initiatives.choices import PartnerRole, State
from initiatives.models import ThemePastSlug
from tests.portal.varied_directory import ask, dice_of, random_query, varied

ATOM = "{http://www.w3.org/2005/Atom}"
KINDS = ("csv", "xlsx", "json", "atom")


def content(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def written(asked, kind, **how):
    card = about.of_list(asked, address="/initiatives.x", page="/initiatives/")
    return content(files.response(initiatives.table_of(asked.selection, asked.sort), card, kind, **how))


def read_csv(data, separator=","):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator))


def read_xlsx(data):
    book = load_workbook(io.BytesIO(data))
    head, *rows = book.worksheets[0].iter_rows()
    return [{name.value: cell for name, cell in zip(head, row, strict=True)} for row in rows], book


def pages_of(asked):
    """Return the rows of every page of the list, in the order of the pages."""
    first, _notice = lists._cards(asked, "1")
    numbers = first["page"].paginator.page_range
    return [row for number in numbers for row in lists._cards(asked, str(number))[0]["page"]]


def parsed(text):
    return ElementTree.fromstring(text)  # noqa: S314 - our own text


def dollars(text, comma=False):
    if text in ("", None):
        return None
    return Decimal(str(text).replace(",", ".") if comma else str(text))


def test_page_csv_xlsx_and_json_say_the_same_on_random_filters():
    """Numbers, order, amounts and sums, unknown amounts apart, on random filters over random directories."""
    compared = rows_seen = unknown = 0
    for seed in range(8):
        directory, dice = varied(seed), dice_of(seed)
        for _ in range(3):
            query = random_query(dice, directory)
            asked = ask(
                f"{query}&tri={dice.choice(('actuel', 'titre', 'montant', 'mrc', 'debut', 'recent'))}",
                directory,
            )
            page = pages_of(asked)
            expected = [(row.number, row.amount) for row in page]
            opened, excel = read_csv(written(asked, "csv")), read_csv(written(asked, "csv", excel=True), ";")
            sheet, _book = read_xlsx(written(asked, "xlsx"))
            told = json.loads(written(asked, "json"), parse_float=Decimal)
            found = {
                "csv": [(row["numero"], dollars(row["montant"])) for row in opened],
                "excel": [(row["numero"], dollars(row["montant"], comma=True)) for row in excel],
                "xlsx": [(row["numero"].value, dollars(row["montant"].value)) for row in sheet],
                "json": [(row["numero"], row["montant"]) for row in told["initiatives"]],
            }
            assert found == dict.fromkeys(found, expected), (seed, query)
            sums = totals(asked.selection)
            counted = [dollars(row["montant_compte"]) for row in opened]
            assert ledger.total(one for one in counted if one is not None) == sums.dollars
            assert counted.count(None) == sums.unknown == told["initiatives_sans_montant_publie"]
            assert told["lignes"] == len(page) == sums.initiatives
            compared, rows_seen, unknown = compared + 1, rows_seen + len(page), unknown + sums.unknown
    assert (compared, rows_seen > 150, unknown > 20) == (24, True, True)


def test_unknown_is_empty_and_zero_is_zero(trio, get):
    rows = {row["titre"]: row for row in read_csv(get("/initiatives.csv?territoire=la-mitis").content)}
    assert [(rows[title]["montant"], rows[title]["montant_compte"]) for title in sorted(rows)] == [
        ("12500.50", "12500.50"),
        ("", ""),
    ]
    other_line = read_csv(get("/initiatives.csv?territoire=la-matanie").content)
    assert [row["montant_compte"] for row in other_line] == [""]  # region-wide, no amount published
    told = json.loads(get("/initiatives.json?theme=transport").content)
    assert [
        told["initiatives"][0][name] for name in ("montant", "montant_compte", "personnes_jointes", "mrc")
    ] == [None] * 4
    assert told["total_montant_compte"] is None


def test_open_csv_and_csv_for_excel_are_written_as_promised(trio, get):
    opened, excel = get("/initiatives.csv"), get("/initiatives.csv?format=excel")
    assert opened.content.startswith(b"numero,titre,resume,etat,")
    assert excel.content.startswith("\ufeffnumero;titre;".encode())
    assert b",12500.50," in opened.content
    assert b";12500,50;" in excel.content
    assert [one["Content-Disposition"] for one in (opened, excel)] == [
        'attachment; filename="initiatives.csv"',
        'attachment; filename="initiatives-excel.csv"',
    ]
    assert opened["Content-Type"] == "text/csv; charset=utf-8"
    assert opened["Link"] == f'<{about.LICENCE_URL}>; rel="license", </donnees/>; rel="describedby"'


def test_hostile_titles_are_never_formulas():
    asked = ask("", varied(1))
    titles = [row.title for row in asked.selection.rows()]
    hostile = [title for title in titles if title[0] in "=+-@"]
    assert len(hostile) > 5
    for row, title in zip(read_csv(written(asked, "csv")), titles, strict=True):
        assert row["titre"] == (f"'{title}" if title in hostile else title)
    sheet, _book = read_xlsx(written(asked, "xlsx"))
    assert [(row["titre"].value, row["titre"].data_type) for row in sheet] == [
        (title, "s") for title in titles
    ]
    told = json.loads(written(asked, "json"))["initiatives"]
    assert [row["titre"] for row in told] == titles
    feed = atom.feed(
        asked.selection.rows(), title="=x", address="https://a.example/f", page="https://a.example/"
    )
    assert {entry.findtext(f"{ATOM}title") for entry in parsed(feed).iter(f"{ATOM}entry")} == set(titles)


def test_workbook_says_what_it_holds(trio, get):
    answer = get("/initiatives.xlsx?theme=alimentation")
    rows, book = read_xlsx(answer.content)
    assert book.sheetnames == ["Initiatives", "Dictionnaire", "À lire"]
    card = dict(book["À lire"].iter_rows(min_row=2, values_only=True))
    assert card["filtre"] == "thème Alimentation"
    assert card["adresse"] == "http://127.0.0.1:8000/initiatives.xlsx?theme=alimentation"
    assert card["page"] == "http://127.0.0.1:8000/initiatives/?theme=alimentation"
    assert card["licence"] == about.LICENCE
    meanings = list(book["Dictionnaire"].iter_rows(min_row=2, values_only=True))
    assert [name for name, _kind, _meaning in meanings] == list(rows[0])
    assert all(kind and meaning for _name, kind, meaning in meanings)


def test_json_carries_its_definition_licence_day_and_filter(trio, get):
    answer = get("/initiatives.json?theme=alimentation&q=frigo&tri=montant")
    told = json.loads(answer.content)
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert told["titre"] == "Initiatives (recherche «\xa0frigo\xa0»; thème Alimentation)"
    assert told["filtre"] == "recherche «\xa0frigo\xa0»; thème Alimentation"
    assert told["adresse"] == "http://127.0.0.1:8000/initiatives.json?q=frigo&theme=alimentation&tri=montant"
    assert told["date_des_donnees"] == today().isoformat()
    assert told["definition"] == about.DEFINITION
    assert told["licence"] == about.LICENCE
    assert [one["nom"] for one in told["colonnes"]] == list(told["initiatives"][0])
    assert json.loads(get("/initiatives.json?theme=logement&portee=locale").content)["initiatives"] == []


def test_feed_is_valid_atom_with_permanent_ids(trio, get):
    answer = get("/initiatives.atom?theme=alimentation")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = parsed(answer.content)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "alternate": "http://127.0.0.1:8000/initiatives/?theme=alimentation",
        "self": "http://127.0.0.1:8000/initiatives.atom?theme=alimentation",
    }
    assert feed.findtext(f"{ATOM}title") == f"Initiatives (thème Alimentation) – {about.NAME}"
    assert feed.findtext(f"{ATOM}id") == "tag:127.0.0.1,2017-12-10:initiatives.atom?theme=alimentation"
    assert feed.find(f"{ATOM}author").findtext(f"{ATOM}name") == about.NAME
    entries = feed.findall(f"{ATOM}entry")
    rows = ask("theme=alimentation", build(0)).selection.rows("recent")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"tag:127.0.0.1,2017-12-10:initiatives/{row.number}" for row in rows
    ]
    assert [entry.findtext(f"{ATOM}updated") for entry in entries] == [
        row.published_at.isoformat() for row in rows
    ]
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    assert [entry.find(f"{ATOM}link").get("href") for entry in entries] == [
        f"http://127.0.0.1:8000{row.url}" for row in rows
    ]


def test_feed_of_nothing_is_still_valid_and_does_not_move(trio, get):
    feed = parsed(get("/initiatives.atom?theme=logement&portee=locale").content)
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated") == "2017-12-10T00:00:00+00:00"


def test_feed_holds_the_last_fifty():
    rows = varied(2, size=60).rows
    feed = parsed(atom.feed(list(rows), title="x", address="https://a.example/f", page="https://a.example/"))
    assert len(feed.findall(f"{ATOM}entry")) == atom.MOST_ENTRIES == 50


REFUSED = (
    ("theme=zzz", "Le thème «\xa0zzz\xa0» n’est pas dans le répertoire"),
    ("tri=hasard", "L’ordre demandé n’existe pas"),
    ("couleur=bleu", "Le paramètre «\xa0couleur\xa0» n’existe pas."),
    ("page=2", "Le paramètre «\xa0page\xa0» n’existe pas."),
    ("q=%00", "La recherche contient un caractère non permis"),
    ("auteur__password__startswith=p", "Le paramètre «\xa0auteur__password__startswith\xa0» n’existe pas."),
    ("format=pdf", "Le format demandé n’existe pas"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_file_that_is_not_understood_is_refused_with_the_reason(trio, get, kind):
    answers = {query: get(f"/initiatives.{kind}?{query}") for query, _reason in REFUSED}
    assert {answer.status_code for answer in answers.values()} == {400}
    for query, reason in REFUSED:
        assert reason in answers[query].content.decode(), query
    assert get(f"/initiatives.{kind}?format=excel").status_code == (200 if kind == "csv" else 400)
    assert get(f"/initiatives.{kind}?vue=tableau").status_code == 200


def test_unknown_kind_of_file_is_not_found(trio, get):
    assert [
        get(path).status_code
        for path in ("/initiatives.pdf", "/initiatives.exe", "/donnees/x.csv", "/donnees/themes.atom")
    ] == [404] * 4


def test_old_theme_leads_on_in_files_too(trio, world, get):
    ThemePastSlug.objects.create(slug="bouffe", theme=world.themes["alimentation"])
    assert get("/initiatives.csv?theme=bouffe").content == get("/initiatives.csv?theme=alimentation").content


def test_private_initiatives_are_in_no_file(world, get):
    for state in State:
        world.initiative(state, title=f"Zythologie {state}")
    for kind in KINDS:
        assert b"Zythologie" not in get(f"/initiatives.{kind}").content
    assert read_csv(get("/initiatives.csv").content) == []


def test_page_names_its_files_in_its_head(trio, get):
    page = get("/initiatives/?theme=logement&vue=tableau").content.decode()
    for kind in KINDS:
        assert f'href="/initiatives.{kind}?theme=logement">' in page
    assert page.count('<link rel="alternate"') == 4


def test_file_answers_304_until_something_changes(trio, world, get):
    for kind in KINDS:
        first = get(f"/initiatives.{kind}")
        assert get(f"/initiatives.{kind}", if_none_match=first["ETag"]).status_code == 304
    first = get("/initiatives.csv")
    world.published(title="Arrivée")
    again = get("/initiatives.csv", if_none_match=first["ETag"])
    assert (again.status_code, "Arrivée" in again.content.decode()) == (200, True)


def test_long_file_is_sent_piece_by_piece_and_whole(monkeypatch):
    asked = ask("", varied(4))
    whole = {kind: written(asked, kind) for kind in ("csv", "json")}
    monkeypatch.setattr(files, "_WHOLE", 10)
    monkeypatch.setattr(files, "_AT_ONCE", 7)
    card = about.of_list(asked, address="/initiatives.x", page="/initiatives/")
    for kind, expected in whole.items():
        sent = files.response(initiatives.table_of(asked.selection), card, kind)
        assert sent.streaming
        pieces = list(sent.streaming_content)
        assert (len(pieces) > 4, b"".join(pieces)) == (True, expected)


@pytest.mark.parametrize("rows", [1, 3])
def test_each_file_takes_three_queries(world, get, django_assert_num_queries, rows):
    for number in range(rows):
        world.published(
            title=f"Initiative {number}", award="500", partners=[(world.cdc, PartnerRole.LEAD, "")]
        )
    for kind in KINDS:
        memory.forget()
        with django_assert_num_queries(3):
            assert get(f"/initiatives.{kind}?tri=mrc").status_code == 200
        with django_assert_num_queries(1):
            assert get(f"/initiatives.{kind}?tri=debut").status_code == 200
