from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alliance.accounts.choices import LinkPurpose
from alliance.lib.constraints import one_of


class SignInLink(models.Model):
    """A link sent by e-mail that opens one session, once. Only the SHA-256 of its secret is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="links", verbose_name="personne"
    )  # CASCADE: a link has no life without its account
    purpose = models.CharField("but", max_length=12, choices=LinkPurpose.choices)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("créé le")
    expires_at = models.DateTimeField("valide jusqu’au")
    used_at = models.DateTimeField("utilisé le", null=True, blank=True)

    class Meta:
        verbose_name = "lien de connexion"
        verbose_name_plural = "liens de connexion"
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("accounts_signinlink_purpose", "purpose", LinkPurpose),
            models.CheckConstraint(
                name="accounts_signinlink_expires_later",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message="Un lien expire après sa création.",
            ),
        ]

    def __str__(self):
        return f"{self.get_purpose_display()} · {self.user}"
