from datetime import date
from decimal import Decimal

from django.http import QueryDict

from alliance.portal import directory as memory
from alliance.portal.directory import build, current
from alliance.portal.figures import totals
from alliance.portal.filters import FACETS, SORTS, DirectoryFilter
from alliance.portal.models import EquivalentWords
from alliance.portal.selection import Selection
from initiatives import actions
from initiatives.choices import State
from initiatives.models import Initiative, ThemePastSlug
from initiatives.search import search


def ask(query, directory=None):
    return DirectoryFilter(QueryDict(query), directory=directory or build(0))


def titles(query):
    return [row.title for row in ask(query).selection.rows()]


FOOD, HOUSING, TRANSPORT = (
    "Frigo libre-service de Mont-Joli",
    "Logements d’étudiants",
    "Œuvre du transport collectif",
)


LISTS = (
    ("", [FOOD, HOUSING, TRANSPORT]),
    ("theme=alimentation", [FOOD, HOUSING]),
    ("theme=alimentation&theme=logement", [FOOD, HOUSING]),
    ("theme=logement&territoire=la-mitis", []),
    ("territoire=la-mitis", [FOOD, TRANSPORT]),
    ("territoire=temiscouata&territoire=les-basques", [HOUSING, TRANSPORT]),
    ("territoire=la-matanie", [TRANSPORT]),
    ("municipalite=mont-joli", [FOOD, TRANSPORT]),
    ("exercice=2025-2026", [FOOD, HOUSING, TRANSPORT]),
    ("exercice=2024-2025", []),
    ("etat=en-cours", [FOOD]),
    ("etat=prevue", [HOUSING, TRANSPORT]),
    ("etat=peut-etre-terminee", []),
    ("portee=regionale", [TRANSPORT]),
    ("portee=supralocale&portee=locale", [FOOD, HOUSING]),
    ("organisation=moisson-mitis", [FOOD, HOUSING]),
    ("source=fqis-alliances", [FOOD]),
    ("q=etudiants", [HOUSING]),
    ("q=OEUVRE", [TRANSPORT]),
    ("q=bouffe&territoire=la-mitis", [FOOD]),
    ("THEME=x&theme__slug=logement&auteur__password=a&utm_source=b", [FOOD, HOUSING, TRANSPORT]),
    ("theme=ALIMENTATION", [FOOD, HOUSING]),
)


def test_list_keeps_what_the_address_asks(trio):
    assert [(query, titles(query)) for query, _ in LISTS] == list(LISTS)


def test_period_that_ends_turns_the_state_the_next_day_without_any_write(trio, rf, monkeypatch):
    def on(day):
        for place in ("still", "directory"):
            monkeypatch.setattr(f"alliance.portal.{place}.today", lambda: day)
        directory = current(rf.get("/"))
        return [row.title for row in ask("etat=peut-etre-terminee", directory).selection.rows()]

    assert on(date(2026, 2, 28)) == []
    assert len(on(date(2026, 3, 1))) == 3


def test_count_beside_each_choice_is_the_list_it_leads_to(trio):
    visited, directory = 0, build(0)
    for base in ("", "theme=alimentation", "territoire=la-mitis&etat=en-cours", "q=frigo"):
        asked = ask(base, directory)
        for parameter in FACETS:
            others = [(name, value) for name, value in asked.pairs() if name != parameter]
            for choice in asked.choices(parameter):
                query = "&".join(f"{name}={value}" for name, value in [*others, (parameter, choice.value)])
                assert choice.count == ask(query, directory).selection.count, (base, parameter, choice)
                visited += 1
    assert visited == 4 * (3 + 8 + 4 + 3 + 4 + 3 + 2 + 2)


def test_filters_give_what_the_database_gives(trio):
    found = ask("theme=alimentation&theme=logement&exercice=2025-2026&organisation=moisson-mitis").selection
    rows = Initiative.objects.published().filter(
        themes__slug__in=["alimentation", "logement"],
        fiscal_years__label="2025-2026",
        partnerships__organization__slug="moisson-mitis",
    )
    assert found.count == rows.distinct().count() == 2
    assert rows.count() == 3  # the join counts one of them twice, the list never does


def test_private_states_are_not_in_the_directory(world):
    for state in State:
        world.initiative(state)
    withdrawn = world.published()
    actions.unpublish(initiative=withdrawn, by=world.coordination)
    assert build(0).rows == ()


def test_totals_add_known_amounts_and_tell_the_unknown_ones(trio):
    sums = totals(Selection(build(0)))
    assert (sums.initiatives, sums.dollars, sums.unknown, sums.regional) == (3, Decimal("12500.50"), 2, 1)
    assert sums.sentence == "3 initiatives · 12\xa0500,50\xa0$ du FQIS (montants connus)"


