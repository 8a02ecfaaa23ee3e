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
    """The words the public reads. « Peut-être terminée » is declared by nobody: a day in the past makes it (portal/still.py)."""

    PLANNED = "prevue", "Prévue"
    ONGOING = "en-cours", "En cours"
    UNCONFIRMED = "peut-etre-terminee", "Peut-être terminée"
    DONE = "realisee", "Réalisée"

    soonest = nonmember(("en-cours", "prevue", "peut-etre-terminee", "realisee"))  # for who needs help now
    now = nonmember(("prevue", "en-cours"))
    before = nonmember(("peut-etre-terminee", "realisee"))


PUBLIC_STATE = {
    State.APPROVED: PublicState.PLANNED,
    State.IN_PROGRESS: PublicState.ONGOING,
    State.COMPLETED: PublicState.DONE,
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


class EntryMode(models.TextChoices):
    """How a file came in. Only what an agent deposits through a form must answer everything that the form asks."""

    DIRECT = "direct", "Inscrite par le CRD"
    QUICK = "quick", "Fiche en trois minutes"
    FORM = "form", "Formulaire"
    RENEWAL = "renewal", "Prolongation"
    PAPER = "paper", "Formulaire papier"
    SHEET = "sheet", "Chiffrier"

    through_form = nonmember(("quick", "form", "renewal", "paper", "sheet"))


class BudgetSide(models.TextChoices):
    EXPENSE = "expense", "Dépense"
    SOURCE = "source", "Source de financement"


class BudgetOrigin(models.TextChoices):
    """Where the money of a source comes from (form_fields.csv, funding_lines)."""

    FQIS = "fqis", "FQIS (montant demandé)"
    MUNICIPAL = "municipal", "Municipalité ou MRC"
    GOVERNMENT = "government", "Autre programme public"
    PARTNER = "partner", "Organisme partenaire"
    OWN = "own", "Organisme porteur"
    DONATION = "donation", "Dons et fondations"
    OTHER = "other", "Autre"


class BudgetNature(models.TextChoices):
    CASH = "cash", "Argent"
    IN_KIND = "in_kind", "Biens et services"


class DocumentKind(models.TextChoices):
    """Documents of a file (form_fields.csv, section 4)."""

    RESOLUTION = "resolution", "Résolution du conseil d’administration"
    INCORPORATION = "incorporation", "Lettres patentes ou acte constitutif"
    ANNUAL_REPORT = "annual_report", "Rapport annuel et états financiers récents"
    SUPPORT = "support", "Lettre d’appui"
    QUOTE = "quote", "Soumission"
    RECEIPT = "receipt", "Pièce justificative"
    PHOTO = "photo", "Photo"
    OTHER = "other", "Autre document"

    required = nonmember(("resolution", "incorporation", "annual_report", "support"))


class ScanState(models.TextChoices):
    NOT_SCANNED = "not_scanned", "Non analysé"
    CLEAN = "clean", "Sain"
    INFECTED = "infected", "Dangereux"


class CorrectionReason(models.TextChoices):
    INCOMPLETE = "incomplete", "Incomplet"
    INCORRECT = "incorrect", "Inexact"
    TO_UPDATE = "to_update", "À mettre à jour"


class Participation(models.TextChoices):
    """How people living in poverty took part (features.md §3, feature 15)."""

    INFORMED = "informed", "Informées"
    CONSULTED = "consulted", "Consultées"
    DECIDING = "deciding", "Associées aux décisions"
    CARRYING = "carrying", "Porteuses de l’initiative"


class Cost(models.TextChoices):
    """What a person pays, in the short version of an initiative."""

    FREE = "free", "C’est gratuit."
    PAID = "paid", "Il faut payer."
    VARIES = "varies", "Le prix dépend de votre situation."
    UNKNOWN = "unknown", "Prix non précisé"
