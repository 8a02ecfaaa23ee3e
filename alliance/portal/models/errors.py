from django.conf import settings
from django.db import models
from django.db.models import Q

from alliance.lib.constraints import both_or_neither, implies, not_blank, one_of
from alliance.portal.choices import ErrorState, ErrorSubject
from initiatives.models import Initiative


class ToldError(models.Model):
    """An error that somebody read on a page and told us; it waits in a queue until it is settled.

    `token` makes a form sent twice one row. The address is optional, serves for one answer and is erased with time.
    """

    token = models.UUIDField("jeton", unique=True, editable=False)
    path = models.CharField("page", max_length=300)
    initiative = models.ForeignKey(
        Initiative,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="told_errors",
        verbose_name="initiative",
    )  # CASCADE: an initiative is never deleted, but for the demonstration's
    subject = models.CharField("sujet", max_length=10, choices=ErrorSubject.choices)
    message = models.TextField("message", max_length=2000)
    email = models.EmailField("courriel", max_length=254, blank=True)
    created_at = models.DateTimeField("reçu le")
    state = models.CharField("état", max_length=10, choices=ErrorState.choices, default=ErrorState.NEW)
    answer = models.TextField("réponse envoyée", max_length=2000, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="réglé par",
    )
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        verbose_name = "erreur signalée"
        verbose_name_plural = "erreurs signalées"
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("portal_tolderror_subject", "subject", ErrorSubject),
            one_of("portal_tolderror_state", "state", ErrorState),
            not_blank("portal_tolderror_message", "message"),
            not_blank("portal_tolderror_path", "path"),
            both_or_neither(
                "portal_tolderror_settled_pair",
                "settled_by",
                "settled_at",
                "Une erreur réglée dit quand et par qui.",
            ),
            implies(
                "portal_tolderror_settled_has_date",
                Q(state__in=ErrorState.settled),
                Q(settled_at__isnull=False),
                "Une erreur réglée dit quand.",
            ),
        ]

    def __str__(self):
        return f"{self.get_subject_display()} : {self.path}"
