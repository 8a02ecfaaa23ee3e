"""What the pages of money decisions share: what is left after one, in words, and forms that know their dates."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from alliance.lib.dates import today
from alliance.lib.money import MoneyFormField, format_amount
from alliance.lib.pages import MovementForm
from funding import ledger, rules
from funding.models import Allocation, Envelope

HOW_MUCH = "En dollars, par exemple 12\xa0500 ou 12\xa0500,50."


class DecisionForm(MovementForm):
    """A movement of the money of `envelope`, whose agreement bounds its date."""

    envelope: Envelope | None = None

    def clean(self):
        cleaned = super().clean()
        envelope, on = self.envelope_of(cleaned), cleaned.get("on")
        reason = rules.refuse_day(on, today(), envelope.starts_on) if on and envelope else ""
        if reason:
            self.add_error("on", reason)
        return cleaned

    def envelope_of(self, cleaned):
        """Return the envelope that the answers touch; None when it is not known yet."""
        return self.envelope


class TakingForm(DecisionForm):
    """An amount that is always more than zero."""

    amount = MoneyFormField(
        label="Montant", help_text=HOW_MUCH, widget=forms.TextInput(attrs={"class": "input-amount"})
    )

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if reason := rules.refuse_not_positive(amount):
            raise ValidationError(reason)
        return amount


class ReasonForm(DecisionForm):
    """A decision whose amount is already known."""

    amount = None


def posted(request):
    """Return the answers of a post, or None."""
    return request.POST if request.method == "POST" else None


def opened(model_admin, request, pk, right="funding.move_money"):
    """Return the row `pk` of the admin page; 404 when there is none, 403 without the right."""
    row = model_admin.get_object(request, str(pk))
    if row is None:
        raise Http404
    if not request.user.has_perm(right):
        raise PermissionDenied
    return row


def balance_of(line):
    """Return the present balance of one line."""
    (found,) = ledger.lines(Allocation.objects.filter(pk=line.pk))
    return found


def after(*lines):
    """Return the sentences of what is left in the lines, to be read after a rehearsed decision."""
    return [
        f"Après cette décision, il restera {format_amount(balance_of(line).left)} dans la ligne {line}."
        for line in lines
    ]
