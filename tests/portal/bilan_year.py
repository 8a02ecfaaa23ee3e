"""A fiscal year with everything a bilan tells: known and unknown amounts, two sources, partners, reports, canaries."""

from datetime import date
from decimal import Decimal

from funding import actions as money
from funding.choices import ContributionKind, Line
from funding.models import Contribution
from initiatives import actions
from initiatives.choices import Continuity, PartnerRole, ReportKind, Scope, State

LABEL = "2025-2026"
CANARY = "canari"
STORY = "Grâce au frigo, mes enfants mangent des légumes."


def fill(world):
    """Create the year's initiatives; return the published ones: food, housing, transport, garden."""
    food = world.published(
        State.IN_PROGRESS, title="Frigo libre-service de Mont-Joli", award="12500.50", actual_reach=10
    )
    housing = world.published(
        title="=Logements d’étudiants",
        scope=Scope.SUPRALOCAL,
        territories=[world.territories["temiscouata"], world.territories["les-basques"]],
        municipalities=[world.municipalities["13073"]],
        themes=[world.themes["logement"], world.themes["alimentation"]],
        primary_theme=world.themes["logement"],
        by=world.agent_temis,
        partners=[(world.cdc, PartnerRole.LEAD, ""), (world.moisson, PartnerRole.PARTNER, "Prête un local")],
    )
    transport = world.published(
        State.COMPLETED,
        title="Œuvre du transport collectif",
        scope=Scope.REGIONAL,
        territories=[],
        municipalities=[],
        themes=[world.themes["transport"]],
        primary_theme=world.themes["transport"],
        partners=[(world.cdc, PartnerRole.LEAD, "")],
        continuity=Continuity.CONTINUED,
        award="4000",
        actual_reach=7,
    )
    garden = world.published(
        title="Jardin d’Amqui",
        territories=[world.territories["la-matapedia"]],
        municipalities=[world.municipalities["07047"]],
        award="1000",
    )
    contribute(world, food, ContributionKind.CASH, "1000", confirmed=True)
    contribute(world, food, ContributionKind.IN_KIND, None)
    contribute(world, transport, ContributionKind.HOURS, "500")
    report(world, food, people_reached=40, story=STORY, story_consent=True)
    report(world, garden, people_reached=2, story=f"{CANARY} sans accord", story_consent=False)
    _hidden(world)
    return food, housing, transport, garden


def _hidden(world):
    """Add what a bilan never names: a draft, a file awarded but not published, one withdrawn from the site."""
    world.initiative(title=f"{CANARY} brouillon")
    world.initiative(State.APPROVED, title=f"{CANARY} non publiée", award="300")
    gone = world.published(title=f"{CANARY} retirée", award="200")
    actions.unpublish(initiative=gone, by=world.coordination)


def contribute(world, initiative, kind, amount, *, confirmed=False):
    row = Contribution(
        initiative=initiative,
        organization=world.cdc,
        fiscal_year=world.years[LABEL],
        kind=kind,
        amount=amount and Decimal(amount),
        is_confirmed=confirmed,
    )
    money.record_contribution(contribution=row, by=world.coordination)


def report(world, initiative, **values):
    """Bring the initiative's final report to its approval."""
    expected = actions.expect_report(
        initiative=initiative, kind=ReportKind.FINAL, due_on=date(2026, 4, 30), by=world.coordination
    )
    received = {"received_on": date(2026, 4, 10), "results": f"{CANARY} résultats", **values}
    actions.receive_report(report=expected, by=world.coordination, values=received)
    return actions.approve_report(report=expected, by=world.coordination)


def more(world, **changes):
    """Publish one more initiative of the year, in La Mitis."""
    return world.published(State.IN_PROGRESS, award="100", **changes)


def regional_line(world):
    return world.lines[Line.REGIONAL]
