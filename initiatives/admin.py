"""Reference data of the initiatives: periods, fiscal years, themes, people aimed at, action plans."""

from django.contrib import admin
from django.db.models import Q

from alliance.lib.admin import (
    AuditedModelAdmin,
    VersionedModelAdmin,
    choice_filter,
    row_filter,
    yes_no_filter,
)
from initiatives import (
    actions,
    admin_reports,  # noqa: F401  # registers the reports
)
from initiatives.choices import PlanLevel
from initiatives.models import ActionPlan, FiscalYear, Period, PlanNode, TargetGroup, Theme
from territories.models import Territory


class FixedOnceMade:
    """Fields that others depend on: given at creation, then read only."""

    fixed: tuple[str, ...] = ()

    def get_readonly_fields(self, request, obj=None):
        always = super().get_readonly_fields(request, obj)
        return (*always, *self.fixed) if obj else always


@admin.register(Period)
class PeriodAdmin(FixedOnceMade, AuditedModelAdmin):
    list_display = ("name", "plan_name", "starts_on", "ends_on")
    search_fields = ("name",)
    folded = ("name", "plan_name")
    fixed = ("slug",)


@admin.register(FiscalYear)
class FiscalYearAdmin(FixedOnceMade, AuditedModelAdmin):
    list_display = ("label", "starts_on", "ends_on", "is_open", "closed_at", "closed_by")
    list_filter = (yes_no_filter("ouvert", "ouvert", Q(closed_at=None)),)
    list_select_related = ("closed_by",)
    search_fields = ("label",)
    folded = ("label",)
    fixed = ("label", "starts_on", "ends_on")
    readonly_fields = ("is_open", "closed_at", "closed_by")

    @admin.display(description="ouvert", boolean=True, ordering="closed_at")
    def is_open(self, year):
        return year.closed_at is None


@admin.register(Theme)
class ThemeAdmin(FixedOnceMade, AuditedModelAdmin):
    list_display = ("name", "order", "mark", "tone", "is_crosscutting")
    list_filter = (row_filter("période", "periode", "periods__slug", Period, "slug"),)
    search_fields = ("name",)
    folded = ("name", "synonyms")
    fixed = ("slug",)
    autocomplete_fields = ("periods",)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        actions.reindex_linked(themes=[obj])  # a search by the new words finds the initiatives at once


@admin.register(TargetGroup)
class TargetGroupAdmin(FixedOnceMade, VersionedModelAdmin):
    list_display = ("name", "order")
    search_fields = ("name",)
    folded = ("name",)
    fixed = ("slug",)


@admin.register(ActionPlan)
class ActionPlanAdmin(AuditedModelAdmin):
    list_display = ("title", "territory", "period", "adopted_on", "resolution")
    list_filter = (
        row_filter("période", "periode", "period__slug", Period, "slug"),
        row_filter("MRC", "territoire", "territory__slug", Territory, "slug"),
    )
    list_select_related = ("territory", "period")
    autocomplete_fields = ("territory", "period")
    search_fields = ("title",)
    folded = ("title", "territory__name", "resolution")


@admin.register(PlanNode)
class PlanNodeAdmin(VersionedModelAdmin):
    list_display = ("label", "level", "plan", "parent", "theme")
    list_filter = (choice_filter("niveau", "niveau", "level", PlanLevel.choices),)
    list_select_related = ("plan", "parent", "theme")
    autocomplete_fields = ("plan", "parent", "theme")
    search_fields = ("label",)
    folded = ("label",)
