from django.shortcuts import render

from alliance.portal.directory import current
from alliance.portal.freshness import public_page
from alliance.portal.labels import TERRITORY


@public_page
def about(request):
    return render(request, "portal/about.html")


@public_page
def accessibility(request):
    return render(request, "portal/accessibility.html")


@public_page
def confidentiality(request):
    return render(request, "portal/confidentiality.html")


@public_page
def contact(request):
    """Whom to write or to call: 211 first, the MRCs in their order, the CRD."""
    return render(request, "portal/contact.html", {"mrcs": list(current(request).labels.all(TERRITORY))})
