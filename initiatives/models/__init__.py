from initiatives.models.initiative import Initiative, InitiativePastSlug, Partnership
from initiatives.models.journal import NumberSequence, Snapshot, TransitionLog
from initiatives.models.reference import (
    ActionPlan,
    FiscalYear,
    Period,
    PlanNode,
    TargetGroup,
    Theme,
    ThemePastSlug,
)

__all__ = [
    "ActionPlan",
    "FiscalYear",
    "Initiative",
    "InitiativePastSlug",
    "NumberSequence",
    "Partnership",
    "Period",
    "PlanNode",
    "Snapshot",
    "TargetGroup",
    "Theme",
    "ThemePastSlug",
    "TransitionLog",
]
