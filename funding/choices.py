"""Words of the money. Source: design.md §5, domain.md §2.4 (nine lines), §9."""

from enum import nonmember

from django.db import models


class Line(models.TextChoices):
    TERRITORY = "territory", "MRC"
    REGIONAL = "regional", "Projets régionaux"
    ADMINISTRATION = "administration", "Administration"


class EnvelopeMove(models.TextChoices):
    INITIAL = "initial", "Montant initial"
    AMENDMENT = "amendment", "Avenant"


class AllocationMove(models.TextChoices):
    INITIAL = "initial", "Affectation initiale"
    AMENDMENT = "amendment", "Modification"
    TRANSFER = "transfer", "Transfert entre lignes"
    CARRY_OVER = "carry_over", "Report de solde"
    ADJUSTMENT = "adjustment", "Correction après fermeture"

    paired = nonmember(("transfer", "carry_over"))


class CommitmentMove(models.TextChoices):
    AWARD = "award", "Montant accordé"
    AMENDMENT = "amendment", "Modification"
    RELEASE = "release", "Argent libéré"
    ADJUSTMENT = "adjustment", "Correction après fermeture"


class Condition(models.TextChoices):
    """What an instalment waits for, besides its date."""

    AGREEMENT = "agreement", "À la signature de l’entente"
    DATE = "date", "À la date prévue"
    PROGRESS_REPORT = "progress", "Après l’approbation du rapport d’étape"
    FINAL_REPORT = "final", "Après l’approbation du rapport final"

    reports = nonmember(("progress", "final"))


class DisbursementMove(models.TextChoices):
    """READY and CANCELLED bear the whole instalment, CANCELLED and RECOVERED are negative."""

    READY = "ready", "Condition remplie"
    PAID = "paid", "Versé"
    CANCELLED = "cancelled", "Annulé"
    RECOVERED = "recovered", "Récupéré"

    settling = nonmember(("paid", "cancelled"))
    paying = nonmember(("paid", "recovered"))  # their sum is what the initiative holds
    taking_off = nonmember(("cancelled", "recovered"))  # what the schedule no longer takes of the promise


class DisbursementState(models.TextChoices):
    """Where an instalment stands, read from its movements, its date and the reports; never stored."""

    PLANNED = "planned", "Prévu"
    HELD = "held", "Retenu faute de rapport"
    PAYABLE = "payable", "À verser"
    PAID = "paid", "Versé"
    RECOVERED = "recovered", "Récupéré"
    CANCELLED = "cancelled", "Annulé"


class ContributionKind(models.TextChoices):
    CASH = "cash", "Argent"
    IN_KIND = "in_kind", "Biens et services"
    HOURS = "hours", "Heures de bénévolat"


class Measure(models.TextChoices):
    """What the portal counts to compare an announced figure, within its fiscal year and MRC when it names them."""

    ENVELOPE = "envelope", "Montant des enveloppes du FQIS de la période"
    ALLOCATED = "allocated", "FQIS affecté aux lignes"
    ALLOCATED_REGIONAL = "allocated-regional", "FQIS affecté à la ligne régionale"
    COMMITTED = "committed", "FQIS accordé aux initiatives publiées"
    COST = "cost", "FQIS et contributions connues des partenaires"
    INITIATIVES = "initiatives", "Initiatives publiées"
    NEW = "new", "Nouvelles initiatives publiées"
    RENEWED = "renewed", "Initiatives publiées qui en prolongent une autre"
    ORGANIZATIONS = "organizations", "Organisations participantes"
    TERRITORIES = "territories", "MRC"


class Precision(models.TextChoices):
    EXACT = "exact", "exactement"
    AT_LEAST = "at_least", "au moins"
    ABOUT = "about", "environ"


class Unit(models.TextChoices):
    DOLLARS = "cad", "dollars"
    INITIATIVES = "initiatives", "initiatives"
    ORGANIZATIONS = "organizations", "organisations"
    PEOPLE = "people", "personnes"
    TERRITORIES = "territories", "MRC"
    ITEMS = "items", "unités"
