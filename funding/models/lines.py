"""What the money of an agreement is divided into: lines, and what they promise to initiatives."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import implies, one_of
from funding.choices import AllocationMove, CommitmentMove, Line
from funding.models.movements import Movement, movement_constraints
from funding.models.sources import Envelope
from initiatives.models import FiscalYear, Initiative
from territories.models import Territory


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


class AllocationMovement(Movement):
    """A change of a line. A transfer or a carry-over is two of them: each names the other, in opposite dollars."""

    allocation = models.ForeignKey(
        Allocation, on_delete=models.PROTECT, related_name="movements", verbose_name="ligne"
    )
    kind = models.CharField("type", max_length=12, choices=AllocationMove.choices)
    pair_key = models.UUIDField("clé de la paire", unique=True, null=True, blank=True, editable=False)
    counterpart = models.ForeignKey(
        "self",
        to_field="pair_key",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="mouvement opposé",
    )

    class Meta:
        verbose_name = "mouvement de ligne"
        verbose_name_plural = "mouvements de ligne"
        ordering = ["on", "pk"]
        constraints = [
            *movement_constraints(
                "funding_allocationmovement", AllocationMove, positive=[AllocationMove.INITIAL]
            ),
            implies(
                "funding_allocationmovement_pair",
                Q(kind__in=AllocationMove.paired),
                Q(pair_key__isnull=False, counterpart__isnull=False) & ~Q(resolution=""),
                "Un transfert ou un report a deux mouvements liés et le numéro de sa résolution.",
            ),
            implies(
                "funding_allocationmovement_alone",
                ~Q(kind__in=AllocationMove.paired),
                Q(pair_key__isnull=True, counterpart__isnull=True),
                "Seuls un transfert et un report ont deux mouvements liés.",
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
        constraints = movement_constraints(
            "funding_commitmentmovement",
            CommitmentMove,
            positive=[CommitmentMove.AWARD],
            negative=[CommitmentMove.RELEASE],
        )
