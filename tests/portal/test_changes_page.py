"""The page « Pourquoi ce chiffre a changé » and its file: what they say, what they never show, what they refuse."""

import csv
import io
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.lib.dates import TORONTO, long_date, today
from alliance.portal import changes, directory, freshness
from alliance.portal.actions import publish_bilan
from alliance.portal.models import BilanVersion
from funding.models import CommitmentMovement
from initiatives import actions
from initiatives.choices import State
from initiatives.models import Initiative

PAGE, FILE = "/chiffres/changements/", "/chiffres/changements.csv"
NBSP = "\xa0"


def days_ago(number):
    return today() - timedelta(days=number)


def grow_old(world, initiative, days):
    """Bring back in time what was just written about an initiative: the histories alone say when."""
    past = timezone.now() - timedelta(days=days)
    Initiative.history.filter(id=initiative.pk).update(history_date=past)
    forget()


def forget():
    directory.forget()
    freshness.forget()


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode())).replace("&#x27;", "'")


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def freeze(world, number=1, year="2025-2026", facts=None):
    facts = changes.facts_of(directory.build(0)) if facts is None else facts
    return BilanVersion.objects.create(
        fiscal_year=world.years[year],
        number=number,
        published_at=timezone.now(),
        published_by=world.coordination,
        content={"facts": changes.to_json(facts)},
    )


@pytest.fixture
def story(world):
    """An initiative known for ten days with no money, then 500 $ today; another one new today, of 40 $."""
    old = world.published(State.IN_PROGRESS, title="Frigo ancien")
    grow_old(world, old, 10)
    world.award(old, "500")
    new = world.published(State.IN_PROGRESS, title="Popote neuve", award="40")
    forget()
    return old, new


def test_page_says_the_difference_in_one_sentence_and_lists_each_initiative(story, get):
    page = text_of(get(f"{PAGE}?du={days_ago(1)}"))
    start, end = f"Du {long_date(days_ago(1))}", "à aujourd’hui"
    assert (
        f"{start} {end}, le montant accordé du FQIS passe de 0{NBSP}$ à 540{NBSP}${NBSP}: +540{NBSP}$, soit "
        f"+40{NBSP}$ (1 ajoutée), 0{NBSP}$ (0 retirée), +500{NBSP}$ (1 modifiée) et 0{NBSP}$ (0 reclassée)."
    ).replace(NBSP, " ") in page.replace(NBSP, " ")
    assert "le nombre d’initiatives passe de 1 à 2 : +1, soit +1 (1 ajoutée), 0 (0 retirée)" in page.replace(
        NBSP, " "
    )
    assert "Frigo ancien" in page
    assert "Popote neuve" in page


def test_page_and_file_hold_the_same_rows_and_totals(story, get, settings):
    rows = rows_of(get(f"{FILE}?du={days_ago(1)}"))
    assert [
        (row["changement"], row["titre"], row["dollars_effet"], row["initiatives_effet"]) for row in rows
    ] == [
        ("ajoutee", "Popote neuve", "40.00", "1"),
        ("modifiee", "Frigo ancien", "500.00", "0"),
    ]
    page = get(f"{PAGE}?du={days_ago(1)}").content.decode()
    shown = re.findall(r'<th scope="row"><a href="(/initiatives/[^"]+)">', page)
    assert shown == [row["adresse"].removeprefix(settings.SITE_URL) for row in rows]
    assert sum(Decimal(row["dollars_effet"]) for row in rows) == 540


def test_file_names_the_site_of_the_settings_whatever_host_is_asked(story, get, settings):
    settings.ALLOWED_HOSTS = ["*"]
    rows = rows_of(get(f"{FILE}?du={days_ago(1)}", HTTP_HOST="mal.example"))
    assert [row["adresse"].startswith(f"{settings.SITE_URL}/initiatives/") for row in rows] == [True, True]


def test_first_day_is_included_and_an_earlier_last_day_ends_there(story, world, get):
    since = rows_of(get(f"{FILE}?du={days_ago(10)}&au={days_ago(1)}"))
    assert [(row["changement"], row["titre"]) for row in since] == [("ajoutee", "Frigo ancien")]
    after = rows_of(get(f"{FILE}?du={days_ago(9)}&au={days_ago(1)}"))
    assert after == []
    assert "ne change pas" in text_of(get(f"{PAGE}?du={days_ago(9)}&au={days_ago(1)}"))


