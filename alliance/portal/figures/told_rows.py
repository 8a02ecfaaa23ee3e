"""The rows behind the portal's own count of an announced figure: exactly those compared, demonstration left out."""

from collections import Counter

from alliance.lib.dates import long_date
from alliance.portal.figures.choice import PLACES
from alliance.portal.figures.lines import Moved, Opened
from alliance.portal.figures.tables import CODE, MONEY, NUMBER, Column, Record, Table
from alliance.portal.figures.told import Ground, initiatives, movements_of
from alliance.portal.figures.values import initiatives_table
from alliance.portal.rows import Row
from funding import ledger
from funding.choices import Measure
from funding.models import PublishedFigure

_NUMBER, _DOLLARS = Column("Numéro", CODE), Column("Montant", MONEY)


def table_of(figure: PublishedFigure, ground: Ground) -> Table | None:
    """Return the rows that `told.compare` counted; None for a figure whose count has no rows of its own."""
    measure = figure.measure
    if measure in (Measure.ENVELOPE, Measure.ALLOCATED, Measure.ALLOCATED_REGIONAL):
        return _movements(figure, ground)
    if measure in (Measure.COMMITTED, Measure.COST):
        return _amounts(figure, ground)
    if measure in (Measure.INITIATIVES, Measure.NEW, Measure.RENEWED):
        return initiatives_table(initiatives(figure, ground))
    return _organizations(figure, ground) if measure == Measure.ORGANIZATIONS else None


def _movements(figure: PublishedFigure, ground: Ground) -> Table:
    def what(moved: Moved | Opened) -> str:
        if isinstance(moved, Opened):
            return moved.envelope
        label = ground.directory.labels.find("territoire", moved.place)
        return f"{PLACES.get(moved.place) or (label.name if label else moved.place)} {moved.year}"

    found = movements_of(figure, ground)
    records = [Record((what(moved), long_date(moved.on), moved.amount)) for moved in found]
    total = ledger.total(moved.amount for moved in found) if found else None
    return Table((Column("Ligne ou enveloppe"), Column("Date"), _DOLLARS), records, (None, None, total))


def _amounts(figure: PublishedFigure, ground: Ground) -> Table:
    """Return the FQIS that lines promised, with the known contributions when the whole cost was announced."""
    found: list[tuple[Row, str, object]] = [
        (one.row, f"FQIS {one.payment.payer.year}", one.payment.amount) for one in ground.awarded(figure)
    ]
    if figure.measure == Measure.COST:
        given = ground.partners(figure)
        found += [
            (one.row, "Partenaire", one.brought.amount) for one in given if one.brought.amount is not None
        ]
    records = [Record((row.title, row.number, what, amount), row.url) for row, what, amount in found]
    total = ledger.total(record.cells[-1] for record in records) if records else None
    return Table(
        (Column("Initiative"), _NUMBER, Column("Argent"), _DOLLARS), records, (None, None, None, total)
    )


def _organizations(figure: PublishedFigure, ground: Ground) -> Table:
    present = ground.directory.labels.present
    held: Counter[str] = Counter()
    names = {}
    for row in ground.rows(figure):
        for who in {present(who).slug: present(who) for _, who in row.partners}.values():
            held[who.slug] += 1
            names[who.slug] = who
    ranked = sorted(names.values(), key=lambda label: label.sort_key)
    records = [Record((label.name, held[label.slug]), label.url) for label in ranked]
    return Table((Column("Organisation"), Column("Initiatives", NUMBER)), records, (None, None))
