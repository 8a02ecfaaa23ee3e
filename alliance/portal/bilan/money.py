"""The sections of a bilan that hold public dollars: lines, themes, MRCs, matrix, new and renewed."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from alliance.lib.templatetags.francais import montant
from alliance.portal.bilan.document import (
    COUNT,
    DOLLARS,
    Column,
    Section,
    Table,
    Value,
    Values,
)
from alliance.portal.bilan.sources import YearData, by_line, known_sum, together
from alliance.portal.figures.matrix import Cell, Matrix, Place
from alliance.portal.labels import THEME
from alliance.portal.payments import Payment
from alliance.portal.rows import Row
from funding import ledger
from funding.choices import Line
from initiatives.choices import Continuity

REGION = str(Line.REGIONAL.label)
NOWHERE, NOT_SAID = "?", "MRC non précisée"
_BALANCE = tuple(Column(name, DOLLARS) for name in ("Affecté", "Engagé", "Versé", "Reste"))
UNPUBLISHED = Column("Sans montant publié", COUNT)


def balances(data: YearData) -> Section:
    """The year's money by source, then by line: allocated, committed, paid, left."""
    fqis = [line for line in data.lines if line.source.is_fqis]
    others = [line for line in data.lines if not line.source.is_fqis]
    tables = [_by_source(data), _by_line(data, "lignes", "Le FQIS par ligne", fqis)]
    if others:
        tables.append(_by_line(data, "lignes-autres", "Les autres sources par ligne", others))
    return Section(
        code="argent",
        title="L’argent de l’exercice",
        intro=(
            "Affecté : donné à la ligne. Engagé : promis par la ligne. Versé : payé, moins ce qui a été récupéré. "
            "Reste : affecté moins engagé."
        ),
        tables=tuple(tables),
        paragraphs=_apart(data),
    )


def _by_source(data: YearData) -> Table:
    sources = {line.source.pk: line.source for line in data.lines}
    ranked = sorted(sources.values(), key=lambda source: (source.order, source.slug))
    rows = [
        (source.name, *together(line for line in data.lines if line.source is source)) for source in ranked
    ]
    return Table(
        code="sources",
        title="Par source de financement",
        columns=(Column("Source"), *_BALANCE),
        rows=tuple(rows),
        total=("Total", *together(data.lines)) if rows else None,
        note="" if rows else "Aucune ligne n’est inscrite pour cet exercice.",
    )


def _by_line(data: YearData, code: str, title: str, lines: list) -> Table:
    rows = [(name, *together(own)) for name, own in by_line(lines, data.territories)]
    return Table(
        code=code,
        title=title,
        columns=(Column("Ligne"), *_BALANCE),
        rows=tuple(rows),
        total=("Total", *together(lines)),
    )


def _apart(data: YearData) -> tuple[str, ...]:
    """Say how the lines' promises and the initiatives' dollars of the rest of the bilan agree."""
    committed = known_sum(line.committed for line in data.lines)
    if committed is None:
        return ()
    listed = ledger.total(payment.amount for payment in data.all_payments or ())
    if committed == listed:
        return ("Tout l’argent engagé l’est pour les initiatives de ce bilan.",)
    return (
        f"De l’argent engagé, {montant(listed)} va aux initiatives de ce bilan et {montant(committed - listed)} "
        "à des dossiers sans page publique.",
    )


# --- Dollars of initiatives --------------------------------------------------------------------------------


def awarded(payments: Iterable[Payment] | None) -> tuple[Decimal | None, Decimal | None]:
    """Return FQIS dollars and those of other sources; both None when no amount is published."""
    if payments is None:
        return None, None
    paid = list(payments)
    fqis = ledger.total(payment.amount for payment in paid if payment.payer.source.is_fqis)
    return fqis, ledger.total(payment.amount for payment in paid) - fqis


def has_others(data: YearData) -> bool:
    """Say whether a source that is not the FQIS paid something: then tables have a column for it."""
    return any(not payment.payer.source.is_fqis for payment in data.all_payments or ())


def money_columns(data: YearData) -> tuple[Column, ...]:
    fqis = (Column("FQIS accordé", DOLLARS),)
    return (*fqis, Column("Autres sources", DOLLARS)) if has_others(data) else fqis


def money_values(data: YearData, payments: Iterable[Payment] | None) -> Values:
    """Return the values under `money_columns`."""
    pair = awarded(payments)
    return pair if has_others(data) else pair[:1]


def _unknown(rows: Iterable[Row]) -> int:
    return len([row for row in rows if not row.payments])


def themes(data: YearData) -> Section:
    """By theme: an initiative is counted under each of its themes, its dollars under the main one."""
    mains: dict[str, list[Row]] = defaultdict(list)
    for row in (*data.rows, *data.also):
        mains[row.theme.slug].append(row)

    def line(slug: str, name: str) -> Values:
        own = mains[slug]
        count = data.selection.count_if(THEME, slug)
        return (name, count, *money_values(data, data.payments_of(own)), _unknown(own))

    return Section(
        code="themes",
        title="Par thème",
        intro="Une initiative est comptée sous chacun de ses thèmes; son argent, sous son thème principal seulement.",
        tables=(
            Table(
                code="themes",
                title="Initiatives et argent accordé, par thème",
                columns=(Column("Thème"), Column("Initiatives", COUNT), *money_columns(data), UNPUBLISHED),
                rows=tuple(line(label.slug, label.name) for label in data.themes),
                total=_total(data),
                note="Le total compte chaque initiative une seule fois.",
            ),
        ),
    )


