from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render

from alliance.lib.aggregates import JoinIds, per_parent
from alliance.portal import figures
from alliance.portal.directory import current
from alliance.portal.freshness import public_page
from alliance.portal.labels import MUNICIPALITY, TERRITORY, THEME
from alliance.portal.selection import Selection
from alliance.portal.views.redirects import label_or_404, moved
from territories.models import Municipality, Organization, Territory

_SHOWN = 20


@public_page
def themes(request):
    return render(request, "portal/themes.html", {"themes": figures.counted(current(request), THEME)})


@public_page
def theme(request, slug):
    """A theme in plain words first, then who to call, then what is done, by MRC."""
    directory = current(request)
    label = label_or_404(directory, THEME, slug)
    if answer := moved(label, slug):
        return answer
    selection = Selection(directory, {THEME: (label.slug,)})
    context = {
        "theme": label,
        "totals": figures.totals(selection),
        "by_territory": figures.counted(directory, TERRITORY, theme=label.slug),
        "rows": selection.rows(stop=_SHOWN),
        "shown": _SHOWN,
    }
    return render(request, "portal/theme.html", context)


@public_page
def territories(request):
    context = {"territories": figures.counted(current(request), TERRITORY)}
    return render(request, "portal/territories.html", context)


@public_page
def territory(request, slug):
    """The portrait of an MRC: people, municipalities, themes, its initiatives, then those of the whole region."""
    directory = current(request)
    label = label_or_404(directory, TERRITORY, slug)
    if answer := moved(label, slug):
        return answer
    served = per_parent(
        Organization.territories_served.through.objects.all(), "territory", JoinIds("organization_id")
    )
    facts = Territory.objects.annotate(served=served).get(pk=label.pk)
    selection = Selection(directory, {TERRITORY: (label.slug,)})
    own, regional = selection.apart()
    context = {
        "territory": facts,
        "label": label,
        "municipalities": figures.municipalities_of(directory, label),
        "themes": figures.counted(directory, THEME, territoire=label.slug),
        "totals": figures.totals(selection),
        "own": own[:_SHOWN],
        "regional": regional[:_SHOWN],
        "organizations": figures.organizations_of(directory, label, facts.served),
        "shore": figures.counted(directory, TERRITORY),
    }
    return render(request, "portal/territory.html", context)


@public_page
def municipality(request, slug):
    """What exists here: its own initiatives, then its MRC's, then those of the whole region."""
    directory = current(request)
    label = directory.labels.by_slug.get(MUNICIPALITY, {}).get(slug.lower())
    if label is None:
        raise Http404
    if label.slug != slug:
        return HttpResponsePermanentRedirect(label.url)
    facts = Municipality.objects.get(pk=label.pk)
    present = directory.labels.present(label)
    around = directory.labels.by_id[TERRITORY][present.parent]
    groups = figures.around_municipality(directory, present, around)
    context = {
        "municipality": facts,
        "present": present if label.merged else None,
        "former": [other for other in directory.labels.all(MUNICIPALITY) if other.merged == label.pk],
        "territory": around,
        "own": groups.own[:_SHOWN],
        "around": groups.around[:_SHOWN],
        "regional": groups.regional[:_SHOWN],
        "count": groups.count,
        "parts": groups.parts,
        "listed": figures.totals(Selection(directory, {MUNICIPALITY: (present.slug,)})),
        "listed_around": figures.totals(Selection(directory, {TERRITORY: (around.slug,)})),
    }
    return render(request, "portal/municipality.html", context)
