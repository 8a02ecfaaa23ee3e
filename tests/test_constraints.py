"""Every constraint of ours: the form says why in French, and the database itself refuses the row.

The table below names each constraint once; a new constraint without its violation fails the first test.
"""

from collections import Counter
from datetime import date
from functools import partial
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib import records
from alliance.lib.money import MAX_AMOUNT
from alliance.portal.models import BilanVersion
from funding.choices import AllocationMove, CommitmentMove, EnvelopeMove, Line
from funding.models import (
    Allocation,
    AllocationMovement,
    CommitmentMovement,
    Contribution,
    Disbursement,
    DisbursementMovement,
    EnvelopeMovement,
    Limits,
    PublishedFigure,
)
from initiatives.choices import PartnerRole, ReportKind, State
from initiatives.models import ActionPlan, FiscalYear, Partnership, PlanNode, Report
from territories.models import Membership
from tests.violations_public import PUBLIC
from tests.violations_space import SPACE

checks_hold = partial(records._checks_hold, exclude=())  # what an action asks before it writes
OURS = ("accounts", "territories", "initiatives", "funding", "portal")


def changed(record, **values):
    for name, value in values.items():
        setattr(record, name, value)
    return record


def approved(world, **values):
    return changed(world.initiative(State.APPROVED), **values)


def draft(world, **values):
    return changed(world.initiative(), **values)


def commitment(world):
    initiative = world.initiative(State.APPROVED, award="10")
    return initiative.commitments.get()


def movement(world, model, **values):
    parents = {
        EnvelopeMovement: {"envelope": world.envelope, "kind": EnvelopeMove.AMENDMENT},
        AllocationMovement: {"allocation": world.lines["la-mitis"], "kind": AllocationMove.AMENDMENT},
        CommitmentMovement: {"kind": CommitmentMove.AMENDMENT},
    }
    if model is CommitmentMovement:
        parents[model]["commitment"] = commitment(world)
    base = {"amount": 1, "on": date(2025, 5, 1), "reason": "Décision", "by": world.coordination}
    return model(**(base | parents[model] | values))


def instalment(world, **values):
    base = {"commitment": commitment(world), "rank": 1, "amount": 5, "due_on": date(2025, 5, 1)}
    return Disbursement(**(base | {"condition": "agreement"} | values))


def payment(world, *, after=(), **values):
    """Return a movement of an instalment of 5 $ that already had the movements `after`."""
    disbursement = instalment(world)
    disbursement.save()
    base = {
        "disbursement": disbursement,
        "on": date(2025, 5, 1),
        "reason": "Décision",
        "by": world.coordination,
    }
    for kind in after:
        DisbursementMovement(**base, kind=kind, amount=-5 if kind == "cancelled" else 5).save()
    return DisbursementMovement(**(base | {"kind": "paid", "amount": 5} | values))


def limits(world, **values):
    return Limits(**({"source": world.source, "period": world.period} | values))


def report(world, **values):
    base = {"initiative": world.initiative(), "kind": ReportKind.PROGRESS, "due_on": date(2026, 3, 30)}
    return Report(**(base | values))


def second_report(world, *, first, **values):
    """Return a report for an initiative that already has the report `first`."""
    stored = report(world, **first)
    stored.save()
    return report(world, **({"initiative": stored.initiative} | first | values))


def second_bilan(world):
    base = {
        "fiscal_year": world.years["2024-2025"],
        "number": 1,
        "published_at": timezone.now(),
        "published_by": world.coordination,
        "content": {},
    }
    BilanVersion(**base).save()
    return BilanVersion(**base)


def figure(**values):
    base = {"code": "x", "label": "X", "value": 1, "unit": "cad", "wording": "X", "source": "Y"}
    return PublishedFigure(**(base | values))


def contribution(world, **values):
    return Contribution(**({"initiative": world.initiative(), "kind": "cash", "amount": 1} | values))


def partnership(world, **values):
    base = {"initiative": world.initiative(), "organization": world.cdc, "role": PartnerRole.PARTNER}
    return Partnership(**(base | values))


