"""Dates: fiscal years at their bounds, French display, reading (cases C14, C17, C18)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from hypothesis import given
from hypothesis import strategies as st

from alliance.lib import dates


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2022-04-01T03:30:00Z", date(2022, 3, 31)),  # 23:30 in Toronto, still the old fiscal year
        ("2022-04-01T04:00:00Z", date(2022, 4, 1)),
        ("2022-11-06T05:30:00Z", date(2022, 11, 6)),  # the first 1:30 of the double hour
        ("2022-03-13T07:00:00Z", date(2022, 3, 13)),  # the missing hour
    ],
)
def test_today_is_the_day_of_toronto(moment, expected):
    with time_machine.travel(datetime.fromisoformat(moment), tick=False):
        assert dates.today() == expected


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2022, 3, 31), 2021),
        (date(2022, 4, 1), 2022),
        (date(2022, 12, 31), 2022),
        (date(2023, 1, 1), 2022),
        (datetime(2022, 4, 1, 3, 30, tzinfo=UTC), 2021),
        (datetime(2022, 4, 1, 4, 0, tzinfo=UTC), 2022),
    ],
)
def test_fiscal_start_at_the_bounds(day, year):
    assert dates.fiscal_start(day) == year


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_fiscal_bounds_hold_the_day(day):
    start, end = dates.fiscal_bounds(dates.fiscal_start(day))
    assert start <= day <= end
    assert dates.fiscal_start(end + timedelta(days=1)) == dates.fiscal_start(day) + 1


def test_fiscal_label_and_years_between():
    assert dates.fiscal_label(2021) == "2021-2022"
    assert dates.fiscal_years_between(date(2021, 4, 1), date(2022, 3, 31)) == [2021]
    assert dates.fiscal_years_between(date(2022, 3, 31), date(2023, 4, 1)) == [2021, 2022, 2023]
    assert dates.fiscal_years_between(date(2022, 4, 2), date(2022, 4, 1)) == []


def test_french_display():
    moment = datetime(2022, 4, 1, 18, 5, tzinfo=UTC)
    assert dates.long_date(date(2022, 4, 1)) == "1er avril 2022"
    assert dates.long_date(date(2022, 8, 11)) == "11 août 2022"
    assert dates.long_date(datetime(2022, 4, 1, 3, 0, tzinfo=UTC)) == "31 mars 2022"
    assert dates.time_text(moment) == "14\xa0h\xa005"
    assert dates.time_text(datetime(2022, 4, 1, 9, 0)) == "9\xa0h\xa000"  # noqa: DTZ001 - a naive time stays as it is
    assert dates.datetime_text(moment) == "1er avril 2022 à 14\xa0h\xa005"
    assert dates.period_text(date(2021, 4, 1), date(2022, 3, 31)) == "du 1er avril 2021 au 31 mars 2022"
    assert dates.period_text(date(2021, 4, 1), date(2021, 4, 1)) == "le 1er avril 2021"


def test_time_format_of_django_is_corrected():
    moment = datetime(2022, 4, 1, 13, 5)  # noqa: DTZ001 - only the format is under test
    assert formats.time_format(moment.time()) == "13\xa0h\xa005"
    assert formats.date_format(moment, "SHORT_DATETIME_FORMAT") == "2022-04-01 13\xa0h\xa005"
    assert formats.date_format(moment, "DATETIME_FORMAT") == "2022-04-01, 13\xa0h\xa005"
    assert formats.get_format("DATE_INPUT_FORMATS") == ["%Y-%m-%d"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-03-01", date(2022, 3, 1)),
        ("2022-3-1", date(2022, 3, 1)),
        ("2022/03/01", date(2022, 3, 1)),
        (" 2022-03-01 ", date(2022, 3, 1)),
        ("31/12/2022", date(2022, 12, 31)),
        ("31-12-2022", date(2022, 12, 31)),
        ("31.12.2022", date(2022, 12, 31)),
        ("1er avril 2022", date(2022, 4, 1)),
        ("1\xa0er avril 2022".replace("\xa0er", "er"), date(2022, 4, 1)),
        ("15 Août 2022", date(2022, 8, 15)),
        ("3 FÉVRIER 2022", date(2022, 2, 3)),
        ("3 févr. 2022", date(2022, 2, 3)),
        ("29 février 2024", date(2024, 2, 29)),
        ("2000-01-01", date(2000, 1, 1)),
        ("2100-12-31", date(2100, 12, 31)),
    ],
)
def test_parse_date_reads(text, expected):
    assert dates.parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("01/02/2022", "ambiguous"),
        ("12/31/2022", "ambiguous"),
        ("2022-02-30", "invalid"),
        ("31/02/2022", "invalid"),
        ("2022-13-01", "invalid"),
        ("0000-01-01", "year"),
        ("1999-12-31", "year"),
        ("2101-01-01", "year"),
        ("10000-01-01", "year"),
        ("9999-99-99", "year"),
        ("99999-01-01", "year"),
        ("22-03-01", "invalid"),
        ("2022-03/01", "invalid"),
        ("٢٠٢٢-٠٣-٠١", "invalid"),
        ("1 april 2022", "invalid"),
        ("2er avril 2022", "invalid"),
        ("1er avril", "invalid"),
        ("2022-03-01 10:00", "invalid"),
        ("", "invalid"),
        ("2" * 5000, "invalid"),
        ("2022-03-01\x00", "invalid"),
    ],
)
def test_parse_date_refuses(text, code):
    with pytest.raises(ValidationError) as refusal:
        dates.parse_date(text)
    assert refusal.value.code == code


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_parse_date_reads_back_what_is_displayed(day):
    assert dates.parse_date(dates.long_date(day)) == day
    assert dates.parse_date(day.isoformat()) == day


def test_date_form_field():
    class Form(forms.Form):
        day = dates.DateFormField(required=False)

    shown = Form(initial={"day": date(2022, 4, 1)})["day"].as_widget()
    assert 'type="date"' in shown
    assert 'value="2022-04-01"' in shown
    form = Form({"day": "01/02/2022"})
    assert form.errors["day"] == [
        "«\xa001/02/2022\xa0» peut se lire de deux façons. "
        "Inscrivez la date dans l’ordre année-mois-jour, par exemple 2022-04-27"
    ]
    assert 'value="01/02/2022"' in form["day"].as_widget()
    assert not Form({"day": "2022-4-1"}, initial={"day": date(2022, 4, 1)}).has_changed()
    field = dates.DateFormField(required=False)
    assert field.clean("  ") is None
    assert field.clean(None) is None
    assert field.clean(date(2022, 4, 1)) == date(2022, 4, 1)
    assert field.clean(datetime(2022, 4, 1, 3, 0, tzinfo=UTC)) == date(2022, 3, 31)
