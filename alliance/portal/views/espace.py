"""The landing page of « Mon espace »: what waits for me first, my files, the money of my MRCs."""

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliance.accounts.roles import TERRITORY_ROLES
from alliance.lib.dates import long_date
from alliance.portal.admin_year_money import meter
from funding import ledger
from funding.choices import DisbursementMove, DisbursementState
from funding.models import Allocation, Disbursement, DisbursementMovement
from initiatives.choices import State
from initiatives.follow import Side, follow
from initiatives.forms.offer import my_territories
from initiatives.models import Initiative
from initiatives.situation import side_of, situations
from initiatives.todo import todo_list
from initiatives.views.access import READERS, may_write

_MOST = 100  # files listed under one heading
_ORDER = (  # what the agent can act on first, what is settled last
    DisbursementState.HELD,
    DisbursementState.PAYABLE,
    DisbursementState.PLANNED,
    DisbursementState.PAID,
    DisbursementState.RECOVERED,
    DisbursementState.CANCELLED,
)
_TONES = {
    DisbursementState.PLANNED: "todo",
    DisbursementState.HELD: "late",
    DisbursementState.PAYABLE: "doing",
    DisbursementState.PAID: "done",
}
_GROUPS = (
    ("Au CRD", State.waiting_for_staff),
    ("Retenues et en cours", (State.APPROVED, State.IN_PROGRESS)),
    ("Fermées", State.ended + (State.CANCELLED,)),
)
_OPEN = ("Brouillons et dossiers à compléter", State.editable_by_agent)


@require_safe
def home(request):
    user = request.user
    if user.role not in READERS:
        if not user.is_staff:
            raise PermissionDenied
        return render(request, "espace/home_staff.html")
    files = _files(user)
    writes, serves = may_write(user), user.role in TERRITORY_ROLES
    groups = _groups(files, _GROUPS if writes else (_OPEN, *_GROUPS), side_of(user))
    context = {
        "writes": writes,
        "todo": todo_list(files, user, most=_MOST) if writes else None,
        "groups": groups,
        "is_empty": not files.exists(),
        "lines": _lines(user) if serves else [],
        "instalments": _instalments(files) if serves else None,
        "territories": my_territories(user) if serves else [],
    }
    return render(request, "espace/home.html", context)


def _files(user):
    """Return the files of the person's MRCs; the coordination, which sees all in the admin, finds its own here."""
    files = Initiative.objects.visible_to(user)
    return files.filter(created_by=user) if user.is_staff else files


def _groups(files, titles, side):
    """Return the files under their headings, each with where it stands; as many queries whatever the files."""
    listed = [(title, _listed(files.filter(state__in=states))) for title, states in titles]
    stands = situations([row for _title, rows in listed for row in rows["rows"]])
    return [
        rows | {"title": title, "rows": [_shown(row, follow(stands[row.pk]), side) for row in rows["rows"]]}
        for title, rows in listed
    ]


def _shown(row, status, side):
    return {
        "file": row,
        "label": State(row.state).label,
        "status": status,
        "turn": "" if status.turn == Side.NOBODY else status.turn_for(side),
    }


def _listed(files):
    """Return the first files, their whole number, and how many are not listed."""
    count, rows = files.count(), list(files[:_MOST])
    return {"rows": rows, "count": count, "more": count - len(rows)}


def _lines(user):
    """Return the lines of money of the person's MRCs, in the years still open."""
    mine = Allocation.objects.filter(
        territory__memberships__user=user, fiscal_year__closed_at=None, is_demo=user.is_demo
    )
    balances = ledger.lines(mine.select_related("envelope__source"))
    return [(balance, meter(balance)) for balance in balances]


def _instalments(files):
    """Return the instalments of these files, in plain words: what waits first, what is settled last."""
    paid = DisbursementMovement.objects.filter(kind=DisbursementMove.PAID)
    rows = Disbursement.objects.filter(commitment__initiative__in=files)
    dues = ledger.instalments(rows.prefetch_related(Prefetch("movements", paid, to_attr="payments")))
    ordered = sorted(dues, key=lambda due: _ORDER.index(due.state))
    shown = [(due, _said(due), _TONES.get(due.state, "done")) for due in ordered[:_MOST]]
    waiting = [row for row in shown if row[2] != "done"]
    settled = [row for row in shown if row[2] == "done"]
    return {"rows": shown, "waiting": waiting, "settled": settled, "more": len(ordered) - len(shown)}


def _said(due):
    """Return what became of an instalment, as the agent needs to know it."""
    row, day = due.disbursement, long_date(due.disbursement.due_on)
    if due.state == DisbursementState.HELD:
        return f"Prévu le {day}. {row.get_condition_display()}\xa0: il est retenu jusque-là."
    if due.state == DisbursementState.PLANNED:
        return f"Prévu le {day}. {row.get_condition_display()}."
    if due.state == DisbursementState.PAYABLE:
        return "Sa condition est remplie. Le CRD le versera."
    if due.state == DisbursementState.CANCELLED:
        return "Ce versement n’aura pas lieu."
    return f"Versé le {long_date(row.payments[0].on)}."
