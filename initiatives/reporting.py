"""What a report asks, whose turn it is, and which of its numbers may be published. Pure: values in, sentences out.

Sources: facts/form_fields.csv sections 6 and 7, domain.md §4.3, features.md §3 feature 15, quality.md §5 I10.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from alliance.lib.money import ZERO, format_amount
from alliance.lib.templatetags.francais import pluriel
from initiatives.choices import ReportKind, State
from initiatives.rules import Missing

MOST_EXPENSES = 60  # of the table: a form stays under a thousand fields (case B25)
FEWEST_PUBLISHED = 5  # below, a number of people could name somebody
FEW = "moins de cinq"

# What an agent writes, by kind of report. A light differentiated analysis (ADS+) is never required.
_SHARED = ("people_reached", "results", "gaps", "story", "story_consent")
_ADS = ("participation", "people_taking_part", "women", "men", "others")
_FINAL = ("effects", "sustainability", "visibility", "organizations_count", "unspent")
TOLD = {
    ReportKind.PROGRESS: (*_SHARED, *_ADS),
    ReportKind.FINAL: (*_SHARED, *_FINAL, *_ADS),
}
EVERYTHING = TOLD[ReportKind.FINAL]


@dataclass(frozen=True)
class Expense:
    """One item: dollars planned (None: an item that the budget did not have) and really spent (None: unknown)."""

    label: str
    planned: Decimal | None = None
    actual: Decimal | None = None

    @property
    def gap(self) -> Decimal | None:
        """Return the dollars spent beyond what was planned (negative: less), None when one of them is unknown."""
        return None if self.planned is None or self.actual is None else self.actual - self.planned


@dataclass(frozen=True)
class Spending:
    """The table of expenses as a whole; what is unknown is counted, never taken for zero."""

    planned: Decimal
    actual: Decimal
    unknown: int

    @property
    def sentence(self) -> str:
        """Say the difference in words."""
        if self.unknown:
            return f"Il manque le montant réel de {pluriel(self.unknown, 'poste,postes')}."
        if self.actual == self.planned:
            return "Les dépenses réelles égalent ce qui était prévu."
        gap = format_amount(abs(self.actual - self.planned))
        if self.actual > self.planned:
            return f"Les dépenses réelles dépassent de {gap} ce qui était prévu."
        return f"Les dépenses réelles sont inférieures de {gap} à ce qui était prévu."


def spending(rows: Iterable[Expense]) -> Spending:
    """Add what a report declares (dollars): declared expenses, which no page takes for money paid."""
    kept = list(rows)
    return Spending(
        planned=sum((row.planned for row in kept if row.planned is not None), ZERO),
        actual=sum((row.actual for row in kept if row.actual is not None), ZERO),
        unknown=sum(1 for row in kept if row.actual is None),
    )


def publishable_count(count: int | None) -> int | None:
    """Return a number of people that may be published, or None: one to four people could be recognized.

    A total is made of publishable numbers only, so that no subtraction gives back one that is hidden.
    """
    return None if count is not None and 0 < count < FEWEST_PUBLISHED else count


def shown_count(count: int | None, known: str) -> str:
    """Return what the public reads: `known` (the number, in words), or « moins de cinq »."""
    return known if publishable_count(count) == count else FEW


@dataclass(frozen=True)
class Told:
    """What a report says when it is sent; counts None when they are unknown."""

    kind: str
    people_reached: int | None
    people_unknown: bool
    results: str
    expenses: Collection[Expense]
    unspent: Decimal | None
    women: int | None = None
    men: int | None = None
    others: int | None = None


def missing_to_send(told: Told) -> list[Missing]:
    """Return what the report still needs before it leaves; empty when it can be sent."""
    missing = []
    if told.people_reached is None and not told.people_unknown:
        missing.append(
            Missing(
                "people_reached", "Inscrivez le nombre de personnes rejointes, ou cochez «\xa0Inconnu\xa0»."
            )
        )
    if not told.results.strip():
        missing.append(Missing("results", "Inscrivez les résultats."))
    if told.kind == ReportKind.FINAL:
        missing += _missing_money(told)
    if reason := refuse_parts(told.people_reached, (told.women, told.men, told.others)):
        missing.append(Missing("women", reason))
    return missing


def _missing_money(told: Told) -> list[Missing]:
    if not told.expenses:
        return [Missing("expenses", "Inscrivez au moins une dépense réelle.")]
    if unknown := [row.label for row in told.expenses if row.actual is None]:
        named = ", ".join(unknown[:3])
        return [
            Missing("expenses", f"Inscrivez la dépense réelle\xa0: {named}{'…' if len(unknown) > 3 else ''}.")
        ]
    return []


def refuse_parts(whole: int | None, parts: Iterable[int | None]) -> str:
    """Return why women, men and others cannot be more than all the people reached, or an empty string."""
    known = [part for part in parts if part is not None]
    if whole is not None and known and sum(known) > whole:
        return (
            "Les femmes, les hommes et les autres personnes font plus que le nombre de personnes rejointes."
        )
    return ""


def refuse_writing(*, received: bool, approved: bool, state: str) -> str:
    """Return why an agent can no longer write in a report, or an empty string (case F13)."""
    if approved:
        return "Ce rapport est approuvé\xa0: il ne se modifie plus."
    if received:
        return "Ce rapport est au CRD\xa0: il ne se modifie plus ici, à moins que le CRD vous le retourne."
    if state in State.given_up:
        return "Cette initiative est arrêtée\xa0: son rapport n’est plus attendu."
    return ""


def refuse_own_approval(*, sender: int | None, decider: int) -> str:
    """Return why this person cannot approve, or an empty string: nobody approves the report they sent."""
    if sender is not None and sender == decider:
        return "Vous avez envoyé ce rapport\xa0: une autre personne doit l’approuver."
    return ""


def refuse_return(*, received: bool, approved: bool, note: str) -> str:
    """Return why a report cannot go back to its MRC, or an empty string."""
    if approved:
        return "Ce rapport est approuvé\xa0: il ne se retourne plus."
    if not received:
        return "Ce rapport n’est pas reçu\xa0: il est déjà chez la MRC."
    return "" if note.strip() else "Inscrivez ce qu’il faut corriger."


@dataclass(frozen=True)
class Turn:
    """Where a report stands, for an agent: the tag of its row, whose turn it is, and the heading of its group."""

    code: str
    tag: str
    label: str
    sentence: str
    heading: str


LATE = Turn("late", "late", "En retard", "À vous de le remplir et de l’envoyer.", "En retard")
RETURNED = Turn(
    "returned", "fix", "À corriger", "Le CRD vous l’a retourné\xa0: à vous de le corriger.", "À corriger"
)
EXPECTED = Turn("expected", "todo", "Attendu", "À vous de le remplir et de l’envoyer.", "Attendus")
SENT = Turn("sent", "doing", "Au CRD", "Le CRD doit l’approuver. Vous n’avez rien à faire.", "Au CRD")
APPROVED = Turn("approved", "done", "Approuvé", "Vous n’avez plus rien à faire.", "Approuvés")
GIVEN_UP = Turn("given_up", "done", "Plus attendu", "L’initiative est arrêtée.", "Plus attendus")


def turn(*, due_on: date, received: bool, approved: bool, returned: bool, state: str, on: date) -> Turn:
    """Return where a report stands on the day `on`."""
    if approved:
        return APPROVED
    if received:
        return SENT
    if state in State.given_up:
        return GIVEN_UP
    if returned:
        return RETURNED
    return LATE if due_on < on else EXPECTED
