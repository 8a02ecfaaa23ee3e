"""The page « Chercher »: a need in a place, words that found nothing beside others that did, pages of the site."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from alliance.lib.wording import Equivalents
from alliance.portal.figures.deserts import Gaps, Service
from alliance.portal.search.asked import Asked
from alliance.portal.search.meeting import Meeting
from alliance.portal.search.pages import pages_of
from alliance.portal.selection import Selection
from initiatives.choices import PublicState, State
from territories.models import Territory
from tests.portal.mapped_directory import mapped
from tests.portal.test_search_page import (
    _nobody_counted_yet,  # noqa: F401
    counts,
    heading,
    page,
    plain,
)

# A need and a place ---------------------------------------------------------------------------------------------


def told(html):
    return [plain(one) for one in re.findall(r'<p class="lede">(.*?)</p>', html, re.DOTALL)]


def test_theme_and_place_are_answered_by_one_sentence(trio, get):
    queries = ("bouffe mont-joli", "loyer amqui", "ride amqui", "loyer témiscouata", "bouffe", "mont-joli")
    assert {text: told(page(get, text)) for text in queries} == {
        "bouffe mont-joli": ["Alimentation à Mont-Joli : 1 service en cours."],
        "loyer amqui": ["Logement à Amqui : aucun service inscrit pour cette municipalité."],
        "ride amqui": [],
        "loyer témiscouata": ["Logement dans la MRC de Témiscouata : 1 service prévu."],
        "bouffe": [],
        "mont-joli": [],
    }


def test_municipality_without_service_leads_to_the_nearest_one(trio, get):
    html = page(get, "bouffe price")
    assert told(html) == [
        "Alimentation à Price : aucun service inscrit pour cette municipalité. "
        "Le plus près : Frigo libre-service de Mont-Joli, à Mont-Joli (environ 5 km)."
    ]
    assert 'href="/initiatives/frigo-libre-service-de-mont-joli/"' in html


def test_service_of_the_mrc_without_municipality_is_told_as_unknown(trio, world, get):
    world.published(
        State.IN_PROGRESS,
        title="Toit pour tous",
        municipalities=[],
        themes=[world.themes["logement"]],
        primary_theme=world.themes["logement"],
    )
    assert told(page(get, "loyer price")) == [
        "Logement à Price : on ne sait pas. "
        "Sa MRC a 1 initiative en cours ou prévue, qui ne dit pas partout où aller : appelez pour le savoir."
    ]


# Answered in part -----------------------------------------------------------------------------------------------


def sentence(html):
    return [
        plain(one) for one in re.findall(r"<p>((?:Nous n’avons|Aucun résultat ne).*?)</p>", html, re.DOTALL)
    ]


def test_unknown_words_of_an_answered_search_are_said_first_and_counted(trio, get):
    Territory.objects.update(contact_phone="418 555-0100")
    html = page(get, "bouffe logement Saint-Paulin")
    assert sentence(html) == [
        "Nous n’avons rien trouvé pour « Saint-Paulin ». Résultats pour : bouffe, logement."
    ]
    assert (
        html.index("Saint-Paulin ».".replace(" ", "\xa0"))
        < html.index('href="tel:211"')
        < html.index('id="themes"')
    )
    assert html.count('href="tel:+14185550100"') == Territory.objects.count()
    assert counts() == {"saint": 1, "paulin": 1}


def test_phone_of_the_place_stands_for_the_list_when_the_rest_is_unknown(trio, get):
    Territory.objects.update(contact_phone="418 555-0100")
    html = page(get, "bouffe zythologie mont-joli")
    assert sentence(html) == [
        "Nous n’avons rien trouvé pour « zythologie ». Résultats pour : bouffe, mont-joli."
    ]
    assert html.count('href="tel:+14185550100"') == 1


def test_word_that_answers_only_alone_is_proposed(trio, get):
    html = page(get, "bouffe œuvre amqui")
    assert sentence(html) == [
        "Aucun résultat ne répond à tous vos mots. Résultats pour : bouffe, amqui. Essayez aussi : œuvre."
    ]
    assert counts() == {}


@pytest.mark.parametrize("query", ["bouffe", "bouffe mont-joli", "frigo libre", "loyer témiscouata"])
def test_search_answered_whole_says_nothing_of_its_words(trio, get, query):
    assert sentence(page(get, query)) == []


# Pages of the site ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("agent", ["contact", "territories"]),
        ("agente", ["contact", "territories"]),
        ("qui contacter", ["contact"]),
        ("frigo imprimer", ["fridge"]),
        ("courriel", ["contact", "alert"]),
        ("carte", ["map", "gaps"]),
        ("données", ["data"]),
        ("accessibilité", ["accessibility"]),
        ("don", []),
        ("mont", []),
        ("frigo", []),
    ],
)
def test_words_lead_to_the_pages_of_the_site(query, found):
    assert [page.route for page in pages_of(Asked(query, Equivalents()))] == found


def test_pages_come_last_and_are_an_answer(trio, get):
    html = page(get, "agent")
    assert heading(html) == "Résultats"
    assert 'href="/nous-joindre/"' in html[html.index('id="pages"') :]
    both = page(get, "frigo imprimer")
    assert both.index('id="themes"') < both.index('id="pages"')


def naive(directory, theme, territory):
    """Return the state of an MRC in a theme, read row by row."""
    mine = [row for row in directory.rows if theme in row.themes]
    own = {row.state for row in mine if not row.is_regional and territory in row.territories}
    regional = {row.state for row in mine if row.is_regional}
    if own & set(PublicState.now):
        return Service.NOW
    if regional & set(PublicState.now):
        return Service.REGION
    if PublicState.UNCONFIRMED in own | regional:
        return Service.UNKNOWN
    return Service.BEFORE if own | regional else Service.NEVER


def size_of(directory, url):
    chosen = {name: tuple(values) for name, values in parse_qs(urlsplit(url).query).items()}
    return Selection(directory, chosen).count


@pytest.mark.parametrize(("seed", "size"), [(3, 6), (3, 12), (4, 20)])
def test_each_count_of_a_need_in_a_place_is_its_list_and_its_state_is_the_one_of_the_gaps(seed, size):
    directory = mapped(seed, size)
    gaps, visited, states = Gaps(directory), 0, set()
    for theme in gaps.themes:
        for territory in gaps.territories:
            for gap in gaps.within(territory, theme).gaps:
                meeting = Meeting(directory, theme, gap.label)
                assert meeting.service == gap.service
                assert bool(meeting.own) == (gap.service == Service.NOW)
                assert (meeting.own.count if meeting.own else 0) == gap.now
                assert (
                    meeting.around
                    or meeting.unconfirmed
                    or meeting.past_around
                    or gap.service != Service.UNKNOWN
                )
                assert meeting.ended or gap.service != Service.BEFORE
                for one in filter(
                    None,
                    (
                        meeting.own,
                        meeting.regional,
                        meeting.unconfirmed,
                        meeting.ended,
                        meeting.around,
                        meeting.past_around,
                    ),
                ):
                    assert size_of(directory, one.url) == one.count
                states.add(gap.service)
                visited += 1
            whole = Meeting(directory, theme, territory)
            for one in filter(None, (whole.own, whole.regional, whole.unconfirmed, whole.ended)):
                assert size_of(directory, one.url) == one.count
            assert whole.service == naive(directory, theme, territory)
    assert visited > 700
    assert states == set(Service)