def _total(data: YearData) -> Values:
    return ("Total", len(data.rows), *money_values(data, data.all_payments), _unknown(data.rows))


def territories(data: YearData) -> Section:
    """By MRC: an initiative is counted in each of its MRCs, its dollars under the line that pays."""
    own = {label.slug: _here(data, label.slug) for label in data.territories}

    def line(name: str, rows: list[Row], paid: list[Payment]) -> Values:
        known = paid if paid or not rows or any(row.payments for row in rows) else None
        return (name, len(rows), *money_values(data, known), _unknown(rows))

    lines = [line(label.name, own[label.slug], _paid_by(data, label.slug)) for label in data.territories]
    lines.append(line(REGION, [row for row in data.rows if row.is_regional], _paid_by(data, "")))
    if nowhere := [row for row in data.rows if _places(row) == [NOWHERE]]:
        lines.append(line(NOT_SAID, nowhere, []))
    return Section(
        code="territoires",
        title="Par MRC",
        intro=(
            "Une initiative est comptée dans chacune de ses MRC; celles de toute la région sont à part. "
            "L’argent est celui de la ligne qui paie."
        ),
        tables=(
            Table(
                code="territoires",
                title="Initiatives et argent accordé, par MRC",
                columns=(Column("MRC"), Column("Initiatives", COUNT), *money_columns(data), UNPUBLISHED),
                rows=tuple(lines),
                total=_total(data),
                note="Le total compte chaque initiative une seule fois.",
            ),
        ),
    )


def _here(data: YearData, slug: str) -> list[Row]:
    return [
        row
        for row in data.rows
        if not row.is_regional and any(label.slug == slug for label in row.territories)
    ]


def _paid_by(data: YearData, territory: str) -> list[Payment]:
    """Return the payments of the lines of an MRC, of the region's when `territory` is empty."""
    return [payment for payment in data.all_payments or () if payment.payer.territory == territory]


# --- Matrix ------------------------------------------------------------------------------------------------


def matrix(data: YearData) -> Section:
    """Themes by territories: how many initiatives, how many dollars, as the matrix of the figures says them."""
    found = Matrix(data.choice)
    tables = [_matrix("matrice-nombre", "Nombre d’initiatives", data, COUNT, found)]
    if data.choice.is_paid:
        tables.append(_matrix("matrice-dollars", "FQIS accordé", data, DOLLARS, found))
    return Section(
        code="matrice",
        title="Thèmes et territoires",
        intro=(
            "Nombre : une initiative peut être dans plusieurs cases; les totaux la comptent une seule fois. "
            "FQIS : chaque dollar est dans une seule case, celle du thème principal et de la ligne qui paie."
        ),
        tables=tuple(tables),
        paragraphs=() if data.choice.is_paid else ("Aucun montant accordé n’est publié pour cet exercice.",),
    )


def _matrix(code: str, title: str, data: YearData, kind: str, found: Matrix) -> Table:
    """Return a table of territories by the year's themes, from the matrix of the figures (themes by territories)."""
    slugs = {label.slug for label in data.themes}
    lines = [line for line in found.lines if line.theme.slug in slugs]

    def value(cell: Cell) -> Value:
        return cell.count if kind == COUNT else cell.known_dollars

    rows = [
        (_place_name(place), *(value(line.cells[rank]) for line in lines), value(found.totals[rank]))
        for rank, place in enumerate(found.places)
    ]
    return Table(
        code=code,
        title=title,
        columns=(
            Column("Territoire"),
            *(Column(line.theme.name, kind) for line in lines),
            Column("Total", kind),
        ),
        rows=tuple(rows),
        total=("Total", *(value(line.total) for line in lines), value(found.grand)),
    )


def _place_name(place: Place) -> str:
    return REGION if place.slug == Line.REGIONAL else place.name


def _places(row: Row) -> list[str]:
    return [""] if row.is_regional else [label.slug for label in row.territories] or [NOWHERE]


def continuity(data: YearData) -> Section:
    """New initiatives and those that continue another, apart."""

    def line(name: str, kind: str | None) -> Values:
        rows = data.by_continuity(kind) if kind else data.rows
        return (name, len(rows), *money_values(data, data.payments_of(rows)), _unknown(rows))

    return Section(
        code="suite",
        title="Nouvelles et prolongées",
        tables=(
            Table(
                code="suite",
                title="Initiatives nouvelles et prolongées",
                columns=(Column("Initiatives"), Column("Nombre", COUNT), *money_columns(data), UNPUBLISHED),
                rows=(
                    line("Nouvelles", Continuity.NEW),
                    line("Prolongations", Continuity.CONTINUED),
                ),
                total=("Total", *line("", None)[1:]),
            ),
        ),
    )
