"""Where a file stands, in plain words: one table for the ten states, with and without what changes whose turn it is."""

from datetime import date

import pytest

from initiatives.choices import State
from initiatives.follow import ReportFacts, Side, Situation, follow

TODAY = date(2026, 1, 15)
SOON = ReportFacts(1, "progress", date(2026, 2, 15))
FAR = ReportFacts(2, "final", date(2026, 6, 30))
LATE = ReportFacts(3, "progress", date(2026, 1, 1))
READ = ReportFacts(4, "final", date(2026, 1, 1), received=True)
BACK = ReportFacts(5, "final", date(2026, 1, 1), returned=True)

CALM = {
    State.DRAFT: ("Le brouillon est enregistré.", "Complétez-le, puis déposez-le.", Side.MRC),
    State.SUBMITTED: (
        "Le dossier est au CRD.",
        "Le CRD en commencera l’analyse.",
        Side.CRD,
    ),
    State.CHANGES_REQUESTED: (
        "Le CRD attend des précisions.",
        "Complétez le dossier, puis déposez-le de nouveau.",
        Side.MRC,
    ),
    State.UNDER_REVIEW: (
        "Le dossier est en analyse.",
        "La décision sera écrite dans le dossier.",
        Side.CRD,
    ),
    State.APPROVED: (
        "L’initiative est retenue.",
        "Le CRD communiquera avec la MRC pour l’entente.",
        Side.CRD,
    ),
    State.DECLINED: (
        "L’initiative n’a pas été retenue.",
        "La raison est écrite dans le journal du dossier.",
        Side.NOBODY,
    ),
    State.IN_PROGRESS: ("L’initiative est en cours.", "", Side.NOBODY),
    State.COMPLETED: ("L’initiative est terminée.", "", Side.NOBODY),
    State.WITHDRAWN: ("Le dossier a été retiré.", "", Side.NOBODY),
    State.CANCELLED: ("L’initiative a été abandonnée.", "", Side.NOBODY),
}


def told(state, **facts):
    status = follow(Situation(state=state, on=TODAY, **facts))
    return status.words, status.next_step, status.turn


def test_ten_states_say_where_the_file_stands():
    assert {state: told(state) for state in State} == CALM


@pytest.mark.parametrize("state", State)
def test_a_message_of_the_crd_makes_it_the_turn_of_the_mrc_in_every_state(state):
    _words, step, turn = told(state, waits_for=frozenset({Side.CRD}))
    assert (step.endswith("Le CRD attend une réponse à son message."), turn) == (True, Side.MRC)


@pytest.mark.parametrize("state", State)
def test_a_message_of_the_mrc_is_the_turn_of_the_crd_unless_the_mrc_has_something_to_do(state):
    _words, step, turn = told(state, waits_for=frozenset({Side.MRC}))
    mine = state in State.editable_by_agent
    assert step.endswith("Un message de la MRC attend une réponse du CRD.")
    assert turn == (Side.MRC if mine else Side.CRD)


@pytest.mark.parametrize(
    ("state", "facts", "step", "turn"),
    [
        (State.DRAFT, {"missing": 0}, "Tout y est\xa0: vérifiez, puis déposez.", Side.MRC),
        (State.DRAFT, {"missing": 1}, "Il manque 1 réponse.", Side.MRC),
        (State.DRAFT, {"missing": 3}, "Il manque 3 réponses.", Side.MRC),
        (
            State.CHANGES_REQUESTED,
            {"corrections": 1},
            "Corrigez ce champ, puis déposez de nouveau. Le reste du dossier est fermé.",
            Side.MRC,
        ),
        (
            State.CHANGES_REQUESTED,
            {"corrections": 2},
            "Corrigez ces champs, puis déposez de nouveau. Le reste du dossier est fermé.",
            Side.MRC,
        ),
        (
            State.APPROVED,
            {"starts_on": date(2026, 4, 1)},
            "Le CRD communiquera avec la MRC pour l’entente. Elle commence le 1er avril 2026.",
            Side.CRD,
        ),
        (State.APPROVED, {"reports": (SOON,)}, "Le CRD communiquera avec la MRC pour l’entente.", Side.CRD),
        (
            State.APPROVED,
            {"reports": (LATE,)},
            "Le rapport d’étape était attendu le 1er janvier 2026\xa0: remettez-le.",
            Side.MRC,
        ),
        (
            State.IN_PROGRESS,
            {"ends_on": date(2026, 3, 31)},
            "Elle se termine le 31 mars 2026.",
            Side.NOBODY,
        ),
        (
            State.IN_PROGRESS,
            {"ends_on": date(2025, 3, 31)},
            "Elle devait se terminer le 31 mars 2025.",
            Side.NOBODY,
        ),
        (
            State.IN_PROGRESS,
            {"reports": (SOON, FAR)},
            "Remettez le rapport d’étape d’ici le 15 février 2026.",
            Side.MRC,
        ),
        (
            State.IN_PROGRESS,
            {"reports": (FAR,)},
            "Le rapport final est attendu le 30 juin 2026.",
            Side.NOBODY,
        ),
        (
            State.IN_PROGRESS,
            {"reports": (LATE, SOON)},
            "Le rapport d’étape était attendu le 1er janvier 2026\xa0: remettez-le.",
            Side.MRC,
        ),
        (State.COMPLETED, {"reports": (READ,)}, "Le CRD lit le rapport final.", Side.CRD),
        (
            State.COMPLETED,
            {"reports": (BACK,)},
            "Le CRD a retourné le rapport final\xa0: corrigez-le, puis envoyez-le de nouveau.",
            Side.MRC,
        ),
        (
            State.COMPLETED,
            {"reports": (READ, FAR)},
            "Le CRD lit le rapport final.",
            Side.CRD,
        ),
    ],
)
def test_what_is_asked_comes_before_what_is_calm(state, facts, step, turn):
    assert told(state, **facts)[1:] == (step, turn)


def test_corrections_are_counted_in_the_words():
    assert told(State.CHANGES_REQUESTED, corrections=1)[0] == "Le CRD demande 1 correction."
    assert told(State.CHANGES_REQUESTED, corrections=2)[0] == "Le CRD demande 2 corrections."


def test_each_side_reads_whose_turn_it_is():
    draft = follow(Situation(state=State.DRAFT, on=TODAY))
    read = follow(Situation(state=State.SUBMITTED, on=TODAY))
    calm = follow(Situation(state=State.DECLINED, on=TODAY))
    assert [row.turn_for(Side.MRC) for row in (draft, read, calm)] == [
        "C’est à vous",
        "C’est au CRD",
        "Rien à faire",
    ]
    assert [row.turn_for(Side.CRD) for row in (draft, read, calm)] == [
        "C’est à la MRC",
        "C’est à vous",
        "Rien à faire",
    ]


def test_dates_are_those_of_what_is_waited_for():
    late = follow(Situation(state=State.IN_PROGRESS, on=TODAY, since=date(2025, 9, 1), reports=(LATE,)))
    assert (late.since, late.expected, late.is_late) == (date(2025, 9, 1), date(2026, 1, 1), True)
    soon = follow(Situation(state=State.IN_PROGRESS, on=TODAY, reports=(SOON,)))
    assert (soon.since, soon.expected, soon.is_late) == (None, date(2026, 2, 15), False)
