"""Words of what the portal adds around initiatives: errors that people tell, and how they are settled."""

from enum import nonmember

from django.db import models


class ErrorSubject(models.TextChoices):
    """What is wrong with a page, in the words of who reads it."""

    FALSE = "false", "Un renseignement est faux"
    OUTDATED = "outdated", "Ce n’est plus à jour"
    MISSING = "missing", "Il manque quelque chose"
    BROKEN = "broken", "La page fonctionne mal"
    OTHER = "other", "Autre chose"


class ErrorState(models.TextChoices):
    NEW = "new", "À lire"
    ONGOING = "ongoing", "En vérification"
    CORRECTED = "corrected", "Corrigée"
    DISMISSED = "dismissed", "Sans suite"

    settled = nonmember(("corrected", "dismissed"))
    waiting = nonmember(("new", "ongoing"))
