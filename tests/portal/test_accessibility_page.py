"""The accessibility statement says what the tests do: its figures are theirs."""

import html
import re

import pytest

from tests.probes.faults import CAUGHT, FAULTS, FOR_PEOPLE
from tests.probes.kinds import public_kinds


@pytest.fixture
def words(client, db):
    """What the statement says, in one line, no-break spaces as spaces."""
    page = client.get("/accessibilite/").content.decode()
    main = re.search(r"<main.*?</main>", page, re.DOTALL)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_figures_of_the_statement_are_those_of_the_tests(words):
    drawn = pytest.importorskip("tests.probes.drawn")
    caught = len(FAULTS) - len(FOR_PEOPLE)
    assert f"les {len(public_kinds())} sortes de pages publiques" in words
    assert f"De {len(drawn.LOOKS)} façons de voir" in words
    assert (
        f"de {len(FAULTS)} façons, une à la fois. Nos vérifications trouvent {caught} de ces {len(FAULTS)}"
        in words
    )
    assert f"L’outil axe seul en trouve {CAUGHT['axe']}." in words
    assert (len(FOR_PEOPLE), "les trois autres" in words) == (3, True)


def test_statement_says_how_far_it_goes_and_how_to_write(words, client):
    for said in ("SGQRI 008, version 3.0", "niveau AA", "WCAG 2.2", "lecteur d’écran", "dix jours ouvrables"):
        assert said in words
    assert words.count("22 novembre 2026") == 5
    page = client.get("/accessibilite/").content.decode()
    assert page.count('href="/signaler/?page=/accessibilite/"') == 2
    asked = client.get("/signaler/?page=/accessibilite/").content.decode()
    assert asked.count('«\xa0<a href="/accessibilite/">Accessibilité</a>\xa0»') == 1
