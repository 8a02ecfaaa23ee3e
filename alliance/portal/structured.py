"""What a page says of itself to machines: JSON-LD (schema.org), written from what the page already shows.

Nothing here reads the database: a fact that the page does not show is not told to machines either. Types: the Alliance
is an `Organization`; an initiative is a `Project` (an undertaking led by several to reach an aim, with a beginning, an
end and funding: `Event` would promise a place and an hour, `Service` a counter that is open); an MRC and a municipality
are an `AdministrativeArea`; every page under another has its `BreadcrumbList`.
"""

import json
from datetime import date
from decimal import Decimal
from typing import Any

CONTEXT = "https://schema.org"
NAME = "Alliance pour la solidarité au Bas-Saint-Laurent"
REGION = "Bas-Saint-Laurent"
MANY = 40  # partners, municipalities: beyond, the page itself is read

Data = dict[str, Any]

# What could end the data block, or open another one, inside a page of HTML; also what old readers of scripts break at.
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


class DataBlock(str):
    """A `<script type="application/ld+json">`: data, which a browser never executes. A template prints it as it is.

    No text in it can close it: « </script> » is written with its signs as \\u003c and \\u003e.
    """

    __slots__ = ()

    def __new__(cls, data: Data) -> "DataBlock":
        told = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
        return super().__new__(cls, f'<script type="application/ld+json">{told}</script>')

    def __html__(self) -> str:
        """Return the block for a page of HTML; by then every sign that HTML reads is written as an escape of JSON."""
        return str(self)


def _kept(data: Data) -> Data:
    """Return the data without what is not known: absent is unknown, never an empty text nor a zero."""
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def breadcrumb(items: list[tuple[str, str]], site: str) -> Data:
    """Return the path of a page: (name, path) from the home page down; the last one is the page itself."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": rank, "name": name, "item": f"{site}{path}"}
            for rank, (name, path) in enumerate(items, start=1)
        ],
    }


def home(site: str, logo: str) -> Data:
    """Return who publishes the site, and where a search is asked."""
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{site}/recherche/?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }
    publisher = {"@type": "Organization", "@id": f"{site}/#alliance", "name": NAME, "url": f"{site}/"}
    website = {
        "@type": "WebSite",
        "@id": f"{site}/#site",
        "name": NAME,
        "url": f"{site}/",
        "inLanguage": "fr-CA",
        "publisher": {"@id": f"{site}/#alliance"},
        "potentialAction": search,
    }
    return {
        "@context": CONTEXT,
        "@graph": [{**publisher, "logo": logo, "areaServed": _area(REGION)}, website],
    }


def _area(name: str, url: str = "") -> Data:
    return _kept({"@type": "AdministrativeArea", "name": name, "url": url})


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _organization(name: str, url: str) -> Data:
    return {"@type": "Organization", "name": name, "url": url}


def _grant(amount: Decimal | None, payers: list[str]) -> Data:
    """Return the money awarded, in Canadian dollars; nothing when it is not published."""
    if amount is None:
        return {}
    funder = [{"@type": "Organization", "name": name} for name in sorted(set(payers))]
    money = {"@type": "MonetaryAmount", "currency": "CAD", "value": str(amount)}
    return _kept({"@type": "MonetaryGrant", "amount": money, "funder": funder})


def initiative(page: Any, site: str) -> Data:
    """Return an initiative as its page shows it (`page`: `initiative_page.Page`)."""
    url = f"{site}/initiatives/{page.slug}/"
    places = [(REGION, "")] if page.is_regional else [(each.name, each.url) for each in page.territories]
    places += [(each.name, each.url) for each in page.municipalities[:MANY]]
    lead = page.lead
    others = {
        each.organization.url: each.organization.name
        for each in page.partners
        if lead is None or each.organization.url != lead.organization.url
    }
    told = {
        "@context": CONTEXT,
        "@type": "Project",
        "@id": url,
        "name": page.title,
        "description": page.summary,
        "identifier": page.number,
        "url": url,
        "foundingDate": _day(page.starts_on),
        "dissolutionDate": None if page.doubt else _day(page.ends_on),
        "keywords": ", ".join(theme.name for theme in page.themes),
        "areaServed": [_area(name, f"{site}{path}" if path else "") for name, path in places],
        "parentOrganization": _organization(lead.organization.name, f"{site}{lead.organization.url}")
        if lead
        else None,
        "member": [_organization(name, f"{site}{path}") for path, name in list(others.items())[:MANY]],
        "funding": _grant(page.awarded, [award.source.short_name for award in page.awards]),
    }
    return _kept(told)


def organization(facts: Any, aliases: list[str], site: str) -> Data:
    """Return an organization; its telephone and address only when it agreed to show them."""
    public = facts.contact_is_public
    told = {
        "@context": CONTEXT,
        "@type": "Organization",
        "@id": f"{site}/organisations/{facts.slug}/",
        "name": facts.usual_name or facts.name,
        "legalName": facts.name,
        "alternateName": aliases,
        "url": f"{site}/organisations/{facts.slug}/",
        "sameAs": facts.website,
        "telephone": facts.contact_phone if public else None,
        "email": facts.contact_email if public else None,
    }
    return _kept(told)


def territory(facts: Any, site: str) -> Data:
    """Return an MRC."""
    url = f"{site}/territoires/{facts.slug}/"
    name = f"MRC {facts.genitive}" if facts.genitive else facts.name
    return _area(name, url) | {"@context": CONTEXT, "@id": url, "containedInPlace": _area(REGION)}


def municipality(facts: Any, around: Any, site: str) -> Data:
    """Return a municipality, within its MRC."""
    url = f"{site}/municipalites/{facts.slug}/"
    mrc = _area(around.name, f"{site}/territoires/{around.slug}/")
    return _area(facts.name, url) | {
        "@context": CONTEXT,
        "@id": url,
        "containedInPlace": mrc | {"containedInPlace": _area(REGION)},
    }
