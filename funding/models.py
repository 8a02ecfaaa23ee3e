from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import amount_between, date_order, implies, not_blank, one_of
from alliance.lib.money import MAX_AMOUNT, MoneyField
from funding.choices import (
    AllocationMove,
    CommitmentMove,
    ContributionKind,
    EnvelopeMove,
    Line,
    Precision,
    Unit,
)
from initiatives.models import FiscalYear, Initiative, Period
from territories.models import Organization, Territory


class FundingSource(models.Model):
    """Where public money comes from; two from the first day (domain.md §1, §0.5)."""

    code = models.SlugField("code", max_length=40, unique=True)
    name = models.CharField("source de financement", max_length=120)
    short_name = models.CharField("nom court", max_length=60)
    is_fqis = models.BooleanField(
        "argent du FQIS",
        default=True,
        help_text="Le site public dit « FQIS » seulement pour l’argent d’une source cochée ici.",
    )
    order = models.PositiveSmallIntegerField("ordre", default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "source de financement"
        verbose_name_plural = "sources de financement"
        ordering = ["order", "code"]

    def __str__(self):
        return self.short_name


class Envelope(models.Model):
    """Money of an agreement for a period. Its amount is the sum of its movements (`ledger.py`)."""

    source = models.ForeignKey(
        FundingSource, on_delete=models.PROTECT, related_name="envelopes", verbose_name="source"
    )
    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="envelopes", verbose_name="période"
    )
    name = models.CharField("enveloppe", max_length=120, unique=True)
    agreement_number = models.CharField("numéro d’entente", max_length=60, blank=True)
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin")
    note = models.CharField("note", max_length=300, blank=True)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "enveloppe"
        verbose_name_plural = "enveloppes"
        ordering = ["-starts_on", "name"]
        permissions = [("move_money", "Peut inscrire un mouvement d’argent")]
        constraints = [
            not_blank("funding_envelope_name_not_blank", "name"),
            date_order("funding_envelope_dates", "starts_on", "ends_on"),
        ]

    def __str__(self):
        return self.name


class Allocation(models.Model):
    """A line: part of an envelope for a fiscal year and an MRC, the region or the administration.

    The key of the split is a vitality index, so the amount is entered, never computed (domain.md §0.3).
    """

    envelope = models.ForeignKey(
        Envelope, on_delete=models.PROTECT, related_name="allocations", verbose_name="enveloppe"
    )
    fiscal_year = models.ForeignKey(
        FiscalYear, on_delete=models.PROTECT, related_name="allocations", verbose_name="exercice"
    )
    line = models.CharField("ligne", max_length=16, choices=Line.choices)
    territory = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="allocations",
        verbose_name="MRC",
    )
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "ligne d’affectation"
        verbose_name_plural = "lignes d’affectation"
        ordering = ["-fiscal_year__starts_on", "line", "territory__order"]
        constraints = [
            one_of("funding_allocation_line", "line", Line),
            models.CheckConstraint(
                name="funding_allocation_territory_line",
                condition=Q(line=Line.TERRITORY, territory__isnull=False)
                | (~Q(line=Line.TERRITORY) & Q(territory=None)),
                violation_error_message="Une ligne de MRC nomme sa MRC; les autres lignes n’en ont pas.",
            ),
            models.UniqueConstraint(
                fields=["envelope", "fiscal_year", "line", "territory"],
                condition=Q(territory__isnull=False),
                name="funding_allocation_once_per_territory",
                violation_error_message="Cette MRC a déjà une ligne dans cette enveloppe pour cet exercice.",
            ),
            models.UniqueConstraint(
                fields=["envelope", "fiscal_year", "line"],
                condition=Q(territory=None),
                name="funding_allocation_once_per_line",
                violation_error_message="Cette ligne existe déjà dans cette enveloppe pour cet exercice.",
            ),
        ]

    def __str__(self):
        return f"{self.line_name} · {self.fiscal_year}"

    @property
    def line_name(self):
        return str(self.territory) if self.territory_id else self.get_line_display()


