"""The list carried on other sites: what it shows, what lets it be framed (it alone), and how little it weighs."""

import gzip
import html
import re
from pathlib import Path

import html5lib
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import QueryDict

from alliance.portal import directory as memory
from alliance.portal import embedding
from alliance.portal.directory import build
from initiatives import actions
from initiatives.models import Initiative
from tests.test_headers import CSP, HEADERS

pytestmark = pytest.mark.django_db
PAGE, BLOCK = "/integrer/", "/integrer/initiatives/"


def content_of(get, path):
    response = get(path)
    assert response.status_code == 200, path
    html5lib.HTMLParser(strict=True).parse(response.content.decode())
    return response.content.decode()


def titles(page):
    return re.findall(r'<li><a href="/initiatives/[^"]+" target="_blank" rel="noopener">([^<]+)<', page)


def policy_of(response):
    return sorted(response["Content-Security-Policy"].split("; "))


def policy(*, without, added):
    return sorted({*CSP.split("; "), *added} - set(without))


# Headers --------------------------------------------------------------------------------------------------------

BLOCK_POLICY = policy(
    without=["frame-ancestors 'none'", "script-src 'self'"], added=["frame-ancestors *", "script-src 'none'"]
)
PAGE_POLICY = policy(without=[], added=["frame-src 'self'"])


@pytest.mark.parametrize(("path", "expected"), [(BLOCK, BLOCK_POLICY), (PAGE, PAGE_POLICY)])
def test_each_answer_has_exactly_its_policy(world, get, path, expected):
    first, kept = get(path), get(path)  # the second one is what the process kept
    unchanged = get(path, **{"if-none-match": first["ETag"]})
    refused = get(f"{path}?nombre=12&magie=1")
    assert [answer.status_code for answer in (first, kept, unchanged, refused)] == [200, 200, 304, 200]
    for answer in (first, kept, unchanged, refused):
        assert policy_of(answer) == expected
        others = {name: value for name, value in HEADERS.items() if name != "X-Frame-Options"}
        assert {name: answer[name] for name in others} == others
        assert answer.get("X-Frame-Options") == (None if path == BLOCK else "DENY")


def test_no_other_address_lets_itself_be_framed(trio, get):
    memory.forget()
    addresses = [
        "/",
        "/initiatives/",
        "/zoom/",
        "/donnees/",
        "/integrer/rien/",
        "/initiatives.json",
        trio[0].get_absolute_url(),
    ]
    for path in addresses:
        assert get(path)["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in get(path)["Content-Security-Policy"], path


@pytest.mark.parametrize("path", [BLOCK, PAGE])
def test_nothing_follows_the_reader(trio, get, path):
    response = get(path)
    page = response.content.decode()
    assert response.cookies == {}
    assert "Cookie" not in response.get("Vary", "")
    assert page.count("<script") == page.count('<script type="application/ld+json">')
    assert " style=" not in page
    sources = re.findall(r'(?:src|<link rel="(?:stylesheet|icon)" href)="([^"]+)"', page)
    assert sources
    assert all(source.startswith("/") for source in sources)


# What the block shows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "",
        "theme=logement",
        "theme=logement&theme=transport",
        "territoire=la-mitis",
        "territoire=la-mitis&theme=alimentation",
        "municipalite=mont-joli",
        "organisation=cdc-des-grandes-marees",
        "etat=en-cours",
        "portee=regionale",
        "exercice=2025-2026",
        "q=frigo",
        "tri=recent",
    ],
)
def test_block_counts_and_shows_what_the_directory_does(trio, get, query):
    page, listed = content_of(get, f"{BLOCK}?{query}"), content_of(get, f"/initiatives/?{query}")
    shown = titles(page)
    assert shown == re.findall(r'class="card-title"><a href="/initiatives/[^"]+">([^<]+)<', listed)
    asked = embedding.read(QueryDict(query), build(0))
    assert asked.count == len(shown) > 0
    assert html.escape(asked.directory_url) in page
    assert get(asked.directory_url).status_code == 200
    assert "n’a pas été comprise" not in page


@pytest.mark.parametrize(("number", "shown"), [("", 5), ("3", 3), ("5", 5), ("10", 10), ("12", 5), ("x", 5)])
def test_block_shows_the_number_asked_and_counts_them_all(world, get, number, shown):
    world.many(11)
    page = content_of(get, f"{BLOCK}?nombre={number}" if number else BLOCK)
    assert titles(page) == [f"Initiative {rank:02}" for rank in range(shown)]
    assert "Voir les 11 initiatives<" in page
    assert ("Le nombre demandé n’existe pas" in page) is (number in ("12", "x"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("theme=atlantide", "Le thème «\xa0atlantide\xa0» n’est pas dans le répertoire"),
        ("magie=1", "Le paramètre «\xa0magie\xa0» n’existe pas."),
        ("magie=%00&theme=%00", "Le thème n’est pas dans le répertoire"),
        ("tri=hasard", "L’ordre demandé n’existe pas"),
        ("nombre=%00", "Le nombre demandé n’existe pas"),
        ("nombre=<b>", "Le nombre demandé n’existe pas"),
        ("theme=<script>alert(1)</script>", "&lt;script&gt;"),
    ],
)
@pytest.mark.parametrize("path", [BLOCK, PAGE])
def test_filter_that_means_nothing_is_told_never_an_error(trio, get, path, query, said):
    page = content_of(get, f"{path}?{query}")
    assert said in page
    assert "ignoré" in page
    assert "<script>alert" not in page


