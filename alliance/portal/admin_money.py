"""Money buttons of an initiative's page: grant, change or free an amount, always by adding a movement."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, reverse

from alliance.lib.money import MoneyFormField, format_amount
from alliance.lib.pages import MovementForm, ask
from funding import actions, ledger
from funding.models import Commitment


def _known(amount, otherwise):
    return otherwise if amount is None else format_amount(amount)


class AwardForm(MovementForm):
    """An amount granted on one of the lines that may pay."""

    amount = MoneyFormField(label="Montant", help_text="En dollars, par exemple 12 500 ou 12 500,50.")
    line = forms.ChoiceField(
        label="Ligne",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez la ligne qui paie.",
            "invalid_choice": "Choisissez une ligne.",
        },
    )
    field_order = ("line", "amount", "reason", "resolution", "on", "token")

    def __init__(self, data, balances):
        super().__init__(data)
        self.fields["line"].choices = [
            (
                str(balance.allocation.pk),
                f"{balance.allocation} · {balance.allocation.envelope} · reste {format_amount(balance.left)}",
            )
            for balance in balances
        ]


class ReleaseForm(MovementForm):
    """What is promised goes back to its line, entirely."""

    amount = None


class MoneyMixin:
    """Adds `accorder/`, `engagement/<pk>/modifier/` and `engagement/<pk>/liberer/` under an initiative's page."""

    def get_urls(self):
        view = self.admin_site.admin_view
        prefix = "initiatives_initiative"
        return [
            path("<int:pk>/accorder/", view(self.award_view), name=f"{prefix}_award"),
            path(
                "<int:pk>/engagement/<int:commitment>/modifier/",
                view(self.amend_view),
                name=f"{prefix}_amend",
            ),
            path(
                "<int:pk>/engagement/<int:commitment>/liberer/",
                view(self.release_view),
                name=f"{prefix}_release",
            ),
            *super().get_urls(),
        ]

    def commitments(self, initiative):
        """Return what is promised to the initiative: line, dollars, whether its fiscal year is open."""
        rows = Commitment.objects.filter(initiative=initiative).select_related(
            "allocation__territory", "allocation__fiscal_year", "allocation__envelope"
        )
        return [
            {
                "commitment": row,
                "line": row.allocation,
                "amount": ledger.commitment_amount(row),
                "open": row.allocation.fiscal_year.closed_at is None,
            }
            for row in rows
        ]

    def _with_money(self, request, pk, commitment=None):
        initiative = self.get_object(request, str(pk))
        if initiative is None:
            raise Http404
        if not request.user.has_perm("funding.move_money"):
            raise PermissionDenied
        found = None
        if commitment is not None:
            found = next(
                (each for each in self.commitments(initiative) if each["commitment"].pk == commitment), None
            )
            if found is None:
                raise Http404
        return initiative, found, reverse("admin:initiatives_initiative_change", args=[pk])

    def award_view(self, request, pk):
        """« Accorder un montant »: what is left on each line is said; more than that is refused."""
        initiative, _none, back = self._with_money(request, pk)
        balances = ledger.free_lines_for(initiative)
        lines = {str(balance.allocation.pk): balance.allocation for balance in balances}

        def perform(cleaned):
            line = lines[cleaned.pop("line")]
            movement = actions.award(initiative=initiative, allocation=line, by=request.user, **cleaned)
            return f"{format_amount(movement.amount)} accordés sur la ligne {line}."

        return ask(
            request,
            self,
            initiative,
            AwardForm(request.POST if request.method == "POST" else None, balances),
            perform,
            title="Accorder un montant",
            button="Accorder ce montant",
            back=back,
            consequence="Ce montant est engagé sur la ligne choisie; il ne peut plus être promis ailleurs.",
            facts=[
                ("État", initiative.get_state_display()),
                ("Montant demandé", _known(initiative.amount_requested, "non inscrit")),
                ("Déjà accordé", _known(initiative.awarded, "aucun montant")),
            ],
            missing=[] if balances else ["Aucune ligne d’un exercice ouvert ne peut payer cette initiative."],
            blocked=not balances,
        )

    def amend_view(self, request, pk, commitment):
        """« Modifier l’engagement »: add to it, or take back with a minus sign."""
        initiative, found, back = self._with_money(request, pk, commitment)

        def perform(cleaned):
            actions.amend(initiative=initiative, allocation=found["line"], by=request.user, **cleaned)
            return "L’engagement est modifié."

        (left,) = ledger.lines(type(found["line"]).objects.filter(pk=found["line"].pk))
        return ask(
            request,
            self,
            initiative,
            MovementForm(request.POST if request.method == "POST" else None),
            perform,
            title="Modifier l’engagement",
            button="Modifier l’engagement",
            back=back,
            consequence="Le montant inscrit s’ajoute à l’engagement, ou s’en retire s’il est négatif.",
            facts=[
                ("Ligne", str(found["line"])),
                ("Engagement actuel", format_amount(found["amount"])),
                ("Reste dans la ligne", format_amount(left.left)),
            ],
        )

    def release_view(self, request, pk, commitment):
        """« Libérer »: all that is promised goes back to its line."""
        initiative, found, back = self._with_money(request, pk, commitment)

        def perform(cleaned):
            movement = actions.release(commitment=found["commitment"], by=request.user, **cleaned)
            return f"{format_amount(-movement.amount)} retournent à la ligne {found['line']}."

        return ask(
            request,
            self,
            initiative,
            ReleaseForm(request.POST if request.method == "POST" else None),
            perform,
            title="Libérer l’engagement",
            button="Libérer l’argent",
            back=back,
            danger=True,
            consequence=f"{format_amount(found['amount'])} retournent à la ligne {found['line']}.",
            facts=[("Engagement actuel", format_amount(found["amount"]))],
        )
