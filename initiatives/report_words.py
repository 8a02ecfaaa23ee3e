"""What a report says, in words, for every page that reads one; and what was planned, beside it."""

from decimal import Decimal
from typing import Any

from alliance.lib.dates import long_date
from alliance.lib.money import format_amount
from alliance.lib.templatetags.francais import UNKNOWN, nombre
from initiatives import reporting
from initiatives.choices import Participation
from initiatives.models import Report

_EMPTY = "(vide)"
LABELS = {
    "people_reached": "Personnes rejointes",
    "organizations_count": "Organismes qui ont participé",
    "results": "Résultats",
    "gaps": "Écarts expliqués",
    "effects": "Retombées",
    "sustainability": "Et maintenant",
    "visibility": "Visibilité donnée au gouvernement du Québec",
    "unspent": "Solde non dépensé",
    "story": "Une histoire",
    "story_consent": "Accord de la personne pour la publier",
    "participation": "Les personnes en situation de pauvreté ont été",
    "people_taking_part": "Combien ont pris part",
    "women": "Femmes",
    "men": "Hommes",
    "others": "Autres ou non précisé",
}
_NEVER_ASKED = frozenset(
    {"participation", "people_taking_part", "women", "men", "others"}
)  # shown when answered


def said_rows(report: Report) -> list[tuple[str, str]]:
    """Return what the report says, as (label, words); what is never required is left out when it is not answered."""
    rows = []
    for name in reporting.TOLD[report.kind]:
        value = getattr(report, name)
        silent = value in (None, "") and name in _NEVER_ASKED
        if not silent and (name != "story_consent" or report.story):
            rows.append((LABELS[name], said(name, value)))
    return rows


def said(name: str, value: Any) -> str:
    """Return a value of a report as a person reads it: an unknown count is « inconnu », an empty text is « (vide) »."""
    if name == "participation":
        return str(dict(Participation.choices).get(value, _EMPTY))
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return format_amount(value)
    if isinstance(value, int):
        return nombre(value)
    return UNKNOWN if value is None else value or _EMPTY


def side_by_side(report: Report) -> list[tuple[str, str, str]]:
    """Return what was planned beside what is told, as (label, planned, told): texts of the form, people, dates."""
    initiative = report.initiative
    answers = getattr(initiative, "answers", None)
    planned = {
        "people_reached": nombre(initiative.expected_reach),
        "results": getattr(answers, "expected_results", "") or getattr(answers, "objectives", ""),
        "sustainability": getattr(answers, "sustainability", ""),
        "participation": initiative.citizen_participation,
    }
    rows = [
        (
            "Fin de l’initiative, réception du rapport",
            long_date(initiative.ends_on) if initiative.ends_on else UNKNOWN,
            long_date(report.received_on) if report.received_on else "pas encore reçu",
        )
    ]
    names = [name for name in reporting.TOLD[report.kind] if name != "story_consent" or report.story]
    return rows + [
        (LABELS[name], planned.get(name) or "—", said(name, getattr(report, name))) for name in names
    ]
