"""Every page of the admin: opens for staff, in French, with as many queries for three rows as for one."""

import re
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.conftest import OURS

ENGLISH = re.compile(
    r"\b(Add|Change|Delete|Save|History|Home|Search|Filter|Import|Export|Submit|Confirm|Select|None|View|"
    r"Welcome|Log out|Site administration|By|All|Today|Now|Yes|No|Please|Errors?|Row|Skipped|Light|Dark|System|"
    r"Toggle|Breadcrumbs|Sidebar|items? selected|This field|Currently|Clear)\b"
)
ALLOWED = {"Import", "Filter"}  # French too, or part of a French word


def words_of(response):
    """Return the text of the page that people read."""
    text = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", response.content.decode())
    return re.sub(r"<[^>]+>", " ", text)


def english_in(response):
    return sorted(set(ENGLISH.findall(words_of(response))) - ALLOWED)


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_registry_holds_our_lists():
    assert len(OURS) == 34


def test_every_list_asks_as_many_queries_for_three_rows_as_for_one(world, grow, client_for):
    client = client_for(world.administration)
    grow(1)
    visited = 0
    before = {}
    for model in OURS:
        client.get(url(model, "changelist"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(model, "changelist")).status_code == 200
        before[model] = (len(queries), model._default_manager.count())
    grow(2)
    for model in OURS:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url(model, "changelist"))
        rows = model._default_manager.count()
        assert rows >= before[model][1] + 2, model
        assert len(queries) == before[model][0], (model, [q["sql"][:150] for q in queries])
        assert response.status_code == 200
        visited += 1
    assert visited == len(OURS)


@pytest.mark.parametrize("role", ["administration", "coordination", "accounting", "reader"])
def test_every_page_opens_in_french_for_each_role(world, grow, client_for, role):
    grow(1)
    client = client_for(getattr(world, role))
    visited = 0
    for model in OURS:
        pages = [url(model, "changelist"), f"{url(model, 'changelist')}?q=mitis", url(model, "add")]
        first = model._default_manager.first()
        pages += [
            url(model, "change", first.pk),
            url(model, "history", first.pk),
            url(model, "delete", first.pk),
        ]
        for page in pages:
            response = client.get(page)
            assert response.status_code in (200, 403), (page, response.status_code)
            assert english_in(response) == [], page
            visited += 1
    assert visited == 6 * len(OURS)


@pytest.mark.parametrize("role", ["agent_mitis", "committee_mitis", None])
def test_nobody_else_enters(world, client_for, role):
    client = client_for(getattr(world, role) if role else None)
    for page in ["/admin/", *(url(model, "changelist") for model in OURS)]:
        response = client.get(page, follow=True)
        assert response.status_code == (403 if role else 200), page
        assert "/compte/" in response.redirect_chain[-1][0] if not role else True


def test_nothing_is_deleted_except_a_membership_a_mailbox_and_words(world, grow, client_for):
    grow(1)
    client = client_for(world.administration)
    allowed = [
        model.__name__
        for model in OURS
        if client.get(url(model, "delete", model._default_manager.first().pk)).status_code == 200
    ]
    assert sorted(allowed) == ["EquivalentWords", "Membership", "TeamAddress"]


WITH_FILES = {"Territory", "Municipality", "Organization", "Initiative", "Contribution"}
BAD = [
    "?q=%00",
    "?p=" + "9" * 30,
    "?p=abc",
    "?o=99.-x",
    "?debut__year=9999",
    "?submitted_at__year=9999",
    "?id__in=" + "9" * 30,
    "?pk=" + "9" * 30,
    "?etat=%F0%9F%98%80",
    "?territoire=" + "9" * 5000,
    "?exercice=' OR 1=1",
    "?_facets=1",
    "?_popup=1&_to_field=password",
    "?all=",
    "?e=1",
    "?q=" + "a" * 5000,
]
BAD_KEYS = ["9" * 30, "9" * 5000, "abc", "%00", "-1"]
BAD_TAILS = ["change", "history", "delete", "history/1", "history/abc"]


def test_bad_addresses_never_fail(world, grow, client_for, in_turn):
    """The lists that people filter and export meet every bad address; each of the others a quarter of them, in turn."""
    grow(1)
    client = client_for(world.administration)
    visited = Counter()
    for rank, model in enumerate(OURS):
        in_full = model.__name__ in WITH_FILES
        for bad in BAD if in_full else in_turn(BAD, rank, 4):
            for page in ("changelist", "export"):
                if page == "export" and not in_full:
                    continue
                address = url(model, page) + bad
                assert client.get(address).status_code < 500, address
                visited[page] += 1
        for number, bad in enumerate(BAD_KEYS):
            for tail in in_turn(BAD_TAILS, rank + number, 5):
                address = f"{url(model, 'changelist')}{bad}/{tail}/"
                assert client.get(address).status_code < 500, address
                visited["row"] += 1
    bad, tails = len(in_turn(BAD, 0, 4)), len(in_turn(BAD_TAILS, 0, 5))
    lists = (len(OURS) - 5) * bad + 5 * len(BAD)
    assert visited == {"changelist": lists, "export": 5 * len(BAD), "row": len(OURS) * 5 * tails}


@pytest.mark.parametrize("term", ["%00", "é", "'", "%", "9" * 500, ""])
@pytest.mark.parametrize("page", ["1", "9" * 30, "9" * 5000, "last", "x"])
def test_autocomplete_never_fails(world, client_for, term, page):
    client = client_for(world.administration)
    where = "app_label=initiatives&model_name=partnership&field_name=organization"
    response = client.get(f"/admin/autocomplete/?term={term}&page={page}&{where}")
    assert response.status_code in (200, 400, 404)


def test_autocomplete_of_another_model_is_refused(world, client_for):
    client = client_for(world.coordination)
    for where in (
        "app_label=accounts&model_name=user&field_name=password",
        "app_label=x&model_name=y&field_name=z",
        "",
    ):
        assert client.get(f"/admin/autocomplete/?term=a&{where}").status_code in (400, 403, 404)


def test_autocomplete_finds_without_accents(world, client_for):
    client = client_for(world.coordination)
    where = "app_label=initiatives&model_name=initiative&field_name="
    for field, term, found in (
        ("territories", "matapedia", ["La Matapédia"]),
        ("municipalities", "amqui", ["Amqui"]),
        ("themes", "bouffe", ["Alimentation"]),
    ):
        rows = client.get(f"/admin/autocomplete/?term={term}&{where}{field}").json()["results"]
        assert [row["text"] for row in rows] == found
