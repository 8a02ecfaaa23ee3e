"""Tags of the head of every public page: its own address, its preview when it is shared, its data for machines."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import reverse

from alliance.portal import structured
from alliance.portal.structured import DataBlock

register = template.Library()
IMAGE, IMAGE_WIDTH, IMAGE_HEIGHT = "img/partage.png", 1200, 630
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)">')
_SPACES = re.compile(r"[ \t\r\n]+")  # no-break spaces stay


def _said(context: Context, name: str) -> str:
    """Return what the page writes in a block of `base.html`, as HTML on one line."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return _SPACES.sub(" ", block.render(context)).strip() if block else ""


@register.inclusion_tag("components/page_head.html", takes_context=True)
def page_head(context: Context) -> dict[str, Any]:
    """Say the page's own address, its preview, its data; nothing for a page that no index keeps (errors, accounts).

    The words are those of the page's own title and description; an address that the page already gave as its own stays.
    """
    request, head = context.get("request"), _said(context, "head")
    if request is None or "noindex" in head:
        return {"shown": False}
    given = _CANONICAL.search(head)
    site = settings.SITE_URL
    return {
        "shown": True,
        "given": bool(given),
        "url": unescape(given[1]) if given else f"{site}{request.path}",
        "title": unescape(_said(context, "title")),
        "description": unescape(_said(context, "description")),
        "site_name": structured.NAME,
        "image": _absolute(static(IMAGE)),
        "width": IMAGE_WIDTH,
        "height": IMAGE_HEIGHT,
        "data": _data(context),
    }


def _absolute(address: str) -> str:
    return address if "://" in address else f"{settings.SITE_URL}{address}"


def _data(context: Context) -> DataBlock | None:
    """Return what the page is about, by its route; None for a list, or for a page that shows something else."""
    match = getattr(context["request"], "resolver_match", None)
    told = _TOLD.get(match.view_name) if match else None
    if told is None:
        return None
    try:
        return DataBlock(told(context))
    except KeyError:  # the view of this address showed another page
        return None


_TOLD: dict[str, Callable[[Context], structured.Data]] = {
    "portal:home": lambda _page: structured.home(settings.SITE_URL, _absolute(static("img/logo.svg"))),
    "portal:initiative": lambda page: structured.initiative(page["initiative"], settings.SITE_URL),
    "portal:organization": lambda page: structured.organization(
        page["organization"], page["aliases"], settings.SITE_URL
    ),
    "portal:territory": lambda page: structured.territory(page["label"], settings.SITE_URL),
    "portal:municipality": lambda page: structured.municipality(
        page["municipality"], page["territory"], settings.SITE_URL
    ),
}


@register.simple_tag(takes_context=True)
def breadcrumb_data(context: Context) -> DataBlock | str:
    """Return the path shown above a public page, for machines; nothing on private pages."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if request is None or match is None or match.namespace != "portal":
        return ""
    parents = [
        (str(context.get(f"{rank}_label")), str(context.get(f"{rank}_url")))
        for rank in ("grand", "parent")
        if context.get(f"{rank}_url")
    ]
    items = [("Accueil", reverse("portal:home")), *parents, (str(context.get("current")), request.path)]
    return DataBlock(structured.breadcrumb(items, settings.SITE_URL))
