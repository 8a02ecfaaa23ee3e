"""The page « Verser » of a fiscal year: choose what is payable, read the list, then mark it all as paid, or nothing."""

from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.urls import path, reverse

from alliance.lib.dates import DateFormField, today
from alliance.lib.forms import LineFormField, TokenField
from alliance.lib.money import format_amount
from alliance.lib.pages import Review, ask, rehearse
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import admin_year_money as money
from funding import actions, ledger, rules
from funding.admin_decisions import opened, posted
from funding.choices import DisbursementState

_CHOOSE = "Choisissez au moins un versement."


class PayForm(forms.Form):
    """Which instalments were paid, when, under which reference. `token` makes a double click one payment."""

    disbursements = forms.MultipleChoiceField(
        label="Versements", error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE}
    )
    on = DateFormField(label="Date du paiement", required=False, help_text="Laissez vide pour aujourd’hui.")
    reference = LineFormField(
        label="Référence",
        max_length=60,
        help_text="Le numéro du lot, du dépôt ou du chèque.",
        error_messages={"required": "Inscrivez la référence du paiement."},
    )
    token = TokenField(initial=uuid4)

    def __init__(self, data, rows):
        super().__init__(data)
        self.by_pk = {str(row.due.disbursement.pk): row for row in rows}
        self.fields["disbursements"].choices = [(key, row.due.label) for key, row in self.by_pk.items()]

    @property
    def offered(self):
        """Return the payable instalments, and those chosen that no longer are: (key, payment, whether chosen)."""
        asked = self["disbursements"].value() if self.is_bound else None
        return [
            (key, row, asked is None or key in asked)
            for key, row in self.by_pk.items()
            if row.due.state == DisbursementState.PAYABLE or key in (asked or ())
        ]

    def clean_disbursements(self):
        return [self.by_pk[key] for key in dict.fromkeys(self.cleaned_data["disbursements"])]

    def clean_on(self):
        on = self.cleaned_data["on"]
        if reason := rules.refuse_later(on, today()):
            raise ValidationError(reason)
        return on


class PayMixin:
    """Adds `verser/` under a fiscal year's page."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.pay_view)
        return [path("<int:pk>/verser/", view, name="initiatives_fiscalyear_pay"), *super().get_urls()]

    def pay_view(self, request, pk):
        """Choose, read, confirm. What is no longer payable at the last instant stops the whole list."""
        year = opened(self, request, pk)
        rows = money.payments(money.of_year(year))
        form = PayForm(posted(request), rows)

        def act(cleaned):
            chosen = [row.due.disbursement for row in cleaned.pop("disbursements")]
            return actions.pay(disbursements=chosen, by=request.user, **cleaned)

        def preview(cleaned):
            chosen = cleaned["disbursements"]
            sentences = rehearse(lambda: act(dict(cleaned)), lambda: _told(year, chosen))
            return Review(sentences, _warnings(chosen), _HEADS, list(map(_row, chosen)), _caption(chosen))

        def perform(cleaned):
            written = act(cleaned)
            paid = ledger.total(movement.amount for movement in written)
            return (
                f"{pluriel(len(written), 'versement inscrit,versements inscrits')} : {format_amount(paid)}."
            )

        nothing = [] if form.offered else ["Aucun versement de cet exercice n’est à verser."]
        return ask(
            request,
            self,
            year,
            form,
            perform,
            preview=preview,
            beside="disbursements",
            template="admin/pay.html",
            title="Verser",
            button="Inscrire les versements",
            back=reverse("admin:initiatives_fiscalyear_money", args=[pk]),
            consequence="Choisissez ce qui a été versé. Vous relirez la liste avant de confirmer.",
            missing=nothing,
            blocked=bool(nothing),
        )


_HEADS = ("Organisation payée", "Initiative", "Ligne", "Condition", "Montant")


def _row(payment):
    row = payment.due.disbursement
    payee = str(payment.payee or "Organisation inconnue")
    return [
        payee,
        f"{payment.initiative.number or 'Sans numéro'} · {payment.initiative}",
        payment.line.line_name,
        row.get_condition_display(),
        format_amount(payment.due.amount),
    ]


def _caption(chosen):
    total = ledger.total(row.due.amount for row in chosen)
    return f"{pluriel(len(chosen), 'versement,versements')}, {format_amount(total)} en tout"


def _told(year, chosen):
    """Return what the list says before it is confirmed: its total, and what stays to pay."""
    left = money.waits(money.of_year(year)).payable_dollars
    return [
        f"{_caption(chosen)}.",
        f"Après cette décision, il restera {format_amount(left)} à verser maintenant pour l’exercice {year}.",
    ]


def _warnings(chosen):
    unknown = [str(row.initiative) for row in chosen if row.payee is None]
    return [f"Personne n’est inscrit pour recevoir l’argent de « {title} »." for title in unknown]
