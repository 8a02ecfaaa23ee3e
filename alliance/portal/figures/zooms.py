"""What the initiatives of a Zoom add up to today, beside what was announced of them; the two are never mixed.

Each initiative counts once. An amount that is not published is told apart: it is not zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from alliance.lib.money import UNPUBLISHED
from alliance.lib.templatetags.francais import montant, nombre, pluriel
from alliance.lib.text import fold
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.told import NOT_SAID, Comparison
from alliance.portal.labels import Label
from alliance.portal.models import Zoom
from alliance.portal.rows import Row
from funding import ledger
from funding.choices import Measure, Precision, Unit
from funding.models import PublishedFigure
from initiatives.choices import Publication

_UNSURE = ("plus de", "près de", "au-delà de", "au moins", "environ", "quelque")


@dataclass(frozen=True)
class ZoomTotals:
    """What the shown initiatives of a Zoom come to. Dollars are those that lines promised and partners bring.

    `dollars`, `fqis`: None when no amount is known. `without_amount`: initiatives whose amount is not published;
    `unknown_shares`: contributions of partners without a published amount.
    """

    initiatives: int
    organizations: int
    territories: int
    regional: int
    dollars: Decimal | None
    fqis: Decimal | None
    partners: Decimal | None
    without_amount: int
    unknown_shares: int

    @property
    def whole(self) -> Decimal | None:
        """Return what lines and partners bring together, known amounts only."""
        known = [amount for amount in (self.dollars, self.partners) if amount is not None]
        return ledger.total(known) if known else None

    @property
    def whole_text(self) -> str:
        return self._at_least(self.whole)

    @property
    def fqis_text(self) -> str:
        return self._at_least(self.fqis, shares=False)

    @property
    def partners_text(self) -> str:
        return self._at_least(self.partners, lines=False)

    def _at_least(self, amount: Decimal | None, *, lines: bool = True, shares: bool = True) -> str:
        if amount is None:
            return UNPUBLISHED
        lacks = (lines and self.without_amount) or (shares and self.unknown_shares)
        return f"au moins {montant(amount)}" if lacks else montant(amount)

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """Return each total as (number, what it counts, its definition); dollars only when an amount is known."""
        everywhere = "Une initiative régionale les touche toutes." if self.regional else ""
        one = self.initiatives < 2
        found = [
            (
                nombre(self.initiatives),
                "initiative" if one else "initiatives",
                "Celles de cette page, chacune comptée une fois.",
            ),
            (
                nombre(self.organizations),
                "organisation participante" if self.organizations < 2 else "organisations participantes",
                "Celles qui portent une de ces initiatives ou y participent.",
            ),
            (
                nombre(self.territories),
                "MRC touchée" if self.territories < 2 else "MRC touchées",
                f"Celles où se déroule une de ces initiatives. {everywhere}".strip(),
            ),
        ]
        if self.whole is not None:
            parts = f"FQIS\xa0: {self.fqis_text}. Partenaires\xa0: {self.partners_text}."
            found.append((self.whole_text, "promis par les lignes et apportés par les partenaires", parts))
        return found

    @property
    def note(self) -> str:
        """Say what the dollars lack, or nothing when every amount is known."""
        lacking = self.lacking()
        return f"{lacking}\xa0: ce n’est pas zéro." if lacking else ""

    def lacking(self, *, shares: bool = True) -> str:
        """Return « Montant non publié pour 2 initiatives et 1 contribution », or nothing when every amount is known."""
        counts = [(self.without_amount, "initiative,initiatives")]
        counts += [(self.unknown_shares, "contribution,contributions")] if shares else []
        told = [pluriel(number, words) for number, words in counts if number]
        return f"Montant non publié pour {' et '.join(told)}" if told else ""


def zoom_totals(directory: Directory, rows: Sequence[Row]) -> ZoomTotals:
    """Return what these published initiatives come to, each once; `rows` holds no initiative twice."""
    present = directory.labels.present
    known = [row for row in rows if row.amount is not None]
    brought = [share for row in rows for share in row.contributions]
    shares = ledger.partners_of(brought)  # type: ignore[arg-type]  # it reads a kind and an amount
    regional = [row for row in rows if row.is_regional]
    everywhere = directory.labels.all(names.TERRITORY) if regional else ()
    return ZoomTotals(
        initiatives=len(rows),
        organizations=len({present(who).slug for row in rows for _, who in row.partners}),
        territories=len({label.slug for row in rows for label in row.territories} | _slugs(everywhere)),
        regional=len(regional),
        dollars=ledger.total(row.amount for row in known) if known else None,
        fqis=_fqis(known) if known else None,
        partners=shares.known if any(share.amount is not None for share in brought) else None,
        without_amount=len(rows) - len(known),
        unknown_shares=shares.unknown,
    )


def _slugs(labels: Iterable[Label]) -> set[str]:
    return {label.slug for label in labels}


def _fqis(rows: Iterable[Row]) -> Decimal:
    """Return the part that FQIS sources promised."""
    payments = (payment for row in rows for payment in row.payments)
    return ledger.total(payment.amount for payment in payments if payment.payer.source.is_fqis)


@dataclass(frozen=True)
class ToldFigure:
    """A figure announced about a Zoom, with the words of its source, beside the count of the same selection.

    `is_partial`: the count reaches the figure without the amounts that are not published.
    """

    compared: Comparison
    is_partial: bool = False

    @property
    def figure(self) -> PublishedFigure:
        return self.compared.figure

    @property
    def before(self) -> str:
        """Return the word of caution of the source itself (« près de »), or that of its precision."""
        wording = fold(self.figure.wording)
        if self.figure.precision == Precision.EXACT:
            return ""
        said = next((words for words in _UNSURE if fold(words) in wording), "")
        return said or ("au moins" if self.figure.precision == Precision.AT_LEAST else "environ")

    @property
    def number(self) -> str:
        if self.figure.unit == Unit.DOLLARS:
            return montant(self.figure.value)
        return nombre(Decimal(self.figure.value).normalize())

    @property
    def today(self) -> str:
        """Say how the figure stands beside this page's own count, in the words of the page of announced figures."""
        if self.compared.counted is None:
            return f"Non recalculable. {' '.join(self.compared.why)}"
        counted = self.compared.counted_text
        if self.is_partial:
            counted = f"au moins {counted}"
        if self.compared.status == "different":
            verdict = self.compared.verdict
            if self.is_partial:
                verdict = verdict.replace("différent de ", "différent d’au moins ")
            return f"Ce Zoom en compte {counted} aujourd’hui\xa0: {verdict}."
        if self.is_partial and self.figure.precision != Precision.AT_LEAST:
            return f"Ce Zoom en compte {counted} aujourd’hui."  # what is not published may bring it further
        return f"Ce Zoom en compte {counted}\xa0: le chiffre annoncé tient."


