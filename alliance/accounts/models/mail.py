from django.conf import settings
from django.db import models
from django.db.models import Q

from alliance.accounts.choices import MailKind, MailState, MailWay
from alliance.accounts.roles import Role
from alliance.lib.constraints import implies, not_blank, one_of


class OutgoingMail(models.Model):
    """A message of the outbox: written in the transaction of what it tells, sent after it, never twice.

    `key` says what it tells to whom: writing the same one again changes nothing. A body may hold `{lien}`, replaced at
    sending time by a link made then: no secret is kept here. A team's message names no person (`to` is empty).
    """

    key = models.CharField("clé", max_length=200, unique=True, editable=False)
    kind = models.CharField("sujet du message", max_length=20, choices=MailKind.choices)
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mails",
        verbose_name="à",
    )  # CASCADE: accounts are deactivated, not deleted; only the demonstration's go away
    address = models.EmailField("adresse", max_length=254)
    subject = models.CharField("objet", max_length=200)
    body = models.TextField("texte")
    path = models.CharField("page à ouvrir", max_length=300, blank=True)
    stop_path = models.CharField("page pour ne plus recevoir", max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="envoyé par",
    )
    way = models.CharField("envoi", max_length=10, choices=MailWay.choices, default=MailWay.DIGEST)
    state = models.CharField("état", max_length=10, choices=MailState.choices, default=MailState.PENDING)
    created_at = models.DateTimeField("écrit le")
    not_before = models.DateTimeField("pas avant", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("dernière erreur", max_length=300, blank=True)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)

    class Meta:
        verbose_name = "courriel"
        verbose_name_plural = "courriels"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "not_before"], name="accounts_mail_waiting")]
        constraints = [
            one_of("accounts_outgoingmail_kind", "kind", MailKind),
            one_of("accounts_outgoingmail_way", "way", MailWay),
            one_of("accounts_outgoingmail_state", "state", MailState),
            not_blank("accounts_outgoingmail_subject", "subject"),
            not_blank("accounts_outgoingmail_address", "address"),
            implies(
                "accounts_outgoingmail_sent_has_date",
                Q(state=MailState.SENT),
                Q(sent_at__isnull=False),
                "Un courriel envoyé dit quand.",
            ),
        ]

    def __str__(self):
        return self.subject


class MailChoice(models.Model):
    """How one person receives one kind of message, when it is not the digest."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="mail_choices",
        verbose_name="personne",
    )  # CASCADE: a preference has no life without its account
    kind = models.CharField("message", max_length=20, choices=MailKind.choices)
    way = models.CharField("envoi", max_length=10, choices=MailWay.choices)

    class Meta:
        verbose_name = "choix d’envoi"
        verbose_name_plural = "choix d’envoi"
        constraints = [
            one_of("accounts_mailchoice_kind", "kind", MailKind),
            one_of("accounts_mailchoice_way", "way", MailWay),
            models.UniqueConstraint(
                fields=["user", "kind"],
                name="accounts_mailchoice_once",
                violation_error_message="Cette personne a déjà un choix pour ce message.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} : {self.get_way_display()}"


class TeamAddress(models.Model):
    """The shared mailbox of a role: messages meant for the team go there instead of to each person."""

    role = models.CharField("rôle", max_length=20, choices=Role.choices, unique=True)
    address = models.EmailField("adresse", max_length=254)

    class Meta:
        verbose_name = "adresse d’équipe"
        verbose_name_plural = "adresses d’équipe"
        ordering = ["role"]
        constraints = [
            one_of("accounts_teamaddress_role", "role", Role),
            not_blank("accounts_teamaddress_address", "address"),
        ]

    def __str__(self):
        return f"{self.get_role_display()} : {self.address}"
