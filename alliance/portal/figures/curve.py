"""What an MRC did year after year: initiatives and dollars of each fiscal year, as numbers and as columns to draw."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from alliance.lib.money import NBSP
from alliance.lib.templatetags.francais import montant, nombre
from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.figures.choice import Choice
from alliance.portal.figures.helping import OWN, REGIONAL, listed
from alliance.portal.labels import Label

_DRAWN = 6  # the last fiscal years; the table beside holds them all
_STEP, _BAR, _TALL = 60, 36, 96  # units of the drawing: a column, its bar, the highest bar
_UNKNOWN = 48  # height of what is not known: neither zero nor a value


@dataclass(frozen=True)
class YearHere:
    """One fiscal year of an MRC. `dollars` are what its own lines promised of the FQIS; None when nothing is known."""

    name: str
    own: int
    regional: int
    dollars: Decimal | None
    own_url: str
    regional_url: str
    dollars_url: str

    @property
    def is_unknown(self) -> bool:
        """Say whether initiatives stand in this year without a known dollar; a year without any has nothing to know."""
        return self.dollars is None and bool(self.own or self.regional)


@dataclass(frozen=True)
class Column:
    """One fiscal year drawn, in units from the left and in heights; `own_y`… are where each bar begins from the top."""

    year: YearHere
    x: int
    own: int
    regional: int
    dollars: int

    @property
    def middle(self) -> int:
        return self.x + _BAR // 2

    @property
    def own_y(self) -> int:
        return 130 - self.own

    @property
    def regional_y(self) -> int:
        return self.own_y - self.regional

    @property
    def count_y(self) -> int:
        return self.regional_y - 6

    @property
    def dollars_y(self) -> int:
        return 290 - self.dollars

    @property
    def amount_y(self) -> int:
        return self.dollars_y - 6

    @property
    def count(self) -> str:
        return nombre(self.year.own + self.year.regional)

    @property
    def amount(self) -> str:
        """« 31 k$ » of 30 500 $, « 4,5 k$ », « 950 $ »; « ? » when it is not known, nothing for a year without initiative."""
        dollars = self.year.dollars
        if dollars is None:
            return "?" if self.year.is_unknown else ""
        if abs(dollars) < 1000:
            return montant(dollars.quantize(Decimal(1), ROUND_HALF_UP))
        places = Decimal(1) if abs(dollars) >= 10_000 else Decimal("0.1")
        return f"{nombre((dollars / 1000).quantize(places, ROUND_HALF_UP))}{NBSP}k$"

    @property
    def first(self) -> str:
        return self.year.name.partition("-")[0]

    @property
    def second(self) -> str:
        return self.year.name.partition("-")[2]


@dataclass(frozen=True)
class Curve:
    """The fiscal years of an MRC, oldest first, and the last six drawn."""

    years: list[YearHere]
    columns: list[Column]

    @property
    def width(self) -> int:
        return len(self.columns) * _STEP

    @property
    def shown_width(self) -> int:
        return self.width * 5 // 4

    @property
    def last(self) -> int:
        return self.width - 1

    @property
    def has_unknown(self) -> bool:
        return any(column.year.is_unknown for column in self.columns)

    @property
    def has_more(self) -> bool:
        return len(self.years) > len(self.columns)


def _year(directory: Directory, territory: Label, year: Label) -> YearHere:
    chosen = {names.TERRITORY: (territory.slug,), names.YEAR: (year.slug,)}
    choice = Choice.of(directory, **chosen)
    regional = choice.selection.regional_count
    return YearHere(
        name=year.name,
        own=choice.selection.count - regional,
        regional=regional,
        dollars=choice.dollars(fqis=True),
        own_url=listed(**chosen, portee=OWN),
        regional_url=listed(**chosen, portee=REGIONAL),
        dollars_url=listed("/chiffres/fqis-accorde/", **chosen),
    )


def curve(directory: Directory, territory: Label) -> Curve:
    """Return the fiscal years of an MRC, from the first to the last where something stands; one between is told, even empty."""
    labels = sorted(directory.labels.all(names.YEAR), key=lambda label: label.slug)
    years = [_year(directory, territory, label) for label in labels]
    full = [i for i, year in enumerate(years) if year.own or year.regional or year.dollars]
    years = years[full[0] : full[-1] + 1] if full else []
    return Curve(years, _columns(years[-_DRAWN:]))


def _columns(years: list[YearHere]) -> list[Column]:
    most = max((year.own + year.regional for year in years), default=0)
    richest = max((year.dollars or Decimal(0) for year in years), default=Decimal(0))

    def height(value: Decimal | int, top: Decimal | int) -> int:
        return max(2, int(value * _TALL / top)) if value > 0 and top else 0

    return [
        Column(
            year,
            i * _STEP + (_STEP - _BAR) // 2,
            height(year.own, most),
            height(year.regional, most),
            _UNKNOWN if year.is_unknown else height(year.dollars or Decimal(0), richest),
        )
        for i, year in enumerate(years)
    ]
