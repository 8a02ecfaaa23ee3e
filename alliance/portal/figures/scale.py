"""The five steps of a map, for counts, dollars or dollars per resident; zero and unknown are apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from alliance.lib.templatetags.francais import montant, nombre, pluriel

STEPS = 5
ZERO, UNKNOWN = "map-zero", "map-unknown"
COUNT, DOLLARS, PER_RESIDENT = "nombre", "dollars", "par-habitant"
MEASURES = {COUNT: "Initiatives", DOLLARS: "Dollars du FQIS", PER_RESIDENT: "Dollars du FQIS par personne"}
_ROUND = tuple(Decimal(digits) for digits in ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10"))

_CENT, _ONE = Decimal("0.01"), Decimal(1)

Amount = Decimal | int | None


@dataclass(frozen=True)
class Step:
    """One class of the scale: its style and what it stands for in words."""

    style: str
    text: str


@dataclass(frozen=True)
class Scale:
    """Five equal classes above `base`, cut at round numbers. `width` is one class."""

    measure: str
    base: Decimal
    width: Decimal

    def _class(self, value: Amount) -> int:
        """Return the class of a known value above zero; a limit is in the class that ends there."""
        whole, more = divmod(Decimal(value or 0) - self.base, self.width)
        return max(0, min(int(whole) + (more > 0), STEPS) - 1)

    def style(self, value: Amount) -> str:
        """Return the style of a value; None is unknown, which is never zero."""
        if value is None:
            return UNKNOWN
        return f"map-{self._class(value)}" if value > 0 else ZERO

    def legend(self, values: Iterable[Amount]) -> list[Step]:
        """Return zero and unknown when they are met, and the classes up to the highest one met."""
        met = list(values)
        found = (
            [Step(ZERO, said(self.measure, 0))]
            if any(value is not None and value <= 0 for value in met)
            else []
        )
        highest = max((self._class(value) for value in met if value and value > 0), default=-1)
        found += [Step(f"map-{i}", self._between(i)) for i in range(highest + 1)]
        if None in met:
            found.append(Step(UNKNOWN, "Montant non publié" if self.measure == DOLLARS else "Inconnu"))
        return found

    def _between(self, step: int) -> str:
        low, high = self.base + self.width * step, self.base + self.width * (step + 1)
        if self.measure == COUNT:
            first, last = int(low) + 1, int(high)
            return said(COUNT, last) if first == last else f"{nombre(first)} à {said(COUNT, last)}"
        return f"{written(self.measure, low)} à {written(self.measure, high)}"


def scale_of(measure: str, values: Iterable[Amount]) -> Scale:
    """Return the scale whose five classes go from the smallest known value above zero to the greatest."""
    known = sorted(Decimal(value) for value in values if value and value > 0)
    least, most = (known[0], known[-1]) if known else (Decimal(1), Decimal(1))
    if measure == COUNT:
        return Scale(measure, least - 1, Decimal(int(most - least) // STEPS + 1))
    finest = _ONE if measure == DOLLARS else _CENT  # what is printed is no finer
    width = _round_up(max((most - least) / STEPS or most / STEPS, finest))
    while (base := least // width * width) + STEPS * width < most:
        width = _round_up(width * Decimal("1.01"))
    return Scale(measure, base, width)


def _round_up(width: Decimal) -> Decimal:
    """Return the round number at or just above a width in dollars."""
    power = Decimal(1).scaleb(width.adjusted())
    return next(power * digits for digits in _ROUND if power * digits >= width)


def written(measure: str, value: Amount) -> str:
    """Return what is printed in an area: « 12 », « 35 420 $ », « 1,85 $ », or « ? » when it is not known."""
    if value is None:
        return "?"
    if measure == COUNT:
        return nombre(value)
    cents = measure == PER_RESIDENT or 0 < value < 1  # half a dollar is not « 0 $ »
    return montant(Decimal(value).quantize(_CENT if cents else _ONE, ROUND_HALF_UP))


def said(measure: str, value: Amount) -> str:
    """Return a value in words: « 12 initiatives », « 35 420 $ du FQIS », « montant non publié ».

    Dollars per person may be unknown because the residents are: the reason is then not said.
    """
    if measure == COUNT:
        return "nombre inconnu" if value is None else pluriel(value, "initiative,initiatives")
    if value is None:
        return "montant non publié" if measure == DOLLARS else "montant par personne inconnu"
    end = " du FQIS" if measure == DOLLARS else " du FQIS par personne"
    return written(measure, value) + end
