"""Money for the CRD's staff: sources, envelopes, limits, contributions. An amount changes by a new movement only."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import DecimalField, Q

from alliance.lib.admin import (
    AuditedModelAdmin,
    DemoFilter,
    OnceForm,
    OnceMixin,
    choice_filter,
    row_filter,
    yes_no_filter,
)
from alliance.lib.imports import FileAdminMixin
from alliance.lib.money import MoneyField, MoneyFormField, PercentFormField, format_amount
from funding import actions, admin_books, admin_closings, admin_lines, ledger, rules  # noqa: F401  # the lists register themselves
from funding.admin_balances import dollars, envelope_balance, fresh_envelope, left_meter
from funding.admin_moving import EnvelopeMovementInline, MovingAdmin
from funding.choices import ContributionKind, EnvelopeMove, Unit
from funding.models import Contribution, Envelope, FundingSource, Limits, PublishedFigure
from funding.resources import ContributionResource
from initiatives.admin import FixedOnceMade
from initiatives.models import FiscalYear


@admin.register(FundingSource)
class FundingSourceAdmin(FixedOnceMade, AuditedModelAdmin):
    list_display = ("name", "short_name", "is_fqis", "order")
    search_fields = ("name",)
    folded = ("name", "short_name")
    fixed = ("code", "is_fqis")


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
        return actions.move_envelope(envelope=obj, by=by, **cleaned)

    def told(self, envelope):
        left = fresh_envelope(envelope).left
        return [
            f"Après cette décision, il restera {format_amount(left)} à affecter dans l’enveloppe « {envelope} »."
        ]

    def balance(self, obj):
        balance = envelope_balance(obj)
        return [
            ("Montant", format_amount(balance.amount)),
            ("Affecté aux lignes", format_amount(balance.allocated)),
            ("Reste à affecter", format_amount(balance.left)),
        ]


@admin.register(Limits)
class LimitsAdmin(FixedOnceMade, AuditedModelAdmin):
    """What a programme asks for a period: an empty setting checks nothing, a breach warns."""

    list_display = (
        "source",
        "period",
        "max_fqis_share",
        "max_public_share",
        "min_partner_share",
        "admin_ceiling",
        "shown_maximum",
    )
    list_select_related = ("source", "period")
    autocomplete_fields = ("source", "period")
    search_fields = ("source__name",)
    folded = ("source__name", "period__name")
    fixed = ("source", "period")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A share is read by the parser of amounts, « 33,33 » as well as « 33,33 % »."""
        if isinstance(db_field, DecimalField) and not isinstance(db_field, MoneyField):
            label = db_field.verbose_name.capitalize()
            return PercentFormField(label=label, help_text=db_field.help_text, required=False)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="maximum par initiative", ordering="max_amount")
    def shown_maximum(self, limits):
        return "—" if limits.max_amount is None else format_amount(limits.max_amount)


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
    value = MoneyFormField(label="Valeur", help_text="Un nombre, par exemple 2\xa0016\xa0049 ou 12,5.")


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
