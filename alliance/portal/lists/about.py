"""What goes with every public file: what it holds, under which licence, of which day, and its own address."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from alliance.lib.dates import long_date, today
from alliance.portal.figures import Totals, totals
from alliance.portal.filters import DirectoryFilter

NAME = "Alliance pour la solidarité au Bas-Saint-Laurent"
LICENCE = "Creative Commons Attribution 4.0 International (CC BY 4.0)"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/deed.fr"
DEFINITION = (
    "Initiatives publiées, chacune une fois. Les montants sont les dollars que les lignes de financement ont promis, "
    "dégagements déduits. Un montant vide est un montant non publié\xa0: ce n’est pas zéro."
)


@dataclass(frozen=True)
class About:
    """A file's own card. `address` is the file's, `page` the one where people read the same thing."""

    title: str
    definition: str
    filter_in_words: str
    address: str
    page: str
    on: date
    rows: int
    total: Totals | None = None

    @property
    def citation(self) -> str:
        """Return how to cite: who, what, day, address, licence."""
        return f"{NAME}, {self.title}, données du {long_date(self.on)}, {self.page}, CC BY 4.0."

    def pairs(self) -> list[tuple[str, Any]]:
        """Return the card as (word, value), for a sheet or an object; what is not known is left out."""
        found: list[tuple[str, Any]] = [
            ("titre", self.title),
            ("definition", self.definition),
            ("filtre", self.filter_in_words or "aucun"),
            ("adresse", self.address),
            ("page", self.page),
            ("date_des_donnees", self.on),
            ("lignes", self.rows),
        ]
        if self.total:
            found += [
                ("total_montant_compte", self.total.dollars if self.total.paid else None),
                ("total_en_mots", self.total.sentence),
                ("initiatives_sans_montant_publie", self.total.unknown),
            ]
        return [
            *found,
            ("licence", LICENCE),
            ("adresse_de_la_licence", LICENCE_URL),
            ("citation", self.citation),
        ]


def absolute(address: str) -> str:
    return f"{settings.SITE_URL}{address}"


def titled(asked: DirectoryFilter) -> str:
    """Return « Initiatives » or « Initiatives (thème Logement; territoire La Mitis) »."""
    words = asked.in_words()
    return f"Initiatives ({words})" if words else "Initiatives"


def of_list(asked: DirectoryFilter, *, address: str, page: str) -> About:
    """Return the card of a list of initiatives, from the addresses (without the site) of its file and of its page."""
    return About(
        title=titled(asked),
        definition=DEFINITION,
        filter_in_words=asked.in_words(),
        address=absolute(address),
        page=absolute(page),
        on=today(),
        rows=asked.selection.count,
        total=totals(asked.selection),
    )
