"""Text: cleaning (cases B1 to B6), folding, addresses (B20) and search terms (A16 to A22)."""

import re
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from alliance.lib.text import (
    clean_block,
    clean_line,
    fold,
    lower_first,
    query_terms,
    search_text,
    slug_fr,
    sort_key,
    stems,
)

WORDS = "élève cœur L’Isle-Verte œuvre préjugé aînée Métis Témiscouata régionaux Ha! 2021-2022 ÉTÉ ça où"


def finds(query, document):
    """Say whether the search column of `document` answers `query`, as LIKE '% term%' does."""
    column, terms = search_text(document), query_terms(query)
    return bool(terms) and all(f" {term}" in column for term in terms)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Cuisine \t collective\r\n de\xa0Matane ", "Cuisine collective de Matane"),
        ("\ufeffLe\u00ad mot\u200b", "Le mot"),
        ("abc\u202edef\u2066\u2069\u200f", "abcdef"),
        ("e\u0301tudiant", "étudiant"),
        ("Ñ ᐃᓄᒃᑎᑐᑦ 👩‍🌾", "Ñ ᐃᓄᒃᑎᑐᑦ 👩‍🌾"),
        ("<b>&amp;</b> {{7*7}}", "<b>&amp;</b> {{7*7}}"),
        ("\u2028\x0b", ""),
    ],
)
def test_clean_line(text, expected):
    assert clean_line(text) == expected


def test_clean_block_keeps_lines():
    text = "\r\n Un  mot\t: \r\ndeux\rtrois\u2028quatre\n\ncinq \n"
    assert clean_block(text) == "Un mot :\ndeux\ntrois\nquatre\n\ncinq"
    assert clean_block("Coût\xa0: 5\u202f$, \xa0 fin") == "Coût\xa0: 5\u202f$, fin"


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\x9f", "\ud800", "\uffff"])
@pytest.mark.parametrize("clean", [clean_line, clean_block])
def test_cleaners_refuse(clean, char):
    with pytest.raises(ValidationError, match="caractère non permis"):
        clean(f"un{char}deux")


@given(st.text())
def test_cleaners_give_clean_text_once_and_for_all(text):
    try:
        line, block = clean_line(text), clean_block(text)
    except ValidationError:
        return
    assert clean_line(line) == line
    assert clean_block(block) == block
    assert len(line.splitlines()) <= 1
    assert unicodedata.is_normalized("NFC", line)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Œuvre d’Élise", "oeuvre d'elise"),
        ("L‘Isle‑Verte", "l'isle-verte"),
        ("d´E\u0301", "d'e"),
        ("MÉTIS İ", "metis i"),
        ("Cæcilia – Æ", "caecilia - ae"),
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected


@given(st.text())
def test_fold_once_is_enough(text):
    assert fold(fold(text)) == fold(text)


def test_sort_key_orders_as_a_french_dictionary():
    names = [
        "Zèbre",
        "iris",
        "Îles",
        "été",
        "École",
        "ecran",
        "Œuvre",
        "Saint-Louis-du-Ha! Ha!",
        "L’Isle-Verte",
    ]
    assert sorted(names, key=sort_key) == [
        "École",
        "ecran",
        "été",
        "Îles",
        "iris",
        "L’Isle-Verte",
        "Œuvre",
        "Saint-Louis-du-Ha! Ha!",
        "Zèbre",
    ]
    assert sort_key("Saint-Louis-du-Ha! Ha!") == "saint louis du ha ha"
    assert sort_key("東京") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("œuvre & cœur", "oeuvre-et-coeur"),
        ("Saint-Louis-du-Ha! Ha!", "saint-louis-du-ha-ha"),
        ("L’Isle-Verte", "l-isle-verte"),
        ("東京", "initiative-7"),
        ("😀", "initiative-7"),
        ("--", "initiative-7"),
        ("Admin", "admin-1"),
        ("nouveau", "nouveau-1"),
        ("page", "page-1"),
        ("Santé", "sante"),
        ("É" * 300, "e" * 80),
        ("mot " * 40, "-".join(["mot"] * 20)),
        ("\x00a/../b", "a-b"),
    ],
)
def test_slug_fr(text, expected):
    assert slug_fr(text, fallback="initiative-7") == expected


