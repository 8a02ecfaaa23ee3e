"""Initiatives for the CRD's staff: list, file, partners. State, publication and money change by buttons only."""

from django import forms
from django.contrib import admin
from django.db.models import Q

from alliance.lib.admin import (
    AuditedModelAdmin,
    DemoFilter,
    OnceForm,
    OnceMixin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    choice_filter,
    row_filter,
    yes_no_filter,
)
from alliance.lib.cells import money_cell
from alliance.lib.conflict import Conflict
from alliance.lib.imports import FileAdminMixin
from alliance.lib.money import format_amount
from alliance.lib.resources import Column
from alliance.lib.widgets import AutocompleteMixin
from alliance.lib.workflow import Refusal, Stale
from alliance.portal import (  # noqa: F401  # register what surrounds the initiatives
    admin_bilan,
    admin_errors,
    admin_search,
    admin_years,
    admin_zoom,
    still,
)
from alliance.portal.admin_file_money import FileMoneyMixin
from alliance.portal.admin_steps import StepsMixin
from alliance.portal.admin_talk import TalkMixin
from alliance.portal.admin_to_zoom import ToZoomMixin, only_published_for_zoom
from funding import ledger
from funding.rules import refuse_used_form
from initiatives import actions, changes
from initiatives.admin_documents import DocumentInline
from initiatives.choices import PartnerRole, Publication, Scope, State
from initiatives.models import FiscalYear, Initiative, Partnership, Snapshot, Theme, TransitionLog
from initiatives.resources import InitiativeResource
from initiatives.search import search
from territories.models import Territory

CONTENT = {*actions.SCALARS, *actions.LINKS}


class InitiativeFile(InitiativeResource):
    """The file of the initiatives, with the money granted to each (shown, never read)."""

    awarded = Column(
        "awarded", "Montant accordé", money_cell(), fixed="Un montant s’accorde sur la page de l’initiative."
    )

    class Meta:
        model = Initiative
        fields = (*InitiativeResource.Meta.fields, "awarded")

    def rows(self):
        return ledger.with_awarded(super().rows())


class InitiativeForm(OnceForm):
    """The content of an initiative."""


class PartnershipForm(forms.ModelForm):
    """One partner. The action checks uniqueness once all rows are known: two may exchange their roles."""

    def validate_unique(self):
        """Left to the action."""

    def validate_constraints(self):
        """Left to the action."""


class PartnershipInline(AutocompleteMixin, admin.TabularInline):
    model = Partnership
    form = PartnershipForm
    extra = 0
    fields = ("role", "organization", "note")
    autocomplete_fields = ("organization",)
    verbose_name = "partenaire"
    verbose_name_plural = "partenaires"

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("initiatives.change_initiative")

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm("initiatives.change_initiative")

    def has_delete_permission(self, request, obj=None):
        """Taking a partner off the list is a change of the initiative, kept in its history."""
        return request.user.has_perm("initiatives.change_initiative")


class TransitionInline(ReadOnlyInline):
    model = TransitionLog
    fields = ("at", "by", "from_state", "to_state", "note")
    verbose_name_plural = "parcours du dossier"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


