"""The lines: what is given to them, what passes from one to another, what is carried to the next year or corrected."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from alliance.lib.admin import DemoFilter, choice_filter, row_filter
from alliance.lib.forms import LineFormField
from alliance.lib.money import ZERO, format_amount
from alliance.lib.workflow import Refusal
from funding import actions, ledger, rules
from funding.admin_balances import dollars, fresh_envelope, left_meter, line_balance
from funding.admin_decisions import DecisionForm, TakingForm, after, balance_of, opened, posted
from funding.admin_moving import AllocationMovementInline, MovingAdmin
from funding.choices import AllocationMove, Line
from funding.models import Allocation
from initiatives.models import FiscalYear
from territories.models import Territory

_NO_LINE = (
    "Aucune autre ligne de la même enveloppe ne peut le recevoir : ajoutez-la d’abord à l’exercice voulu."
)


class PairForm(TakingForm):
    """An amount that passes from one line to another, by a resolution."""

    target = forms.ChoiceField(
        label="Vers la ligne",
        error_messages={
            "required": "Choisissez la ligne qui reçoit.",
            "invalid_choice": "Choisissez une ligne.",
        },
    )
    resolution = LineFormField(
        label="Résolution",
        max_length=60,
        help_text="Le numéro qui autorise la décision.",
        error_messages={"required": "Inscrivez le numéro de la résolution."},
    )
    field_order = ("target", "amount", "reason", "resolution", "on", "token")

    def __init__(self, data, balances, initial):
        super().__init__(data, initial={"amount": initial} if initial > ZERO else None)
        self.lines = {str(balance.allocation.pk): balance.allocation for balance in balances}
        said = [
            (str(each.allocation.pk), f"{each.allocation} · reste {format_amount(each.left)}")
            for each in balances
        ]
        self.fields["target"].choices = said if len(said) == 1 else [("", "Choisissez"), *said]

    def clean_target(self):
        return self.lines[self.cleaned_data["target"]]


class AllocationForm(forms.ModelForm):
    def clean_fiscal_year(self):
        year = self.cleaned_data["fiscal_year"]
        if reason := rules.refuse_closed(year.label, year.closed_at is not None):
            raise ValidationError(reason)
        return year

    def clean(self):
        cleaned = super().clean()
        envelope, year = cleaned.get("envelope"), cleaned.get("fiscal_year")
        if envelope and year and (reason := actions.refuse_year(envelope, year)):
            self.add_error("fiscal_year", reason)
        return cleaned


@admin.register(Allocation)
class AllocationAdmin(MovingAdmin):
    form = AllocationForm
    list_display = (
        "line_name",
        "fiscal_year",
        "year_is_open",
        "envelope",
        "shown_allocated",
        "shown_committed",
        "shown_paid",
        "shown_left",
        "is_demo",
    )
    list_filter = (
        row_filter("exercice", "exercice", "fiscal_year__label", FiscalYear, "label"),
        row_filter("MRC", "territoire", "territory__slug", Territory, "slug"),
        choice_filter("ligne", "ligne", "line", Line.choices),
        DemoFilter,
    )
    list_select_related = ("envelope", "fiscal_year", "territory")
    autocomplete_fields = ("envelope", "fiscal_year", "territory")
    search_fields = ("territory__name",)
    folded = ("territory__name", "fiscal_year__label", "envelope__name")
    fixed = ("envelope", "fiscal_year", "line", "territory")
    readonly_fields = ("shown_allocated", "shown_committed", "shown_paid", "shown_left", "is_demo")
    inlines = [AllocationMovementInline]
    kinds = [(kind.value, kind.label) for kind in (AllocationMove.INITIAL, AllocationMove.AMENDMENT)]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("envelope", "fiscal_year", "territory")
        return ledger.with_balances(rows)

    @admin.display(description="ligne", ordering="territory__order")
    def line_name(self, line):
        return line.line_name

    @admin.display(description="exercice ouvert", boolean=True)
    def year_is_open(self, line):
        return line.fiscal_year.closed_at is None

    @admin.display(description="affecté")
    def shown_allocated(self, line):
        return dollars(getattr(line, "allocated", None))

    @admin.display(description="engagé")
    def shown_committed(self, line):
        return dollars(getattr(line, "committed", None))

    @admin.display(description="versé")
    def shown_paid(self, line):
        return dollars(getattr(line, "paid", None))

    @admin.display(description="reste")
    def shown_left(self, line):
        balance = line_balance(line)
        return left_meter(balance.left, balance.committed, balance.allocated)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.is_demo = obj.envelope.is_demo
            if refusal := rules.refuse_demo_person(request.user.is_demo, obj.is_demo):
                raise Refusal(refusal)
        super().save_model(request, obj, form, change)

    # Decisions ----------------------------------------------------------------------------------------------

    def decisions(self):
        return [
            *super().decisions(),
            ("transferer", self.transfer_view, "transfer"),
            ("reporter", self.carry_over_view, "carry_over"),
            ("corriger", self.adjust_view, "adjust"),
        ]

    def tools(self, obj):
        if obj.fiscal_year.closed_at is not None:
            return [("Corriger la ligne", "adjust")]
        return [
            ("Ajouter un mouvement", "movement"),
            ("Transférer", "transfer"),
            ("Reporter le solde", "carry_over"),
        ]

    def transfer_view(self, request, pk):
        """« Transférer »: dollars not promised yet go to another line of the same envelope and year."""
        line = opened(self, request, pk)
        others = Allocation.objects.filter(envelope=line.envelope_id, fiscal_year=line.fiscal_year_id)
        return self._pair(
            request,
            line,
            others.exclude(pk=line.pk),
            ZERO,
            actions.transfer,
            title="Transférer à une autre ligne",
            done="Le transfert est inscrit, par deux mouvements qui se répondent.",
            consequence="Ce qui n’est pas engagé passe à une autre ligne du même exercice et de la même enveloppe.",
        )

    def carry_over_view(self, request, pk):
        """« Reporter le solde »: dollars not promised yet go to the same line of a later year."""
        line = opened(self, request, pk)
        later = Allocation.objects.filter(
            envelope=line.envelope_id,
            line=line.line,
            territory=line.territory_id,
            fiscal_year__starts_on__gt=line.fiscal_year.starts_on,
            fiscal_year__closed_at=None,
        )
        return self._pair(
            request,
            line,
            later,
            line_balance(line).left,
            actions.carry_over,
            title="Reporter le solde",
            done="Le report est inscrit, par deux mouvements qui se répondent.",
            consequence="Ce qui n’est pas engagé passe à la même ligne d’un exercice suivant.",
        )

    def _pair(self, request, line, others, amount, verb, **shown):
        balances = ledger.lines(others)
        form = PairForm(posted(request), balances, amount)

        def act(cleaned):
            return verb(source=line, by=request.user, **cleaned)

        def told():
            return after(line, form.cleaned_data["target"])

        missing = [] if balances else [_NO_LINE]
        return self.decide(
            request, line, form, act, told=told, missing=missing, blocked=bool(missing), **shown
        )

    def adjust_view(self, request, pk):
        """« Corriger la ligne » of a closed fiscal year: a dated adjustment with its reason, the only change left."""
        line = opened(self, request, pk)
        return self.decide(
            request,
            line,
            DecisionForm(posted(request)),
            lambda cleaned: actions.adjust_allocation(allocation=line, by=request.user, **cleaned),
            title="Corriger une ligne d’un exercice fermé",
            done="La correction est inscrite.",
            consequence=(
                "L’exercice reste fermé. La correction s’ajoute à ses livres, datée et avec sa raison; "
                "les sommes de la fermeture restent telles quelles à côté."
            ),
        )

    def envelope_of(self, obj):
        return obj.envelope

    def move(self, obj, by, cleaned):
        return actions.move_allocation(allocation=obj, by=by, **cleaned)

    def told(self, line):
        left = fresh_envelope(line.envelope).left
        return [
            *after(line),
            f"Il restera {format_amount(left)} à affecter dans l’enveloppe « {line.envelope} ».",
        ]

    def warnings(self, line, cleaned):
        """Warn about the ceiling of administration when the line that grows is one of administration."""
        pair = (
            {"allocation": cleaned["target"], "source": line} if "target" in cleaned else {"allocation": line}
        )
        return ledger.admin_warning(amount=cleaned["amount"], **pair)

    def balance(self, obj):
        line, envelope = balance_of(obj), fresh_envelope(obj.envelope)
        return [
            ("Affecté à la ligne", format_amount(line.allocated)),
            ("Engagé", format_amount(line.committed)),
            ("Versé", format_amount(line.paid)),
            ("Reste dans la ligne", format_amount(line.left)),
            ("Reste dans l’enveloppe", format_amount(envelope.left)),
        ]
