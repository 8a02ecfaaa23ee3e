"""The reports of an initiative: expected at a date, written, sent, returned or approved (domain.md §4.3).

The last instalment waits for the approval of the final one: approving is a decision about money.
Raises: Refusal (French reasons), NotAllowed, Stale, ValidationError.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.dates import today
from alliance.lib.records import save_as, validate
from alliance.lib.templatetags.francais import nombre
from alliance.lib.workflow import NotAllowed, Refusal, Stale
from initiatives import notices, reporting, rules, workflow
from initiatives.choices import BudgetSide, DocumentKind, ReportKind, ScanState
from initiatives.models import BudgetLine, Document, Initiative, Report, ReportExpense
from initiatives.reporting import Expense

FINAL_REPORT_AFTER = timedelta(days=30)  # after the end of the initiative
_CONTENT = ("received_on", *reporting.EVERYTHING)
_TEXTS = ("results", "story", "gaps", "effects", "sustainability", "visibility")


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
def expect_progress_reports(*, initiative: Initiative, by: User, due: Iterable[date]) -> list[Report]:
    """Expect as many progress reports as days in `due` (instalments that wait for one); those already expected count.

    A part of another action (instalments are planned), which checked the right of `by`. Doing it again changes nothing.
    """
    rows = Report.objects.filter(initiative=initiative, kind=ReportKind.PROGRESS)
    known = list(rows.values_list("due_on", flat=True))
    days = sorted(set(due))[len(known) :]
    return [_expect(initiative, ReportKind.PROGRESS, day, by) for day in days if day not in known]


@transaction.atomic
def save_report(
    *,
    report: Report,
    by: User,
    values: Mapping[str, Any],
    expenses: Iterable[Expense] | None = None,
    expected_version: int | None = None,
) -> Report:
    """Write the draft of a report, whatever it lacks; what `values` does not name stays, `expenses` replace the table.

    For who enters the files of that MRC, until it is sent (and again when it is returned). Raises Stale.
    """
    if unknown := set(values) - set(reporting.EVERYTHING):
        raise TypeError(f"not content of a report: {sorted(unknown)}")
    locked = _open(report, by, expected_version)
    _write(locked, by, values, expenses)
    return locked


@transaction.atomic
def illustrate_report(*, report: Report, by: User, document: Document) -> Report:
    """Make a photo of the initiative the one that goes with the story; its alternative text is the document's."""
    locked = _open(report, by, None)
    if document.initiative_id != locked.initiative_id or document.kind != DocumentKind.PHOTO:
        raise Refusal("Une histoire s’accompagne d’une photo de son initiative.")
    if document.scan == ScanState.INFECTED:
        raise Refusal("Un virus a été trouvé dans cette photo\xa0: elle n’accompagne aucune histoire.")
    locked.story_image = document
    _save(locked, by)
    return locked


@transaction.atomic
def send_report(
    *, report: Report, by: User, people_unknown: bool = False, expected_version: int | None = None
) -> Report:
    """Send the report to the CRD: received today, by `by`. Raises Refusal with what is missing.

    `people_unknown` says that the number of people is not known: nobody sends a blank by oversight.
    """
    locked = _open(report, by, expected_version)
    if missing := reporting.missing_to_send(told_of(locked, people_unknown=people_unknown)):
        raise Refusal([item.sentence for item in missing])
    locked.sent_at, locked.sent_by, locked.received_on = timezone.now(), by, today()
    locked.returned_note = ""
    _save(locked, by)
    notices.report_changed(locked, "sent", by=by)
    return locked


@transaction.atomic
def return_report(*, report: Report, by: User, note: str, expected_version: int | None = None) -> Report:
    """Give a received report back to its MRC, with what it must correct: it opens again."""
    locked = _lock(report, by, expected_version)
    refusal = reporting.refuse_return(
        received=locked.received_on is not None, approved=locked.approved_at is not None, note=note
    )
    if refusal:
        raise Refusal(refusal)
    locked.received_on, locked.returned_note = None, note.strip()
    _refuse_long(locked, ("returned_note",))
    _save(locked, by)
    notices.report_changed(locked, "returned", by=by)
    return locked


@transaction.atomic
def receive_report(*, report: Report, by: User, values: Mapping[str, Any]) -> Report:
    """Write what a report received on paper says: received_on, people_reached (None: unknown), results, story…

    What `values` does not name stays. An approved report may still be corrected: consent, above all, can be taken back.
    """
    if unknown := set(values) - set(_CONTENT):
        raise TypeError(f"not content of a report: {sorted(unknown)}")
    locked = _lock(report, by)
    told = locked.people_reached
    if refusal := rules.refuse_received_on(values.get("received_on"), today()):
        raise Refusal(refusal)
    if values.get("received_on"):
        locked.returned_note = ""
    _write(locked, by, values, None)
    _tell_people_reached(locked, by, told)
    return locked


