"""Rows of every kind for the admin's sweeps, made through the actions."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib import admin
from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind
from alliance.accounts.models import TeamAddress
from alliance.accounts.roles import Role
from alliance.lib.dates import today
from alliance.portal import errors_told, zooms
from alliance.portal.choices import ErrorSubject
from alliance.portal.models import BilanVersion, EquivalentWords, MissedWord
from funding import actions as funding_actions
from funding.choices import Condition, ContributionKind, Line, Precision, Unit
from funding.models import (
    Allocation,
    Contribution,
    Envelope,
    FundingSource,
    LedgerCheck,
    Limits,
    PublishedFigure,
    YearClosing,
)
from funding.rules import Instalment
from initiatives import actions
from initiatives.choices import DocumentKind, PlanLevel, State
from initiatives.models import ActionPlan, FiscalYear, Period, PlanNode, TargetGroup, Theme
from territories import actions as territory_actions
from territories.choices import MunicipalityKind, OrganizationKind
from territories.models import Membership, Municipality, Territory
from tests.documents import made

OURS = list(admin.site._registry)


@pytest.fixture
def grow(world):
    """Return a function that adds `number` rows to every list of the admin."""
    counter = iter(range(100, 1000))

    def add(number=1):
        for _ in range(number):
            _one_more(world, next(counter))

    return add


def _deposited_with_everything(world, n):
    """Deposit a file that answers every part of the form: its copy holds rows of each kind."""
    initiative = world.initiative(title=f"Dossier complet {n}")
    details = actions.Details(
        answers={"signatory": "Julie, directrice", "is_declared": True},
        activities=[actions.ActivityRow("Ateliers", "Julie", today(), today())],
        expenses=[actions.BudgetRow("Salaires", Decimal(500))],
        sources=[actions.BudgetRow("Ville", Decimal(500), is_confirmed=True)],
    )
    by = world.agent_mitis
    actions.update(initiative=initiative, by=by, values={}, details=details)
    actions.add_document(initiative=initiative, by=by, kind=DocumentKind.RESOLUTION, upload=made.upload())
    initiative.refresh_from_db()
    actions.submit(initiative=initiative, by=by)


def _one_more_around_the_pages(by, initiative, n):
    """What surrounds the public pages: a Zoom, words of the search, an error that somebody told."""
    zoom = zooms.create(by=by, values={"title": f"Zoom {n}"})
    zooms.add_items(zoom=zoom, by=by, initiatives=[initiative])
    EquivalentWords.objects.create(words=f"mot {n}, autre {n}")
    MissedWord.objects.create(word=f"mot{n}", count=2, first_on=today() - timedelta(days=1), last_on=today())
    errors_told.tell(token=uuid4(), path="/themes/", subject=ErrorSubject.FALSE, message=f"Message {n}")


def _one_more(world, n):
    by = world.coordination
    _deposited_with_everything(world, n)
    initiative = world.initiative(State.APPROVED, award=10, title=f"Initiative {n}")
    Contribution(
        initiative=initiative,
        organization=world.cdc,
        fiscal_year=world.years["2025-2026"],
        kind=ContributionKind.CASH,
        amount=Decimal("12.50"),
    ).save()
    territory_actions.create_organization(
        by=by,
        values={
            "name": f"Organisme {n}",
            "kind": OrganizationKind.COMMUNITY,
            "seat_territory": world.territories["la-mitis"],
        },
    )
    year = FiscalYear.objects.create(
        label=f"{2100 + n}-{2101 + n}", starts_on=f"{2100 + n}-04-01", ends_on=f"{2101 + n}-03-31"
    )
    YearClosing.objects.create(fiscal_year=year, allocated=3, committed=2, paid=1, closed_at=timezone.now())
    BilanVersion.objects.create(
        fiscal_year=year, number=1, published_at=timezone.now(), published_by=by, content={}
    )
    LedgerCheck.objects.create(seconds=0.2, rules=24, failures=["Une ligne est dépassée."] if n % 2 else [])
    period = Period.objects.create(
        slug=f"p-{n}",
        name=f"P {n}",
        plan_name="Plan",
        ministry_name="Ministère",
        starts_on=year.starts_on,
        ends_on=year.ends_on,
    )
    theme = Theme.objects.create(slug=f"t-{n}", name=f"Thème {n}", mark="food", tone="forest")
    TargetGroup.objects.create(slug=f"g-{n}", name=f"Groupe {n}")
    plan = ActionPlan.objects.create(
        period=period, territory=world.territories["la-mitis"], title=f"Plan {n}"
    )
    axis = PlanNode.objects.create(plan=plan, level=PlanLevel.AXIS, label="Axe", theme=theme)
    PlanNode.objects.create(plan=plan, parent=axis, level=PlanLevel.ACTION, label="Action")
    source = FundingSource.objects.create(code=f"s-{n}", name=f"Source {n}", short_name=f"S {n}")
    envelope = Envelope.objects.create(
        source=source,
        period=period,
        name=f"Enveloppe {n}",
        starts_on=world.period.starts_on,
        ends_on=world.period.ends_on,
    )
    funding_actions.move_envelope(envelope=envelope, by=by, amount=Decimal(100), reason="Entente")
    line = Allocation.objects.create(
        envelope=envelope,
        fiscal_year=world.years["2025-2026"],
        line=Line.TERRITORY,
        territory=world.territories["la-mitis"],
    )
    funding_actions.move_allocation(allocation=line, by=by, amount=Decimal(50), reason="Répartition")
    PublishedFigure.objects.create(
        code=f"f-{n}",
        label=f"Chiffre {n}",
        value=Decimal(1),
        unit=Unit.DOLLARS,
        precision=Precision.EXACT,
        wording="…",
        source="…",
        fiscal_year=year,
        territory=world.territories["la-mitis"],
    )
    Limits.objects.create(source=source, period=period, max_amount=Decimal(1))
    commitment = initiative.commitments.get()
    plan = [
        Instalment(Decimal(4), today(), Condition.DATE),
        Instalment(Decimal(6), today(), Condition.FINAL_REPORT),
    ]
    first, last = funding_actions.schedule(commitment=commitment, by=by, instalments=plan)
    funding_actions.pay(disbursements=[first], by=by, reference="Lot 1")
    territory = Territory.objects.create(
        code=f"{n % 90 + 10}" if n % 90 + 10 not in (10, 11, 12, 13, 14) else f"{n % 90 + 60}",
        name=f"MRC {n}",
        full_name=f"MRC {n}",
        genitive="de",
        locative="à",
        slug=f"mrc-{n}",
        seat="…",
        order=n,
    )
    Municipality.objects.create(
        code=f"99{n}",
        name=f"Ville {n}",
        kind=MunicipalityKind.MUNICIPALITY,
        slug=f"v-{n}",
        territory=territory,
    )
    Membership.objects.create(user=world.agent_temis, territory=territory)
    type(world.agent_mitis).objects.create_user(f"p{n}@exemple.invalid", full_name=f"P {n}", role="agent")
    role = list(Role)[TeamAddress.objects.count()]
    TeamAddress.objects.create(role=role, address=f"{role}@exemple.invalid")
    _one_more_around_the_pages(by, initiative, n)
    outbox.queue(
        kind=MailKind.RETURNED, key=f"m-{n}", subject=f"Objet {n}", body="…", to=world.agent_mitis, by=by
    )
