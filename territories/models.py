from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from alliance.lib.constraints import implies, not_blank, one_of
from alliance.lib.text import search_text, sort_key
from territories.choices import NEVER_LEADS, MunicipalityKind, OrganizationKind

two_digits = RegexValidator(r"^[0-9]{2}\Z", "Inscrivez un code de deux chiffres, par exemple 09.")
five_digits = RegexValidator(r"^[0-9]{5}\Z", "Inscrivez un code de cinq chiffres, par exemple 09077.")
ten_digits = RegexValidator(r"^[0-9]{10}\Z", "Le NEQ compte dix chiffres, par exemple 1234567890.")


class Territory(models.Model):
    """One of the eight MRCs. « Régional » is a scope and a line of money, never a ninth MRC (domain.md §0.2)."""

    code = models.CharField("code", max_length=2, unique=True, validators=[two_digits])
    code_mamh = models.CharField("code MAMH", max_length=3, blank=True)
    code_statcan = models.CharField("division de recensement", max_length=4, blank=True)
    name = models.CharField("nom", max_length=60, unique=True)
    full_name = models.CharField("nom de l’organisation", max_length=80)
    genitive = models.CharField("complément (de…)", max_length=80, help_text="Par exemple « des Basques »")
    locative = models.CharField(
        "lieu (au, à, dans…)", max_length=80, help_text="Par exemple « au Kamouraska »"
    )
    slug = models.SlugField("adresse", max_length=80, unique=True)
    seat = models.CharField("chef-lieu", max_length=80)
    order = models.PositiveSmallIntegerField("ordre d’ouest en est", unique=True)
    population = models.PositiveIntegerField("population", null=True, blank=True)
    population_year = models.PositiveSmallIntegerField("année de la population", null=True, blank=True)
    website = models.URLField("site Web", blank=True)
    contact_name = models.CharField(
        "personne ou service à joindre", max_length=120, blank=True, help_text="Publié tel quel."
    )
    contact_phone = models.CharField("téléphone public", max_length=30, blank=True)
    contact_email = models.EmailField("courriel public", blank=True)
    is_active = models.BooleanField("active", default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "MRC"
        verbose_name_plural = "MRC"
        ordering = ["order"]
        constraints = [not_blank("territories_territory_name_not_blank", "name")]

    def __str__(self):
        return self.name


class MunicipalityQuerySet(models.QuerySet):
    def current(self, on):
        """Keep the municipalities that exist on the date `on`."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gt=on))


class Municipality(models.Model):
    """A municipality with its period of validity: a merged one stays for old initiatives (domain.md §0.9)."""

    code = models.CharField("code géographique", max_length=5, unique=True, validators=[five_digits])
    name = models.CharField("nom", max_length=80)
    designation = models.CharField("désignation", max_length=40, blank=True)
    kind = models.CharField("type", max_length=20, choices=MunicipalityKind.choices)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="municipalities", verbose_name="MRC"
    )
    slug = models.SlugField("adresse", max_length=90, unique=True)
    population = models.PositiveIntegerField("population", null=True, blank=True)
    population_year = models.PositiveSmallIntegerField("année de la population", null=True, blank=True)
    latitude = models.DecimalField("latitude", max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField("longitude", max_digits=8, decimal_places=5, null=True, blank=True)
    website = models.URLField("site Web", blank=True)
    valid_from = models.DateField("existe depuis le", null=True, blank=True)
    valid_to = models.DateField("a cessé d’exister le", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="regroupée avec",
    )
    note = models.CharField("note", max_length=300, blank=True)
    sort_key = models.CharField("clé de tri", max_length=90, editable=False)

    objects = MunicipalityQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["sort_key"])

    class Meta:
        verbose_name = "municipalité"
        verbose_name_plural = "municipalités"
        ordering = ["sort_key", "code"]
        constraints = [
            not_blank("territories_municipality_name_not_blank", "name"),
            one_of("territories_municipality_kind", "kind", MunicipalityKind),
            models.CheckConstraint(
                name="territories_municipality_validity_order",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                violation_error_message="La fin de la municipalité doit suivre son début.",
            ),
            implies(
                "territories_municipality_merged_has_end",
                Q(merged_into__isnull=False),
                Q(valid_to__isnull=False),
                "Une municipalité regroupée a une date de fin.",
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.sort_key = sort_key(self.name)[:90]
        super().save(*args, **kwargs)


class OrganizationQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True, merged_into=None)

    def can_lead(self):
        """Keep the organizations that may carry an initiative."""
        return self.active().exclude(kind__in=NEVER_LEADS)


class Organization(models.Model):
    """Any partner body. It has no account: an agent enters for it (design.md §8)."""

    name = models.CharField("nom officiel", max_length=200)
    usual_name = models.CharField("nom usuel", max_length=200, blank=True)
    slug = models.SlugField("adresse", max_length=90, unique=True)
    kind = models.CharField("type", max_length=40, choices=OrganizationKind.choices)
    neq = models.CharField("NEQ", max_length=10, blank=True, validators=[ten_digits])
    has_legal_personality = models.BooleanField(
        "personne morale",
        null=True,
        blank=True,
        help_text="Un comité sans personnalité juridique ne reçoit pas d’argent.",
    )
    seat_territory = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organizations",
        verbose_name="MRC du siège",
    )
    seat_municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organizations",
        verbose_name="municipalité du siège",
    )
    territories_served = models.ManyToManyField(
        Territory, blank=True, related_name="serving_organizations", verbose_name="MRC desservies"
    )
    website = models.URLField("site Web", blank=True)
    contact_email = models.EmailField("courriel", blank=True)
    contact_phone = models.CharField("téléphone", max_length=30, blank=True)
    contact_is_public = models.BooleanField(
        "coordonnées publiques", default=False, help_text="Cochez seulement avec l’accord de l’organisation."
    )
    note = models.CharField("note interne", max_length=500, blank=True)
    is_active = models.BooleanField("active", default=True)
    is_listed = models.BooleanField(
        "au répertoire public",
        default=True,
        help_text="Décochée pour une organisation créée par une MRC, jusqu’à ce que le CRD la vérifie. "
        "Une organisation qui participe à une initiative publiée est toujours au répertoire.",
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="fusionnée avec",
    )
    is_demo = models.BooleanField("démonstration", default=False, editable=False)
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField("clé de tri", max_length=200, editable=False)

    objects = OrganizationQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search_text", "sort_key"], m2m_fields=[territories_served])

    class Meta:
        verbose_name = "organisation"
        verbose_name_plural = "organisations"
        ordering = ["sort_key", "pk"]
        constraints = [
            not_blank("territories_organization_name_not_blank", "name"),
            one_of("territories_organization_kind", "kind", OrganizationKind),
            models.UniqueConstraint(
                fields=["neq"],
                condition=~Q(neq=""),
                name="territories_organization_neq_unique",
                violation_error_message="Une organisation porte déjà ce NEQ.",
            ),
            implies(
                "territories_organization_merged_is_inactive",
                Q(merged_into__isnull=False),
                Q(is_active=False),
                "Une organisation fusionnée n’est plus active.",
            ),
        ]

    def __str__(self):
        return self.usual_name or self.name

    def save(self, *args, **kwargs):
        self.sort_key = sort_key(str(self))[:200]
        self.search_text = search_text(self.name, self.usual_name, *self._alias_names())
        super().save(*args, **kwargs)

    def _alias_names(self):
        return [alias.name for alias in self.aliases.all()] if self.pk else []


class OrganizationAlias(models.Model):
    """Another spelling under which an organization is met in files and releases."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="aliases", verbose_name="organisation"
    )  # CASCADE: a spelling has no life without its organization
    name = models.CharField("autre nom", max_length=200)
    folded = models.CharField(max_length=200, editable=False, unique=True)

    class Meta:
        verbose_name = "autre nom"
        verbose_name_plural = "autres noms"
        ordering = ["folded"]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.folded = sort_key(self.name)[:200]
        super().save(*args, **kwargs)


class OrganizationPastSlug(models.Model):
    """An address an organization once had; it leads to the present one for ever."""

    slug = models.SlugField("ancienne adresse", max_length=90, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="past_slugs")

    class Meta:
        verbose_name = "ancienne adresse d’organisation"
        verbose_name_plural = "anciennes adresses d’organisations"

    def __str__(self):
        return self.slug


class Membership(models.Model):
    """A person works for an MRC; one agent serves several (domain.md §0.4)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name="personne",
    )
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="memberships", verbose_name="MRC"
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "rattachement à une MRC"
        verbose_name_plural = "rattachements aux MRC"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "territory"],
                name="territories_membership_once",
                violation_error_message="Cette personne est déjà rattachée à cette MRC.",
            )
        ]

    def __str__(self):
        return f"{self.user} · {self.territory}"
