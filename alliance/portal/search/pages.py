"""The pages of the site that a search leads to, last: whom to write to, what to print, the map, the data.

A page is found by a whole word or a whole phrase of its own, never by the beginning of one: « don » is not « données ».
"""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from alliance.lib.text import fold, stems
from alliance.lib.wording import BETWEEN
from alliance.portal.search.asked import Asked

_SHORTEST_STEM = 5  # a shorter one says too little: the word itself has to be typed


@dataclass(frozen=True)
class Page:
    """One page of the site: its name, what it gives in a few words, and the words of people that lead there."""

    name: str
    route: str
    note: str
    words: str
    kind: str = "page"

    @property
    def url(self) -> str:
        return reverse(f"portal:{self.route}")

    @cached_property
    def _phrases(self) -> list[list[tuple[str, str]]]:
        """Each phrase as its stems, each with the word that it comes from."""
        parts = (fold(part).split() for part in BETWEEN.split(f"{self.name},{self.words}"))
        return [[(stem, word) for word in part for stem in stems(word)] for part in parts]

    def said_in(self, asked: Asked) -> frozenset[str]:
        """Return the terms of a search that lead here; none when it says none of the phrases whole."""
        said = [
            {stem for stem, _word in phrase}
            for phrase in self._phrases
            if phrase and all(_is_said(stem, word, asked) for stem, word in phrase)
        ]
        return frozenset().union(*said)


def _is_said(stem: str, word: str, asked: Asked) -> bool:
    return stem in asked.terms and (len(stem) >= _SHORTEST_STEM or word in asked.words)


PAGES = (
    Page(
        "Nous joindre",
        "contact",
        "À qui écrire, et les numéros des MRC",
        "contact, agent, agente, courriel, écrire, joindre, numéro de téléphone, plainte",
    ),
    Page("Territoires", "territories", "Les huit MRC et qui y appeler", "agent, agente, liste des MRC"),
    Page(
        "À mettre sur le frigo",
        "fridge",
        "Des feuilles à imprimer et à plier",
        "imprimer, impression, aimant, feuille frigo, fiche frigo, feuillet, dépliant, pense-bête, bulletin paroissial, feuillet paroissial, code QR",
    ),
    Page("Carte", "map", "Ce qui se fait dans chaque MRC", "cartes, plan de la région"),
    Page(
        "Où il manque de services",
        "gaps",
        "Chaque municipalité, thème par thème",
        "désert, déserts, services manquants, besoins non comblés, carte",
    ),
    Page(
        "Recevoir les nouveautés par courriel",
        "alert",
        "Sans compte; un clic suffit pour arrêter",
        "courriel, infolettre, abonnement, abonner, alerte, nouveautés",
    ),
    Page(
        "Zooms",
        "zooms",
        "Des sélections sur un sujet",
        "zoom, dossier spécial, printemps 2020, covid, pandémie, crise sanitaire",
    ),
    Page(
        "Chiffres",
        "figures",
        "Combien, où et avec quel argent",
        "statistiques, montants, dollars, argent, qui paie, financement, budget, FQIS",
    ),
    Page("Bilans", "bilans", "Un bilan par année", "bilan, rapport annuel, reddition de comptes"),
    Page(
        "Données ouvertes",
        "data",
        "CSV, Excel et JSON",
        "données, donnée, CSV, Excel, JSON, API, télécharger",
    ),
    Page(
        "Intégrer la liste à votre site", "embed", "Pour le site d’un partenaire", "intégrer, widget, iframe"
    ),
    Page(
        "Signaler une erreur",
        "tell_error",
        "Une information fausse ou dépassée",
        "erreur, erreurs, corriger, correction, plainte, numéro faux, mauvais numéro",
    ),
    Page(
        "Accessibilité",
        "accessibility",
        "Ce site pour tout le monde",
        "accessible, facile à lire, version facile, version simple, lecteur d’écran, malvoyant, non-voyant, aveugle, gros caractères",
    ),
    Page(
        "Confidentialité",
        "confidentiality",
        "Ce que le site garde, ou non",
        "vie privée, témoins, cookies, renseignements personnels, loi 25",
    ),
    Page("À propos de l’Alliance", "about", "Qui nous sommes", "à propos, Alliance, FQIS, CRD"),
)


def pages_of(asked: Asked) -> list[Page]:
    """Return the pages that a search leads to, those of the longest phrase first, then in the order of `PAGES`."""
    found = [(page, page.said_in(asked)) for page in PAGES]
    return [page for page, said in sorted(found, key=lambda pair: -len(pair[1])) if said]
