"""What partners bring in a bilan, by nature, and what each dollar of the FQIS attracts."""

from decimal import Decimal

from alliance.lib.money import ZERO
from alliance.lib.templatetags.francais import pluriel
from alliance.portal.bilan.document import DOLLARS, Column, FigureLine, Section, Table, Values
from alliance.portal.bilan.money import UNPUBLISHED
from alliance.portal.bilan.sources import YearData, known_sum
from alliance.portal.figures import leverage as figures
from alliance.portal.payments import Brought
from funding.choices import ContributionKind


def partners(data: YearData) -> Section:
    """What partners bring, by nature, confirmed and announced apart; what each FQIS dollar attracts."""
    rows = tuple(
        _shares_line(str(kind.label), [s for s in data.brought if s.kind == kind], bool(data.brought))
        for kind in ContributionKind
    )
    return Section(
        code="partenaires",
        title="L’argent des partenaires",
        intro="Ce que d’autres apportent aux initiatives de l’exercice, en plus de l’argent des lignes.",
        figures=tuple(leverage(data)),
        tables=(
            Table(
                code="partenaires",
                title="Apports des partenaires, par nature",
                columns=(
                    Column("Nature"),
                    Column("Confirmé", DOLLARS),
                    Column("Annoncé", DOLLARS),
                    Column("Total connu", DOLLARS),
                    UNPUBLISHED,
                ),
                rows=rows,
                total=_shares_line("Total", data.brought, bool(data.brought)),
            ),
        ),
    )


def _shares_line(name: str, shares: list[Brought], any_share: bool) -> Values:
    """Return one line of contributions; without any contribution at all, nothing is known: it is not zero."""

    def known(chosen: list[Brought]) -> Decimal | None:
        if not chosen:
            return ZERO if any_share else None
        return known_sum(share.amount for share in chosen)

    confirmed = [share for share in shares if share.is_confirmed]
    announced = [share for share in shares if not share.is_confirmed]
    unknown = len([share for share in shares if share.amount is None])
    return (name, known(confirmed), known(announced), known(shares), unknown)


def leverage(data: YearData) -> list[FigureLine]:
    """Return partners' known dollars and what each FQIS dollar attracts, by the definition of the figures."""
    definition = figures.DEFINITIONS[figures.DEFAULT]
    found = figures.measure((part for _, part in figures.by_everything(data.choice)), definition)
    unknown = len([brought for brought in data.brought if brought.amount is None])
    text = "contribution sans montant publié,contributions sans montant publié"
    return [
        FigureLine(
            code="partenaires",
            label="apportés par les partenaires",
            value=known_sum(brought.amount for brought in data.brought),
            unit="$",
            definition=(
                "Somme des contributions connues des partenaires aux initiatives publiées, confirmées ou annoncées : "
                "argent, biens et services, heures de bénévolat."
            ),
            note=f"Au moins\xa0: {pluriel(unknown, text)}." if unknown else "",
        ),
        FigureLine(
            code="levier",
            label="apportés pour chaque dollar du FQIS",
            value=found.known,
            unit="ratio",
            definition=definition.sentence,
            note=f"Au moins\xa0: {found.missing}"
            if found.at_least and not found.is_unknown
            else found.missing,
        ),
    ]
