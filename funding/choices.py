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

    paired = nonmember(("transfer", "carry_over"))


class CommitmentMove(models.TextChoices):
    AWARD = "award", "Montant accordé"
    AMENDMENT = "amendment", "Modification"
    RELEASE = "release", "Argent libéré"


class ContributionKind(models.TextChoices):
    CASH = "cash", "Argent"
    IN_KIND = "in_kind", "Biens et services"
    HOURS = "hours", "Heures de bénévolat"


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
