from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import amount_between, both_or_neither, date_order, implies, one_of
from alliance.lib.history import LinkedHistory
from alliance.lib.money import MoneyField
from initiatives.choices import Continuity, EntryMode, PartnerRole, Publication, Scope, State
from initiatives.models.reference import FiscalYear, PlanNode, TargetGroup, Theme
from territories.models import Municipality, Organization, Territory


class InitiativeQuerySet(models.QuerySet):
    def published(self):
        return self.filter(publication=Publication.PUBLISHED)

    def visible_to(self, user):
        """Keep what `user` may open in « Mon espace » or in the admin: staff all, others their own MRC.

        A file without MRC yet and a regional one are seen, besides staff, by the person who entered them only.
        Whoever no longer serves an MRC no longer sees its files, even those they entered.
        """
        if user.is_staff:
            return self
        own = Q(created_by=user) & (Q(territories=None) | Q(scope=Scope.REGIONAL))
        mine = own | Q(territories__memberships__user=user)
        return self.filter(pk__in=self.model.objects.filter(mine).values("pk"))


class Initiative(models.Model):
    """What is done against poverty and exclusion, from the first draft to the public page."""

    number = models.CharField("numéro", max_length=14, unique=True, null=True, blank=True, editable=False)
    slug = models.SlugField("adresse", max_length=100, unique=True, editable=False)
    title = models.CharField("titre", max_length=200, blank=True)
    summary = models.TextField("résumé public", max_length=3000, blank=True)
    description = models.TextField("description", max_length=10000, blank=True)
    scope = models.CharField("portée", max_length=12, choices=Scope.choices, blank=True)
    territories = models.ManyToManyField(
        Territory, blank=True, related_name="initiatives", verbose_name="MRC"
    )
    municipalities = models.ManyToManyField(
        Municipality, blank=True, related_name="initiatives", verbose_name="municipalités desservies"
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="initiatives", verbose_name="thèmes")
    primary_theme = models.ForeignKey(
        Theme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="thème principal",
    )
    target_groups = models.ManyToManyField(
        TargetGroup, blank=True, related_name="initiatives", verbose_name="personnes visées"
    )
    target_note = models.CharField("précision sur les personnes visées", max_length=300, blank=True)
    plan_node = models.ForeignKey(
        PlanNode,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        verbose_name="objectif du plan d’action",
    )
    starts_on = models.DateField("début", null=True, blank=True)
    ends_on = models.DateField("fin", null=True, blank=True)
    fiscal_years = models.ManyToManyField(
        FiscalYear, blank=True, related_name="initiatives", verbose_name="exercices"
    )
    continuity = models.CharField(
        "nouvelle ou prolongée", max_length=12, choices=Continuity.choices, default=Continuity.NEW
    )
    continues = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name="prolonge",
    )
    expected_reach = models.PositiveIntegerField("personnes à rejoindre", null=True, blank=True)
    actual_reach = models.PositiveIntegerField("personnes rejointes", null=True, blank=True)
    quantity_note = models.CharField("réalisation chiffrée", max_length=120, blank=True)
    citizen_participation = models.TextField(
        "participation des personnes concernées", max_length=3000, blank=True
    )
    amount_requested = MoneyField("montant demandé", null=True, blank=True)
    state = models.CharField(
        "état", max_length=20, choices=State.choices, default=State.DRAFT, editable=False
    )
    submitted_at = models.DateTimeField("déposée le", null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="déposée par",
    )
    publication = models.CharField(
        "publication",
        max_length=12,
        choices=Publication.choices,
        default=Publication.UNPUBLISHED,
        editable=False,
    )
    published_at = models.DateTimeField("publiée le", null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="publiée par",
    )
    verified_on = models.DateField("vérifiée le", null=True, blank=True)
    source_note = models.CharField(
        "source",
        max_length=300,
        blank=True,
        help_text="Texte publié d’où vient la fiche. Ce que le texte ne dit pas reste « non précisé ».",
    )
    internal_note = models.TextField("note interne du CRD", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name="créée par",
    )
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    updated_at = models.DateTimeField("modifiée le", auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    entry_mode = models.CharField(
        "inscrite par", max_length=10, choices=EntryMode.choices, default=EntryMode.DIRECT, editable=False
    )
    entry_token = models.UUIDField(unique=True, null=True, blank=True, editable=False)
    is_demo = models.BooleanField("démonstration", default=False, editable=False)
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField("clé de tri", max_length=200, editable=False, default="")

    objects = InitiativeQuerySet.as_manager()
    history = LinkedHistory(
        excluded_fields=["search_text", "sort_key", "entry_token"],
        m2m_fields=[territories, municipalities, themes, target_groups, fiscal_years],
    )

    class Meta:
        verbose_name = "initiative"
        verbose_name_plural = "initiatives"
        ordering = ["-updated_at", "-pk"]
        permissions = [
            ("move_initiative", "Peut changer l’état d’une initiative"),
            ("publish_initiative", "Peut publier une initiative"),
        ]
        indexes = [
            models.Index(fields=["publication", "sort_key"], name="initiatives_public_title"),
            models.Index(fields=["state", "-updated_at"], name="initiatives_state_recent"),
        ]
        constraints = [
            one_of("initiatives_initiative_state", "state", State),
            one_of("initiatives_initiative_publication", "publication", Publication),
            one_of("initiatives_initiative_continuity", "continuity", Continuity),
            one_of("initiatives_initiative_entry_mode", "entry_mode", EntryMode),
            one_of("initiatives_initiative_scope", "scope", [*Scope.values, ""]),
            date_order("initiatives_initiative_dates", "starts_on", "ends_on"),
            amount_between("initiatives_initiative_requested_bounds", "amount_requested"),
            models.CheckConstraint(
                name="initiatives_initiative_reach_bounds",
                condition=(Q(expected_reach=None) | Q(expected_reach__lte=1_000_000))
                & (Q(actual_reach=None) | Q(actual_reach__lte=1_000_000)),
                violation_error_message="Le nombre de personnes doit être entre 0 et 1\xa0000\xa0000.",
            ),
            both_or_neither(
                "initiatives_initiative_submitted_pair",
                "submitted_at",
                "submitted_by",
                "Un dépôt dit quand et par qui.",
            ),
            both_or_neither(
                "initiatives_initiative_published_pair",
                "published_at",
                "published_by",
                "Une publication dit quand et par qui.",
            ),
            implies(
                "initiatives_initiative_published_is_ready",
                Q(publication=Publication.PUBLISHED),
                Q(state__in=State.publishable, published_at__isnull=False, number__isnull=False)
                & ~Q(title="")
                & ~Q(summary="")
                & ~Q(scope="")
                & Q(primary_theme__isnull=False),
                "Une initiative publiée est retenue, numérotée et complète (titre, résumé, portée, thème principal).",
            ),
            implies(
                "initiatives_initiative_deposited_has_date",
                ~Q(state__in=[State.DRAFT, State.WITHDRAWN]),
                Q(submitted_at__isnull=False, number__isnull=False),
                "Une initiative déposée a un numéro et une date de dépôt.",
            ),
            implies(
                "initiatives_initiative_continues_is_continued",
                Q(continues__isnull=False),
                Q(continuity=Continuity.CONTINUED),
                "Une initiative qui en prolonge une autre est une prolongation.",
            ),
            models.CheckConstraint(
                name="initiatives_initiative_not_own_sequel",
                condition=Q(continues=None) | ~Q(continues=F("pk")),
                violation_error_message="Une initiative ne peut pas se prolonger elle-même.",
            ),
        ]

    def __str__(self):
        return self.title or "Initiative sans titre"

    def get_absolute_url(self):
        return f"/initiatives/{self.slug}/"


class InitiativePastSlug(models.Model):
    """An address an initiative once had; it leads to the present one for ever."""

    slug = models.SlugField("ancienne adresse", max_length=100, unique=True)
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="past_slugs")

    class Meta:
        verbose_name = "ancienne adresse d’initiative"
        verbose_name_plural = "anciennes adresses d’initiatives"

    def __str__(self):
        return self.slug


class Partnership(models.Model):
    """An organization's part in an initiative. Lead, fiduciary and partner are different (domain.md §0.7)."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="partnerships")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="partnerships", verbose_name="organisation"
    )
    role = models.CharField("rôle", max_length=12, choices=PartnerRole.choices, default=PartnerRole.PARTNER)
    note = models.CharField("contribution, en mots", max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "partenariat"
        verbose_name_plural = "partenariats"
        ordering = ["pk"]
        constraints = [
            one_of("initiatives_partnership_role", "role", PartnerRole),
            models.UniqueConstraint(
                fields=["initiative", "organization", "role"],
                name="initiatives_partnership_once",
                violation_error_message="Cette organisation tient déjà ce rôle dans l’initiative.",
            ),
            models.UniqueConstraint(
                fields=["initiative", "role"],
                condition=Q(role__in=PartnerRole.once),
                name="initiatives_partnership_one_lead",
                violation_error_message="Une initiative a un seul porteur et un seul fiduciaire.",
            ),
        ]

    def __str__(self):
        return f"{self.organization} ({self.get_role_display()})"
