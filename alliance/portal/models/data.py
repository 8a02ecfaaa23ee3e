from django.conf import settings
from django.db import models

from initiatives.models import FiscalYear


class DataVersion(models.Model):
    """One row whose number grows at each commit that changes something public (triggers of `guards.py`).

    Pages carry it in their ETag: unchanged data answers 304 without recomputing, and never after a commit.
    """

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = "version des données"
        verbose_name_plural = "version des données"

    def __str__(self):
        return str(self.number)


class BilanVersion(models.Model):
    """A year's bilan as it was published: whole, dated, at its address for ever. Append-only."""

    fiscal_year = models.ForeignKey(
        FiscalYear, on_delete=models.PROTECT, related_name="bilans", verbose_name="exercice"
    )
    number = models.PositiveSmallIntegerField("version")
    published_at = models.DateTimeField("publié le")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="publié par"
    )
    note = models.CharField("remarque", max_length=300, blank=True)
    content = models.JSONField("contenu")
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        verbose_name = "bilan publié"
        verbose_name_plural = "bilans publiés"
        ordering = ["-fiscal_year__starts_on", "-number"]
        permissions = [("publish_bilan", "Peut publier un bilan")]
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "number"],
                name="portal_bilanversion_once",
                violation_error_message="Cette version du bilan existe déjà.",
            )
        ]

    def __str__(self):
        return f"Bilan {self.fiscal_year}, version {self.number}"
