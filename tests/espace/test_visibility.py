"""Who sees what in « Mon espace » (quality.md F12 to F14). The sweep asks for every address that takes a file."""

import pytest
from django.urls import get_resolver

from alliance.lib.workflow import Refusal
from initiatives import actions
from initiatives.choices import Scope, State
from initiatives.models import Initiative, Partnership
from initiatives.urls import urlpatterns
from tests.espace.forms import page, quick

# The removal of a document needs a document: tests/documents/ asks for it.
ROUTES = [
    route.name
    for route in urlpatterns
    if str(route.pattern).startswith("initiatives/<int:pk>/") and route.name != "document_remove"
]
READ_ONLY = {"file", "edit", "receipt"}


def address(name, pk):
    """Return the address of a file's page: the section « initiative », its first partner."""
    pattern = next(str(route.pattern) for route in urlpatterns if route.name == name)
    if "<int:row>" in pattern:
        row = Partnership.objects.filter(initiative=int(pk)).values_list("pk", flat=True).first()
        pattern = pattern.replace("<int:row>", str(row or 1))
    return f"/espace/{pattern}".replace("<int:pk>", str(pk)).replace("<slug:section>", "initiative")


def test_sweep_visits_every_address_that_takes_a_file():
    resolver = get_resolver()
    known = (
        {key for key in resolver.namespace_dict["espace"][1].reverse_dict if isinstance(key, str)}
        if "espace" in resolver.namespace_dict
        else set()
    )
    assert ROUTES == [
        "file",
        "edit",
        "section",
        "submit",
        "receipt",
        "withdraw",
        "renew",
        "easy",
        "exchanges",
        "partners",
        "partner_new",
        "partner",
        "documents",
    ]
    assert set(ROUTES) <= known


@pytest.mark.parametrize(
    "state", [State.DRAFT, State.CHANGES_REQUESTED, State.SUBMITTED, State.APPROVED, State.WITHDRAWN]
)
def test_another_mrc_meets_404_at_every_address_by_every_method(world, client_for, state):
    initiative = world.initiative(state)
    stranger = client_for(world.agent_temis)
    before = Initiative.objects.values().get()
    fields = page(world, "initiative") | {
        "version": initiative.version,
        "organization": world.cdc.pk,
        "role": "lead",
        "note": "x",
    }
    answers = {}
    for name in ROUTES:
        where = address(name, initiative.pk)
        answers[name] = [
            stranger.get(where).status_code,
            stranger.head(where).status_code,
            stranger.post(where, fields).status_code,
        ]
    assert answers == {name: [404, 404, 405 if name in READ_ONLY else 404] for name in ROUTES}
    assert Initiative.objects.values().get() == before
    assert initiative.title not in stranger.get("/espace/").content.decode()


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 18])
def test_unknown_file_is_404(world, client_for, pk):
    agent = client_for(world.agent_mitis)
    assert [agent.get(address(name, pk)).status_code for name in ROUTES] == [404] * len(ROUTES)


def test_public_is_sent_to_sign_in_at_every_address(world, client_for):
    initiative = world.initiative()
    answers = [client_for().get(address(name, initiative.pk)) for name in ROUTES]
    assert [answer.status_code for answer in answers] == [302] * len(ROUTES)
    assert all(answer["Location"].startswith("/compte/connexion/?next=/espace/") for answer in answers)


@pytest.mark.parametrize("person", ["committee_mitis", "reader", "accounting"])
def test_those_who_do_not_enter_never_write(world, client_for, person):
    initiative = world.initiative()
    client = client_for(getattr(world, person))
    before = Initiative.objects.values().get()
    fields = page(world, "initiative") | {"version": initiative.version}
    for name in ("edit", "section", "submit", "withdraw", "partners", "partner_new"):
        where = address(name, initiative.pk)
        posted = 405 if name in READ_ONLY else 403
        assert (client.get(where).status_code, client.post(where, fields).status_code) == (403, posted)
    assert client.post("/espace/initiatives/nouvelle/", quick(world)).status_code == 403
    assert Initiative.objects.values().get() == before


def test_committee_reads_the_files_of_its_mrc(world, client_for):
    mine, other = (
        world.initiative(),
        world.initiative(territories=[world.territories["temiscouata"]], by=world.agent_temis),
    )
    committee = client_for(world.committee_mitis)
    assert committee.get(address("file", mine.pk)).status_code == 200
    assert committee.get(address("file", other.pk)).status_code == 404
    home = committee.get("/espace/").content.decode()
    assert (mine.title in home, other.title in home, "Inscrire une initiative</a></p>" in home) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize("person", ["reader", "accounting"])
def test_staff_without_files_find_the_way_to_the_admin(world, client_for, person):
    shown = client_for(getattr(world, person)).get("/espace/").content.decode()
    assert "Ouvrir l’administration" in shown


