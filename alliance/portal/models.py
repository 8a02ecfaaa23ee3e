from django.db import models


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
