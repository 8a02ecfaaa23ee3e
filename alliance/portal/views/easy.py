"""« Facile à lire »: what an initiative is, in short sentences, one idea by line."""

from dataclasses import dataclass

from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render

from alliance.lib.phones import dialled
from alliance.lib.plain import sentences_of
from alliance.portal.freshness import public_page
from alliance.portal.initiative_page import moved_to
from initiatives.choices import Cost, Publication
from initiatives.models import EasyText

_QUESTIONS = (
    ("what", "Qu’est-ce que c’est?"),
    ("who", "Pour qui?"),
    ("where", "Où?"),
    ("how", "Comment faire?"),
)


@dataclass(frozen=True)
class Part:
    """A question and its answer, one sentence by line."""

    slug: str
    question: str
    lines: list[str]


@public_page
def easy(request, slug):
    """The short version of a published initiative (one query); unknown when there is none."""
    text = (
        EasyText.objects.filter(initiative__slug=slug.lower(), initiative__publication=Publication.PUBLISHED)
        .select_related("initiative__primary_theme")
        .first()
    )
    if text is None:
        return _elsewhere(slug)
    if text.initiative.slug != slug:
        return _moved(text.initiative.slug)
    context = {
        "easy": text,
        "initiative": text.initiative,
        "theme": text.initiative.primary_theme,
        "parts": _parts(text),
        "dial": dialled(text.phone),
    }
    return render(request, "portal/easy.html", context)


def _parts(text):
    parts = [Part(name, question, sentences_of(getattr(text, name))) for name, question in _QUESTIONS]
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
