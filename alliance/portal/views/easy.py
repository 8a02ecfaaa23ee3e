"""« Facile à lire »: what an initiative is, in short sentences, one idea by line."""

from dataclasses import dataclass

from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.text import capfirst

from alliance.lib.phones import dialled
from alliance.lib.plain import sentences_of
from alliance.portal.freshness import public_page
from alliance.portal.initiative_calls import territories_called
from alliance.portal.initiative_page import moved_to
from alliance.portal.initiative_query import easy_one
from alliance.portal.still import doubt, public_state
from initiatives.choices import Cost, PublicState
from initiatives.models import EasyText

_QUESTIONS = (
    ("what", "Qu’est-ce que c’est?", "Qu’est-ce que c’était?"),
    ("who", "Pour qui?", "Pour qui?"),
    ("where", "Où?", "Où?"),
    ("how", "Comment faire?", ""),
)


@dataclass(frozen=True)
class Part:
    """A question and its answer, one sentence by line."""

    slug: str
    question: str
    lines: list[str]


@public_page
def easy(request, slug):
    """The short version of a published initiative (one query); unknown when there is none.

    Once it ended, or when its period is over, it says so first and sends nobody to it: neither phone, way nor price.
    """
    initiative = easy_one(slug.lower())
    if initiative is None:
        return _elsewhere(slug)
    if initiative.slug != slug:
        return _moved(initiative.slug)
    text = initiative.easy
    over = _over(initiative)
    context = {
        "easy": text,
        "initiative": initiative,
        "theme": initiative.primary_theme,
        "over": over,
        "mrcs": territories_called(initiative.scope, initiative.l_territories) if over else [],
        "parts": _parts(text, is_over=bool(over)),
        "phone": "" if over else text.phone,
        "dial": dialled(text.phone),
    }
    return render(request, "portal/easy.html", context)


def _over(initiative):
    """Return what to say first of one that ended, or that may have: a heading, then a line; None of one that stands."""
    years = sorted(label for (label,) in initiative.l_years or ())
    state = public_state(initiative.state, initiative.ends_on, years)
    if state == PublicState.DONE:
        return "C’est terminé.", ""
    said = doubt(state, initiative.ends_on, years)
    return ("C’est peut-être terminé.", f"{capfirst(said)}. On ne sait pas si ça continue.") if said else None


def _parts(text, *, is_over):
    asked = [(name, then if is_over else now) for name, now, then in _QUESTIONS]
    parts = [Part(name, question, sentences_of(getattr(text, name))) for name, question in asked if question]
    if not is_over:
        price = [] if text.cost == Cost.UNKNOWN else [text.get_cost_display()]
        parts.append(Part("cost", "C’est combien?", [*price, *sentences_of(text.cost_note)]))
    return [part for part in parts if part.lines]


def _elsewhere(slug):
    present = moved_to(slug.lower())
    if present is None or not EasyText.objects.filter(initiative__slug=present).exists():
        raise Http404
    return _moved(present)


def _moved(slug):
    return HttpResponsePermanentRedirect(f"/initiatives/{slug}/facile-a-lire/")