def test_without_dates_the_page_starts_with_the_fiscal_year(story, get):
    page = get(PAGE).content.decode()
    start = date(today().year if today().month >= 4 else today().year - 1, 4, 1)
    assert f'name="du" value="{start.isoformat()}"' in page
    assert f"Du {long_date(start)} à aujourd’hui" in page


def test_initiative_no_longer_published_shows_its_number_alone(story, world, get):
    old, _new = story
    version = freeze(world)
    actions.unpublish(initiative=old, by=world.coordination)
    forget()
    for query in (f"du={days_ago(5)}", "de=2025-2026.1", f"du={days_ago(12)}&au={days_ago(5)}"):
        for path in (PAGE, FILE):
            answer = get(f"{path}?{query}").content.decode()
            assert old.number in answer, (path, query)
            assert "retirée du site" in answer
            assert "Frigo ancien" not in answer
            assert old.slug not in answer
    (row,) = rows_of(get(f"{FILE}?de=2025-2026.1"))
    assert (row["changement"], row["dollars_effet"], row["titre"]) == ("retiree", "-500.00", "")
    assert version.number == 1


def test_two_frozen_bilans_are_compared_and_one_with_now(story, world, get):
    freeze(world, 1)
    third = world.published(award="7", title="Troisième")
    freeze(world, 2)
    world.award(third, "1")
    forget()
    both = rows_of(get(f"{FILE}?de=2025-2026.1&a=2025-2026.2"))
    assert [(row["changement"], row["dollars_effet"]) for row in both] == [("ajoutee", "7.00")]
    now = rows_of(get(f"{FILE}?de=2025-2026.2"))
    assert [(row["changement"], row["dollars_effet"]) for row in now] == [("modifiee", "1.00")]
    page = text_of(get(f"{PAGE}?de=2025-2026.1&a=2025-2026.2"))
    assert "De la version 1 du bilan 2025-2026 à la version 2 du bilan 2025-2026, le montant" in page


def test_renamed_theme_is_no_change_since_a_frozen_bilan(story, world, get):
    freeze(world)
    theme = world.themes["alimentation"]
    theme.past_slugs.create(slug=theme.slug)
    theme.slug = "nourriture"
    theme.save()
    forget()
    assert rows_of(get(f"{FILE}?de=2025-2026.1")) == []


def test_scope_keeps_its_part_of_the_figures(story, world, get):
    values = {"themes": [world.themes["logement"]], "primary_theme": world.themes["logement"]}
    actions.update(initiative=story[0], by=world.coordination, values=values)
    forget()
    address = changes.address(
        since=days_ago(1), theme="logement", territory="la-mitis", year="2025-2026", csv=True
    )
    (row,) = rows_of(get(address))
    assert (row["changement"], row["titre"], row["initiatives_effet"]) == ("reclassee", "Frigo ancien", "1")
    assert "Thème principal\xa0: Alimentation, puis Logement." in row["precision"]
    assert rows_of(get(f"{FILE}?du={days_ago(1)}&theme=transport")) == []
    assert "exercice 2025-2026 · La Mitis · Logement" in text_of(get(address.replace(".csv", "/")))


BAD = [
    "du=hier",
    "du=01/02/2026",
    "du=2026-02-30",
    "du=2999-01-01",
    "au=2100-12-31",
    "au=%ED%A0%80",
    "du=" + "9" * 5000,
    "de=2025-2026",
    "de=2025-2026.99",
    "de=<script>",
    "a=2025-2026.1",
    "exercice=1999",
    "territoire=Paris",
    "theme=%FF%FE",
    "theme=" + "a" * 3000,
    "argent=or",
]


