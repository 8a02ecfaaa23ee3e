"""Whatever an address holds, a public page answers below 500, and says what it dropped (quality.md §3.A)."""

import re
import time
from urllib.parse import quote

import pytest

from alliance.portal import urls as portal

LISTS = ("/initiatives/", "/organisations/")
BAD = [
    "page=0",
    "page=-1",
    "page=abc",
    "page=1e999",
    "page=%00",
    "page=" + "9" * 30,
    "page=" + "9" * 5000,
    "page=١٢",
    "page=1.5",
    "page=",
    "page=1&page=zzz",
    "theme=" + str(2**63),
    "theme=" + "9" * 30,
    "theme=%00",
    "theme=abc",
    "theme=1e999",
    "theme=",
    "&".join(["theme=alimentation"] * 900),
    "&".join(f"theme=x{n}" for n in range(900)),
    "&".join(f"z{n}=1" for n in range(1100)),
    "territoire=-1",
    "territoire=la-mitis%00",
    "territoire=%F0%9F%99%82",
    "territoire=NaN",
    "municipalite=Infinity",
    "municipalite=1e1000000",
    "municipalite=..%2f..%2fetc",
    "exercice=99999",
    "exercice=2022.5",
    "exercice=0000-01-01",
    "exercice=9999-9999",
    "exercice=2025-2026%0d%0aSet-Cookie:a=b",
    "etat=draft",
    "etat=approved",
    "etat=1",
    "portee=regional",
    "portee='; DROP TABLE initiatives_initiative;--",
    "organisation=" + "a" * 3000,
    "organisation=%ED%A0%80",
    "source=%FF%FE",
    "source=__class__",
    "montant_min=1e-999999",
    "montant_min=sNaN",
    "ids=1," + "9" * 30,
    "debut=2022-02-30",
    "q=%00",
    "q=" + "%25" * 1000,
    "q=" + "_" * 200,
    "q=%5C",
    "q=%27",
    "q=%22",
    "q=" + "a" * 4000,
    "q=%FF%FE",
    "q=%ED%A0%80",
    "q=%F0%9F%99%82",
    "q=(a%2B)%2B%24",
    "q=%E2%80%AEabc",
    "q=<script>alert(1)</script>",
    "q={{7*7}}{% 25 include %}",
    "q=le+la+les",
    "tri=-password",
    "tri=titre%00",
    "tri=__proto__",
    "type=%00",
    "type=autre'",
    "auteur__password__startswith=p",
    "created_by__password=p",
    "internal_note__contains=a",
    "search_text__regex=.*",
    "mrc[]=la-mitis",
    "theme.x=1",
    "utm_source=a&fbclid=b",
    "format=csv",
    "=&&&=;;",
    "%",
    "%zz=%zz",
]
PATHS = [
    "/initiatives/%00/",
    "/initiatives/%ED%A0%80/",
    "/initiatives/" + "a" * 5000 + "/",
    "/initiatives/..%2f..%2fetc/",
    "/initiatives/brouillon./",
    "/initiatives/" + "9" * 30 + "/",
    "/themes/%27/",
    "/themes/inconnu/",
    "/territoires/bas-saint-laurent/",
    "/municipalites/atlantide/",
    "/organisations/" + "x" * 3000 + "/",
    "/organisations/%F0%9F%99%82/",
]


@pytest.fixture
def addresses(trio):
    return [
        "/",
        *LISTS,
        trio[0].get_absolute_url(),
        "/themes/",
        "/themes/alimentation/",
        "/territoires/",
        "/territoires/la-mitis/",
        "/municipalites/mont-joli/",
        "/organisations/moisson-mitis/",
        "/a-propos/",
        "/accessibilite/",
        "/confidentialite/",
        "/nous-joindre/",
        "/sante/",
        "/robots.txt",
        "/sitemap.xml",
    ]


def test_no_query_breaks_a_page(addresses, get):
    """Every query on the pages that read one and on the initiative; each other page takes its share."""
    visited = set()
    for number, query in enumerate(BAD):
        for path in {*addresses[1:4], addresses[number % len(addresses)]}:
            started = time.perf_counter()
            status = get(f"{path}?{query}").status_code
            assert status == 200 or (status == 400 and query.count("&") > 1000), (path, query[:80], status)
            assert time.perf_counter() - started < 5, (path, query[:80])
            visited.add((path, query))
    assert len(BAD) >= 60
    assert len({path for path, _ in visited}) == 17
    assert len(visited) >= 4 * (len(BAD) - 15)


def test_no_path_breaks_a_page(trio, get):
    assert {get(path).status_code for path in PATHS} <= {400, 404}


SAID = (
    ("theme=abc", "Le thème «\xa0abc\xa0» n’est pas dans le répertoire\xa0: ce filtre a été ignoré."),
    ("territoire=%00", "Le territoire n’est pas dans le répertoire\xa0: ce filtre a été ignoré."),
    ("etat=draft", "L’état «\xa0draft\xa0» n’est pas dans le répertoire\xa0: ce filtre a été ignoré."),
    ("page=abc", "Le numéro de page n’est pas valide\xa0: la première page est affichée."),
    ("page=" + "9" * 300, "La page demandée n’existe pas\xa0: la dernière, la page 1, est affichée."),
    ("q=%00", "La recherche contient un caractère non permis\xa0: elle a été ignorée."),
    ("q=le+la", "La recherche ne contient aucun mot à chercher\xa0: elle a été ignorée."),
    ("q=" + "a" * 300, "Seuls les 100 premiers caractères de la recherche ont été lus."),
    ("tri=password", "L’ordre demandé n’existe pas\xa0: la liste commence par ce qui est en cours."),
    (
        "&".join(f"theme=x{n}" for n in range(900)),
        "Le thème\xa0: seuls les 20 premiers choix ont été gardés.",
    ),
)