@pytest.mark.parametrize("state", [s for s in State if s not in State.editable_by_agent])
def test_file_that_is_no_longer_the_agent_s_answers_409_and_shows_what_was_typed(world, client_for, state):
    initiative = world.initiative(state)
    agent = client_for(world.agent_mitis)
    before = Initiative.objects.values().get()
    late = page(world, "initiative", title="Texte tardif") | {"version": initiative.version}
    answer = agent.post(address("section", initiative.pk), late)
    assert answer.status_code == 409
    assert "Texte tardif" in answer.content.decode()
    for name in ("edit", "section", "partners", "partner_new"):
        shown = agent.get(address(name, initiative.pk))
        assert (shown.status_code, State(state).label in shown.content.decode()) == (409, True)
    fields = {"organization": world.cdc.pk, "role": "partner"}
    assert agent.post(address("partners", initiative.pk), fields).status_code == 409
    assert Initiative.objects.values().get() == before
    assert agent.get(address("file", initiative.pk)).status_code == 200


def test_internal_note_is_never_shown_to_an_agent(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    actions.update(
        initiative=initiative, by=world.coordination, values={"internal_note": "Note interne secrète"}
    )
    agent = client_for(world.agent_mitis)
    pages = [agent.get(address(name, initiative.pk)).content.decode() for name in ROUTES]
    home = agent.get("/espace/").content.decode()
    assert not any("Note interne secrète" in shown for shown in [*pages, home])


def test_deposit_is_told_what_is_missing_then_done_once(world, client_for):
    agent = client_for(world.agent_mitis)
    empty = world.initiative(title="", partners=[])
    where = address("submit", empty.pk)
    refused = agent.post(where, {"version": empty.version})
    shown = refused.content.decode()
    assert refused.status_code == 422
    places = ("modifier/initiative/#id_title", "modifier/organisme/#partenaires")
    assert [place in shown for place in places] == [True, True]
    ready = world.initiative()
    answers = [agent.post(address("submit", ready.pk), {"version": ready.version}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [address("receipt", ready.pk)] * 2
    assert ready.transitions.filter(name="submit").count() == 1


def test_deposit_of_another_version_than_the_one_read_is_refused(world, client_for):
    initiative = world.initiative()
    answer = client_for(world.agent_mitis).post(
        address("submit", initiative.pk), {"version": initiative.version - 1}
    )
    assert (
        answer.status_code,
        "Le dossier a changé depuis votre vérification" in answer.content.decode(),
    ) == (409, True)
    initiative.refresh_from_db()
    assert initiative.state == State.DRAFT


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.CHANGES_REQUESTED, State.UNDER_REVIEW])
def test_withdrawal_is_confirmed_and_noted(world, client_for, state):
    initiative = world.initiative(state)
    agent = client_for(world.agent_mitis)
    assert agent.get(address("withdraw", initiative.pk)).status_code == 200
    fields = {"version": initiative.version, "note": "Projet reporté"}
    bad = agent.post(address("withdraw", initiative.pk), fields | {"note": "a\x00b"})
    assert bad.status_code == 422
    stale = agent.post(address("withdraw", initiative.pk), fields | {"version": initiative.version - 1})
    assert (stale.status_code, "Projet reporté" in stale.content.decode()) == (409, True)
    agent.post(address("withdraw", initiative.pk), fields)
    initiative.refresh_from_db()
    assert initiative.state == State.WITHDRAWN
    assert "Projet reporté" in agent.get(address("file", initiative.pk)).content.decode()


def test_withdrawal_of_an_approved_file_is_refused(world, client_for):
    initiative = world.initiative(State.APPROVED)
    assert (
        client_for(world.agent_mitis).post(address("withdraw", initiative.pk), {"note": ""}).status_code
        == 409
    )
    with pytest.raises(Refusal):
        actions.withdraw(initiative=initiative, by=world.agent_mitis)


def test_agent_taken_off_the_mrc_no_longer_sees_what_they_entered_there(world, client_for):
    mine = world.initiative()
    nowhere = world.initiative(territories=[], municipalities=[], scope="")
    regional = world.initiative(territories=list(world.territories.values()), scope=Scope.REGIONAL)
    agent = client_for(world.agent_mitis)
    world.agent_mitis.memberships.all().delete()
    answers = [
        [agent.get(address(name, row.pk)).status_code for name in ROUTES] for row in (mine, nowhere, regional)
    ]
    opened = [{"receipt": 302, "renew": 409}.get(name, 200) for name in ROUTES]
    assert answers == [[404] * len(ROUTES), opened, opened]
    with pytest.raises(Refusal, match="autre MRC"):
        actions.update(initiative=mine, by=world.agent_mitis, values={"title": "X"})
