"""Rules of the money, said in French. Pure: amounts in (dollars), refusal or empty string out (design.md §2.2)."""

from decimal import Decimal

from alliance.lib.money import ZERO, format_amount
from initiatives.choices import State


def refuse_over(asked: Decimal, left: Decimal, what: str) -> str:
    """Return why `asked` cannot be taken from `what` (« l’enveloppe… », « la ligne… ») of which `left` remains."""
    if asked <= left:
        return ""
    return f"Il reste {format_amount(left)} dans {what}. Inscrivez un montant égal ou inférieur."


def refuse_below_used(new_total: Decimal, used: Decimal, what: str) -> str:
    """Return why `what` cannot shrink to `new_total` when `used` of it is already promised."""
    if new_total >= used:
        return ""
    return (
        f"{what} ne peut pas passer à {format_amount(new_total)} : {format_amount(used)} sont déjà engagés."
    )


def refuse_not_positive(amount: Decimal) -> str:
    return "" if amount > ZERO else "Inscrivez un montant plus grand que zéro."


def refuse_state(state: str) -> str:
    """Money is promised only to an initiative that was retained (quality.md §5, I5)."""
    if state in State.fundable:
        return ""
    return f"Cette initiative est « {State(state).label} » : un montant s’accorde après la décision de la retenir."


def refuse_closed(label: str, is_closed: bool) -> str:
    return f"L’exercice {label} est fermé : aucun montant ne peut y être modifié." if is_closed else ""