VIOLATIONS = {
    "accounts_user_role": lambda w: changed(w.reader, role="chef"),
    "accounts_user_email_ci": lambda w: User(
        email=w.reader.email.upper(), full_name="X", role="reader", password="x"
    ),
    "territories_territory_name_not_blank": lambda w: changed(w.territories["la-mitis"], name=""),
    "territories_municipality_name_not_blank": lambda w: changed(w.municipalities["09077"], name=""),
    "territories_municipality_kind": lambda w: changed(w.municipalities["09077"], kind="hameau"),
    "territories_municipality_validity_order": lambda w: changed(
        w.municipalities["09077"], valid_from=date(2024, 1, 1), valid_to=date(2024, 1, 1)
    ),
    "territories_municipality_merged_has_end": lambda w: changed(
        w.municipalities["09077"], merged_into=w.municipalities["09048"]
    ),
    "territories_organization_name_not_blank": lambda w: changed(w.moisson, name=""),
    "territories_organization_kind": lambda w: changed(w.moisson, kind="club"),
    "territories_organization_neq_unique": lambda w: (
        changed(w.cdc, neq="1234567890").save(),
        changed(w.moisson, neq="1234567890"),
    )[1],
    "territories_organization_merged_is_inactive": lambda w: changed(w.moisson, merged_into=w.cdc),
    "territories_membership_once": lambda w: Membership(
        user=w.agent_mitis, territory=w.territories["la-mitis"]
    ),
    "initiatives_period_dates": lambda w: changed(w.period, ends_on=date(2020, 1, 1)),
    "initiatives_fiscalyear_dates": lambda w: changed(w.years["2025-2026"], ends_on=date(2020, 3, 31)),
    "initiatives_fiscalyear_april_to_march": lambda w: changed(
        w.years["2025-2026"], ends_on=date(2026, 3, 30)
    ),
    "initiatives_fiscalyear_label": lambda w: changed(w.years["2025-2026"], label="2025-2027"),
    "initiatives_fiscalyear_closed_pair": lambda w: changed(w.years["2025-2026"], closed_at=timezone.now()),
    "initiatives_theme_name_not_blank": lambda w: changed(w.themes["logement"], name=""),
    "initiatives_actionplan_title_not_blank": lambda w: ActionPlan(period=w.period, title=""),
    "initiatives_plannode_level": lambda w: PlanNode(
        plan=ActionPlan.objects.create(period=w.period, title="Plan"), level="rêve", label="X"
    ),
    "initiatives_initiative_state": lambda w: draft(w, state="perdue"),
    "initiatives_initiative_publication": lambda w: draft(w, publication="peut-être"),
    "initiatives_initiative_continuity": lambda w: draft(w, continuity="x"),
    "initiatives_initiative_scope": lambda w: draft(w, scope="mondiale"),
    "initiatives_initiative_dates": lambda w: draft(w, ends_on=date(2020, 1, 1)),
    "initiatives_initiative_requested_bounds": lambda w: draft(w, amount_requested=-1),
    "initiatives_initiative_reach_bounds": lambda w: draft(w, expected_reach=1_000_001),
    "initiatives_initiative_submitted_pair": lambda w: draft(w, submitted_at=timezone.now()),
    "initiatives_initiative_published_pair": lambda w: draft(w, published_by=w.coordination),
    "initiatives_initiative_published_is_ready": lambda w: draft(w, publication="published"),
    "initiatives_initiative_deposited_has_date": lambda w: draft(w, state=State.SUBMITTED),
    "initiatives_initiative_continues_is_continued": lambda w: draft(w, continues=w.initiative()),
    "initiatives_initiative_not_own_sequel": lambda w: (
        lambda i: changed(i, continues=i, continuity="continued")
    )(w.initiative()),
    "initiatives_partnership_role": lambda w: partnership(w, role="ami"),
    "initiatives_partnership_once": lambda w: partnership(w, organization=w.moisson, role=PartnerRole.LEAD),
    "initiatives_partnership_one_lead": lambda w: partnership(w, role=PartnerRole.LEAD),
    "initiatives_report_kind": lambda w: report(w, kind="roman"),
    "initiatives_report_once": lambda w: second_report(w, first={"kind": ReportKind.PROGRESS}),
    "initiatives_report_one_final": lambda w: second_report(
        w, first={"kind": ReportKind.FINAL}, due_on=date(2026, 4, 30)
    ),
    "initiatives_report_approved_pair": lambda w: report(
        w, received_on=date(2026, 3, 1), approved_at=timezone.now()
    ),
    "initiatives_report_approved_was_received": lambda w: report(
        w, approved_at=timezone.now(), approved_by=w.coordination
    ),
    "initiatives_report_people_bounds": lambda w: report(w, people_reached=1_000_001),
    "funding_limits_once": lambda w: (limits(w).save(), limits(w))[1],
    "funding_limits_shares": lambda w: limits(w, min_partner_share=101),
    "funding_limits_max_amount": lambda w: limits(w, max_amount=-1),
    "funding_envelope_name_not_blank": lambda w: changed(w.envelope, name=""),
    "funding_envelope_dates": lambda w: changed(w.envelope, ends_on=date(2020, 1, 1)),
    "funding_allocation_line": lambda w: changed(w.lines[Line.REGIONAL], line="autre"),
    "funding_allocation_territory_line": lambda w: changed(w.lines["la-mitis"], territory=None),
    "funding_allocation_once_per_territory": lambda w: changed(
        Allocation.objects.get(pk=w.lines["la-mitis"].pk), pk=None
    ),
    "funding_allocation_once_per_line": lambda w: changed(
        Allocation.objects.get(pk=w.lines[Line.REGIONAL].pk), pk=None
    ),
    "funding_commitment_once": lambda w: changed(commitment(w), pk=None),
    "funding_envelopemovement_kind": lambda w: movement(w, EnvelopeMovement, kind="don"),
    "funding_envelopemovement_reason_not_blank": lambda w: movement(w, EnvelopeMovement, reason=""),
    "funding_envelopemovement_amount_bounds": lambda w: movement(w, EnvelopeMovement, amount=0),
    "funding_envelopemovement_amount_sign": lambda w: movement(
        w, EnvelopeMovement, kind="initial", amount=-1
    ),
    "funding_allocationmovement_kind": lambda w: movement(w, AllocationMovement, kind="don"),
    "funding_allocationmovement_reason_not_blank": lambda w: movement(w, AllocationMovement, reason=""),
    "funding_allocationmovement_amount_bounds": lambda w: movement(w, AllocationMovement, amount=0),
    "funding_allocationmovement_amount_sign": lambda w: movement(
        w, AllocationMovement, kind="initial", amount=-1
    ),
    "funding_allocationmovement_pair": lambda w: movement(w, AllocationMovement, kind="transfer"),
    "funding_allocationmovement_alone": lambda w: movement(w, AllocationMovement, pair_key=uuid4()),
    "funding_commitmentmovement_kind": lambda w: movement(w, CommitmentMovement, kind="don"),
    "funding_commitmentmovement_reason_not_blank": lambda w: movement(w, CommitmentMovement, reason=""),
    "funding_commitmentmovement_amount_bounds": lambda w: movement(w, CommitmentMovement, amount=0),
    "funding_commitmentmovement_amount_sign": lambda w: movement(
        w, CommitmentMovement, kind="release", amount=1
    ),
    "funding_disbursement_condition": lambda w: instalment(w, condition="pluie"),
    "funding_disbursement_amount": lambda w: instalment(w, amount=0),
    "funding_disbursement_rank_once": lambda w: (
        lambda first: (first.save(), instalment(w, commitment=first.commitment))[1]
    )(instalment(w)),
    "funding_disbursementmovement_kind": lambda w: payment(w, kind="don"),
    "funding_disbursementmovement_reason_not_blank": lambda w: payment(w, reason=""),
    "funding_disbursementmovement_amount_bounds": lambda w: payment(w, amount=0),
    "funding_disbursementmovement_amount_sign": lambda w: payment(
        w, kind="recovered", after=["ready", "paid"]
    ),
    "funding_disbursementmovement_settled_once": lambda w: payment(w, after=["ready", "paid"]),
    "funding_disbursementmovement_ready_once": lambda w: payment(w, kind="ready", after=["ready"]),
    "funding_contribution_kind": lambda w: contribution(w, kind="prière"),
    "funding_contribution_amount": lambda w: contribution(w, amount=-1),
    "funding_contribution_hours": lambda w: contribution(w, hours=12),
    "funding_publishedfigure_measure": lambda w: figure(measure="flair"),
    "portal_bilanversion_once": lambda w: second_bilan(w),
    "funding_publishedfigure_unit": lambda w: figure(unit="euros"),
    "funding_publishedfigure_precision": lambda w: figure(precision="vague"),
    "funding_publishedfigure_value_bounds": lambda w: figure(value=MAX_AMOUNT + 1),
    **SPACE,
    **PUBLIC,
}


