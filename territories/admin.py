"""Territories, municipalities, organizations and who works for which MRC, for the CRD's staff."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html

from alliance.accounts.admin import UserAdmin
from alliance.accounts.models import User
from alliance.lib.admin import AuditedModelAdmin, DemoFilter, choice_filter, row_filter, yes_no_filter
from alliance.lib.cells import split_list
from alliance.lib.forms import LineFormField, PhoneFormField
from alliance.lib.imports import FileAdminMixin
from alliance.lib.records import sign
from alliance.lib.text import sort_key
from alliance.lib.widgets import AutocompleteMixin
from territories import actions
from territories.admin_invite import invite_page
from territories.choices import MunicipalityKind, OrganizationKind
from territories.models import Membership, Municipality, Organization, OrganizationAlias, Territory
from territories.resources import MunicipalityResource, OrganizationResource, TerritoryResource

FIXED_ONCE_MADE = ("code", "slug")
VALUES = {*actions.SCALARS, "territories_served"}


class CodedAdmin(FileAdminMixin, AuditedModelAdmin):
    """Codes and addresses are given once: files and links depend on them."""

    prepopulated_fields = {"slug": ["name"]}

    def get_readonly_fields(self, request, obj=None):
        return FIXED_ONCE_MADE if obj else ()

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj or not self.has_add_permission(request) else self.prepopulated_fields


class TerritoryForm(forms.ModelForm):
    contact_phone = PhoneFormField(
        required=False,
        max_length=30,
        label="téléphone public",
        help_text="Publié sur la page de la MRC, de ses municipalités et des thèmes.",
    )


@admin.register(Territory)
class TerritoryAdmin(CodedAdmin):
    form = TerritoryForm
    resource_classes = [TerritoryResource]
    list_display = ("name", "code", "seat", "contact_phone", "population", "population_year", "is_active")
    fieldsets = (
        (
            "Qui appeler, pour le public",
            {
                "fields": ("contact_name", "contact_phone", "contact_email", "website"),
                "description": "Ces coordonnées sont publiques. Inscrivez celles d’un service plutôt que d’une personne.",
            },
        ),
        ("Identité", {"fields": ("name", "full_name", "genitive", "locative", "slug", "is_active")}),
        ("Portrait", {"fields": ("seat", "order", "population", "population_year")}),
        ("Codes", {"fields": ("code", "code_mamh", "code_statcan")}),
    )
    list_filter = (yes_no_filter("active", "active", Q(is_active=True)),)
    search_fields = ("name",)
    folded = ("name", "full_name", "code", "seat")
    ordering = ("order",)

    def save_model(self, request, obj, form, change):
        values = {
            name: form.cleaned_data[name] for name in form.cleaned_data if name in actions.TERRITORY_VALUES
        }
        written = actions.update_territory(territory=obj, by=request.user, values=values)
        obj.pk = written.pk
        obj.__dict__.update(written.__dict__)


@admin.register(Municipality)
class MunicipalityAdmin(CodedAdmin):
    resource_classes = [MunicipalityResource]
    list_display = ("name", "code", "designation", "kind", "territory", "population", "valid_to")
    list_filter = (
        row_filter("MRC", "territoire", "territory__slug", Territory, "slug"),
        choice_filter("type", "type", "kind", MunicipalityKind.choices),
        yes_no_filter("existe encore", "actuelle", Q(valid_to=None)),
    )
    list_select_related = ("territory",)
    autocomplete_fields = ("territory", "merged_into")
    search_fields = ("name",)
    folded = ("name", "code")


class OrganizationForm(forms.ModelForm):
    new_names = LineFormField(
        required=False,
        label="autres noms à ajouter",
        help_text="Graphies ou sigles sous lesquels on la rencontre, séparés par des points-virgules.",
    )

    def clean_name(self):
        """Two organizations never bear exactly the same name: a second click, or one already there."""
        name = self.cleaned_data["name"]
        if self.instance.pk and sort_key(name) == sort_key(self.instance.name):
            return name
        if taken := _named(name, but=self.instance.pk):
            raise ValidationError(_already(taken))
        return name

    def clean_new_names(self):
        names = split_list(self.cleaned_data["new_names"])
        for name in names:
            owner = OrganizationAlias.objects.filter(folded=sort_key(name)).exclude(
                organization=self.instance.pk
            )
            if taken := owner.select_related("organization").first():
                raise ValidationError(f"« {name} » désigne déjà {taken.organization}.")
        return names


def _named(name, but=None):
    """Return the organization that bears exactly this name (accents and case ignored), merges followed, or None."""
    aliases = OrganizationAlias.objects.filter(folded=sort_key(name)[:200]).select_related(
        "organization__merged_into"
    )
    alias = aliases.exclude(organization=but).first()
    return (alias.organization.merged_into or alias.organization) if alias else None


def _already(organization):
    return format_html(
        '<a href="{}">{}</a> porte déjà ce nom : complétez sa fiche plutôt que d’en ajouter une autre.',
        reverse("admin:territories_organization_change", args=[organization.pk]),
        organization,
    )


@admin.register(Organization)
class OrganizationAdmin(FileAdminMixin, AuditedModelAdmin):
    form = OrganizationForm
    resource_classes = [OrganizationResource]
    internal_columns = ("note", "contact_email", "contact_phone")
    change_form_template = "admin/territories/organization/change_form.html"
    list_display = ("shown_name", "kind", "seat_territory", "neq", "is_active", "merged_into", "is_demo")
    list_filter = (
        choice_filter("type", "type", "kind", OrganizationKind.choices),
        row_filter("MRC du siège", "territoire", "seat_territory__slug", Territory, "slug"),
        yes_no_filter("active", "active", Q(is_active=True)),
        yes_no_filter("fusionnée", "fusionnee", Q(merged_into__isnull=False)),
        DemoFilter,
    )
    list_select_related = ("seat_territory", "merged_into")
    search_fields = ("name",)
    stemmed = ("search_text",)
    autocomplete_fields = ("seat_territory", "seat_municipality", "territories_served")
    readonly_fields = ("slug", "merged_into", "is_demo", "known_names")
    fieldsets = (
        (
            "Identité",
            {
                "fields": (
                    "name",
                    "usual_name",
                    "known_names",
                    "new_names",
                    "kind",
                    "neq",
                    "has_legal_personality",
                )
            },
        ),
        ("Territoire", {"fields": ("seat_territory", "seat_municipality", "territories_served")}),
        ("Coordonnées", {"fields": ("website", "contact_email", "contact_phone", "contact_is_public")}),
        ("Suivi", {"fields": ("note", "is_active", "slug", "merged_into", "is_demo")}),
    )

    @admin.display(description="organisation", ordering="sort_key")
    def shown_name(self, organization):
        return str(organization)

    @admin.display(description="noms connus")
    def known_names(self, organization):
        """Every spelling under which a file or a search finds it; one is added by a file or by a merge."""
        names = [alias.name for alias in organization.aliases.all()] if organization.pk else []
        return "; ".join(names) or "Le nom officiel et le nom usuel."

    def get_fieldsets(self, request, obj=None):
        """What is internal (note, contacts that are not public) is for those who keep the directory."""
        hidden = set() if self.has_change_permission(request, obj) else {"new_names"}
        if not self.history_allowed(request):
            hidden |= (
                {"note"} if obj and obj.contact_is_public else {"note", "contact_email", "contact_phone"}
            )
        return [
            (name, {"fields": tuple(field for field in options["fields"] if field not in hidden)})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def get_search_results(self, request, queryset, search_term):
        """A choice in another form offers active organizations only; the list shows them all."""
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(is_active=True)
        return super().get_search_results(request, queryset, search_term)

    def save_model(self, request, obj, form, change):
        """The action writes the whole form, links included (`save_related` then has nothing left)."""
        values = {name: form.cleaned_data[name] for name in form.cleaned_data if name in VALUES}
        names = form.cleaned_data.get("new_names") or ()
        if change:
            written = actions.update_organization(
                organization=obj, by=request.user, values=values, aliases=names
            )
        else:
            # Two clicks at once: the second waits here, then meets the name that the first gave.
            User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
            if taken := _named(values["name"]):
                raise ValidationError({"name": _already(taken)})
            written = actions.create_organization(by=request.user, values=values, aliases=names)
        obj.pk = written.pk
        obj.__dict__.update(written.__dict__)

    def save_related(self, request, form, formsets, change):
        """Nothing: the action wrote the links."""


@admin.register(Membership)
class MembershipAdmin(AuditedModelAdmin):
    list_display = ("user", "territory")
    list_filter = (row_filter("MRC", "territoire", "territory__slug", Territory, "slug"),)
    list_select_related = ("user", "territory")
    autocomplete_fields = ("user", "territory")
    search_fields = ("user__full_name",)
    folded = ("user__full_name", "user__email", "territory__name")
    ordering = (Coalesce("user__full_name", "user__email"), "territory__order")

    def has_delete_permission(self, request, obj=None):
        """Taking someone off an MRC harms nothing: the files stay, and the history says who did it."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request, obj):
        sign(obj, request.user)
        super().delete_model(request, obj)


class MembershipInline(AutocompleteMixin, admin.TabularInline):
    """The MRCs of a person, on the person's page. Declared here: accounts know nothing of territories."""

    model = Membership
    extra = 1
    autocomplete_fields = ("territory",)
    verbose_name = "MRC servie"
    verbose_name_plural = "MRC servies"

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm("accounts.change_user") and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("accounts.change_user") and super().has_change_permission(request, obj)


UserAdmin.inlines = [MembershipInline]
UserAdmin.invite_page = staticmethod(invite_page)
