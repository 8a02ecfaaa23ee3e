"""Money buttons of an initiative's page: grant, change, free or correct an amount, always by adding a movement."""

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html

from alliance.lib.money import ZERO, format_amount
from alliance.lib.pages import Review, ask, rehearse
from funding import actions, ledger
from funding.admin_decisions import (
    DecisionForm,
    ReasonForm,
    TakingForm,
    after,
    balance_of,
    opened,
    posted,
)
from funding.models import Commitment

PREFIX = "initiatives_initiative"


def _known(amount, otherwise):
    return otherwise if amount is None else format_amount(amount)


class AwardForm(TakingForm):
    """An amount granted on one of the lines that may pay."""

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
        self.lines = {str(balance.allocation.pk): balance.allocation for balance in balances}
        self.fields["line"].choices = [
            (
                str(balance.allocation.pk),
                f"{balance.allocation} · {balance.allocation.envelope} · reste {format_amount(balance.left)}",
            )
            for balance in balances
        ]

    def envelope_of(self, cleaned):
        line = self.lines.get(cleaned.get("line"))
        return line and line.envelope

    def clean_line(self):
        return self.lines[self.cleaned_data["line"]]


def _no_line(initiative):
    """Return the sentence that says which line lacks, with the way to the lines."""
    years = ", ".join(map(str, initiative.fiscal_years.all())) or "aucun exercice inscrit"
    return format_html(
        "Aucune ligne d’un exercice ouvert ne peut payer cette initiative (exercice\xa0: {}). "
        '<a href="{}">Voir les lignes</a>',
        years,
        reverse("admin:funding_allocation_changelist"),
    )


def _told(initiative, line, sentences):
    """Return the review of a decision as it stands once made: its sentences, all that the initiative has, the warnings."""
    together = format_amount(ledger.total(award.amount for award in ledger.awards_of(initiative)))
    whole = f"L’initiative aura {together} en tout, toutes lignes réunies."
    warnings = ledger.warnings_for(initiative=initiative, allocation=line, amount=ZERO)
    return Review([*sentences, whole], warnings)


