"""What a file says, in sentences: for the page where one checks one's answers, the receipt, the file, a closed question."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from alliance.lib.dates import long_date, period_text
from alliance.lib.money import format_amount
from alliance.lib.templatetags.francais import nombre
from initiatives import budget
from initiatives.choices import BudgetNature, BudgetSide, PartnerRole
from initiatives.models import Initiative
from initiatives.sections import KEPT_BY_ANSWERS, QUESTIONS, SECTIONS

_SCOPES = {
    "local": "Initiative locale.",
    "supralocal": "Initiative supralocale.",
    "regional": "Initiative régionale.",
}
_YES_NO = {True: "Oui.", False: ""}

# Questions read together, under one title; the others stand alone under their own.
_TOGETHER = {
    "scope": ("Où", ("scope", "territories", "municipalities")),
    "themes": ("Thèmes", ("themes", "primary_theme")),
    "target_groups": ("Personnes visées", ("target_groups", "target_note")),
    "starts_on": ("Quand", ("starts_on", "ends_on")),
    "continuity": ("Nouvelle ou prolongée", ("continuity", "continues")),
}
_INSIDE = {code for head, (_, codes) in _TOGETHER.items() for code in codes if code != head}


@dataclass(frozen=True)
class Answer:
    """One answer as it is read; `code` is the question that « Modifier » opens."""

    code: str
    title: str
    text: str
    required: bool


@dataclass(frozen=True)
class Chapter:
    slug: str
    title: str
    answers: tuple[Answer, ...]


def chapters(initiative: Initiative) -> list[Chapter]:
    """Return every answer of the file in the order of the form; an empty text is a question left without answer."""
    return [Chapter(part.slug, part.title, tuple(_answers(initiative, part.codes))) for part in SECTIONS]


def _answers(initiative: Initiative, codes: Iterable[str]) -> Iterable[Answer]:
    for code in codes:
        if code in _INSIDE:
            continue
        title, group = _TOGETHER.get(code, (QUESTIONS[code].label, (code,)))
        text = _when(initiative) if code == "starts_on" else _joined(initiative, group)
        yield Answer(code, title, text, QUESTIONS[code].required)


def _joined(initiative: Initiative, codes: Iterable[str]) -> str:
    return " ".join(filter(None, (text_of(initiative, code) for code in codes)))


def text_of(initiative: Initiative, code: str) -> str:
    """Return what the file answers to one question, in words; an empty string when it answers nothing."""
    if code in _READERS:
        return _READERS[code](initiative)
    if QUESTIONS[code].kept == KEPT_BY_ANSWERS:
        value = getattr(getattr(initiative, "answers", None), code, "")
        return _YES_NO[value] if isinstance(value, bool) else value
    return str(getattr(initiative, code) or "")


def is_answered(initiative: Initiative, code: str) -> bool:
    """Say whether the file answers a question, without a query when its relations are prefetched."""
    if code in ("primary_theme", "plan_node", "continues"):
        return getattr(initiative, f"{code}_id") is not None
    if code == "partners":
        return bool(initiative.partnerships.all())
    return bool(text_of(initiative, code))


def _listed(label: str, rows: Iterable[Any]) -> str:
    names = ", ".join(str(row) for row in rows)
    return f"{label}{names}." if names else ""


def _dated(label: str, day: Any) -> str:
    return f"{label}\xa0: {long_date(day)}." if day else ""


def _when(initiative: Initiative) -> str:
    if initiative.starts_on and initiative.ends_on:
        text = period_text(initiative.starts_on, initiative.ends_on)
        return f"{text[0].upper()}{text[1:]}."
    return _joined(initiative, ("starts_on", "ends_on"))


def _sequel(initiative: Initiative) -> str:
    previous = initiative.continues
    return f"Prolonge\xa0: {previous} ({previous.number})." if previous else ""


def _partners(initiative: Initiative) -> str:
    rows = list(initiative.partnerships.all())
    prefetch_related_objects(rows, "organization")  # no query when a list of files was read with its partners
    return "\n".join(
        f"{row.organization}\xa0: {PartnerRole(row.role).label.lower()}{f' ({row.note})' if row.note else ''}"
        for row in rows
    )


def _activities(initiative: Initiative) -> str:
    return "\n".join(
        ", ".join(filter(None, (row.label, row.responsible, _span(row))))
        for row in initiative.activities.all()
    )


def _span(row: Any) -> str:
    if row.starts_on and row.ends_on:
        return period_text(row.starts_on, row.ends_on)
    day = row.starts_on or row.ends_on
    return (
        f"{'dès' if row.starts_on else 'jusqu’'}{' le ' if row.starts_on else 'au '}{long_date(day)}"
        if day
        else ""
    )


def _budget(side: str) -> Any:
    def read(initiative: Initiative) -> str:
        rows = [row for row in initiative.budget_lines.all() if row.side == side]
        return "\n".join([*(_budget_line(row) for row in rows), *budget.total_of(rows)])

    return read


def _budget_line(row: Any) -> str:
    amount = "montant à préciser" if row.amount is None else format_amount(row.amount)
    said = [
        row.get_origin_display() if row.origin else "",
        str(row.organization or ""),
        "biens et services" if row.nature == BudgetNature.IN_KIND else "",
        {True: "confirmée", False: "non confirmée"}.get(row.is_confirmed, ""),
        f"part du FQIS {format_amount(row.fqis_share)}" if row.fqis_share is not None else "",
        f"exercice {row.fiscal_year}" if row.fiscal_year else "",
    ]
    more = ", ".join(filter(None, said))
    return f"{row.label or '(sans nom)'}\xa0: {amount}{f' ({more})' if more else ''}"


def _documents(initiative: Initiative) -> str:
    return "\n".join(f"{row.get_kind_display()}\xa0: {row.name}" for row in initiative.documents.all())


def _reach(initiative: Initiative) -> str:
    return "" if initiative.expected_reach is None else nombre(initiative.expected_reach)


def _requested(initiative: Initiative) -> str:
    return "" if initiative.amount_requested is None else format_amount(initiative.amount_requested)


_READERS = {
    "partners": _partners,
    "scope": lambda row: _SCOPES.get(row.scope, ""),
    "territories": lambda row: _listed("", row.territories.all()),
    "municipalities": lambda row: _listed("Municipalités desservies\xa0: ", row.municipalities.all()),
    "themes": lambda row: _listed("", row.themes.all()),
    "primary_theme": lambda row: f"Thème principal\xa0: {row.primary_theme}." if row.primary_theme else "",
    "target_groups": lambda row: _listed("", row.target_groups.all()),
    "starts_on": lambda row: _dated("Début", row.starts_on),
    "ends_on": lambda row: _dated("Fin", row.ends_on),
    "continuity": lambda row: f"{row.get_continuity_display()}.",
    "continues": _sequel,
    "expected_reach": _reach,
    "amount_requested": _requested,
    "activities": _activities,
    "expenses": _budget(BudgetSide.EXPENSE),
    "sources": _budget(BudgetSide.SOURCE),
    "documents": _documents,
}
