from django.shortcuts import render

from alliance.portal import figures
from alliance.portal.directory import current
from alliance.portal.filters import SORTS, DirectoryFilter
from alliance.portal.freshness import public_page
from alliance.portal.paging import Listed, page_of

_PANELS = ("theme", "territoire", "exercice", "etat", "portee", "source")
_LONG = (("municipalite", "Ajouter une municipalité"), ("organisation", "Ajouter une organisation"))


@public_page
def directory(request):
    """The list of initiatives, filtered, sorted and cut in pages by its address alone."""
    asked = DirectoryFilter(request.GET, directory=current(request))
    page, page_problem = page_of(Listed(asked.selection, asked.sort), request.GET.get("page", ""))
    notices = [problem.sentence for problem in asked.problems]
    if page_problem:
        notices.append(page_problem)
    active = asked.active(request.path)
    context = {
        "asked": asked,
        "page": page,
        "totals": figures.totals(asked.selection),
        "notices": notices,
        "active": active,
        "facets": [_facet(asked, name) for name in _PANELS],
        "long_facets": [_long_facet(asked, name, label) for name, label in _LONG],
        "sorts": [(value, label, value == asked.sort) for value, label in SORTS.items()],
        "base": _base(asked, request.path),
        "canonical": asked.address(request.path, page=page.number),
        "nearest": asked.selection.nearest_words() if not page.paginator.count and asked.words else "",
    }
    return render(request, "portal/directory.html", context)


def _facet(asked, name):
    choices = asked.choices(name)
    return {"name": name, "legend": asked.form.fields[name].label, "choices": choices}


def _long_facet(asked, name, label):
    chosen, offered = asked.long_choices(name)
    legend = asked.form.fields[name].label
    return {"name": name, "legend": legend, "label": label, "chosen": chosen, "offered": offered}


def _base(asked, path):
    address = asked.address(path)
    return f"{address}{'&' if '?' in address else '?'}"
