"""The books, to read: every movement, and every instalment as it stands. Only the actions write them."""

from django.contrib import admin

from alliance.lib.admin import DemoFilter, ReadOnlyAdmin, choice_filter, row_filter
from alliance.lib.money import format_amount
from funding import ledger
from funding.choices import Condition, DisbursementMove
from funding.models import (
    AllocationMovement,
    CommitmentMovement,
    Disbursement,
    DisbursementMovement,
    EnvelopeMovement,
)
from initiatives.models import FiscalYear


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


_LINE = (
    "commitment__initiative",
    "commitment__allocation__fiscal_year",
    "commitment__allocation__territory",
)


@admin.register(Disbursement)
class DisbursementAdmin(ReadOnlyAdmin):
    """The instalments: planned on the page of their initiative, paid on the page of their fiscal year."""

    list_display = ("initiative", "rank", "line", "shown_amount", "due_on", "condition", "state", "is_demo")
    list_filter = (
        row_filter("exercice", "exercice", "commitment__allocation__fiscal_year__label", FiscalYear, "label"),
        choice_filter("condition", "condition", "condition", Condition.choices),
        DemoFilter,
    )
    ordering = ("due_on", "pk")
    search_fields = ("commitment__initiative__title",)
    stemmed = ("commitment__initiative__search_text",)
    readonly_fields = ("state",)

    def get_queryset(self, request):
        return ledger.with_instalments(super().get_queryset(request)).select_related(*_LINE)

    @admin.display(description="initiative")
    def initiative(self, row):
        return row.commitment.initiative

    @admin.display(description="ligne")
    def line(self, row):
        return row.commitment.allocation

    @admin.display(description="montant", ordering="amount")
    def shown_amount(self, row):
        return format_amount(row.amount)

    @admin.display(description="état")
    def state(self, row):
        return ledger.due_of(row).state.label


@admin.register(DisbursementMovement)
class DisbursementMovementAdmin(MovementAdmin):
    list_display = ("on", "initiative", "line", "kind", "shown_amount", "reference", "reason", "by")
    list_filter = (choice_filter("type", "type", "kind", DisbursementMove.choices), DemoFilter)
    list_select_related = ("by", *(f"disbursement__{path}" for path in _LINE))
    search_fields = ("reason",)
    stemmed = ("disbursement__commitment__initiative__search_text",)

    @admin.display(description="initiative")
    def initiative(self, movement):
        return movement.disbursement.commitment.initiative

    @admin.display(description="ligne")
    def line(self, movement):
        return movement.disbursement.commitment.allocation
