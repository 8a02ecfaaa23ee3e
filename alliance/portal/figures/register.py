"""The register of named figures: each has a code, one sentence of definition, a unit, a value and its rows.

`value(choice)` and `table(choice)` read the same things, so a figure and the rows it opens cannot disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from django.utils.http import urlencode

from alliance.lib.dates import today
from alliance.lib.templatetags.francais import montant, nombre
from alliance.portal.figures import values as v
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.tables import Table
from alliance.portal.figures.values import Value
from alliance.portal.rows import Row
from funding.choices import ContributionKind, Unit

GROUPS = {
    "initiatives": "Les initiatives",
    "fqis": "L’argent accordé",
    "partenaires": "Ce que les partenaires apportent",
    "ensemble": "L’ensemble",
}
UNKNOWN = "inconnu"
RATIO = "ratio"  # dollars per dollar of the FQIS


@dataclass(frozen=True)
class Entry:
    """A named figure. `unit` is one of `Unit`, « contributions » or `RATIO`; `rows` are set when it counts initiatives."""

    code: str
    group: str
    label: str
    definition: str
    unit: str
    value: Callable[[Choice], Value]
    table: Callable[[Choice], Table]
    rows: Callable[[Choice], list[Row]] | None = None

    def address(self, choice: Choice) -> str:
        """Return where the rows are: the directory when its filters give exactly these, else this figure's table."""
        if self.rows is not None and len(self.rows(choice)) == choice.selection.count:
            return _with("/initiatives/", choice.pairs)
        return self.own_address(choice)

    def own_address(self, choice: Choice) -> str:
        return _with(f"/chiffres/{self.code}/", choice.pairs)

    def file_address(self, choice: Choice) -> str:
        return _with(f"/chiffres/{self.code}.csv", choice.pairs)

    def compute(self, choice: Choice) -> "Named":
        found = self.value(choice)
        return Named(self, found.amount, found.note, found.text, self.address(choice), today())


@dataclass(frozen=True)
class Named:
    """A figure of the register within a choice, as of a day. `amount` None is unknown, never zero."""

    entry: Entry
    amount: int | Decimal | None
    note: str
    said: str
    url: str
    as_of: date

    @property
    def text(self) -> str:
        """Return the number in words of Québec: « 84 », « 2 016 049 $ », « au moins 0,42 $ ».

        What is not known is « montant non publié » in dollars, « inconnu » for a count or a ratio.
        """
        if self.said:
            return self.said
        if self.amount is None:
            return montant(None) if self.entry.unit == Unit.DOLLARS else UNKNOWN
        return montant(self.amount) if self.entry.unit in (Unit.DOLLARS, RATIO) else nombre(self.amount)

    @property
    def is_known(self) -> bool:
        return self.amount is not None


