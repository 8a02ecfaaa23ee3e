"""Prolonging an initiative: what is copied, what is asked again, one draft whatever the clicks, and who may."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from alliance.lib.workflow import NotAllowed, Refusal
from alliance.portal import directory
from alliance.portal.bilan.sources import read
from initiatives import actions
from initiatives.actions.answers import ActivityRow, BudgetRow, Details
from initiatives.actions.renew import renew
from initiatives.choices import BudgetNature, Continuity, EntryMode, PartnerRole, State
from initiatives.models import FiscalYear, Initiative, Period
from tests.world import PATHS

DETAILS = {"need": "Des frigos vides.", "is_declared": True, "accepts_publication": True}


def page(initiative):
    return reverse("espace:renew", args=[initiative.pk])


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.fixture
def source(world):
    """An initiative of 2025-2026, over, with everything that a renewal copies or leaves."""
    year = world.years["2025-2026"]
    details = Details(
        answers=DETAILS,
        activities=[ActivityRow("Ouvrir", "Moisson", date(2025, 5, 1), date(2025, 6, 1))],
        expenses=[BudgetRow("Salaires", Decimal(5000), fiscal_year=year)],
        sources=[
            BudgetRow(
                "Caisse", Decimal(10), organization=world.cdc, nature=BudgetNature.CASH, is_confirmed=True
            )
        ],
    )
    partners = [(world.moisson, PartnerRole.LEAD, "porte"), (world.cdc, PartnerRole.PARTNER, "prête")]
    values = world.values(
        title="Frigo",
        amount_requested=Decimal(4000),
        expected_reach=120,
        citizen_participation="Elles décident.",
    )
    draft = actions.create_draft(by=world.agent_mitis, values=values, partners=partners, details=details)
    for verb, keywords in PATHS[State.COMPLETED]:
        by = world.agent_mitis if verb == "submit" else world.coordination
        draft = getattr(actions, verb)(initiative=draft, by=by, **keywords)
    return draft


def typed(source, **changes):
    fields = {
        "title": "Frigo, deuxième année",
        "starts_on": "2026-05-01",
        "ends_on": "2027-03-31",
        "amount_requested": "4 500",
        "expected_reach": "150",
        "partners": ["", *(str(row.pk) for row in source.partnerships.all())],
        "with_budget": "on",
        "token": str(uuid4()),
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def test_page_proposes_the_next_year_and_says_what_is_copied(world, agent, source):
    answer = agent.get(page(source))
    form = answer.context["form"]
    assert (form["starts_on"].value(), form["ends_on"].value()) == (date(2026, 4, 1), date(2027, 3, 31))
    assert (form["title"].value(), form["amount_requested"].value()) == ("Frigo", "4000")
    assert "Ce qui est copié" in answer.content.decode()
    assert "Prolonger cette initiative" in agent.get(f"/espace/initiatives/{source.pk}/").content.decode()


def test_draft_continues_the_old_one_with_all_that_stays_true(world, agent, source):
    answer = agent.post(page(source), typed(source))
    draft = source.continued_by.get()
    assert answer["Location"] == reverse("espace:edit", args=[draft.pk])
    assert (
        draft.state,
        draft.continuity,
        draft.continues,
        draft.entry_mode,
        draft.number,
        draft.created_by,
    ) == (
        State.DRAFT,
        Continuity.CONTINUED,
        source,
        EntryMode.RENEWAL,
        None,
        world.agent_mitis,
    )
    assert (draft.title, draft.amount_requested, draft.expected_reach) == (
        "Frigo, deuxième année",
        Decimal(4500),
        150,
    )
    assert (draft.summary, draft.citizen_participation) == (source.summary, "Elles décident.")
    assert [year.label for year in draft.fiscal_years.all()] == ["2026-2027"]
    for name in ("territories", "municipalities", "themes", "target_groups"):
        assert list(getattr(draft, name).all()) == list(getattr(source, name).all()), name
    rows = draft.partnerships.values_list("organization", "role", "note")
    assert list(rows) == [(world.moisson.pk, "lead", "porte"), (world.cdc.pk, "partner", "prête")]
    answers = draft.answers
    assert (answers.need, answers.is_declared, answers.accepts_publication, answers.declared_at) == (
        "Des frigos vides.",
        False,
        False,
        None,
    )
    assert list(draft.activities.values_list("label", "responsible", "starts_on", "ends_on")) == [
        ("Ouvrir", "Moisson", None, None)
    ]
    lines = draft.budget_lines.values_list("label", "amount", "fiscal_year__label", "is_confirmed")
    assert list(lines) == [
        ("Salaires", Decimal("5000.00"), "2026-2027", None),
        ("Caisse", Decimal("10.00"), None, None),
    ]
    source.refresh_from_db()
    assert (source.state, source.continuity) == (State.COMPLETED, Continuity.NEW)


def test_partners_and_budget_are_kept_by_choice(world, agent, source):
    lead = source.partnerships.get(role=PartnerRole.LEAD)
    agent.post(page(source), typed(source, partners=["", str(lead.pk)], with_budget=None))
    draft = source.continued_by.get()
    assert [row.organization for row in draft.partnerships.all()] == [world.moisson]
    assert not draft.budget_lines.exists()


def test_one_click_twice_is_one_draft_and_a_second_sequel_is_warned(world, agent, source):
    fields = typed(source)
    first, second = agent.post(page(source), fields), agent.post(page(source), fields)
    assert first["Location"] == second["Location"]
    other = agent.post(page(source), typed(source))
    assert other.status_code == 422
    assert "existe déjà pour cet exercice" in other.content.decode()
    assert "Cette initiative a déjà une suite" in agent.get(page(source)).content.decode()
    assert source.continued_by.count() == 1
    assert agent.post(page(source), typed(source, again="on")).status_code == 302
    later = typed(source, starts_on="2027-04-01", ends_on="2028-03-31")
    assert agent.post(page(source), later).status_code == 302
    assert source.continued_by.count() == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "é" * 201}, "title"),
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "01/02/2027"}, "starts_on"),
        ({"ends_on": "2026-04-30"}, "ends_on"),
        ({"amount_requested": "1,234"}, "amount_requested"),
        ({"expected_reach": "12.5"}, "expected_reach"),
        ({"partners": ["", "999999999999999999999"]}, "partners"),
        ({"token": "x"}, "token"),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_kept(world, agent, source, changes, field):
    answer = agent.post(page(source), typed(source, **changes))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not source.continued_by.exists()


@pytest.mark.parametrize("state", [State.DRAFT, State.CHANGES_REQUESTED, State.WITHDRAWN, State.DECLINED])
def test_what_was_never_taken_is_not_prolonged(world, agent, state):
    initiative = world.initiative(state)
    assert agent.get(page(initiative)).status_code == 409
    assert agent.post(page(initiative), typed(initiative)).status_code == 409
    with pytest.raises(Refusal, match="on prolonge une initiative"):
        renew(initiative=initiative, by=world.agent_mitis, values={})
    assert Initiative.objects.count() == 1


def test_another_mrc_and_readers_prolong_nothing(world, client_for, source):
    for who, status in (("agent_temis", 404), ("committee_mitis", 403), ("reader", 403), ("accounting", 403)):
        client = client_for(getattr(world, who))
        assert (who, client.get(page(source)).status_code) == (who, status)
        assert (who, client.post(page(source), typed(source)).status_code) == (who, status)
    for who in ("agent_temis", "committee_mitis", "reader"):
        with pytest.raises(NotAllowed):
            renew(initiative=source, by=getattr(world, who), values={})
    assert not source.continued_by.exists()


def test_themes_and_organizations_that_are_gone_are_said_and_left(world, agent, source):
    world.period.ends_on = date(2026, 3, 31)
    world.period.save()
    later = Period.objects.create(
        slug="2026-2030",
        name="2026-2030",
        plan_name="Autre plan",
        ministry_name="Ministère",
        starts_on=date(2026, 4, 1),
        ends_on=date(2030, 3, 31),
    )
    world.themes["logement"].periods.add(later)
    world.cdc.is_active = False
    world.cdc.save()
    text = agent.get(page(source)).content.decode()
    assert "choisissez-en d’autres\xa0: Alimentation." in text
    assert "ne peuvent plus participer\xa0: CDC des Grandes Marées." in text
    kept = [str(row.pk) for row in source.partnerships.filter(organization=world.moisson)]
    agent.post(page(source), typed(source, partners=["", *kept]))
    draft = source.continued_by.get()
    assert (list(draft.themes.all()), draft.primary_theme) == ([], None)
    assert [row.organization for row in draft.partnerships.all()] == [world.moisson]


def test_renewed_initiative_counts_as_renewed_once_published(world, agent, source):
    actions.publish(initiative=source, by=world.coordination)
    agent.post(page(source), typed(source))
    draft = source.continued_by.get()
    for verb, keywords in PATHS[State.APPROVED]:
        by = world.agent_mitis if verb == "submit" else world.coordination
        if verb == "submit":
            draft.entry_mode = EntryMode.DIRECT  # the deposit of a form is the matter of its own tests
            draft.save()
        draft = getattr(actions, verb)(initiative=draft, by=by, **keywords)
    actions.publish(initiative=draft, by=world.coordination)
    assert _counted("2026-2027") == ([], ["Frigo, deuxième année"])
    assert _counted("2025-2026") == (["Frigo"], [])
    assert "Prolonge" in agent.get(draft.get_absolute_url()).content.decode()


def _counted(label):
    """Return the titles that the figures of a year count as new, and as renewed."""
    directory.forget()
    data = read(FiscalYear.objects.get(label=label), directory.build(0))
    kinds = (Continuity.NEW, Continuity.CONTINUED)
    return tuple([row.title for row in data.by_continuity(kind)] for kind in kinds)