@transaction.atomic
def approve_report(*, report: Report, by: User, expected_version: int | None = None) -> Report:
    """Approve a report that was received: what waits for it becomes payable. Approving twice is approving once.

    Refused to the person who sent it (quality.md §5, I10).
    """
    locked = _lock(report, by)
    if locked.approved_at:
        return locked
    _refuse_stale(locked, expected_version)
    refusal = rules.refuse_to_approve_report(
        received=locked.received_on is not None
    ) or reporting.refuse_own_approval(sender=locked.sent_by_id, decider=by.pk)
    if refusal:
        raise Refusal(refusal)
    locked.approved_at, locked.approved_by = timezone.now(), by
    _save(locked, by)
    _tell_people_reached(locked, by, locked.people_reached)
    notices.report_changed(locked, "approved", by=by)
    return locked


@transaction.atomic
def change_due(*, report: Report, by: User, due_on: date) -> Report:
    """Expect the report at another date, while it is not received."""
    locked = _lock(report, by)
    if locked.received_on:
        raise Refusal("Ce rapport est déjà reçu\xa0: sa date d’échéance ne change plus.")
    locked.due_on = due_on
    _save(locked, by)
    return locked


# What a report holds --------------------------------------------------------------------------------------


def expenses_of(report: Report) -> list[Expense]:
    """Return the items of a report: those written, or, before, those of the initiative's budget (two queries at most)."""
    if rows := [Expense(row.label, row.planned, row.actual) for row in report.expenses.all()]:
        return rows
    lines = BudgetLine.objects.filter(initiative=report.initiative_id, side=BudgetSide.EXPENSE)
    return [Expense(line.label, line.amount) for line in lines if line.label or line.amount is not None]


def told_of(report: Report, *, people_unknown: bool) -> reporting.Told:
    """Return what the rules look at."""
    return reporting.Told(
        kind=report.kind,
        people_reached=report.people_reached,
        people_unknown=people_unknown,
        results=report.results,
        expenses=expenses_of(report),
        unspent=report.unspent,
        women=report.women,
        men=report.men,
        others=report.others,
    )


# Private parts --------------------------------------------------------------------------------------------


def _may_follow(by: User, initiative: Initiative) -> None:
    if not by.has_perm("initiatives.move_initiative"):
        raise NotAllowed("Votre rôle ne permet pas de suivre les rapports.")
    if refusal := rules.refuse_demo_person(by.is_demo, initiative.is_demo):
        raise Refusal(refusal)


def _locked(report: Report) -> Report:
    """Lock the initiative, then its report: the order of the money's actions."""
    initiative = Initiative.objects.select_for_update().get(pk=report.initiative_id)
    locked = Report.objects.select_for_update().get(pk=report.pk)
    locked.initiative = initiative
    return locked


def _lock(report: Report, by: User, expected_version: int | None = None) -> Report:
    _may_follow(by, report.initiative)
    locked = _locked(report)
    _refuse_stale(locked, expected_version)
    return locked


def _open(report: Report, by: User, expected_version: int | None) -> Report:
    """Lock a report to write in it: by who enters the files of its MRC, while it is in their hands."""
    if refusal := workflow.refuse_to_write(by.role):
        raise NotAllowed(refusal)
    locked = _locked(report)
    if not Initiative.objects.visible_to(by).filter(pk=locked.initiative_id).exists():
        raise NotAllowed("Ce dossier appartient à une autre MRC.")
    refusal = rules.refuse_demo_person(by.is_demo, locked.initiative.is_demo) or reporting.refuse_writing(
        received=locked.received_on is not None,
        approved=locked.approved_at is not None,
        state=locked.initiative.state,
    )
    if refusal:
        raise Refusal(refusal)
    _refuse_stale(locked, expected_version)
    return locked


def _refuse_stale(report: Report, expected_version: int | None) -> None:
    if expected_version not in (None, report.version):
        raise Stale(
            "Une autre personne a modifié ce rapport pendant votre travail. Relisez-le avant de continuer."
        )


def _write(report: Report, by: User, values: Mapping[str, Any], expenses: Iterable[Expense] | None) -> None:
    for name, value in values.items():
        setattr(report, name, value)
    _refuse_long(report, _TEXTS)
    _save(report, by)
    if expenses is not None:
        _write_expenses(report, list(expenses))


def _write_expenses(report: Report, rows: list[Expense]) -> None:
    if len(rows) > reporting.MOST_EXPENSES:
        raise Refusal(f"Un rapport compte au plus {reporting.MOST_EXPENSES} postes de dépense.")
    report.expenses.all().delete()
    for position, row in enumerate(rows, 1):
        written = ReportExpense(
            report=report, position=position, label=row.label, planned=row.planned, actual=row.actual
        )
        validate(written)
        written.save()


def _save(report: Report, by: User) -> None:
    report.version += 1
    save_as(report, by)


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


def _refuse_long(report: Report, names: Iterable[str]) -> None:
    """Refuse a text longer than its field says: a database keeps whatever length it is given."""
    for name in names:
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
