from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from alliance.lib.tabular import csv_text
from alliance.portal import zoom_page
from alliance.portal.directory import current
from alliance.portal.freshness import public_page
from alliance.portal.views.redirects import moved_to


@public_page
def zooms(request):
    """The published Zooms, the latest first."""
    return render(request, "portal/zooms.html", {"zooms": zoom_page.published(current(request))})


@public_page
def zoom(request, slug):
    """One published Zoom; a draft is unknown, whoever asks."""
    found = _found(request, slug.lower())
    if slug != slug.lower():
        return moved_to(request, found.url)
    return render(request, "portal/zoom.html", context_of(found))


@public_page
def zoom_file(request, slug):
    """The initiatives of a published Zoom, in the order of its page."""
    found = _found(request, slug)
    content = csv_text(zoom_page.HEADERS, found.cells(), dialect="excel-fr")
    return HttpResponse(
        content.encode(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="zoom-{slug}.csv"'},
    )


def context_of(found, *, is_preview=False):
    """Return what the template of a Zoom needs, on the site and in the admin's preview."""
    address = f"{settings.SITE_URL}{found.url}"
    return {
        "zoom": found,
        "address": address,
        "mail_url": found.mail_url(address),
        "facebook_url": f"https://www.facebook.com/sharer/sharer.php?{urlencode({'u': address})}",
        "is_preview": is_preview,
    }


def _found(request, slug):
    found = zoom_page.find(slug, current(request))
    if found is None:
        raise Http404
    return found
