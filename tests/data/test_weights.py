"""What a public page costs to who opens it: at most 27 kB with its styles, four requests, nothing run, nothing asked
from elsewhere, nothing left in the browser (quality.md §9 and G-27). With the region's real places and a full list."""

import gzip
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.shortcuts import render
from django.test import Client

from alliance.accounts.models import User
from alliance.accounts.outbox.signed import signed_path
from alliance.accounts.roles import Role
from alliance.portal import alert_mails, alerts, followed
from alliance.portal.actions import publish_bilan
from alliance.portal.demo import volume
from alliance.portal.directory import current
from alliance.portal.models import Alert
from initiatives.models import EasyText, FiscalYear, Initiative
from tests.test_routes import routes

pytestmark = pytest.mark.django_db
MOST_BYTES = 27_000  # HTML and styles, compressed
MOST_REQUESTS = 4  # the page, its style, the marks of the themes, the icon
PER_PAGE = 20
YEAR = "2022-2023"
FETCHED = {  # what a browser asks for by itself, by element
    "img": ("src", "srcset"),
    "use": ("href",),
    "image": ("href",),
    "script": ("src",),
    "iframe": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "input": ("src",),
}
FETCHED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch", "manifest"}
# Answered with a file, a redirection or one word: nothing is drawn.
NOT_PAGES = {
    "bilan_file",
    "bilan_version_file",
    "changes_csv",
    "data_file",
    "directory_file",
    "figure_file",
    "fridge_bulletin",
    "fridge_paper",
    "gaps_file",
    "health",
    "map_file",
    "matrix_rows_file",
    "robots",
    "short",
    "sitemap",
    "zoom_file",
}
ADDRESSES = {
    "about": ["/a-propos/"],
    "accessibility": ["/accessibilite/"],
    "alert": ["/alertes/", "/alertes/?theme=alimentation&territoire=la-mitis"],
    "alert_asked": ["/alertes/verifiez/"],
    "alert_confirm": ["{confirm}", "/alertes/confirmer/perdu/"],
    "alert_stop": ["{stop}"],
    "announced": ["/chiffres/annonces/"],
    "announced_rows": ["/chiffres/annonces/bsl-2021-2022-fqis/"],
    "bilan": [f"/bilan/{YEAR}/"],
    "bilan_version": [f"/bilan/{YEAR}/version-1/"],
    "bilans": ["/bilan/"],
    "changes": ["/chiffres/changements/"],
    "confidentiality": ["/confidentialite/"],
    "contact": ["/nous-joindre/"],
    "data": ["/donnees/"],
    "directory": [
        "/initiatives/",
        "/initiatives/?page=2",
        "/initiatives/?tri=montant&territoire=la-mitis&territoire=kamouraska&etat=en-cours",
        "/initiatives/?q=introuvable",
        "/initiatives/?theme=inconnu",
        "/initiatives/?vue=tableau",
        "/initiatives/?vue=carte",
        "/initiatives/?vue=impression",
    ],
    "easy": ["/initiatives/{initiative}/facile-a-lire/"],
    "embed": ["/integrer/", "/integrer/?territoire=la-mitis"],
    "embed_block": ["/integrer/initiatives/"],
    "error_told": ["/signaler/merci/"],
    "figure": ["/chiffres/{figure}/"],
    "figures": ["/chiffres/", "/chiffres/?territoire=la-mitis"],
    "figures_by_year": ["/chiffres/exercices/"],
    "fridge": ["/frigo/", "/frigo/?pour=rien"],
    "fridge_sheets": [
        "/frigo/municipalite/rimouski/",
        "/frigo/territoire/la-mitis/",
        "/frigo/theme/alimentation/",
    ],
    "gaps": ["/carte/deserts/", "/carte/deserts/?theme=alimentation"],
    "gaps_territory": ["/carte/deserts/rimouski-neigette/", "/carte/deserts/la-mitis/?theme=alimentation"],
    "home": ["/"],
    "initiative": ["/initiatives/{initiative}/"],
    "leverage": ["/chiffres/levier/"],
    "map": ["/carte/", "/carte/?mesure=par-habitant&theme=alimentation"],
    "map_territory": ["/carte/la-matapedia/"],
    "matrix": ["/chiffres/matrice/", "/chiffres/matrice/?mesure=nombre"],
    "matrix_rows": ["/chiffres/matrice/lignes/"],
    "municipality": ["/municipalites/mont-joli/", "/municipalites/rimouski/"],
    "organization": ["/organisations/{organization}/"],
    "organizations": ["/organisations/"],
    "search": ["/recherche/", "/recherche/?q=saint", "/recherche/?q=xylophone"],
    "tell_error": ["/signaler/", "/signaler/?page=/initiatives/{initiative}/"],
    "territories": ["/territoires/"],
    "territory": ["/territoires/la-mitis/", "/territoires/rimouski-neigette/"],
    "theme": ["/themes/alimentation/"],
    "themes": ["/themes/"],
    "zoom": ["/zoom/printemps-2020/"],
    "zooms": ["/zoom/"],
}
ERRORS = ("400", "403", "404", "413", "429", "500")


