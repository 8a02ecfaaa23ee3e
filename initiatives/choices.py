"""Words of an initiative: states with their groupings, scopes, roles. Source: design.md §5, domain.md §4.1 and §9."""

from enum import nonmember

from django.db import models


class State(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "Déposée"
    CHANGES_REQUESTED = "changes_requested", "À compléter"
    UNDER_REVIEW = "under_review", "En analyse"
    APPROVED = "approved", "Retenue"
    DECLINED = "declined", "Refusée"
    IN_PROGRESS = "in_progress", "En cours"
    COMPLETED = "completed", "Terminée"
    WITHDRAWN = "withdrawn", "Retirée"
    CANCELLED = "cancelled", "Abandonnée"

    editable_by_agent = nonmember(("draft", "changes_requested"))
    waiting_for_staff = nonmember(("submitted", "under_review"))
    fundable = nonmember(("approved", "in_progress", "completed"))
    publishable = nonmember(("approved", "in_progress", "completed"))
    never_submitted = nonmember(("draft",))
    given_up = nonmember(("declined", "withdrawn", "cancelled"))
    ended = nonmember(("declined", "completed", "withdrawn", "cancelled"))


class PublicState(models.TextChoices):
    """The three words the public reads; every other state is private."""

    PLANNED = "prevue", "Prévue"
    ONGOING = "en-cours", "En cours"
    DONE = "realisee", "Réalisée"


PUBLIC_STATE = {
    State.APPROVED: PublicState.PLANNED,
    State.IN_PROGRESS: PublicState.ONGOING,
    State.COMPLETED: PublicState.DONE,
}

# What the agent reads: the state, whose turn it is, what happens next (features.md row 51).
AGENT_STATE = {
    State.DRAFT: "Votre brouillon est enregistré. Complétez-le, puis déposez-le.",
    State.SUBMITTED: "Votre dossier est au CRD, qui en fera l’analyse. Vous n’avez rien à faire.",
    State.CHANGES_REQUESTED: "Le CRD attend vos précisions. Complétez le dossier, puis déposez-le de nouveau.",
    State.UNDER_REVIEW: "Votre dossier est en analyse. Vous n’avez rien à faire.",
    State.APPROVED: "L’initiative est retenue. Le CRD communiquera avec vous pour l’entente.",
    State.DECLINED: "L’initiative n’a pas été retenue.",
    State.IN_PROGRESS: "L’initiative est en cours.",
    State.COMPLETED: "L’initiative est terminée.",
    State.WITHDRAWN: "Le dossier a été retiré.",
    State.CANCELLED: "L’initiative a été abandonnée.",
}


class Scope(models.TextChoices):
    LOCAL = "local", "Locale (une MRC)"
    SUPRALOCAL = "supralocal", "Supralocale (plusieurs MRC)"
    REGIONAL = "regional", "Régionale (toute la région)"


PUBLIC_SCOPE = {Scope.LOCAL: "Locale", Scope.SUPRALOCAL: "Supralocale", Scope.REGIONAL: "Régionale"}
SCOPE_SLUG = {Scope.LOCAL: "locale", Scope.SUPRALOCAL: "supralocale", Scope.REGIONAL: "regionale"}


class Publication(models.TextChoices):
    UNPUBLISHED = "unpublished", "Non publiée"
    PUBLISHED = "published", "Publiée"
    WITHDRAWN = "withdrawn", "Retirée du site"


class Continuity(models.TextChoices):
    NEW = "new", "Nouvelle initiative"
    CONTINUED = "continued", "Prolongation d’une initiative"


class PartnerRole(models.TextChoices):
    LEAD = "lead", "Porteur"
    FIDUCIARY = "fiduciary", "Fiduciaire"
    PARTNER = "partner", "Partenaire"
    FUNDER = "funder", "Bailleur de fonds"

    once = nonmember(("lead", "fiduciary"))


class PlanLevel(models.TextChoices):
    AXIS = "axis", "Axe ou chantier"
    OBJECTIVE = "objective", "Objectif"
    ACTION = "action", "Action"


class ReportKind(models.TextChoices):
    PROGRESS = "progress", "Rapport d’étape"
    FINAL = "final", "Rapport final"
