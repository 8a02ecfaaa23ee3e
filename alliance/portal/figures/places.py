"""What the pages of MRCs say in numbers: initiatives and dollars here, themes met or not, local plan, neighbours."""

from dataclasses import dataclass
from decimal import Decimal

from alliance.lib.dates import today
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import labels as names
from alliance.portal.bitmaps import members
from alliance.portal.directory import Directory
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.counts import Counted, counted
from alliance.portal.figures.helping import NOW, OWN, REGIONAL, Call, call_of, listed
from alliance.portal.figures.within import standing
from alliance.portal.gazetteer import Gazetteer, Node, Plan, Seat
from alliance.portal.labels import Label
from alliance.portal.map.shapes import shapes
from alliance.portal.rows import Row
from initiatives.choices import PlanLevel
from territories.choices import MunicipalityKind

_UNDER_A_LINE = 8  # initiatives named under one line of a plan


@dataclass(frozen=True)
class Here:
    """What an MRC adds up to. Dollars are what its own lines promised; None when nothing is known."""

    own: int
    own_now: int
    regional: int
    fqis: Decimal | None
    others: Decimal | None
    unknown: int
    urls: dict[str, str]

    @property
    def now_text(self) -> str:
        return pluriel(self.own_now, "en cours ou prévue,en cours ou prévues")


def here(directory: Directory, territory: Label) -> Here:
    """Return what stands in an MRC, as the directory and /chiffres/ count it."""
    place = {names.TERRITORY: (territory.slug,)}
    choice = Choice.of(directory, **place)
    mask = choice.selection.mask & ~directory.regional
    return Here(
        own=mask.bit_count(),
        own_now=(mask & standing(directory)).bit_count(),
        regional=choice.selection.regional_count,
        fqis=choice.dollars(fqis=True),
        others=choice.dollars(fqis=False),
        unknown=sum(1 for row in members(mask, directory.rows) if row.amount is None),
        urls={
            "own": listed(**place, portee=OWN),
            "own_now": listed(**place, portee=OWN, etat=NOW),
            "regional": listed(**place, portee=REGIONAL),
            "fqis": listed("/chiffres/fqis-accorde/", **place),
            "others": listed("/chiffres/autres-sources/", **place),
        },
    )


@dataclass(frozen=True)
class ThemeHere:
    """A theme in an MRC: its own initiatives of now, all its own, and those of the whole region."""

    label: Label
    own_now: int
    own: int
    regional: int
    url: str
    regional_url: str

    @property
    def text(self) -> str:
        """« 3 initiatives en cours ou prévues, 5 en tout » or « rien de sûr en ce moment; 2 initiatives en tout »."""
        if not self.own_now:
            return f"rien de sûr en ce moment; {pluriel(self.own, 'initiative,initiatives')} en tout"
        said = pluriel(self.own_now, "initiative en cours ou prévue,initiatives en cours ou prévues")
        return said if self.own == self.own_now else f"{said}, {self.own} en tout"


def themes_here(directory: Directory, territory: Label) -> tuple[list[ThemeHere], list[ThemeHere]]:
    """Return the themes that initiatives of this MRC meet, those of now first, then the themes that none meets.

    A theme that only initiatives of the whole region meet is not met here: they say so, beside it.
    """
    own, current = directory.masks.get(names.TERRITORY, {}).get(territory.slug, 0), standing(directory)
    own &= ~directory.regional
    found = []
    for label in directory.labels.all(names.THEME):
        mask = directory.having(names.THEME, label.slug)
        chosen = {names.TERRITORY: (territory.slug,), names.THEME: (label.slug,)}
        counts = ((mask & own & current), (mask & own), (mask & directory.regional))
        urls = (listed(**chosen, portee=OWN), listed(**chosen, portee=REGIONAL))
        found.append(ThemeHere(label, *(one.bit_count() for one in counts), *urls))
    met = sorted((one for one in found if one.own), key=lambda one: not one.own_now)
    return met, [one for one in found if not one.own]


