"""The directory's page: counts that tell the truth, four views of one list, orders, pages, what to try when it is empty."""

import re
import time
from datetime import date
from urllib.parse import urlencode

import pytest

from alliance.portal import directory as memory
from alliance.portal.directory import build
from alliance.portal.figures import organizations, scale, totals
from alliance.portal.figures.listed import counted_here
from alliance.portal.filter_fields import FACETS, MEASURES, SORTS, VIEWS
from alliance.portal.lists import page as lists
from funding import ledger
from initiatives.choices import PartnerRole
from initiatives.models import ThemePastSlug
from territories.models import Organization
from tests.portal.random_directory import draw
from tests.portal.varied_directory import ask, dice_of, random_query, varied

PATHS = (
    "/initiatives/",
    "/initiatives/?vue=tableau",
    "/initiatives/?vue=carte",
    "/initiatives/?vue=impression",
)


def test_count_beside_each_choice_is_the_list_got_by_choosing_it():
    """On random filters over random directories: chosen alone in its filter, a choice gives as many as it says."""
    visited = zeros = 0
    for seed in range(12):
        directory, dice = varied(seed), dice_of(seed)
        for query in ("", *(random_query(dice, directory) for _ in range(3))):
            asked = ask(query, directory)
            for parameter in FACETS:
                others = [f"{name}={value}" for name, value in asked.pairs() if name != parameter]
                for choice in asked.choices(parameter):
                    alone = ask("&".join([*others, f"{parameter}={choice.value}"]), directory)
                    assert choice.count == len(alone.selection.rows()), (seed, query, parameter, choice.value)
                    visited += 1
                    zeros += choice.count == 0
    assert visited > 1000
    assert zeros > 50


def test_zero_is_offered_and_greyed(trio, get):
    page = get("/initiatives/?theme=transport").content.decode()
    assert re.search(r'choice-zero">\s*<input type="checkbox" name="etat" value="realisee"', page)
    municipalities = re.search(r'<select id="choix-municipalite".*?</select>', page, re.DOTALL)[0]
    assert municipalities.count("<option") == 1 + len(
        [one for one in build(0).labels.all("municipalite") if not one.merged]
    )
    page = get("/initiatives/?theme=logement&theme=alimentation&portee=locale").content.decode()
    assert '<option value="price" class="choice-zero">Price (0)</option>' in page


def test_filters_in_use_are_removed_one_by_one_or_together(trio, get):
    page = get(
        "/initiatives/?theme=logement&territoire=la-mitis&q=frigo&tri=montant&vue=tableau"
    ).content.decode()
    chips = dict(
        re.findall(r'<a class="chip" href="([^"]*)"><span class="vh">Retirer le filtre </span>([^<]*)', page)
    )
    assert {url.replace("&amp;", "&"): label for url, label in chips.items()} == {
        "/initiatives/?theme=logement&territoire=la-mitis&tri=montant&vue=tableau": "«\xa0frigo\xa0»",
        "/initiatives/?q=frigo&territoire=la-mitis&tri=montant&vue=tableau": "Logement",
        "/initiatives/?q=frigo&theme=logement&tri=montant&vue=tableau": "La Mitis",
    }
    assert 'href="/initiatives/?vue=tableau">Effacer tous les filtres</a>' in page
    assert 'Filtrer <span class="filters-count">(3\xa0actifs)</span>' in page or "(3 actifs)" in page


def test_address_is_canonical_whatever_the_order_of_its_words(trio, get):
    queries = (
        "territoire=la-mitis&theme=alimentation",
        "theme=ALIMENTATION&q=&tri=actuel&vue=fiches&territoire=la-mitis&utm_source=x",
    )
    for query in queries:
        page = get(f"/initiatives/?{query}").content.decode()
        assert (
            'rel="canonical" href="http://127.0.0.1:8000/initiatives/?theme=alimentation&amp;territoire=la-mitis"'
            in page
        )


