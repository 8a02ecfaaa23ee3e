"""What is paid of a promise: instalments, and their dated movements."""

from django.db import models
from django.db.models import Q

from alliance.lib.constraints import amount_between, one_of
from alliance.lib.money import MoneyField
from funding.choices import Condition, DisbursementMove
from funding.models.lines import Commitment
from funding.models.movements import Movement, movement_constraints


class Disbursement(models.Model):
    """One instalment of the schedule of a promise. Never changed: it is paid or cancelled by a movement."""

    commitment = models.ForeignKey(
        Commitment, on_delete=models.PROTECT, related_name="disbursements", verbose_name="engagement"
    )
    rank = models.PositiveSmallIntegerField("rang")
    amount = MoneyField("montant")
    due_on = models.DateField("prévu le")
    condition = models.CharField("condition", max_length=12, choices=Condition.choices)
    entry_token = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        verbose_name = "versement"
        verbose_name_plural = "versements"
        ordering = ["commitment_id", "rank"]
        constraints = [
            one_of("funding_disbursement_condition", "condition", Condition),
            amount_between("funding_disbursement_amount", "amount", "0.01"),
            models.UniqueConstraint(
                fields=["commitment", "rank"],
                name="funding_disbursement_rank_once",
                violation_error_message="Cet engagement a déjà un versement de ce rang.",
            ),
        ]

    def __str__(self):
        return f"Versement {self.rank} · {self.commitment}"


class DisbursementMovement(Movement):
    """What happened to an instalment: its condition was met, it was paid, cancelled, or recovered in part."""

    disbursement = models.ForeignKey(
        Disbursement, on_delete=models.PROTECT, related_name="movements", verbose_name="versement"
    )
    kind = models.CharField("type", max_length=12, choices=DisbursementMove.choices)
    reference = models.CharField("référence", max_length=60, blank=True)

    class Meta:
        verbose_name = "mouvement de versement"
        verbose_name_plural = "mouvements de versement"
        ordering = ["on", "pk"]
        constraints = [
            *movement_constraints(
                "funding_disbursementmovement",
                DisbursementMove,
                positive=[DisbursementMove.READY, DisbursementMove.PAID],
                negative=[DisbursementMove.CANCELLED, DisbursementMove.RECOVERED],
            ),
            models.UniqueConstraint(
                fields=["disbursement"],
                condition=Q(kind__in=DisbursementMove.settling),
                name="funding_disbursementmovement_settled_once",
                violation_error_message="Ce versement est déjà payé ou annulé.",
            ),
            models.UniqueConstraint(
                fields=["disbursement"],
                condition=Q(kind=DisbursementMove.READY),
                name="funding_disbursementmovement_ready_once",
                violation_error_message="La condition de ce versement est déjà remplie.",
            ),
        ]