def neighbours(directory: Directory, territory: Label) -> list[Counted]:
    """Return the MRCs that touch this one, in the order of the shore, with the count of their lists."""
    beside = shapes().neighbours.get(territory.slug, ())
    return [one for one in counted(directory, names.TERRITORY) if one.label.slug in beside]


@dataclass(frozen=True)
class Branch:
    """A line of a plan: what comes out of it and of the lines under it (each initiative once), the rows of its own."""

    label: str
    level: str
    count: int
    rows: list[Row]
    more: int
    children: list["Branch"]

    @property
    def count_label(self) -> str:
        return pluriel(self.count, "initiative,initiatives") if self.count else "aucune initiative publiée"


def plans_of(directory: Directory, book: Gazetteer, territory: Label) -> list[tuple[Plan, list[Branch]]]:
    """Return the plans of an MRC, newest first, each as a tree of its lines."""
    mine = [plan for plan in book.plans if plan.territory == territory.pk]
    return [(plan, _branches(directory, plan.nodes, 0, set())) for plan in mine]


def _under(nodes: tuple[Node, ...], parent: int, seen: set[int]) -> list[Node]:
    """Return the lines under a line; at the top, those whose own parent is not a line of this plan."""
    known = {node.pk for node in nodes}
    return [
        node
        for node in nodes
        if node.pk not in seen and (node.parent == parent if parent else node.parent not in known)
    ]


def _branches(directory: Directory, nodes: tuple[Node, ...], parent: int, seen: set[int]) -> list[Branch]:
    found = []
    for node in _under(nodes, parent, seen):
        seen.add(node.pk)
        children = _branches(directory, nodes, node.pk, seen)
        rows = list(members(node.initiatives, directory.rows))
        shown = rows[:_UNDER_A_LINE]
        count = _reached(nodes, node).bit_count()
        level = PlanLevel(node.level).label
        found.append(Branch(node.label, level, count, shown, len(rows) - len(shown), children))
    return found


def _reached(nodes: tuple[Node, ...], top: Node) -> int:
    """Return the set of initiatives that come out of a line or of the lines under it."""
    reached, seen, pending = 0, set(), [top]
    while pending:
        node = pending.pop()
        if node.pk not in seen:
            seen.add(node.pk)
            reached |= node.initiatives
            pending += [other for other in nodes if other.parent == node.pk]
    return reached


@dataclass(frozen=True)
class Tile:
    """An MRC on the page of all: whom to call, its seat, its municipalities, its own initiatives of now and in all."""

    label: Label
    seat: Seat
    towns: str
    own_now: int
    own: int
    call: Call | None


def towns_of(directory: Directory, book: Gazetteer, territory: Label) -> str:
    """Return « 16 municipalités et 2 territoires non organisés »: those that stand today."""
    kinds = [
        book.towns[label.pk].kind
        for label in directory.labels.all(names.MUNICIPALITY)
        if label.parent == territory.pk and not label.ended(today()) and label.pk in book.towns
    ]
    said = {
        MunicipalityKind.MUNICIPALITY: "municipalité,municipalités",
        MunicipalityKind.FIRST_NATION: "communauté d’une Première Nation,communautés de Premières Nations",
        MunicipalityKind.TNO: "territoire non organisé,territoires non organisés",
    }
    parts = [pluriel(kinds.count(kind), words) for kind, words in said.items() if kind in kinds]
    return " et ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def territory_tiles(directory: Directory, book: Gazetteer) -> list[Tile]:
    """Return the MRCs from west to east."""
    current = standing(directory)
    found = []
    for label in directory.labels.all(names.TERRITORY):
        own = directory.masks.get(names.TERRITORY, {}).get(label.slug, 0) & ~directory.regional
        seat = book.seats.get(label.pk, Seat())
        counts = ((own & current).bit_count(), own.bit_count())
        found.append(Tile(label, seat, towns_of(directory, book, label), *counts, call_of(label, seat)))
    return found