def test_old_theme_and_merged_organization_lead_on_in_the_filter(trio, world, get):
    ThemePastSlug.objects.create(slug="bouffe", theme=world.themes["alimentation"])
    Organization.objects.filter(pk=world.cdc.pk).update(merged_into=world.moisson, is_active=False)
    asked = ask(f"theme=bouffe&organisation={world.cdc.slug}", build(0))
    assert asked.pairs() == [("theme", "alimentation"), ("organisation", "moisson-mitis")]
    assert (asked.problems, asked.selection.count) == ([], 2)
    moved = get(f"/organisations/{world.cdc.slug}/")
    assert (moved.status_code, moved["Location"]) == (301, "/organisations/moisson-mitis/")
    moved = get("/themes/bouffe/")
    assert (moved.status_code, moved["Location"]) == (301, "/themes/alimentation/")


def test_unknown_values_are_named_and_the_view_stands(trio, get):
    page = get("/initiatives/?theme=zzz&vue=mosaique&tri=hasard").content.decode()
    for said in (
        "Le thème «\xa0zzz\xa0» n’est pas dans le répertoire\xa0: ce filtre a été ignoré.",
        "La vue demandée n’existe pas\xa0: la liste est montrée en fiches.",
        "L’ordre demandé n’existe pas\xa0: la liste commence par ce qui est en cours.",
    ):
        assert said in page
    assert page.count('class="card-title"') == 3


def test_views_are_links_that_keep_the_filters(trio, get):
    page = get("/initiatives/?theme=alimentation&tri=montant&page=1").content.decode()
    views = re.search(r'<nav class="views.*?</nav>', page, re.DOTALL)[0].replace("&amp;", "&")
    found = re.findall(r'<a href="([^"]*)"( aria-current="true")?>([^<]*)</a>', views)
    base = "/initiatives/?theme=alimentation&tri=montant"
    assert found == [
        (base, ' aria-current="true"', "Fiches"),
        (f"{base}&vue=tableau", "", "Tableau"),
        (f"{base}&vue=carte", "", "Carte"),
        (f"{base}&vue=impression", "", "Impression"),
    ]
    assert len(found) == len(VIEWS)


def test_every_view_tells_the_same_total(trio, get):
    for query in ("", "theme=alimentation", "territoire=la-mitis"):
        said = {
            re.search(
                r'class="results-count">([^<]*)', get(f"/initiatives/?{query}&vue={view}").content.decode()
            )[1]
            for view in VIEWS
        }
        assert said == {totals(ask(query, build(0)).selection).sentence}


def test_table_sorts_by_its_headers(trio, get):
    page = (
        get("/initiatives/?vue=tableau&tri=montant&territoire=la-mitis")
        .content.decode()
        .replace("&amp;", "&")
    )
    head = re.search(r"<thead>.*?</thead>", page, re.DOTALL)[0]
    assert re.findall(r'<th scope="col"([^>]*)>(?:<a href="([^"]*)">)?([^<]*)', head) == [
        ("", "/initiatives/?territoire=la-mitis&tri=titre&vue=tableau", "Initiative"),
        ("", "/initiatives/?territoire=la-mitis&tri=mrc&vue=tableau", "Lieu"),
        ("", "", "Porteur"),
        ("", "/initiatives/?territoire=la-mitis&vue=tableau", "État"),
        ("", "/initiatives/?territoire=la-mitis&tri=debut&vue=tableau", "Début"),
        (
            ' aria-sort="descending" class="num"',
            "/initiatives/?territoire=la-mitis&tri=montant&vue=tableau",
            "Montant",
        ),
    ]
    assert re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)', page) == [
        "Frigo libre-service de Mont-Joli",
        "Œuvre du transport collectif",
    ]
    assert 'data-label="Montant" class="num">non publié</td>' in page


