"""What the page of a theme says: whom it is for, where, whom to call there, then counts and dollars by MRC."""

from dataclasses import dataclass
from decimal import Decimal

from alliance.lib.dates import today
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.helping import NOW, OWN, REGIONAL, Call, call_of, listed
from alliance.portal.figures.matrix import Cell, Matrix
from alliance.portal.figures.values import given_value, known
from alliance.portal.figures.within import standing
from alliance.portal.gazetteer import Gazetteer, Seat, Words
from alliance.portal.labels import Label
from alliance.portal.selection import Selection
from funding.choices import Line

_REGION = "Toute la région"


@dataclass(frozen=True)
class PlaceOfTheme:
    """An MRC for a theme: whom to call, and its initiatives of now (the region's apart)."""

    label: Label
    call: Call | None
    own_now: int
    now_url: str


@dataclass(frozen=True)
class ThemeFigures:
    """A theme in numbers. Counts follow the directory; dollars go to the primary theme, once.

    `rows`: the names of the MRCs, then of what is no MRC's, each with the cell that the matrix of figures gives it.
    """

    count: int
    now: int
    regional_now: int
    fqis: Decimal | None
    partners: Decimal | None
    partners_note: str
    places: list[PlaceOfTheme]
    rows: list[tuple[str, Cell]]
    whole: Cell
    urls: dict[str, str]


def theme_figures(directory: Directory, book: Gazetteer, theme: Label) -> ThemeFigures:
    """Return the numbers of a theme, as the directory and /chiffres/ give them."""
    asked = {names.THEME: (theme.slug,)}
    choice, current = Choice.of(directory, **asked), standing(directory)
    mask = choice.selection.mask
    partners = given_value(choice, known)
    matrix = Matrix(Choice.of(directory))
    line = matrix.line(theme)
    cells = zip(matrix.places, line.cells, strict=True)
    return ThemeFigures(
        count=mask.bit_count(),
        now=(mask & current).bit_count(),
        regional_now=(mask & directory.regional & current).bit_count(),
        fqis=choice.dollars(fqis=True),
        partners=partners.amount,
        partners_note=partners.note,
        places=[_place(directory, book, theme, label) for label in directory.labels.all(names.TERRITORY)],
        rows=[(_REGION if place.slug == Line.REGIONAL else place.name, cell) for place, cell in cells],
        whole=line.total,
        urls={
            "all": listed(**asked),
            "now": listed(**asked, etat=NOW),
            "regional_now": listed(**asked, portee=REGIONAL, etat=NOW),
            "fqis": listed("/chiffres/fqis-accorde/", **asked),
            "partners": listed("/chiffres/contributions/", **asked),
        },
    )


def _place(directory: Directory, book: Gazetteer, theme: Label, territory: Label) -> PlaceOfTheme:
    asked = {names.THEME: (theme.slug,), names.TERRITORY: (territory.slug,)}
    own = Choice.of(directory, **asked).selection.mask & ~directory.regional
    return PlaceOfTheme(
        label=territory,
        call=call_of(territory, book.seats.get(territory.pk, Seat())),
        own_now=(own & standing(directory)).bit_count(),
        now_url=listed(**asked, etat=NOW, portee=OWN),
    )


def people_meant(directory: Directory, book: Gazetteer, theme: Label) -> list[tuple[str, int]]:
    """Return the groups of people that planned and ongoing initiatives of a theme name, most often named first."""
    mask = Selection(directory, {names.THEME: (theme.slug,)}).mask & standing(directory)
    found = [(group.name, (group.initiatives & mask).bit_count()) for group in book.groups]
    return sorted(((name, count) for name, count in found if count), key=lambda pair: -pair[1])


def past_period(words: Words) -> str:
    """Return the name of the last period of a theme that is a priority no more; "" for one of today, or without period."""
    if not words.periods or any(ends >= today() for _, ends in words.periods):
        return ""
    return words.periods[-1][0]


@dataclass(frozen=True)
class ThemeTile:
    """A theme on the page of all: initiatives of now and in all, the region's included."""

    label: Label
    now: int
    count: int

    @property
    def text(self) -> str:
        if not self.count:
            return "aucune initiative publiée"
        if not self.now:
            return f"rien de sûr en ce moment; {pluriel(self.count, 'initiative,initiatives')} en tout"
        if self.now == self.count:
            return pluriel(self.now, "initiative en cours ou prévue,initiatives en cours ou prévues")
        current = pluriel(self.now, "en cours ou prévue,en cours ou prévues")
        return f"{pluriel(self.count, 'initiative,initiatives')}, dont {current}"


def theme_tiles(directory: Directory, book: Gazetteer) -> tuple[list[ThemeTile], list[ThemeTile]]:
    """Return the themes of today, then those of a past period."""
    current = standing(directory)
    tiles = [
        ThemeTile(label, (mask & current).bit_count(), mask.bit_count())
        for label in directory.labels.all(names.THEME)
        for mask in [directory.having(names.THEME, label.slug)]
    ]
    past = {one.label.pk for one in tiles if past_period(book.words.get(one.label.pk, Words()))}
    return [one for one in tiles if one.label.pk not in past], [one for one in tiles if one.label.pk in past]
