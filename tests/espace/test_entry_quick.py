"""« Fiche en trois minutes »: eight questions, none required, and a name in plain text for the organization."""

from datetime import date
from uuid import uuid4

import pytest

from initiatives import sections
from initiatives.actions import create_draft
from initiatives.choices import EntryMode, PartnerRole, Scope, State
from initiatives.forms import quick as forms
from initiatives.forms.quick import QuickForm
from initiatives.models import Initiative
from tests.espace.forms import NEW, quick


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


def tasks(initiative):
    return f"/espace/initiatives/{initiative.pk}/modifier/"


def test_page_asks_the_eight_questions_in_the_order_of_the_definition(world, agent):
    form = QuickForm(user=world.agent_mitis)
    assert list(form.fields) == ["who" if code == "partners" else code for code in sections.QUICK]
    assert len(form.fields) == 8
    page = agent.get(NEW).content.decode()
    assert all(f'name="{name}"' in page for name in form.fields)
    assert "facultatif" not in page


@pytest.mark.parametrize(("person", "places"), [("agent_mitis", 2), ("coordination", 8)])
def test_eight_answers_make_a_draft_with_its_lead(world, client_for, person, places):
    client = client_for(getattr(world, person))
    assert client.get(NEW).content.decode().count('type="checkbox" name="territories"') == places
    answer = client.post(NEW, quick(world, who=" moisson  MITIS "))
    row = Initiative.objects.get()
    assert answer["Location"] == tasks(row)
    assert (row.state, row.entry_mode, row.scope, row.version) == (
        State.DRAFT,
        EntryMode.QUICK,
        Scope.LOCAL,
        1,
    )
    assert [(p.organization, p.role) for p in row.partnerships.all()] == [(world.moisson, PartnerRole.LEAD)]
    assert (row.primary_theme, list(row.themes.all())) == (
        world.themes["alimentation"],
        [world.themes["alimentation"]],
    )
    assert (row.starts_on, row.amount_requested, row.description) == (date(2025, 5, 1), 5000, "")
    assert "Brouillon enregistré à" in client.get(tasks(row)).content.decode()


@pytest.mark.parametrize(
    "answered",
    [
        {"title": "Frigo"},
        {"who": "Moisson Mitis"},
        {"primary_theme": "alimentation"},
        {"starts_on": "2025-05-01"},
        {"money_source": "Fondation"},
        {"amount_requested": "0"},
    ],
)
def test_one_answer_is_enough(world, agent, answered):
    if "primary_theme" in answered:
        answered = {"primary_theme": str(world.themes["alimentation"].pk)}
    empty = dict.fromkeys(
        ("title", "who", "primary_theme", "starts_on", "amount_requested", "money_source"), ""
    )
    fields = quick(world, territories=[""], target_groups=[""], **(empty | answered))
    assert agent.post(NEW, fields).status_code == 302
    assert Initiative.objects.count() == 1


def test_nothing_typed_is_said_and_makes_no_file(world, client_for):
    world.agent_mitis.memberships.exclude(territory__slug="la-mitis").delete()
    client = client_for(world.agent_mitis)
    assert "checked" in client.get(NEW).content.decode()  # the only MRC of this agent
    ticked = ["", str(world.territories["la-mitis"].pk)]
    empty = dict.fromkeys(
        ("title", "who", "primary_theme", "starts_on", "amount_requested", "money_source"), ""
    )
    answer = client.post(NEW, quick(world, territories=ticked, target_groups=[""], **empty))
    assert (answer.status_code, Initiative.objects.count()) == (422, 0)
    assert "Inscrivez au moins une réponse" in answer.content.decode()


@pytest.mark.parametrize("who", ["Frigo Solidaire de Price", "Table de concertation « A & B »?"])
def test_unknown_organization_is_kept_and_searched(world, agent, who):
    answer = agent.post(NEW, quick(world, who=who), follow=True)
    row = Initiative.objects.get()
    assert answer.redirect_chain[0][0].startswith(f"/espace/initiatives/{row.pk}/partenaires/?q=")
    assert answer.context["q"] == who
    assert "ou créez cette organisation" in answer.content.decode()
    assert (row.description, row.answers.lead_name, row.partnerships.count()) == ("", who, 0)
    again = agent.get(f"{NEW}?dossier={row.entry_token}")
    assert again.context["form"]["who"].value() == who


