from django.shortcuts import render

from alliance.portal.freshness import public_page


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
    return render(request, "portal/contact.html")
