"""Which initiatives a person may still call, for a place or a theme: those that printed sheets carry."""

from alliance.portal import labels as names
from alliance.portal.directory import Directory
from alliance.portal.labels import Label
from alliance.portal.rows import Row
from alliance.portal.selection import Selection
from initiatives.choices import PublicState


def to_call(directory: Directory, label: Label) -> list[Row]:
    """Return the initiatives planned or under way for a municipality, an MRC or a theme, the nearest first.

    Of a municipality: those that name it, then its MRC's that name none, then the whole region's; of an MRC: its own,
    then the whole region's. Among them what is under way comes before what is planned, then by title.
    """
    groups = [[row for row in group if row.state in PublicState.now] for group in _groups(directory, label)]
    return [
        row for group in groups for row in sorted(group, key=lambda row: PublicState.soonest.index(row.state))
    ]


def _groups(directory: Directory, label: Label) -> list[list[Row]]:
    if label.kind == names.MUNICIPALITY:
        nearby, _regional = Selection(directory, {names.TERRITORY: (_parent(directory, label).slug,)}).apart()
        own, regional = Selection(directory, {names.MUNICIPALITY: (label.slug,)}).apart()
        return [own, [row for row in nearby if not row.municipalities], regional]
    if label.kind == names.TERRITORY:
        return list(Selection(directory, {names.TERRITORY: (label.slug,)}).apart())
    return [Selection(directory, {names.THEME: (label.slug,)}).rows()]


def _parent(directory: Directory, municipality: Label) -> Label:
    return directory.labels.by_id[names.TERRITORY][municipality.parent]


def left_out(found: int, shown: int) -> int:
    """Return how many of those found do not fit on a sheet."""
    return max(found - shown, 0)
