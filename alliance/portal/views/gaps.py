from django.shortcuts import render
from django.utils.http import urlencode

from alliance.lib.dates import today
from alliance.portal import gazetteer
from alliance.portal.directory import current
from alliance.portal.figures import helping
from alliance.portal.figures.deserts import Gaps, Service
from alliance.portal.figures.gaps_map import region_map, territory_cells
from alliance.portal.figures.gaps_table import file_of, region_matrix, territory_matrix, with_neighbours
from alliance.portal.freshness import public_page
from alliance.portal.gaps_asked import GapsFileFilter, GapsFilter
from alliance.portal.gazetteer import Seat
from alliance.portal.labels import TERRITORY
from alliance.portal.map.shapes import shapes
from alliance.portal.views.map import csv_answer
from alliance.portal.views.redirects import label_or_404, moved_to


def _context(request, gaps, asked, **file):
    query = urlencode(asked.canonical_pairs)
    return {
        "theme": asked.one,
        "themes": [(one, one is asked.one) for one in gaps.themes],
        "notices": asked.notices,
        "canonical": f"{request.path}?{query}" if query else request.path,
        "file": f"/carte/deserts.csv?{urlencode([*asked.canonical_pairs, *file.items()])}".rstrip("?"),
        "services": list(Service),
        "as_of": today(),
    }


@public_page
def region(request):
    """The gaps of the region: MRC × theme, or the map of one theme."""
    gaps = Gaps(current(request))
    asked = GapsFilter(request.GET, directory=gaps.directory)
    context = _context(request, gaps, asked)
    if theme := asked.one:
        by_mrc = [(one, gaps.within(one, theme)) for one in gaps.territories]
        context |= {"map": region_map(gaps, theme), "by_mrc": by_mrc, "whole": gaps.everywhere(theme)}
        context |= {"nowhere": gaps.nowhere(theme)}
    else:
        context |= {"matrix": region_matrix(gaps)}
    return render(request, "portal/gaps.html", context)


@public_page
def territory(request, slug):
    """The gaps of an MRC: municipality × theme, or one theme with the neighbours that could extend a service."""
    gaps = Gaps(current(request))
    label = label_or_404(gaps.directory, TERRITORY, slug)
    if label.slug != slug:
        return moved_to(request, f"/carte/deserts/{label.slug}/")
    asked = GapsFilter(request.GET, directory=gaps.directory)
    beside = shapes().neighbours.get(label.slug, ())
    context = _context(request, gaps, asked, territoire=label.slug)
    book = gazetteer.around(gaps.directory)
    context["call"] = helping.call_of(label, book.seats.get(label.pk, Seat()))
    context |= {"label": label, "neighbours": [one for one in gaps.territories if one.slug in beside]}
    if theme := asked.one:
        frame, cells = territory_cells(gaps, label, theme)
        context |= {"frame": frame, "cells": cells, "drawing": shapes(), "nowhere": gaps.nowhere(theme)}
        context |= {
            "tally": gaps.within(label, theme),
            "rows": with_neighbours(gaps, label, theme, book.bodies),
        }
    else:
        context |= {"matrix": territory_matrix(gaps, label)}
    return render(request, "portal/gaps_territory.html", context)


@public_page
def file(request):
    """The states as a file; what the address asks and nobody understands is refused (400)."""
    gaps = Gaps(current(request))
    asked = GapsFileFilter(request.GET, directory=gaps.directory)
    if refusals := asked.refusals:
        return render(request, "errors/400.html", {"reason": " ".join(refusals)}, status=400)
    return csv_answer(
        "manques-de-services", *file_of(gaps, themes=asked["theme"], territories=asked["territoire"])
    )
