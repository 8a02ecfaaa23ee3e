"""The bilans: the list, a year as the data stand, a published version, and each of them as files."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string

from alliance.portal.bilan import files, pdf, shown, versions
from alliance.portal.bilan.build import build
from alliance.portal.bilan.document import OPEN, PUBLISHED, Document
from alliance.portal.directory import current
from alliance.portal.freshness import public_page
from alliance.portal.models import BilanVersion
from initiatives.models import FiscalYear

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"pdf": "application/pdf", "xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
_CHANGES_SHOWN = 20


@public_page
def years(request):
    """Every year that has something to tell, with its published versions."""
    return render(request, "portal/bilan_years.html", {"years": versions.years(current(request))})


@public_page
def live(request, year):
    """The bilan of a year as the data stand today."""
    document = build(_year(year), current(request))
    published = versions.of_year(year)
    last = _version(year, published[0].number) if published else None  # with its content
    return _page(request, document, last=last, published=published, now=document)


@public_page
def frozen(request, year, number):
    """A published version, as it was published."""
    version = _version(year, number)
    document = versions.frozen(version, current(request))
    now = build(version.fiscal_year, current(request))
    return _page(request, document, last=version, published=versions.of_year(year), now=now)


def _page(request, document, *, last, published, now):
    directory = current(request)
    comparison = versions.since(last, directory) if last else None
    context = {
        "document": document,
        "status": shown.status(document),
        "is_open": document.status == OPEN,
        "is_published": document.status == PUBLISHED,
        "sections": shown.sections(document, versions.addresses(directory)),
        "most_rows": shown.MOST_ROWS,
        "base": _base(document),
        "pdf": pdf.available(),
        "last": last,
        "published": published,
        "since": comparison,
        "changed": _changed(comparison),
        "differences": versions.differences_since(last, now) if last else [],
        "changes_url": versions.changes_address(last) if last else "",
    }
    return render(request, "portal/bilan.html", context)


def _changed(comparison):
    """Return the first initiatives that changed, the greatest effects first, and how many more there are."""
    if comparison is None:
        return None
    lines = [(group.label, line) for group in comparison.groups for line in group.lines]
    return {"lines": lines[:_CHANGES_SHOWN], "more": len(lines) - _CHANGES_SHOWN, "count": len(lines)}


@dataclass(frozen=True)
class _File:
    document: Document
    name: str
    kind: str


@public_page
def live_file(request, year, kind):
    """The bilan of a year as a file: PDF, workbook or CSV."""
    if kind not in _TYPES:
        raise Http404
    if request.GET:  # one address, one file: each would be computed apart
        return HttpResponsePermanentRedirect(request.path)
    document = build(_year(year), current(request))
    return _answer(request, _File(document, f"bilan-{document.year}", kind))


@public_page
def frozen_file(request, year, number, kind):
    """A published version as a file."""
    if kind not in _TYPES:
        raise Http404
    if request.GET:
        return HttpResponsePermanentRedirect(request.path)
    document = versions.frozen(_version(year, number), current(request))
    return _answer(request, _File(document, f"bilan-{document.year}-version-{number}", kind))


def _answer(request, file):
    if file.kind == "pdf" and not pdf.available():
        return _no_pdf(request, file, status=404)
    try:
        content = _MAKERS[file.kind](file.document)
    except pdf.Busy:
        response = _no_pdf(request, file, status=503)
        response["Retry-After"] = "30"
        return response
    response = HttpResponse(content, content_type=_TYPES[file.kind])
    how = "inline" if file.kind == "pdf" else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{file.name}.{file.kind}"'
    return response


def _no_pdf(request, file, *, status):
    context = {"document": file.document, "base": _base(file.document), "is_busy": status == 503}
    return render(request, "portal/bilan_no_pdf.html", context, status=status)


def pdf_page(document):
    """Return the page that becomes the PDF; it names the site of the settings: the host of a request is anybody's."""
    context = {
        "document": document,
        "status": shown.status(document),
        "is_open": document.status == OPEN,
        "sections": shown.sections(document, most=shown.MOST_IN_PDF),
        "most_rows": shown.MOST_IN_PDF,
        "address": f"{settings.SITE_URL}{_base(document)}/",
    }
    return render_to_string("portal/bilan_pdf.html", context)


_MAKERS = {
    "pdf": lambda document: pdf.make(pdf_page(document)),
    "xlsx": files.workbook,
    "csv": files.csv_file,
}


def _base(document):
    """Return the address of a bilan without its end: « /bilan/2021-2022 » or « /bilan/2021-2022/version-1 »."""
    end = f"/version-{document.version}" if document.version else ""
    return f"/bilan/{document.year}{end}"


def _year(label):
    return get_object_or_404(FiscalYear, label=label)


def _version(label, number):
    found = BilanVersion.objects.select_related("fiscal_year")
    return get_object_or_404(found, fiscal_year__label=label, number=number)
