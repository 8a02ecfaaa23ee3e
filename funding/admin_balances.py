"""Balances as the admin's lists and pages show them: dollars, and a bar of what is used."""

from django.utils.html import format_html

from alliance.lib.money import format_amount, quantize
from funding import ledger
from funding.balances import EnvelopeBalance
from funding.models import Envelope


def dollars(amount):
    return format_amount(quantize(amount))


def left_meter(left, used, total):
    """Return the dollars left, with a bar of what is used."""
    if not total or total <= 0:
        return format_amount(left)
    return format_html(
        '<span class="amount">{}</span> <meter class="bar" min="0" max="{}" value="{}" aria-hidden="true"></meter>',
        format_amount(left),
        str(total),
        str(used),
    )


def envelope_balance(envelope):
    """Return the balance of an envelope read with its balances, or a new one (all zero)."""
    amount, allocated = getattr(envelope, "amount", None), getattr(envelope, "allocated", None)
    return EnvelopeBalance(envelope, quantize(amount), quantize(allocated))


def fresh_envelope(envelope):
    """Return the present balance of an envelope, read again."""
    return envelope_balance(ledger.with_envelope_balances(Envelope.objects.filter(pk=envelope.pk)).get())


def line_balance(line):
    """Return the balance of a line read with its balances, or a new one (all zero)."""
    sums = (getattr(line, name, None) for name in ("allocated", "committed", "paid"))
    return ledger.LineBalance(line, *map(quantize, sums))
