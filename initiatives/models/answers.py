from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import amount_between, both_or_neither, date_order, implies, one_of
from alliance.lib.money import MoneyField
from initiatives.choices import BudgetNature, BudgetOrigin, BudgetSide
from initiatives.models.initiative import Initiative
from initiatives.models.reference import FiscalYear
from territories.models import Organization


class Answers(models.Model):
    """What the form asks and never publishes, apart from the initiative so that no public page can read it by mistake."""

    initiative = models.OneToOneField(
        Initiative, on_delete=models.CASCADE, related_name="answers", verbose_name="initiative"
    )  # CASCADE: answers have no life without their file
    mission = models.TextField("mission de l’organisme", max_length=3000, blank=True)
    experience = models.TextField("expérience et capacité", max_length=3000, blank=True)
    signatory = models.CharField("personne autorisée à signer", max_length=300, blank=True)
    contact = models.CharField("personne responsable", max_length=300, blank=True)
    need = models.TextField("besoin ou problématique", max_length=5000, blank=True)
    objectives = models.TextField("objectifs", max_length=5000, blank=True)
    expected_results = models.TextField("retombées attendues", max_length=5000, blank=True)
    indicators = models.TextField("indicateurs et cibles", max_length=3000, blank=True)
    innovation = models.TextField("caractère structurant", max_length=3000, blank=True)
    sustainability = models.TextField("pérennité", max_length=3000, blank=True)
    gender_analysis = models.TextField("analyse différenciée (ADS+)", max_length=3000, blank=True)
    money_source = models.CharField("source de l’argent", max_length=200, blank=True)
    budget_note = models.TextField("explication du budget", max_length=2000, blank=True)
    documents_note = models.TextField("documents à venir", max_length=1000, blank=True)
    # Not a question of the deposit: the name typed before the organization is chosen, forgotten once it is.
    lead_name = models.CharField("organisme porteur à choisir", max_length=200, blank=True)
    is_declared = models.BooleanField("exactitude déclarée", default=False)
    accepts_publication = models.BooleanField("publication acceptée", default=False)
    declared_at = models.DateTimeField("déclaré le", null=True, blank=True, editable=False)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="déclaré par",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "réponses du formulaire"
        verbose_name_plural = "réponses du formulaire"
        constraints = [
            both_or_neither(
                "initiatives_answers_declared_pair",
                "declared_at",
                "declared_by",
                "Une déclaration dit quand et par qui.",
            ),
            implies(
                "initiatives_answers_declared_has_author",
                Q(is_declared=True),
                Q(declared_by__isnull=False),
                "Une déclaration dit quand et par qui.",
            ),
        ]

    def __str__(self):
        return f"Réponses · {self.initiative}"


class Activity(models.Model):
    """One activity of the calendar."""

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="activities", verbose_name="initiative"
    )
    position = models.PositiveSmallIntegerField("rang")
    label = models.CharField("activité", max_length=300, blank=True)
    responsible = models.CharField("responsable", max_length=200, blank=True)
    starts_on = models.DateField("début", null=True, blank=True)
    ends_on = models.DateField("fin", null=True, blank=True)

    class Meta:
        verbose_name = "activité"
        verbose_name_plural = "activités"
        ordering = ["position", "pk"]
        constraints = [date_order("initiatives_activity_dates", "starts_on", "ends_on")]

    def __str__(self):
        return self.label


class BudgetLine(models.Model):
    """One line of what an agent plans: an expense, or a source of money. Never the ledger: nothing is promised here."""

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="budget_lines", verbose_name="initiative"
    )
    position = models.PositiveSmallIntegerField("rang")
    side = models.CharField("côté", max_length=10, choices=BudgetSide.choices)
    label = models.CharField("poste ou source", max_length=200, blank=True)
    origin = models.CharField("provenance", max_length=12, choices=BudgetOrigin.choices, blank=True)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="organisation",
    )
    nature = models.CharField(
        "nature", max_length=10, choices=BudgetNature.choices, default=BudgetNature.CASH
    )
    is_confirmed = models.BooleanField("confirmé", null=True, blank=True)
    amount = MoneyField("montant", null=True, blank=True)
    fqis_share = MoneyField("part du FQIS", null=True, blank=True)
    fiscal_year = models.ForeignKey(
        FiscalYear,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="exercice",
    )

    class Meta:
        verbose_name = "ligne de budget"
        verbose_name_plural = "lignes de budget"
        ordering = ["side", "position", "pk"]
        constraints = [
            one_of("initiatives_budgetline_side", "side", BudgetSide),
            one_of("initiatives_budgetline_origin", "origin", [*BudgetOrigin.values, ""]),
            one_of("initiatives_budgetline_nature", "nature", BudgetNature),
            amount_between("initiatives_budgetline_bounds", "amount"),
            amount_between("initiatives_budgetline_share_bounds", "fqis_share"),
            models.CheckConstraint(
                name="initiatives_budgetline_share_within",
                condition=Q(fqis_share=None) | Q(amount=None) | Q(fqis_share__lte=models.F("amount")),
                violation_error_message="La part du FQIS ne dépasse pas le montant du poste",
            ),
        ]

    def __str__(self):
        return self.label
