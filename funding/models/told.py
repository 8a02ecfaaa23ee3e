"""What is told beside the portal's own money: contributions of partners, figures once announced."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import amount_between, one_of
from alliance.lib.money import MAX_AMOUNT, MoneyField
from funding.choices import ContributionKind, Measure, Precision, Unit
from initiatives.models import FiscalYear, Initiative
from territories.models import Organization, Territory


class Contribution(models.Model):
    """What partners bring to an initiative. An unknown amount is null, never zero (design.md §2.9)."""

    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, related_name="contributions", verbose_name="initiative"
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contributions",
        verbose_name="organisation",
    )
    fiscal_year = models.ForeignKey(
        FiscalYear,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contributions",
        verbose_name="exercice",
    )
    kind = models.CharField("nature", max_length=12, choices=ContributionKind.choices)
    amount = MoneyField(
        "montant", null=True, blank=True, help_text="Laissez vide si le montant n’est pas connu."
    )
    hours = models.PositiveIntegerField(
        "heures", null=True, blank=True, help_text="Nombre d’heures de bénévolat, s’il est connu."
    )
    is_public = models.BooleanField(
        "argent public",
        default=False,
        help_text="D’un ministère, d’un organisme public ou d’une municipalité : compte dans le cumul des aides.",
    )
    is_confirmed = models.BooleanField("confirmée", default=False)
    note = models.CharField("précision", max_length=300, blank=True)
    entry_token = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "contribution"
        verbose_name_plural = "contributions"
        ordering = ["initiative_id", "pk"]
        constraints = [
            one_of("funding_contribution_kind", "kind", ContributionKind),
            amount_between("funding_contribution_amount", "amount"),
            models.CheckConstraint(
                name="funding_contribution_hours",
                condition=Q(hours=None) | Q(kind=ContributionKind.HOURS, hours__lte=1_000_000),
                violation_error_message="Un nombre d’heures va avec des heures de bénévolat, jusqu’à 1\xa0000\xa0000.",
            ),
        ]

    def __str__(self):
        return f"{self.organization or 'Contribution'} · {self.initiative}"

    def counting_years(self):
        """Return the fiscal year where it counts, in a list: its own, else the only one of its initiative; or none."""
        years = [self.fiscal_year] if self.fiscal_year else list(self.initiative.fiscal_years.all())
        return years if len(years) == 1 else []


class PublishedFigure(models.Model):
    """A figure once announced, kept with its wording, source and date; never recomputed (domain.md §6)."""

    code = models.SlugField("code", max_length=60, unique=True)
    label = models.CharField("chiffre", max_length=200)
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2)
    unit = models.CharField("unité", max_length=14, choices=Unit.choices)
    precision = models.CharField(
        "précision", max_length=10, choices=Precision.choices, default=Precision.EXACT
    )
    wording = models.CharField("tel qu’annoncé", max_length=500)
    source = models.CharField("source", max_length=300)
    announced_on = models.DateField("annoncé le", null=True, blank=True)
    covers = models.CharField("période couverte", max_length=120, blank=True)
    fiscal_year = models.ForeignKey(
        FiscalYear,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="published_figures",
        verbose_name="exercice",
    )
    territory = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="published_figures",
        verbose_name="MRC",
    )
    note = models.CharField("remarque", max_length=500, blank=True)
    measure = models.CharField(
        "se recalcule par",
        max_length=20,
        choices=Measure.choices,
        blank=True,
        help_text="Ce que le portail compte pour comparer. Vide\xa0: non recalculable.",
    )
    why_not = models.CharField(
        "pourquoi il ne se recalcule pas", max_length=300, blank=True, help_text="Dit au public."
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "chiffre annoncé"
        verbose_name_plural = "chiffres annoncés"
        ordering = ["code"]
        constraints = [
            one_of("funding_publishedfigure_unit", "unit", Unit),
            one_of("funding_publishedfigure_precision", "precision", Precision),
            one_of("funding_publishedfigure_measure", "measure", [*Measure.values, ""]),
            models.CheckConstraint(
                name="funding_publishedfigure_value_bounds",
                condition=Q(value__gte=0, value__lte=MAX_AMOUNT),
                violation_error_message="La valeur doit être entre 0 et 9\xa0999\xa0999\xa0999,99.",
            ),
        ]

    def __str__(self):
        return self.label
