"""Corrections asked on a field: only those fields open again, by the page and by the action, until the next deposit."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from alliance.lib.workflow import Refusal
from initiatives import actions
from initiatives.actions import ActivityRow, BudgetRow, CorrectionRow, Details
from initiatives.changes import differences
from initiatives.choices import State
from initiatives.content import copy_of
from initiatives.forms.entry import MARK_OF_END
from initiatives.models import Answers, Correction, Initiative

ROWS = [
    CorrectionRow("summary", "incomplete", "Dites où est le frigo."),
    CorrectionRow("need", "to_update", ""),
]


@pytest.fixture
def returned(world):
    initiative = world.initiative(State.SUBMITTED, summary="Un frigo.")
    return actions.request_changes(initiative=initiative, by=world.coordination, note="Voir.", asked=ROWS)


def section(initiative, slug):
    return reverse("espace:section", args=[initiative.pk, slug])


def posted(initiative, **fields):
    version = Initiative.objects.get(pk=initiative.pk).version
    return {"version": version, MARK_OF_END: "1", "do": "save"} | fields


def test_page_opens_the_named_fields_and_says_why_beside_them(world, client_for, returned):
    page = client_for(world.agent_mitis).get(section(returned, "initiative")).content.decode()
    assert "À corriger\xa0: incomplet" in page
    assert "Dites où est le frigo." in page
    assert 'name="summary"' in page
    assert 'name="need"' in page
    assert 'name="title"' not in page
    other = client_for(world.agent_mitis).get(section(returned, "lieux")).content.decode()
    assert 'name="scope"' not in other


def test_page_changes_the_named_fields_and_no_other(world, client_for, returned):
    fields = posted(
        returned, summary="Un frigo à Price.", need="La faim.", title="Autre titre", objectives="X"
    )
    answer = client_for(world.agent_mitis).post(section(returned, "initiative"), fields)
    assert answer.status_code in (302, 422)
    stored = Initiative.objects.get()
    assert (stored.summary, stored.title) == ("Un frigo à Price.", returned.title)
    assert Answers.objects.values_list("need", "objectives").get() == ("La faim.", "")


def test_page_of_a_closed_section_writes_nothing(world, client_for, returned):
    agent = client_for(world.agent_mitis)
    before = Initiative.objects.values().get()
    agent.post(section(returned, "lieux"), posted(returned, scope="regional"))
    agent.post(section(returned, "calendrier"), posted(returned, starts_on="2030-01-01"))
    changed = {name for name, value in Initiative.objects.values().get().items() if before[name] != value}
    assert changed <= {"version", "updated_at"}


@pytest.mark.parametrize(
    "writes",
    [
        {"values": {"title": "X"}},
        {"values": {"summary": "Y", "starts_on": None}},
        {"values": {}, "partners": []},
        {"values": {}, "details": Details(answers={"mission": "X"})},
        {"values": {}, "details": Details(expenses=[])},
    ],
)
def test_action_refuses_what_was_not_asked(world, returned, writes):
    before = Initiative.objects.values().get()
    with pytest.raises(Refusal, match="Seuls les champs à corriger sont ouverts"):
        actions.update(initiative=returned, by=world.agent_mitis, **writes)
    assert Initiative.objects.values().get() == before


def test_staff_may_still_correct_the_rest(world, returned):
    actions.update(initiative=returned, by=world.coordination, values={"title": "Titre du CRD"})
    assert Initiative.objects.get().title == "Titre du CRD"


def test_deposit_settles_and_a_second_return_keeps_the_first_in_the_log(world, client_for, returned):
    agent = client_for(world.agent_mitis)
    file = reverse("espace:file", args=[returned.pk])
    actions.update(initiative=returned, by=world.agent_mitis, values={"summary": "Un frigo à Price."})
    actions.submit(initiative=returned, by=world.agent_mitis)
    assert list(Correction.objects.values_list("answered_by", flat=True)) == [world.agent_mitis.pk] * 2
    again = [CorrectionRow("title", "incorrect", "Trop long.")]
    actions.request_changes(initiative=returned, by=world.coordination, note="Encore.", asked=again)
    assert actions.open_fields(Initiative.objects.get()) == {"title"}
    assert [(row.field, row.answered_at is None) for row in Correction.objects.all()] == [
        ("summary", False),
        ("need", False),
        ("title", True),
    ]
    response = agent.get(file)
    assert [
        (row.field, bool(row.answered_at)) for row, _label, _where in response.context["corrections"]
    ] == [
        ("summary", True),
        ("need", True),
        ("title", False),
    ]
    page = response.content.decode()
    assert "Le CRD demande 1 correction." in page
    assert (
        f'<a href="{section(returned, "initiative")}#id_title">Titre de l’initiative</a>\xa0: inexact. Trop long.'
        in page
    )
    with pytest.raises(Refusal, match="Seuls les champs"):
        actions.update(initiative=returned, by=world.agent_mitis, values={"summary": "Z"})


def test_agent_reads_what_changed_since_the_last_deposit(world, client_for, returned):
    agent, file = client_for(world.agent_mitis), reverse("espace:file", args=[returned.pk])
    assert agent.get(file).context["comparisons"] == []
    actions.update(initiative=returned, by=world.agent_mitis, values={"summary": "Un frigo à Price."})
    (comparison,) = agent.get(file).context["comparisons"]
    assert [(row.label, row.before, row.after) for row in comparison.changes] == [
        ("Résumé public", "Un frigo.", "Un frigo à Price.")
    ]
    page = agent.get(file).content.decode()
    assert "<del>Un frigo.</del>" in page
    assert "<ins>Un frigo à Price.</ins>" in page


def test_every_kind_of_answer_is_compared_in_words(world):
    initiative = world.initiative()
    actions.update(
        initiative=initiative,
        by=world.agent_mitis,
        values={},
        details=Details(
            answers={"need": "La faim."},
            expenses=[BudgetRow("Salaires", Decimal(1000), fqis_share=Decimal(500))],
            activities=[ActivityRow("Ouverture", "Ève", date(2026, 1, 5))],
        ),
    )
    before = copy_of(Initiative.objects.get())
    actions.update(
        initiative=initiative,
        by=world.agent_mitis,
        values={"amount_requested": Decimal("2500.5"), "ends_on": date(2026, 3, 31), "scope": "regional"},
        partners=[(world.moisson, "lead", "Local"), (world.cdc, "partner", "")],
        details=Details(
            answers={"need": "La faim et la solitude.", "is_declared": True},
            expenses=[BudgetRow("Salaires", Decimal(1200), is_confirmed=True)],
            sources=[BudgetRow("Ville", None, origin="municipal", nature="in_kind")],
            activities=[],
        ),
    )
    told = [
        (row.code, row.before, row.after) for row in differences(before, copy_of(Initiative.objects.get()))
    ]
    lead = str(world.moisson.name)
    assert told == [
        ("partners", f"{lead}, porteur", f"{lead}, porteur, Local\n{world.cdc.name}, partenaire"),
        ("need", "La faim.", "La faim et la solitude."),
        ("scope", "Locale (une MRC)", "Régionale (toute la région)"),
        ("ends_on", "28 février 2026", "31 mars 2026"),
        ("activities", "Ouverture, Ève, du 5 janvier 2026", "(vide)"),
        ("amount_requested", "(vide)", "2\xa0500,50\xa0$"),
        (
            "expenses",
            "Salaires, argent, 1\xa0000\xa0$, part du FQIS 500\xa0$",
            "Salaires, argent, confirmé, 1\xa0200\xa0$",
        ),
        ("sources", "(vide)", "Ville, municipalité ou MRC, biens et services"),
        ("is_declared", "(vide)", "Oui"),
    ]


def test_unknown_field_is_refused(world):
    initiative = world.initiative(State.SUBMITTED)
    with pytest.raises(Refusal, match="Choisissez un champ"):
        actions.request_changes(
            initiative=initiative,
            by=world.coordination,
            note="Voir.",
            asked=[CorrectionRow("internal_note", "incorrect")],
        )
    assert Initiative.objects.get().state == State.SUBMITTED


# What a person may not do, whatever they post (quality.md F13, F14) -------------------------------------------


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED, State.DECLINED, State.COMPLETED])
def test_edit_after_the_deposit_is_409_and_a_message_is_still_possible(world, client_for, state):
    initiative = world.initiative(state)
    agent, before = client_for(world.agent_mitis), Initiative.objects.values().get()
    for address in (reverse("espace:edit", args=[initiative.pk]), section(initiative, "initiative")):
        answer = agent.get(address)
        assert (answer.status_code, State(state).label in answer.content.decode()) == (409, True)
    typed = agent.post(section(initiative, "initiative"), posted(initiative, title="Texte tardif"))
    assert (typed.status_code, "Texte tardif" in typed.content.decode()) == (409, True)
    assert Initiative.objects.values().get() == before
    where = reverse("espace:exchanges", args=[initiative.pk])
    assert f'href="{where}"' in typed.content.decode()
    assert actions.say(initiative=initiative, by=world.agent_mitis, text="Une précision").pk


@pytest.mark.parametrize(
    "name", ["approve", "decline", "start_review", "request_changes", "start", "complete", "cancel"]
)
def test_agent_who_posts_a_decision_changes_nothing(world, client_for, name):
    initiative = world.initiative(State.UNDER_REVIEW)
    agent, before = client_for(world.agent_mitis), Initiative.objects.values().get()
    answers = [
        agent.post(reverse("admin:initiatives_initiative_step", args=[initiative.pk, name]), {"note": "Oui"}),
        agent.post(f"/espace/initiatives/{initiative.pk}/{name}/", {"note": "Oui"}),
        agent.post(f"/espace/initiatives/{initiative.pk}/etat/{name}/", {"note": "Oui"}),
    ]
    assert answers[0].status_code in (302, 403)
    assert (
        agent.post(
            reverse("admin:initiatives_initiative_step", args=[initiative.pk, name]),
            {"note": "Oui"},
            follow=True,
        ).status_code
        == 403
    )
    assert [answer.status_code for answer in answers[1:]] == [404, 404]
    with pytest.raises(Refusal):
        getattr(actions, name)(initiative=initiative, by=world.agent_mitis, note="Oui")
    assert Initiative.objects.values().get() == before
    assert initiative.transitions.count() == 2
