from django.db import models
from django.db.models import F, Q

from alliance.lib.constraints import implies, not_blank


class Alert(models.Model):
    """A weekly e-mail about what is new in one list, asked without an account (features.md §2, row 23).

    Sent only once confirmed. Stopping it erases the row; what was never confirmed is erased after a week.
    `told_until`: what was published until then has been told.
    """

    token = models.UUIDField("jeton", unique=True, editable=False)
    email = models.EmailField("courriel", max_length=254)
    query = models.CharField(
        "filtres", max_length=500, blank=True, help_text="Adresse de la liste, sans «\xa0?\xa0»."
    )
    label = models.CharField("liste", max_length=300)
    created_at = models.DateTimeField("demandée le")
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    told_until = models.DateTimeField("dite jusqu’au", null=True, blank=True)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        verbose_name = "alerte"
        verbose_name_plural = "alertes"
        ordering = ["pk"]
        constraints = [
            not_blank("portal_alert_email", "email"),
            not_blank("portal_alert_label", "label"),
            models.UniqueConstraint(
                fields=["email", "query"],
                name="portal_alert_once",
                violation_error_message="Cette adresse suit déjà cette liste.",
            ),
            implies(
                "portal_alert_told_once_confirmed",
                Q(told_until__isnull=False),
                Q(confirmed_at__isnull=False) & Q(told_until__gte=F("confirmed_at")),
                "Une alerte ne part qu’une fois confirmée.",
            ),
        ]

    def __str__(self):
        return self.label
