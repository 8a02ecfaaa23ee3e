"""What each named figure comes to, and the rows that it counts. One function per family; the register names them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from alliance.lib.templatetags.francais import pluriel
from alliance.portal import labels as names
from alliance.portal.figures.choice import Choice, Given, Paid
from alliance.portal.figures.leverage import DEFAULT, DEFINITIONS, Part, by_everything, measure
from alliance.portal.figures.sharing import year_of
from alliance.portal.figures.tables import CODE, MONEY, NUMBER, RATIO, Column, Record, Records, Table
from alliance.portal.payments import Brought
from alliance.portal.rows import Row
from funding import ledger
from funding.choices import ContributionKind
from initiatives.choices import PartnerRole

UNTOLD_YEAR = "non précisé"


@dataclass(frozen=True)
class Value:
    """A count, dollars or a ratio; None when the question has no answer. `text` replaces the number when it is told."""

    amount: int | Decimal | None
    note: str = ""
    text: str = ""


INITIATIVE, NUMBER_OF = Column("Initiative"), Column("Numéro", CODE)
PLACE, YEARS = Column("Territoire"), Column("Exercice")


# Initiatives --------------------------------------------------------------------------------------------------


def initiatives(keep: Callable[[Row], bool]) -> Callable[[Choice], list[Row]]:
    """Return the function that lists the initiatives of a choice that `keep` accepts."""
    return lambda choice: [row for row in choice.rows if keep(row)]


def initiatives_table(rows: Iterable[Row]) -> Table:
    records = [
        Record(
            (row.title, row.number, row.place, row.year or UNTOLD_YEAR, row.theme.name, row.amount), row.url
        )
        for row in rows
    ]
    columns = (
        INITIATIVE,
        NUMBER_OF,
        PLACE,
        YEARS,
        Column("Thème principal"),
        Column("Montant accordé", MONEY),
    )
    return Table(columns, records, (None,) * len(columns))


def reached(choice: Choice) -> Value:
    """Return the declared people, and say how many initiatives did not declare any.

    Numbers of one to four people are in no row: neither published, nor found by subtracting the others from the total.
    """
    told = [row.reach for row in choice.rows if row.reach is not None]
    answered = pluriel(len(told), "initiative l’a déclaré,initiatives l’ont déclaré")
    note = f"{answered} sur {len(choice.rows)}. Une même personne peut être comptée plus d’une fois. Moins de cinq personnes ne se publient pas."
    return Value(sum(told) if told else None, note)


def reached_table(choice: Choice) -> Table:
    rows = [row for row in choice.rows if row.reach is not None]
    records = [Record((row.title, row.number, row.place, row.reach), row.url) for row in rows]
    columns = (INITIATIVE, NUMBER_OF, PLACE, Column("Personnes rejointes", NUMBER))
    total = sum(row.reach or 0 for row in rows) if rows else None
    return Table(columns, records, (None, None, None, total))


# Organizations and MRCs ---------------------------------------------------------------------------------------


def organizations(choice: Choice) -> Value:
    """Return how many organizations hold a role in an initiative of the choice."""
    held = choice.directory.masks.get(names.ORGANIZATION, {}).values()
    return Value(sum(1 for initiatives in held if initiatives & choice.selection.mask))


def organizations_table(choice: Choice) -> Table:
    """Return the organizations that hold a role in an initiative of the choice, by name."""
    labels, mask = choice.directory.labels, choice.selection.mask
    held = choice.directory.masks.get(names.ORGANIZATION, {})
    leads = Counter(who.slug for row in choice.rows for role, who in row.partners if role == PartnerRole.LEAD)
    records = [
        Record((label.name, leads[label.slug], count), label.url)
        for label in labels.all(names.ORGANIZATION)
        if not label.merged and (count := (held.get(label.slug, 0) & mask).bit_count())
    ]
    columns = (Column("Organisation"), Column("Dont comme porteur", NUMBER), Column("Initiatives", NUMBER))
    return Table(columns, records, (None, None, None))


def territories_table(choice: Choice) -> Table:
    """Return the MRCs where at least one initiative of the choice takes place, from west to east."""
    found = [
        (label, (choice.selection.mask & choice.directory.having(names.TERRITORY, label.slug)).bit_count())
        for label in choice.directory.labels.all(names.TERRITORY)
    ]
    records = [Record((label.name, count), label.url) for label, count in found if count]
    return Table((Column("MRC"), Column("Initiatives", NUMBER)), records, (None, None))


# Money of lines -----------------------------------------------------------------------------------------------


def allocated_table(choice: Choice) -> Table:
    """Return the lines of the FQIS, newest year first, MRCs from west to east."""
    sums: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for moved in choice.lines:
        sums[moved.year, moved.place, moved.envelope].append(moved.amount)
    records = [
        Record((choice.place_name(place), year, envelope, ledger.total(amounts)))
        for (year, place, envelope), amounts in sums.items()
    ]
    columns = (Column("Ligne"), YEARS, Column("Enveloppe"), Column("Montant affecté", MONEY))
    return Table(columns, records, (None, None, None, _known_total(moved.amount for moved in choice.lines)))


def allocated(choice: Choice) -> Value:
    if choice.asked(names.THEME):
        return Value(None, "L’argent affecté à une ligne n’a pas encore de thème.", "sans objet")
    return Value(_known_total(moved.amount for moved in choice.lines))


def _known_total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of known dollars; None when there is none: nothing known is not zero."""
    known_ones = [amount for amount in amounts if amount is not None]
    return ledger.total(known_ones) if known_ones else None


def paid_by(choice: Choice, *, fqis: bool) -> list[Paid]:
    """Return what the FQIS sources promised (`fqis`), or the other ones."""
    return [paid for paid in choice.paid if paid.payment.payer.source.is_fqis == fqis]