class MoneyMixin:
    """Adds `accorder/` and `engagement/<pk>/modifier/`, `…/liberer/`, `…/corriger/` under an initiative's page."""

    def get_urls(self):
        view = self.admin_site.admin_view
        one = "<int:pk>/engagement/<int:commitment>/"
        return [
            path("<int:pk>/accorder/", view(self.award_view), name=f"{PREFIX}_award"),
            path(f"{one}modifier/", view(self.amend_view), name=f"{PREFIX}_amend"),
            path(f"{one}liberer/", view(self.release_view), name=f"{PREFIX}_release"),
            path(f"{one}corriger/", view(self.adjust_view), name=f"{PREFIX}_adjust"),
            *super().get_urls(),
        ]

    def promise_of(self, request, pk, commitment):
        """Return the initiative, one of its promises and the address of its page; 404 or 403."""
        initiative = opened(self, request, pk)
        rows = Commitment.objects.select_related(
            "allocation__territory", "allocation__fiscal_year", "allocation__envelope__source"
        )
        found = rows.filter(initiative=initiative, pk=commitment).first()
        if found is None:
            raise Http404
        found.initiative = initiative
        return initiative, found, reverse(f"admin:{PREFIX}_change", args=[pk])

    def award_view(self, request, pk):
        """« Accorder un montant »: what is left on each line is said; more than that is refused."""
        initiative = opened(self, request, pk)
        balances = ledger.free_lines_for(initiative)

        def act(cleaned):
            line = cleaned.pop("line")
            return actions.award(initiative=initiative, allocation=line, by=request.user, **cleaned)

        def preview(cleaned):
            line = cleaned["line"]
            return rehearse(lambda: act(dict(cleaned)), lambda: _told(initiative, line, after(line)))

        def perform(cleaned):
            line = cleaned["line"]
            return f"{format_amount(act(cleaned).amount)} accordés sur la ligne {line}."

        return ask(
            request,
            self,
            initiative,
            AwardForm(posted(request), balances),
            perform,
            preview=preview,
            beside="amount",
            title="Accorder un montant",
            button="Accorder ce montant",
            back=reverse(f"admin:{PREFIX}_change", args=[pk]),
            consequence="Ce montant est engagé sur la ligne choisie; il ne peut plus être promis ailleurs.",
            facts=[
                ("État", initiative.get_state_display()),
                ("Montant demandé", _known(initiative.amount_requested, "non inscrit")),
                ("Déjà accordé", _known(initiative.awarded, "aucun montant")),
            ],
            missing=[] if balances else [_no_line(initiative)],
            blocked=not balances,
        )

    def amend_view(self, request, pk, commitment):
        """« Modifier l’engagement »: add to it, or take back with a minus sign."""
        initiative, found, back = self.promise_of(request, pk, commitment)

        def act(cleaned):
            return actions.amend(
                initiative=initiative, allocation=found.allocation, by=request.user, **cleaned
            )

        return self._change(request, found, back, act, "Modifier l’engagement")

    def adjust_view(self, request, pk, commitment):
        """« Corriger l’engagement » of a closed fiscal year, by a dated adjustment."""
        _initiative, found, back = self.promise_of(request, pk, commitment)

        def act(cleaned):
            return actions.adjust_commitment(commitment=found, by=request.user, **cleaned)

        title = "Corriger l’engagement d’un exercice fermé"
        return self._change(request, found, back, act, title)

    def _change(self, request, found, back, act, title):
        line = found.allocation
        form = DecisionForm(posted(request))
        form.envelope = line.envelope

        def told():
            new = ledger.commitment_amount(found)
            sentences = [f"L’engagement sera de {format_amount(new)}.", *after(line)]
            return _told(found.initiative, line, sentences)

        def perform(cleaned):
            act(cleaned)
            return f"L’engagement est maintenant de {format_amount(ledger.commitment_amount(found))}."

        return ask(
            request,
            self,
            found.initiative,
            form,
            perform,
            preview=lambda cleaned: rehearse(lambda: act(cleaned), told),
            beside="amount",
            title=title,
            button=title,
            back=back,
            consequence="Le montant inscrit s’ajoute à l’engagement, ou s’en retire s’il est négatif.",
            facts=_facts(found),
        )

    def release_view(self, request, pk, commitment):
        """« Libérer »: all that is promised and not paid goes back to its line."""
        initiative, found, back = self.promise_of(request, pk, commitment)
        line = found.allocation
        form = ReasonForm(posted(request))
        form.envelope = line.envelope

        def act(cleaned):
            return actions.release(commitment=found, by=request.user, **cleaned)

        def told():
            kept = ledger.commitment_amount(found)
            sentence = f"L’engagement sera de {format_amount(kept)}, soit ce qui est déjà versé."
            return [sentence, *after(line)]

        def perform(cleaned):
            movement = act(cleaned)
            return f"{format_amount(-movement.amount)} retournent à la ligne {line}."

        return ask(
            request,
            self,
            initiative,
            form,
            perform,
            preview=lambda cleaned: Review(rehearse(lambda: act(cleaned), told)),
            title="Libérer l’engagement",
            button="Libérer l’argent",
            back=back,
            danger=True,
            consequence=(
                "Les versements qui ne sont pas payés sont annulés; tout ce qui n’est pas versé retourne à la ligne."
            ),
            facts=_facts(found),
        )


def _facts(commitment):
    """Return what is known of a promise before it changes."""
    return [
        ("Ligne", str(commitment.allocation)),
        ("Engagement actuel", format_amount(ledger.commitment_amount(commitment))),
        ("Versé", format_amount(ledger.commitment_paid(commitment))),
        ("Reste dans la ligne", format_amount(balance_of(commitment.allocation).left)),
    ]
