from django.http import HttpResponse
from django.shortcuts import render

from alliance.lib.tabular import csv_text
from alliance.portal import figures
from alliance.portal.directory import current
from alliance.portal.figures.map import residents_year, table_of
from alliance.portal.freshness import public_page
from alliance.portal.labels import TERRITORY
from alliance.portal.map.shapes import shapes
from alliance.portal.map_asked import MapAsked
from alliance.portal.views.redirects import label_or_404, moved_to


@public_page
def region(request):
    """The region by MRC: initiatives, dollars or dollars per person, and the same data as a table."""
    asked = MapAsked(request)
    context = asked.context | {
        "map": figures.map_of(asked.filters.selection, asked.measure),
        "year": residents_year(),
        "file": asked.address("/carte.csv"),
    }
    return render(request, "portal/map.html", context)


@public_page
def territory(request, slug):
    """One MRC by municipality: how many initiatives name each."""
    directory = current(request)
    label = label_or_404(directory, TERRITORY, slug)
    if label.slug != slug:
        return moved_to(request, f"/carte/{label.slug}/")
    asked = MapAsked(request, has_measure=False)
    beside = shapes().neighbours.get(label.slug, ())
    context = asked.context | {
        "label": label,
        "map": figures.map_of(asked.filters.selection, territory=label),
        "neighbours": [one for one in directory.labels.all(TERRITORY) if one.slug in beside],
        "region_url": asked.address("/carte/"),
    }
    return render(request, "portal/map_territory.html", context)


@public_page
def file(request):
    """The table of the map as a file; what the address asks and nobody understands is refused (400)."""
    asked = MapAsked(request)
    if refusals := asked.filters.refusals():
        return render(request, "errors/400.html", {"reason": " ".join(refusals)}, status=400)
    titles, rows = table_of(figures.map_of(asked.filters.selection, asked.measure), residents_year())
    return csv_answer("carte", titles, rows)


def csv_answer(name, titles, rows):
    return HttpResponse(
        csv_text(titles, rows, dialect="excel-fr").encode(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
