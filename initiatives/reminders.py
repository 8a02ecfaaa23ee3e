"""What is written to people who do not come: reports to hand in, files to complete. Paced, then nothing more.

Each reminder is written once (its key names its stage), however often the command runs; after a stop of the machine, only
the last stage is told. Source: features.md row 56 (a few paced messages, then silence).
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone

from alliance.accounts import outbox
from alliance.accounts.choices import MailKind
from alliance.lib.dates import today
from initiatives import notices
from initiatives.choices import EntryMode, State
from initiatives.models import Initiative, Report

# Days after the date a report is expected: twice before, the day after, then each week, four times.
REPORT_STAGES = (-14, -3, 1, 8, 15, 22, 29)
REPORT_ENDS = 36
# Days since somebody last touched the file.
FILE_STAGES = (14, 28, 56, 84)
FILE_ENDS = 98
_MOST = 500  # files by run; the next run tells the rest


def write(on: date | None = None) -> None:
    """Write the reminders of the day `on` (today in America/Toronto when not told) in the outbox."""
    day = on or today()
    told = outbox.told(MailKind.REPORT_DUE, MailKind.INCOMPLETE)
    for report in _reports(day):
        stage = _stage((day - report.due_on).days, REPORT_STAGES)
        key = f"report-due:{report.pk}:{report.due_on}:{stage:+d}"
        if key not in told:
            notices.report_due(report, key=key, late=stage > 0)
    for initiative in _files():
        stage = _stage((timezone.now() - initiative.updated_at).days, FILE_STAGES)
        key = f"incomplete:{initiative.pk}:{initiative.version}:{stage:+d}"
        if key not in told:
            notices.incomplete(initiative, key=key)


def _stage(days: int, stages: Iterable[int]) -> int:
    """Return the last stage reached after `days`."""
    return max(stage for stage in stages if stage <= days)


def _reports(day: date) -> list[Report]:
    """Return the reports nobody handed in whose date is near or just gone, in files that still live."""
    first, last = day - timedelta(days=REPORT_ENDS - 1), day - timedelta(days=REPORT_STAGES[0])
    rows = Report.objects.filter(received_on=None, due_on__range=(first, last))
    rows = rows.exclude(initiative__state__in=State.given_up).order_by("due_on", "pk")
    return list(rows.select_related("initiative")[:_MOST])


def _files() -> list[Initiative]:
    """Return the files left to complete: returned to the MRC, or begun in « Mon espace » and never deposited."""
    now = timezone.now()
    since, until = now - timedelta(days=FILE_ENDS), now - timedelta(days=FILE_STAGES[0])
    rows = Initiative.objects.filter(updated_at__gt=since, updated_at__lte=until)
    returned = rows.filter(state=State.CHANGES_REQUESTED)
    begun = rows.filter(state=State.DRAFT, entry_mode__in=EntryMode.through_form)
    return list((returned | begun).select_related("created_by").order_by("updated_at", "pk")[:_MOST])