def awarded_table(choice: Choice, *, fqis: bool) -> Table:
    """Return what stands behind `paid_value`; its total is the same."""
    table = paid_table(choice, paid_by(choice, fqis=fqis))
    return replace(table, total=(*table.total[:-1], choice.dollars(fqis=fqis)))


def paid_table(choice: Choice, found: Iterable[Paid]) -> Table:
    """Return what each line promised to each initiative, by title."""

    def record(paid: Paid) -> Record:
        row, (payer, amount) = paid
        place = choice.place_name(payer.place)
        cells = (row.title, row.number, row.theme.name, place, payer.year, payer.source.name, amount)
        return Record(cells, row.url)

    found = list(found)
    columns = (INITIATIVE, NUMBER_OF, Column("Thème principal"), Column("Ligne qui paie"), YEARS)
    columns += (Column("Source"), Column("Montant accordé", MONEY))
    return Table(
        columns, Records(found, record), (*(None,) * 6, _known_total(paid.payment.amount for paid in found))
    )


def paid_value(choice: Choice, *, fqis: bool) -> Value:
    without = sum(1 for row in choice.rows if row.amount is None) if fqis else 0
    said = pluriel(without, "initiative sans montant publié,initiatives sans montant publié")
    note = f"{said}\xa0: ce n’est pas zéro." if without else ""
    return Value(choice.dollars(fqis=fqis), note)


# What partners bring ------------------------------------------------------------------------------------------

Keep = Callable[[Brought], bool]


def known(brought: Brought) -> bool:
    return brought.amount is not None


def unknown(brought: Brought) -> bool:
    return brought.amount is None


def of_kind(kind: str) -> Keep:
    return lambda brought: brought.kind == kind and brought.amount is not None


def confirmed(brought: Brought) -> bool:
    return brought.is_confirmed and brought.amount is not None


def announced_only(brought: Brought) -> bool:
    return not brought.is_confirmed and brought.amount is not None


def given_that(choice: Choice, keep: Keep) -> list[Given]:
    return [given for given in choice.given if keep(given.brought)]


def given_value(choice: Choice, keep: Keep) -> Value:
    """Return known dollars; None when no contribution at all of that sort has a known amount."""
    return Value(_known_total(given.brought.amount for given in given_that(choice, keep)))


def given_table(choice: Choice, keep: Keep) -> Table:
    """Return contributions one by one, by title of the initiative."""

    def record(given: Given) -> Record:
        row, brought = given
        state = "confirmée" if brought.is_confirmed else "annoncée"
        year = year_of(row, brought) or UNTOLD_YEAR
        cells = (row.title, row.number, ContributionKind(brought.kind).label, state, year, brought.amount)
        return Record(cells, row.url)

    found = given_that(choice, keep)
    columns = (INITIATIVE, NUMBER_OF, Column("Nature"), Column("État"), YEARS, Column("Montant", MONEY))
    return Table(
        columns, Records(found, record), (*(None,) * 5, _known_total(given.brought.amount for given in found))
    )


# The whole ----------------------------------------------------------------------------------------------------


def cost_table(choice: Choice) -> Table:
    """Return, for each initiative with a known dollar, the FQIS, the other sources, the partners and the whole."""
    sums: dict[int, tuple[Row, list, list, list]] = {}
    for row, (payer, amount) in choice.paid:
        sums.setdefault(row.pk, (row, [], [], []))[1 if payer.source.is_fqis else 2].append(amount)
    for row, brought in given_that(choice, known):
        sums.setdefault(row.pk, (row, [], [], []))[3].append(brought.amount)
    records = [
        Record((row.title, row.number, *(*each, ledger.total(each))), row.url)
        for row, *amounts in sums.values()
        if (each := [ledger.total(part) for part in amounts])
    ]
    money = ("FQIS", "Autres sources", "Partenaires, connu", "Coût total connu")
    columns = (INITIATIVE, NUMBER_OF, *(Column(title, MONEY) for title in money))
    is_known = bool(records) or choice.is_paid
    totals = [ledger.total(record.cells[i] for record in records) if is_known else None for i in range(2, 6)]
    return Table(columns, records, (None, None, *totals))


def cost(choice: Choice) -> Value:
    amounts = [paid.payment.amount for paid in choice.paid]
    amounts += [given.brought.amount for given in given_that(choice, known)]
    return Value(ledger.total(amounts) if amounts or choice.is_paid else None)


def leverage(choice: Choice, code: str = DEFAULT) -> Value:
    found = measure((part for _, part in by_everything(choice)), DEFINITIONS[code])
    return Value(found.known, found.missing, found.text)


def leverage_table(choice: Choice, code: str = DEFAULT) -> Table:
    """Return the leverage of each initiative that receives FQIS, and the whole's at the bottom."""
    definition = DEFINITIONS[code]

    def record(pair: tuple[Row, Part]) -> Record:
        row, part = pair
        one = measure([part], definition)
        above = None if one.is_unknown else one.above
        return Record((row.title, row.number, one.fqis, above, one.told, one.known), row.url)

    found = [(row, part) for row, part in by_everything(choice) if part.fqis > 0]
    whole = measure((part for _, part in found), definition)
    columns = (
        INITIATIVE,
        NUMBER_OF,
        Column("FQIS", MONEY),
        Column("Coût total connu" if definition.whole else "Contributions connues", MONEY),
        Column("Sont connues"),
        Column("Par dollar du FQIS", RATIO),
    )
    above = None if whole.is_unknown else whole.above
    total = (None, None, whole.fqis, above, None, whole.known)
    said = {3: whole.above_text, 4: whole.told, 5: whole.text} if found else {}
    return Table(columns, Records(found, record), total, said)
