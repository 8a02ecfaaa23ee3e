"""What proves the books: the sums of a year when it was closed, and each check of the ledger."""

from django.db import models

from alliance.lib.money import MoneyField
from initiatives.models import FiscalYear


class YearClosing(models.Model):
    """What the lines of a fiscal year held when it was closed; corrections come after and are told apart."""

    fiscal_year = models.OneToOneField(
        FiscalYear, on_delete=models.PROTECT, related_name="closing", verbose_name="exercice"
    )
    allocated = MoneyField("affecté")
    committed = MoneyField("engagé")
    paid = MoneyField("versé, net de ce qui est récupéré")
    closed_at = models.DateTimeField("fermé le")
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        verbose_name = "fermeture d’exercice"
        verbose_name_plural = "fermetures d’exercices"
        ordering = ["-fiscal_year__starts_on"]

    def __str__(self):
        return f"Fermeture de {self.fiscal_year}"


class LedgerCheck(models.Model):
    """One run of `check_ledger`: when, how long, how many rules, and what did not hold (sentences)."""

    run_at = models.DateTimeField("vérifié le", auto_now_add=True)
    seconds = models.FloatField("durée en secondes")
    rules = models.PositiveSmallIntegerField("vérifications")
    failures = models.JSONField("ce qui ne tient pas", default=list, blank=True)

    class Meta:
        verbose_name = "vérification du registre"
        verbose_name_plural = "vérifications du registre"
        ordering = ["-run_at", "-pk"]

    def __str__(self):
        return f"{self.run_at:%Y-%m-%d %H:%M}"
