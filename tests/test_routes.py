"""Every route, visited by every kind of person. A route that no rule covers fails; so does a changed answer."""

from collections import Counter
from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from alliance.accounts import roles
from alliance.accounts.models import TeamAddress
from alliance.lib.dates import today
from alliance.portal.choices import ErrorSubject
from alliance.portal.models import EquivalentWords, MissedWord, ToldError
from funding import actions as money
from funding.choices import Condition, ContributionKind
from funding.models import Contribution, Limits, PublishedFigure, YearClosing
from funding.rules import Instalment
from initiatives import actions
from initiatives.choices import PlanLevel, State
from initiatives.models import ActionPlan, PlanNode
from tests import every_page
from tests.documents import made
from tests.routes_table import (
    ADDED_BY_ACTIONS_ONLY,
    ADMIN_APART,
    EXPECTED,
    NEVER,
    OWN_FILE_TO_READ,
    PAGE_RIGHT,
    PEOPLE,
    POSTED_ONLY,
    STAFF,
)


def routes():
    """Return the names of all our routes, the admin's apart."""
    ours, admins = set(), set()

    def walk(patterns, namespace=""):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(
                    pattern.url_patterns,
                    f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace,
                )
            elif isinstance(pattern, URLPattern) and (pattern.name or namespace == "admin:"):
                (admins if namespace == "admin:" else ours).add(f"{namespace}{pattern.name}")

    walk(get_resolver().url_patterns)
    return sorted(ours), sorted(admins)


@pytest.fixture
def things(world):
    """At least one row in every list, a published initiative with money, and a file that waits for its agent."""
    published = world.published(State.IN_PROGRESS, award="500")
    Contribution.objects.create(initiative=published, kind=ContributionKind.CASH, amount=5)
    PublishedFigure.objects.create(code="x", label="X", value=1, unit="cad", wording="X", source="Y")
    Limits.objects.create(source=world.source, period=world.period)
    halves = [
        Instalment(Decimal(250), today(), condition) for condition in (Condition.DATE, Condition.FINAL_REPORT)
    ]
    paid, _held = money.schedule(
        commitment=published.commitments.get(), by=world.coordination, instalments=halves
    )
    money.pay(disbursements=[paid], by=world.coordination, reference="Lot 1")
    money.record_check(seconds=0.1, rules=1, failures=[])
    YearClosing.objects.create(
        fiscal_year=world.years["2024-2025"], allocated=0, committed=0, paid=0, closed_at=timezone.now()
    )
    TeamAddress.objects.create(role=roles.Role.READER, address="equipe@exemple.invalid")
    every_page.fill(world, published, zoom="Essai")
    plan = ActionPlan.objects.create(period=world.period, title="Plan")
    PlanNode.objects.create(plan=plan, level=PlanLevel.AXIS, label="Axe")
    file = world.initiative(State.CHANGES_REQUESTED)
    document = actions.add_document(
        initiative=file, by=world.agent_mitis, kind="resolution", upload=made.upload()
    )
    EquivalentWords.objects.create(words="frigo, glacière")
    MissedWord.objects.create(word="yourte", first_on=today(), last_on=today())
    ToldError.objects.create(
        token=uuid4(), path="/", subject=ErrorSubject.OTHER, message="Rien", created_at=timezone.now()
    )
    world.things = {"published": published, "file": file, "document": document}
    return world


@pytest.fixture
def visit(things, client_for):
    clients = {name: client_for(getattr(things, name, None)) for name in PEOPLE}

    def status(client, url):
        response = client.get(url)
        for close in (
            response._resource_closers
        ):  # a file; `response.close()` would also close PostgreSQL's connection
            close()
        return response.status_code

    def statuses(url):
        return [status(clients[name], url) for name in PEOPLE]

    return statuses


def address(name, things):
    """Return an address of the route `name`, with things that exist."""
    published, file = things.things["published"], things.things["file"]
    named = {
        "portal:initiative": [published.slug],
        "portal:bilan": ["2024-2025"],
        "portal:bilan_file": ["2024-2025", "csv"],
        "portal:bilan_version": ["2024-2025", 1],
        "portal:bilan_version_file": ["2024-2025", 1, "csv"],
        "portal:announced_rows": ["essai"],
        "portal:data_file": ["themes", "csv"],
        "portal:directory_file": ["csv"],
        "portal:figure": ["fqis-accorde"],
        "portal:figure_file": ["fqis-accorde"],
        "portal:theme": ["alimentation"],
        "portal:easy": [published.slug],
        **dict.fromkeys(("portal:zoom", "portal:zoom_file"), ["essai"]),
        "portal:fridge_bulletin": ["municipalite", "mont-joli"],
        "portal:fridge_paper": ["municipalite", "mont-joli", "aimant"],
        "portal:fridge_sheets": ["municipalite", "mont-joli"],
        "portal:short": ["09077"],
        "portal:gaps_territory": ["la-mitis"],
        "portal:map_territory": ["la-mitis"],
        "portal:territory": ["la-mitis"],
        "portal:municipality": ["mont-joli"],
        "portal:organization": [things.moisson.slug],
        "espace:document": [things.things["document"].pk],
        "espace:document_remove": [file.pk, things.things["document"].pk],
        "espace:partner": [file.pk, file.partnerships.get().pk],
        "espace:renew": [published.pk],
        "espace:report": [published.reports.first().pk],
        "espace:section": [file.pk, "budget"],
        "account_confirm_email": ["x"],
        **dict.fromkeys(
            ("account_invitation", "account_link_open", "portal:alert_confirm", "portal:alert_stop"), ["1-x"]
        ),
        **dict.fromkeys(("mfa_edit_webauthn", "mfa_remove_webauthn"), [1]),
        "account_reset_password_from_key": ["1", "x-y"],
    }
    with_file = [file.pk] if name.startswith("espace:") and name not in _WITHOUT_FILE else []
    return reverse(name, args=named.get(name, with_file))