def constraints():
    found = {}
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            for constraint in model._meta.constraints:
                found[constraint.name] = constraint
    return found


def test_every_constraint_has_its_violation_and_its_french_message():
    found = constraints()
    assert set(found) == set(VIOLATIONS)
    assert len(found) == 144
    default = models.CheckConstraint(name="x", condition=models.Q(pk=1)).violation_error_message
    assert {
        name for name, constraint in found.items() if constraint.violation_error_message == default
    } == set()


@pytest.mark.parametrize("name", VIOLATIONS)
def test_form_and_database_refuse_the_row(world, name):
    record = VIOLATIONS[name](world)
    with pytest.raises(ValidationError) as refusal:
        record.validate_constraints()
    constraint = constraints()[name]
    message = str(constraint.get_violation_error_message())
    assert message in [str(text) for text in refusal.value.messages]
    assert not isinstance(constraint, models.CheckConstraint) or not checks_hold(record)
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()


def test_stored_rows_pass_the_checks_of_their_table(world):
    world.published(amount_requested="9.50", expected_reach=12, award="10")
    seen = Counter()
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            for record in model._base_manager.all():
                assert checks_hold(record), (model, record.pk)
                seen[label] += 1
    assert all(seen[label] > 3 for label in ("accounts", "territories", "initiatives", "funding"))


