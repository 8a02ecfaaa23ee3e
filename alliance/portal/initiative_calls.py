"""Whom to call about an initiative: the number of its short version, who carries it, its MRCs; only what is public."""

from typing import Any

from alliance.portal.figures.helping import Call
from alliance.portal.gazetteer import Contact
from alliance.portal.labels import ORGANIZATION, TERRITORY, Label
from initiatives.choices import PartnerRole, Scope

_MOST_TERRITORIES = 3  # beyond, a reader looks for their own MRC in the list of places


def calls_of(values: dict[str, Any]) -> list[Call]:
    """Return who may be called, from the lists that the query of the page reads; nobody without a phone or an e-mail."""
    found = [_lead(row) for row in values["l_partners"] or () if row[0] == PartnerRole.LEAD and row[6]]
    others = [*_reached(found), *territories_called(values["scope"], values["l_territories"])]
    own = Call("Cette initiative", "", Contact("", values["easy__phone"] or ""))
    return [own, *others] if own.dial and own.dial not in {call.dial for call in others} else others


def territories_called(scope: str, rows: list[list[Any]] | None) -> list[Call]:
    """Return the MRCs to call, from west to east; none for the whole region, nor when they are many."""
    territories = sorted(rows or (), key=lambda row: row[0])
    if scope == Scope.REGIONAL or len(territories) > _MOST_TERRITORIES:
        return []
    return _reached([_territory(row) for row in territories])


def _reached(calls: list[Call]) -> list[Call]:
    return [call for call in calls if call.contact.phone or call.contact.email]


def _lead(row: list[Any]) -> Call:
    _, _, slug, name, usual, _, _, phone, email, website = row
    where = Label(ORGANIZATION, 0, slug, "").url
    return Call(usual or name, "Porte cette initiative.", Contact("", phone, email, website), where)


def _territory(row: list[Any]) -> Call:
    _, slug, _, _, genitive, who, phone, email, website = row
    return Call(
        f"MRC {genitive}", who, Contact(who, phone, email, website), Label(TERRITORY, 0, slug, "").url
    )
