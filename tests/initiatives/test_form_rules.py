"""What the form asks before a deposit, and of whom (facts/form_fields.csv, « obligatoire »; quality.md C9)."""

from decimal import Decimal

import pytest

from initiatives import actions, budget, rules
from initiatives.actions import ActivityRow, BudgetRow, CorrectionRow, Details
from initiatives.choices import BudgetOrigin, BudgetSide, DocumentKind, EntryMode
from initiatives.content import FACTS_READ, FORM_READ, copy_of, missing_of
from initiatives.models import BudgetLine, Initiative
from initiatives.sections import ANSWERS, QUESTIONS

REQUIRED = frozenset(code for code, question in QUESTIONS.items() if question.required)


def totals(expenses=(6000,), sources=((5000, BudgetOrigin.FQIS), (1000, BudgetOrigin.PARTNER))):
    rows = [BudgetLine(side=BudgetSide.EXPENSE, amount=amount) for amount in expenses]
    rows += [BudgetLine(side=BudgetSide.SOURCE, amount=amount, origin=origin) for amount, origin in sources]
    return budget.totals_of(rows)


def given(**changes):
    values = {
        "codes": REQUIRED,
        "documents": frozenset(DocumentKind.required),
        "documents_follow": False,
        "totals": totals(),
        "requested": Decimal(5000),
    }
    return rules.Answered(**(values | changes))


def asked(**changes):
    return [(item.field, item.sentence) for item in rules.missing_answers(given(**changes))]


def test_complete_form_misses_nothing():
    assert asked() == []


@pytest.mark.parametrize("code", sorted(REQUIRED - {"partners", "expenses", "sources", "documents"}))
def test_each_required_answer_is_asked_by_its_name(code):
    ((field, sentence),) = asked(codes=REQUIRED - {code})
    assert field == code
    assert code == "activities" or QUESTIONS[code].label in sentence


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"totals": totals(expenses=())}, "expenses", "Inscrivez au moins une dépense et son montant."),
        (
            {"totals": totals(sources=())},
            "sources",
            "Inscrivez au moins une source de financement et son montant.",
        ),
        ({"totals": totals(expenses=(6000, None))}, "expenses", "Inscrivez le montant de chaque dépense."),
        (
            {"totals": totals(expenses=(7000,))},
            "sources",
            "Les sources de financement (6\xa0000\xa0$) doivent égaler les dépenses (7\xa0000\xa0$).",
        ),
        (
            {"requested": Decimal(4000)},
            "amount_requested",
            "Le montant demandé (4\xa0000\xa0$) doit égaler les sources du FQIS (5\xa0000\xa0$).",
        ),
        (
            {"documents": frozenset(DocumentKind.required) - {DocumentKind.SUPPORT}},
            "documents",
            "Joignez ces documents, ou dites quand ils suivront\xa0: lettre d’appui.",
        ),
    ],
)
def test_money_and_documents_are_asked_in_words(changes, field, sentence):
    assert asked(**changes) == [(field, sentence)]


def test_documents_that_are_said_to_follow_are_not_asked():
    assert asked(documents=(), documents_follow=True) == []


def test_only_agents_who_use_the_form_are_asked_everything(world):
    asked = {}
    for mode in EntryMode:
        row = actions.create_draft(
            by=world.agent_mitis,
            values=world.values(),
            partners=[(world.moisson, "lead", "")],
            entry_mode=mode,
        )
        asked[mode] = [bool(missing_of(row, by)) for by in (world.agent_mitis, world.coordination)]
    assert asked == {mode: [mode in EntryMode.through_form, False] for mode in EntryMode}


def answered(world):
    """Return a file whose form is complete, through the actions alone."""
    texts = {name: "Oui." for name in ANSWERS if name not in ("is_declared", "accepts_publication")}
    details = Details(
        answers=texts | {"is_declared": True, "accepts_publication": True},
        activities=[ActivityRow("Ouvrir")],
        expenses=[BudgetRow("Frigo", Decimal(6000))],
        sources=[BudgetRow("FQIS", Decimal(6000), BudgetOrigin.FQIS)],
    )
    values = world.values(
        amount_requested=Decimal(6000), expected_reach=0, citizen_participation="Un comité."
    )
    return actions.create_draft(
        by=world.agent_mitis,
        values=values,
        partners=[(world.moisson, "lead", "")],
        entry_mode=EntryMode.FORM,
        details=details,
    )


def test_deposit_keeps_a_copy_of_every_answer_and_says_who_declared_it(world):
    row = answered(world)
    assert missing_of(row, world.agent_mitis) == []
    actions.update(initiative=row, by=world.coordination, values={"target_note": "Revu"})
    deposited = actions.submit(initiative=row, by=world.agent_mitis)
    copy = deposited.snapshots.get().content
    assert copy == copy_of(deposited)
    assert set(copy["answers"]) == set(ANSWERS)
    assert copy["activities"] == [{"label": "Ouvrir", "responsible": "", "starts_on": None, "ends_on": None}]
    assert [(line["side"], line["label"], line["amount"]) for line in copy["budget"]] == [
        ("expense", "Frigo", "6000.00"),
        ("source", "FQIS", "6000.00"),
    ]
    deposited.answers.refresh_from_db()
    assert deposited.answers.declared_by == world.agent_mitis
    assert deposited.answers.declared_at >= deposited.submitted_at


def test_declared_again_by_whoever_deposits(world):
    row = answered(world)
    row.answers.declared_by = world.coordination
    row.answers.save()
    actions.submit(initiative=row, by=world.agent_mitis)
    row.answers.refresh_from_db()
    assert row.answers.declared_by == world.agent_mitis


def test_returned_file_is_held_by_its_open_questions_only(world):
    row = actions.submit(initiative=answered(world), by=world.agent_mitis)
    asked = [CorrectionRow("need", "incomplete", ""), CorrectionRow("expenses", "incorrect", "")]
    actions.request_changes(initiative=row, by=world.coordination, note="Deux points.", asked=asked)
    row = actions.update(
        initiative=row,
        by=world.coordination,
        values={"summary": ""},
        details=Details(answers={"need": "", "mission": ""}, expenses=[BudgetRow("Frigo", Decimal(7000))]),
    )
    assert [item.field for item in missing_of(row, world.agent_mitis)] == ["need", "sources"]
    assert [item.field for item in missing_of(row, world.coordination)] == ["summary"]


def test_what_is_missing_asks_no_query_of_a_file_read_with_its_relations(world, django_assert_num_queries):
    answered(world)
    row = Initiative.objects.prefetch_related(*FACTS_READ, *FORM_READ).get()
    with django_assert_num_queries(0):
        assert missing_of(row, world.agent_mitis) == []


@pytest.mark.parametrize(("words", "problems"), [(400, []), (401, ["summary"])])
def test_summary_is_counted_in_words_at_the_deposit(world, words, problems):
    row = answered(world)
    actions.update(initiative=row, by=world.agent_mitis, values={"summary": "mot " * words})
    row = Initiative.objects.get(pk=row.pk)
    missing = missing_of(row, world.agent_mitis)
    assert [item.field for item in missing] == problems
    assert all("401\xa0mots" in item.sentence for item in missing)
    assert missing_of(row, world.coordination) == []
