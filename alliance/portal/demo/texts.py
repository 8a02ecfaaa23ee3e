"""The invented texts of the demonstration, and the places that complete them."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "texts.csv"
REGION = {
    "a_lieu": "au Bas-Saint-Laurent",
    "mrc_ou": "au Bas-Saint-Laurent",
    "mrc_de": "du Bas-Saint-Laurent",
}

RETURN_NOTES = (
    "Précisez qui prendra en charge les frais de déplacement des bénévoles, et joignez l’appui de la municipalité.",
    "Le résumé nomme une personne aidée : retirez son nom. Dites aussi combien de personnes vous pensez rejoindre.",
    "La date de fin dépasse la période de l’entente. Corrigez-la et expliquez ce qui se poursuivra ensuite.",
)
DECLINE_NOTE = "Le comité local ne retient pas cette initiative : elle recoupe un service qui existe déjà."
CANCEL_NOTE = "L’organisme n’a pas trouvé de local et renonce à l’initiative."
WITHDRAW_NOTE = "Nous présenterons une version revue avec un autre partenaire."
PARTICIPATION = (
    "Trois personnes qui vivent la situation font partie du comité qui prépare l’initiative.",
    "Les personnes rejointes choisissent les activités et en font le bilan deux fois par année.",
    "",
)
IN_WORDS = (
    "Prête le local et l’équipement",
    "Fait connaitre l’initiative auprès de ses membres",
    "Fournit une intervenante une journée par semaine",
    "Recrute et soutient les bénévoles",
    "",
)
RESULTS = (
    "Les activités prévues ont eu lieu. La participation a grandi au fil des mois, surtout en soirée.",
    "Deux activités sur trois ont eu lieu; la troisième attend un local. Les personnes présentes veulent continuer.",
    "Le service est connu des organismes du milieu, qui y dirigent des personnes chaque semaine.",
    "Les bénévoles se sont formés et animent maintenant une partie des rencontres.",
)
EXPENSES = (  # of a report that an agent wrote: item, dollars planned, dollars spent
    ("Animation et coordination", 6000, "6140.50"),
    ("Matériel et nourriture", 1500, 1320),
    ("Déplacements", 400, 0),
)
TO_CORRECT = "Dites combien de rencontres ont eu lieu, et pourquoi la troisième activité est remise."
STORIES = (  # invented: no person can be recognized, and each says so
    "Elle n’osait plus sortir de chez elle. Depuis l’automne, elle prépare le café des rencontres du mardi. "
    "(Histoire inventée pour la démonstration.)",
    "Il venait chercher un panier; il en livre maintenant douze par semaine avec sa camionnette. "
    "(Histoire inventée pour la démonstration.)",
    "Une famille arrivée en janvier a trouvé un logement, puis des voisins qui gardent les enfants. "
    "(Histoire inventée pour la démonstration.)",
    "« Je croyais être seule à ne pas savoir remplir ce formulaire », dit une participante. "
    "(Histoire inventée pour la démonstration.)",
)


@dataclass(frozen=True)
class Text:
    key: str
    primary_theme: str
    other_themes: str
    groups: str
    title: str
    summary: str
    description: str
    target: str
    quantity: str

    @property
    def is_wide(self) -> bool:
        """Say whether the text suits several MRCs (it names no municipality)."""
        return "{a_lieu}" not in self.title + self.summary


@cache
def by_theme() -> dict[str, list[Text]]:
    """Return the texts grouped by primary theme, in the order of the file."""
    groups: dict[str, list[Text]] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            groups.setdefault(row["primary_theme"], []).append(Text(**row))
    return groups


def wide() -> list[Text]:
    return [text for group in by_theme().values() for text in group if text.is_wide]


def listing(parts: list[str]) -> str:
    """Return « de La Mitis, de La Matanie et des Basques »."""
    return f"{', '.join(parts[:-1])} et {parts[-1]}" if len(parts) > 1 else parts[0]
