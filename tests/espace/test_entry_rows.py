"""The tables of the form: activities, expenses, sources; totals in words; lines added without JavaScript."""

from datetime import date
from decimal import Decimal

import pytest

from initiatives.actions.answers import MOST_ROWS
from initiatives.choices import BudgetNature, BudgetOrigin, BudgetSide
from initiatives.models import BudgetLine
from tests.espace.forms import page, post, rows, section_of

BLANK = {"label": "", "amount": "", "fqis_share": ""}


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.fixture
def draft(world):
    return world.initiative()


def lines(draft, side):
    return [
        (row.label, row.amount, row.fqis_share, row.fiscal_year and str(row.fiscal_year))
        for row in BudgetLine.objects.filter(initiative=draft, side=side)
    ]


def test_lines_are_stored_in_order_and_blank_ones_are_nothing(world, agent, draft):
    fields = rows(
        "expenses",
        BLANK,
        {"label": "Frigo", "amount": "6 000,50"},
        {"label": "Main-d’œuvre"},
        {"amount": "1"},
    )
    source = {
        "label": "Prêt de local",
        "origin": "partner",
        "organization": str(world.moisson.pk),
        "nature": "in_kind",
        "is_confirmed": "non",
        "amount": "1 000",
    }
    sources = rows("sources", {"nature": "cash"}, source, {"nature": "cash", "is_confirmed": ""})
    assert post(agent, draft, "budget", page(world, "budget") | fields | sources).status_code == 302
    assert lines(draft, BudgetSide.EXPENSE) == [
        ("Frigo", Decimal("6000.50"), None, "2025-2026"),
        ("Main-d’œuvre", None, None, "2025-2026"),
        ("", Decimal(1), None, "2025-2026"),
    ]
    kept = BudgetLine.objects.get(side=BudgetSide.SOURCE, label="Prêt de local")
    assert (kept.origin, kept.organization, kept.nature, kept.is_confirmed) == (
        BudgetOrigin.PARTNER,
        world.moisson,
        BudgetNature.IN_KIND,
        False,
    )


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("expenses-0-amount", "1,234"),
        ("expenses-0-amount", "-5"),
        ("expenses-0-fqis_share", "7 000"),
        ("sources-0-amount", "douze"),
        ("sources-0-origin", "lune"),
        ("sources-0-nature", "lune"),
        ("sources-0-is_confirmed", "peut-être"),
        ("sources-0-organization", "0"),
        ("sources-0-label", "a\x00b"),
    ],
)
def test_bad_cell_is_refused_beside_it_and_the_stored_one_stays(world, agent, draft, cell, text):
    post(agent, draft, "budget", page(world, "budget"))
    before = list(
        BudgetLine.objects.values("side", "label", "amount", "fqis_share", "origin", "nature", "is_confirmed")
    )
    answer = post(agent, draft, "budget", page(world, "budget", budget_note="Gardée", **{cell: text}))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{cell}_error"' in shown
    assert f'href="#id_{cell}"' in shown
    after = list(BudgetLine.objects.values(*before[0]))
    if cell.endswith(
        ("label", "share")
    ):  # a line without its name is another line; a share too large is left out
        assert len(after) == len(before)
    else:
        assert after == before
    draft.refresh_from_db()
    assert draft.answers.budget_note == "Gardée"


def test_activity_that_ends_before_it_starts_is_refused_on_its_end(world, agent, draft):
    row = {"label": "Ouvrir", "starts_on": "2025-06-01", "ends_on": "2025-05-01"}
    answer = post(agent, draft, "calendrier", page(world, "calendrier") | rows("activities", row))
    assert (answer.status_code, 'id="id_activities-0-ends_on_error"' in answer.content.decode()) == (
        422,
        True,
    )
    kept = draft.activities.get()
    assert (kept.label, kept.starts_on, kept.ends_on) == ("Ouvrir", date(2025, 6, 1), None)


