"""Money for the CRD's staff: sources, envelopes, lines, contributions. An amount changes by a new movement only."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404
from django.urls import path, reverse

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
from alliance.lib.imports import FileAdminMixin
from alliance.lib.money import MoneyFormField, format_amount
from alliance.lib.pages import MovementForm, ask
from alliance.lib.workflow import Refusal
from funding import actions, ledger, rules
from funding.admin_balances import dollars, envelope_balance, left_meter, line_balance
from funding.choices import AllocationMove, ContributionKind, EnvelopeMove, Line, Unit
from funding.models import (
    Allocation,
    AllocationMovement,
    CommitmentMovement,
    Contribution,
    Envelope,
    EnvelopeMovement,
    FundingSource,
    PublishedFigure,
)
from funding.resources import ContributionResource
from initiatives.admin import FixedOnceMade
from initiatives.models import FiscalYear
from territories.models import Territory


class MovementInline(ReadOnlyInline):
    fields = ("on", "kind", "shown_amount", "reason", "resolution", "by")
    readonly_fields = ("shown_amount",)
    verbose_name_plural = "mouvements"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")

    @admin.display(description="montant")
    def shown_amount(self, movement):
        return format_amount(movement.amount)


class EnvelopeMovementInline(MovementInline):
    model = EnvelopeMovement


class AllocationMovementInline(MovementInline):
    model = AllocationMovement


class MovingAdmin(FixedOnceMade, AuditedModelAdmin):
    """A page whose amount is a sum of movements, with a button to add one."""

    change_form_template = "admin/funding/change_form.html"
    kinds: list[tuple[str, str]] = []

    def get_urls(self):
        name = f"funding_{self.opts.model_name}_movement"
        return [
            path("<int:pk>/mouvement/", self.admin_site.admin_view(self.movement_view), name=name),
            *super().get_urls(),
        ]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        extra = {"may_move": request.user.has_perm("funding.move_money"), "movement_url": ""}
        if object_id and object_id.isdecimal() and len(object_id) < 19:
            extra["movement_url"] = reverse(
                f"admin:funding_{self.opts.model_name}_movement", args=[object_id]
            )
        return super().changeform_view(request, object_id, form_url, {**extra, **(extra_context or {})})

    def movement_view(self, request, pk):
        if not request.user.has_perm("funding.move_money"):
            raise PermissionDenied
        obj = self.get_object(request, str(pk))
        if obj is None:
            raise Http404
        form = MovementForm(request.POST if request.method == "POST" else None)
        form.fields["kind"] = forms.ChoiceField(label="Type", choices=self.kinds)
        form.order_fields(["kind", "amount", "reason", "resolution", "on", "token"])
        return ask(
            request,
            self,
            obj,
            form,
            lambda cleaned: self.move(obj, request.user, cleaned),
            title="Ajouter un mouvement",
            button="Inscrire le mouvement",
            back=reverse(f"admin:funding_{self.opts.model_name}_change", args=[obj.pk]),
            consequence="Le montant change par ce mouvement daté; aucun mouvement ne se modifie ni ne s’efface ensuite.",
            facts=self.balance(obj),
        )

    def move(self, obj, by, cleaned):
        """Add the movement; return the sentence of success."""
        raise NotImplementedError

    def balance(self, obj):
        """Return the pairs (words, amount) that help to choose an amount."""
        raise NotImplementedError


@admin.register(FundingSource)
class FundingSourceAdmin(FixedOnceMade, AuditedModelAdmin):
    list_display = ("name", "short_name", "is_fqis", "order")
    search_fields = ("name",)
    folded = ("name", "short_name")
    fixed = ("code",)


@admin.register(Envelope)
class EnvelopeAdmin(MovingAdmin):
    list_display = ("name", "source", "period", "shown_amount", "shown_allocated", "shown_left", "is_demo")
    list_filter = (row_filter("source", "source", "source__code", FundingSource, "code"), DemoFilter)
    list_select_related = ("source", "period")
    autocomplete_fields = ("source", "period")
    search_fields = ("name",)
    folded = ("name", "agreement_number")
    fixed = ("source", "period")
    readonly_fields = ("shown_amount", "shown_allocated", "shown_left", "is_demo")
    inlines = [EnvelopeMovementInline]
    kinds = EnvelopeMove.choices

    def get_queryset(self, request):
        return ledger.with_envelope_balances(super().get_queryset(request))

    @admin.display(description="montant")
    def shown_amount(self, envelope):
        return dollars(getattr(envelope, "amount", None))

    @admin.display(description="affecté aux lignes")
    def shown_allocated(self, envelope):
        return dollars(getattr(envelope, "allocated", None))

    @admin.display(description="reste à affecter")
    def shown_left(self, envelope):
        balance = envelope_balance(envelope)
        return left_meter(balance.left, balance.allocated, balance.amount)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.is_demo = request.user.is_demo  # what a demonstration account adds goes with it
        super().save_model(request, obj, form, change)

    def move(self, obj, by, cleaned):
        actions.move_envelope(envelope=obj, by=by, **cleaned)
        return "Le mouvement est inscrit."

    def balance(self, obj):
        balance = envelope_balance(obj)
        return [
            ("Montant", format_amount(balance.amount)),
            ("Affecté aux lignes", format_amount(balance.allocated)),
            ("Reste à affecter", format_amount(balance.left)),
        ]


class AllocationForm(forms.ModelForm):
    def clean_fiscal_year(self):
        year = self.cleaned_data["fiscal_year"]
        if reason := rules.refuse_closed(year.label, year.closed_at is not None):
            raise ValidationError(reason)
        return year

    def clean(self):
        cleaned = super().clean()
        envelope, year = cleaned.get("envelope"), cleaned.get("fiscal_year")
        if envelope and year and (reason := actions.refuse_year(envelope, year)):
            self.add_error("fiscal_year", reason)
        return cleaned


@admin.register(Allocation)
class AllocationAdmin(MovingAdmin):
    form = AllocationForm
    list_display = (
        "line_name",
        "fiscal_year",
        "year_is_open",
        "envelope",
        "shown_allocated",
        "shown_committed",
        "shown_left",
        "is_demo",
    )
    list_filter = (
        row_filter("exercice", "exercice", "fiscal_year__label", FiscalYear, "label"),
        row_filter("MRC", "territoire", "territory__slug", Territory, "slug"),
        choice_filter("ligne", "ligne", "line", Line.choices),
        DemoFilter,
    )
    list_select_related = ("envelope", "fiscal_year", "territory")
    autocomplete_fields = ("envelope", "fiscal_year", "territory")
    search_fields = ("territory__name",)
    folded = ("territory__name", "fiscal_year__label", "envelope__name")
    fixed = ("envelope", "fiscal_year", "line", "territory")
    readonly_fields = ("shown_allocated", "shown_committed", "shown_left", "is_demo")
    inlines = [AllocationMovementInline]
    kinds = [choice for choice in AllocationMove.choices if choice[0] not in AllocationMove.paired]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("envelope", "fiscal_year", "territory")
        return ledger.with_balances(rows)

    @admin.display(description="ligne", ordering="territory__order")
    def line_name(self, line):
        return line.line_name

    @admin.display(description="exercice ouvert", boolean=True)
    def year_is_open(self, line):
        return line.fiscal_year.closed_at is None

    @admin.display(description="affecté")
    def shown_allocated(self, line):
        return dollars(getattr(line, "allocated", None))

    @admin.display(description="engagé")
    def shown_committed(self, line):
        return dollars(getattr(line, "committed", None))

    @admin.display(description="reste")
    def shown_left(self, line):
        balance = line_balance(line)
        return left_meter(balance.left, balance.committed, balance.allocated)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.is_demo = obj.envelope.is_demo
            if refusal := rules.refuse_demo_person(request.user.is_demo, obj.is_demo):
                raise Refusal(refusal)
        super().save_model(request, obj, form, change)

    def move(self, obj, by, cleaned):
        actions.move_allocation(allocation=obj, by=by, **cleaned)
        return "Le mouvement est inscrit."

    def balance(self, obj):
        line = line_balance(obj)
        envelope = envelope_balance(
            ledger.with_envelope_balances(Envelope.objects.filter(pk=obj.envelope_id)).get()
        )
        return [
            ("Affecté à la ligne", format_amount(line.allocated)),
            ("Engagé", format_amount(line.committed)),
            ("Reste dans la ligne", format_amount(line.left)),
            ("Reste dans l’enveloppe", format_amount(envelope.left)),
        ]


class MovementAdmin(ReadOnlyAdmin):
    """Movements are read; only the actions add one, nothing changes or removes one."""

    list_filter = (DemoFilter,)
    ordering = ("-on", "-pk")

    @admin.display(description="montant", ordering="amount")
    def shown_amount(self, movement):
        return format_amount(movement.amount)


@admin.register(EnvelopeMovement)
class EnvelopeMovementAdmin(MovementAdmin):
    list_display = ("on", "envelope", "kind", "shown_amount", "reason", "resolution", "by")
    list_select_related = ("envelope", "by")
    search_fields = ("reason",)
    folded = ("envelope__name", "reason", "resolution")


@admin.register(AllocationMovement)
class AllocationMovementAdmin(MovementAdmin):
    list_display = ("on", "allocation", "kind", "shown_amount", "reason", "resolution", "by")
    list_select_related = ("allocation__fiscal_year", "allocation__territory", "by")
    search_fields = ("reason",)
    folded = ("allocation__territory__name", "allocation__fiscal_year__label", "reason", "resolution")


@admin.register(CommitmentMovement)
class CommitmentMovementAdmin(MovementAdmin):
    list_display = ("on", "initiative", "line", "kind", "shown_amount", "reason", "resolution", "by")
    list_select_related = (
        "commitment__initiative",
        "commitment__allocation__fiscal_year",
        "commitment__allocation__territory",
        "by",
    )
    list_filter = (
        row_filter("exercice", "exercice", "commitment__allocation__fiscal_year__label", FiscalYear, "label"),
        DemoFilter,
    )
    search_fields = ("reason",)
    stemmed = ("commitment__initiative__search_text",)

    @admin.display(description="initiative")
    def initiative(self, movement):
        return movement.commitment.initiative

    @admin.display(description="ligne")
    def line(self, movement):
        return movement.commitment.allocation


class ContributionForm(OnceForm):
    def clean_fiscal_year(self):
        year = self.cleaned_data["fiscal_year"]
        if year and (reason := rules.refuse_closed(year.label, year.closed_at is not None)):
            raise ValidationError(reason)
        return year


@admin.register(Contribution)
class ContributionAdmin(OnceMixin, FileAdminMixin, AuditedModelAdmin):
    form = ContributionForm
    resource_classes = [ContributionResource]
    list_display = (
        "initiative",
        "organization",
        "fiscal_year",
        "kind",
        "shown_amount",
        "is_confirmed",
        "is_demo",
    )
    list_filter = (
        row_filter("exercice", "exercice", "fiscal_year__label", FiscalYear, "label"),
        choice_filter("nature", "nature", "kind", ContributionKind.choices),
        yes_no_filter("confirmée", "confirmee", Q(is_confirmed=True)),
        yes_no_filter("montant connu", "connu", Q(amount__isnull=False)),
        DemoFilter,
    )
    list_select_related = ("initiative", "organization", "fiscal_year")
    autocomplete_fields = ("initiative", "organization", "fiscal_year")
    search_fields = ("note",)
    stemmed = ("initiative__search_text", "organization__search_text")
    readonly_fields = ("is_demo",)

    @admin.display(description="montant", ordering="amount")
    def shown_amount(self, contribution):
        return format_amount(contribution.amount)

    def has_change_permission(self, request, obj=None):
        """What a closed fiscal year holds is read only."""
        closed = obj is not None and obj.fiscal_year_id and obj.fiscal_year.closed_at is not None
        return not closed and super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change):
        token = None if change else form.cleaned_data.get("form_token")
        written = actions.record_contribution(contribution=obj, by=request.user, token=token)
        obj.__dict__.update(written.__dict__)


class PublishedFigureForm(forms.ModelForm):
    value = MoneyFormField(label="Valeur", help_text="Un nombre, par exemple 2 016 049 ou 12,5.")


@admin.register(PublishedFigure)
class PublishedFigureAdmin(FixedOnceMade, AuditedModelAdmin):
    form = PublishedFigureForm
    list_display = ("label", "value", "unit", "precision", "announced_on", "fiscal_year", "territory")
    list_filter = (
        choice_filter("unité", "unite", "unit", Unit.choices),
        row_filter("exercice", "exercice", "fiscal_year__label", FiscalYear, "label"),
    )
    list_select_related = ("fiscal_year", "territory")
    autocomplete_fields = ("fiscal_year", "territory")
    search_fields = ("label",)
    folded = ("label", "wording", "source", "code")
    fixed = ("code",)
