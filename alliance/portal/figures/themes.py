"""What the page of a theme says: whom it is for, where, whom to call there, then counts and dollars by MRC."""

from dataclasses import dataclass
from decimal import Decimal

from alliance.lib.dates import today
from alliance.lib.templatetags.francais import pluriel
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.helping import NOW, OWN, REGIONAL, Call, call_of, listed
from alliance.portal.figures.values import given_value, known
from alliance.portal.figures.within import standing
from alliance.portal.gazetteer import Gazetteer, Seat, Words
from alliance.portal.labels import Label
from alliance.portal.selection import Selection
from funding import ledger


@dataclass(frozen=True)
class PlaceOfTheme:
    """An MRC for a theme: initiatives of now, all of them (the region's apart), FQIS dollars of its own lines."""

    label: Label
    call: Call | None
    own_now: int
    own: int
    dollars: Decimal | None
    now_url: str
    url: str
    dollars_url: str


@dataclass(frozen=True)
class ThemeFigures:
    """A theme in numbers. Counts follow the directory; dollars go to the primary theme, once."""

    count: int
    now: int
    regional: int
    regional_now: int
    fqis: Decimal | None
    partners: Decimal | None
    partners_note: str
    elsewhere: Decimal | None
    places: list[PlaceOfTheme]
    urls: dict[str, str]


def theme_figures(directory: Directory, book: Gazetteer, theme: Label) -> ThemeFigures:
    """Return the numbers of a theme, as the directory and /chiffres/ give them."""
    asked = {names.THEME: (theme.slug,)}
    choice, current = Choice.of(directory, **asked), standing(directory)
    mask = choice.selection.mask
    partners = given_value(choice, known)
    return ThemeFigures(
        count=mask.bit_count(),
        now=(mask & current).bit_count(),
        regional=(mask & directory.regional).bit_count(),
        regional_now=(mask & directory.regional & current).bit_count(),
        fqis=choice.dollars(fqis=True),
        partners=partners.amount,
        partners_note=partners.note,
        elsewhere=_elsewhere(choice),
        places=[_place(directory, book, theme, label) for label in directory.labels.all(names.TERRITORY)],
        urls={
            "all": listed(**asked),
            "now": listed(**asked, etat=NOW),
            "regional": listed(**asked, portee=REGIONAL),
            "regional_now": listed(**asked, portee=REGIONAL, etat=NOW),
            "fqis": listed("/chiffres/fqis-accorde/", **asked),
            "partners": listed("/chiffres/contributions/", **asked),
        },
    )


def _elsewhere(choice: Choice) -> Decimal | None:
    """Return the FQIS dollars of the lines that are no MRC's (regional, administration); None when there are none."""
    paid = [one.payment for one in choice.paid if not one.payment.payer.territory]
    amounts = [payment.amount for payment in paid if payment.payer.source.is_fqis]
    return ledger.total(amounts) if amounts else None


def _place(directory: Directory, book: Gazetteer, theme: Label, territory: Label) -> PlaceOfTheme:
    asked = {names.THEME: (theme.slug,), names.TERRITORY: (territory.slug,)}
    choice = Choice.of(directory, **asked)
    own = choice.selection.mask & ~directory.regional
    return PlaceOfTheme(
        label=territory,
        call=call_of(territory, book.seats.get(territory.pk, Seat())),
        own_now=(own & standing(directory)).bit_count(),
        own=own.bit_count(),
        dollars=choice.dollars(fqis=True),
        now_url=listed(**asked, etat=NOW, portee=OWN),
        url=listed(**asked, portee=OWN),
        dollars_url=listed("/chiffres/fqis-accorde/", **asked),
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