def test_paired_fields_are_all_held_by_a_constraint():
    """Who and when go together: each `x_at` with an `x_by` beside it has its constraint."""
    pairs = set()
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            names = {field.name for field in model._meta.get_fields()}
            if model.__name__.startswith("Historical"):
                continue
            for name in names:
                by = name.replace("_at", "_by")
                if (
                    name.endswith("_at")
                    and by in names
                    and name != "created_at"
                    and model._meta.get_field(by).null
                ):
                    pairs.add((model, name[:-3]))
    assert {(model.__name__, name) for model, name in pairs} == {
        ("FiscalYear", "closed"),
        ("Initiative", "submitted"),
        ("Initiative", "published"),
        ("Report", "approved"),
        ("Report", "sent"),
        ("ToldError", "settled"),
        ("Answers", "declared"),
        ("Correction", "answered"),
    }
    for model, name in pairs:
        assert any(c.name.endswith(f"_{name}_pair") for c in model._meta.constraints)


@pytest.mark.parametrize(
    "dates",
    [
        (date(2030, 3, 31), date(2031, 3, 31)),
        (date(2030, 4, 2), date(2031, 3, 31)),
        (date(2030, 5, 1), date(2031, 3, 31)),
        (date(2030, 4, 1), date(2031, 3, 30)),
        (date(2030, 4, 1), date(2031, 4, 30)),
        (date(2030, 4, 1), date(2032, 3, 31)),
    ],
)
def test_fiscal_year_goes_from_april_to_march_of_the_next_year(world, dates):
    year = FiscalYear(label=f"{dates[0].year}-{dates[1].year}", starts_on=dates[0], ends_on=dates[1])
    with pytest.raises(ValidationError, match="1er avril au 31 mars"):
        year.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        year.save()
