from django.shortcuts import render

from alliance.portal import figures
from alliance.portal.directory import current
from alliance.portal.freshness import public_page
from alliance.portal.labels import TERRITORY, THEME
from alliance.portal.selection import Selection

_RECENT = 3


@public_page
def home(request):
    """What the Alliance is, the search, its figures, the themes and the territories."""
    directory = current(request)
    return render(
        request,
        "portal/home.html",
        {
            "figures": figures.key_figures(directory),
            "announced": figures.announced(),
            "themes": figures.counted(directory, THEME),
            "territories": figures.counted(directory, TERRITORY),
            "recent": Selection(directory).rows("recent", 0, _RECENT),
        },
    )