_WITHOUT_FILE = {
    "espace:home",
    "espace:mails",
    "espace:new",
    "espace:organizations",
    "espace:paper",
    "espace:partner_suggestions",
    "espace:reports",
    "espace:sheet",
    "espace:sheet_template",
    "espace:title_radar",
}


def test_every_route_of_ours_answers_each_person_as_written(visit, things):
    ours, _admins = routes()
    assert set(ours) == set(EXPECTED)
    answers = {name: " ".join(map(str, visit(address(name, things)))) for name in ours}
    assert answers == EXPECTED
    assert len(answers) == 122


def test_file_recorded_from_a_text_is_read_by_its_mrc_and_by_those_who_enter(visit, things):
    recorded = actions.record_from_source(
        by=things.coordination, values=things.values(), state=State.COMPLETED, source_note="Bilan 2025"
    )
    answers = " ".join(map(str, visit(reverse("espace:file", args=[recorded.pk]))))
    assert answers == OWN_FILE_TO_READ


def admin_address(name, things):
    app, model, page = name.split("_", 2)
    published = things.things["published"]
    record = published if model == "initiative" else apps.get_model(app, model).objects.first()
    promise = published.commitments.get()
    args = {
        "step": [record.pk, "complete"],
        **dict.fromkeys(
            ("to_zoom", "changelist", "add", "import", "export", "process_import", "accounting"), []
        ),
        **{page: [published.pk, promise.pk] for page in ("amend", "release", "schedule")},
        **{
            page: [published.pk, promise.disbursements.get(rank=rank).pk]
            for page, rank in (("ready", 2), ("cancel_instalment", 2), ("recover", 1))
        },
        "freeze": [record.fiscal_year_id] if model == "bilanversion" else [],
        "adjust": [published.pk, promise.pk] if model == "initiative" else [record.pk],
    }
    return reverse(f"admin:{name}", args=args.get(page, [record.pk]))


def admin_expectation(name, person, things):
    """Return the status that a staff person gets on an admin page, from the table of rights."""
    app, model, page = name.split("_", 2)
    role = getattr(things, person).role
    if page == "add" and model in ADDED_BY_ACTIONS_ONLY:
        return 403
    if page in NEVER:
        return (
            200
            if model in ("equivalentwords", "membership", "teamaddress")
            and roles.allows(role, f"{app}.delete_{model}")
            else 403
        )
    if page in POSTED_ONLY:
        return 405
    if page == "history":
        return 200 if _reads_history(role, app, model) else 403
    if page == "publish":  # already published: sent back to the file with a sentence
        return 302 if roles.allows(role, "initiatives.publish_initiative") else 403
    right = PAGE_RIGHT[page].format(app=app, model=model)
    return 200 if roles.allows(role, right) else 403


def _reads_history(role, app, model):
    """History tells internal notes too: the ministry reads it only where there is none to tell."""
    without_history = {"snapshot", "plannode", "targetgroup", "teamaddress", *ADDED_BY_ACTIONS_ONLY}
    internal = role == roles.Role.READER and model not in without_history
    return roles.allows(role, f"{app}.view_{model}") and not internal


def test_every_admin_page_answers_each_person_by_the_table_of_rights(visit, things):
    if connection.vendor != "sqlite":
        pytest.skip(
            "rights are one table, whatever the engine; tests/admin/test_sweep.py opens the pages on both"
        )
    _ours, admins = routes()
    names = [name.removeprefix("admin:") for name in admins]
    seen, wrong = Counter(), []
    for name in names:
        if name in ADMIN_APART or name == "merge_organization" or name.endswith("_simple_history"):
            continue
        answers = visit(admin_address(name, things))
        expected = [302] * 4 + [admin_expectation(name, person, things) for person in STAFF]
        seen[name.rsplit("_", 1)[-1]] += 1
        if answers != expected:
            wrong.append((name, answers, expected))
    assert wrong == []
    assert seen["changelist"] == len([model for model in site._registry])
    assert sum(seen.values()) == 221