def test_what_is_dropped_is_named(trio, get):
    for query, said in SAID:
        answer = get(f"/initiatives/?{query}")
        assert (answer.status_code, said in answer.content.decode()) == (200, True), query


def test_silent_parameters_leave_no_trace(trio, get):
    silent = ("utm_source=a", "utm_x=1&fbclid=b&gclid=c", "theme=", "mrc=", "q=&theme=&tri=actuel", "page=1")
    for query in silent:
        answer = get(f"/initiatives/?{query}").content.decode()
        assert "n’était pas valide" not in answer
        assert '<link rel="canonical" href="http://127.0.0.1:8000/initiatives/">' in answer


FILTERED = (
    "/initiatives/",
    "/initiatives/?vue=tableau",
    "/initiatives/?vue=carte",
    "/organisations/",
    "/carte/",
    "/carte/la-mitis/",
    "/carte/deserts/",
    "/carte/deserts/la-mitis/",
    "/chiffres/",
    "/chiffres/exercices/",
    "/chiffres/matrice/",
    "/chiffres/matrice/lignes/",
    "/chiffres/levier/",
    "/chiffres/initiatives/",
    "/alertes/",
    "/integrer/",
    "/recherche/",
)


@pytest.mark.parametrize("path", FILTERED)
def test_unknown_name_of_a_parameter_is_named(trio, get, path):
    joined = f"{path}{'&' if '?' in path else '?'}"
    said = "Le paramètre «\xa0mrc\xa0» n’existe pas."
    asked = get(f"{joined}mrc=atlantide&utm_source=a")
    page = asked.content.decode()
    assert (asked.status_code, page.count(said), "utm_source\xa0»" in page) == (200, 1, False)
    silent = get(f"{joined}utm_source=a&fbclid=b&page=1&mrc=")
    assert (silent.status_code, "Le paramètre" in silent.content.decode()) == (200, False)


def test_many_unknown_names_are_counted(trio, get):
    page = get("/initiatives/?" + "&".join(f"z{n}=1" for n in range(900))).content.decode()
    assert (page.count("Le paramètre «"), "Autres paramètres qui n’existent pas\xa0: 895." in page) == (
        5,
        True,
    )
    assert "Un paramètre n’a pas de nom lisible." in get("/initiatives/?%00=1").content.decode()


def test_a_dropped_filter_leaves_the_others(trio, get):
    answer = get("/initiatives/?theme=abc&theme=logement&territoire=zzz").content.decode()
    assert answer.count('class="card-title"') == 1
    assert 'href="http://127.0.0.1:8000/initiatives/?theme=logement"' in answer


def test_typed_text_is_escaped(trio, get):
    answer = get("/initiatives/?q=<script>alert(1)</script>&theme=<img src=x>").content.decode()
    scripts = re.findall("<script.*?>", answer)
    assert scripts == ['<script type="application/ld+json">']  # ours, which says what the page is
    assert "alert(1)</script>" not in answer
    assert "<img" not in answer


def test_other_methods_are_refused(trio, client_for, addresses):
    client = client_for(enforce_csrf_checks=True)
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        refused = [client.generic(method, path).status_code for path in addresses]
        assert refused == [405] * 17


# Lone surrogates, the ends of the planes, controls, digits that are not 0 to 9, letters that grow when folded.
ODD = [*"\ud800\U0010ffff\uffff\x01\x7f\x85\u2028\u202e\ufeff\xad²①٤𝟙½Ⅷǰßİﬁ－\x00%", "１２", "é\u0301\u0301"]
EVERY = (
    "{0}={0}&q={0}&theme={0}&territoire={0}&tri={0}&vue={0}&page={0}&pour={0}&de={0}&du={0}&au={0}&mesure={0}"
)


def test_no_code_point_breaks_a_page_or_an_address(trio, get, addresses):
    routes = [str(route.pattern) for route in portal.urlpatterns if route.pattern.converters]
    visited = 0
    for number, odd in enumerate(ODD):
        text = quote(odd.encode("utf-8", "surrogatepass"), safe="")
        query = EVERY.format(text)
        lists = (
            "/recherche/",
            "/initiatives/",
            "/carte/deserts/",
            "/chiffres/changements.csv",
            "/initiatives.csv",
        )
        asked = [f"{path}?{query}" for path in (*lists, addresses[number % len(addresses)])]
        asked += ["/" + re.sub("<[^>]+>", f"{'1' * (number % 2)}{text}", route) for route in routes]
        for path in asked:
            assert get(path).status_code < 500, (path, ascii(odd))
            visited += 1
    assert (len(ODD), visited > len(ODD) * 25) == (25, True)


def test_head_and_options(trio, client, addresses):
    answers = [client.head(path) for path in addresses]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 17
    assert client.options("/initiatives/").status_code == 200


def test_strange_headers_change_nothing(trio, get):
    for header in ("If-None-Match", "If-Modified-Since", "Accept", "Accept-Language"):
        assert get("/initiatives/", **{header: "xx," * 2000}).status_code == 200
