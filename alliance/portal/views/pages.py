from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render

from alliance.portal.freshness import public_page
from alliance.portal.initiative_page import UNSAID, find, moved_to


@public_page
def initiative(request, slug):
    """One published initiative; an old address leads to the present one, anything else is unknown."""
    page = find(slug)
    if page is None:
        present = moved_to(slug.lower()) or (slug.lower() if slug != slug.lower() else None)
        if present is None:
            raise Http404
        return HttpResponsePermanentRedirect(f"/initiatives/{present}/")
    return render(request, "portal/initiative.html", {"initiative": page, "unsaid": UNSAID})
