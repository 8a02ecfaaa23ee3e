"""The tables of the gaps: MRC × theme, municipality × theme, one theme with its neighbours, and the file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from alliance.lib.money import NBSP
from alliance.portal.figures.deserts import Gap, Gaps, Service, Tally
from alliance.portal.figures.nearby import Neighbour, neighbours
from alliance.portal.gazetteer import Body
from alliance.portal.labels import Label


@dataclass(frozen=True)
class RegionLine:
    """An MRC: what is lacking in each theme, in the order of the themes."""

    label: Label
    cells: list[tuple[Label, Tally]]


@dataclass(frozen=True)
class TerritoryLine:
    """A municipality: its state in each theme, in the order of the themes."""

    label: Label
    gaps: list[Gap]

    @property
    def said(self) -> str:
        """« Manque : logement, santé. On ne sait pas : transport. », for a screen too narrow for the letters."""
        lacking = _named("Manque", [gap for gap in self.gaps if gap.service.is_gap])
        unknown = _named("On ne sait pas", [gap for gap in self.gaps if gap.service == Service.UNKNOWN])
        return " ".join(filter(None, (lacking, unknown))) or "Chaque thème y a un service prévu ou en cours."


def _named(what: str, gaps: list[Gap]) -> str:
    """Return « Manque : logement, santé. »; nothing without a gap."""
    names = ", ".join(gap.theme.name[:1].lower() + gap.theme.name[1:] for gap in gaps)
    return f"{what}{NBSP}: {names}." if names else ""


@dataclass(frozen=True)
class Told:
    """A municipality in one theme, and the served neighbours to call when nothing is known to serve it now."""

    gap: Gap
    near: list[Neighbour]


def region_matrix(gaps: Gaps) -> list[RegionLine]:
    return [
        RegionLine(one, [(theme, gaps.within(one, theme)) for theme in gaps.themes])
        for one in gaps.territories
    ]


def territory_matrix(gaps: Gaps, territory: Label) -> list[TerritoryLine]:
    return [
        TerritoryLine(one, [gaps.gap(one, territory, theme) for theme in gaps.themes])
        for one in gaps.within_labels(territory)
    ]


def with_neighbours(gaps: Gaps, territory: Label, theme: Label, bodies: Mapping[int, Body]) -> list[Told]:
    """Return the municipalities of an MRC in one theme, those not served now first, by name."""
    found = gaps.within(territory, theme).gaps
    lacking = [gap for gap in found if not gap.service.is_now]
    near = neighbours(gaps, theme, lacking, bodies)
    told = [Told(gap, near.get(gap.label.slug, [])) for gap in found]
    return sorted(told, key=lambda one: one.gap.service.is_now)


def file_of(
    gaps: Gaps, themes: Collection[str], territories: Collection[str]
) -> tuple[list[str], list[list[object]]]:
    """Return titles and rows: each municipality × theme, of all themes and MRCs when none is asked."""
    titles = [
        "MRC",
        "Municipalité",
        "Population",
        "Thème",
        "État",
        "Initiatives prévues ou en cours qui la nomment",
    ]
    titles += ["Initiatives terminées qui la nomment", "Initiatives peut-être terminées qui la nomment"]
    titles += ["Pour 1\xa0000 personnes", "Démonstration"]
    rows: list[list[object]] = []
    for territory in gaps.territories:
        for theme in gaps.themes:
            if (not themes or theme.slug in themes) and (not territories or territory.slug in territories):
                rows += [_record(gap) for gap in gaps.within(territory, theme).gaps]
    return titles, rows


def _record(gap: Gap) -> list[object]:
    cells = [gap.territory.name, gap.label.name, gap.residents, gap.theme.name]
    return [*cells, gap.service.label, gap.now, gap.before, gap.unconfirmed, gap.per_thousand, gap.is_demo]
