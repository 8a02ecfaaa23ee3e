from datetime import date
from functools import reduce
from operator import and_

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import amount_between, both_or_neither, implies, one_of
from alliance.lib.money import MoneyField
from initiatives.choices import Participation, ReportKind, State
from initiatives.models.documents import Document
from initiatives.models.initiative import Initiative

_COUNTS = ("people_taking_part", "women", "men", "others", "organizations_count")


class ReportQuerySet(models.QuerySet):
    def late(self, on: date):
        """Keep what should have been received before the day `on` (nobody waits for an abandoned initiative)."""
        return self.filter(received_on=None, due_on__lt=on).exclude(initiative__state__in=State.given_up)

    def expected(self, on: date):
        """Keep what is still to come on the day `on`."""
        return self.filter(received_on=None, due_on__gte=on).exclude(initiative__state__in=State.given_up)

    def with_story_agreed(self):
        """Keep the approved reports whose story the person agrees to see published; consent can be taken back."""
        return self.filter(approved_at__isnull=False, story_consent=True).exclude(story="")

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
    story_image = models.ForeignKey(
        Document,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="photo de l’histoire",
        help_text="Son texte de remplacement est celui du document.",
    )
    gaps = models.TextField("écarts expliqués", max_length=3000, blank=True)
    effects = models.TextField("retombées", max_length=5000, blank=True)
    sustainability = models.TextField("moyens pris pour la pérennité", max_length=3000, blank=True)
    visibility = models.TextField("visibilité donnée au gouvernement", max_length=2000, blank=True)
    organizations_count = models.PositiveIntegerField("organismes participants", null=True, blank=True)
    unspent = MoneyField("solde non dépensé", null=True, blank=True)
    participation = models.CharField(
        "participation des personnes concernées", max_length=12, choices=Participation.choices, blank=True
    )
    people_taking_part = models.PositiveIntegerField(
        "personnes concernées qui ont pris part", null=True, blank=True
    )
    women = models.PositiveIntegerField("femmes", null=True, blank=True)
    men = models.PositiveIntegerField("hommes", null=True, blank=True)
    others = models.PositiveIntegerField("autres ou non précisé", null=True, blank=True)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="envoyé par",
    )
    returned_note = models.CharField("à corriger", max_length=1000, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
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
                violation_error_message="Le nombre de personnes doit être entre 0 et 1\xa0000\xa0000.",
            ),
            one_of("initiatives_report_participation", "participation", [*Participation.values, ""]),
            amount_between("initiatives_report_unspent_bounds", "unspent"),
            both_or_neither(
                "initiatives_report_sent_pair",
                "sent_at",
                "sent_by",
                "Un rapport envoyé dit quand et par qui.",
            ),
            models.CheckConstraint(
                name="initiatives_report_counts_bounds",
                condition=reduce(
                    and_,
                    (Q(**{name: None}) | Q(**{f"{name}__lte": 1_000_000}) for name in _COUNTS),
                ),
                violation_error_message="Un nombre de personnes doit être entre 0 et 1\xa0000\xa0000.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.initiative}"


class ReportExpense(models.Model):
    """What was planned and what was really spent, by item of the budget."""

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="expenses", verbose_name="rapport"
    )  # CASCADE: an item has no life without its report
    position = models.PositiveSmallIntegerField("rang")
    label = models.CharField("poste", max_length=200)
    planned = MoneyField("prévu", null=True, blank=True)
    actual = MoneyField("réel", null=True, blank=True)

    class Meta:
        verbose_name = "dépense du rapport"
        verbose_name_plural = "dépenses du rapport"
        ordering = ["position", "pk"]
        constraints = [
            amount_between("initiatives_reportexpense_planned_bounds", "planned"),
            amount_between("initiatives_reportexpense_actual_bounds", "actual"),
        ]

    def __str__(self):
        return self.label
