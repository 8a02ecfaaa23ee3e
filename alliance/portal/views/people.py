from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils.http import urlencode

from alliance.lib.phones import dialled
from alliance.lib.text import QUERY_LENGTH, clean_line
from alliance.portal import figures, organization_page
from alliance.portal.directory import current
from alliance.portal.figures import organization_totals as parts
from alliance.portal.filter_fields import dropped_names
from alliance.portal.freshness import public_page
from alliance.portal.labels import ORGANIZATION
from alliance.portal.paging import page_of
from alliance.portal.selection import Selection
from alliance.portal.views.redirects import label_or_404, moved
from territories.choices import OrganizationKind

_AT_ONCE = 300
_PER_PAGE = 100  # beyond 300


@public_page
def organizations(request):
    """Public organizations by letter, a hundred per page; `q` searches names and other spellings, `type` keeps one kind."""
    words, kind, notices = _asked(request.GET)
    found = figures.organizations(current(request), words=words, kind=kind)
    shown, problem = page_of(
        found, request.GET.get("page", ""), per_page=_PER_PAGE if len(found) > _AT_ONCE else _AT_ONCE
    )
    if problem:
        notices.append(problem)
    asked = [(name, value) for name, value in (("q", words), ("type", kind)) if value]
    context = {
        "letters": figures.by_letter(list(shown)),
        "page": shown,
        "base": f"{request.path}?{urlencode([*asked, ('page', '')])}".removesuffix("page="),
        "count": len(found),
        "words": words,
        "kinds": [
            (value, label, count, value == kind)
            for value, label, count in parts.by_kind(current(request), words=words)
        ],
        "notices": notices,
        "filtered": bool(words or kind),
    }
    return render(request, "portal/organizations.html", context)


def _asked(data):
    notices, kind = [], data.get("type", "").strip()
    if kind and kind not in OrganizationKind.values:
        kind = ""
        notices.append("Le type d’organisation demandé n’existe pas\xa0: ce filtre a été ignoré.")
    try:
        words = clean_line(data.get("q", ""))
    except ValidationError:
        words = ""
        notices.append("La recherche contient un caractère non permis\xa0: elle a été ignorée.")
    if len(words) > QUERY_LENGTH:
        notices.append(f"Seuls les {QUERY_LENGTH} premiers caractères de la recherche ont été lus.")
    notices += dropped_names(data, {"q", "type"})
    return words[:QUERY_LENGTH], kind, notices


@public_page
def organization(request, slug):
    """An organization: who it is and its initiatives under each role. Contact only with its agreement."""
    directory = current(request)
    label = label_or_404(directory, ORGANIZATION, slug)
    if not directory.shows(label):
        raise Http404  # like an unknown one, at its old addresses too
    if answer := moved(label, slug):
        return answer
    facts, aliases, gifts = organization_page.read(label)
    context = {
        "organization": facts,
        "dial": dialled(facts.contact_phone) if facts.contact_is_public else "",
        "aliases": aliases,
        "gifts": gifts,
        "roles": parts.by_role(Selection(directory, {ORGANIZATION: (label.slug,)}), label),
        "portrait": parts.portrait(directory, label, gifts),
    }
    return render(request, "portal/organization.html", context)