@pytest.mark.parametrize("query", BAD)
def test_wrong_parameter_is_named_on_the_page_and_refused_by_the_file(story, get, query):
    page = get(f"{PAGE}?{query}")
    assert page.status_code == 200
    assert page.content.decode().count('<p class="notice-title">Une demande n’était pas valide') == 1
    assert "<script>" not in page.content.decode().split("</header>")[1]
    refused = get(f"{FILE}?{query}")
    assert (refused.status_code, refused["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "ignorée" in refused.content.decode()


def test_dates_out_of_order_and_dates_beside_a_version_are_named(story, world, get):
    freeze(world)
    forget()
    assert "elle vient après la date de fin" in text_of(get(f"{PAGE}?du={days_ago(2)}&au={days_ago(5)}"))
    assert "Les dates ont été ignorées" in text_of(get(f"{PAGE}?de=2025-2026.1&du={days_ago(2)}"))


def test_nul_character_is_refused_and_unknown_names_are_not_read(story, get):
    assert get(f"{PAGE}?du=%00").status_code == 200
    assert "notice-title" not in get(f"{PAGE}?utm_source=x&page=2").content.decode()


def test_canonical_and_file_addresses_keep_what_was_understood(story, get):
    page = get(f"{PAGE}?du={days_ago(3)}&theme=logement&territoire=Paris&argent=tout").content.decode()
    kept = f"du={days_ago(3)}&amp;theme=logement&amp;argent=tout"
    assert f'href="{FILE}?{kept}"' in page or "ne change pas" in page
    assert re.search(rf'<link rel="canonical" href="[^"]*{PAGE}\?{re.escape(kept)}">', page)


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_a_fixed_number_of_queries(world, get, rows):
    for _ in range(rows):
        world.published(State.IN_PROGRESS, award="5")
    freeze(world, 1)
    freeze(world, 2)
    asked = {}
    for query in (f"du={days_ago(2)}", f"du={days_ago(2)}&au={days_ago(1)}", "de=2025-2026.1&a=2025-2026.2"):
        forget()
        with CaptureQueriesContext(connection) as queries:
            assert get(f"{PAGE}?{query}").status_code == 200
        asked[query.split("=")[0] + str(query.count("&"))] = len(queries)
    assert asked == {"du0": 10, "du1": 16, "de1": 5}


def test_same_data_is_not_computed_twice(story, get):
    first = get(f"{PAGE}?du={days_ago(1)}")
    with CaptureQueriesContext(connection) as queries:
        again = get(f"{PAGE}?du={days_ago(1)}")
    assert (again.content, len(queries)) == (first.content, 1)
    assert get(f"{PAGE}?du={days_ago(1)}", **{"If-None-Match": first["ETag"]}).status_code == 304


def test_long_list_is_cut_and_its_total_is_whole(world, get, monkeypatch):
    monkeypatch.setattr("alliance.portal.views.changes._SHOWN", 1)
    for dollars in ("5", "9"):
        world.published(State.IN_PROGRESS, award=dollars)
    page = text_of(get(PAGE)).replace(NBSP, " ")
    assert "Total, avec 1 autre initiative dans le fichier" in page
    assert "+14 $ (2 ajoutées)" in page
    assert len(rows_of(get(FILE))) == 2


def test_evening_belongs_to_its_own_day(world, get):
    initiative = world.published(State.IN_PROGRESS, award="5")
    evening = datetime.combine(days_ago(4), datetime.min.time(), TORONTO) + timedelta(hours=23, minutes=59)
    Initiative.history.filter(id=initiative.pk).update(history_date=evening)
    assert CommitmentMovement.objects.count() == 1  # entered today
    forget()
    found = {
        n: [row["changement"] for row in rows_of(get(f"{FILE}?du={days_ago(9)}&au={days_ago(n)}"))]
        for n in (5, 4)
    }
    assert found == {5: [], 4: ["ajoutee"]}


def test_amount_that_was_never_entered_is_not_zero(world, get):
    unknown = world.published(title="Sans montant")
    forget()
    (row,) = rows_of(get(FILE))
    assert (row["numero"], row["dollars_avant"], row["dollars_apres"], row["dollars_effet"]) == (
        unknown.number,
        "",
        "",
        "0.00",
    )
    assert "montant non publié" in text_of(get(PAGE))


def test_version_of_a_bilan_is_explained_within_its_own_year(world, client):
    world.published(State.IN_PROGRESS, award="100")
    year = world.years["2024-2025"]
    publish_bilan(year=year, by=world.coordination)
    page = client.get("/chiffres/changements/", {"de": "2024-2025.1"}).content.decode()
    assert "passe de 0 à 0" in page or "ne change pas" in page
    other = client.get("/chiffres/changements/", {"de": "2024-2025.1", "exercice": "2025-2026"})
    assert other.status_code == 200
    assert "cette version est celle de 2024-2025" in other.content.decode()
    assert (
        client.get("/chiffres/changements.csv", {"de": "2024-2025.1", "exercice": "2025-2026"}).status_code
        == 400
    )
