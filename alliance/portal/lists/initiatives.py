"""The list of initiatives as a table: the columns of its files, and what they add up to."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate

from alliance.portal.figures.listed import counted_here
from alliance.portal.labels import Label
from alliance.portal.lists.table import BOOLEAN, DATE, LINK, LIST, MONEY, TEXT, WHOLE, Column, Table
from alliance.portal.rows import Row
from alliance.portal.selection import Selection
from initiatives.choices import PUBLIC_SCOPE, Continuity, PartnerRole

AMOUNT_MEANS = (
    "Dollars que toutes les lignes de financement ont promis à l’initiative, dégagements déduits. "
    "Vide\xa0: montant non publié, ce qui n’est pas zéro."
)
COUNTED_MEANS = (
    "Part du montant que comptent les lignes de cette liste\xa0: celles des MRC, des exercices et des sources choisis. "
    "La somme de cette colonne est le total de la liste; aucun dollar n’y est compté deux fois. Sans ces filtres, "
    "c’est le montant. Vide\xa0: montant non publié."
)


def _names(labels: Iterable[Label]) -> tuple[str, ...]:
    return tuple(label.name for label in labels)


def _partners(row: Row) -> tuple[str, ...]:
    """Return the other organizations that take part, each once."""
    found = (label.name for role, label in row.partners if role != PartnerRole.LEAD)
    return tuple(dict.fromkeys(name for name in found if name != row.lead))


_SAID = (
    Column("numero", TEXT, "Numéro permanent de l’initiative.", lambda row: row.number),
    Column("titre", TEXT, "Titre publié.", lambda row: row.title),
    Column("resume", TEXT, "Résumé public; au plus ses 200 premiers caractères.", lambda row: row.summary),
    Column(
        "etat",
        TEXT,
        "Prévue, En cours, Peut-être terminée (fin passée, non confirmée) ou Réalisée.",
        lambda row: row.state.label,
    ),
    Column(
        "continuite",
        TEXT,
        "Nouvelle initiative, ou prolongation d’une autre.",
        lambda row: Continuity(row.continuity).label,
    ),
    Column("debut", DATE, "Premier jour de l’initiative. Vide\xa0: inconnu.", lambda row: row.starts_on),
    Column("fin", DATE, "Dernier jour de l’initiative. Vide\xa0: inconnu.", lambda row: row.ends_on),
    Column("exercices", LIST, "Exercices, du 1er avril au 31 mars.", lambda row: _names(row.years)),
    Column("theme_principal", TEXT, "Thème principal.", lambda row: row.theme.name),
    Column("themes", LIST, "Tous ses thèmes, le principal en premier.", lambda row: _names(row.themes)),
    Column(
        "portee",
        TEXT,
        "Locale, Supralocale (plusieurs MRC) ou Régionale (toute la région).",
        lambda row: PUBLIC_SCOPE[row.scope],
    ),
    Column(
        "mrc",
        LIST,
        "MRC où elle a lieu, d’ouest en est. Vide quand elle concerne toute la région.",
        lambda row: _names(row.territories),
    ),
    Column("municipalites", LIST, "Municipalités nommées.", lambda row: _names(row.municipalities)),
    Column("porteur", TEXT, "Organisation qui porte l’initiative.", lambda row: row.lead),
    Column("partenaires", LIST, "Autres organisations qui y participent.", _partners),
    Column(
        "sources",
        LIST,
        "Sources de financement qui paient aujourd’hui une part du montant.",
        lambda row: _names(row.sources),
    ),
)
_AFTER = (
    Column(
        "personnes_jointes",
        WHOLE,
        "Nombre de personnes jointes, selon le bilan. Vide\xa0: inconnu, ou trop petit pour être publié.",
        lambda row: row.reach,
    ),
    Column(
        "publiee_le", DATE, "Jour de la publication sur le site.", lambda row: localdate(row.published_at)
    ),
    Column(
        "demonstration", BOOLEAN, "Vrai quand la ligne est inventée, pour essayer.", lambda row: row.is_demo
    ),
    Column("page", LINK, "Page de l’initiative.", lambda row: f"{settings.SITE_URL}{row.url}"),
)


def columns(selection: Selection) -> tuple[Column, ...]:
    """Return the columns of the files of a list, in their order."""

    def counted(row: Any) -> Decimal | None:
        return counted_here(selection, row)

    money = (
        Column("montant", MONEY, AMOUNT_MEANS, lambda row: row.amount),
        Column("montant_compte", MONEY, COUNTED_MEANS, counted),
    )
    return (*_SAID, *money, *_AFTER)


def table_of(selection: Selection, order: str = "titre") -> Table:
    """Return the whole list, in one of its orders."""
    return Table("initiatives", "Initiatives", columns(selection), selection.rows(order))
