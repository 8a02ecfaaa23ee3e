"""« Chaque dollar du FQIS en attire X »: one function for an initiative, a theme, an MRC, a year or an announced pair.

What is not known is not zero: a contribution without amount, or an initiative of which nobody entered a contribution,
makes the figure a floor (« au moins »). Without FQIS there is no figure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from alliance.lib.money import CENT, ZERO, format_amount
from alliance.lib.templatetags.francais import nombre, pluriel
from alliance.portal import labels as names
from alliance.portal.figures.choice import PLACES, Choice
from alliance.portal.figures.sharing import year_of
from alliance.portal.payments import Brought
from alliance.portal.rows import Row
from funding import ledger
from funding.choices import ContributionKind

UNTOLD = ""  # nature of a contribution that an announced figure does not tell
_ALL = (*ContributionKind.values, UNTOLD)


@dataclass(frozen=True)
class Definition:
    """What is put above the FQIS: natures of contributions, confirmed ones only or all, alone or with all the rest."""

    code: str
    name: str
    sentence: str
    kinds: tuple[str, ...] = _ALL
    confirmed_only: bool = False
    whole: bool = False
    verb: str = "Chaque dollar du FQIS en attire"

    def keeps(self, brought: Brought) -> bool:
        return brought.kind in self.kinds and (brought.is_confirmed or not self.confirmed_only)


_OF = "aux initiatives qui reçoivent du FQIS, divisées par les dollars du FQIS qui leur sont accordés."
DEFINITIONS = {
    one.code: one
    for one in (
        Definition(
            "partenaires",
            "Toutes les contributions des partenaires",
            f"Contributions connues des partenaires (argent, biens et services, heures), confirmées ou annoncées, {_OF}",
        ),
        Definition(
            "confirmees",
            "Contributions confirmées seulement",
            f"Contributions connues et confirmées des partenaires (argent, biens et services, heures) {_OF}",
            confirmed_only=True,
        ),
        Definition(
            "argent",
            "Argent seulement",
            f"Contributions connues des partenaires en argent, confirmées ou annoncées, {_OF}",
            kinds=(ContributionKind.CASH,),
        ),
        Definition(
            "argent-biens",
            "Argent, biens et services",
            f"Contributions connues des partenaires en argent et en biens et services, sans les heures, {_OF}",
            kinds=(ContributionKind.CASH, ContributionKind.IN_KIND),
        ),
        Definition(
            "cout-total",
            "Coût total",
            "Coût total connu (FQIS, autres sources accordées et contributions connues des partenaires) des "
            "initiatives qui reçoivent du FQIS, divisé par les dollars du FQIS qui leur sont accordés.",
            whole=True,
            verb="Chaque dollar du FQIS fait partie d’un coût total de",
        ),
    )
}
DEFAULT = "partenaires"


@dataclass(frozen=True)
class Part:
    """The money of one initiative, or its share on one line or in one year. `entered`: its contributions were told."""

    fqis: Decimal
    other: Decimal = ZERO
    brought: Sequence[Brought] = ()
    entered: bool = True


@dataclass(frozen=True)
class Leverage:
    """Dollars attracted by each dollar of the FQIS. `ratio` is None without FQIS; a floor when something is unknown.

    `exact` is the same figure for the `complete` initiatives, whose contributions are all known.
    """

    fqis: Decimal
    above: Decimal
    initiatives: int
    unknown: int
    silent: int
    complete: int
    ratio: Decimal | None
    exact: Decimal | None
    is_whole: bool = False

    @property
    def at_least(self) -> bool:
        return self.ratio is not None and bool(self.unknown or self.silent)

    @property
    def is_unknown(self) -> bool:
        """Say whether nothing is known of what the FQIS attracted: « au moins 0 $ » would say nothing."""
        return self.at_least and not self.above and not self.is_whole

    @property
    def known(self) -> Decimal | None:
        """Return the ratio, None when nothing is known of it; contributions known to be zero make it zero."""
        return None if self.is_unknown else self.ratio

    @property
    def told(self) -> str:
        """Say which contributions are known: « toutes », « en partie » or « aucune »."""
        return "toutes" if not self.at_least else "aucune" if self.is_unknown else "en partie"

    @property
    def above_text(self) -> str:
        """« au moins 1 500 $ », « 1 500 $ », or « inconnu »."""
        if self.is_unknown:
            return "inconnu"
        return f"{'au moins ' if self.at_least else ''}{format_amount(self.above)}"

    @property
    def text(self) -> str:
        """« 0,51 $ », « au moins 0,42 $ », « inconnu », or « sans objet » without FQIS."""
        if self.ratio is None:
            return "sans objet"
        if self.is_unknown:
            return "inconnu"
        return f"{'au moins ' if self.at_least else ''}{format_amount(self.ratio)}"

    @property
    def missing(self) -> str:
        """Say what is not known, in a sentence; nothing when all is known."""
        found = []
        if self.unknown:
            found.append(
                pluriel(self.unknown, "contribution sans montant connu,contributions sans montant connu")
            )
        if self.silent:
            found.append(
                pluriel(
                    self.silent,
                    "initiative dont les contributions ne sont pas inscrites,"
                    "initiatives dont les contributions ne sont pas inscrites",
                )
            )
        return f"{' et '.join(found)}\xa0: ce n’est pas zéro." if found and self.ratio is not None else ""

    @property
    def exact_text(self) -> str:
        """« 0,51 $ pour les 12 initiatives dont toutes les contributions sont connues », when not all are."""
        if not self.at_least or self.exact is None:
            return ""
        if self.complete == 1:
            return f"{format_amount(self.exact)} pour la seule initiative dont toutes les contributions sont connues"
        return (
            f"{format_amount(self.exact)} pour les {nombre(self.complete)} initiatives "
            "dont toutes les contributions sont connues"
        )


def _ratio(fqis: Decimal, above: Decimal) -> Decimal | None:
    return (above / fqis).quantize(CENT, rounding=ROUND_HALF_UP) if fqis > 0 else None


def _above(parts: Iterable[Part], definition: Definition) -> Decimal:
    found: list[Decimal | None] = []
    for part in parts:
        found += [brought.amount for brought in part.brought if definition.keeps(brought)]
        if definition.whole:
            found += [part.fqis, part.other]
    return ledger.total(found)


def measure(parts: Iterable[Part], definition: Definition) -> Leverage:
    """Return the leverage of some initiatives together; those without FQIS attract nothing and are left out."""
    helped = [part for part in parts if part.fqis > 0]
    unknown = {
        i: sum(1 for brought in part.brought if brought.amount is None and definition.keeps(brought))
        for i, part in enumerate(helped)
    }
    known = [part for i, part in enumerate(helped) if part.entered and not unknown[i]]
    fqis, above = ledger.total(part.fqis for part in helped), _above(helped, definition)
    return Leverage(
        fqis=fqis,
        above=above,
        initiatives=len(helped),
        unknown=sum(unknown.values()),
        silent=sum(1 for part in helped if not part.entered),
        complete=len(known),
        ratio=_ratio(fqis, above),
        exact=_ratio(ledger.total(part.fqis for part in known), _above(known, definition)),
        is_whole=definition.whole,
    )


def announced(fqis: Decimal, total: Decimal, definition: Definition) -> Leverage:
    """Return the leverage of an announced pair: the FQIS and the whole cost, in dollars, with no nature told."""
    return measure([Part(fqis, brought=[Brought(UNTOLD, total - fqis, True, "")])], definition)


def _paid_by_key(choice: Choice, key: Callable[[Row, str, str], str]) -> dict[str, dict[int, list]]:
    found: dict[str, dict[int, list]] = defaultdict(dict)
    for row, (payer, amount) in choice.paid:
        sums = found[key(row, payer.place, payer.year)].setdefault(row.pk, [row, [], []])
        sums[1 if payer.source.is_fqis else 2].append(amount)
    return found


def _entered(row: Row, *, timed: bool) -> bool:
    """Say whether what partners bring was told; within a year, contributions of an unknown year are not."""
    return bool(row.contributions) and not (timed and any(not year_of(row, one) for one in row.contributions))


def parts(choice: Choice, key: Callable[[Row, str, str], str]) -> dict[str, list[tuple[Row, Part]]]:
    """Return the parts of the choice, grouped by what `key` says of (initiative, place, fiscal year)."""
    timed = bool(choice.asked(names.YEAR)) or key is _year_key
    brought: dict[tuple[str, int], list[Brought]] = defaultdict(list)
    given = choice.given_by_place if key is _place_key else [("", one) for one in choice.given]
    for place, (row, one) in given:
        brought[key(row, place, year_of(row, one)), row.pk].append(one)

    def part(group: str, row: Row, fqis: list[Decimal], other: list[Decimal]) -> Part:
        mine = brought.get((group, row.pk), [])
        return Part(ledger.total(fqis), ledger.total(other), mine, _entered(row, timed=timed))

    return {
        group: [(row, part(group, row, fqis, other)) for row, fqis, other in by_row.values()]
        for group, by_row in _paid_by_key(choice, key).items()
    }


def _year_key(row: Row, place: str, year: str) -> str:
    return year


def _place_key(row: Row, place: str, year: str) -> str:
    return place


def by_everything(choice: Choice) -> list[tuple[Row, Part]]:
    """Return one part per initiative that a line of the choice pays."""
    return parts(choice, lambda row, place, year: "").get("", [])


def by_theme(choice: Choice) -> dict[str, list[tuple[Row, Part]]]:
    """Return parts by address of the primary theme."""
    return parts(choice, lambda row, place, year: row.theme.slug)


def by_place(choice: Choice) -> dict[str, list[tuple[Row, Part]]]:
    """Return parts by line: FQIS where it is paid from, contributions shared in proportion to that FQIS."""
    return parts(choice, _place_key)


def by_year(choice: Choice) -> dict[str, list[tuple[Row, Part]]]:
    """Return parts by fiscal year; contributions of an unknown year are in none."""
    return parts(choice, _year_key)


@dataclass(frozen=True)
class Group:
    """The leverage of one theme, line or fiscal year."""

    name: str
    leverage: Leverage


def whole(choice: Choice, definition: Definition) -> Leverage:
    """Return the leverage of everything in the choice."""
    return measure((part for _, part in by_everything(choice)), definition)


def groups(choice: Choice, definition: Definition) -> list[tuple[str, list[Group]]]:
    """Return the leverage by theme, by line (MRCs from west to east) and by fiscal year (newest first)."""
    labels = choice.directory.labels
    themes = [(label.slug, label.name) for label in labels.all(names.THEME)]
    places = [(label.slug, label.name) for label in labels.all(names.TERRITORY)]
    years = sorted(((label.slug, label.name) for label in labels.all(names.YEAR)), reverse=True)
    said = (
        ("Thème principal", themes, by_theme(choice)),
        (
            "Ligne qui paie",
            [*places, *((slug, name) for slug, name in PLACES.items() if slug)],
            by_place(choice),
        ),
        ("Exercice", years, by_year(choice)),
    )
    return [(title, _groups(wanted, found, definition)) for title, wanted, found in said]


def _groups(
    wanted: Iterable[tuple[str, str]], found: dict[str, list[tuple[Row, Part]]], definition: Definition
) -> list[Group]:
    measured = [
        Group(name, measure((part for _, part in found[slug]), definition))
        for slug, name in wanted
        if slug in found
    ]
    return [group for group in measured if group.leverage.initiatives]