def test_too_many_lines_are_refused_and_nothing_of_the_table_is_lost(world, agent, draft):
    post(agent, draft, "budget", page(world, "budget"))
    many = rows("expenses", *({"label": f"Poste {number}"} for number in range(MOST_ROWS + 1)))
    answer = post(agent, draft, "budget", page(world, "budget") | many)
    assert (answer.status_code, "au plus 60 lignes" in answer.content.decode()) == (422, True)
    assert len(lines(draft, BudgetSide.EXPENSE)) == 1
    full = rows("expenses", *({"label": f"Poste {number}"} for number in range(MOST_ROWS)))
    assert post(agent, draft, "budget", page(world, "budget") | full).status_code == 302
    assert len(lines(draft, BudgetSide.EXPENSE)) == MOST_ROWS


@pytest.mark.parametrize(
    ("table", "slug"), [("activities", "calendrier"), ("expenses", "budget"), ("sources", "budget")]
)
def test_lines_are_added_without_script(world, agent, draft, table, slug):
    def shown(address):
        found = agent.get(address).context["entry"].tables[table]
        return len(found.forms)

    first = shown(section_of(draft, slug))
    blank = rows(table, *({"label": ""} for _ in range(first)))
    answer = post(agent, draft, slug, page(world, slug) | blank | {"do": table})
    where, _, place = answer["Location"].partition("#")
    assert place == f"id_{table}-{first}-label"
    assert shown(where) == first + 5
    assert shown(f"{section_of(draft, slug)}?{table}=99999") == first


@pytest.mark.parametrize(
    ("expense", "source", "said"),
    [
        ("6 200", "5 000", "Il manque 1\xa0200\xa0$ de financement."),
        ("5 000", "5 000,50", "Les sources dépassent les dépenses de 0,50\xa0$."),
        ("5 000", "5 000", "Le budget est équilibré."),
        ("", "", "Aucun montant n’est encore inscrit."),
    ],
)
def test_totals_are_counted_again_and_the_difference_said_in_words(
    world, agent, draft, expense, source, said
):
    fields = page(world, "budget", do="count")
    fields |= rows("expenses", {"label": "Frigo" if expense else "", "amount": expense, "fqis_share": ""})
    fields |= rows(
        "sources", *[{"label": "", "origin": "", "is_confirmed": "", "amount": text} for text in (source, "")]
    )
    answer = post(agent, draft, "budget", fields)
    assert answer["Location"] == f"{section_of(draft, 'budget')}#totaux"
    shown = agent.get(section_of(draft, "budget")).content.decode()
    assert f'<output data-total="gap" aria-live="polite">{said}</output>' in shown


def test_budget_of_two_fiscal_years_is_split(world, agent, draft):
    post(agent, draft, "calendrier", page(world, "calendrier", ends_on="2026-06-30"))
    first, second = world.years["2025-2026"], world.years["2026-2027"]
    fields = page(world, "budget") | rows(
        "expenses",
        {"label": "Frigo", "amount": "6 000", "fqis_share": "", "fiscal_year": str(first.pk)},
        {"label": "Salaires", "amount": "500", "fqis_share": "", "fiscal_year": str(second.pk)},
    )
    fields |= {"sources-0-fiscal_year": str(first.pk), "sources-1-fiscal_year": ""}
    assert post(agent, draft, "budget", fields).status_code == 302
    years = agent.get(section_of(draft, "budget")).context["totals"]["years"]
    assert [(row.label, row.expenses, row.sources) for row in years] == [
        ("2025-2026", 6000, 5000),
        ("2026-2027", 500, 0),
        ("Exercice à préciser", 0, 1000),
    ]
    other = str(world.years["2024-2025"].pk)
    refused = post(agent, draft, "budget", fields | {"expenses-0-fiscal_year": other})
    assert (refused.status_code, lines(draft, BudgetSide.EXPENSE)[0][3]) == (422, "2025-2026")
