"""Words of the territories and organizations. Source: domain.md §3 (admissible bodies), §9."""

from django.db import models


class MunicipalityKind(models.TextChoices):
    MUNICIPALITY = "municipalite", "Municipalité"
    TNO = "tno", "Territoire non organisé"
    FIRST_NATION = "premiere_nation", "Première Nation"


class OrganizationKind(models.TextChoices):
    COMMUNITY = "organisme_communautaire", "Organisme communautaire"
    CDC = "cdc", "Corporation de développement communautaire"
    HOUSING_OFFICE = "office_habitation", "Office d’habitation"
    MUNICIPALITY = "municipalite", "Municipalité ou service municipal"
    MRC = "mrc", "MRC"
    SOCIAL_ECONOMY = "entreprise_economie_sociale", "Entreprise d’économie sociale"
    COMMITTEE = "table_concertation", "Table de concertation ou comité"
    REGIONAL = "organisme_regional", "Organisme régional"
    HEALTH = "sante", "Établissement de santé et de services sociaux"
    EDUCATION = "education", "Établissement d’enseignement"
    FIRST_NATION = "premiere_nation", "Conseil de bande ou organisme autochtone"
    MINISTRY = "ministere", "Ministère"
    GOVERNMENT = "gouvernement", "Gouvernement"
    ALLIANCE = "concertation", "Concertation régionale"
    OTHER = "autre", "Autre"


# A concertation is not a legal or working body: it never leads an initiative (facts/seed_organizations.csv).
NEVER_LEADS = frozenset({OrganizationKind.ALLIANCE})
