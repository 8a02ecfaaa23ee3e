import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.lib.text import search_text
from alliance.lib.wording import NO_EQUIVALENTS, Equivalents, Wanted, phrases

ELDERS = Equivalents(["aîné, personne âgée, retraité", "aîné, sage", "logement social, HLM"])


def said(text, words=ELDERS):
    return {(frozenset(one.typed), frozenset(map(frozenset, one.others))) for one in words.wanted(text)}


def test_word_without_equivalent_is_wanted_as_typed():
    assert NO_EQUIVALENTS.wanted("Des frigos à Amqui") == [Wanted(("frigo",)), Wanted(("amqui",))]


def test_word_of_two_groups_has_the_others_of_both():
    (wanted,) = ELDERS.wanted("aînés")
    assert wanted == Wanted(("ain ",), (("person", "age"), ("retrait",), ("sag",)), ("aines",))


def test_phrase_is_read_whole_in_any_order():
    assert said("âgée personne") == said("personnes âgées") == said("personne âgée")
    assert len(ELDERS.wanted("personne âgée")) == 1


def test_part_of_a_phrase_is_not_the_phrase():
    assert ELDERS.wanted("logement") == [Wanted(("logem",))]


@pytest.mark.parametrize(
    ("query", "document", "found"),
    [
        ("aîné", "Repas des retraités", True),
        ("aîné", "Une personne à la fois", False),
        ("HLM", "Un logement à loyer social", True),
        ("hlm", "Un logement", False),
        ("sage", "Ainée", True),
        ("retraité", "Sagesse", False),
    ],
)
def test_other_words_are_whole(query, document, found):
    words = search_text(document)
    assert all(one.is_in(words) for one in ELDERS.wanted(query)) is found


def test_phrases_of_a_text_are_read_once_and_blanks_left_out():
    assert phrases("bouffe, , Bouffes; le, banque alimentaire") == [("bouff",), ("banqu", "alimentair")]


@given(
    st.lists(
        st.sampled_from(["aîné", "personne", "âgée", "logement", "social", "frigo", "sage"]), max_size=6
    ),
    st.randoms(),
)
def test_order_of_the_words_never_matters(words, chance):
    mixed = chance.sample(words, len(words))
    assert said(" ".join(words)) == said(" ".join(mixed))


@given(st.text(max_size=200), st.text(max_size=80))
def test_any_text_is_read(query, group):
    assert all(one.typed for one in Equivalents([group]).wanted(query))