@given(st.text(), st.integers(3, 100))
def test_slug_fr_is_safe_in_an_address(text, length):
    slug = slug_fr(text, max_length=length)
    assert len(slug) <= length
    assert slug == "" or re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("emploi", "Des emplois durables"),
        ("emplois", "L’emploi en région"),
        ("l'emploi", "Emplois"),
        ("l’emploi", "emploi"),
        ("coeur", "Au cœur du village"),
        ("cœur", "Coeurs vaillants"),
        ("Oeuvre", "Œuvres communautaires"),
        ("logements", "Un logement abordable"),
        ("logement", "LOGEMENTS"),
        ("logem", "logements"),
        ("préjugé", "Contre les préjugés"),
        ("preju", "Contre les préjugés"),
        ("régionaux", "Un projet régional"),
        ("regional", "enjeux régionaux"),
        ("régionale", "régionaux"),
        ("psychosociaux", "suivi psychosocial"),
        ("St-Éloi", "Saint-Éloi"),
        ("Saint-Éloi", "St-Eloi"),
        ("saint eloi", "St‑Éloi"),
        ("Ste-Luce", "Sainte-Luce"),
        ("sainte luce", "Ste-Luce"),
        ("Saint-Louis-du-Ha! Ha!", "La municipalité de Saint-Louis-du-Ha! Ha!"),
        ("st louis du ha ha", "Saint-Louis-du-Ha! Ha!"),
        ("d'aide", "Aide alimentaire"),
        ("aides", "l’aide"),
        ("sante", "La santé"),
        ("SANTÉ", "sante"),
        ("ecole", "École secondaire"),
        ("ecoles", "l’école"),
        ("épic", "Une épicerie"),
        ("securite alim", "La sécurité alimentaire"),
        ("rimouski neigette", "Rimouski-Neigette"),
        ("riviere du loup", "Rivière-du-Loup"),
        ("metis", "MRC de La Mitis, Métis-sur-Mer"),
        ("Les Basques", "MRC des Basques"),
        ("benevoles", "Le bénévolat"),
        ("itinerant", "Personnes itinérantes"),
        ("ainés", "Une aînée"),
        ("aînées", "les aînés"),
        ("bateaux", "un bateau"),
        ("jeux", "Un jeu de rôle"),
        ("réseaux", "réseau"),
        ("e\u0301tudiants", "Étudiante"),
        ("BSL", "Bas-Saint-Laurent"),
        ("bas saint laurent", "le BSL"),
        ("2021", "Exercice 2021-2022"),
        ("isle verte", "L’Isle-Verte"),
        ("onesime d'ixworth", "Saint-Onésime-d’Ixworth"),
        ("années", "une année"),
    ],
)
def test_query_finds(query, document):
    assert finds(query, document)


@pytest.mark.parametrize(
    ("query", "document"),
    [
        ("logement", "Un logiciel libre"),
        ("emploi", "Un empire"),
        ("matane", "La Matapédia"),
        ("saint eloi", "Saint-Simon"),
        ("transport collectif", "Transport adapté"),
    ],
)
def test_query_does_not_find(query, document):
    assert not finds(query, document)


@pytest.mark.parametrize(
    "query", ["", "   ", "%", "_" * 200, "\\", "'", '"', "\x00", "le la les", "l'", "東京", "😀"]
)
def test_query_without_a_word_has_no_term(query):
    assert query_terms(query) == []


def test_query_terms_are_bounded_and_literal():
    assert query_terms("(a+)+$ %x_") == ["x"]
    assert query_terms("un deux trois quatre cinq six sept huit neuf dix") == stems(
        "deux trois quatre cinq six sept huit neuf"
    )
    assert query_terms("mot mots MOT") == ["mot"]
    assert query_terms("a" * 100_000) == ["a" * 100]
    assert query_terms("b" * 98 + " zz yy") == ["b" * 98, "z"]


def test_search_text_of_parts():
    assert search_text("Cœur", None, "", "de l’emploi") == " coeur emploi "
    assert search_text() == "  "


VARIANTS = [
    str.upper,
    str.lower,
    fold,
    lower_first,
    lambda word: unicodedata.normalize("NFD", word),
    lambda word: word.replace("’", "'"),
    lambda word: word.replace("œ", "oe"),
    lambda word: word.replace("-", "\u2011"),
]


@given(st.sampled_from(WORDS.split()), st.sampled_from(VARIANTS), st.text(max_size=30))
def test_any_word_of_a_document_finds_it(word, variant, noise):
    terms = query_terms(variant(word))
    column = search_text(noise, f"{WORDS} fin")
    assert terms == query_terms(word)
    assert all(f" {term}" in column for term in terms)


@given(st.text(max_size=80))
def test_any_text_finds_itself(text):
    column = search_text(text)
    assert re.fullmatch(r" ([a-z0-9]+( [a-z0-9]+)*)? ", column)
    assert all(f" {term}" in column for term in query_terms(text))


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("MRC", "MRC"),
        ("Résumé", "résumé"),
        ("À propos", "à propos"),
        ("L’organisme", "l’organisme"),
        ("", ""),
    ],
)
def test_lower_first_keeps_acronyms(label, inside):
    assert lower_first(label) == inside
