"""The five steps of a map, for counts, dollars or dollars per resident; zero and unknown are apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from alliance.lib.templatetags.francais import montant, nombre, pluriel

STEPS = 5
ZERO, UNKNOWN = "map-zero", "map-unknown"
COUNT, DOLLARS, PER_RESIDENT = "nombre", "dollars", "par-habitant"
MEASURES = {COUNT: "Initiatives", DOLLARS: "Dollars du FQIS", PER_RESIDENT: "Dollars du FQIS par personne"}
_ROUND = tuple(Decimal(digits) for digits in ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10"))

Amount = Decimal | int | None


@dataclass(frozen=True)
class Step:
    """One class of the scale: its style and what it stands for in words."""

    style: str
    text: str


@dataclass(frozen=True)
class Scale:
    """Five equal classes from zero up to the greatest value, cut at round numbers. `width` is one class."""

    measure: str
    width: Decimal

    def style(self, value: Amount) -> str:
        """Return the style of a value; None is unknown, which is never zero."""
        if value is None:
            return UNKNOWN
        if value <= 0:
            return ZERO
        whole = -(-Decimal(value) // self.width)  # a value equal to a limit is in the class that ends there
        return f"map-{min(int(whole), STEPS) - 1}"

    def legend(self, values: Iterable[Amount]) -> list[Step]:
        """Return zero and unknown when they are met, and the five classes when one of them is."""
        met = {self.style(value) for value in values}
        found = [Step(ZERO, said(self.measure, 0))] if ZERO in met else []
        if met - {ZERO, UNKNOWN}:
            found += [Step(f"map-{i}", self._between(i)) for i in range(STEPS)]
        if UNKNOWN in met:
            found.append(Step(UNKNOWN, "Inconnu" if self.measure == COUNT else "Montant non publié"))
        return found

    def _between(self, step: int) -> str:
        low, high = self.width * step, self.width * (step + 1)
        if self.measure != COUNT:
            return (
                f"{written(self.measure, low)} à {written(self.measure, high)}"
                if step
                else f"jusqu’à {written(self.measure, high)}"
            )
        first, last = int(low) + 1, int(high)
        return nombre(last) if first == last else f"{nombre(first)} à {nombre(last)}"


def scale_of(measure: str, values: Iterable[Amount]) -> Scale:
    """Return the scale on which the greatest of the values is in the last class, or as near as round numbers allow."""
    most = max((Decimal(value) for value in values if value), default=Decimal(0))
    return Scale(measure, _round_up(most / STEPS, whole=measure == COUNT))


def _round_up(width: Decimal, *, whole: bool) -> Decimal:
    least = Decimal(1) if whole else Decimal("0.01")
    if width <= least:
        return least
    power = Decimal(1).scaleb(width.adjusted())
    found = next(power * digits for digits in _ROUND if power * digits >= width)
    return Decimal(-(-found // 1)) if whole else found


def written(measure: str, value: Amount) -> str:
    """Return what is printed in an area: « 12 », « 35 420 $ », « 1,85 $ », or « ? » when it is not known."""
    if value is None:
        return "?"
    if measure == COUNT:
        return nombre(value)
    if measure == DOLLARS:
        return montant(Decimal(value).quantize(Decimal(1)))
    return montant(Decimal(value).quantize(Decimal("0.01")))


def said(measure: str, value: Amount) -> str:
    """Return a value in words: « 12 initiatives », « 35 420 $ du FQIS », « montant non publié »."""
    if measure == COUNT:
        return "nombre inconnu" if value is None else pluriel(value, "initiative,initiatives")
    if value is None:
        return "montant non publié"
    end = " du FQIS" if measure == DOLLARS else " du FQIS par personne"
    return written(measure, value) + end
