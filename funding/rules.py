"""Rules of the money, said in French. Pure: amounts in (dollars), refusal or empty string out (design.md §2.2)."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from alliance.lib.dates import long_date
from alliance.lib.money import ZERO, format_amount
from funding.choices import Line
from initiatives.choices import State

_MARGIN = timedelta(days=366)


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
        f"{what} ne peut pas passer à {format_amount(new_total)} : {format_amount(used)} sont déjà engagés."
    )


def refuse_not_positive(amount: Decimal) -> str:
    return "" if amount > ZERO else "Inscrivez un montant plus grand que zéro."


def refuse_state(state: str) -> str:
    """Money is promised only to an initiative that was retained (quality.md §5, I5)."""
    if state in State.fundable:
        return ""
    return f"Cette initiative est « {State(state).label} » : un montant s’accorde après la décision de la retenir."


def refuse_closed(label: str, is_closed: bool) -> str:
    return f"L’exercice {label} est fermé : aucun montant ne peut y être modifié." if is_closed else ""


def refuse_line(line: str, territory: int | None, territories: Collection[int]) -> str:
    """Return why a line (its kind, the id of its MRC) cannot pay for an initiative of these MRCs (ids)."""
    if line == Line.ADMINISTRATION:
        return "La ligne d’administration ne paie aucune initiative."
    if line == Line.TERRITORY and territory not in territories:
        return "Cette ligne est celle d’une autre MRC : choisissez celle d’une MRC de l’initiative ou la ligne régionale."
    return ""


def refuse_mixing(one_is_demo: bool, other_is_demo: bool) -> str:
    """Invented money never meets real money: removing the demonstration would change a real balance."""
    if one_is_demo == other_is_demo:
        return ""
    return "De l’argent de démonstration et de l’argent réel ne se mêlent pas."


def refuse_demo_person(person_is_demo: bool, thing_is_demo: bool) -> str:
    if person_is_demo and not thing_is_demo:
        return "Un compte de démonstration n’inscrit d’argent que dans la démonstration."
    return ""


def refuse_day(on: date, today: date, envelope_start: date) -> str:
    """Return why a movement cannot bear the date `on`.

    An agreement is signed before it starts, and the lines of next year are decided before 1 April: a year of margin
    on each side. Beyond it is a slip of the keyboard (« 2205 »).
    """
    first, last = envelope_start - _MARGIN, today + _MARGIN
    if first <= on <= last:
        return ""
    return f"Inscrivez une date du {long_date(first)} au {long_date(last)}."


def refuse_year_outside(label: str, year: tuple[date, date], envelope: tuple[date, date]) -> str:
    """Return why a line of a fiscal year cannot be of an envelope; each is (first day, last day)."""
    if year[0] <= envelope[1] and envelope[0] <= year[1]:
        return ""
    return f"L’exercice {label} est hors des dates de l’enveloppe ({long_date(envelope[0])} au {long_date(envelope[1])})."


def refuse_to_close(label: str, ends_on: date, today: date) -> str:
    if today > ends_on:
        return ""
    return f"L’exercice {label} se termine le {long_date(ends_on)} : il se ferme après cette date."


def refuse_used_form(what: str) -> str:
    """Return why a form that already wrote `what` does not write something else."""
    return (
        f"Ce formulaire a déjà servi à inscrire {what}. "
        "Rien de plus n’a été inscrit : vérifiez, puis envoyez-le de nouveau pour inscrire autre chose."
    )