@admin.register(Initiative)
class InitiativeAdmin(
    ToZoomMixin, OnceMixin, StepsMixin, TalkMixin, FileMoneyMixin, FileAdminMixin, AuditedModelAdmin
):
    form = InitiativeForm
    resource_classes = [InitiativeFile]
    internal_columns = ("internal_note",)
    change_form_template = "admin/initiatives/initiative/change_form.html"
    inlines = [PartnershipInline, DocumentInline, TransitionInline]
    list_display = (
        "number_or_draft",
        "shown_title",
        "state",
        "publication",
        "territory_names",
        "primary_theme",
        "shown_awarded",
        "updated_at",
        "is_demo",
    )
    list_display_links = ("number_or_draft", "shown_title")
    list_filter = (
        choice_filter("état", "etat", "state", State.choices),
        choice_filter("publication", "publication", "publication", Publication.choices),
        row_filter("MRC", "territoire", "territories__slug", Territory, "slug"),
        row_filter("thème", "theme", "themes__slug", Theme, "slug"),
        row_filter("exercice", "exercice", "fiscal_years__label", FiscalYear, "label"),
        choice_filter("portée", "portee", "scope", Scope.choices),
        yes_no_filter("peut-être terminée", "peut_etre_terminee", still.unconfirmed),
        yes_no_filter("sans version facile à lire", "sans_facile", Q(easy=None)),
        DemoFilter,
    )
    list_select_related = ("primary_theme",)
    search_fields = ("title",)
    search_help_text = "Titre, numéro, organisation, MRC, municipalité, thème."
    stemmed = ("search_text",)
    autocomplete_fields = (
        "territories",
        "municipalities",
        "themes",
        "primary_theme",
        "target_groups",
        "fiscal_years",
        "plan_node",
        "continues",
    )
    readonly_fields = ("is_demo",)
    fieldsets = (
        ("Initiative", {"fields": ("title", "summary", "description", "quantity_note")}),
        ("Territoire", {"fields": ("scope", "territories", "municipalities")}),
        (
            "Thèmes et personnes",
            {"fields": ("themes", "primary_theme", "target_groups", "target_note", "citizen_participation")},
        ),
        (
            "Dates",
            {"fields": ("starts_on", "ends_on", "fiscal_years", "continuity", "continues", "plan_node")},
        ),
        ("Nombres", {"fields": ("expected_reach", "actual_reach", "amount_requested")}),
        ("Suivi", {"fields": ("source_note", "verified_on", "internal_note", "is_demo")}),
    )

    # List ---------------------------------------------------------------------------------------------------

    def get_queryset(self, request):
        rows = super().get_queryset(request).prefetch_related("territories").defer("search_text")
        return ledger.with_awarded(rows)

    def get_search_results(self, request, queryset, search_term):
        return only_published_for_zoom(request, search(queryset, search_term)), False

    @admin.display(description="numéro", ordering="number")
    def number_or_draft(self, initiative):
        return initiative.number or "Sans numéro"

    @admin.display(description="titre", ordering="sort_key")
    def shown_title(self, initiative):
        return str(initiative)

    @admin.display(description="MRC")
    def territory_names(self, initiative):
        names = ", ".join(territory.name for territory in initiative.territories.all())
        return "Toute la région" if initiative.scope == Scope.REGIONAL else names

    @admin.display(description="montant accordé", ordering="awarded")
    def shown_awarded(self, initiative):
        return format_amount(initiative.awarded) if initiative.awarded is not None else "—"

    # File ---------------------------------------------------------------------------------------------------

    def version_of(self, obj):
        return obj.version

    def refuse_stale(self, form):
        """Left to the action, which knows the partners too."""

    def get_fieldsets(self, request, obj=None):
        """The internal note is for the CRD."""
        hidden = set() if self.history_allowed(request) else {"internal_note"}
        return [
            (name, {"fields": tuple(field for field in options["fields"] if field not in hidden)})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def get_inlines(self, request, obj):
        return self.inlines if obj else self.inlines[:1]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        extra = {
            "steps": [],
            "commitments": [],
            "may_move": False,
            "may_award": False,
            "file": None,
            "talk": None,
            **(extra_context or {}),
        }
        initiative = self.get_object(request, object_id) if object_id else None
        if initiative is not None:
            may_move = request.user.has_perm("funding.move_money")
            extra |= {
                "steps": self.steps(request, initiative),
                "commitments": self.commitments(initiative),
                "may_move": may_move,
                "may_award": may_move and initiative.state in State.fundable,
                "file": initiative,
                "talk": self.talk(request, initiative),
            }
        return super().changeform_view(request, object_id, form_url, extra)

    def save_model(self, request, obj, form, change):
        """Nothing yet: the action writes the file and its partners together (`save_related`)."""

    def save_related(self, request, form, formsets, change):
        values = {name: form.cleaned_data[name] for name in form.changed_data if name in CONTENT}
        partners = self._partners(formsets)
        if change:
            written = self._update(request, form, values, partners)
        else:
            written = self._create(request, form, values, partners)
        form.instance.pk = written.pk
        form.instance.__dict__.update(written.__dict__)

    def _create(self, request, form, values, partners):
        """Create the draft, once for each form shown; one that comes back with another title is refused."""
        token = form.cleaned_data.get("form_token")
        written = actions.create_draft(by=request.user, values=values, partners=partners, token=token)
        if written.title != values.get("title", ""):
            raise Refusal(refuse_used_form(f"« {written} »"))
        return written

    def _update(self, request, form, values, partners):
        stored = Initiative.objects.get(pk=form.instance.pk)
        try:
            return actions.update(
                initiative=stored,
                by=request.user,
                values=values,
                partners=partners,
                expected_version=form.cleaned_data.get("read_version") or 0,
            )
        except Stale as stale:
            raise Conflict(form, stale, _partner_differences(partners, stored)) from None

    def _partners(self, formsets):
        """Return the partners as the form has them, without the rows taken off."""
        return [
            (
                row.cleaned_data["organization"],
                PartnerRole(row.cleaned_data["role"]),
                row.cleaned_data["note"],
            )
            for formset in formsets
            if formset.model is Partnership
            for row in formset.forms
            if row.cleaned_data.get("organization") and not row.cleaned_data.get("DELETE")
        ]

    def construct_change_message(self, request, form, formsets, add=False):
        return [
            {"added": {}}
            if add
            else {"changed": {"fields": [str(form[name].label) for name in form.changed_data]}}
        ]


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    """What was deposited, word for word, at each deposit."""

    list_display = ("initiative", "taken_at", "by")
    list_select_related = ("initiative", "by")
    list_filter = (DemoFilter,)
    search_fields = ("initiative__title",)
    stemmed = ("initiative__search_text",)
    fields = ("initiative", "taken_at", "by", "shown_content")
    readonly_fields = ("shown_content",)

    @admin.display(description="contenu déposé")
    def shown_content(self, snapshot):
        """Say the copy in the words of the form, one question by paragraph."""
        said = changes.said(snapshot.content)
        return "\n\n".join(
            f"{label}\n{words}" if "\n" in words else f"{label}\xa0: {words}" for label, words in said
        )


def _partner_differences(rows, current):
    mine = sorted(f"{organization} ({role.label})" for organization, role, _note in rows)
    saved = sorted(str(row) for row in current.partnerships.select_related("organization"))
    if mine != saved:
        yield {"label": "Partenaires", "mine": ", ".join(mine) or "—", "saved": ", ".join(saved) or "—"}
