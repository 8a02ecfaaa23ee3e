"""The form of an initiative, declared once: its sections, their questions, and where each answer is kept.

The pages of « Mon espace », the list of what can be corrected, the blank form to print and the spreadsheet's template all
read this. Source: facts/form_fields.csv (labels, what is required). « Required » means: asked for at the deposit.
"""

from dataclasses import dataclass

KEPT_BY_FILE, KEPT_BY_ANSWERS, KEPT_BY_ROWS = "initiative", "answers", "rows"


@dataclass(frozen=True)
class Question:
    """`kept` says where the answer is: a field of Initiative, a field of Answers, or rows of their own."""

    code: str
    label: str
    help: str = ""
    required: bool = True
    kept: str = KEPT_BY_FILE
    lines: int = 1  # height of the answer, on the screen and on paper


@dataclass(frozen=True)
class Section:
    slug: str
    title: str
    hint: str
    questions: tuple[Question, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(question.code for question in self.questions)


def _answer(code: str, label: str, help: str = "", *, required: bool = True, lines: int = 5) -> Question:
    return Question(code, label, help, required, KEPT_BY_ANSWERS, lines)


SECTIONS = (
    Section(
        "organisme",
        "L’organisme et ses partenaires",
        "Qui porte l’initiative, qui y participe",
        (
            Question("partners", "Partenaires", "Qui porte l’initiative, et avec qui.", kept=KEPT_BY_ROWS),
            _answer("mission", "Mission de l’organisme", "En quelques phrases."),
            _answer("experience", "Expérience", "Ce qui montre que l’organisme peut réaliser l’initiative."),
            _answer(
                "signatory", "Personne autorisée à signer", "Nom, fonction, courriel, téléphone.", lines=1
            ),
            _answer("contact", "Personne responsable", "Nom, courriel, téléphone.", lines=1),
        ),
    ),
    Section(
        "initiative",
        "L’initiative",
        "Ce qui se fera, et pourquoi",
        (
            Question("title", "Titre de l’initiative", "Court et parlant\xa0: il sera public."),
            Question(
                "summary",
                "Résumé public",
                "Ce qui se fera, pour qui et pourquoi, en mots de tous les jours. Au plus 400 mots.",
                lines=8,
            ),
            _answer("need", "Besoin", "Le problème que vivent les personnes."),
            _answer("objectives", "Objectifs", "De deux à quatre, que l’on pourra mesurer. Un par ligne."),
            _answer("expected_results", "Résultats attendus", "Ce qui aura changé à la fin."),
            _answer("indicators", "Indicateurs et cibles", "Comment vous le saurez. Un par ligne.", lines=4),
            Question(
                "citizen_participation",
                "Participation des personnes en situation de pauvreté",
                "Comment ces personnes prennent part à l’initiative.",
                lines=4,
            ),
            _answer(
                "sustainability",
                "Après le financement",
                "Ce qui restera quand l’argent sera dépensé.",
                lines=4,
            ),
            _answer("innovation", "Ce que l’initiative a de nouveau", required=False, lines=4),
            _answer(
                "gender_analysis",
                "Analyse différenciée selon les sexes (ADS+)",
                "Ce qui change selon que l’on est une femme, un homme, une personne âgée, handicapée ou immigrante.",
                required=False,
                lines=4,
            ),
            Question(
                "description",
                "Autre chose à dire pour l’analyse",
                "Ce texte n’est pas publié.",
                required=False,
                lines=5,
            ),
            Question("continuity", "Nouvelle ou prolongée"),
            Question("continues", "Initiative prolongée", "Seulement pour une prolongation.", required=False),
        ),
    ),
    Section(
        "lieux",
        "Où et pour qui",
        "Territoire, thèmes, personnes visées",
        (
            Question("scope", "Portée"),
            Question("territories", "MRC"),
            Question(
                "municipalities",
                "Municipalités desservies",
                "Aucune case cochée\xa0: toute la MRC.",
                required=False,
            ),
            Question("themes", "Thèmes"),
            Question("primary_theme", "Thème principal", "Un des thèmes cochés."),
            Question("plan_node", "Objectif du plan d’action", required=False),
            Question("target_groups", "Personnes visées"),
            Question("target_note", "Précision sur les personnes visées", required=False),
            Question("expected_reach", "Nombre de personnes à rejoindre"),
        ),
    ),
    Section(
        "calendrier",
        "Quand et activités",
        "Dates, activités",
        (
            Question("starts_on", "Date de début", "Par exemple 2026-04-27"),
            Question("ends_on", "Date de fin", "Par exemple 2027-03-31"),
            Question("activities", "Activités", "Qui fait quoi, et quand.", kept=KEPT_BY_ROWS, lines=8),
        ),
    ),
    Section(
        "budget",
        "Budget",
        "Dépenses et sources d’argent",
        (
            Question(
                "amount_requested",
                "Montant demandé au FQIS",
                "En dollars, par exemple 12\xa0500 ou 12\xa0500,50",
            ),
            _answer(
                "money_source", "Source de l’argent", "Si ce n’est pas le FQIS.", required=False, lines=1
            ),
            Question("expenses", "Dépenses", "Un poste par ligne.", kept=KEPT_BY_ROWS, lines=8),
            Question(
                "sources",
                "Sources de financement",
                "Argent ou biens et services, confirmés ou non.",
                kept=KEPT_BY_ROWS,
                lines=8,
            ),
            _answer("budget_note", "Explication du budget", required=False, lines=3),
        ),
    ),
    Section(
        "documents",
        "Documents",
        "Résolution, rapport annuel, lettres d’appui",
        (
            Question(
                "documents",
                "Documents",
                "PDF, Word, Excel, LibreOffice ou image, 10 Mo au plus chacun.",
                kept=KEPT_BY_ROWS,
            ),
            _answer(
                "documents_note",
                "Documents à venir",
                "S’il en manque, dites lesquels et quand ils suivront.",
                required=False,
                lines=2,
            ),
        ),
    ),
    Section(
        "declaration",
        "Déclaration",
        "Exactitude et publication",
        (
            _answer(
                "is_declared",
                "Les renseignements sont exacts, et l’organisme rendra compte de l’argent reçu",
                lines=1,
            ),
            _answer(
                "accepts_publication",
                "L’organisme accepte que la fiche publique soit diffusée dans le répertoire",
                lines=1,
            ),
        ),
    ),
)

BY_SLUG = {section.slug: section for section in SECTIONS}
QUESTIONS = {question.code: question for section in SECTIONS for question in section.questions}
SECTION_OF = {question.code: section.slug for section in SECTIONS for question in section.questions}
ANSWERS = tuple(code for code, question in QUESTIONS.items() if question.kept == KEPT_BY_ANSWERS)

# The minimum path: eight answers make a real draft (what, who, where, theme, for whom, when, how much, from where).
QUICK = (
    "title",
    "partners",
    "territories",
    "primary_theme",
    "target_groups",
    "starts_on",
    "amount_requested",
    "money_source",
)
