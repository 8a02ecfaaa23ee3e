"""« Données ouvertes »: the tables anybody may take away, how each is read, and what the page says of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from alliance.lib.aggregates import JoinIds, per_parent
from alliance.lib.dates import today
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import figures
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures import listed
from alliance.portal.lists import about, open_tables
from alliance.portal.lists.about import About
from alliance.portal.lists.initiatives import columns as initiative_columns
from alliance.portal.lists.table import FORMATS, Column, Table
from alliance.portal.selection import Selection
from territories.models import Municipality, Organization, Territory

PATH = "/donnees/"
_PLACES = (
    "Répertoire des municipalités du Québec, ministère des Affaires municipales et de l’Habitation, sur Données Québec "
    "(CC BY 4.0)."
)
_CENSUS = "Population\xa0: Statistique Canada, Recensement de la population (Licence du gouvernement ouvert)."


@dataclass(frozen=True)
class OpenTable:
    """One table: what it holds, its columns, how its rows are read (at most one query) and counted (none)."""

    code: str
    title: str
    text: str
    columns: Callable[[Directory], tuple[Column, ...]]
    items: Callable[[Directory], Iterable[Any]]
    size: Callable[[Directory], int]
    sources: tuple[str, ...] = ()


class _Seen:
    """A thing with the number of initiatives that name it; everything else is read from the thing."""

    def __init__(self, thing: Any, count: int, **more: Any) -> None:
        self.thing, self.count = thing, count
        self.__dict__.update(more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.thing, name)


def _themes(directory: Directory) -> list[_Seen]:
    labels = directory.labels.all(names.THEME)
    return [_Seen(label, listed.naming(directory, names.THEME, label.slug)) for label in labels]


def _territories(directory: Directory) -> list[_Seen]:
    return [
        _Seen(one, listed.naming(directory, names.TERRITORY, one.slug))
        for one in Territory.objects.order_by("order")
    ]


def _municipalities(directory: Directory) -> list[_Seen]:
    rows = Municipality.objects.select_related("territory", "merged_into").order_by("code")
    return [_Seen(one, listed.naming(directory, names.MUNICIPALITY, one.slug)) for one in rows]


def _public_organizations(directory: Directory) -> dict[int, int]:
    """Return the initiatives of each organization that the public sees, by its id, in the order of names."""
    return {one.label.pk: one.count for one in figures.organizations(directory)}


def _organizations(directory: Directory) -> Iterator[_Seen]:
    public = _public_organizations(directory)
    places = directory.labels.by_id.get(names.TERRITORY, {})
    served = per_parent(
        Organization.territories_served.through.objects.all(), "organization", JoinIds("territory_id")
    )
    rows = Organization.objects.select_related("seat_territory", "seat_municipality").annotate(
        served_ids=served
    )
    by_pk = {one.pk: one for one in rows if one.pk in public}
    for pk, count in public.items():
        one = by_pk[pk]
        where = sorted(
            (places[int(i)] for i in (one.served_ids or "").split(",") if i), key=lambda place: place.order
        )
        yield _Seen(one, count, served=tuple(place.name for place in where))


def _always(columns: tuple[Column, ...]) -> Callable[[Directory], tuple[Column, ...]]:
    return lambda directory: columns


def _labels(kind: str) -> Callable[[Directory], int]:
    return lambda directory: len(directory.labels.by_id.get(kind, {}))


TABLES = {
    table.code: table
    for table in (
        OpenTable(
            "initiatives",
            "Initiatives",
            "Une ligne par initiative publiée\xa0: où, par qui, quand, sur quel thème, pour combien.",
            lambda directory: initiative_columns(Selection(directory)),
            lambda directory: directory.rows,
            lambda directory: len(directory.rows),
        ),
        OpenTable(
            "montants",
            "Montants par ligne",
            "Une ligne par initiative et par ligne de financement. Un dollar n’y est qu’une fois\xa0: les sommes par MRC, "
            "par exercice ou par source s’additionnent.",
            open_tables.money_columns,
            listed.promised,
            lambda directory: len(listed.promised(directory)),
        ),
        OpenTable(
            "participations",
            "Rôles des organisations",
            "Une ligne par rôle d’une organisation dans une initiative.",
            _always(open_tables.ROLE_COLUMNS),
            listed.taking_roles,
            lambda directory: len(listed.taking_roles(directory)),
        ),
        OpenTable(
            "organisations",
            "Organisations",
            "Une ligne par organisation du répertoire public.",
            _always(open_tables.ORGANIZATION_COLUMNS),
            _organizations,
            lambda directory: len(_public_organizations(directory)),
        ),
        OpenTable(
            "territoires",
            "Territoires",
            "Une ligne par MRC.",
            _always(open_tables.TERRITORY_COLUMNS),
            _territories,
            _labels(names.TERRITORY),
            (_PLACES, _CENSUS),
        ),
        OpenTable(
            "municipalites",
            "Municipalités",
            "Une ligne par municipalité, territoire non organisé ou communauté, les anciennes comprises.",
            _always(open_tables.MUNICIPALITY_COLUMNS),
            _municipalities,
            _labels(names.MUNICIPALITY),
            (_PLACES, _CENSUS),
        ),
        OpenTable(
            "themes",
            "Thèmes",
            "Une ligne par thème, avec sa description en mots simples.",
            _always(open_tables.THEME_COLUMNS),
            _themes,
            _labels(names.THEME),
        ),
    )
}


def _card(directory: Directory, spec: OpenTable, address: str) -> About:
    return About(
        title=spec.title,
        definition=" ".join((spec.text, *spec.sources)),
        filter_in_words="",
        address=about.absolute(address),
        page=about.absolute(f"{PATH}#{spec.code}"),
        on=today(),
        rows=spec.size(directory),
        total=figures.totals(Selection(directory)) if spec.code == "initiatives" else None,
    )


def read(directory: Directory, code: str, *, address: str) -> tuple[Table, About]:
    """Return one table and its card; `address` is the file's, without the site. Raises KeyError for an unknown code."""
    spec = TABLES[code]
    table = Table(spec.code, spec.title, spec.columns(directory), spec.items(directory))
    return table, _card(directory, spec, address)


def page(directory: Directory) -> dict[str, Any]:
    """Return what the page of the open data shows; it reads nothing but the directory."""
    return {
        "tables": [
            {
                "spec": spec,
                "rows": pluriel(spec.size(directory), "ligne,lignes"),
                "columns": spec.columns(directory),
                "path": f"{PATH}{spec.code}",
            }
            for spec in TABLES.values()
        ],
        "formats": [(kind, meaning) for kind, meaning in FORMATS.items()],
        "as_of": today(),
        "name": about.NAME,
        "licence_url": about.LICENCE_URL,
        "citation": _card(directory, TABLES["initiatives"], PATH).citation,
    }
