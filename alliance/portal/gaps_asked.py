"""What a page of the gaps is asked: one theme; the file may be asked an MRC too. What is not understood is named."""

from functools import cached_property

from alliance.portal import labels as names
from alliance.portal.figure_filters import FiguresFilter
from alliance.portal.labels import Label

_ONE = "Un seul thème est montré à la fois\xa0: le premier a été gardé."


class GapsFilter(FiguresFilter):
    exercice = None
    territoire = None

    @cached_property
    def one(self) -> Label | None:
        chosen = self[names.THEME]
        return self.directory.labels.find(names.THEME, chosen[0]) if chosen else None

    @property
    def notices(self) -> list[str]:
        said = super().notices
        return [*said, _ONE] if len(self[names.THEME]) > 1 else said

    @property
    def canonical_pairs(self) -> list[tuple[str, str]]:
        return [(names.THEME, self.one.slug)] if self.one else []


class GapsFileFilter(FiguresFilter):
    exercice = None
