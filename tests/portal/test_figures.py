"""The register of « Chiffres »: a figure and the rows it opens are the same thing, on the page and in the file."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from django.db.models import Sum

from alliance.lib.text import fold
from alliance.portal.directory import build
from alliance.portal.figures import register
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.matrix import Matrix
from funding.choices import ContributionKind
from funding.models import Contribution
from initiatives.choices import PartnerRole, Scope, State
from initiatives.models import Initiative
from tests.portal.random_directory import PLACES, THEMES, YEARS, draw
from tests.portal.test_bad_addresses import BAD

D = Decimal
CHOICES = [
    {},
    {"exercice": YEARS[:1]},
    {"territoire": PLACES[5:7]},
    {"theme": THEMES[1:2]},
    {"exercice": YEARS[1:], "territoire": PLACES[:3], "theme": THEMES[:3]},
]
PAGES = (
    "/chiffres/",
    "/chiffres/exercices/",
    "/chiffres/matrice/",
    "/chiffres/matrice/lignes/",
    "/chiffres/levier/",
    "/chiffres/annonces/",
    *(f"/chiffres/{code}/" for code in register.ENTRIES if code != "levier"),
)
FILES = (*(f"/chiffres/{code}.csv" for code in register.ENTRIES), "/chiffres/matrice/lignes.csv")


# Figures and rows -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("chosen", CHOICES)
def test_every_figure_is_the_total_of_its_rows(seed, chosen):
    choice = Choice.of(draw(seed), **chosen)
    visited = 0
    for entry in register.ENTRIES.values():
        table, value = entry.table(choice), entry.value(choice).amount
        if table.records and entry.code != "levier":
            assert value == table.value, entry.code
        else:
            assert value in (0, None, table.total[-1]), entry.code
        column = [record.cells[-1] for record in table.records]
        if table.total[-1] is not None and entry.code != "levier":
            assert sum(column) == table.total[-1], entry.code
        visited += 1
    assert visited == 19


def test_each_definition_is_one_sentence_and_each_figure_has_its_group():
    for entry in register.ENTRIES.values():
        assert (entry.definition[-1], entry.definition.count(". ")) == (".", 0), entry.code
        assert entry.group in register.GROUPS
        assert fold(entry.code) == entry.code


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("chosen", CHOICES)
def test_parts_of_a_figure_make_the_whole(seed, chosen):
    choice = Choice.of(draw(seed), **chosen)
    value = {code: register.value(code, choice) or 0 for code in register.ENTRIES}
    assert value["nouvelles"] + value["prolongees"] == value["initiatives"]
    natures = ("contributions-argent", "contributions-biens", "contributions-heures")
    assert sum(value[code] for code in natures) == value["contributions"]
    assert value["contributions-confirmees"] + value["contributions-annoncees"] == value["contributions"]
    everything = value["fqis-accorde"] + value["autres-sources"] + value["contributions"]
    assert everything == value["cout-total"]


@pytest.mark.django_db
def test_money_of_the_lines_adds_up_over_years_places_and_themes():
    directory = draw(3, size=60)
    whole = register.value("fqis-accorde", Choice.of(directory))
    regional = Matrix(Choice.of(directory)).totals[8].dollars
    for parameter, values, apart in (
        ("exercice", YEARS, 0),
        ("theme", THEMES, 0),
        ("territoire", PLACES, regional),
    ):
        parts = [register.value("fqis-accorde", Choice.of(directory, **{parameter: [one]})) for one in values]
        assert sum(part or 0 for part in parts) + apart == whole, parameter


# Naive traps: what a sum over joins would say (measured: 2 500, 8 500, 4 500 dollars instead of 1 500) ---------


@pytest.fixture
def trap(world):
    """Two initiatives worth 1 500 $ of FQIS and 600 $ of partners; the first has two MRCs and two themes."""
    two = [world.territories["la-mitis"], world.territories["temiscouata"]]
    first = world.published(
        scope=Scope.SUPRALOCAL,
        territories=two,
        municipalities=[],
        themes=[world.themes["alimentation"], world.themes["logement"]],
        by=world.second_coordination,
    )
    world.award(first, "600", world.lines["la-mitis"])
    world.award(first, "400", world.lines["temiscouata"])
    second = world.published(award="500")
    for initiative, amount in ((first, 100), (first, 200), (second, 300)):
        Contribution.objects.create(initiative=initiative, kind=ContributionKind.CASH, amount=amount)
    return world


def test_two_mrcs_asked_for_count_each_dollar_once(trap):
    choice = Choice.of(build(0), territoire=["la-mitis", "temiscouata"])
    assert (register.value("fqis-accorde", choice), register.value("initiatives", choice)) == (1500, 2)
    joined = Initiative.objects.filter(territories__slug__in=["la-mitis", "temiscouata"])
    assert joined.aggregate(naive=Sum("commitments__movements__amount"))["naive"] == 2500


def test_themes_and_contributions_together_count_each_dollar_once(trap):
    choice = Choice.of(build(0), theme=["alimentation", "logement"], territoire=["la-mitis", "temiscouata"])
    assert [register.value(code, choice) for code in ("fqis-accorde", "contributions", "cout-total")] == [
        1500,
        600,
        2100,
    ]
    joined = Initiative.objects.filter(themes__slug__in=["alimentation", "logement"])
    naive = joined.aggregate(
        fqis=Sum("commitments__movements__amount"), partners=Sum("contributions__amount")
    )
    assert naive["fqis"] > 1500 < naive["partners"] * 3


def test_two_sums_without_any_filter_count_each_dollar_once(trap):
    choice = Choice.of(build(0))
    assert [register.value(code, choice) for code in ("fqis-accorde", "contributions")] == [1500, 600]
    naive = Initiative.objects.aggregate(
        fqis=Sum("commitments__movements__amount"), partners=Sum("contributions__amount")
    )
    assert (naive["fqis"], naive["partners"]) == (2500, 900)


def test_theme_by_mrc_cells_add_up_to_the_truth(trap):
    matrix = Matrix(Choice.of(build(0)))
    assert sum(cell.dollars for line in matrix.lines for cell in line.cells) == 1500
    naive = Initiative.objects.values("themes__slug", "territories__slug").annotate(
        dollars=Sum("commitments__movements__amount")
    )
    assert sum(row["dollars"] for row in naive) == 4500


# Pages and files ----------------------------------------------------------------------------------------------


def test_every_page_opens_and_says_its_date(trap, get):
    for path in PAGES:
        answer = get(path)
        assert answer.status_code == 200, path
        assert "Données du " in answer.content.decode(), path
    assert len(PAGES) == 24


def test_register_links_to_the_directory_when_it_says_the_same(trap, get):
    page = get("/chiffres/?territoire=temiscouata").content.decode()
    assert 'href="/initiatives/?territoire=temiscouata"' in page
    assert 'href="/chiffres/fqis-accorde/?territoire=temiscouata"' in page
    assert 'href="/chiffres/organisations/?territoire=temiscouata"' in page
    shown = get("/chiffres/fqis-accorde/?territoire=temiscouata").content.decode()
    assert "<strong>400\xa0$</strong>" in shown
    assert shown.count("<tr>") == 1 + 1 + 1  # titles, one row, total


def test_file_holds_the_rows_of_the_page(trap, get):
    answer = get("/chiffres/fqis-accorde.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="fqis-accorde.csv"'
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    amounts = [D(row["Montant accordé"].replace(",", ".")) for row in rows]
    assert (sorted(amounts), sum(amounts)) == ([400, 500, 600], 1500)


def test_page_names_what_it_drops(trap, get):
    page = get("/chiffres/?exercice=2099-2100&organisation=moisson-mitis&utm=x").content.decode()
    assert "L’exercice «\xa02099-2100\xa0» n’est pas dans le répertoire\xa0: ce filtre a été ignoré." in page
    assert "L’organisation ne filtre pas cette page\xa0: ce choix a été ignoré." in page
    page = get("/chiffres/levier/?definition=magie").content.decode()
    assert "La définition «\xa0magie\xa0» n’existe pas\xa0: ce choix a été ignoré." in page
    page = get("/chiffres/matrice/lignes/?ligne=atlantide").content.decode()
    assert "La ligne «\xa0atlantide\xa0» n’est pas dans le répertoire" in page


@pytest.mark.parametrize(
    "query",
    ["exercice=2099-2100", "organisation=moisson-mitis", "inconnu=1", "mesure=euros", "definition=magie"],
)
def test_file_refuses_what_it_does_not_understand(trap, get, query):
    for path in FILES:
        answer = get(f"{path}?{query}")
        assert answer.status_code == 400, path
        assert "notice-warning" in answer.content.decode()
    assert len(FILES) == 20


@pytest.mark.parametrize("query", BAD)
def test_bad_addresses_never_break_a_page(trap, get, query):
    for path in ("/chiffres/", "/chiffres/matrice/lignes/", "/chiffres/levier/", "/chiffres/cout-total/"):
        assert get(f"{path}?{query}").status_code in (200, 400), path
    assert get(f"/chiffres/levier.csv?{query}").status_code in (200, 400)


def test_unknown_code_is_not_found(world, get):
    assert [get(f"/chiffres/{code}").status_code for code in ("magie/", "magie.csv")] == [404, 404]


def test_long_tables_are_cut_and_keep_their_total(trap, get, monkeypatch):
    monkeypatch.setattr("alliance.portal.views.figures._PER_PAGE", 2)
    for page, rows in ((1, 2), (2, 1)):
        shown = get(f"/chiffres/fqis-accorde/?page={page}").content.decode()
        assert shown.count('<th scope="row">') == rows + 1
        assert "Total de toutes les pages" in shown
        assert "1\xa0500\xa0$</td></tr></tfoot>" in shown
    assert "la dernière, la page 2, est affichée" in get("/chiffres/fqis-accorde/?page=9").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_questions_do_not_grow_with_the_rows(world, get, django_assert_num_queries, rows):
    for _ in range(rows):
        initiative = world.published(
            State.IN_PROGRESS, award="500", partners=[(world.cdc, PartnerRole.LEAD, "")]
        )
        Contribution.objects.create(initiative=initiative, kind=ContributionKind.CASH, amount=5)
    get("/")  # reads the directory
    own = {"/chiffres/": 2, "/chiffres/exercices/": 2, "/chiffres/levier/": 2, "/chiffres/annonces/": 2}
    own["/chiffres/fqis-affecte/"] = 2  # the data's version, then the lines or the announced figures
    for path in PAGES:
        with django_assert_num_queries(own.get(path, 1)):
            get(path)


def test_by_year_tells_new_and_renewed_apart(world, get):
    first = world.published(award="1000")
    Contribution.objects.create(
        initiative=first, kind=ContributionKind.CASH, amount=250, fiscal_year=world.years["2025-2026"]
    )
    page = get("/chiffres/exercices/").content.decode()
    row = page.split('<th scope="row">2025-2026</th>')[1].split("</tr>")[0]
    for said in (
        ">1</a>",
        ">0</a>",
        ">60\xa0000\xa0$</a>",
        ">1\xa0000\xa0$</a>",
        ">250\xa0$</a>",
        ">0,25\xa0$</a>",
    ):
        assert said in row
