"""What every movement of money has in common: a dated, signed change, written once (design.md §2.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alliance.lib.constraints import not_blank, one_of
from alliance.lib.money import MAX_AMOUNT, MoneyField


class Movement(models.Model):
    """A dated, signed change of an amount: who, when, why. The database refuses to change or delete one."""

    amount = MoneyField("montant", help_text="Négatif pour retirer.")
    on = models.DateField("date")
    reason = models.CharField("raison", max_length=300)
    resolution = models.CharField("résolution", max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    created_at = models.DateTimeField("inscrit le", auto_now_add=True)
    entry_token = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.on} · {self.amount}"


def movement_constraints(name, kinds, *, positive, negative=()):
    """Return the checks of a movement table: known kind, bounded non-zero amount, sign suited to the kind."""
    return [
        one_of(f"{name}_kind", "kind", kinds),
        not_blank(f"{name}_reason_not_blank", "reason"),
        models.CheckConstraint(
            name=f"{name}_amount_bounds",
            condition=Q(amount__gte=-MAX_AMOUNT, amount__lte=MAX_AMOUNT) & ~Q(amount=0),
            violation_error_message="Le montant d’un mouvement est différent de zéro et d’au plus 9\xa0999\xa0999\xa0999,99 $.",
        ),
        models.CheckConstraint(
            name=f"{name}_amount_sign",
            condition=(~Q(kind__in=positive) | Q(amount__gt=0)) & (~Q(kind__in=negative) | Q(amount__lt=0)),
            violation_error_message="Le signe du montant ne convient pas à ce type de mouvement.",
        ),
    ]
