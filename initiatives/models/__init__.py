from initiatives.models.answers import Activity, Answers, BudgetLine
from initiatives.models.documents import Document
from initiatives.models.easy import EasyText
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
from initiatives.models.report import Report, ReportExpense
from initiatives.models.talk import Correction, Exchange, InternalNote

__all__ = [
    "ActionPlan",
    "Activity",
    "Answers",
    "BudgetLine",
    "Correction",
    "Document",
    "EasyText",
    "Exchange",
    "FiscalYear",
    "Initiative",
    "InitiativePastSlug",
    "InternalNote",
    "NumberSequence",
    "Partnership",
    "Period",
    "PlanNode",
    "Report",
    "ReportExpense",
    "Snapshot",
    "TargetGroup",
    "Theme",
    "ThemePastSlug",
    "TransitionLog",
]
