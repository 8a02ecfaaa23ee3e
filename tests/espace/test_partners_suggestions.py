"""Organizations proposed while one types, whom to call about them, and what two people create at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from territories import actions as territory_actions
from territories.callers import whom_to_call
from territories.choices import OrganizationKind
from territories.models import Organization

WHERE = "/espace/partenaires/suggestions/"


def organization(world, name, **values):
    return territory_actions.create_organization(
        by=world.coordination, values={"name": name, "kind": OrganizationKind.COMMUNITY} | values
    )


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


def test_suggestion_says_kind_mrc_reason_and_that_it_is_in_the_file(world, agent):
    file = world.initiative()
    answer = agent.get(WHERE, {"q": "Moison Mitis", "dossier": file.pk})
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    assert [
        text in page
        for text in ("Moisson Mitis", "Organisme communautaire", "La Mitis", "nom presque identique")
    ] == [True] * 4
    assert ("Déjà au dossier\xa0: porteur" in page, "<html" in page) == (True, False)
    assert page.count("csrfmiddlewaretoken") == page.count("<form") == 1


def test_suggestions_come_from_every_mrc(world, agent):
    page = agent.get(WHERE, {"q": "grandes"}).content.decode()
    assert ("CDC des Grandes Marées" in page, "Rivière-du-Loup" in page) == (True, True)
    assert "<form" not in page  # no file at hand: nothing to add it to
    filled = '<button type="button" class="button button-quiet" data-fill="CDC des Grandes Marées">'
    assert page.count(filled) == page.count("data-fill") == 1


@pytest.mark.parametrize("q", ["", "m", "\x00", " m ", "\x00m"])
def test_under_two_letters_nothing_is_proposed(world, agent, q):
    assert agent.get(WHERE, {"q": q}).content == b""


@pytest.mark.parametrize(
    "q", ["%%", "a" * 5000, "東京", "<script>alert(1)</script>", "mo\x00isson", "\ud800xx"]
)
def test_any_text_answers(world, agent, q):
    for where in (WHERE, "/espace/titres/"):
        answer = agent.get(where, {"q": q.encode("utf-8", "surrogatepass")})
        assert (answer.status_code, b"<script>" in answer.content) == (200, False)


def test_file_of_another_mrc_is_404_and_readers_only(world, client_for):
    file = world.initiative()
    people = (
        None,
        world.agent_mitis,
        world.agent_temis,
        world.committee_mitis,
        world.accounting,
        world.reader,
    )
    for where in (WHERE, "/espace/titres/"):
        seen = [
            client_for(person).get(where, {"q": "moisson", "dossier": file.pk}).status_code
            for person in people
        ]
        assert seen == [302, 200, 404, 200, 403, 403]
        bad = [
            client_for(world.agent_mitis).get(where, {"q": "ab", "dossier": d}).status_code
            for d in ("x", "9" * 40)
        ]
        assert bad == [404, 404]
        assert client_for(world.agent_mitis).post(where, {"q": "moisson"}).status_code == 405


def test_committee_reads_but_is_offered_no_button(world, client_for):
    file = world.initiative()
    page = client_for(world.committee_mitis).get(WHERE, {"q": "moisson", "dossier": file.pk}).content
    assert (b"Moisson Mitis" in page, b"<form" in page) == (True, False)


def queries(agent, file):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        agent.get(WHERE, {"q": "moisson", "dossier": file.pk})
    return len(asked)


def test_suggestions_queries_for_three_rows_as_for_one(world, agent):
    file = world.initiative()
    agent.get(WHERE, {"q": "moisson", "dossier": file.pk})
    before = queries(agent, file)
    organization(world, "Moisson du large", seat_territory=world.territories["la-matanie"])
    organization(world, "Moisson du quai", seat_territory=world.territories["temiscouata"])
    assert queries(agent, file) == before


def test_whom_to_call_keeps_private_numbers_private(world, django_assert_num_queries):
    private = organization(
        world,
        "Cuisine du quai",
        contact_phone="418 555-0100",
        seat_territory=world.territories["temiscouata"],
    )
    public = organization(world, "Cuisine du large", contact_phone="418 555-0101", contact_is_public=True)
    line = f"{world.agent_temis}, MRC de Témiscouata, {world.agent_temis.email}"
    with django_assert_num_queries(1):
        told = whom_to_call([private, public], by=world.agent_mitis)
    assert told == {private.pk: [line], public.pk: ["418 555-0101"]}
    assert whom_to_call([private], by=world.coordination) == {private.pk: ["418 555-0100", line]}


def test_creation_page_says_reason_mrc_and_whom_to_call(world, agent):
    organization(world, "Cuisine du quai", seat_territory=world.territories["temiscouata"])
    file = world.initiative(partners=[])
    page = agent.post(
        f"/espace/initiatives/{file.pk}/partenaires/creer/",
        {"name": "Cuisines du quay", "kind": "organisme_communautaire", "role": "partner"},
    ).content.decode()
    told = (
        "Ressemblance\xa0: nom presque identique",
        "Témiscouata",
        world.agent_temis.email,
        "Créer quand même",
    )
    assert [text in page for text in told] == [True] * 4


def test_two_agents_at_once_create_one_organization(world, client_for, at_once):
    files = [world.initiative(partners=[]) for _ in range(2)]
    people = [world.agent_mitis, world.coordination]
    clients = [client_for(person, raise_request_exception=False) for person in people]
    given = {"name": "Cuisine du large", "kind": "organisme_communautaire", "role": "partner"}

    def post(client, file):
        return lambda: client.post(f"/espace/initiatives/{file.pk}/partenaires/creer/", given).status_code

    statuses = at_once([post(*pair) for pair in zip(clients, files, strict=True)])
    (count,) = at_once([lambda: Organization.objects.filter(name="Cuisine du large").count()])
    assert (sorted(statuses)[0], sorted(statuses)[1] in (302, 422), count) == (302, True, 1)
