"""The columns of the open data, one list per table: only these are ever given, and each says what it means."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from alliance.portal.directory import Directory
from alliance.portal.labels import TERRITORY
from alliance.portal.lists.table import BOOLEAN, DATE, DECIMAL, LINK, LIST, MONEY, TEXT, WHOLE, Column
from funding.choices import Line
from initiatives.choices import PartnerRole

_COUNT = "Nombre d’initiatives publiées qui {}, chacune une fois."
_POPULATION = Column(
    "population",
    WHOLE,
    "Nombre de résidents (Statistique Canada). Vide\xa0: inconnu.",
    lambda one: one.population,
)
_POPULATION_YEAR = Column("annee_population", WHOLE, "Année du recensement.", lambda one: one.population_year)


def page_of(kind: str) -> Callable[[Any], str]:
    return lambda one: f"{settings.SITE_URL}/{kind}/{one.slug}/"


def money_columns(directory: Directory) -> tuple[Column, ...]:
    """Return the columns of what each line promised to each initiative."""
    places = directory.labels.by_slug.get(TERRITORY, {})

    def place(pair: Any) -> str | None:
        payer = pair[1].payer
        return places[payer.territory].name if payer.territory else None

    return (
        Column("numero", TEXT, "Numéro de l’initiative.", lambda pair: pair[0].number),
        Column("titre", TEXT, "Titre de l’initiative.", lambda pair: pair[0].title),
        Column(
            "ligne",
            TEXT,
            "Ligne qui paie\xa0: MRC, Projets régionaux ou Administration.",
            lambda pair: Line(pair[1].payer.line).label,
        ),
        Column("mrc", TEXT, "MRC de la ligne. Vide pour les autres lignes.", place),
        Column("exercice", TEXT, "Exercice, du 1er avril au 31 mars.", lambda pair: pair[1].payer.year),
        Column("source", TEXT, "Source de financement.", lambda pair: pair[1].payer.source.name),
        Column(
            "montant",
            MONEY,
            "Dollars promis par cette ligne, dégagements déduits. La somme de la colonne est le total promis; aucun dollar "
            "n’y est compté deux fois. Une initiative sans montant publié n’a pas de ligne ici.",
            lambda pair: pair[1].amount,
        ),
    )


ROLE_COLUMNS = (
    Column("numero", TEXT, "Numéro de l’initiative.", lambda part: part[0].number),
    Column("titre", TEXT, "Titre de l’initiative.", lambda part: part[0].title),
    Column("organisation", TEXT, "Nom usuel de l’organisation.", lambda part: part[2].name),
    Column(
        "role",
        TEXT,
        "Porteur, Fiduciaire, Partenaire ou Bailleur de fonds.",
        lambda part: PartnerRole(part[1]).label,
    ),
    Column(
        "page_organisation", LINK, "Page de l’organisation.", lambda part: f"{settings.SITE_URL}{part[2].url}"
    ),
)
THEME_COLUMNS = (
    Column("adresse", TEXT, "Nom du thème dans les adresses.", lambda one: one.slug),
    Column("nom", TEXT, "Nom du thème.", lambda one: one.name),
    Column("description", TEXT, "Le thème en mots simples.", lambda one: one.description),
    Column("initiatives", WHOLE, _COUNT.format("ont ce thème"), lambda one: one.count),
    Column("page", LINK, "Page du thème.", page_of("themes")),
)
TERRITORY_COLUMNS = (
    Column("code", TEXT, "Deux premiers chiffres du code géographique.", lambda one: one.code),
    Column("code_mamh", TEXT, "Code du Répertoire des municipalités.", lambda one: one.code_mamh),
    Column(
        "division_recensement",
        TEXT,
        "Division de recensement (Statistique Canada).",
        lambda one: one.code_statcan,
    ),
    Column("nom", TEXT, "Nom de la MRC.", lambda one: one.name),
    Column("nom_complet", TEXT, "Nom de l’organisation.", lambda one: one.full_name),
    Column("chef_lieu", TEXT, "Chef-lieu.", lambda one: one.seat),
    Column("rang", WHOLE, "Rang d’ouest en est.", lambda one: one.order),
    _POPULATION,
    _POPULATION_YEAR,
    Column("site_web", LINK, "Site Web de la MRC.", lambda one: one.website),
    Column("a_joindre", TEXT, "Personne ou service que la MRC dit de joindre.", lambda one: one.contact_name),
    Column("telephone", TEXT, "Téléphone public.", lambda one: one.contact_phone),
    Column("courriel", TEXT, "Courriel public.", lambda one: one.contact_email),
    Column(
        "initiatives",
        WHOLE,
        _COUNT.format("ont lieu dans cette MRC") + " Celles de toute la région n’y sont pas.",
        lambda one: one.count,
    ),
    Column("page", LINK, "Page de la MRC.", page_of("territoires")),
)
MUNICIPALITY_COLUMNS = (
    Column("code", TEXT, "Code géographique, cinq chiffres.", lambda one: one.code),
    Column("nom", TEXT, "Nom de la municipalité.", lambda one: one.name),
    Column(
        "designation",
        TEXT,
        "Désignation officielle\xa0: ville, paroisse, village…",
        lambda one: one.designation,
    ),
    Column(
        "type",
        TEXT,
        "Municipalité, Territoire non organisé ou Première Nation.",
        lambda one: one.get_kind_display(),
    ),
    Column("mrc", TEXT, "MRC.", lambda one: one.territory.name),
    _POPULATION,
    _POPULATION_YEAR,
    Column(
        "latitude",
        DECIMAL,
        "Degrés décimaux, point du village. Vide\xa0: inconnue.",
        lambda one: one.latitude,
    ),
    Column("longitude", DECIMAL, "Degrés décimaux. Vide\xa0: inconnue.", lambda one: one.longitude),
    Column("site_web", LINK, "Site Web de la municipalité.", lambda one: one.website),
    Column(
        "existe_depuis", DATE, "Premier jour. Vide\xa0: toujours, ou inconnu.", lambda one: one.valid_from
    ),
    Column(
        "a_cesse_le", DATE, "Jour où elle a cessé d’exister. Vide\xa0: elle existe.", lambda one: one.valid_to
    ),
    Column(
        "regroupee_avec",
        TEXT,
        "Municipalité qui la remplace.",
        lambda one: one.merged_into.name if one.merged_into else None,
    ),
    Column("initiatives", WHOLE, _COUNT.format("nomment cette municipalité"), lambda one: one.count),
    Column("page", LINK, "Page de la municipalité.", page_of("municipalites")),
)


def _if_public(name: str) -> Callable[[Any], Any]:
    """Return how a contact is read: only where the organization agreed to publish it."""
    return lambda one: getattr(one, name) if one.contact_is_public else None


_AGREED = " Donné seulement avec l’accord de l’organisation."
ORGANIZATION_COLUMNS = (
    Column("adresse", TEXT, "Nom de l’organisation dans les adresses.", lambda one: one.slug),
    Column("nom", TEXT, "Nom usuel.", lambda one: one.usual_name or one.name),
    Column("nom_officiel", TEXT, "Nom officiel.", lambda one: one.name),
    Column("type", TEXT, "Type d’organisation.", lambda one: one.get_kind_display()),
    Column(
        "mrc_siege",
        TEXT,
        "MRC du siège.",
        lambda one: one.seat_territory.name if one.seat_territory else None,
    ),
    Column(
        "municipalite_siege",
        TEXT,
        "Municipalité du siège.",
        lambda one: one.seat_municipality.name if one.seat_municipality else None,
    ),
    Column("mrc_desservies", LIST, "MRC desservies, d’ouest en est.", lambda one: one.served),
    Column("site_web", LINK, "Site Web.", lambda one: one.website),
    Column("telephone", TEXT, f"Téléphone.{_AGREED}", _if_public("contact_phone")),
    Column("courriel", TEXT, f"Courriel.{_AGREED}", _if_public("contact_email")),
    Column("initiatives", WHOLE, _COUNT.format("lui donnent un rôle"), lambda one: one.count),
    Column(
        "demonstration", BOOLEAN, "Vrai quand la ligne est inventée, pour essayer.", lambda one: one.is_demo
    ),
    Column("page", LINK, "Page de l’organisation.", page_of("organisations")),
)