def test_what_is_counted_of_each_adds_up_to_the_total():
    seen = 0
    for seed in range(20):
        directory, dice = varied(seed), dice_of(seed)
        for _ in range(4):
            asked = ask(random_query(dice, directory), directory)
            counted = [counted_here(asked.selection, row) for row in asked.selection.rows()]
            known = [amount for amount in counted if amount is not None]
            sums = totals(asked.selection)
            assert (ledger.total(known), counted.count(None)) == (sums.dollars, sums.unknown)
            seen += bool(known)
    assert seen > 40


def keys(rows):
    """Return, for each order, what each row is sorted by, as a person would say it."""
    states = ["en-cours", "prevue", "peut-etre-terminee", "realisee"]
    return {
        "actuel": [states.index(row.state) for row in rows],
        "titre": [row.title for row in rows],
        "recent": [-row.published_at.timestamp() for row in rows],
        "montant": [(row.amount is None, -(row.amount or 0)) for row in rows],
        "debut": [(row.starts_on is None, -(row.starts_on or date.min).toordinal()) for row in rows],
        "mrc": [
            (2,)
            if not row.territories and not row.is_regional
            else (1,)
            if row.is_regional
            else (0, *(one.order for one in row.territories))
            for row in rows
        ],
    }


def test_orders_are_stable_and_the_unknown_comes_last():
    ties = dict.fromkeys(SORTS, 0)
    for seed in range(10):
        directory = varied(seed)
        place = {row.pk: i for i, row in enumerate(directory.rows)}
        for order in SORTS:
            rows = ask(f"tri={order}", directory).selection.rows(order)
            sorted_by = list(zip(keys(rows)[order], (place[row.pk] for row in rows), strict=True))
            assert sorted_by == sorted(sorted_by), (seed, order)
            assert len(rows) == len(directory.rows)
            ties[order] += len(rows) - len(set(keys(rows)[order]))
    assert all(ties[order] for order in SORTS if order != "titre")


def test_last_page_costs_what_the_first_one_costs():
    directory = draw(3, size=10_000)
    asked = ask("tri=montant", directory)
    asked.selection.rows("montant", 0, 20)  # orders are made once per version of the data

    def cost(number):
        started = time.perf_counter()
        for _ in range(5):
            context, _notice = lists._cards(asked, number)
            assert len(context["page"].object_list) == 20
        return time.perf_counter() - started

    first, last = min(cost("1") for _ in range(4)), min(cost("500") for _ in range(4))
    assert last < 2 * first + 0.01, (first, last)


def test_pages_lead_to_first_previous_next_and_last(world, get):
    world.many(61)
    page = get("/initiatives/?page=2&tri=recent").content.decode().replace("&amp;", "&")
    for link in (
        '<link rel="prev" href="/initiatives/?tri=recent&page=1">',
        '<link rel="next" href="/initiatives/?tri=recent&page=3">',
        'href="/initiatives/?tri=recent&page=1" rel="prev"',
        'href="/initiatives/?tri=recent&page=3" rel="next"',
        'href="/initiatives/?tri=recent&page=4"',
        'rel="canonical" href="http://127.0.0.1:8000/initiatives/?tri=recent&page=2"',
    ):
        assert link in page, link
    beyond = get("/initiatives/?page=9").content.decode()
    assert "La page demandée n’existe pas\xa0: la dernière, la page 4, est affichée." in beyond
    assert beyond.count('class="card-title"') == 1


def test_printed_list_is_whole_says_its_filter_its_day_and_its_address(trio, get):
    page = get("/initiatives/?vue=impression&territoire=la-mitis&theme=alimentation").content.decode()
    for said in (
        "Thème Alimentation; territoire La Mitis.",
        "Données du ",
        "http://127.0.0.1:8000/initiatives/?theme=alimentation&amp;territoire=la-mitis</p>",
        'Total du FQIS, montants connus</th><td class="num">12\xa0500,50\xa0$</td>',
        "Les montants sont les dollars que les lignes de financement ont promis",
    ):
        assert said in page, said
    assert page.count('<th scope="row"><a href=') == 1