def test_sorts(trio):
    first = {order: Selection(build(0)).rows(order)[0].title for order in SORTS}
    assert first == {
        "actuel": FOOD,
        "titre": FOOD,
        "recent": TRANSPORT,
        "montant": FOOD,
        "debut": FOOD,
        "mrc": HOUSING,
    }


def test_list_begins_with_what_is_under_way(trio, world, get):
    actions.start(initiative=trio[2], by=world.coordination)
    page = get("/initiatives/").content.decode()
    assert sorted((TRANSPORT, FOOD, HOUSING), key=page.index) == [FOOD, TRANSPORT, HOUSING]


QUERIES = [
    "frigo",
    "Frigo",
    "FRIGO",
    "frigos",
    "frig",
    "bouffe",
    "étudiant",
    "étudiants",
    "etudiants",
    "oeuvre",
    "œuvre",
    "Œuvres",
    "logement",
    "logements",
    "log",
    "transport",
    "collectif",
    "l’étudiant",
    "l'étudiant",
    "mont-joli",
    "montjoli",
    "Mitis",
    "mitis",
    "témiscouata",
    "moisson",
    "grandes-marées",
    "marees",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "le",
    "xyz",
    "(a+)+$",
    "🙂",
    "toute",
    "région",
    "BSL-2025-001",
    "2025",
    "st-eloi",
    "panier",
]


def test_index_and_database_search_answer_alike(trio):
    EquivalentWords.objects.create(words="glacière, libre-service, garde-manger commun")
    EquivalentWords.objects.create(words="cégépien, étudiant, jeune adulte")
    equivalent = [
        "glaciere",
        "Garde-manger commun",
        "commun manger garde",
        "cégépiens",
        "jeune adulte",
        "adulte",
    ]
    phrases = [
        *QUERIES,
        *equivalent,
        "mont joli frigo",
        "œuvre du transport",
        "frigo transport",
        "bsl 2025 1",
        "",
    ]
    directory, published = build(0), Initiative.objects.published().order_by("sort_key")
    words = directory.labels.equivalents
    found = {phrase: [row.title for row in Selection(directory, words=phrase).rows()] for phrase in phrases}
    assert found == {phrase: [one.title for one in search(published, phrase, words)] for phrase in phrases}
    assert len({tuple(rows) for rows in found.values()}) > 4
    assert [found[phrase] for phrase in equivalent] == [[FOOD]] * 3 + [[HOUSING]] * 2 + [[]]


def test_search_finds_only_published(world):
    world.initiative(title="Zythologie secrète")
    assert Selection(build(0), words="zythologie").count == 0


def test_near_word_is_proposed(trio, get):
    assert Selection(build(0), words="lojement").nearest_words() == "logement"
    answer = get("/initiatives/?q=lojement").content.decode()
    assert "Aucune initiative ne correspond à ces filtres" in answer
    assert 'Vouliez-vous dire <a href="/initiatives/?q=logement">logement</a>?' in answer


def test_old_theme_address_still_filters(trio, world):
    ThemePastSlug.objects.create(slug="bouffe", theme=world.themes["alimentation"])
    asked = ask("theme=bouffe")
    assert (asked.selection.count, asked.problems, asked.pairs()) == (2, [], [("theme", "alimentation")])


def test_page_follows_each_commit(trio, world, get):
    first = get("/initiatives/")
    assert first.status_code == 200
    assert get("/initiatives/", if_none_match=first["ETag"]).status_code == 304
    world.published(title="Arrivée de dernière minute")
    again = get("/initiatives/", if_none_match=first["ETag"])
    assert again.status_code == 200
    assert "Arrivée de dernière minute" in again.content.decode()


def test_change_between_the_two_readings_is_read_again(trio, world, monkeypatch):
    from alliance.portal import labels  # noqa: PLC0415

    read, calls = labels.read, []

    def interrupted():
        answer = read()
        if not calls:
            world.published(title="Entre deux lectures")
        calls.append(answer)
        return answer

    monkeypatch.setattr(labels, "read", interrupted)
    assert [row.title for row in build(0).rows][0] == "Entre deux lectures"
    assert len(calls) == 2


def test_snapshot_is_reused_while_nothing_changes(trio, get, django_assert_num_queries):
    memory.forget()
    with django_assert_num_queries(3):
        get("/initiatives/")
    with django_assert_num_queries(1):
        get("/initiatives/?theme=logement")


def test_list_of_21_has_two_pages(world, get):
    world.many(21, title="Initiative numéro")
    assert "Initiative numéro 19" in get("/initiatives/").content.decode()
    last = get("/initiatives/?page=2").content.decode()
    assert last.count('class="card-title"') == 1
    assert get("/initiatives/?page=99").content.decode().count('class="card-title"') == 1
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last
    assert 'href="http://127.0.0.1:8000/initiatives/?page=2"' in last