class Commitment(models.Model):
    """Money promised to an initiative on a line. Its amount is the sum of its movements (`ledger.py`)."""

    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, related_name="commitments", verbose_name="ligne"
    )
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, related_name="commitments", verbose_name="initiative"
    )
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        verbose_name = "engagement"
        verbose_name_plural = "engagements"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["allocation", "initiative"],
                name="funding_commitment_once",
                violation_error_message="Cette initiative a déjà un engagement sur cette ligne : ajoutez-y un mouvement.",
            )
        ]

    def __str__(self):
        return f"{self.initiative} · {self.allocation}"


class Movement(models.Model):
    """A dated, signed change of an amount: who, when, why. The database refuses to change or delete one."""

    amount = MoneyField("montant", help_text="Négatif pour retirer.")
    on = models.DateField("date")
    reason = models.CharField("raison", max_length=300)
    resolution = models.CharField("résolution", max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="par"
    )
    created_at = models.DateTimeField("inscrit le", auto_now_add=True)
    entry_token = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.on} · {self.amount}"


def _movement_constraints(name, kinds, *, positive, negative=()):
    """Return the checks of a movement table: known kind, bounded non-zero amount, sign suited to the kind."""
    return [
        one_of(f"{name}_kind", "kind", kinds),
        not_blank(f"{name}_reason_not_blank", "reason"),
        models.CheckConstraint(
            name=f"{name}_amount_bounds",
            condition=Q(amount__gte=-MAX_AMOUNT, amount__lte=MAX_AMOUNT) & ~Q(amount=0),
            violation_error_message="Le montant d’un mouvement est différent de zéro et d’au plus 9 999 999 999,99 $.",
        ),
        models.CheckConstraint(
            name=f"{name}_amount_sign",
            condition=(~Q(kind__in=positive) | Q(amount__gt=0)) & (~Q(kind__in=negative) | Q(amount__lt=0)),
            violation_error_message="Le signe du montant ne convient pas à ce type de mouvement.",
        ),
    ]


class EnvelopeMovement(Movement):
    envelope = models.ForeignKey(
        Envelope, on_delete=models.PROTECT, related_name="movements", verbose_name="enveloppe"
    )
    kind = models.CharField("type", max_length=12, choices=EnvelopeMove.choices)

    class Meta:
        verbose_name = "mouvement d’enveloppe"
        verbose_name_plural = "mouvements d’enveloppe"
        ordering = ["on", "pk"]
        constraints = _movement_constraints(
            "funding_envelopemovement", EnvelopeMove, positive=[EnvelopeMove.INITIAL]
        )


class AllocationMovement(Movement):
    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, related_name="movements", verbose_name="ligne"
    )
    kind = models.CharField("type", max_length=12, choices=AllocationMove.choices)
    pair = models.UUIDField("paire", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "mouvement de ligne"
        verbose_name_plural = "mouvements de ligne"
        ordering = ["on", "pk"]
        constraints = [
            *_movement_constraints(
                "funding_allocationmovement", AllocationMove, positive=[AllocationMove.INITIAL]
            ),
            implies(
                "funding_allocationmovement_pair",
                Q(kind__in=AllocationMove.paired),
                Q(pair__isnull=False),
                "Un transfert ou un report a deux mouvements liés.",
            ),
        ]


class CommitmentMovement(Movement):
    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="movements", verbose_name="engagement"
    )
    kind = models.CharField("type", max_length=12, choices=CommitmentMove.choices)

    class Meta:
        verbose_name = "mouvement d’engagement"
        verbose_name_plural = "mouvements d’engagement"
        ordering = ["on", "pk"]
        constraints = _movement_constraints(
            "funding_commitmentmovement",
            CommitmentMove,
            positive=[CommitmentMove.AWARD],
            negative=[CommitmentMove.RELEASE],
        )


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
        ]

    def __str__(self):
        return f"{self.organization or 'Contribution'} · {self.initiative}"


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

    history = HistoricalRecords()

    class Meta:
        verbose_name = "chiffre annoncé"
        verbose_name_plural = "chiffres annoncés"
        ordering = ["code"]
        constraints = [
            one_of("funding_publishedfigure_unit", "unit", Unit),
            one_of("funding_publishedfigure_precision", "precision", Precision),
            models.CheckConstraint(
                name="funding_publishedfigure_value_bounds",
                condition=Q(value__gte=0, value__lte=MAX_AMOUNT),
                violation_error_message="La valeur doit être entre 0 et 9 999 999 999,99.",
            ),
        ]

    def __str__(self):
        return self.label