def test_printed_list_is_bounded_and_says_how_to_narrow(trio, get, monkeypatch):
    monkeypatch.setattr(lists, "MOST_PRINTED", 2)
    page = get("/initiatives/?vue=impression").content.decode()
    assert page.count('<th scope="row"><a href=') == 2
    assert (
        "Seules les 2 premières sont imprimées\xa0: 1 initiative n’est pas imprimée. Ajoutez un filtre"
        in page
    )
    assert "Total du FQIS, toute la liste" in page


def test_empty_list_says_what_to_try(trio, get):
    page = get("/initiatives/?theme=logement&territoire=la-matanie&etat=realisee").content.decode()
    empty = re.search(r'<div class="empty">.*?</div>', page, re.DOTALL)[0]
    assert re.findall(r"<a [^>]*>([^<]*)", empty) == [
        "Choisir un thème",
        "Choisir une MRC",
        "Voir toutes les initiatives",
        "Recevoir un courriel quand il y en aura",
    ]
    page = get("/initiatives/?theme=transport&territoire=la-mitis&portee=locale").content.decode()
    empty = re.search(r'<div class="empty">.*?</div>', page, re.DOTALL)[0]
    offered = re.findall(r'<a href="([^"]*)">Voir sans ([^<]*)</a> <span class="meta">(\d+)', empty)
    assert offered
    for url, _label, count in offered:
        query = url.replace("&amp;", "&").partition("?")[2]
        assert ask(query, build(0)).selection.count == int(count) > 0
    assert 'href="tel:211"' in page


def test_measures_of_the_map_are_the_maps_own():
    assert tuple(scale.MEASURES) == MEASURES


def test_map_keeps_its_measure(trio, get):
    page = get("/initiatives/?vue=carte&mesure=dollars&theme=alimentation").content.decode()
    assert 'name="mesure" value="dollars"' in page
    assert (
        'href="http://127.0.0.1:8000/initiatives/?theme=alimentation&amp;vue=carte&amp;mesure=dollars"'
        in page
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_each_view_takes_three_queries_then_one(world, get, django_assert_num_queries, rows):
    for number in range(rows):
        world.published(
            title=f"Initiative {number}", award="500", partners=[(world.cdc, PartnerRole.LEAD, "")]
        )
    for path in PATHS:
        memory.forget()
        with django_assert_num_queries(3):
            assert get(f"{path}{'&' if '?' in path else '?'}tri=mrc").status_code == 200
        with django_assert_num_queries(1):
            assert get(f"{path}{'&' if '?' in path else '?'}tri=recent").status_code == 200


def test_choices_left_out_of_a_long_list_are_counted_and_still_found(trio, world, get, monkeypatch):
    assert "dans cette liste" not in get("/initiatives/?tri=recent").content.decode()
    monkeypatch.setattr("alliance.portal.filters.MOST_OFFERED", 1)
    page = get("/initiatives/").content.decode()
    offered = re.search(r'<select id="choix-organisation".*?</select>(.*?)</div>', page, re.DOTALL)
    names = re.findall(r'<option value="([a-z0-9-]+)"', offered[0])
    directory = build(0)
    every = [one.label for one in organizations(directory)]
    assert len(names) == 1
    assert f"{len(every) - 1} autre" in offered[1]
    assert 'href="/organisations/"' in offered[1]
    for one in every:  # left out or not: by its page, by its address, by its name in the search
        held = directory.masks["organisation"].get(one.slug, 0)
        assert not held & ~directory.found(one.name)
        assert one.url in get(f"/organisations/?{urlencode({'q': one.name})}").content.decode()
        assert f'value="{one.slug}" checked' in get(f"/initiatives/?organisation={one.slug}").content.decode()
