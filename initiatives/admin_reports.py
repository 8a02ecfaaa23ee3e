"""The reports of the initiatives, for the CRD's staff: who is late, what came in, what is approved."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.urls import path, reverse

from alliance.lib.admin import AuditedModelAdmin, DemoFilter, WordFilter, choice_filter, yes_no_filter
from alliance.lib.dates import today
from alliance.lib.pages import ask
from alliance.lib.templatetags.francais import date_longue, nombre
from initiatives import actions
from initiatives.choices import ReportKind
from initiatives.models import Report
from initiatives.rules import refuse_to_approve_report

_LATE, _EXPECTED, _RECEIVED, _APPROVED = "retard", "attendu", "recu", "approuve"
_STEPS = (
    (_LATE, "En retard"),
    (_EXPECTED, "Attendus"),
    (_RECEIVED, "Reçus, à approuver"),
    (_APPROVED, "Approuvés"),
)
_TOLD = ("received_on", "people_reached", "results", "story", "story_consent")


class StepFilter(WordFilter):
    title = "étape"
    parameter_name = "etape"

    def lookups(self, request, model_admin):
        return _STEPS

    def kept(self, queryset, value):
        kept = {
            _LATE: lambda: queryset.late(today()),
            _EXPECTED: lambda: queryset.expected(today()),
            _RECEIVED: queryset.to_approve,
            _APPROVED: lambda: queryset.exclude(approved_at=None),
        }
        return kept[value]()


_PEOPLE = "Le nombre de personnes doit être entre 0 et 1\xa0000\xa0000."


class ReportForm(forms.ModelForm):
    people_reached = forms.IntegerField(
        label="Personnes rejointes",
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text="Laissez vide si le nombre n’est pas connu.",
        error_messages={"min_value": _PEOPLE, "max_value": _PEOPLE},
    )


class _NoQuestion(forms.Form):
    """A confirmation that asks nothing."""


@admin.register(Report)
class ReportAdmin(AuditedModelAdmin):
    """Adding one expects it; saving one receives it; its button approves it."""

    form = ReportForm
    change_form_template = "admin/initiatives/report/change_form.html"
    list_display = ("initiative", "kind", "due_on", "step", "received_on", "shown_people", "is_demo")
    list_filter = (
        StepFilter,
        choice_filter("rapport", "rapport", "kind", ReportKind.choices),
        yes_no_filter("histoire à publier", "histoire", Q(story_consent=True) & ~Q(story="")),
        DemoFilter,
    )
    list_select_related = ("initiative", "approved_by")
    autocomplete_fields = ("initiative",)
    search_fields = ("results",)
    stemmed = ("initiative__search_text",)
    fieldsets = (
        (None, {"fields": ("initiative", "kind", "due_on", "step", "is_demo")}),
        ("Ce que dit le rapport", {"fields": ("received_on", "people_reached", "results")}),
        ("Une histoire", {"fields": ("story", "story_consent")}),
    )

    def get_urls(self):
        view = self.admin_site.admin_view(self.approve_view)
        return [path("<int:pk>/approuver/", view, name="initiatives_report_approve"), *super().get_urls()]

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ("initiative", "kind", "due_on")})]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return ()
        return ("initiative", "kind", "step", "is_demo", *(("due_on",) if obj.received_on else ()))

    @admin.display(description="étape")
    def step(self, report):
        if report.approved_at:
            return f"Approuvé le {date_longue(report.approved_at)} par {report.approved_by}"
        if report.received_on:
            return "Reçu, à approuver"
        late = (today() - report.due_on).days
        return f"En retard de {late} jour{'s' if late > 1 else ''}" if late > 0 else "Attendu"

    @admin.display(description="personnes rejointes", ordering="people_reached")
    def shown_people(self, report):
        return nombre(report.people_reached) if report.received_on else "—"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        report = self.get_object(request, object_id) if object_id else None
        waits = report is not None and report.approved_at is None
        may = waits and request.user.has_perm("initiatives.move_initiative")
        address = reverse("admin:initiatives_report_approve", args=[report.pk]) if may else ""
        extra = {"approve_url": address, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)

    def save_model(self, request, obj, form, change):
        by = request.user
        if not change:
            written = actions.expect_report(
                initiative=obj.initiative, kind=obj.kind, due_on=obj.due_on, by=by
            )
        else:
            if "due_on" in form.changed_data:
                actions.change_due(report=obj, by=by, due_on=form.cleaned_data["due_on"])
            values = {name: form.cleaned_data[name] for name in _TOLD}
            written = actions.receive_report(report=obj, by=by, values=values)
        obj.__dict__.update(written.__dict__)

    def approve_view(self, request, pk):
        """Say what the report tells and what the approval pays, then approve."""
        report = self.get_object(request, str(pk))
        if report is None:
            raise Http404
        if not request.user.has_perm("initiatives.move_initiative"):
            raise PermissionDenied

        def perform(_cleaned):
            actions.approve_report(report=report, by=request.user)
            return "Le rapport est approuvé."

        refusal = refuse_to_approve_report(received=report.received_on is not None)
        is_final = report.kind == ReportKind.FINAL
        return ask(
            request,
            self,
            report,
            _NoQuestion(request.POST if request.method == "POST" else None),
            perform,
            title="Approuver le rapport",
            button="Approuver le rapport",
            back=reverse("admin:initiatives_report_change", args=[pk]),
            consequence="Le dernier versement devient payable."
            if is_final
            else "Le versement qui attend ce rapport devient payable.",
            missing=[refusal] if refusal else [],
            blocked=bool(refusal),
            facts=_facts(report),
        )


def _facts(report):
    """Return what the report tells, in words."""
    consent = "oui" if report.story_consent else "non"
    return [
        ("Attendu le", date_longue(report.due_on)),
        ("Reçu le", date_longue(report.received_on) if report.received_on else "pas encore"),
        ("Personnes rejointes", nombre(report.people_reached)),
        ("Histoire à publier", f"accord de la personne\xa0: {consent}" if report.story else "aucune"),
    ]
