"""Choose the organizations of a file: search, add in a role, or create after a look at those that resemble it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from alliance.lib.forms import add_errors
from alliance.lib.text import QUERY_LENGTH, query_terms, sort_key
from alliance.lib.workflow import Refusal
from initiatives import actions, rules
from initiatives import partners as rows
from initiatives.choices import PartnerRole
from initiatives.views.access import READERS, closed_page, writer_page
from territories import twins
from territories.actions import create_organization
from territories.callers import whom_to_call
from territories.forms import OrganizationForm
from territories.models import Organization

SHOWN = 20


@require_safe
def search(request):
    """Look for an organization without any file at hand."""
    if request.user.role not in READERS:
        raise PermissionDenied
    return render(request, "espace/partners.html", _results(request))


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def choose(request, initiative):
    """Look for an organization and add it to the file in a role."""
    if rules.refuse_edit_by_agent(initiative.state):
        return closed_page(request, initiative)
    if request.method == "POST":
        return _add(request, initiative, _organization(request.POST.get("organization", "")))
    return render(request, "espace/partners.html", _results(request) | _of(initiative))


@require_http_methods(["GET", "HEAD", "POST"])
@writer_page
def create(request, initiative):
    """Create an organization for the file; those that resemble it are shown first, and confirmed as different."""
    if rules.refuse_edit_by_agent(initiative.state):
        return closed_page(request, initiative)
    if request.method != "POST":
        form = OrganizationForm(initial={"name": request.GET.get("q", "")[:QUERY_LENGTH]})
        return _creation_page(request, initiative, form)
    form = OrganizationForm(request.POST)
    name = request.POST.get("name", "")
    role = _role(request)
    same = twins.same_name(name)
    if _is_in_file(initiative, same, role):
        return _back(initiative)  # the second of two clicks
    if not form.is_valid():
        return _creation_page(request, initiative, form, found=_twins(form, same), status=422)
    found = _twins(form, same)
    if same or (found and request.POST.get("confirmed") != sort_key(form.cleaned_data["name"])):
        if _is_in_file(initiative, twins.same_name(name), role):
            return _back(initiative)
        return _creation_page(request, initiative, form, found=found, same=same, status=422)
    return _create(request, initiative, form, role)


def _create(request, initiative, form, role):
    try:
        with transaction.atomic():
            organization = create_organization(
                by=request.user, values=form.values(), is_demo=request.user.is_demo
            )
            if twins.same_name(organization.name) not in ([], [organization]):
                raise IntegrityError("the name was taken meanwhile")
            return _add(
                request, initiative, organization, role
            )  # together: the second of two clicks sees both
    except ValidationError as problem:
        if _is_in_file(initiative, twins.same_name(form.cleaned_data["name"]), role):
            return _back(initiative)
        add_errors(form, problem)
        return _creation_page(request, initiative, form, status=422)
    except IntegrityError:  # the same one, created at the same instant
        same = twins.same_name(form.cleaned_data["name"])
        if _is_in_file(initiative, same, role):
            return _back(initiative)
        return _creation_page(request, initiative, form, found=_twins(form, same), same=same, status=422)


def _is_in_file(initiative, organizations, role):
    return initiative.partnerships.filter(organization__in=organizations, role=role).exists()


def _twins(form, same):
    cleaned = getattr(form, "cleaned_data", {})
    found = twins.look_alikes(
        cleaned.get("name", ""),
        phone=cleaned.get("contact_phone", ""),
        neq=form.data.get("neq", ""),
        email=cleaned.get("contact_email", ""),
        website=cleaned.get("website", ""),
    )
    return found or [twins.Twin(row, "même nom", 1.0) for row in same]


def _add(request, initiative, organization, role=None):
    role = role or _role(request)
    if reason := rows.refuse_role(organization, role):
        messages.error(request, reason)
        return redirect(f"{reverse('espace:partners', args=[initiative.pk])}?q={sort_key(str(organization))}")
    try:
        replaced = actions.add_partner(
            initiative=initiative, by=request.user, organization=organization, role=role
        )
    except Refusal as refusal:
        initiative.refresh_from_db()
        if rules.refuse_edit_by_agent(initiative.state):
            return closed_page(request, initiative)
        messages.error(request, refusal.reasons[0])
        return _back(initiative)
    label = PartnerRole(role).label.lower()
    instead = f" à la place de {replaced}" if replaced else ""
    messages.success(request, f"{organization} est inscrit comme {label}{instead}.")
    return _back(initiative)


def _back(initiative):
    return redirect(f"{reverse('espace:section', args=[initiative.pk, 'organisme'])}#partenaires")


def _role(request):
    role = request.POST.get("role", "")
    if role not in rows.OFFERED:
        raise Http404
    return role


def _organization(text):
    """Return the active organization whose id was posted, or raise 404."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    organization = Organization.objects.active().filter(pk=int(text)).first()
    if organization is None:
        raise Http404
    return organization


def _results(request):
    q = request.GET.get("q", "")[:QUERY_LENGTH]
    terms = query_terms(q)
    found = Organization.objects.active().select_related("seat_territory")
    for term in terms:
        found = found.filter(search_text__contains=f" {term}")
    count = found.count() if terms else 0
    listed = list(found[:SHOWN]) if terms else []
    return {
        "q": q,
        "searched": bool(terms),
        "count": count,
        "more": count - len(listed),
        "found": [(row, offered(row)) for row in listed],
        "initiative": None,
    }


def _of(initiative):
    return {"initiative": initiative, "present": initiative.partnerships.select_related("organization")}


def offered(organization):
    """Return the roles the organization may hold, as (value, label)."""
    return [
        (role.value, role.label.lower()) for role in rows.OFFERED if not rows.refuse_role(organization, role)
    ]


def _creation_page(request, initiative, form, *, found=(), same=(), status=200):
    role = request.POST.get("role", request.GET.get("role", PartnerRole.PARTNER))
    calls = whom_to_call([twin.organization for twin in found], by=request.user) if found else {}
    held = {row.organization_id for row in initiative.partnerships.all()} if found else set()
    context = {
        "initiative": initiative,
        "form": form,
        "twins": [
            (
                twin,
                offered(twin.organization),
                calls[twin.organization.pk],
                twin.organization.pk in held,
            )
            for twin in found
        ],
        "same": same,
        "key": sort_key(form.data.get("name", "")) if form.is_bound else "",
        "roles": [(value.value, value.label) for value in rows.OFFERED],
        "role": role if role in rows.OFFERED else PartnerRole.PARTNER.value,
        "refused": bool(form.errors),
    }
    return render(request, "espace/partner_new.html", context, status=status)