def _with(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _of_initiatives(code: str, label: str, definition: str, keep: Callable[[Row], bool]) -> Entry:
    rows = v.initiatives(keep)
    return Entry(
        code,
        "initiatives",
        label,
        definition,
        Unit.INITIATIVES,
        lambda choice: Value(len(rows(choice))),
        lambda choice: v.initiatives_table(rows(choice)),
        rows,
    )


def _of_contributions(code: str, label: str, definition: str, keep: v.Keep) -> Entry:
    return Entry(
        code,
        "partenaires",
        label,
        definition,
        Unit.DOLLARS,
        partial(v.given_value, keep=keep),
        partial(v.given_table, keep=keep),
    )


def _of_rows(table: Callable[[Choice], Table]) -> Callable[[Choice], Value]:
    return lambda choice: Value(len(table(choice).records))


_ENTRIES = (
    _of_initiatives(
        "initiatives",
        "Initiatives publiées",
        "Initiatives retenues, en cours, terminées ou peut-être terminées qui ont leur page ici; chacune est comptée une fois.",
        lambda row: True,
    ),
    _of_initiatives(
        "nouvelles",
        "Nouvelles initiatives",
        "Initiatives publiées qui n’en prolongent pas une autre.",
        lambda row: row.is_new,
    ),
    _of_initiatives(
        "prolongees",
        "Initiatives prolongées",
        "Initiatives publiées qui en prolongent une autre.",
        lambda row: not row.is_new,
    ),
    Entry(
        "organisations",
        "initiatives",
        "Organisations participantes",
        "Organisations qui portent au moins une de ces initiatives ou y participent.",
        Unit.ORGANIZATIONS,
        v.organizations,
        v.organizations_table,
    ),
    Entry(
        "mrc",
        "initiatives",
        "MRC touchées",
        "MRC où se déroule au moins une de ces initiatives; une initiative régionale les touche toutes.",
        Unit.TERRITORIES,
        _of_rows(v.territories_table),
        v.territories_table,
    ),
    Entry(
        "fqis-affecte",
        "fqis",
        "FQIS affecté",
        "Argent du FQIS réparti entre les lignes (MRC, projets régionaux, administration), transferts et reports compris.",
        Unit.DOLLARS,
        v.allocated,
        v.allocated_table,
    ),
    Entry(
        "fqis-accorde",
        "fqis",
        "FQIS accordé",
        "Argent du FQIS promis aux initiatives publiées, sommes libérées déduites.",
        Unit.DOLLARS,
        partial(v.paid_value, fqis=True),
        partial(v.awarded_table, fqis=True),
    ),
    Entry(
        "autres-sources",
        "fqis",
        "Autres sources accordées",
        "Argent d’autres ententes que le FQIS promis aux initiatives publiées, sommes libérées déduites.",
        Unit.DOLLARS,
        partial(v.paid_value, fqis=False),
        partial(v.awarded_table, fqis=False),
    ),
    _of_initiatives(
        "sans-montant",
        "Initiatives sans montant publié",
        "Initiatives publiées dont le montant accordé n’est pas publié\xa0: ce n’est pas zéro.",
        lambda row: row.amount is None,
    ),
    _of_contributions(
        "contributions",
        "Contributions connues",
        "Ce que les partenaires apportent aux initiatives publiées, quand le montant est connu.",
        v.known,
    ),
    _of_contributions(
        "contributions-argent",
        "En argent",
        "Contributions en argent dont le montant est connu.",
        v.of_kind(ContributionKind.CASH),
    ),
    _of_contributions(
        "contributions-biens",
        "En biens et services",
        "Contributions en biens et services dont la valeur est connue.",
        v.of_kind(ContributionKind.IN_KIND),
    ),
    _of_contributions(
        "contributions-heures",
        "En heures de bénévolat",
        "Heures de bénévolat dont la valeur en dollars est connue.",
        v.of_kind(ContributionKind.HOURS),
    ),
    _of_contributions(
        "contributions-confirmees", "Confirmées", "Contributions connues et confirmées.", v.confirmed
    ),
    _of_contributions(
        "contributions-annoncees",
        "Annoncées",
        "Contributions connues, annoncées mais pas encore confirmées.",
        v.announced_only,
    ),
    Entry(
        "contributions-inconnues",
        "partenaires",
        "Contributions sans montant connu",
        "Contributions inscrites sans leur montant\xa0: ce n’est pas zéro.",
        "contributions",
        lambda choice: Value(len(v.given_that(choice, v.unknown))),
        partial(v.given_table, keep=v.unknown),
    ),
    Entry(
        "cout-total",
        "ensemble",
        "Coût total connu",
        "FQIS et autres sources accordés, et contributions connues des partenaires.",
        Unit.DOLLARS,
        v.cost,
        v.cost_table,
    ),
    Entry(
        "levier",
        "ensemble",
        "Attirés par chaque dollar du FQIS",
        "Contributions connues des partenaires aux initiatives qui reçoivent du FQIS, divisées par ce FQIS.",
        RATIO,
        v.leverage,
        v.leverage_table,
    ),
    Entry(
        "personnes-rejointes",
        "ensemble",
        "Personnes rejointes",
        "Total des personnes que les initiatives déclarent avoir rejointes.",
        Unit.PEOPLE,
        v.reached,
        v.reached_table,
    ),
)
ENTRIES = {entry.code: entry for entry in _ENTRIES}


def value(code: str, choice: Choice) -> int | Decimal | None:
    """Return the value of a figure within a choice; None when it is unknown. Raises KeyError for an unknown code."""
    return ENTRIES[code].value(choice).amount


def rows(code: str, choice: Choice) -> Table:
    """Return the rows that a figure counts. Raises KeyError for an unknown code."""
    return ENTRIES[code].table(choice)


def by_group(choice: Choice) -> list[tuple[str, list[Named]]]:
    """Return every figure within a choice, under the name of its group."""
    return [
        (name, [entry.compute(choice) for entry in _ENTRIES if entry.group == group])
        for group, name in GROUPS.items()
    ]
