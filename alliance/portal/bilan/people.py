"""The sections of a bilan about people and what they do: reached, organizations, the list of initiatives, stories."""

from collections import defaultdict

from alliance.lib.templatetags.francais import nombre, pluriel
from alliance.portal.bilan.document import (
    COUNT,
    LEAD,
    NUMBER,
    TITLE,
    Column,
    FigureLine,
    Section,
    Story,
    Table,
    Values,
)
from alliance.portal.bilan.money import money_columns, money_values
from alliance.portal.bilan.sources import YearData
from alliance.portal.labels import Label
from alliance.portal.rows import Row
from initiatives.choices import Continuity, PartnerRole

MOST_STORIES = 5
_CONTINUITY = {Continuity.NEW: "Nouvelle", Continuity.CONTINUED: "Prolongée"}
_ROLES = {
    PartnerRole.LEAD: "Porteurs",
    PartnerRole.FIDUCIARY: "Fiduciaires",
    PartnerRole.PARTNER: "Partenaires",
    PartnerRole.FUNDER: "Bailleurs de fonds",
}


def reached(data: YearData) -> Section:
    """People reached, as declared: a total that may count somebody twice, and how many initiatives answered."""
    answers = data.reached
    silent = len(data.rows) - len(answers)
    return Section(
        code="personnes",
        title="Personnes rejointes",
        figures=(
            FigureLine(
                code="personnes",
                label=f"{'personnes rejointes' if sum(answers.values()) > 1 else 'personne rejointe'} (total déclaré)",
                value=sum(answers.values()) if answers else None,
                unit="personnes",
                definition=(
                    "Somme des nombres déclarés, un par initiative : celui de sa fiche, que le rapport final approuvé remplit. "
                    "Une même personne peut être comptée plusieurs fois. Un nombre de une à quatre personnes n’est ni publié ni compté."
                ),
            ),
            FigureLine(
                code="reponses",
                label=f"{'initiatives ont' if len(answers) > 1 else 'initiative a'} déclaré un nombre, sur {nombre(len(data.rows))}",
                value=len(answers),
                unit="initiatives",
                definition="Initiatives de l’exercice dont le nombre de personnes rejointes est connu et publié.",
                note=f"Pour {pluriel(silent, 'initiative,initiatives')}, le nombre est inconnu ou de moins de cinq personnes."
                if silent
                else "",
            ),
        ),
    )


def organizations(data: YearData) -> Section:
    """Who takes part, by role. An organization is counted once in each role it holds, and once in the total."""
    roles, files = _parts(data)
    counts = tuple(
        (name, len([held for held in roles.values() if role in held])) for role, name in _ROLES.items()
    )
    return Section(
        code="organisations",
        title="Organisations",
        intro="Une organisation est comptée une fois dans chaque rôle qu’elle tient et une seule fois dans le total.",
        tables=(
            Table(
                code="roles",
                title="Organisations par rôle",
                columns=(Column("Rôle"), Column("Organisations", COUNT)),
                rows=counts,
                total=("Total", len(data.organizations)),
            ),
            Table(
                code="organisations",
                title="Organisations qui participent",
                columns=(
                    Column("Organisation"),
                    *(Column(name, COUNT) for name in _ROLES.values()),
                    Column("Initiatives", COUNT),
                ),
                rows=tuple(
                    (
                        label.name,
                        *(roles[label.pk].get(role, 0) for role in _ROLES),
                        len(files[label.pk]),
                    )
                    for label in data.organizations
                ),
                note="Nombre d’initiatives de l’exercice dans lesquelles chacune tient ce rôle.",
            ),
        ),
    )


def _parts(data: YearData) -> tuple[dict[int, dict[str, int]], dict[int, set[int]]]:
    """Return, by organization, how many initiatives under each role, and which initiatives."""
    roles: dict[int, dict[str, int]] = defaultdict(dict)
    files: dict[int, set[int]] = defaultdict(set)
    for row in data.rows:
        for role, label in row.partners:
            roles[label.pk][role] = roles[label.pk].get(role, 0) + 1
            files[label.pk].add(row.pk)
    return roles, files


def initiatives(data: YearData) -> Section:
    """The list of the year's initiatives, by title, with their dollars of the year; those it only pays are apart."""
    tables = [_list("initiatives", "Initiatives de l’exercice", data, data.rows)]
    if data.also:
        tables.append(_list("payees", "Initiatives d’un autre exercice payées par celui-ci", data, data.also))
    return Section(
        code="initiatives",
        title="Liste des initiatives",
        intro="Montants accordés par les lignes de cet exercice seulement. « Montant non publié » n’est pas zéro.",
        tables=tuple(tables),
    )


def _list(code: str, title: str, data: YearData, rows: list[Row]) -> Table:
    return Table(
        code=code,
        title=title,
        columns=(
            Column("Numéro", NUMBER),
            Column("Titre", TITLE),
            Column("Porteur", LEAD),
            Column("Territoire"),
            Column("Thème"),
            Column("Nouvelle ou prolongée"),
            Column("État"),
            *money_columns(data),
        ),
        rows=tuple(_initiative(data, row) for row in rows),
        total=(
            "Total",
            pluriel(len(rows), "initiative,initiatives"),
            *[""] * 5,
            *money_values(data, data.payments_of(rows)),
        ),
    )


def _initiative(data: YearData, row: Row) -> Values:
    return (
        row.number,
        row.title,
        _lead(row),
        row.place,
        row.theme.name,
        _CONTINUITY[Continuity(row.continuity)],
        str(row.state.label),
        *money_values(data, data.payments_of([row])),
    )


def _lead(row: Row) -> str:
    leads: list[Label] = [label for role, label in row.partners if role == PartnerRole.LEAD]
    return leads[0].name if leads else "inconnu"


def stories(data: YearData) -> Section:
    """A few stories told in approved reports, whose person agreed to see them published."""
    rows = {row.pk: row for row in data.rows}
    told = [each for each in data.told if each.initiative in rows]
    chosen = sorted(told, key=lambda each: each.initiative)[:MOST_STORIES]
    return Section(
        code="histoires",
        title="Quelques histoires",
        intro="Racontées dans les rapports, publiées avec l’accord de la personne." if chosen else "",
        stories=tuple(
            Story(rows[each.initiative].number, rows[each.initiative].title, each.story) for each in chosen
        ),
        paragraphs=() if chosen else ("Aucune histoire n’a été confiée pour publication.",),
    )
