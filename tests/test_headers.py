"""The headers that protect, exact, on every kind of answer: pages, redirects, refusals, static files."""

import pytest

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ANSWERS = [
    ("get", "/", 200),
    ("get", "/initiatives/", 200),
    ("get", "/initiatives/inconnue/", 404),
    ("get", "/inconnue/", 404),
    ("get", "/themes", 301),
    ("get", "/\x00/", 400),
    ("get", "/espace/", 302),
    ("get", "/admin/", 302),
    ("get", "/compte/connexion/", 200),
    ("get", "/compte/inscription/", 403),
    ("get", "/static/css/site.css", 200),
    ("get", "/sante/", 200),
    ("post", "/", 405),
    ("put", "/initiatives/", 405),
    ("delete", "/themes/", 405),
    ("options", "/initiatives/", 200),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "address", "status"), ANSWERS)
def test_every_answer_carries_every_header(world, client_for, method, address, status):
    client = client_for(enforce_csrf_checks=True)
    response = getattr(client, method)(address)
    if response.streaming:
        b"".join(response.streaming_content)
    response.close()
    assert response.status_code == status
    assert {name: response[name] for name in HEADERS} == HEADERS
    assert sorted(response["Content-Security-Policy"].split("; ")) == sorted(CSP.split("; "))


@pytest.mark.django_db
def test_unchanged_page_carries_them_too(world, client):
    etag = client.get("/")["ETag"]
    response = client.get("/", headers={"if-none-match": etag})
    assert response.status_code == 304
    assert {name: response[name] for name in HEADERS} == HEADERS
    assert "default-src 'none'" in response["Content-Security-Policy"]
