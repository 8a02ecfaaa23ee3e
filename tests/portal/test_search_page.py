"""The page « Chercher »: groups and their counts, help first, nothing found, and the words counted."""

import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.db import DatabaseError
from django.test import Client

from alliance.portal import missed_words
from alliance.portal.directory import build
from alliance.portal.figures import organizations
from alliance.portal.models import EquivalentWords, MissedWord
from alliance.portal.search.answer import Answer
from alliance.portal.selection import Selection
from initiatives.choices import State
from territories.models import Territory


@pytest.fixture(autouse=True)
def _nobody_counted_yet():
    missed_words.once.forget()


def page(get, query, **headers):
    return get(f"/recherche/?q={quote(query)}", **headers).content.decode()


def counts():
    return dict(MissedWord.objects.values_list("word", "count"))


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html).replace("\xa0", " ")).strip()


def heading(html):
    return plain(re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)[1])


def title(html):
    return plain(re.search(r"<title>(.*?)</title>", html, re.DOTALL)[1])


# Groups -------------------------------------------------------------------------------------------------------


def test_each_group_counts_the_list_that_it_leads_to(trio, get):
    visited, directory = 0, build(0)
    for text in ("mitis", "logement", "transport", "moisson", "mont", "frigo témiscouata", "mrc", "carte"):
        for group in Answer(directory, text).groups:
            if group.code == "initiatives":
                assert group.count == Selection(directory, words=text).count
                assert f"?q={quote(text.replace(' ', '+'), safe='+')}" in group.url
            elif group.code == "organisations":
                assert group.count == len(organizations(directory, words=text))
            elif group.code == "pages":
                assert (group.count, group.hidden) == (len(group.first), 0)
                assert {get(one.label.url).status_code for one in group.first} == {200}
                continue
            else:
                (whole,) = Answer(directory, text, group.code).groups
                assert (whole.count, whole.hidden) == (group.count, 0)
            assert get(group.url).status_code == 200
            visited += 1
    assert visited >= 12


def test_words_of_people_lead_to_the_theme_before_the_initiatives(trio, get):
    html = page(get, "bouffe")
    assert heading(html) == "Résultats"
    assert title(html).startswith("Résultats pour « bouffe »")
    assert html.index('id="themes"') < html.index('id="initiatives"')
    assert "/themes/alimentation/" in html


def test_equivalent_words_find_what_says_the_other_and_in_the_files_too(trio, get):
    before = page(get, "glacière")
    EquivalentWords.objects.create(words="glacière, libre-service")
    after = page(get, "glacière")
    assert heading(before) == "Aucun résultat"
    assert "/initiatives/frigo-libre-service-de-mont-joli/" in after
    assert "frigo-libre-service-de-mont-joli" in get("/initiatives/?q=glaci%C3%A8re").content.decode()


def test_help_comes_first_with_the_phone_of_the_place(trio, world, get):
    Territory.objects.filter(slug="la-mitis").update(contact_phone="418 555-0126", contact_name="Accueil")
    html = page(get, "mont-joli")
    assert html.index('href="tel:211"') < html.index('href="tel:+14185550126"') < html.index('id="lieux"')
    assert "Accueil" in html


def test_organizations_page_uses_the_same_words(trio, world, get):
    EquivalentWords.objects.create(words="manne, Moisson Mitis")
    html = get("/organisations/?q=manne").content.decode()
    assert "/organisations/moisson-mitis/" in html


# Nothing found --------------------------------------------------------------------------------------------------


def test_nothing_found_says_what_to_try_and_whom_to_call(trio, get):
    Territory.objects.filter(slug="la-mitis").update(contact_phone="418 555-0126")
    html = page(get, "zythologie")
    assert heading(html) == "Aucun résultat"
    assert title(html).startswith("Aucun résultat pour « zythologie »")
    assert "Nous avons cherché «\xa0zythologie\xa0»" in html.replace("&nbsp;", "\xa0")
    for address in ("tel:211", "tel:+14185550126", "/nous-joindre/", "/themes/", "/territoires/"):
        assert f'href="{address}"' in html, address
    assert html.count("tel:+14185550126") == 1


