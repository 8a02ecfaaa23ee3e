"""What is shown while a person types: organizations already known, initiatives of nearly the same title.

Fragments of page, asked by `static/js/suggest.js`; the same things are said by the whole pages without it.
"""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliance.lib.text import QUERY_LENGTH, query_terms
from initiatives import radar
from initiatives.views import partners
from initiatives.views.access import READERS, find, may_write
from territories import twins
from territories.models import Organization, Territory

SHORTEST, SHOWN, TWINS = 2, 8, 5


@require_safe
def partner_suggestions(request):
    """Answer the organizations whose names begin like `q`, then those that resemble it, with the reason."""
    _readers_only(request)
    initiative = _file(request)
    q = _typed(request)
    if len(q) < SHORTEST:
        return HttpResponse("")
    found = _named(q)
    twins_found = twins.look_alikes(q, most=SHOWN)
    reasons = {twin.organization.pk: twin.reason for twin in twins_found}
    listed = {row.pk for row in found}
    rows = [*found, *(t.organization for t in twins_found if t.organization.pk not in listed)][
        : SHOWN + TWINS
    ]
    roles = _roles_in(initiative)
    writes = initiative is not None and may_write(request.user)
    context = {
        "rows": [
            (row, reasons.get(row.pk, ""), roles.get(row.pk, ()), partners.offered(row) if writes else ())
            for row in rows
        ],
        "initiative": initiative,
        "q": q,
    }
    return render(request, "espace/partner_suggestions.html", context)


@require_safe
def title_radar(request):
    """Answer the initiatives whose title is nearly `q`, in the MRCs of the file or those named by `territories`."""
    _readers_only(request)
    initiative = _file(request)
    q = _typed(request)
    if len(q) < SHORTEST:
        return HttpResponse("")
    asked = request.GET.getlist("territories") + request.GET.getlist("territoire")
    places = _territories(request.user, initiative, asked[:20])
    alerts = radar.like(q, request.user, territories=places, initiative=initiative)
    return render(request, "espace/radar.html", {"alerts": alerts})


def _readers_only(request):
    if request.user.role not in READERS:
        raise PermissionDenied


def _typed(request):
    text = request.GET.get("q", "")[:QUERY_LENGTH]
    return "".join(char for char in text if char.isprintable()).strip()


def _file(request):
    """Return the file named by `dossier` that the person may see, None when no file is named; 404 for another's."""
    text = request.GET.get("dossier", "")
    return find(request.user, _number(text)) if text else None


def _number(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _named(q):
    terms = query_terms(q)
    rows = Organization.objects.active().select_related("seat_territory")
    for term in terms:
        rows = rows.filter(search_text__contains=f" {term}")
    return list(rows[:SHOWN]) if terms else []


def _roles_in(initiative):
    """Return the words of the roles held in the file, by id of organization."""
    roles = {}
    for row in initiative.partnerships.all() if initiative else ():
        roles.setdefault(row.organization_id, []).append(row.get_role_display().lower())
    return roles


def _territories(user, initiative, asked):
    numbers = [number for number in map(_number, asked) if number]
    if numbers:
        return Territory.objects.filter(pk__in=numbers)
    if initiative:
        return initiative.territories.all()
    return Territory.objects.filter(memberships__user=user)
