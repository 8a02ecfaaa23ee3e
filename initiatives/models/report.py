from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import both_or_neither, implies, one_of
from initiatives.choices import ReportKind, State
from initiatives.models.initiative import Initiative


class ReportQuerySet(models.QuerySet):
    def late(self, on: date):
        """Keep what should have been received before the day `on` (nobody waits for an abandoned initiative)."""
        return self.filter(received_on=None, due_on__lt=on).exclude(initiative__state__in=State.given_up)

    def expected(self, on: date):
        """Keep what is still to come on the day `on`."""
        return self.filter(received_on=None, due_on__gte=on).exclude(initiative__state__in=State.given_up)

    def to_approve(self):
        """Keep what was received and waits for the CRD."""
        return self.filter(received_on__isnull=False, approved_at=None)


class Report(models.Model):
    """What an initiative accounts for: expected at a date, received, approved (domain.md §4.3).

    The last instalment waits for the approval of the final one. People reached are unknown (null), never zero by default.
    """

    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, related_name="reports", verbose_name="initiative"
    )
    kind = models.CharField("rapport", max_length=10, choices=ReportKind.choices)
    due_on = models.DateField("attendu le")
    received_on = models.DateField("reçu le", null=True, blank=True)
    approved_at = models.DateTimeField("approuvé le", null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="approuvé par",
    )
    people_reached = models.PositiveIntegerField(
        "personnes rejointes", null=True, blank=True, help_text="Laissez vide si le nombre n’est pas connu."
    )
    results = models.TextField("résultats", max_length=5000, blank=True)
    story = models.TextField(
        "une histoire",
        max_length=2000,
        blank=True,
        help_text="Sans nom ni détail qui permette de reconnaitre une personne.",
    )
    story_consent = models.BooleanField("la personne accepte que son histoire soit publiée", default=False)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    objects = ReportQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "rapport"
        verbose_name_plural = "rapports"
        ordering = ["due_on", "pk"]
        constraints = [
            one_of("initiatives_report_kind", "kind", ReportKind),
            models.UniqueConstraint(
                fields=["initiative", "kind", "due_on"],
                name="initiatives_report_once",
                violation_error_message="Ce rapport est déjà attendu à cette date.",
            ),
            models.UniqueConstraint(
                fields=["initiative"],
                condition=Q(kind=ReportKind.FINAL),
                name="initiatives_report_one_final",
                violation_error_message="Une initiative a un seul rapport final.",
            ),
            both_or_neither(
                "initiatives_report_approved_pair",
                "approved_at",
                "approved_by",
                "Un rapport approuvé dit quand et par qui.",
            ),
            implies(
                "initiatives_report_approved_was_received",
                Q(approved_at__isnull=False),
                Q(received_on__isnull=False),
                "Un rapport s’approuve après avoir été reçu.",
            ),
            models.CheckConstraint(
                name="initiatives_report_people_bounds",
                condition=Q(people_reached=None) | Q(people_reached__lte=1_000_000),
                violation_error_message="Le nombre de personnes doit être entre 0 et 1 000 000.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.initiative}"
