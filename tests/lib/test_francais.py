"""Template filters: what is shown, what is unknown, what was not found."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

MOMENT = datetime(2022, 4, 1, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("x|montant", Decimal(2016049), "2\xa0016\xa0049\xa0$"),
        ("x|montant", Decimal("NaN"), "montant non valide"),
        ("x|montant", None, "montant non publié"),
        ("x|montant", "", ""),
        ("x|date_longue", date(2022, 4, 1), "1er avril 2022"),
        ("x|date_longue", None, ""),
        ("x|heure", MOMENT, "14\xa0h\xa005"),
        ("x|date_heure", MOMENT, "1er avril 2022 à 14\xa0h\xa005"),
        ("x|pourcent", 39, "39\xa0%"),
        ("x|pourcent", Decimal("12.5"), "12,5\xa0%"),
        ("x|pourcent", None, "inconnu"),
        ("x|lieu", "La Pocatière", "à La Pocatière"),
        ("x|lieu", "Les Méchins", "aux Méchins"),
        ("x|nombre", 2016, "2\xa0016"),
        ("x|nombre", -2016.5, "−2\xa0016,5"),
        ("x|nombre", 0, "0"),
        ("x|nombre", None, "inconnu"),
        ('x|pluriel:"initiative,initiatives"', 0, "0 initiative"),
        ('x|pluriel:"initiative,initiatives"', 1, "1 initiative"),
        ('x|pluriel:"initiative,initiatives"', 2, "2 initiatives"),
        ('x|pluriel:"initiative,initiatives"', 1084, "1\xa0084 initiatives"),
        ('x|pluriel:"initiative,initiatives"', None, "inconnu"),
    ],
)
def test_filter(expression, value, expected):
    template = Template("{% load francais %}{{ " + expression + " }}")
    assert template.render(Context({"x": value})) == expected


def test_filter_shows_nothing_for_a_variable_that_is_not_there():
    assert Template("{% load francais %}[{{ absent|pluriel:'mot,mots' }}]").render(Context()) in (
        "[]",
        "[inconnu]",
    )
