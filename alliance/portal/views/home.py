from django.shortcuts import render

from alliance.portal import figures
from alliance.portal.directory import current
from alliance.portal.freshness import public_page
from alliance.portal.labels import TERRITORY
from alliance.portal.map.shapes import shapes
from alliance.portal.selection import Selection

_RECENT = 2


@public_page
def home(request):
    """Help first: whom to call, the search, needs and places; then what the Alliance does, its figures, what is new."""
    directory = current(request)
    announced, zoom = figures.front(directory)
    return render(
        request,
        "portal/home.html",
        {
            "figures": figures.key_figures(directory),
            "announced": announced,
            "zoom": zoom,
            "needs": figures.needs(directory),
            "territories": figures.counted(directory, TERRITORY),
            "drawing": shapes(),
            "recent": Selection(directory).rows("recent", 0, _RECENT),
        },
    )
