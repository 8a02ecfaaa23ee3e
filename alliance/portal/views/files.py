from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from alliance.portal.directory import current
from alliance.portal.freshness import public_page
from alliance.portal.sitemap import addresses

_PRIVATE = ("/admin/", "/compte/", "/espace/")


@public_page
def robots(request):
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in _PRIVATE),
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@public_page
def sitemap(request):
    """Every address that may be indexed, with the day of what was published one day."""
    context = {"addresses": addresses(current(request)), "site": settings.SITE_URL}
    return render(request, "portal/sitemap.xml", context, content_type="application/xml; charset=utf-8")
