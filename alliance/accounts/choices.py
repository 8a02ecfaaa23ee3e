"""Words of accounts and mail: what a sign-in link is for, kinds of messages and how each person receives them."""

from enum import nonmember

from django.db import models


class LinkPurpose(models.TextChoices):
    SIGN_IN = "sign_in", "Connexion"
    INVITATION = "invitation", "Invitation"


class MailKind(models.TextChoices):
    """What a message is about. `always`: leaves at once whatever the person chose (their account depends on it)."""

    INVITATION = "invitation", "Invitation à ouvrir un compte"
    RETURNED = "returned", "Dossier retourné pour correction"
    DECISION = "decision", "Décision sur un dossier"
    EXCHANGE = "exchange", "Message dans un dossier"
    REPORT_DUE = "report_due", "Rappel d’un rapport à remettre"
    REPORT_RETURNED = "report_returned", "Rapport retourné pour correction"
    REPORT_APPROVED = "report_approved", "Rapport approuvé"
    INCOMPLETE = "incomplete", "Rappel d’une fiche à compléter"
    DEPOSITED = "deposited", "Dossier déposé"
    REPORT_SENT = "report_sent", "Rapport reçu"
    ERROR_TOLD = "error_told", "Erreur signalée sur le site"
    ERROR_ANSWER = "error_answer", "Réponse à une erreur signalée"
    ALERT_CONFIRM = "alert_confirm", "Confirmation d’une alerte"
    ALERT = "alert", "Alerte de la semaine"

    # Asked without an account: each leaves by itself, and nobody chooses a way for it in « Mon espace ».
    to_public = nonmember(("error_answer", "alert_confirm", "alert"))
    always = nonmember(("invitation", "error_answer", "alert_confirm", "alert"))
    to_staff = nonmember(("deposited", "report_sent", "error_told"))


class MailWay(models.TextChoices):
    """How a person receives a kind of message; the digest is the default (quality.md G20)."""

    DIGEST = "digest", "Dans le résumé du jour"
    NOW = "now", "Tout de suite"
    NEVER = "never", "Jamais"


class MailState(models.TextChoices):
    PENDING = "pending", "À envoyer"
    SENT = "sent", "Envoyé"
    FAILED = "failed", "Échec"
    CANCELLED = "cancelled", "Annulé"
