"""Buttons of one instalment, on the page of its initiative: condition met, cancelled, recovered."""

from django import forms
from django.http import Http404
from django.urls import path, reverse

from alliance.lib.dates import long_date
from alliance.lib.forms import LineFormField
from alliance.lib.money import ZERO, format_amount
from alliance.lib.pages import Review, ask, rehearse
from funding import actions, ledger
from funding.admin_decisions import ReasonForm, TakingForm, opened, posted
from funding.choices import Condition, DisbursementState
from funding.models import Disbursement

PREFIX = "initiatives_initiative"
_HELD = (DisbursementState.PLANNED, DisbursementState.HELD)


class PaymentReasonForm(ReasonForm):
    resolution = None


class RecoverForm(TakingForm):
    resolution = None
    reference = LineFormField(label="Référence", max_length=60, required=False, help_text="Facultatif.")
    field_order = ("amount", "reference", "reason", "on", "token")


def steps_of(due, is_open):
    """Return the buttons of an instalment as it stands: (label, route)."""
    held = due.state in _HELD
    found = [("Condition remplie", f"{PREFIX}_ready")] if held and is_open else []
    if is_open and (held or due.state == DisbursementState.PAYABLE):
        found.append(("Annuler", f"{PREFIX}_cancel_instalment"))
    if due.paid - due.recovered > ZERO:
        found.append(("Récupérer", f"{PREFIX}_recover"))
    return found


class InstalmentsMixin:
    """Adds `versement/<pk>/condition/`, `…/annuler/` and `…/recuperer/` under an initiative's page."""

    def get_urls(self):
        view = self.admin_site.admin_view
        one = "<int:pk>/versement/<int:disbursement>/"
        return [
            path(f"{one}condition/", view(self.ready_view), name=f"{PREFIX}_ready"),
            path(f"{one}annuler/", view(self.cancel_instalment_view), name=f"{PREFIX}_cancel_instalment"),
            path(f"{one}recuperer/", view(self.recover_view), name=f"{PREFIX}_recover"),
            *super().get_urls(),
        ]

    def _due(self, request, pk, disbursement):
        initiative = opened(self, request, pk)
        rows = Disbursement.objects.filter(pk=disbursement, commitment__initiative=initiative)
        found = ledger.instalments(rows)
        if not found:
            raise Http404
        return initiative, found[0]

    def ready_view(self, request, pk, disbursement):
        """« La condition est remplie »: for a report not approved yet, it is an override and the reason says why."""
        initiative, due = self._due(request, pk, disbursement)
        waits = due.disbursement.condition in Condition.reports
        form = PaymentReasonForm(posted(request))
        if waits:
            form.fields["reason"].help_text = "Pourquoi verser sans attendre l’approbation du rapport."
        warning = ["Le rapport que ce versement attend n’est pas approuvé."] if waits else []
        return self._settle(
            request,
            initiative,
            due,
            form,
            actions.mark_ready,
            [f"Le versement de {format_amount(due.amount)} sera à verser."],
            warning,
            title="La condition est remplie",
            done="Le versement est à verser.",
        )

    def cancel_instalment_view(self, request, pk, disbursement):
        """« Annuler le versement »: its dollars stay promised, to be planned again or released."""
        initiative, due = self._due(request, pk, disbursement)
        sentence = (
            f"Les {format_amount(due.amount)} de ce versement ne seront pas versés; ils restent engagés, "
            "à prévoir de nouveau ou à libérer."
        )
        return self._settle(
            request,
            initiative,
            due,
            PaymentReasonForm(posted(request)),
            actions.cancel_instalment,
            [sentence],
            [],
            title="Annuler le versement",
            done="Le versement est annulé.",
            danger=True,
        )

    def recover_view(self, request, pk, disbursement):
        """« Récupérer »: what came back of a payment, even after its year was closed."""
        initiative, due = self._due(request, pk, disbursement)
        commitment = due.disbursement.commitment

        def told():
            net = ledger.commitment_paid(commitment)
            return [f"Après cette décision, l’initiative aura reçu {format_amount(net)} de cette ligne."]

        return self._settle(
            request,
            initiative,
            due,
            RecoverForm(posted(request)),
            actions.recover,
            told,
            [],
            title="Récupérer un versement",
            done="La récupération est inscrite.",
            danger=True,
            beside="amount",
        )

    def _settle(self, request, initiative, due, form: forms.Form, verb, told, warnings, *, done, **shown):
        form.envelope = due.disbursement.commitment.allocation.envelope
        said = told if callable(told) else lambda: told

        def act(cleaned):
            return verb(disbursement=due.disbursement, by=request.user, **cleaned)

        def perform(cleaned):
            act(cleaned)
            return done

        return ask(
            request,
            self,
            initiative,
            form,
            perform,
            preview=lambda cleaned: Review(rehearse(lambda: act(cleaned), said), warnings),
            button=shown["title"],
            back=reverse(f"admin:{PREFIX}_change", args=[initiative.pk]),
            facts=facts_of(due),
            **shown,
        )


def facts_of(due):
    """Return what is known of an instalment before it changes."""
    row = due.disbursement
    facts = [
        ("Ligne", str(row.commitment.allocation)),
        ("Montant", format_amount(due.amount)),
        ("Prévu le", long_date(row.due_on)),
        ("Condition", row.get_condition_display()),
        ("État", due.state.label),
    ]
    return [*facts, ("Récupéré", format_amount(due.recovered))] if due.recovered else facts
