"""« Pourquoi ce chiffre a changé »: one address, a page and a file of the same rows."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from alliance.lib.tabular import csv_text
from alliance.portal import changes as changing
from alliance.portal import labels as names
from alliance.portal.changes import asked as asking
from alliance.portal.changes import comparison
from alliance.portal.directory import current
from alliance.portal.freshness import public_page
from alliance.portal.models import BilanVersion

_SHOWN = 150  # of each kind; the file has them all
_HEADERS = (
    "changement",
    "numero",
    "titre",
    "adresse",
    "initiatives_avant",
    "initiatives_apres",
    "initiatives_effet",
    "dollars_avant",
    "dollars_apres",
    "dollars_effet",
    "precision",
)


@public_page
def changes(request):
    """Tell the difference between two moments, initiative by initiative; a wrong parameter is named and dropped."""
    directory, versions = current(request), _versions()
    asked = asking.read(request.GET, directory.labels, versions)
    found = comparison.compare(asked, directory)
    context = {
        "found": found,
        "asked": asked,
        "notices": asked.problems,
        "groups": [(group, group.lines[:_SHOWN], group.number - _SHOWN) for group in found.groups],
        "versions": [_offered(version) for version in versions],
        "years": [label.slug for label in directory.labels.all(names.YEAR)][::-1],
        "territories": directory.labels.all(names.TERRITORY),
        "themes": directory.labels.all(names.THEME),
        "canonical": _address("portal:changes", asked),
        "csv": _address("portal:changes_csv", asked),
    }
    return render(request, "portal/changes.html", context)


@public_page
def changes_csv(request):
    """Give the rows of the page, all of them; a file is not given for what was not understood."""
    directory = current(request)
    asked = asking.read(request.GET, directory.labels, _versions())
    if asked.problems:
        text = "\n".join([*asked.problems, ""])
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    found = comparison.compare(asked, directory)
    content = csv_text(_HEADERS, _rows(found), dialect="open")
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="changements.csv"'
    return response


def _rows(found):
    for group in found.groups:
        for line in group.lines:
            change = line.change
            yield (
                change.kind.value,
                change.number,
                line.title,
                f"{settings.SITE_URL}{line.url}" if line.url else "",
                change.had.count,
                change.has.count,
                change.effect.count,
                comparison.known(change.before, change.had),
                comparison.known(change.after, change.has),
                change.effect.dollars,
                line.note,
            )


def _versions():
    """Return the frozen bilans, the last one first, without what they hold (one query)."""
    return list(
        BilanVersion.objects.select_related("fiscal_year")
        .only("number", "published_at", "fiscal_year__label")
        .order_by("-published_at", "-pk")
    )


def _offered(version):
    name = f"{version.fiscal_year.label}.{version.number}"
    return version, changing.address(version=name, year=version.fiscal_year.label)


def _address(route, asked):
    path = reverse(route)
    return f"{path}?{urlencode(asked.pairs)}" if asked.pairs else path
