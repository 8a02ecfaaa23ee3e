"""How far a file is: the state of each section of the form, what is missing, and how many answers are there."""

from dataclasses import dataclass
from enum import Enum

from alliance.accounts.models import User
from alliance.lib.text import lower_first
from initiatives import reading
from initiatives.actions import open_fields
from initiatives.content import missing_of, required_of
from initiatives.models import Initiative
from initiatives.rules import Missing
from initiatives.sections import QUESTIONS, SECTION_OF, SECTIONS, Section

_GIVEN = frozenset({"continuity"})  # answered before anybody answers


class Stage(Enum):
    """The state of a section in words, with the tone of its tag."""

    BLANK = ("À commencer", "todo")
    DOING = ("En cours", "doing")
    DONE = ("Terminé", "done")
    FIX = ("À corriger", "fix")
    FREE = ("Rien de demandé", "todo")  # nothing is there, and nothing is missing anywhere

    @property
    def label(self) -> str:
        return self.value[0]

    @property
    def tone(self) -> str:
        return self.value[1]


@dataclass(frozen=True)
class Step:
    part: Section
    stage: Stage
    missing: tuple[Missing, ...]
    is_open: bool  # false when the CRD asked to correct other sections only

    @property
    def words(self) -> list[str]:
        """Return what is missing as names of questions, for a list in a sentence."""
        labels = (QUESTIONS[item.field].label for item in self.missing)
        return [lower_first(label) for label in labels]


@dataclass(frozen=True)
class Progress:
    steps: tuple[Step, ...]
    answered: int
    asked: int
    missing: tuple[Missing, ...]

    @property
    def is_ready(self) -> bool:
        return not self.missing


def progress_of(initiative: Initiative, by: User) -> Progress:
    """Return how far the file is for the person who would deposit it."""
    missing = tuple(missing_of(initiative, by))
    asked = required_of(initiative, by)
    to_correct = None if by.is_staff else open_fields(initiative)
    lacking = {item.field for item in missing}
    return Progress(
        steps=tuple(_step(part, initiative, missing, to_correct) for part in SECTIONS),
        answered=len(asked - lacking),
        asked=len(asked),
        missing=missing,
    )


def _step(
    part: Section, initiative: Initiative, missing: tuple[Missing, ...], to_correct: frozenset[str] | None
) -> Step:
    mine = tuple(item for item in missing if SECTION_OF[item.field] == part.slug)
    is_open = to_correct is None or bool(to_correct & set(part.codes))
    if to_correct is not None and is_open:
        stage = Stage.FIX
    elif not _started(part, initiative):
        stage = Stage.BLANK if missing else Stage.FREE
    else:
        stage = Stage.DOING if mine else Stage.DONE
    return Step(part, stage, mine, is_open)


def _started(part: Section, initiative: Initiative) -> bool:
    return any(reading.is_answered(initiative, code) for code in part.codes if code not in _GIVEN)