def test_place_among_unknown_words_gives_its_phone_and_not_the_list(trio, get):
    Territory.objects.update(contact_phone="418 555-0100")
    Territory.objects.filter(slug="la-mitis").update(contact_phone="418 555-0126")
    html = page(get, "zythologie Mont-Joli")
    assert heading(html) == "Aucun résultat"
    assert title(html).startswith("Aucun résultat pour « zythologie »")
    assert html.count("tel:+14185550126") == 1
    assert "tel:+14185550100" not in html


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("lojement", "logement"),
        ("transpor lojement", "transpor logement"),
        ("etudian mon-joli", ""),
        ("frigo témiscoutaa", "frigo Témiscouata"),
        ("qqqqqq", ""),
    ],
)
def test_near_spelling_is_proposed_for_the_wrong_words_only(trio, typed, proposed):
    assert Answer(build(0), typed).nearest == proposed


# Any text -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ("de la", "La recherche ne contient aucun mot à chercher"),
        ("%%%", "La recherche ne contient aucun mot à chercher"),
        ("a" * 100_000, "Seuls les 100 premiers caractères"),
        ("\x00", "La recherche contient un caractère non permis"),
        ("\ud800", ""),
        ("", ""),
        ("   ", ""),
        ("<script>alert(1)</script>", ""),
        ("' OR 1=1 --", ""),
        ("logement) AND", ""),
    ],
)
def test_any_query_is_answered_and_what_was_not_read_is_said(trio, get, query, notice):
    response = get(f"/recherche/?q={quote(query, errors='surrogatepass')}")
    assert response.status_code == 200
    html = response.content.decode()
    assert notice in html
    assert "<script>alert" not in html


def test_unknown_group_is_said_and_dropped(trio, get):
    html = get("/recherche/?q=frigo&dans=tout").content.decode()
    assert "La partie demandée des résultats n’existe pas" in html
    assert 'id="initiatives"' in html


def test_header_holds_the_search_everywhere_but_beside_the_big_box(trio, get):
    held = {
        path: 'class="site-search' in get(path).content.decode()
        for path in (
            "/",
            "/recherche/",
            "/recherche/?q=frigo",
            "/initiatives/",
            "/themes/",
            "/a-propos/",
            "/rien/",
        )
    }
    assert held == {
        "/": False,
        "/recherche/": False,
        "/recherche/?q=frigo": False,
        "/initiatives/": False,
        "/themes/": True,
        "/a-propos/": True,
        "/rien/": False,
    }
    assert 'action="/recherche/"' in get("/").content.decode()


# Words counted --------------------------------------------------------------------------------------------------


def test_unknown_word_is_counted_alone_and_folded(trio, get):
    page(get, "Zythologie pour Mont-Joli")
    assert counts() == {"zythologie": 1}


def test_known_words_and_found_searches_are_not_counted(trio, get):
    for query in ("frigo", "frigo logement", "mont-joli", "de la", ""):
        page(get, query)
    assert counts() == {}


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["jean.tremblay@exemple.invalid"], []),
        (["418-555-0100", "G5H1A1", "www.site.ca", "a/b"], []),
        (["Œuvrière", "ab", "x" * 31], ["oeuvriere"]),
        (["l’écureuil"], ["ecureuil"]),
        (["un", "deux", "trois", "quatre", "cinq", "six"], ["deux", "trois", "quatre", "cinq"]),
        (["東京", "😀"], []),
        (["jean.tremblay＠exemple.invalid", "jean＠exemple", "exemple．invalid", "exemple。invalid"], []),
        (["Ｇ５Ｈ１Ａ１", "tel４１８", "tel٤١٨", "rue②", "ｅｃｕｒｅｕｉｌ"], ["ecureuil"]),
    ],
)
def test_only_words_of_letters_are_kept(words, kept):
    assert missed_words.countable(words) == kept


def test_one_address_counts_a_word_once_and_few_words_in_all(trio, get):
    for _ in range(3):
        page(get, "zythologie")
    assert counts() == {"zythologie": 1}
    assert missed_words.count(["zythologie"], address="192.0.2.1") == 1
    assert counts() == {"zythologie": 2}
    letters = "abcdefghijklmnopqrstuvwxyz"
    sent = [f"zz{a}{b}" for a in letters for b in letters][:100]
    written = sum(missed_words.count([word], address="192.0.2.9") for word in sent)
    assert written == missed_words.MOST_A_DAY