@dataclass
class Asked(HTMLParser):
    """What a page makes a browser ask for and run."""

    html: str
    fetched: set[str] = field(default_factory=set)
    styles: list[str] = field(default_factory=list)
    run: list[str] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        self.run += [name for name in has if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and has.get("type") != "application/ld+json"):
            self.run.append(self.get_starttag_text())
        relations = set((has.get("rel") or "").split())
        if tag == "link" and relations & FETCHED_LINKS:
            self.fetched.add(has["href"])
            self.styles += [has["href"]] if "stylesheet" in relations else []
        for name in FETCHED.get(tag, ()):
            if has.get(name):
                self.fetched |= {part.split()[0] for part in has[name].split(",")}

    @property
    def requests(self):
        """Addresses asked after the page itself; images written in the page and parts of one file cost nothing more."""
        return {address.split("#")[0] for address in self.fetched if not address.startswith("data:")} - {""}

    @property
    def elsewhere(self):
        return [address for address in self.requests if not re.match(r"/(?!/)", address)]


def style_bytes(address):
    name = re.sub(r"\.[0-9a-f]{12}(?=\.css$)", "", address.removeprefix(settings.STATIC_URL))
    return len(gzip.compress((Path(settings.BASE_DIR) / "static" / name).read_bytes(), 9))


def faults_of(html, weight):
    """Return what this page does that none of ours may do; `weight`: its bytes as they travel."""
    asked = Asked(html)
    whole = weight + sum(map(style_bytes, asked.styles))
    return [
        *([f"{whole} bytes"] if whole > MOST_BYTES else []),
        *([f"{1 + len(asked.requests)} requests"] if 1 + len(asked.requests) > MOST_REQUESTS else []),
        *asked.elsewhere,
        *asked.run,
    ]


@pytest.fixture
def named(loaded, rf):
    """Fill the region; return what the addresses name."""
    volume.make(150, 7)
    staff = User.objects.create_user(
        "coordination@exemple.invalid", "longue phrase de test 2025", full_name="C", role=Role.COORDINATION
    )
    staff.is_demo = True  # a version of demonstration data is published by such an account
    staff.save()
    publish_bilan(year=FiscalYear.objects.get(label=YEAR), by=staff)
    initiative = max(Initiative.objects.filter(is_demo=True), key=lambda row: row.partnerships.count())
    EasyText.objects.create(initiative=initiative, what="Un repas.")
    alerts.ask(email="essai@exemple.invalid", asked=followed.read({}, current(rf.get("/"))))
    token = Alert.objects.get().token.hex
    return {
        "initiative": initiative.slug,
        "organization": initiative.partnerships.first().organization.slug,
        "confirm": signed_path(f"{alert_mails.CONFIRM}{{{token}}}/"),
        "stop": signed_path(f"{alert_mails.STOP}{{{token}}}/"),
        "figure": "nouvelles",
    }


def visited(named):
    """Yield (address, page, bytes as they travel) of every kind of public page."""
    client = Client(headers={"accept-encoding": "gzip"})
    for name, addresses in ADDRESSES.items():
        for address in addresses:
            path = address.format(**named)
            answer = client.get(path)
            assert answer.status_code in (200, 400, 410), (name, path, answer.status_code)
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8", path
            assert answer.cookies == {}, path
            yield path, gzip.decompress(answer.content).decode(), len(answer.content)


def test_every_public_page_is_light_and_asks_nobody_else(named):
    seen, cards = {}, {}
    for path, html, weight in visited(named):
        seen[path] = faults_of(html, weight)
        cards[path] = html.count('<article class="card')
    assert {path: faults for path, faults in seen.items() if faults} == {}
    assert cards["/initiatives/"] == PER_PAGE
    assert len(seen) == 68


def test_pages_of_refusals_are_light_too(loaded, rf):
    pages = {name: render(rf.get("/"), f"errors/{name}.html").content for name in ERRORS}
    assert {name: faults_of(html.decode(), len(gzip.compress(html))) for name, html in pages.items()} == {
        name: [] for name in ERRORS
    }


def test_every_route_of_the_public_is_weighed():
    ours, _admins = routes()
    public = {name.removeprefix("portal:") for name in ours if name.startswith("portal:")}
    assert public == set(ADDRESSES) | NOT_PAGES


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<img src="https://ailleurs.example/a.png">', "https://ailleurs.example/a.png"),
        ('<link rel="stylesheet" href="//ailleurs.example/a.css">', "//ailleurs.example/a.css"),
        ('<link rel="preconnect" href="https://ailleurs.example">', "https://ailleurs.example"),
        ('<svg><use href="/static/a.svg#un"/><use href="/static/a.svg#deux"/></svg>', None),
        ('<link rel="canonical" href="https://exemple.example/">', None),
        ('<img src="data:image/svg+xml;x">', None),
        ('<script type="application/ld+json">{}</script>', None),
        ("<script>1</script>", "<script>"),
        ('<p style="color: red">a</p>', "style"),
        ('<button onclick="a()">a</button>', "onclick"),
        ("".join(f'<img src="/static/{n}.png">' for n in range(4)), "5 requests"),
    ],
)
def test_each_fault_of_a_page_is_seen(html, fault):
    with_fault = [] if fault is None else [fault]
    if "//" in html and fault and fault.startswith("//"):
        assert Asked(html).elsewhere == with_fault
    else:
        assert faults_of(html, 0) == with_fault


def test_a_heavy_page_is_seen():
    html = '<link rel="stylesheet" href="/static/css/site.css">'
    assert faults_of(html, MOST_BYTES)[0].endswith(" bytes")
    assert faults_of(html, 10) == []