def test_concertation_that_cannot_lead_is_not_linked(world, agent):
    world.moisson.kind = "concertation"
    world.moisson.has_legal_personality = None
    type(world.moisson).objects.filter(pk=world.moisson.pk).update(kind="concertation")
    answer = agent.post(NEW, quick(world))
    assert "/partenaires/?q=Moisson+Mitis" in answer["Location"]
    assert Initiative.objects.get().partnerships.count() == 0


@pytest.mark.parametrize(
    ("count", "scope"), [(0, ""), (1, Scope.LOCAL), (2, Scope.SUPRALOCAL), (8, Scope.REGIONAL)]
)
def test_scope_follows_from_the_mrcs(world, client_for, count, scope):
    chosen = [str(row.pk) for row in list(world.territories.values())[:count]]
    client_for(world.coordination).post(NEW, quick(world, territories=["", *chosen]))
    row = Initiative.objects.get()
    assert (row.scope, row.territories.count()) == (scope, count)


def test_what_cannot_be_read_is_said_and_the_rest_is_one_file(world, agent):
    token = uuid4()
    fields = quick(world, starts_on="01/02/2025", amount_requested="1,234", entry_token=token)
    answer = agent.post(NEW, fields)
    page = answer.content.decode()
    row = Initiative.objects.get()
    assert (answer.status_code, row.title, row.starts_on, row.amount_requested) == (
        422,
        "Frigo du quartier",
        None,
        None,
    )
    assert 'id="id_starts_on_error"' in page
    assert 'value="01/02/2025"' in page
    assert "Le reste est enregistré" in page
    corrected = quick(world, entry_token=token, version=row.version)
    assert agent.post(NEW, corrected)["Location"] == tasks(row)
    assert Initiative.objects.get().starts_on == date(2025, 5, 1)


def test_paper_form_copied_is_marked_so(world, agent):
    assert 'name="papier" value="1"' in agent.get(f"{NEW}?papier=1").content.decode()
    agent.post(NEW, quick(world, papier="1"))
    assert Initiative.objects.get().entry_mode == EntryMode.PAPER


def test_file_no_longer_in_hand_is_read_instead(world, agent):
    token = uuid4()
    agent.post(NEW, quick(world, entry_token=token))
    Initiative.objects.update(state=State.WITHDRAWN)
    row = Initiative.objects.get()
    assert agent.get(f"{NEW}?dossier={token}")["Location"] == f"/espace/initiatives/{row.pk}/"
    late = agent.post(NEW, quick(world, title="Trop tard", entry_token=token, version=row.version))
    assert (late.status_code, "Trop tard" in late.content.decode()) == (409, True)


def test_draft_of_somebody_else_is_never_opened_by_its_token(world, agent, client_for):
    token = uuid4()
    agent.post(NEW, quick(world, entry_token=token))
    page = client_for(world.agent_temis).get(f"{NEW}?dossier={token}").content.decode()
    assert "Frigo du quartier" not in page


def test_token_of_another_account_is_a_new_form_and_stays_one_draft(world, client_for, agent):
    token = uuid4()
    theirs = create_draft(by=world.coordination, values=world.values(), token=token)
    for _click in range(2):
        answer = agent.post(NEW, quick(world, entry_token=str(token)))
        mine = Initiative.objects.get(created_by=world.agent_mitis)
        assert (answer.status_code, answer["Location"]) == (302, tasks(mine))
    theirs.refresh_from_db()
    assert theirs.entry_token == token


def test_second_first_post_with_other_words_is_written_or_a_conflict_never_dropped(world, agent, monkeypatch):
    token = uuid4()
    agent.post(NEW, quick(world, title="Premier", entry_token=token))
    known, blind = forms.known, []

    def known_too_late(*asked):
        blind.append(asked)
        return None if len(blind) < 3 else known(*asked)  # the other post ends after these two looks

    monkeypatch.setattr(forms, "known", known_too_late)
    told = []
    for title in ("Second", "Troisième"):
        blind.clear()
        told.append(agent.post(NEW, quick(world, title=title, entry_token=token)).status_code)
    row = Initiative.objects.get()
    assert (told, row.title, row.version) == ([302, 409], "Second", 2)


@pytest.mark.parametrize("token", ["", "x", None])
def test_form_without_its_token_is_incomplete_and_makes_nothing(world, agent, token):
    answer = agent.post(NEW, quick(world, entry_token=token))
    shown = answer.content.decode()
    assert (answer.status_code, "arrivé incomplet" in shown, Initiative.objects.count()) == (422, True, 0)
    again = agent.post(NEW, quick(world, entry_token=str(answer.context["token"])))
    assert (again.status_code, Initiative.objects.count()) == (302, 1)