def test_search_without_result_is_never_kept_nor_said_unchanged(trio, get):
    first = get("/recherche/?q=zythologie")
    assert "ETag" not in first
    missed_words.once.forget()
    assert get("/recherche/?q=zythologie", if_none_match='"x"').status_code == 200
    assert counts() == {"zythologie": 2}
    found = get("/recherche/?q=frigo")
    assert get("/recherche/?q=frigo", if_none_match=found["ETag"]).status_code == 304


def test_head_writes_nothing_and_does_not_stop_the_next_count(trio, get):
    Client().head("/recherche/?q=zythologie")
    assert counts() == {}
    page(get, "zythologie")
    assert counts() == {"zythologie": 1}


def test_failed_count_never_breaks_the_page(trio, get, monkeypatch):
    def fail(words, day):
        raise DatabaseError

    monkeypatch.setattr(missed_words, "_add", fail)
    assert get("/recherche/?q=zythologie").status_code == 200
    assert counts() == {}


def test_rarest_words_go_first_beyond_the_limit(db):
    day = date(2026, 6, 1)
    rows = [("rare", 1, 0), ("souvent", 9, 0), ("ancien", 2, 0), ("recent", 2, 5)]
    for word, count, days in rows:
        last = day + timedelta(days=days)
        MissedWord.objects.create(word=word, count=count, first_on=day, last_on=last)
    assert missed_words.trim(2) == 2
    assert counts() == {"souvent": 9, "recent": 2}


def test_counting_leaves_the_pages_of_everybody_fresh(trio, get):
    fresh = get("/initiatives/")
    page(get, "zythologie")
    assert get("/initiatives/", if_none_match=fresh["ETag"]).status_code == 304


# Admin ----------------------------------------------------------------------------------------------------------


def test_admin_shows_first_the_words_asked_another_day_too_and_leads_to_their_addition(world, client_for):
    day, later = date(2026, 6, 1), date(2026, 6, 2)
    for word, count, last in (("yourte", 3, later), ("igloo", 1, day), ("tipi", 90, day)):
        MissedWord.objects.create(word=word, count=count, first_on=day, last_on=last)
    client = client_for(world.coordination)
    shown = client.get("/admin/portal/missedword/").content.decode()
    assert "yourte" in shown
    assert ("igloo" in shown, "tipi" in shown) == (False, False)
    assert "Au moins deux jours différents" in shown
    assert "/admin/portal/equivalentwords/add/?words=yourte%2C+" in shown
    assert "igloo" in client.get("/admin/portal/missedword/?recherches=toutes").content.decode()
    assert client.get("/admin/portal/missedword/add/").status_code == 403
    form = client.get("/admin/portal/equivalentwords/add/?words=yourte%2C+").content.decode()
    assert "yourte, </textarea>" in form or "yourte," in form


def test_warm_search_asks_one_question_and_a_missed_one_two(trio, get, django_assert_max_num_queries):
    page(get, "frigo")
    with django_assert_max_num_queries(1):
        page(get, "logement")
    with django_assert_max_num_queries(
        4
    ):  # the version, and one statement between the marks of its transaction
        page(get, "zythologie")


def test_what_is_under_way_comes_before_what_is_over_among_equals(world, get):
    world.published(State.COMPLETED, title="Accueil des aînés")
    world.published(State.APPROVED, title="Sorties d’aînés")
    world.published(State.IN_PROGRESS, title="Visites aux aînés")
    world.published(State.COMPLETED, title="Aînés")
    page = get("/recherche/?q=aînés").content.decode()
    told = (">Aînés<", "Visites aux aînés", "Sorties d’aînés", "Accueil des aînés")
    assert sorted(told, key=page.index) == list(told)


def test_number_leads_to_its_initiative_even_when_another_one_quotes_it(world):
    ended = world.published(State.COMPLETED, title="Popote de quartier")
    world.published(State.IN_PROGRESS, title="Popote du quai", summary=f"Suite de {ended.number}.")
    (group,) = Answer(build(0), ended.number).groups
    assert ([row.title for row in group.first], group.is_exact) == (
        ["Popote de quartier", "Popote du quai"],
        True,
    )
