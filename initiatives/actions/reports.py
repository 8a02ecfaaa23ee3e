"""The reports of an initiative: expected at a date, received, approved (domain.md §4.3).

The last instalment waits for the approval of the final one: approving is a decision about money.
Raises: Refusal (French reasons), NotAllowed, ValidationError.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.lib.records import save_as
from alliance.lib.templatetags.francais import nombre
from alliance.lib.workflow import NotAllowed, Refusal
from initiatives import rules
from initiatives.choices import ReportKind
from initiatives.models import Initiative, Report

FINAL_REPORT_AFTER = timedelta(days=30)  # after the end of the initiative
_CONTENT = ("received_on", "people_reached", "results", "story", "story_consent")


@transaction.atomic
def expect_report(*, initiative: Initiative, kind: str, due_on: date, by: User) -> Report:
    """Ask `initiative` for a report by `due_on`. A final report already expected is given back, whatever its date."""
    _may_follow(by, initiative)
    return _expect(initiative, kind, due_on, by)


@transaction.atomic
def expect_final_report(*, initiative: Initiative, by: User, fallback: date) -> Report:
    """Expect the final report 30 days after the end of the initiative, or after `fallback` when no end is known.

    A part of another action (money is awarded), which checked the right of `by`. Doing it again changes nothing.
    """
    return _expect(initiative, ReportKind.FINAL, (initiative.ends_on or fallback) + FINAL_REPORT_AFTER, by)


@transaction.atomic
def receive_report(*, report: Report, by: User, values: Mapping[str, Any]) -> Report:
    """Write what the report says: received_on, people_reached (None: unknown), results, story, story_consent.

    What `values` does not name stays. An approved report may still be corrected: consent, above all, can be taken back.
    """
    if unknown := set(values) - set(_CONTENT):
        raise TypeError(f"not content of a report: {sorted(unknown)}")
    locked = _lock(report, by)
    told = locked.people_reached
    for name, value in values.items():
        setattr(locked, name, value)
    if refusal := rules.refuse_received_on(locked.received_on, today()):
        raise Refusal(refusal)
    _refuse_long(locked)
    save_as(locked, by)
    _tell_people_reached(locked, by, told)
    return locked


@transaction.atomic
def approve_report(*, report: Report, by: User) -> Report:
    """Approve a report that was received: what waits for it becomes payable. Approving twice is approving once."""
    locked = _lock(report, by)
    if locked.approved_at:
        return locked
    if refusal := rules.refuse_to_approve_report(received=locked.received_on is not None):
        raise Refusal(refusal)
    locked.approved_at, locked.approved_by = timezone.now(), by
    save_as(locked, by)
    _tell_people_reached(locked, by, locked.people_reached)
    return locked


@transaction.atomic
def change_due(*, report: Report, by: User, due_on: date) -> Report:
    """Expect the report at another date, while it is not received."""
    locked = _lock(report, by)
    if locked.received_on:
        raise Refusal("Ce rapport est déjà reçu\xa0: sa date d’échéance ne change plus.")
    locked.due_on = due_on
    save_as(locked, by)
    return locked


# Private parts --------------------------------------------------------------------------------------------


def _may_follow(by: User, initiative: Initiative) -> None:
    if not by.has_perm("initiatives.move_initiative"):
        raise NotAllowed("Votre rôle ne permet pas de suivre les rapports.")
    if refusal := rules.refuse_demo_person(by.is_demo, initiative.is_demo):
        raise Refusal(refusal)


def _lock(report: Report, by: User) -> Report:
    """Lock the initiative, then its report: the order of the money's actions."""
    initiative = Initiative.objects.select_for_update().get(pk=report.initiative_id)
    _may_follow(by, initiative)
    locked = Report.objects.select_for_update().get(pk=report.pk)
    locked.initiative = initiative
    return locked


def _tell_people_reached(report: Report, by: User, told: int | None) -> None:
    """Give the initiative the number of its approved final report: one fact has one number, wherever it is read.

    A number that came from the report (`told`) and is corrected to « unknown » becomes unknown on the initiative too.
    """
    initiative = report.initiative
    if (
        report.kind != ReportKind.FINAL
        or not report.approved_at
        or initiative.actual_reach == report.people_reached
    ):
        return
    if report.people_reached is None and initiative.actual_reach != told:
        return
    initiative.actual_reach = report.people_reached
    initiative.version += 1
    save_as(initiative, by)


def _refuse_long(report: Report) -> None:
    """Refuse a text longer than its field says: a database keeps whatever length it is given."""
    for name in ("results", "story"):
        most = getattr(Report._meta.get_field(name), "max_length", None)
        if most and len(getattr(report, name)) > most:
            raise ValidationError({name: f"Inscrivez au plus {nombre(most)} caractères."})


def _expect(initiative: Initiative, kind: str, due_on: date, by: User) -> Report:
    locked = Initiative.objects.select_for_update().get(pk=initiative.pk)
    final = Report.objects.filter(initiative=locked, kind=ReportKind.FINAL)
    if kind == ReportKind.FINAL and (existing := final.first()):
        return existing
    report = Report(initiative=locked, kind=kind, due_on=due_on, is_demo=locked.is_demo)
    save_as(report, by)
    return report
