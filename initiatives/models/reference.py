from django.conf import settings
from django.db import models
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat, ExtractYear
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import both_or_neither, date_order, not_blank, one_of
from initiatives.choices import PlanLevel
from territories.models import Territory


class Period(models.Model):
    """A government plan and its dates. Themes and envelopes belong to a period (domain.md §1)."""

    slug = models.SlugField("code", max_length=40, unique=True)
    name = models.CharField("période", max_length=40)
    plan_name = models.CharField("plan d’action gouvernemental", max_length=200)
    ministry_name = models.CharField("ministère", max_length=200)
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "période"
        verbose_name_plural = "périodes"
        ordering = ["starts_on"]
        constraints = [date_order("initiatives_period_dates", "starts_on", "ends_on")]

    def __str__(self):
        return self.name


def _year(date):
    return Cast(ExtractYear(date), CharField(max_length=4))


class FiscalYear(models.Model):
    """1 April to 31 March, labelled « 2021-2022 ». A closed year is read-only (design.md §2.2)."""

    label = models.CharField("exercice", max_length=9, unique=True)
    starts_on = models.DateField("début", unique=True)
    ends_on = models.DateField("fin", unique=True)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        verbose_name="fermé par",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "exercice"
        verbose_name_plural = "exercices"
        ordering = ["-starts_on"]
        constraints = [
            date_order("initiatives_fiscalyear_dates", "starts_on", "ends_on"),
            both_or_neither(
                "initiatives_fiscalyear_closed_pair",
                "closed_at",
                "closed_by",
                "Un exercice fermé dit quand et par qui.",
            ),
            models.CheckConstraint(
                name="initiatives_fiscalyear_april_to_march",
                condition=Q(
                    starts_on__month=4,
                    starts_on__day=1,
                    ends_on__month=3,
                    ends_on__day=31,
                    ends_on__year=ExtractYear(F("starts_on")) + 1,
                ),
                violation_error_message="Un exercice va du 1er avril au 31 mars de l’année suivante.",
            ),
            models.CheckConstraint(
                name="initiatives_fiscalyear_label",
                condition=Q(label=Concat(_year("starts_on"), Value("-"), _year("ends_on"))),
                violation_error_message="Le nom d’un exercice est celui de ses deux années, par exemple « 2021-2022 ».",
            ),
        ]

    def __str__(self):
        return self.label


class Theme(models.Model):
    """A regional priority. Themes change with the period, so they are rows, never an enum (domain.md §2.2)."""

    slug = models.SlugField("adresse", max_length=60, unique=True)
    name = models.CharField("nom", max_length=80)
    order = models.PositiveSmallIntegerField("ordre", default=0)
    mark = models.SlugField(
        "pictogramme", max_length=30, help_text="Nom du dessin dans la planche de pictogrammes."
    )
    tone = models.SlugField("couleur", max_length=30, help_text="Nom de la couleur dans la feuille de style.")
    description = models.TextField("en mots simples", blank=True)
    synonyms = models.TextField(
        "mots des gens", blank=True, help_text="Séparés par des virgules : bouffe, frigo, panier…"
    )
    periods = models.ManyToManyField(Period, related_name="themes", verbose_name="périodes")
    is_crosscutting = models.BooleanField("approche transversale", default=False)

    history = HistoricalRecords(m2m_fields=[periods])

    class Meta:
        verbose_name = "thème"
        verbose_name_plural = "thèmes"
        ordering = ["order", "slug"]
        constraints = [not_blank("initiatives_theme_name_not_blank", "name")]

    def __str__(self):
        return self.name


class ThemePastSlug(models.Model):
    """An address a theme once had; it leads to the present one for ever."""

    slug = models.SlugField("ancienne adresse", max_length=60, unique=True)
    theme = models.ForeignKey(
        Theme, on_delete=models.CASCADE, related_name="past_slugs", verbose_name="thème"
    )

    class Meta:
        verbose_name = "ancienne adresse de thème"
        verbose_name_plural = "anciennes adresses de thèmes"

    def __str__(self):
        return self.slug


class TargetGroup(models.Model):
    """People an initiative is meant for (form_fields.csv, « Personnes visées »)."""

    slug = models.SlugField("code", max_length=60, unique=True)
    name = models.CharField("personnes visées", max_length=120)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "groupe de personnes visées"
        verbose_name_plural = "groupes de personnes visées"
        ordering = ["order", "slug"]

    def __str__(self):
        return self.name


class ActionPlan(models.Model):
    """A concerted plan, of one MRC or of the region (no MRC), for a period (domain.md §0.1)."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="plans", verbose_name="période")
    territory = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        verbose_name="MRC",
        help_text="Laissez vide pour le plan régional.",
    )
    title = models.CharField("titre", max_length=200)
    adopted_on = models.DateField("adopté le", null=True, blank=True)
    resolution = models.CharField("résolution", max_length=60, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "plan d’action"
        verbose_name_plural = "plans d’action"
        ordering = ["-period__starts_on", "territory__order"]
        constraints = [not_blank("initiatives_actionplan_title_not_blank", "title")]

    def __str__(self):
        return self.title


class PlanNode(models.Model):
    """A line of a plan: axis, objective or action. Initiatives come out of it."""

    plan = models.ForeignKey(
        ActionPlan, on_delete=models.PROTECT, related_name="nodes", verbose_name="plan d’action"
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="fait partie de",
    )
    level = models.CharField("niveau", max_length=12, choices=PlanLevel.choices)
    order = models.PositiveSmallIntegerField("ordre", default=0)
    label = models.CharField("texte", max_length=300)
    theme = models.ForeignKey(
        Theme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_nodes",
        verbose_name="thème régional",
    )

    class Meta:
        verbose_name = "ligne de plan d’action"
        verbose_name_plural = "lignes de plans d’action"
        ordering = ["plan_id", "order", "pk"]
        constraints = [one_of("initiatives_plannode_level", "level", PlanLevel)]

    def __str__(self):
        return self.label
