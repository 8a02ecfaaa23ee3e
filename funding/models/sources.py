"""Where the money comes from: sources, agreements, and the limits that a programme sets."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import amount_between, date_order, not_blank
from alliance.lib.money import MoneyField
from funding.choices import EnvelopeMove
from funding.models.movements import Movement, movement_constraints
from initiatives.models import Period


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


class EnvelopeMovement(Movement):
    envelope = models.ForeignKey(
        Envelope, on_delete=models.PROTECT, related_name="movements", verbose_name="enveloppe"
    )
    kind = models.CharField("type", max_length=12, choices=EnvelopeMove.choices)

    class Meta:
        verbose_name = "mouvement d’enveloppe"
        verbose_name_plural = "mouvements d’enveloppe"
        ordering = ["on", "pk"]
        constraints = movement_constraints(
            "funding_envelopemovement", EnvelopeMove, positive=[EnvelopeMove.INITIAL]
        )


_SHARES = ("max_fqis_share", "max_public_share", "min_partner_share", "admin_ceiling")


def _share(label, help_text):
    return models.DecimalField(
        label,
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=f"{help_text} Vide : aucune vérification.",
    )


class Limits(models.Model):
    """What a programme asks for a period, in percent or dollars. Null checks nothing; a breach warns (domain.md §3)."""

    source = models.ForeignKey(
        FundingSource, on_delete=models.PROTECT, related_name="limits", verbose_name="source"
    )
    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, related_name="limits", verbose_name="période"
    )
    max_fqis_share = _share("part maximale de la source (%)", "Du coût total de l’initiative.")
    max_public_share = _share("cumul maximal des aides publiques (%)", "Du coût total de l’initiative.")
    min_partner_share = _share("part minimale des partenaires (%)", "Du coût total de l’initiative.")
    admin_ceiling = _share("plafond de l’administration (%)", "De l’enveloppe.")
    max_amount = MoneyField(
        "maximum par initiative", null=True, blank=True, help_text="En dollars. Vide : aucune vérification."
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "limites d’un programme"
        verbose_name_plural = "limites des programmes"
        ordering = ["source", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "period"],
                name="funding_limits_once",
                violation_error_message="Cette source a déjà ses limites pour cette période.",
            ),
            models.CheckConstraint(
                name="funding_limits_shares",
                condition=Q(
                    *(Q(**{name: None}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 100}) for name in _SHARES)
                ),
                violation_error_message="Une part est entre 0 et 100 %%.",
            ),
            amount_between("funding_limits_max_amount", "max_amount"),
        ]

    def __str__(self):
        return f"{self.source} · {self.period}"
