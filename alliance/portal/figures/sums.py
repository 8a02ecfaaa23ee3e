"""What a list of initiatives adds up to, in dollars that its own lines promised."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.portal import labels as names
from alliance.portal.payments import Payer, Payment, origin_of
from alliance.portal.selection import Selection
from funding import ledger

# The other figures of a theme count dollars once, to the primary theme: these ones do not.
ANY_THEME = "Ces dollars comptent même si ce thème n’est pas le principal\xa0: ils ne s’additionnent pas d’un thème à l’autre."


@dataclass(frozen=True)
class Totals:
    """What a list adds up to, in dollars that its own lines promised (those of its MRC, fiscal year or source).

    Money belongs to the line that pays, so lists of different MRCs add up. `regional_line` and `elsewhere` were
    promised to the same initiatives by the regional line and by other lines: told apart, never added.
    """

    initiatives: int
    dollars: Decimal
    origin: str
    paid: int
    unknown: int
    regional: int
    regional_line: Decimal
    by_regional_line: int
    elsewhere: Decimal
    by_others: int
    is_themed: bool = False

    @property
    def sentence(self) -> str:
        """« 84 initiatives · 1 234 567 $ du FQIS (montants connus) »; without dollars when no line paid anything."""
        count = pluriel(self.initiatives, "initiative,initiatives")
        if not self.paid:
            return count
        return f"{count} · {montant(self.dollars)} {self.origin} (montants connus)"

    @property
    def apart(self) -> list[str]:
        """Say the money of the same initiatives that is not counted here, one sentence for each kind of line."""
        found = []
        if self.regional:
            text = "initiative concerne,initiatives concernent"
            found.append(f"{pluriel(self.regional, text)} toute la région.")
        if self.by_regional_line:
            found.append(_not_here("Ligne régionale", self.regional_line, self.by_regional_line))
        if self.by_others:
            found.append(_not_here("Autres lignes", self.elsewhere, self.by_others))
        if self.is_themed and self.paid:
            found.append(ANY_THEME)
        return found

    @property
    def with_regional(self) -> str:
        """« 3 initiatives, dont 1 pour toute la région »: what the list that a link opens holds."""
        count = pluriel(self.initiatives, "initiative,initiatives")
        return f"{count}, dont {nombre(self.regional)} pour toute la région" if self.regional else count


def _not_here(line: str, dollars: Decimal, initiatives: int) -> str:
    return f"{line}\xa0: {montant(dollars)} pour {pluriel(initiatives, 'initiative,initiatives')}, non comptés ici."


def by_payer(selection: Selection) -> dict[Payer, Decimal]:
    """Return the dollars that each line promised to the chosen initiatives."""
    amounts: dict[Payer, list[Decimal]] = defaultdict(list)
    for payer, amount in selection.payments:
        amounts[payer].append(amount)
    return {payer: ledger.total(promised) for payer, promised in amounts.items()}


def totals(selection: Selection) -> Totals:
    """Return how many initiatives are chosen and the dollars that the lines of this list promised to them."""
    sums = by_payer(selection)
    own = [payer for payer in sums if selection.counts(payer)]
    others = [payer for payer in sums if payer not in set(own)]
    region = [payer for payer in others if payer.is_regional and selection.places]
    rest = [payer for payer in others if payer not in set(region)]
    return Totals(
        initiatives=selection.count,
        dollars=_sum(sums, own),
        origin=origin_of(Payment(payer, sums[payer]) for payer in own),
        paid=selection.paid_by(own),
        unknown=selection.count - selection.paid_by(sums),
        regional=selection.regional_count,
        regional_line=_sum(sums, region),
        by_regional_line=selection.paid_by(region),
        elsewhere=_sum(sums, rest),
        by_others=selection.paid_by(rest),
        is_themed=bool(selection.chosen.get(names.THEME)),
    )


def _sum(sums: dict[Payer, Decimal], payers: Iterable[Payer]) -> Decimal:
    return ledger.total(sums[payer] for payer in payers)
