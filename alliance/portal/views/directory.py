from django.shortcuts import render

from alliance.portal.directory import current
from alliance.portal.filters import DirectoryFilter
from alliance.portal.freshness import public_page
from alliance.portal.lists.page import shown


@public_page
def directory(request):
    """The list of initiatives, filtered, sorted, shown as its address alone says: cards, table, map or to print."""
    asked = DirectoryFilter(request.GET, directory=current(request))
    template = "portal/directory_print.html" if asked.view == "impression" else "portal/directory.html"
    return render(request, template, shown(asked, request.GET.get("page", "")))
