"""The pages of a fiscal year: its money and what waits, payments in bulk, accounting files, closing."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path, reverse

from alliance.lib.dates import today
from alliance.lib.money import format_amount
from alliance.lib.pages import ask
from alliance.portal import admin_year_money as money
from alliance.portal.admin_accounting import AccountingMixin
from alliance.portal.admin_pay import PayMixin
from funding import actions, ledger, rules
from funding.admin_decisions import opened, posted
from funding.admin_lines import AllocationAdmin
from funding.models import Allocation
from initiatives.admin import FiscalYearAdmin
from initiatives.models import FiscalYear

PREFIX = "initiatives_fiscalyear"
admin.site.unregister([FiscalYear, Allocation])


class _NoQuestion(forms.Form):
    """A confirmation that asks nothing."""


@admin.register(Allocation)
class LineAdmin(AllocationAdmin):
    """The lines; a decision about one leads back to the money of its fiscal year."""

    def back_of(self, obj):
        return reverse(f"admin:{PREFIX}_money", args=[obj.fiscal_year_id])


@admin.register(FiscalYear)
class MoneyYearAdmin(PayMixin, AccountingMixin, FiscalYearAdmin):
    """The years, with the pages of their money."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/argent/", view(self.money_view), name=f"{PREFIX}_money"),
            path("<int:pk>/fermer/", view(self.close_view), name=f"{PREFIX}_close"),
            *super().get_urls(),
        ]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        year = self.get_object(request, object_id) if object_id else None
        extra = {"close_url": self._close_url(request, year), "money_url": "", **(extra_context or {})}
        if year is not None and request.user.has_perm("funding.view_allocation"):
            extra["money_url"] = reverse(f"admin:{PREFIX}_money", args=[year.pk])
        return super().changeform_view(request, object_id, form_url, extra)

    def _close_url(self, request, year):
        closable = year is not None and year.closed_at is None and actions.may_close(request.user)
        return reverse(f"admin:{PREFIX}_close", args=[year.pk]) if closable else ""

    def money_view(self, request, pk):
        """« Argent de l’exercice »: lines, totals, what waits, and the buttons of who moves money."""
        year = opened(self, request, pk, "funding.view_allocation")
        context = {
            **self.admin_site.each_context(request),
            **money.page_of(year),
            "opts": self.opts,
            "title": f"Argent de l’exercice {year}",
            "may_move": request.user.has_perm("funding.move_money"),
            "may_export": request.user.has_perm("funding.export_disbursement"),
            "close_url": self._close_url(request, year),
            "others": FiscalYear.objects.order_by("-starts_on"),
            "today": today(),
        }
        return TemplateResponse(request, "admin/money.html", context)

    def close_view(self, request, pk):
        """Say what closes, and what prevents it; then close it."""
        year = opened(self, request, pk)
        if not actions.may_close(request.user):
            raise PermissionDenied

        def perform(_cleaned):
            actions.close_year(year=year, by=request.user)
            return f"L’exercice {year} est fermé."

        refusals, unpaid = _refusals(year, request.user), money.unpaid(year)
        return ask(
            request,
            self,
            year,
            _NoQuestion(posted(request)),
            perform,
            template="admin/close_year.html",
            title="Fermer l’exercice",
            button="Fermer l’exercice",
            back=reverse(f"admin:{PREFIX}_money", args=[pk]),
            danger=True,
            consequence=(
                "Ses lignes, ses engagements et ses contributions ne se modifient plus, sauf par une correction datée. "
                "L’argent promis est tenu pour dépensé, même si une initiative est abandonnée ensuite."
            ),
            missing=refusals,
            blocked=bool(refusals),
            facts=_facts(year),
            unpaid=unpaid,
            unpaid_dollars=ledger.total(row.amount for row in unpaid),
            leaves_demo=Allocation.objects.filter(fiscal_year=year, is_demo=True).exists(),
        )


def _refusals(year, by):
    """Return why the year cannot close now: it is not over, something is still to pay, demonstration accounts never."""
    unsettled = len(ledger.waiting(money.real_of_year(year)))
    said = (
        rules.refuse_to_close(year.label, year.ends_on, today()),
        rules.refuse_waiting(year.label, unsettled),
        rules.refuse_demo_person(by.is_demo, False),
    )
    return [sentence for sentence in said if sentence]


def _facts(year):
    """Return what the real lines of the year hold, as closing writes it: given to them, promised, paid, left."""
    balances = ledger.lines(Allocation.objects.filter(fiscal_year=year, is_demo=False))
    sums = money.totals(balances)
    told = (
        ("Affecté aux lignes", sums.allocated),
        ("Engagé", sums.committed),
        ("Versé", sums.paid),
        ("Jamais engagé", sums.left),
    )
    return [("Lignes", str(len(balances))), *((words, format_amount(amount)) for words, amount in told)]
