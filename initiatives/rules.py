"""What an initiative needs, said in French. Pure: values in, list of missing things or refusals out.

Sources: domain.md §10 (scope, publication), facts/form_fields.csv (what a deposit asks), quality.md §5 I10 (two persons).
A rule returns `Missing(field, sentence)` so that a page can link each sentence to its field.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from alliance.lib.money import format_amount
from initiatives.budget import Totals
from initiatives.choices import Continuity, DocumentKind, Publication, Scope, State
from initiatives.sections import KEPT_BY_ROWS, QUESTIONS

ALL_TERRITORIES = 8
SUMMARY_WORDS = 400  # form_fields.csv, summary_public


@dataclass(frozen=True)
class Missing:
    field: str
    sentence: str


@dataclass(frozen=True)
class Facts:
    """The values of an initiative that rules look at; ids only, no database."""

    title: str
    summary: str
    scope: str
    state: str
    publication: str
    territories: Collection[int]
    themes: Collection[int]
    primary_theme: int | None
    has_lead: bool
    starts_on: date | None
    ends_on: date | None
    fiscal_years: Collection[int]
    target_groups: Collection[int] = ()
    target_note: str = ""
    continuity: str = Continuity.NEW
    from_source: bool = False


def scope_problem(scope: str, territories: int) -> str:
    """Return why the number of MRCs does not suit the scope, or an empty string (domain.md §10)."""
    if scope == Scope.LOCAL and territories != 1:
        return "Une initiative locale concerne une seule MRC : choisissez-en une."
    if scope == Scope.SUPRALOCAL and not 2 <= territories < ALL_TERRITORIES:
        return "Une initiative supralocale concerne de deux à sept MRC : choisissez-les."
    if scope == Scope.REGIONAL and territories not in (0, ALL_TERRITORIES):
        return "Une initiative régionale concerne toute la région : ne choisissez aucune MRC."
    return ""


def _content(facts: Facts) -> list[Missing]:
    missing = []
    if not facts.title.strip():
        missing.append(Missing("title", "Inscrivez le titre de l’initiative."))
    if not facts.summary.strip():
        missing.append(Missing("summary", "Inscrivez le résumé destiné au public."))
    if not facts.scope:
        missing.append(Missing("scope", "Choisissez la portée de l’initiative."))
    if not facts.themes:
        missing.append(Missing("themes", "Choisissez au moins un thème."))
    elif facts.primary_theme not in facts.themes:
        missing.append(Missing("primary_theme", "Choisissez le thème principal parmi les thèmes cochés."))
    return missing


def missing_to_submit(facts: Facts) -> list[Missing]:
    """Return what a deposit still needs; empty when it can be submitted."""
    missing = _content(facts)
    if facts.scope and (problem := scope_problem(facts.scope, len(facts.territories))):
        missing.append(Missing("territories", problem))
    if not facts.target_groups and not facts.target_note.strip():
        missing.append(Missing("target_groups", "Dites à qui l’initiative s’adresse."))
    if not facts.starts_on:
        missing.append(Missing("starts_on", "Inscrivez la date de début."))
    if not facts.ends_on:
        missing.append(Missing("ends_on", "Inscrivez la date de fin."))
    if not facts.has_lead:
        missing.append(Missing("lead", "Choisissez l’organisation qui porte l’initiative."))
    return missing


# What every deposit asks for, whatever door the file came through (see `missing_to_submit`).
ALWAYS_ASKED = frozenset(
    {
        "title",
        "summary",
        "scope",
        "territories",
        "themes",
        "primary_theme",
        "target_groups",
        "starts_on",
        "ends_on",
        "partners",
    }
)


@dataclass(frozen=True)
class Answered:
    """What the form holds: the codes of the required questions answered, kinds of documents joined, the budget added up."""

    codes: Collection[str]
    documents: Collection[str]
    documents_follow: bool
    totals: Totals
    requested: Decimal | None
    summary: str = ""


def missing_answers(given: Answered) -> list[Missing]:
    """Return what the form still needs, on top of `missing_to_submit` (form_fields.csv, « obligatoire »; quality.md C9)."""
    missing = [
        Missing(code, _sentence(code))
        for code, question in QUESTIONS.items()
        if question.required and question.kept != KEPT_BY_ROWS and code not in given.codes
    ]
    if "activities" not in given.codes:
        missing.append(Missing("activities", "Inscrivez au moins une activité."))
    if (words := len(given.summary.split())) > SUMMARY_WORDS:
        said = (
            f"Raccourcissez le résumé public\xa0: il compte {words}\xa0mots, le maximum est {SUMMARY_WORDS}."
        )
        missing.append(Missing("summary", said))
    return [*missing, *_missing_money(given), *_missing_documents(given)]


def _sentence(code: str) -> str:
    label = QUESTIONS[code].label
    if code in ("is_declared", "accepts_publication"):
        return f"Cochez «\xa0{label}\xa0»."
    return f"Répondez à «\xa0{label}\xa0»."


def _missing_money(given: Answered) -> list[Missing]:
    totals, missing = given.totals, []
    for code, amount, unknown, what in (
        ("expenses", totals.expenses, totals.unknown_expenses, "dépense"),
        ("sources", totals.sources, totals.unknown_sources, "source de financement"),
    ):
        if unknown:
            missing.append(Missing(code, f"Inscrivez le montant de chaque {what}."))
        elif not amount:
            missing.append(Missing(code, f"Inscrivez au moins une {what} et son montant."))
    if missing:
        return missing
    if totals.gap:
        both = (
            f"{format_amount(totals.sources)}) doivent égaler les dépenses ({format_amount(totals.expenses)}"
        )
        missing.append(Missing("sources", f"Les sources de financement ({both})."))
    if given.requested is not None and given.requested != totals.fqis_source:
        both = f"{format_amount(given.requested)}) doit égaler les sources du FQIS ({format_amount(totals.fqis_source)}"
        missing.append(Missing("amount_requested", f"Le montant demandé ({both})."))
    return missing


def _missing_documents(given: Answered) -> list[Missing]:
    lacking = [kind for kind in DocumentKind.required if kind not in given.documents]
    if not lacking or given.documents_follow:
        return []
    names = ", ".join(str(DocumentKind(kind).label).lower() for kind in lacking)
    return [Missing("documents", f"Joignez ces documents, ou dites quand ils suivront\xa0: {names}.")]


def missing_to_publish(facts: Facts) -> list[Missing]:
    """Return what a public page still needs.

    A record taken from a published text (`from_source`) may lack what the text did not say: the page then
    reads « non précisé par la source », which is truer than an invention.
    """
    missing = _content(facts)
    if facts.state not in State.publishable:
        missing.append(
            Missing("state", "Seule une initiative retenue, en cours ou terminée peut être publiée.")
        )
    if not facts.fiscal_years:
        missing.append(Missing("fiscal_years", "Inscrivez les dates ou l’exercice de l’initiative."))
    if not facts.from_source:
        if not facts.has_lead:
            missing.append(Missing("lead", "Choisissez l’organisation qui porte l’initiative."))
        if facts.scope and (problem := scope_problem(facts.scope, len(facts.territories))):
            missing.append(Missing("territories", problem))
    return missing


def refuse_same_person(*, submitter: int | None, decider: int) -> str:
    """Return why this person cannot decide, or an empty string: nobody approves their own deposit."""
    if submitter is not None and submitter == decider:
        return "Vous avez déposé ce dossier : une autre personne doit prendre la décision."
    return ""


def refuse_demo_person(person_is_demo: bool, thing_is_demo: bool) -> str:
    """Return why a demonstration account cannot follow a real initiative, or an empty string."""
    if person_is_demo and not thing_is_demo:
        return "Un compte de démonstration n’écrit que dans la démonstration."
    return ""


def refuse_received_on(received_on: date | None, today: date) -> str:
    """Return why a report cannot be received at that date, or an empty string."""
    if received_on and received_on > today:
        return "Un rapport ne peut pas être reçu dans le futur\xa0: corrigez la date de réception."
    return ""


def refuse_to_approve_report(*, received: bool) -> str:
    """Return why a report cannot be approved, or an empty string."""
    return "" if received else "Inscrivez la date de réception du rapport avant de l’approuver."


def refuse_edit_by_agent(state: str) -> str:
    """Return why an agent cannot edit in this state, or an empty string."""
    if state in State.editable_by_agent:
        return ""
    return f"Ce dossier est « {State(state).label} » : il ne peut plus être modifié ici."


def leaves_site(publication: str, target_state: str) -> bool:
    """Say whether reaching `target_state` takes a published page off the site."""
    return publication == Publication.PUBLISHED and target_state not in State.publishable
