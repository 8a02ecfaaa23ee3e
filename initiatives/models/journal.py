from django.conf import settings
from django.db import models

from initiatives.choices import State
from initiatives.models.initiative import Initiative


class TransitionLog(models.Model):
    """One move of an initiative: who, when, from where to where, why. Append-only."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="transitions")
    name = models.CharField("action", max_length=30)
    from_state = models.CharField("de", max_length=20, choices=State.choices)
    to_state = models.CharField("à", max_length=20, choices=State.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    at = models.DateTimeField("le")
    note = models.TextField("note", blank=True)
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "changement d’état"
        verbose_name_plural = "changements d’état"
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"


class Snapshot(models.Model):
    """What was deposited, word for word, at each deposit. Never changes afterwards."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="snapshots")
    taken_at = models.DateTimeField("le")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    content = models.JSONField("contenu")
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "copie du dépôt"
        verbose_name_plural = "copies des dépôts"
        ordering = ["taken_at", "pk"]

    def __str__(self):
        return f"Dépôt du {self.taken_at:%Y-%m-%d}"


class NumberSequence(models.Model):
    """Last number given for a fiscal year; its row is locked while the next one is given."""

    start_year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "suite de numéros"
        verbose_name_plural = "suites de numéros"

    def __str__(self):
        return f"{self.start_year} : {self.last}"
