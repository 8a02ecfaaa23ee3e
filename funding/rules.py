"""Rules of the money, said in French. Pure: amounts in (dollars), refusal or empty string out (design.md §2.2)."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from alliance.lib.dates import long_date
from alliance.lib.money import ZERO, format_amount
from alliance.lib.templatetags.francais import pourcent
from funding.choices import Condition, DisbursementState, Line
from initiatives.choices import State

_MARGIN = timedelta(days=366)
MOST_INSTALMENTS = 12
WAITING = (DisbursementState.PLANNED, DisbursementState.HELD, DisbursementState.PAYABLE)


class Instalment(NamedTuple):
    """An instalment to plan: dollars, the day it is meant for, what it waits for (a `Condition`)."""

    amount: Decimal
    due_on: date
    condition: str


class LineOf(NamedTuple):
    """What tells a line from another: ids of the line, its envelope and MRC, its kind, the first day of its year."""

    pk: int
    envelope: int
    line: str
    territory: int | None
    starts_on: date


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


def refuse_nothing_left(amount: Decimal) -> str:
    return "" if amount > ZERO else "Il ne reste rien à libérer : tout est versé ou déjà libéré."


def refuse_below_due(new_total: Decimal, due: Decimal) -> str:
    """Return why a promise cannot be `new_total` when its instalments, paid or planned, take `due` of it."""
    if new_total >= due:
        return ""
    if due <= ZERO:
        return f"L’engagement ne peut pas passer sous zéro ({format_amount(new_total)})."
    return (
        f"L’engagement ne peut pas passer à {format_amount(new_total)} : ses versements en prennent "
        f"{format_amount(due)}. Annulez d’abord un versement qui n’est pas payé."
    )


def refuse_closed(label: str, is_closed: bool) -> str:
    return f"L’exercice {label} est fermé : aucun montant ne peut y être modifié." if is_closed else ""


def refuse_open(label: str, is_closed: bool) -> str:
    """A correction is for a closed year; an open one takes ordinary movements."""
    return "" if is_closed else f"L’exercice {label} est ouvert : inscrivez un mouvement ordinaire."


def refuse_waiting(label: str, count: int) -> str:
    """Return why a year cannot close while `count` of its instalments are neither paid nor cancelled."""
    if not count:
        return ""
    said = (
        "1 versement n’est ni payé ni annulé"
        if count == 1
        else f"{count} versements ne sont ni payés ni annulés"
    )
    return f"L’exercice {label} ne se ferme pas encore : {said}."


def refuse_no_resolution(resolution: str) -> str:
    return "" if resolution.strip() else "Inscrivez le numéro de la résolution qui l’autorise."


def refuse_transfer(source: LineOf, target: LineOf) -> str:
    """Return why dollars cannot pass from one line to the other within a year."""
    if source.pk == target.pk:
        return "Choisissez deux lignes différentes."
    if source.envelope != target.envelope:
        return "Ces lignes sont de deux enveloppes : l’argent d’une entente ne passe pas à une autre."
    if source.starts_on != target.starts_on:
        return "Ces lignes sont de deux exercices : pour passer d’un exercice au suivant, reportez le solde."
    return ""


def refuse_carry_over(source: LineOf, target: LineOf) -> str:
    """Return why what a line has left cannot be carried to the other: same line, later year."""
    if source.envelope != target.envelope:
        return "Ces lignes sont de deux enveloppes : l’argent d’une entente ne passe pas à une autre."
    if (source.line, source.territory) != (target.line, target.territory):
        return (
            "Un solde se reporte à la même ligne d’un autre exercice. Pour changer de ligne, transférez-le."
        )
    if target.starts_on <= source.starts_on:
        return "Un solde se reporte à un exercice suivant."
    return ""


def refuse_schedule(
    instalments: Sequence[Instalment], planned: Sequence[Instalment], free: Decimal, first_day: date
) -> str:
    """Return why instalments cannot be planned beside those `planned` before and not cancelled.

    `free` dollars of the promise are not planned yet; none is due before `first_day`. The last one by date waits for
    the final report as soon as there are two of them, or that the whole promise is planned.
    """
    if not 1 <= len(instalments) <= MOST_INSTALMENTS:
        return f"Prévoyez de 1 à {MOST_INSTALMENTS} versements."
    if any(each.amount <= ZERO for each in instalments):
        return "Chaque versement est plus grand que zéro."
    days = [each.due_on for each in instalments]
    if days != sorted(days):
        return "Inscrivez les versements dans l’ordre de leurs dates."
    if days[0] < first_day or days[-1] > first_day + 15 * _MARGIN:
        return f"Un versement est prévu après le {long_date(first_day)} et dans les quinze ans."
    asked = sum((each.amount for each in instalments), ZERO)
    if asked > free:
        return f"Les versements font {format_amount(asked)}; il reste {format_amount(free)} à prévoir dans l’engagement."
    together = sorted([*planned, *instalments], key=lambda each: each.due_on)
    whole = len(together) > 1 or asked == free
    if whole and together[-1].condition != Condition.FINAL_REPORT:
        return "Le dernier versement attend l’approbation du rapport final."
    return ""


def instalment_state(
    *, condition: str, due_on: date, ready: bool, paid: Decimal, cancelled: bool, recovered: Decimal,
    approved: bool, on: date,
) -> DisbursementState:  # fmt: skip
    """Return where an instalment stands on the day `on`; `approved`: the report it waits for is approved.

    `ready`: somebody said that its condition is met, whatever the report (an override tells why).
    """
    if cancelled:
        return DisbursementState.CANCELLED
    if paid:
        return DisbursementState.RECOVERED if recovered >= paid else DisbursementState.PAID
    by_date = condition == Condition.DATE and due_on <= on
    if ready or by_date or (condition in Condition.reports and approved):
        return DisbursementState.PAYABLE
    late = condition in Condition.reports and due_on <= on
    return DisbursementState.HELD if late else DisbursementState.PLANNED


def refuse_to_pay(what: str, state: str) -> str:
    """Return why the instalment called `what` cannot be marked as paid."""
    if state == DisbursementState.PAYABLE:
        return ""
    return f"{what} : il est « {DisbursementState(state).label} », il ne peut pas être payé."


def refuse_ready(what: str, state: str) -> str:
    if state in (DisbursementState.PLANNED, DisbursementState.HELD):
        return ""
    return f"{what} : il est déjà « {DisbursementState(state).label} »."


def refuse_cancel(what: str, state: str) -> str:
    if state in WAITING:
        return ""
    return f"{what} : il est « {DisbursementState(state).label} », il ne s’annule plus."


def refuse_recovery(amount: Decimal, held: Decimal) -> str:
    """Return why `amount` dollars cannot be recovered when the initiative holds `held` of the instalment."""
    if amount <= ZERO:
        return "Inscrivez le montant récupéré, plus grand que zéro."
    return "" if amount <= held else f"De ce versement, {format_amount(held)} au plus peuvent être récupérés."


def refuse_later(on: date | None, today: date) -> str:
    """A payment is written once made: never with a date to come."""
    return f"La date du versement ne peut pas suivre le {long_date(today)}." if on and on > today else ""


def refuse_none(chosen: Collection[object]) -> str:
    return "" if chosen else "Choisissez au moins un versement."


def refuse_line(line: str, territory: int | None, territories: Collection[int]) -> str:
    """Return why a line (its kind, the id of its MRC) cannot pay for an initiative of these MRCs (ids)."""
    if line == Line.ADMINISTRATION:
        return "La ligne d’administration ne paie aucune initiative."
    if line == Line.TERRITORY and territory not in territories:
        return "Cette ligne est celle d’une autre MRC : choisissez celle d’une MRC de l’initiative ou la ligne régionale."
    return ""


def refuse_year_of_line(year: int, label: str, years: Collection[int]) -> str:
    """Return why a line of a fiscal year (its id and label) cannot pay an initiative of other years (ids).

    An initiative whose dates are not known has no year yet: any line may pay it.
    """
    if not years or year in years:
        return ""
    return f"L’initiative ne se déroule pas en {label} : choisissez une ligne de ses exercices, ou changez d’abord ses dates."


def refuse_to_leave(line: str, amount: Decimal) -> str:
    """Return why an initiative cannot leave the MRC or the fiscal year of a line that promises it `amount` dollars."""
    return (
        f"La ligne « {line} » lui promet {format_amount(amount)} : gardez sa MRC et son exercice, "
        "ou libérez d’abord ce montant."
    )


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
    on each side. Beyond it is a slip of the keyboard (« 2205 »).
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


class Cost(NamedTuple):
    """What an initiative is known to cost, in dollars; `unknown`: contributions without a known amount."""

    source: Decimal  # from the source whose limits are checked, after the decision
    public: Decimal  # every public aid, that source included
    partners: Decimal
    total: Decimal
    unknown: int


class Ceilings(NamedTuple):
    """What a programme asks: shares in percent, dollars; None checks nothing (domain.md §3)."""

    max_share: Decimal | None = None
    max_public: Decimal | None = None
    min_partners: Decimal | None = None
    max_amount: Decimal | None = None


def warnings(asked: Ceilings, cost: Cost) -> list[str]:
    """Return what a decision would pass over, in sentences: the person decides, nothing is refused."""
    known = "" if not cost.unknown else " selon les contributions connues"
    found = []
    if asked.max_amount is not None and cost.source > asked.max_amount:
        found.append(
            f"L’initiative recevrait {format_amount(cost.source)} : le programme prévoit au plus {format_amount(asked.max_amount)}."
        )
    if asked.max_share is not None and _share(cost.source, cost.total) > asked.max_share:
        found.append(
            f"La source paierait {_percent(cost.source, cost.total)} du coût{known} : au plus {_said(asked.max_share)} est prévu."
        )
    if asked.max_public is not None and _share(cost.public, cost.total) > asked.max_public:
        found.append(
            f"Les aides publiques feraient {_percent(cost.public, cost.total)} du coût{known} : au plus {_said(asked.max_public)} est prévu."
        )
    if asked.min_partners is not None and _share(cost.partners, cost.total) < asked.min_partners:
        found.append(
            f"Les partenaires paieraient {_percent(cost.partners, cost.total, ROUND_FLOOR)} du coût{known} : au moins {_said(asked.min_partners)} est attendu."
        )
    return found


def warn_administration(ceiling: Decimal | None, administration: Decimal, envelope: Decimal) -> list[str]:
    """Return the warning when the administration's lines pass over their share (percent) of the envelope."""
    if ceiling is None or _share(administration, envelope) <= ceiling:
        return []
    return [
        f"L’administration prendrait {_percent(administration, envelope)} de l’enveloppe : au plus {_said(ceiling)} est prévu."
    ]


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return part * 100 / whole if whole else ZERO


def _percent(part: Decimal, whole: Decimal, rounding: str = ROUND_CEILING) -> str:
    """Return a share in words, rounded away from its limit so that the sentence never contradicts itself."""
    return _said(_share(part, whole).quantize(Decimal("0.01"), rounding))


def _said(percent: Decimal) -> str:
    """Return « 70 % » or « 69,99 % », without useless zeros."""
    return pourcent(percent.to_integral_value() if percent == percent.to_integral_value() else percent)
