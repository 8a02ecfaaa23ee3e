from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt

from alliance.lib.dates import today
from alliance.portal import embedding
from alliance.portal.directory import current
from alliance.portal.freshness import public_page

# Headers are relaxed outside of `public_page`: an answer that it kept, or a 304, carries them too.


@csp_update({"frame-src": [SELF]})
@public_page
def embed(request):
    """How to carry the list on one's own site: what it is, what it will look like, the code to copy."""
    return render(request, "portal/embed.html", {"embedded": embedding.read(request.GET, current(request))})


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"], "script-src": [NONE]})
@public_page
def block(request):
    """The list itself, for the frame of any other site: the only page that lets itself be framed."""
    embedded = embedding.read(request.GET, current(request))
    return render(request, "portal/embed_block.html", {"embedded": embedded, "as_of": today()})
