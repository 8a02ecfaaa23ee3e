"""Forty sentences, each labelled by a reader: what the checks must see, and what they must leave alone."""

import pytest

from alliance.lib import plain
from alliance.lib.plain_words import HARD_WORDS

LABELLED = [
    # easy sentences: nothing to say
    ("On vient vous chercher chez vous.", set()),
    ("Appelez Marie au 418 555-0101.", set()),
    ("C’est gratuit.", set()),
    ("Le frigo est ouvert jour et nuit.", set()),
    ("Vous pouvez venir sans rendez-vous.", set()),
    ("Nous sommes à Témiscouata-sur-le-Lac.", set()),
    ("Le groupe se réunit le mardi à 13 h.", set()),
    ("Vous apportez votre assiette et vos enfants.", set()),
    ("Elle est allée voir le comité.", set()),
    ("Le local est situé au 12, rue Principale.", set()),
    ("Je suis né ici.", set()),
    ("Vous n’avez rien à payer.", set()),
    ("La MRC peut vous répondre.", set()),
    ("Mme Roy vous attend à la porte.", set()),
    ("Écrivez à aide@exemple.invalid.", set()),
    ("Le repas coûte 5 $.", set()),
    ("Appelez au 418 555-0101, poste 12, ou au 418 555-0102, poste 14.", set()),
    ("Les personnes seules sont bienvenues.", set()),
    ("On ne vous pose pas de questions.", set()),
    ("Saint-François-Xavier-de-Viger a son marché.", set()),
    # one fault each
    (
        "Chaque mardi, les bénévoles du quartier préparent ensemble une grande soupe avec les légumes reçus des fermes d’ici.",
        {plain.LONG_SENTENCE},
    ),
    ("Nous parlons de multiculturalisme.", {plain.LONG_WORD}),
    ("Parlez à l’intervenante.", {plain.HARD_WORD}),
    ("Le transport se fait en vertu de la loi.", {plain.HARD_WORD}),
    ("Vous devez effectuer un appel.", {plain.HARD_WORD}),
    ("Nous aidons les personnes vulnérables.", {plain.HARD_WORD}),
    ("Le CISSS vous répond.", {plain.ACRONYM}),
    ("Le FQIS paie le repas.", {plain.ACRONYM}),
    ("La soupe est préparée par les bénévoles.", {plain.PASSIVE}),
    ("Les repas sont offerts le midi.", {plain.PASSIVE}),
    ("Votre nom sera ajouté sur la liste.", {plain.PASSIVE}),
    ("Vous êtes invité par le comité.", {plain.PASSIVE}),
    ("Vous ne pouvez pas entrer sans carte.", {plain.DOUBLE_NEGATIVE}),
    ("Il n’est pas impossible de venir.", {plain.DOUBLE_NEGATIVE}),
    ("Venez AUJOURD’HUI ET DEMAIN MATIN.", {plain.CAPITALS}),
    ("APPELEZ DONC maintenant, c’est IMPORTANT.", {plain.CAPITALS}),
    ("Nous servons vingt-cinq repas.", {plain.NUMBER}),
    ("Près de 35 % des gens viennent.", {plain.NUMBER}),
    ("Le panier pèse 3,75 kilos.", {plain.NUMBER}),
    ("En 2021, 40 aînés, 12 enfants et 8 bénévoles sont venus.", {plain.NUMBER}),
]


@pytest.mark.parametrize(("sentence", "kinds"), LABELLED)
def test_sentence_is_read_as_a_reader_labelled_it(sentence, kinds):
    assert {finding.kind for finding in plain.read(sentence).findings} == kinds


def test_forty_sentences_are_labelled_half_of_them_easy():
    assert len(LABELLED) == 40
    assert sum(not kinds for _, kinds in LABELLED) == 20


def test_every_kind_of_finding_is_labelled_somewhere():
    assert set.union(*(kinds for _, kinds in LABELLED)) == {
        plain.LONG_SENTENCE,
        plain.LONG_WORD,
        plain.HARD_WORD,
        plain.ACRONYM,
        plain.PASSIVE,
        plain.DOUBLE_NEGATIVE,
        plain.CAPITALS,
        plain.NUMBER,
    }


def test_acronym_explained_once_is_explained():
    text = "Le Centre intégré de santé (CISSS) vous aide. Le CISSS est à Rimouski."
    assert plain.read(text).findings == ()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Un. Deux! Trois?", 3),
        ("Mme Roy et le Dr. Gagnon viennent. Merci.", 2),
        ("Une ligne\nune autre", 2),
        ("", 0),
        ("… \n", 0),
        ("Appelez au 418 555-0101, poste 12.", 1),
    ],
)
def test_sentences_are_told_apart(text, sentences):
    assert len(plain.sentences_of(text)) == sentences


def test_fifteen_words_pass_and_sixteen_do_not():
    assert plain.read(" ".join(["mot"] * 15) + ".").findings == ()
    assert [one.kind for one in plain.read(" ".join(["mot"] * 16) + ".").findings] == [plain.LONG_SENTENCE]


def test_twelve_letters_pass_and_thirteen_do_not():
    assert plain.read("Un " + "a" * 12 + ".").findings == ()
    assert [one.kind for one in plain.read("Un " + "a" * 13 + ".").findings] == [plain.LONG_WORD]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("", ""),
        ("On mange ensemble. C’est gratuit. Venez le mardi.", plain.EASY),
        ("On mange ensemble. Les repas sont offerts.", plain.FAIRLY_EASY),
        (
            "Suite à l’obtention d’une attestation, le requérant bénéficie d’un accompagnement individualisé en vertu du "
            "cadre normatif, lequel est élaboré par les partenaires.",
            plain.DIFFICULT,
        ),
    ],
)
def test_score_is_a_word(text, score):
    assert plain.read(text).score == score


def test_finding_says_where_why_and_what_to_write():
    (finding,) = plain.read("On mange. Vous devez effectuer un appel.").findings
    assert (finding.sentence, finding.said) == ("Vous devez effectuer un appel.", "effectuer")
    assert finding.reason == "«\u00a0effectuer\u00a0» est un mot difficile."
    assert finding.suggestion == "Essayez\u00a0: faire."


def test_table_of_words_is_long_and_proposes_something_easier():
    assert len(HARD_WORDS) >= 120
    for pattern, simple in HARD_WORDS:
        assert not any(other.search(simple) for other, _ in HARD_WORDS if other is not pattern), simple


def test_average_is_in_words_per_sentence():
    assert plain.read("Un deux trois. Un.").average == 2.0
