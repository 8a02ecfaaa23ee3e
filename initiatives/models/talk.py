from django.conf import settings
from django.db import models

from alliance.lib.constraints import both_or_neither, not_blank, one_of
from initiatives.choices import CorrectionReason
from initiatives.models.initiative import Initiative


class Correction(models.Model):
    """What the CRD asks to correct in one field of a file; while one is open, only the fields so named are open."""

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="corrections", verbose_name="initiative"
    )
    field = models.CharField("champ", max_length=40)
    reason = models.CharField("raison", max_length=12, choices=CorrectionReason.choices)
    note = models.CharField("précision", max_length=1000, blank=True)
    asked_at = models.DateTimeField("demandée le")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="demandée par"
    )
    answered_at = models.DateTimeField("réglée le", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="réglée par",
    )

    class Meta:
        verbose_name = "correction demandée"
        verbose_name_plural = "corrections demandées"
        ordering = ["asked_at", "pk"]
        constraints = [
            one_of("initiatives_correction_reason", "reason", CorrectionReason),
            not_blank("initiatives_correction_field", "field"),
            both_or_neither(
                "initiatives_correction_answered_pair",
                "answered_at",
                "answered_by",
                "Une correction réglée dit quand et par qui.",
            ),
        ]

    def __str__(self):
        return f"{self.field} : {self.get_reason_display()}"


class Exchange(models.Model):
    """A message of the thread shared by the MRC and the CRD. Append-only."""

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="exchanges", verbose_name="initiative"
    )
    text = models.TextField("message", max_length=5000)
    at = models.DateTimeField("le")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    asks_answer = models.BooleanField(
        "attend une réponse", default=True
    )  # said by who writes: « thank you » leaves nothing to do to the other side
    token = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        ordering = ["at", "pk"]
        constraints = [not_blank("initiatives_exchange_text", "text")]

    def __str__(self):
        return self.text[:60]


class InternalNote(models.Model):
    """A note of the CRD to itself. Another table than the exchanges: no page of an MRC ever reads it. Append-only."""

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="internal_notes", verbose_name="initiative"
    )
    text = models.TextField("note", max_length=5000)
    at = models.DateTimeField("le")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    token = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "note interne"
        verbose_name_plural = "notes internes"
        ordering = ["at", "pk"]
        constraints = [not_blank("initiatives_internalnote_text", "text")]

    def __str__(self):
        return self.text[:60]
