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
from initiatives.models.report import Report

__all__ = [
    "ActionPlan",
    "FiscalYear",
    "Initiative",
    "InitiativePastSlug",
    "NumberSequence",
    "Partnership",
    "Period",
    "PlanNode",
    "Report",
    "Snapshot",
    "TargetGroup",
    "Theme",
    "ThemePastSlug",
    "TransitionLog",
]