def told_of(figures: Iterable[PublishedFigure], totals: ZoomTotals) -> list[ToldFigure]:
    """Return announced figures, never changed, each beside what the selection counts of the same thing."""
    return [_dollars(one, totals) if one.unit == Unit.DOLLARS else _count(one, totals) for one in figures]


def _count(figure: PublishedFigure, totals: ZoomTotals) -> ToldFigure:
    counted = {
        Unit.INITIATIVES: totals.initiatives,
        Unit.ORGANIZATIONS: totals.organizations,
        Unit.TERRITORIES: totals.territories,
    }.get(figure.unit)
    return ToldFigure(_compared(figure, counted))


def _dollars(figure: PublishedFigure, totals: ZoomTotals) -> ToldFigure:
    """Compare dollars: while an amount is not published, only a known sum that reaches the figure says something."""
    counted = {Measure.COMMITTED: totals.fqis, Measure.COST: totals.whole}.get(figure.measure)
    lacking = totals.lacking(shares=figure.measure == Measure.COST)
    if counted is None or not lacking:
        return ToldFigure(_compared(figure, counted))
    if counted >= figure.value:
        return ToldFigure(_compared(figure, counted), is_partial=True)
    why = f"{lacking}\xa0: les montants connus font {montant(counted)}."
    return ToldFigure(Comparison(figure, None, (why,)))


def _compared(figure: PublishedFigure, counted: Decimal | int | None) -> Comparison:
    return Comparison(figure, counted, () if counted is not None else (figure.why_not or NOT_SAID,))


def with_counts(zooms: QuerySet[Zoom]) -> QuerySet[Zoom]:
    """Give each Zoom `held`, the initiatives that it names, and `shown`, those of them that are published."""
    published = Q(items__initiative__publication=Publication.PUBLISHED)
    return zooms.annotate(shown=Count("items", filter=published), held=Count("items"))
