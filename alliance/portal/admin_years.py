"""The page « Fermer l’exercice » of a fiscal year: it spans the years (initiatives) and their money (funding)."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, reverse

from alliance.lib.dates import today
from alliance.lib.money import format_amount
from alliance.lib.pages import ask
from funding import actions, ledger, rules
from funding.models import Allocation
from initiatives.admin import FiscalYearAdmin
from initiatives.models import FiscalYear

admin.site.unregister(FiscalYear)


class _NoQuestion(forms.Form):
    """A confirmation that asks nothing."""


@admin.register(FiscalYear)
class ClosingYearAdmin(FiscalYearAdmin):
    """The years, with the button that closes one."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.close_view)
        return [path("<int:pk>/fermer/", view, name="initiatives_fiscalyear_close"), *super().get_urls()]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        year = self.get_object(request, object_id) if object_id else None
        closable = year is not None and year.closed_at is None and actions.may_close(request.user)
        address = reverse("admin:initiatives_fiscalyear_close", args=[year.pk]) if closable else ""
        extra = {"close_url": address, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, extra)

    def close_view(self, request, pk):
        """Say what closes, then close it."""
        year = self.get_object(request, str(pk))
        if year is None:
            raise Http404
        if not actions.may_close(request.user):
            raise PermissionDenied

        def perform(_cleaned):
            actions.close_year(year=year, by=request.user)
            return f"L’exercice {year} est fermé."

        refusal = rules.refuse_to_close(year.label, year.ends_on, today())
        refusal = refusal or rules.refuse_demo_person(request.user.is_demo, False)
        return ask(
            request,
            self,
            year,
            _NoQuestion(request.POST if request.method == "POST" else None),
            perform,
            title="Fermer l’exercice",
            button="Fermer l’exercice",
            back=reverse("admin:initiatives_fiscalyear_change", args=[pk]),
            danger=True,
            consequence=(
                "Ses lignes, ses engagements et ses contributions ne se modifient plus, pour de bon. "
                "L’argent promis est tenu pour dépensé, même si une initiative est abandonnée ensuite."
            ),
            missing=[refusal] if refusal else [],
            blocked=bool(refusal),
            facts=_facts(year),
        )


def _facts(year):
    """Return what the lines of the year hold: given to them, promised, left."""
    balances = ledger.lines(Allocation.objects.filter(fiscal_year=year))
    sums = (
        ("Affecté aux lignes", ledger.total(each.allocated for each in balances)),
        ("Engagé", ledger.total(each.committed for each in balances)),
        ("Jamais engagé", ledger.total(each.left for each in balances)),
    )
    return [("Lignes", str(len(balances))), *((words, format_amount(amount)) for words, amount in sums)]
