"""The drawing of the gaps of a theme: cells by state, a letter in each, one link per MRC or per municipality."""

from dataclasses import dataclass

from alliance.portal.figures.deserts import Gap, Gaps, Service, Tally
from alliance.portal.labels import Label
from alliance.portal.map import lettering as letters
from alliance.portal.map.lettering import Line, lettering
from alliance.portal.map.shapes import Frame, Shape, Shapes, Spot, frame_of, shapes


@dataclass(frozen=True)
class Group:
    """The cells of an MRC that stand in one state, as one path."""

    service: Service
    d: str
    spots: tuple[tuple[Spot, Spot], ...]


@dataclass(frozen=True)
class GapsArea:
    """An MRC in the map of the gaps of a theme."""

    label: Label
    theme: Label
    tally: Tally
    shape: Shape
    groups: tuple[Group, ...]

    @property
    def url(self) -> str:
        return f"/carte/deserts/{self.label.slug}/?theme={self.theme.slug}"

    @property
    def said(self) -> str:
        """« La Mitis : 5 sur 18 sans service connu, 3 où on ne sait pas »."""
        known = f"{self.label.name}\xa0: {self.tally.lacking} sur {self.tally.total} sans service connu"
        return f"{known}, {self.tally.unknown} où on ne sait pas" if self.tally.unknown else known


@dataclass(frozen=True)
class Cell:
    """A municipality in the map of the gaps of an MRC."""

    gap: Gap
    shape: Shape
    frame: Frame

    @property
    def said(self) -> str:
        return f"{self.gap.label.name}\xa0: {self.gap.service.label.lower()}"

    def _lines(self, drawing: str) -> list[Line]:
        spot = self.frame.spot(self.shape.wide)
        name = self.gap.label.name if letters.fits(spot, self.gap.label.name, drawing) else ""
        return lettering(spot, name, self.gap.service.letter, drawing)

    @property
    def near(self) -> list[Line]:
        return self._lines(letters.NEAR)

    @property
    def small(self) -> list[Line]:
        return self._lines(letters.SMALL)


@dataclass(frozen=True)
class GapsMap:
    drawing: Shapes
    areas: tuple[GapsArea, ...]


def region_map(gaps: Gaps, theme: Label) -> GapsMap:
    """Return the map of a theme in the region."""
    drawing = shapes()
    areas = []
    for label in gaps.territories:
        if label.slug in drawing.territories:
            tally = gaps.within(label, theme)
            groups = tuple(_groups(tally, drawing))
            areas.append(GapsArea(label, theme, tally, drawing.territories[label.slug], groups))
    return GapsMap(drawing, tuple(areas))


def _groups(tally: Tally, drawing: Shapes) -> list[Group]:
    found = []
    for service in Service:
        drawn = [
            drawing.places[gap.label.slug].shape
            for gap in tally.gaps
            if gap.service == service and gap.label.slug in drawing.places
        ]
        if drawn:
            path = "".join(shape.d for shape in drawn)
            found.append(Group(service, path, tuple((shape.tall, shape.wide) for shape in drawn)))
    return found


def territory_cells(gaps: Gaps, territory: Label, theme: Label) -> tuple[Frame | None, list[Cell]]:
    """Return the cells of an MRC in a theme, and their frame; None when the MRC is not drawn."""
    drawing = shapes()
    if territory.slug not in drawing.boxes:
        return None, []
    frame = frame_of(drawing, territory.slug)
    return frame, [
        Cell(gap, drawing.places[gap.label.slug].shape, frame)
        for gap in gaps.within(territory, theme).gaps
        if gap.label.slug in drawing.places
    ]
