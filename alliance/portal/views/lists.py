from django.http import Http404, HttpResponse
from django.shortcuts import render

from alliance.portal.directory import current
from alliance.portal.filter_fields import unknown_names
from alliance.portal.filters import DirectoryFilter
from alliance.portal.freshness import public_page
from alliance.portal.lists import about, atom, files, initiatives, open_data

_PAGE = "/initiatives/"
_DATA = "/donnees/"


@public_page
def initiatives_file(request, kind):
    """The list of the directory as a file: its filters and its order; what is not understood is refused (400)."""
    if kind not in (*files.KINDS, "atom"):
        raise Http404
    asked = DirectoryFilter(request.GET, directory=current(request))
    refusals, excel = _refusals(request, kind, asked.refusals({"format"}))
    if refusals:
        return _refused(request, refusals)
    extra = {"format": "excel"} if excel else {}
    address, page = asked.file(request.path, **extra), asked.address(_PAGE, view="fiches")
    if kind == "atom":
        return _feed(asked, address, page)
    table = initiatives.table_of(asked.selection, asked.sort)
    return files.response(table, about.of_list(asked, address=address, page=page), kind, excel=excel)


def _feed(asked, address, page):
    content = atom.feed(
        asked.selection.rows("recent", 0, atom.MOST_ENTRIES),
        title=about.titled(asked),
        address=about.absolute(address),
        page=about.absolute(page),
    )
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")


@public_page
def data(request):
    """Everything that can be taken away, with its dictionary, its licence and how to cite it."""
    return render(request, "portal/data.html", open_data.page(current(request)))


@public_page
def data_file(request, code, kind):
    """One table of the open data as a file."""
    if code not in open_data.TABLES or kind not in files.KINDS:
        raise Http404
    refusals, excel = _refusals(request, kind, unknown_names(request.GET, {"format"}))
    if refusals:
        return _refused(request, refusals)
    address = request.path + ("?format=excel" if excel else "")
    table, card = open_data.read(current(request), code, address=address)
    return files.response(table, card, kind, excel=excel)


def _refusals(request, kind, found):
    """Return why the file is refused, and whether the CSV is the one for Excel."""
    asked = request.GET.get("format", "")
    if asked and (kind != "csv" or asked not in files.FORMATS):
        found = [
            *found,
            "Le format demandé n’existe pas\xa0: seul le CSV en a deux, «\xa0ouvert\xa0» et «\xa0excel\xa0».",
        ]
    return found, kind == "csv" and asked == "excel"


def _refused(request, refusals):
    return render(request, "errors/400.html", {"reason": " ".join(refusals)}, status=400)
