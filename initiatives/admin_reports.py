"""The reports of the initiatives, for the CRD's staff: who is late, what came in, what is approved."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.urls import path, reverse

from alliance.lib.admin import AuditedModelAdmin, DemoFilter, WordFilter, choice_filter, yes_no_filter
from alliance.lib.dates import today
from alliance.lib.forms import BlockFormField
from alliance.lib.pages import VERSION, ask
from alliance.lib.templatetags.francais import date_longue, nombre
from initiatives import actions, mail_step
from initiatives.actions.reports import expenses_of, return_report
from initiatives.choices import ReportKind
from initiatives.models import Report
from initiatives.report_words import side_by_side
from initiatives.reporting import EVERYTHING, refuse_own_approval, refuse_return, spending
from initiatives.rules import refuse_to_approve_report

_LATE, _EXPECTED, _RETURNED, _RECEIVED, _APPROVED = "retard", "attendu", "retourne", "recu", "approuve"
_STEPS = (
    (_LATE, "En retard"),
    (_EXPECTED, "Attendus"),
    (_RETURNED, "Retournés à la MRC"),
    (_RECEIVED, "Reçus, à approuver"),
    (_APPROVED, "Approuvés"),
)
_TOLD = ("received_on", *EVERYTHING)
_FINAL_ONLY = "Rapport final"


class StepFilter(WordFilter):
    title = "étape"
    parameter_name = "etape"

    def lookups(self, request, model_admin):
        return _STEPS

    def kept(self, queryset, value):
        kept = {
            _LATE: lambda: queryset.late(today()),
            _EXPECTED: lambda: queryset.expected(today()),
            _RETURNED: lambda: queryset.filter(received_on=None).exclude(returned_note=""),
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


class _ReturnForm(forms.Form):
    """What the MRC must correct."""

    note = BlockFormField(
        label="À corriger",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="L’agente ou l’agent lit cette note telle quelle, au-dessus du rapport.",
        error_messages={"required": "Inscrivez ce qu’il faut corriger."},
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
        ("Ce que dit le rapport", {"fields": ("received_on", "people_reached", "results", "gaps")}),
        (
            _FINAL_ONLY,
            {"fields": ("effects", "sustainability", "visibility", "organizations_count", "unspent")},
        ),
        ("Une histoire", {"fields": ("story", "story_consent")}),
        (
            "Leur place à la table",
            {
                "fields": ("participation", "people_taking_part", "women", "men", "others"),
                "description": "Jamais requis. Un nombre de une à quatre personnes n’est jamais publié.",
            },
        ),
    )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/approuver/", wrap(self.approve_view), name="initiatives_report_approve"),
            path("<int:pk>/retourner/", wrap(self.return_view), name="initiatives_report_return"),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ("initiative", "kind", "due_on")})]
        sets = super().get_fieldsets(request, obj)
        final = obj.kind == ReportKind.FINAL
        return [(name, options) for name, options in sets if final or name != _FINAL_ONLY]

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
        if report.returned_note:
            return "Retourné à la MRC"
        return f"En retard de {late} jour{'s' if late > 1 else ''}" if late > 0 else "Attendu"

    @admin.display(description="personnes rejointes", ordering="people_reached")
    def shown_people(self, report):
        return nombre(report.people_reached) if report.received_on else "—"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        report = self.get_object(request, object_id) if object_id else None
        waits = report is not None and report.approved_at is None
        may = waits and request.user.has_perm("initiatives.move_initiative")
        extra = {"approve_url": "", "return_url": "", "told": _told(report) if report else None}
        if may:
            extra["approve_url"] = reverse("admin:initiatives_report_approve", args=[report.pk])
            if report.received_on:
                extra["return_url"] = reverse("admin:initiatives_report_return", args=[report.pk])
        extra |= extra_context or {}
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
            values = {name: form.cleaned_data[name] for name in _TOLD if name in form.cleaned_data}
            written = actions.receive_report(report=obj, by=by, values=values)
        obj.__dict__.update(written.__dict__)

    def approve_view(self, request, pk):
        """Say what the report tells and what the approval pays, then approve."""
        report = self._to_decide(request, pk)

        def perform(cleaned):
            with mail_step.sending(cleaned, request.user):
                actions.approve_report(report=report, by=request.user, expected_version=cleaned[VERSION])
            return "Le rapport est approuvé."

        refusal = refuse_to_approve_report(received=report.received_on is not None) or refuse_own_approval(
            sender=report.sent_by_id, decider=request.user.pk
        )
        form = _NoQuestion(request.POST if request.method == "POST" else None)
        is_final = report.kind == ReportKind.FINAL
        return ask(
            request,
            self,
            report,
            form,
            perform,
            version=report.version,
            title="Approuver le rapport",
            button="Approuver le rapport",
            back=reverse("admin:initiatives_report_change", args=[pk]),
            consequence="Le dernier versement devient payable."
            if is_final
            else "Le versement qui attend ce rapport devient payable.",
            missing=[refusal] if refusal else [],
            blocked=bool(refusal),
            facts=_facts(report),
            told=_told(report),
            template="admin/initiatives/report/decide.html",
            **mail_step.offer_report(request, form, report, "approved"),
        )

    def return_view(self, request, pk):
        """Ask what must be corrected, then give the report back to its MRC."""
        report = self._to_decide(request, pk)

        def perform(cleaned):
            read, note = cleaned[VERSION], cleaned["note"]
            with mail_step.sending(cleaned, request.user):
                return_report(report=report, by=request.user, note=note, expected_version=read)
            return "Le rapport est retourné à la MRC."

        refusal = refuse_return(
            received=report.received_on is not None, approved=report.approved_at is not None, note="…"
        )
        form = _ReturnForm(request.POST if request.method == "POST" else None)
        return ask(
            request,
            self,
            report,
            form,
            perform,
            version=report.version,
            title="Retourner le rapport",
            button="Retourner le rapport",
            back=reverse("admin:initiatives_report_change", args=[pk]),
            consequence="Le rapport redevient modifiable par la MRC, qui y lit votre note telle quelle.",
            missing=[refusal] if refusal else [],
            blocked=bool(refusal),
            facts=_facts(report),
            told=_told(report),
            template="admin/initiatives/report/decide.html",
            **mail_step.offer_report(request, form, report, "returned"),
        )

    def _to_decide(self, request, pk):
        report = self.get_object(request, str(pk))
        if report is None:
            raise Http404
        if not request.user.has_perm("initiatives.move_initiative"):
            raise PermissionDenied
        return report


def _told(report):
    """Return everything that the report tells, beside what was planned."""
    expenses = expenses_of(report)
    return {"rows": side_by_side(report), "expenses": expenses, "spending": spending(expenses)}


def _facts(report):
    """Return what the report tells, in words."""
    consent = "oui" if report.story_consent else "non"
    sent = f"Envoyé par {report.sent_by}" if report.sent_by_id else "Reçu par le CRD"
    return [
        ("Attendu le", date_longue(report.due_on)),
        ("Reçu le", date_longue(report.received_on) if report.received_on else "pas encore"),
        ("Comment", sent if report.received_on else "pas encore"),
        ("Personnes rejointes", nombre(report.people_reached)),
        ("Histoire à publier", f"accord de la personne\xa0: {consent}" if report.story else "aucune"),
    ]
