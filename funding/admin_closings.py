"""What proves the books, to read: the sums of the years that were closed, and each check of the ledger."""

from django.contrib import admin

from alliance.lib.admin import ReadOnlyAdmin, WordFilter
from alliance.lib.money import format_amount
from alliance.lib.templatetags.francais import nombre
from funding.models import LedgerCheck, YearClosing


@admin.register(YearClosing)
class YearClosingAdmin(ReadOnlyAdmin):
    list_display = ("fiscal_year", "closed_at", "shown_allocated", "shown_committed", "shown_paid")
    list_select_related = ("fiscal_year",)
    search_fields = ("fiscal_year__label",)
    folded = ("fiscal_year__label",)
    fields = ("fiscal_year", "closed_at", "shown_allocated", "shown_committed", "shown_paid")

    @admin.display(description="affecté", ordering="allocated")
    def shown_allocated(self, closing):
        return format_amount(closing.allocated)

    @admin.display(description="engagé", ordering="committed")
    def shown_committed(self, closing):
        return format_amount(closing.committed)

    @admin.display(description="versé, net de ce qui est récupéré", ordering="paid")
    def shown_paid(self, closing):
        return format_amount(closing.paid)


class OutcomeFilter(WordFilter):
    title = "résultat"
    parameter_name = "resultat"

    def lookups(self, request, model_admin):
        return [("reussie", "Tout tient"), ("echec", "Quelque chose ne tient pas")]

    def kept(self, queryset, value):
        return queryset.filter(failures=[]) if value == "reussie" else queryset.exclude(failures=[])


@admin.register(LedgerCheck)
class LedgerCheckAdmin(ReadOnlyAdmin):
    list_display = ("run_at", "outcome", "rules", "shown_seconds")
    list_filter = (OutcomeFilter,)
    fields = ("run_at", "rules", "shown_seconds", "shown_failures")

    @admin.display(description="résultat")
    def outcome(self, check):
        return f"{len(check.failures)} à corriger" if check.failures else "Tout tient"

    @admin.display(description="durée (secondes)", ordering="seconds")
    def shown_seconds(self, check):
        return nombre(round(check.seconds, 2))

    @admin.display(description="ce qui ne tient pas")
    def shown_failures(self, check):
        return "\n".join(check.failures) or "Rien\xa0: tout tient."
