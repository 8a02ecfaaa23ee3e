"""The page « Prévoir les versements » of a promise: one to six instalments, the last one held until the final report."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.urls import path

from alliance.lib.dates import DateFormField, long_date, today
from alliance.lib.forms import TokenField
from alliance.lib.money import CENT, ZERO, MoneyFormField, format_amount
from alliance.lib.pages import Review, ask, rehearse
from funding import actions, ledger, rules
from funding.admin_decisions import posted
from funding.choices import Condition
from initiatives.choices import ReportKind
from initiatives.models import Report

OFFERED = (1, 2, 3, 4)
PARTS = {1: (100,), 2: (75, 25), 3: (50, 25, 25)}  # percent; four or more are equal
_A_MONTH = timedelta(days=30)


class ScheduleForm(forms.Form):
    """`number` instalments: dollars, day, condition. Its rows are `rows`."""

    token = TokenField(initial=uuid4)

    def __init__(self, data, proposed):
        super().__init__(data)
        self.names = []
        self.fields["nombre"] = forms.IntegerField(widget=forms.HiddenInput, initial=len(proposed))
        for rank, instalment in enumerate(proposed, 1):
            self._add_row(rank, instalment)

    def _add_row(self, rank, instalment):
        names = [f"{name}_{rank}" for name in rules.Instalment._fields]
        amount, due_on, condition = names
        said = {"aria-label": f"Montant du versement {rank}", "class": "input-amount"}
        self.fields[amount] = MoneyFormField(
            label=f"Versement {rank}", initial=instalment.amount, widget=forms.TextInput(attrs=said)
        )
        self.fields[due_on] = DateFormField(label=f"Date {rank}", initial=instalment.due_on)
        self.fields[due_on].widget.attrs["aria-label"] = f"Date du versement {rank}"
        self.fields[condition] = forms.ChoiceField(
            label=f"Condition {rank}",
            choices=Condition.choices,
            initial=instalment.condition,
            widget=forms.Select(attrs={"aria-label": f"Condition du versement {rank}"}),
        )
        self.names.append(names)

    @property
    def rows(self):
        """Return the rows as they are shown: rank, the three fields."""
        return [(rank, [self[name] for name in names]) for rank, names in enumerate(self.names, 1)]

    @property
    def total(self):
        """Return the dollars of the amounts shown that can be read."""
        return ledger.total(each for each in map(self._amount, self.names) if each is not None)

    def _amount(self, names):
        try:
            return self.fields[names[0]].clean(self[names[0]].value())
        except ValidationError:
            return None

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        plan = self.instalments()
        _last_amount, last_day, last_condition = self.names[-1]
        if len(plan) > 1 and plan[-1].condition != Condition.FINAL_REPORT:
            self.add_error(last_condition, "Le dernier versement attend l’approbation du rapport final.")
        if [each.due_on for each in plan] != sorted(each.due_on for each in plan):
            self.add_error(last_day, "Inscrivez les versements dans l’ordre de leurs dates.")
        return cleaned

    def instalments(self):
        """Return the plan as the action takes it."""
        return [rules.Instalment(*(self.cleaned_data[name] for name in names)) for names in self.names]


def propose(free, number, first_day, last_day):
    """Return `number` instalments of `free` dollars: the first at the agreement, the last on the final report."""
    parts = PARTS.get(number) or (Decimal(100) / number,) * number
    amounts = [(free * Decimal(part) / 100).quantize(CENT, ROUND_HALF_UP) for part in parts[:-1]]
    amounts.append(free - sum(amounts, ZERO))
    step = (max(last_day, first_day) - first_day) / max(number - 1, 1)
    days = [first_day + step * rank for rank in range(number)]
    conditions = [Condition.AGREEMENT, *[Condition.PROGRESS_REPORT] * (number - 2), Condition.FINAL_REPORT]
    return [rules.Instalment(*row) for row in zip(amounts, days, conditions[:number], strict=True)]


class ScheduleMixin:
    """Adds `engagement/<pk>/versements/` under an initiative's page."""

    def get_urls(self):
        address = "<int:pk>/engagement/<int:commitment>/versements/"
        view = self.admin_site.admin_view(self.schedule_view)
        return [path(address, view, name="initiatives_initiative_schedule"), *super().get_urls()]

    def schedule_view(self, request, pk, commitment):
        """Propose instalments of what is not planned yet; amounts, days and conditions may all be changed."""
        initiative, found, back = self.promise_of(request, pk, commitment)
        free = ledger.commitment_amount(found) - ledger.commitment_due(found)
        number = _number(request)
        proposed = propose(max(free, ZERO), number, today(), _last_day(initiative))
        form = ScheduleForm(posted(request), proposed)

        def act(_cleaned):
            return actions.schedule(
                commitment=found,
                by=request.user,
                instalments=form.instalments(),
                token=form.cleaned_data["token"],
            )

        def preview(_cleaned):
            sentences = rehearse(lambda: act({}), lambda: _told(found))
            caption = f"Total\xa0: {format_amount(form.total)}"
            return Review(sentences, headers=_HEADS, rows=_rows(form.instalments()), caption=caption)

        def perform(cleaned):
            act(cleaned)
            return "Les versements sont prévus."

        nothing = ["Tout l’engagement est déjà prévu en versements."] if free <= ZERO else []
        return ask(
            request,
            self,
            initiative,
            form,
            perform,
            preview=preview,
            beside=form.names[-1][0],
            template="admin/schedule.html",
            title="Prévoir les versements",
            button="Prévoir les versements",
            back=back,
            missing=nothing,
            blocked=bool(nothing),
            offered=[(each, each == number) for each in OFFERED],
            facts=_facts(found, free),
        )


_HEADS = ("Versement", "Montant", "Prévu le", "Condition")


def _rows(plan):
    """Return the instalments as they are read before they are planned."""
    return [
        [str(rank), format_amount(each.amount), long_date(each.due_on), Condition(each.condition).label]
        for rank, each in enumerate(plan, 1)
    ]


def _told(commitment):
    """Return what the schedule holds once planned, and what it leaves."""
    due = ledger.commitment_due(commitment)
    left = ledger.commitment_amount(commitment) - due
    said = [f"Les versements de cet engagement feront {format_amount(due)} en tout."]
    return [*said, f"Après cette décision, il restera {format_amount(left)} à prévoir."] if left else said


def _facts(commitment, free):
    return [
        ("Ligne", str(commitment.allocation)),
        ("Engagement", format_amount(ledger.commitment_amount(commitment))),
        ("À prévoir", format_amount(free)),
    ]


def _number(request):
    """Return how many instalments are asked for; two when it is not said or cannot be read."""
    asked = request.POST.get("nombre") or request.GET.get("nombre") or ""
    return int(asked) if asked in map(str, OFFERED) else 2


def _last_day(initiative):
    """Return the day the final report is expected, or a month after the end of the initiative."""
    final = Report.objects.filter(initiative=initiative, kind=ReportKind.FINAL).first()
    return final.due_on if final else (initiative.ends_on or today()) + _A_MONTH