def test_block_sends_machines_to_the_directory(trio, get):
    page = content_of(get, f"{BLOCK}?theme=logement&nombre=3")
    assert '<meta name="robots" content="noindex">' in page
    assert f'<link rel="canonical" href="{settings.SITE_URL}/initiatives/?theme=logement">' in page
    assert "noindex" not in content_of(get, PAGE)


def test_every_link_of_the_block_opens_elsewhere_and_says_so(trio, get):
    page = content_of(get, BLOCK)
    links = re.findall(r"<a ([^>]*)>(.*?)</a>", page)
    assert len(links) == 6  # three initiatives, the list, 211, the source
    for attributes, text in links:
        if "tel:" not in attributes:
            assert 'target="_blank" rel="noopener"' in attributes
            assert "(nouvel onglet)" in text
    assert "Source\xa0: <a" in page


def test_nothing_to_show_is_said(world, get):
    page = content_of(get, BLOCK)
    assert "Aucune initiative publiée ne répond à ce choix" in page
    assert "tel:211" in page


def test_demonstration_is_said(trio, get):
    assert "démonstration" not in content_of(get, BLOCK)
    Initiative.objects.filter(pk=trio[0].pk).update(is_demo=True)
    memory.forget()
    assert "Données de démonstration" in content_of(get, f"{BLOCK}?nombre=3")


def test_withdrawn_initiative_leaves_the_block_at_once(trio, world, get):
    assert "Frigo libre-service de Mont-Joli" in content_of(get, BLOCK)
    actions.unpublish(initiative=trio[0], by=world.coordination)
    assert "Frigo libre-service de Mont-Joli" not in content_of(get, BLOCK)


def test_block_weighs_less_than_twelve_kilobytes(world, get):
    world.many(10, title="accompagnement sociocommunautaire " * 4)
    style = Path(finders.find("css/embed.css")).read_bytes()
    page = get(f"{BLOCK}?nombre=10").content
    assert len(page) + len(style) <= 12_000
    assert len(gzip.compress(page)) + len(gzip.compress(style)) <= 4_000


@pytest.mark.parametrize("rows", [1, 3])
def test_queries(world, get, django_assert_max_num_queries, django_assert_num_queries, rows):
    for rank in range(rows):
        world.published(title=f"Initiative {rank}")
    for path in (BLOCK, PAGE, f"{BLOCK}?theme=alimentation&nombre=10"):
        memory.forget()
        with django_assert_max_num_queries(4):
            assert get(path).status_code == 200
        with django_assert_num_queries(1):
            get(path)


# The page that explains -----------------------------------------------------------------------------------------


def test_page_shows_the_block_and_gives_its_code(trio, get):
    page = content_of(get, f"{PAGE}?theme=logement&territoire=les-basques&nombre=3&tri=recent&q=logements")
    block = f"{BLOCK}?q=logements&theme=logement&territoire=les-basques&tri=recent&nombre=3"
    assert re.findall(r'<iframe [^>]*src="([^"]+)"', page) == [html.escape(block)]
    code = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)[1])
    assert code == (
        f'<iframe src="{settings.SITE_URL}{html.escape(block)}" '
        'title="Initiatives contre la pauvreté\xa0: recherche «\xa0logements\xa0»; thème Logement; territoire Les Basques" '
        'width="100%" height="470" loading="lazy" '
        'sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>'
    )
    assert titles(content_of(get, block)) == ["Logements d’étudiants"]


def test_code_survives_what_people_search(trio, get):
    page = content_of(get, f"{PAGE}?q=%22%3E%3C%2Ftextarea%3E%3Cb%3Efrigo")
    code = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)[1])
    assert page.count("</textarea>") == 1
    assert code.count("<") == 2
    assert '"></textarea>' not in code


def test_form_keeps_what_it_does_not_ask(trio, get):
    page = content_of(get, f"{PAGE}?theme=logement&theme=transport&municipalite=mont-joli&q=frigo")
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    assert hidden == [("q", "frigo"), ("theme", "transport"), ("municipalite", "mont-joli")]
    assert re.findall(r'<option value="([^"]+)" selected', page) == ["logement", "5", "actuel"]


def test_filter_removed_keeps_the_number(trio, get):
    page = content_of(get, f"{PAGE}?theme=logement&nombre=10")
    assert '<a class="chip" href="/integrer/?nombre=10">' in page
    assert 'href="/integrer/?nombre=10">Effacer tous les filtres' in page


def test_labels_are_unique(trio, get):
    page = content_of(get, PAGE)
    labels = re.findall(r'<label[^>]*for="(\w+)"[^>]*>([^<]+)<', page)
    assert len({text for _, text in labels}) == len(labels)
    assert ("code", "Code HTML à coller dans votre page") in labels


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/initiatives/", "/integrer/"),
        ("/initiatives/?theme=logement&tri=recent", "/integrer/?theme=logement&amp;tri=recent"),
        ("/donnees/", "/integrer/"),
        ("/", "/integrer/"),
    ],
)
def test_page_is_found_from_the_list_with_its_filters(trio, get, path, link):
    assert f'href="{link}"' in content_of(get, path)
    assert "n’existe pas" not in content_of(get, html.unescape(link))


def test_list_of_another_page_or_view_leads_to_the_whole_list(trio, get):
    page = content_of(get, f"{PAGE}?vue=tableau&page=1&theme=logement")
    assert "n’existe pas" not in page
    assert f'src="{BLOCK}?theme=logement"' in page


def test_sitemap_has_the_page_and_not_the_block(trio, get):
    sitemap = get("/sitemap.xml").content.decode()
    assert f"<loc>{settings.SITE_URL}{PAGE}</loc>" in sitemap
    assert BLOCK not in sitemap
