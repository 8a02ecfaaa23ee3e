from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.http import urlencode

from alliance.portal import figures, gazetteer
from alliance.portal.directory import current
from alliance.portal.figures import curve, helping
from alliance.portal.figures import places as of_places
from alliance.portal.figures import themes as of_themes
from alliance.portal.freshness import public_page
from alliance.portal.gazetteer import Seat, Town, Words
from alliance.portal.labels import MUNICIPALITY, TERRITORY, THEME
from alliance.portal.selection import Selection
from alliance.portal.views.redirects import label_or_404, moved
from territories.choices import MunicipalityKind

_SHOWN = 12
_AROUND = 40  # of the whole MRC: no list holds them alone, the page shows them


def _doors(query, *paths):
    """Return addresses by a short name, each with the query: `("map", "/carte/la-mitis/")`."""
    asked = f"?{urlencode(query)}" if query else ""
    return {name: f"{path}{asked}" for name, path in paths}


def _files(**query):
    return _doors(
        query,
        ("csv", "/initiatives.csv"),
        ("xlsx", "/initiatives.xlsx"),
        ("atom", "/initiatives.atom"),
        ("alert", "/alertes/"),
        ("embed", "/integrer/"),
    )


@public_page
def themes(request):
    directory = current(request)
    present, past = of_themes.theme_tiles(directory, gazetteer.around(directory))
    return render(request, "portal/themes.html", {"themes": present, "past": past})


@public_page
def theme(request, slug):
    """A theme in plain words: for whom, where, whom to call; then what is done; then figures."""
    directory = current(request)
    label = label_or_404(directory, THEME, slug)
    if answer := moved(label, slug):
        return answer
    book = gazetteer.around(directory)
    selection, words = Selection(directory, {THEME: (label.slug,)}), book.words.get(label.pk, Words())
    now, before = helping.split(selection.rows())
    context = {
        "theme": label,
        "words": words,
        "past": of_themes.past_period(words),
        "people": of_themes.people_meant(directory, book, label),
        "numbers": of_themes.theme_figures(directory, book, label),
        "totals": figures.totals(selection),
        "now": now[:_SHOWN],
        "before": before[:_SHOWN],
        "has_more": len(now) > _SHOWN or len(before) > _SHOWN,
        "others": [one for one in figures.counted(directory, THEME) if one.label.pk != label.pk],
        "doors": _doors({}, ("fridge", f"/frigo/theme/{label.slug}/")) | _files(theme=label.slug),
    }
    return render(request, "portal/theme.html", context)


@public_page
def territories(request):
    directory = current(request)
    context = {
        "territories": figures.counted(directory, TERRITORY),
        "tiles": of_places.territory_tiles(directory, gazetteer.around(directory)),
        "doors": _doors({}, ("map", "/carte/"), ("gaps", "/carte/deserts/")),
    }
    return render(request, "portal/territories.html", context)


@public_page
def territory(request, slug):
    """An MRC: whom to call, what is done, what is not, its plan, its years, its neighbours."""
    directory = current(request)
    label = label_or_404(directory, TERRITORY, slug)
    if answer := moved(label, slug):
        return answer
    book = gazetteer.around(directory)
    seat, selection = book.seats.get(label.pk, Seat()), Selection(directory, {TERRITORY: (label.slug,)})
    own, regional = selection.apart()
    now, before = helping.split(own)
    served = ",".join(str(pk) for pk, body in book.bodies.items() if label.pk in body.serves)
    met, missing = of_places.themes_here(directory, label)
    context = {
        "label": label,
        "seat": seat,
        "call": helping.call_of(label, seat),
        "here": of_places.here(directory, label),
        "totals": figures.totals(selection),
        "now": now[:_SHOWN],
        "before": before[:_SHOWN],
        "regional": regional[:_SHOWN],
        "met": met,
        "missing": missing,
        "plans": of_places.plans_of(directory, book, label),
        "curve": curve.curve(directory, label),
        "neighbours": of_places.neighbours(directory, label),
        "towns": of_places.towns_of(directory, book, label),
        "municipalities": figures.municipalities_of(directory, label),
        "organizations": figures.organizations_of(directory, label, served),
        "shore": figures.counted(directory, TERRITORY),
        "doors": _doors(
            {},
            ("map", f"/carte/{label.slug}/"),
            ("gaps", f"/carte/deserts/{label.slug}/"),
            ("fridge", f"/frigo/territoire/{label.slug}/"),
        )
        | {"scope": "celles de la MRC et celles de toute la région"}
        | _files(territoire=label.slug),
    }
    return render(request, "portal/territory.html", context)


def _lists_of(present, around):
    """Return the addresses of the lists and files of a municipality of the MRC `around`."""
    return {
        "all_url": helping.listed(municipalite=(present.slug,)),
        "on_url": helping.listed(municipalite=(present.slug,), etat=helping.NOW),
        "over_url": helping.listed(municipalite=(present.slug,), etat=helping.BEFORE),
        "before_url": helping.listed(municipalite=(present.slug,), portee=helping.OWN, etat=helping.BEFORE),
        "now_url": helping.listed(municipalite=(present.slug,), portee=helping.OWN, etat=helping.NOW),
        "around_url": helping.listed(territoire=(around.slug,), portee=helping.OWN),
        "regional_url": helping.listed(portee=helping.REGIONAL),
        "doors": _doors(
            {},
            ("fridge", f"/frigo/municipalite/{present.slug}/"),
        )
        | {"gaps": f"/carte/deserts/{around.slug}/#{present.slug}"}
        | {"scope": f"celles qui nomment {present.name} et celles de toute la région"}
        | _files(municipalite=present.slug),
    }


@public_page
def municipality(request, slug):
    """What exists here and whom to call; then what there was, what its MRC does, what the whole region does."""
    directory = current(request)
    label = directory.labels.by_slug.get(MUNICIPALITY, {}).get(slug.lower())
    if label is None:
        raise Http404
    if label.slug != slug:
        return HttpResponsePermanentRedirect(label.url)
    book, present = gazetteer.around(directory), directory.labels.present(label)
    around = directory.labels.by_id[TERRITORY][present.parent]
    groups = figures.around_municipality(directory, present, around)
    former = [other for other in directory.labels.all(MUNICIPALITY) if other.merged == present.pk]
    found = helping.services(book, groups, {present.pk, *(other.pk for other in former)}, directory)
    town = book.towns.get(label.pk, Town())
    nearby, regional = found.around + found.around_before, found.regional + found.regional_before
    context = {
        "municipality": label,
        "town": town,
        "is_tno": town.kind == MunicipalityKind.TNO,
        "is_nation": town.kind == MunicipalityKind.FIRST_NATION,
        "present": present if label.merged else None,
        "former": [] if label.merged else former,
        "territory": around,
        "mrc": helping.call_of(around, book.seats.get(around.pk, Seat())),
        "calls": found.calls[: helping.MOST_CALLS],
        "merged_on": helping.day_merged(label),
        "services": found,
        "now_themes": helping.by_theme(found.now[:_SHOWN]),
        "before": found.before[:_SHOWN],
        "around": nearby[:_AROUND],
        "around_more": len(nearby) > _AROUND,
        "regional": regional[:_SHOWN],
        "regional_more": len(regional) > _SHOWN,
        "shown": _SHOWN,
        "nearest": helping.nearest(directory, book, present),
    } | _lists_of(present, around)
    return render(request, "portal/municipality.html", context)
