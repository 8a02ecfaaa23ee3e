"""« À mettre sur le frigo »: choose, see the three things, take them; and the short addresses printed on them."""

from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from alliance.lib.dates import today
from alliance.portal.bilan import pdf
from alliance.portal.directory import current
from alliance.portal.figures.helping import call_of
from alliance.portal.freshness import public_page
from alliance.portal.fridge import bulletin
from alliance.portal.fridge.qr import code_of
from alliance.portal.fridge.sheet import COPIES, MOST_ON_SHEET, build
from alliance.portal.fridge.subject import find, of_code
from alliance.portal.gazetteer import Contact, Seat
from alliance.portal.labels import MUNICIPALITY, TERRITORY, THEME

STYLE = "fridge-pdf.css"
_PAPERS = {"feuille": "portal/fridge_sheet_pdf.html", "aimant": "portal/fridge_card_pdf.html"}


@public_page
def choose(request):
    """Choose a municipality, an MRC or a theme in a list, or by its link."""
    directory = current(request)
    asked = request.GET.get("pour", "")
    if asked:
        subject = find(directory, *asked.split(":", 1)) if ":" in asked else None
        if subject:
            return redirect(subject.base)
    context = {
        "asked": asked,
        "territories": list(directory.labels.all(TERRITORY)),
        "groups": _groups(directory),
        "themes": [label for label in directory.labels.all(THEME) if not label.merged],
    }
    return render(request, "portal/fridge_choose.html", context, status=400 if asked else 200)


def _groups(directory):
    """Return the present municipalities of each MRC."""
    day = today()
    present = [
        label for label in directory.labels.all(MUNICIPALITY) if not label.merged and not label.ended(day)
    ]
    return [
        (territory, [label for label in present if label.parent == territory.pk])
        for territory in directory.labels.all(TERRITORY)
    ]


def _of_subject(view):
    """Give the view `(request, sheet)` the sheet of an address; an old address leads to the present one."""

    @public_page
    def page(request, kind, slug, **kwargs):
        directory = current(request)
        subject = find(directory, kind, slug)
        if subject is None:
            raise Http404
        if subject.label.slug != slug:
            end = request.path.removeprefix(f"/frigo/{kind}/{slug}/")
            return HttpResponsePermanentRedirect(subject.base + end)
        return view(request, build(directory, subject), **kwargs)

    return page


def _context(sheet):
    text = bulletin.text_of(sheet)
    return {
        "sheet": sheet,
        "subject": sheet.subject,
        "call": _call(sheet),
        "code": code_of(sheet.address),
        "copies": range(COPIES),
        "bulletin": text,
        "words": bulletin.words(text),
        "most": MOST_ON_SHEET,
        "pdf": pdf.available(),
    }


def _call(sheet):
    """Return the MRC of the place as a page shows whom to call; None when it gives no telephone or e-mail."""
    place, who = sheet.subject.territory, sheet.contact
    if who is None:
        return None
    return call_of(place, Seat(contact=Contact(name=who.person, phone=who.phone, email=who.email)))


@_of_subject
def sheets(request, sheet):
    """The three things, in words, then their files."""
    return render(request, "portal/fridge.html", _context(sheet))


@_of_subject
def paper(request, sheet, name):
    """The sheet to fold or the cards to cut, as a PDF of a fixed number of pages."""
    if name not in _PAPERS:
        raise Http404
    if not pdf.available():
        return _no_pdf(request, sheet, status=404)
    try:
        content = pdf.make(render_to_string(_PAPERS[name], _context(sheet)), style=STYLE)
    except pdf.Busy:
        response = _no_pdf(request, sheet, status=503)
        response["Retry-After"] = "30"
        return response
    return _file(content, "application/pdf", f"{name}-{sheet.subject.label.slug}.pdf")


@_of_subject
def text(request, sheet):
    """The text for a bulletin."""
    content = bulletin.text_of(sheet)
    return _file(content, "text/plain; charset=utf-8", f"bulletin-{sheet.subject.label.slug}.txt")


def _file(content, kind, name):
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _no_pdf(request, sheet, *, status):
    context = {"sheet": sheet, "subject": sheet.subject, "is_busy": status == 503}
    return render(request, "portal/fridge_no_pdf.html", context, status=status)


@public_page
def short(request, code):
    """A short address leads to the page of the municipality, the MRC or the theme."""
    label = of_code(current(request), code)
    if label is None:
        raise Http404
    return HttpResponseRedirect(label.url)
