"""Form fields: text cases B1 to B14, telephone, NEQ, addresses."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from alliance.lib.forms import (
    BlockFormField,
    EmailLineField,
    LineFormField,
    NeqFormField,
    PhoneFormField,
    PublicUrlFormField,
    TokenField,
    errors_by_field,
)


def clean(field, value):
    try:
        return field.clean(value)
    except ValidationError as refusal:
        return refusal.messages


def test_line_field():
    field = LineFormField(max_length=5)
    assert clean(field, " a\r\nb ") == "a b"
    assert clean(field, "e\u0301" * 5) == "é" * 5
    assert clean(field, "a\x00") == ["Le texte contient un caractère non permis"]
    assert clean(field, "\ufeff ") == ["Ce champ est obligatoire."]
    assert clean(LineFormField(required=False), None) == ""
    assert clean(LineFormField(required=False, empty_value=None), "\u00ad") is None


def test_block_field_counts_a_newline_as_one_character():
    field = BlockFormField(max_length=5)
    assert isinstance(field.widget, forms.Textarea)
    assert clean(field, "ab\r\ncd\r\n") == "ab\ncd"
    assert len(clean(field, "ab\r\ncde")) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4185550123", "418 555-0123"),
        ("(418) 555-0123", "418 555-0123"),
        ("+1 418-555-0123", "418 555-0123"),
        ("1 800 463-1234", "800 463-1234"),
        ("418 555-0123 poste 12", "418 555-0123, poste 12"),
        ("418 555-0123, poste 12", "418 555-0123, poste 12"),
        ("418 555-0123 Poste: 12", "418 555-0123, poste 12"),
        ("418 555-0123 p. 12", "418 555-0123, poste 12"),
        ("418 555-0123 #12", "418 555-0123, poste 12"),
        ("418 555-0123 ext. 12", "418 555-0123, poste 12"),
        ("418 555-0123x12", "418 555-0123, poste 12"),
        ("+33 1 42 68 53 00", "+33 1 42 68 53 00"),
        ("", ""),
    ],
)
def test_phone_field(text, expected):
    field = PhoneFormField(required=False)
    assert clean(field, text) == expected
    assert clean(field, expected) == expected


@pytest.mark.parametrize(
    "text", ["555", "abc", "418 555-012", "000 000-0000", "418 555-0123 poste", "1" * 39]
)
def test_phone_field_refuses(text):
    assert clean(PhoneFormField(), text) == [PhoneFormField.message]


@pytest.mark.parametrize(
    "text", ["900 555-1234", "1 900 643-1234", "418 976-1234", "+33 899 70 12 34", "+44 909 879 0000"]
)
def test_phone_field_refuses_a_number_that_charges_who_calls(text):
    assert clean(PhoneFormField(), text) == [PhoneFormField.charged]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("418 722-0000, poste 12", "418 722-0000, poste 12"),
        ("+1 212 736-3100", "212 736-3100"),
        ("1 866 277-3553", "866 277-3553"),
        ("+33 1 42 68 53 00", [PhoneFormField.far]),
        ("876 922-1234", [PhoneFormField.far]),
        ("809 555-1234", [PhoneFormField.far]),
        ("", ""),
    ],
)
def test_near_phone_field_takes_numbers_of_canada_and_the_united_states_alone(text, expected):
    assert clean(PhoneFormField(is_near=True, required=False), text) == expected


def test_neq_field():
    field = NeqFormField(required=False)
    assert clean(field, "11 4000-0000") == "1140000000"
    assert clean(field, "") == ""
    for text in ("114000000", "11400000001", "١١٤٠٠٠٠٠٠٠", "11400000OO"):
        assert clean(field, text) == ["Le NEQ compte 10 chiffres, par exemple 1140000000"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.exemple.ca/a?b=1#c", "https://www.exemple.ca/a?b=1#c"),
        ("http://exemple.ca:8080", "http://exemple.ca:8080"),
        (" www.exemple.ca ", "https://www.exemple.ca"),
        ("exemple.ca/page", "https://exemple.ca/page"),
        ("https://éco.québec", "https://éco.québec"),
        ("https://exemple.ca/@nous", "https://exemple.ca/@nous"),
        ("", ""),
    ],
)
def test_url_field(text, expected):
    assert clean(PublicUrlFormField(required=False), text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://exemple.ca",
        "//evil.example",
        "https://",
        "https://user:pass@evil.example",
        "https://user@evil.example",
        "www.exemple.ca@evil.example",
        "https:\\\\evil.example",
        "https://exemple.ca/a b",
        "https://[::1",
        "mot",
        "mailto:a@exemple.ca",
    ],
)
def test_url_field_refuses(text):
    assert clean(PublicUrlFormField(), text) == [PublicUrlFormField.message]


def test_email_field():
    field = EmailLineField(required=False)
    refused = ["Inscrivez une adresse courriel complète, par exemple nom@exemple.ca"]
    assert clean(field, " o'neil+tag@exemple.ca\n") == "o'neil+tag@exemple.ca"
    assert clean(field, "info@éco.québec") == "info@éco.québec"
    assert clean(field, None) == ""
    assert clean(field, "a@exemple.ca\r\nBcc: b@exemple.ca") == refused
    assert clean(field, "sans-arobas") == refused
    for inside in ("localhost", "LOCALHOST", "[127.0.0.1]", "[IPv6:::1]", "192.168.1.12", "a.localhost"):
        assert clean(field, f"root@{inside}") == refused
    assert len(clean(field, f"{'a' * 300}@exemple.ca")) >= 1
    assert clean(field, "a\x00@exemple.ca") == ["Le texte contient un caractère non permis"]


def test_unreadable_character_is_refused():
    said = ["Le texte contient un caractère illisible. Retapez-le à la main."]
    assert clean(LineFormField(), "caf\ufffd") == said
    assert clean(BlockFormField(), "a\ncaf\ufffd") == said


def test_errors_by_field_of_a_row_and_of_a_sentence():
    row, sentence = ValidationError({"title": ["Trop long"]}), ValidationError("Non")
    assert {name: [str(each.message) for each in rows] for name, rows in errors_by_field(row).items()} == {
        "title": ["Trop long"]
    }
    assert errors_by_field(sentence) == {None: [sentence]}


def test_sentences_are_ours():
    assert clean(LineFormField(max_length=2), "abc") == ["Inscrivez au plus 2 caractères (il y en a 3)"]
    assert clean(EmailLineField(max_length=9), "ab@exemple.ca") == [
        "Inscrivez au plus 9 caractères (il y en a 13)"
    ]
    said = ["Ce formulaire est arrivé incomplet. Vérifiez vos réponses, puis envoyez-le de nouveau."]
    assert [clean(TokenField(), text) for text in ("", "x")] == [said, said]
