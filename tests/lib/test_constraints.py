"""Each constraint is refused by the form, with its sentence, and by the database, whatever the door (case C6)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from alliance.lib import constraints
from alliance.lib.money import MAX_AMOUNT


class State(models.TextChoices):
    DRAFT = "draft", "Ébauche"
    PUBLISHED = "published", "Publiée"


GOOD = {
    "title": "Un titre",
    "state": "published",
    "start": date(2022, 4, 1),
    "end": date(2022, 4, 1),
    "amount": MAX_AMOUNT,
    "correction": Decimal(-5),
    "checked_on": date(2022, 4, 1),
    "checked_by": "A. B.",
}
UNKNOWN = dict.fromkeys(("start", "end", "amount", "correction", "checked_on", "checked_by")) | {
    "title": "Un titre",
    "state": "draft",
}


@pytest.fixture
def thing_model(transactional_db):
    with isolate_apps("alliance.lib"):

        class Thing(models.Model):
            title = models.CharField(max_length=20, blank=True)
            state = models.CharField(max_length=20)
            start = models.DateField(null=True, blank=True)
            end = models.DateField(null=True, blank=True)
            amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
            correction = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
            checked_on = models.DateField(null=True, blank=True)
            checked_by = models.CharField(max_length=20, null=True, blank=True)

            class Meta:
                app_label = "lib"
                constraints = [
                    constraints.not_blank("thing_title", "title"),
                    constraints.one_of("thing_state", "state", State),
                    constraints.date_order("thing_dates", "start", "end"),
                    constraints.amount_between("thing_amount", "amount"),
                    constraints.amount_between("thing_correction", "correction", low=-10),
                    constraints.both_or_neither(
                        "thing_check", "checked_on", "checked_by", "Indiquez qui et quand"
                    ),
                    constraints.implies(
                        "thing_published",
                        models.Q(state="published"),
                        models.Q(amount__isnull=False),
                        "Une initiative publiée a un montant",
                    ),
                ]

            def __str__(self):
                return self.title

        with connection.schema_editor() as editor:
            editor.create_model(Thing)
        yield Thing
        with connection.schema_editor() as editor:
            editor.delete_model(Thing)


@pytest.mark.parametrize(
    "values", [GOOD, UNKNOWN, GOOD | {"amount": Decimal(0)}], ids=["all", "unknown", "zero"]
)
def test_constraints_accept(thing_model, values):
    thing = thing_model(**values)
    thing.full_clean()
    thing.save()
    assert thing_model.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"title": ""}, "thing_title", "Ce texte ne peut pas être vide"),
        ({"state": "other"}, "thing_state", "Choisissez une valeur de la liste"),
        ({"end": date(2022, 3, 31)}, "thing_dates", "La date de fin doit suivre la date de début"),
        (
            {"amount": Decimal("-0.01")},
            "thing_amount",
            "Le montant doit être de 0\xa0$ à 9\xa0999\xa0999\xa0999,99\xa0$",
        ),
        (
            {"amount": MAX_AMOUNT + Decimal("0.01")},
            "thing_amount",
            "Le montant doit être de 0\xa0$ à 9\xa0999\xa0999\xa0999,99\xa0$",
        ),
        (
            {"correction": Decimal(-11)},
            "thing_correction",
            "Le montant doit être de −10\xa0$ à 9\xa0999\xa0999\xa0999,99\xa0$",
        ),
        ({"checked_by": None}, "thing_check", "Indiquez qui et quand"),
        ({"checked_on": None}, "thing_check", "Indiquez qui et quand"),
        ({"amount": None}, "thing_published", "Une initiative publiée a un montant"),
    ],
)
def test_constraints_refuse(thing_model, change, code, message):
    thing = thing_model(**GOOD | change)
    with pytest.raises(ValidationError) as refusal:
        thing.full_clean()
    errors = refusal.value.error_dict["__all__"]
    assert [(error.code, error.messages) for error in errors] == [(code, [message])]
    with pytest.raises(IntegrityError), transaction.atomic():
        thing.save()


def test_one_of_plain_values():
    condition = constraints.one_of("x", "source", ["", "fqis"]).condition
    assert condition == models.Q(source__in=["", "fqis"])
