"""What the demonstration tells: which initiatives, where, when, how far each one has gone. Plain values, no database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from alliance.portal.demo import texts
from alliance.portal.demo.texts import Text
from initiatives.choices import State

SHORE = (
    "kamouraska",
    "riviere-du-loup",
    "temiscouata",
    "les-basques",
    "rimouski-neigette",
    "la-mitis",
    "la-matanie",
    "la-matapedia",
)
_YEARS = (2024, 2024, 2024, 2024, 2025, 2025, 2025, 2026, 2026, 2026, 2026)  # of the eleven files of an MRC
_RENEWED = (0, 4)  # files renewed the year after
_EXTRA_THEMES = 3  # beyond one file per theme
_WIDE_STATES = (
    State.COMPLETED,
    State.COMPLETED,
    State.COMPLETED,
    State.IN_PROGRESS,
    State.IN_PROGRESS,
    State.APPROVED,
    State.UNDER_REVIEW,
)


@dataclass(frozen=True)
class Story:
    """One initiative: `territories` empty for the whole region, `renews` the key of the one it continues."""

    key: str
    text: Text
    territories: tuple[str, ...]
    year: int
    state: State
    renews: str = ""
    is_sketch: bool = False  # a draft left half-written

    @property
    def dates(self) -> tuple[date, date]:
        if self.text.key in ("jardin", "psychosocial", "voix", "guichet") and not self.renews:
            return date(self.year, 9, 1), date(self.year + 1, 8, 31)  # over two fiscal years
        return date(self.year, 5, 1), date(self.year + 1, 2, 28)


def stories() -> Iterator[Story]:
    """Yield the 120 stories, each after the one that it renews."""
    for rank, slug in enumerate(SHORE):
        yield from _local(rank, slug)
    yield from _supralocal()
    yield from _regional()
    yield from _sketches()


def _local(rank: int, slug: str) -> Iterator[Story]:
    groups = list(texts.by_theme().values())
    turns = [(group, 0) for group in groups]
    turns += [(groups[(rank + shift) % len(groups)], 1) for shift in range(_EXTRA_THEMES)]
    turns = turns[rank:] + turns[:rank]  # so that each year has other themes in each MRC
    for slot, (group, turn) in enumerate(turns):
        text = group[(rank + turn) % len(group)]
        story = Story(f"{slug}-{slot}", text, (slug,), _YEARS[slot], _local_state(slot, rank))
        yield story
        if slot in _RENEWED:
            state = State.COMPLETED if story.year == 2024 else State.IN_PROGRESS
            yield Story(f"{story.key}-suite", text, (slug,), story.year + 1, state, renews=story.key)


def _local_state(slot: int, rank: int) -> State:
    """Return how far the file has gone: the past is over, this year's is at every stage."""
    special = {
        (3, 0): State.CANCELLED,
        (6, 1): State.DECLINED,
        (6, 2): State.WITHDRAWN,
    }
    usual = {
        5: State.IN_PROGRESS,
        6: State.IN_PROGRESS,
        7: State.APPROVED,
        8: State.IN_PROGRESS,
        9: State.SUBMITTED if rank % 2 else State.UNDER_REVIEW,
        10: State.CHANGES_REQUESTED if rank % 2 else State.DRAFT,
    }
    return special.get((slot, rank % 4)) or usual.get(slot, State.COMPLETED)


def _supralocal() -> Iterator[Story]:
    groups = (
        SHORE[0:2], SHORE[2:4], SHORE[4:6], SHORE[6:8], SHORE[0:4], SHORE[5:8], SHORE[1:3],
    )  # fmt: skip
    for rank, territories in enumerate(groups):
        text = texts.wide()[rank * 2]
        yield Story(f"supra-{rank}", text, territories, 2024 + rank % 3, _WIDE_STATES[rank])


def _regional() -> Iterator[Story]:
    for rank in range(6):
        text = texts.wide()[-1 - rank]
        yield Story(f"region-{rank}", text, (), 2024 + rank // 2, _WIDE_STATES[rank])


def _sketches() -> Iterator[Story]:
    """Drafts of the agents, one of them with little more than a title, so that « À faire » is alive."""
    for rank, slug in enumerate(("la-mitis", "la-matapedia", "temiscouata")):
        text = texts.by_theme()["transport"][rank]
        yield Story(f"ebauche-{rank}", text, (slug,), 2026, State.DRAFT, is_sketch=rank == 0)
