"""Amounts: the table of what people type (cases C1 to C6, C10, C21), the fields, the display."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from alliance.lib.money import (
    MAX_AMOUNT,
    ZERO,
    MoneyField,
    MoneyFormField,
    format_amount,
    format_millions,
    parse_amount,
    quantize,
    split_percentages,
)

ACCEPTED = [
    ("10,50", "10.50"),
    ("10.50", "10.50"),
    ("10,5", "10.50"),
    ("10.5", "10.50"),
    ("1 234,56", "1234.56"),
    ("1\xa0234,56", "1234.56"),
    ("1\u202f234,56", "1234.56"),
    ("2 016 049", "2016049.00"),
    ("2\xa0016\xa0049\xa0$", "2016049.00"),
    ("12 $", "12.00"),
    ("12$", "12.00"),
    ("12\xa0$", "12.00"),
    ("12,5 $", "12.50"),
    ("$12", "12.00"),
    ("$ 12,05", "12.05"),
    (" 10 ", "10.00"),
    ("10\n", "10.00"),
    ("0", "0.00"),
    ("0,00", "0.00"),
    ("-0", "0.00"),
    ("-5", "-5.00"),
    ("−5 $", "-5.00"),
    ("-$5", "-5.00"),
    ("007", "7.00"),
    ("9 999 999 999,99", "9999999999.99"),
    ("9999999999.99", "9999999999.99"),
]

REFUSED = [
    ("1,234", "ambiguous"),
    ("1.234", "ambiguous"),
    ("10,999", "ambiguous"),
    ("1,234.56", "ambiguous"),
    ("1.234,56", "ambiguous"),
    ("1,234,567", "ambiguous"),
    ("1.234.567", "ambiguous"),
    ("0,001", "max_decimal_places"),
    ("1 234,567", "max_decimal_places"),
    ("1234.567", "max_decimal_places"),
    ("10 000 000 000,00", "max_value"),
    ("9999999999999999999999999", "max_value"),
    ("10_000", "invalid"),
    ("١٢", "invalid"),
    ("1e5", "invalid"),
    ("NaN", "invalid"),
    ("Infinity", "invalid"),
    ("-", "invalid"),
    ("$", "invalid"),
    ("$12$", "invalid"),
    ("", "invalid"),
    ("10,", "invalid"),
    (",50", "invalid"),
    ("1 23", "invalid"),
    ("12 34 567", "invalid"),
    ("1,2,3", "invalid"),
    ("1.234,567", "invalid"),
    ("+5", "invalid"),
    ("(5)", "invalid"),
    ("12 M$", "invalid"),
    ("5\x00", "invalid"),
    ("9" * 5000, "invalid"),
]


@pytest.mark.parametrize(("text", "expected"), ACCEPTED)
def test_parse_amount_of_what_people_write(text, expected):
    assert str(parse_amount(text)) == expected


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_parse_amount_refuses(text, code):
    with pytest.raises(ValidationError) as refusal:
        parse_amount(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,234", "«\xa01,234\xa0» peut se lire de deux façons. Inscrivez 1 234 ou 1,23"),
        ("1,234.5", "«\xa01,234.5\xa0» peut se lire de deux façons. Inscrivez 1 234,50"),
        ("1.234,56", "«\xa01.234,56\xa0» peut se lire de deux façons. Inscrivez 1 234,56"),
        ("1,234,567", "«\xa01,234,567\xa0» peut se lire de deux façons. Inscrivez 1 234 567"),
        ("10000000000", "Le montant doit être d’au plus 9\xa0999\xa0999\xa0999,99\xa0$"),
    ],
)
def test_parse_amount_message_shows_how_to_write_it(text, message):
    with pytest.raises(ValidationError) as refusal:
        parse_amount(text)
    assert refusal.value.messages == [message]


@given(st.decimals(min_value=-MAX_AMOUNT, max_value=MAX_AMOUNT, places=2))
def test_parse_amount_reads_back_what_is_displayed(amount):
    assert parse_amount(format_amount(amount)) == amount


@given(st.text(alphabet="0123456789,. $-\xa0eE_", max_size=45))
def test_parse_amount_gives_two_decimals_or_refuses(text):
    try:
        amount = parse_amount(text)
    except ValidationError:
        return
    assert amount.as_tuple().exponent == -2
    assert abs(amount) <= MAX_AMOUNT
    assert not (amount.is_zero() and amount.is_signed())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "montant non publié"),
        (Decimal("NaN"), "montant non valide"),
        (Decimal(2016049), "2\xa0016\xa0049\xa0$"),
        (Decimal("12.50"), "12,50\xa0$"),
        (Decimal("0.00"), "0\xa0$"),
        (Decimal("-0.00"), "0\xa0$"),
        (Decimal("-1234.5"), "−1\xa0234,50\xa0$"),
        (Decimal("6001000.70000000"), "6\xa0001\xa0000,70\xa0$"),
        (100, "100\xa0$"),
    ],
)
def test_format_amount(value, expected):
    assert format_amount(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "montant non publié"),
        (Decimal("NaN"), "montant non valide"),
        (Decimal(6000000), "6\xa0M$"),
        (Decimal(1450000), "1,5\xa0M$"),
        (Decimal(-2016049), "−2\xa0M$"),
        (Decimal("999999.99"), "999\xa0999,99\xa0$"),
        (Decimal(9999999999), "10\xa0000\xa0M$"),
    ],
)
def test_format_millions(value, expected):
    assert format_millions(value) == expected


def test_quantize_of_sums():
    assert str(quantize(Decimal("6001000.70000000"))) == "6001000.70"
    assert str(quantize(0.1 + 0.2)) == "0.30"
    assert quantize(None) == ZERO
    assert str(quantize(Decimal("-0.00"))) == "0.00"
    with pytest.raises(ValueError, match="not an amount"):
        quantize(Decimal("Infinity"))


def test_split_percentages_adds_to_one_hundred():
    assert split_percentages([1, 1, 1]) == [34, 33, 33]
    assert split_percentages([1, 1, 1], places=2) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert split_percentages([Decimal("0.01"), Decimal("999.99")]) == [0, 100]
    assert split_percentages([0, 0]) == [0, 0]
    assert split_percentages([]) == []
    with pytest.raises(ValueError, match="negative"):
        split_percentages([1, -1])


@given(st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=30), st.integers(0, 2))
def test_split_percentages_never_strays_from_the_exact_share(values, places):
    shares = split_percentages(values, places=places)
    if not sum(values):
        assert set(shares) == {0}
        return
    assert sum(shares) == 100
    unit = Decimal(1).scaleb(-places)
    for value, share in zip(values, shares, strict=True):
        assert abs(Decimal(value * 100) / sum(values) - share) < unit


def clean(field, value):
    try:
        return field.clean(value)
    except ValidationError as refusal:
        return refusal.messages


def test_form_field_bounds():
    field = MoneyFormField()
    assert clean(field, "12 500,50") == Decimal("12500.50")
    assert clean(field, "-5") == ["Inscrivez le montant sans signe moins"]
    assert clean(field, "  ") == ["Inscrivez un montant en dollars, par exemple 12\xa0500 ou 12\xa0500,50"]
    assert clean(MoneyFormField(min_value=Decimal("0.01")), "-0") == [
        "Le montant doit être d’au moins 0,01\xa0$"
    ]
    assert clean(MoneyFormField(max_value=Decimal(100)), "101") == ["Le montant doit être d’au plus 100\xa0$"]
    assert clean(MoneyFormField(min_value=None), "-5") == Decimal(-5)
    assert clean(MoneyFormField(required=False), "") is None
    assert clean(MoneyFormField(required=False), None) is None
    assert clean(field, Decimal("12.505")) == [
        "Inscrivez au plus deux chiffres après la virgule, par exemple 12\xa0500,50"
    ]


def test_form_field_shows_an_amount_without_spaces_and_keeps_what_was_typed():
    class Form(forms.Form):
        amount = MoneyFormField()

    shown = Form(initial={"amount": Decimal("2016049.50")})["amount"].as_widget()
    assert 'value="2016049,50"' in shown
    assert 'inputmode="decimal"' in shown
    assert 'value="2016049"' in Form(initial={"amount": 2016049})["amount"].as_widget()
    assert 'value="1,234"' in Form({"amount": "1,234"})["amount"].as_widget()
    assert not Form({"amount": "12,50"}, initial={"amount": Decimal("12.50")}).has_changed()


@pytest.mark.parametrize(
    "value",
    [
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        float("nan"),
        Decimal("10.999"),
        Decimal("1e-999999"),
        0.1 + 0.2,
        Decimal("10000000000.00"),
        -(10**10),
        True,
        b"5",
        "1,234",
        "",
    ],
)
def test_model_field_refuses(value):
    with pytest.raises(ValidationError):
        MoneyField().to_python(value)


def test_model_field_reads_exact_values():
    field = MoneyField()
    assert field.to_python(None) is None
    assert str(field.to_python(5)) == "5.00"
    assert str(field.to_python(12.5)) == "12.50"
    assert str(field.to_python("12.50")) == "12.50"
    assert str(field.to_python(Decimal("-0.0"))) == "0.00"


def test_model_field_deconstructs_to_what_was_given():
    assert MoneyField("montant", null=True).deconstruct()[1:] == (
        "alliance.lib.money.MoneyField",
        [],
        {"verbose_name": "montant", "null": True},
    )
    assert MoneyField(max_digits=9).deconstruct()[3] == {"max_digits": 9}


def test_model_field_gives_its_form_field():
    field = MoneyField("montant", blank=True).formfield(min_value=None)
    assert type(field) is MoneyFormField
    assert (field.required, field.min_value, field.label) == (False, None, "Montant")


@pytest.mark.django_db(transaction=True)
@isolate_apps("alliance.lib")
def test_model_field_sums_on_the_database():
    class Amount(models.Model):
        value = MoneyField(null=True)

        class Meta:
            app_label = "lib"

        def __str__(self):
            return str(self.value)

    with connection.schema_editor() as editor:
        editor.create_model(Amount)
    try:
        Amount.objects.bulk_create([Amount(value=Decimal("600.07")) for _ in range(1000)] + [Amount()])
        with pytest.raises(ValidationError):
            Amount(value=Decimal("0.005")).save()
        total = Amount.objects.aggregate(total=models.Sum("value"))["total"]
        assert str(quantize(total)) == "600070.00"
        assert Amount.objects.filter(value__isnull=True).count() == 1
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Amount)
