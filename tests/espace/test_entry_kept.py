"""What the form holds is never erased by another page of it: the short form reopened, a line refused, a partner removed."""

import time
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliance.lib.money import NBSP
from initiatives import actions
from initiatives.choices import EntryMode, PartnerRole, Scope
from initiatives.models import BudgetLine, Initiative
from tests.espace.forms import NEW, post, quick, rows, section_of
from tests.world import PASSWORD

_AUTOSAVE = {"do": "autosave"}


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.fixture
def short(world, agent):
    """Return a draft made by the eight questions, and what was typed there."""
    fields = quick(world, entry_token=str(uuid4()))
    agent.post(NEW, fields)
    return Initiative.objects.get(), fields


def test_short_form_posted_again_keeps_what_the_sections_stored(world, agent, short):
    draft, fields = short
    themes = list(world.themes.values())[:3]
    words = {"description": "Trois paragraphes", "themes": themes, "scope": Scope.SUPRALOCAL}
    actions.update(initiative=draft, by=world.agent_mitis, values=words)
    draft.refresh_from_db()
    agent.post(NEW, fields | {"title": "Frigo 2", "version": draft.version} | _AUTOSAVE)
    draft.refresh_from_db()
    assert (draft.title, draft.description, draft.scope) == ("Frigo 2", "Trois paragraphes", Scope.SUPRALOCAL)
    assert set(draft.themes.all()) == {*themes, world.themes["alimentation"]}


def test_main_theme_that_stood_alone_gives_way_to_the_new_one(world, agent, short):
    draft, fields = short
    other = next(row for row in world.themes.values() if row != draft.primary_theme)
    agent.post(NEW, fields | {"primary_theme": str(other.pk), "version": draft.version})
    draft.refresh_from_db()
    assert (draft.primary_theme, list(draft.themes.all())) == (other, [other])


def test_short_form_leads_to_the_sections_once_one_is_saved(agent, short):
    draft, fields = short
    address = f"{NEW}?dossier={fields['entry_token']}"
    assert agent.get(address).status_code == 200
    post(agent, draft, "organisme", {"mission": "Nourrir", "complet": "1"})
    assert agent.get(address)["Location"] == f"/espace/initiatives/{draft.pk}/modifier/"
    late = agent.post(NEW, fields | {"title": "Trop tard", "version": draft.version - 1})
    draft.refresh_from_db()
    assert (late.status_code, draft.title) == (409, "Frigo du quartier")


def test_name_of_the_lead_is_kept_until_one_is_chosen(world, agent):
    fields = quick(world, who="Moisson inconnue", entry_token=str(uuid4()))
    agent.post(NEW, fields | _AUTOSAVE)
    draft = Initiative.objects.get()
    assert (draft.description, draft.answers.lead_name) == ("", "Moisson inconnue")
    tasks = agent.get(f"/espace/initiatives/{draft.pk}/modifier/").content.decode()
    assert f"Organisme porteur à choisir{NBSP}: Moisson inconnue" in tasks
    found = post(agent, draft, "organisme", {"mission": "", "complet": "1", "do": "partner"})
    assert found["Location"].endswith("/partenaires/?q=Moisson+inconnue")
    actions.add_partner(
        initiative=draft, by=world.agent_mitis, organization=world.moisson, role=PartnerRole.LEAD
    )
    draft.answers.refresh_from_db()
    assert draft.answers.lead_name == ""


def test_known_lead_typed_while_saving_by_itself_leaves_no_name_behind(world, agent):
    fields = quick(world, entry_token=str(uuid4()))
    agent.post(NEW, fields | _AUTOSAVE)
    draft = Initiative.objects.get()
    assert draft.answers.lead_name == "Moisson Mitis"
    agent.post(NEW, fields | {"version": draft.version})
    draft = Initiative.objects.get()
    assert (draft.answers.lead_name, draft.partnerships.get().organization) == ("", world.moisson)
    agent.post(NEW, fields | {"title": "Frigo 2", "version": draft.version} | _AUTOSAVE)
    draft = Initiative.objects.get()
    assert (draft.title, draft.answers.lead_name, draft.description) == ("Frigo 2", "", "")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (("10000", "20 000 $ env."), [10000, 20000]),
        (("", "20 000 $ env."), [20000]),  # the first line is emptied
        (("10000 env.", "20 000"), [10000, 20000]),
    ],
)
def test_refused_amount_keeps_its_own_among_lines_of_one_label(world, agent, typed, kept):
    draft = world.initiative()
    twice = [actions.BudgetRow("Salaires", Decimal(amount)) for amount in (10000, 20000)]
    actions.update(initiative=draft, by=world.agent_mitis, values={}, details=actions.Details(expenses=twice))
    lines = [{"label": "Salaires" if amount else "", "amount": amount} for amount in typed]
    answer = post(agent, draft, "budget", rows("expenses", *lines) | {"complet": "1"})
    assert answer.status_code == 422
    assert list(BudgetLine.objects.values_list("amount", flat=True)) == kept


def test_organization_out_of_the_file_stays_in_the_line_that_names_it(world, agent):
    draft = world.initiative()
    line = actions.BudgetRow("Don", Decimal(500), organization=world.moisson)
    actions.update(
        initiative=draft,
        by=world.agent_mitis,
        values={},
        partners=[],
        details=actions.Details(sources=[line]),
    )
    page = agent.get(section_of(draft, "budget")).content.decode()
    assert f'<option value="{world.moisson.pk}" selected>' in page
    cells = {"label": "Don", "amount": "600", "organization": str(world.moisson.pk)}
    post(agent, draft, "budget", rows("sources", cells) | {"complet": "1"})
    kept = BudgetLine.objects.get()
    assert (kept.amount, kept.organization) == (600, world.moisson)


@pytest.mark.parametrize(
    ("person", "mode"), [("agent_mitis", EntryMode.FORM), ("coordination", EntryMode.DIRECT)]
)
def test_direct_draft_that_an_agent_fills_in_is_held_to_the_form(world, client_for, person, mode):
    draft = world.initiative()
    post(client_for(getattr(world, person)), draft, "organisme", {"mission": "Nourrir", "complet": "1"})
    draft.refresh_from_db()
    assert draft.entry_mode == mode


def test_word_on_documents_that_another_replaced_is_given_back_after_sign_in(world, agent, settings):
    draft = world.initiative()
    address = reverse("espace:documents", args=[draft.pk])
    mark = agent.get(address).context["note_read"]
    details = actions.Details(answers={"documents_note": "Celui du collègue"})
    actions.update(initiative=draft, by=world.coordination, values={}, details=details)
    session = agent.session
    session["seen"] = int(time.time()) - settings.SESSION_IDLE_SECONDS - 60
    session.save()
    agent.post(address, {"note": "Mon mot", "note_read": mark, "complet": "1", "kind": ""})
    agent.post("/compte/connexion/", {"login": world.agent_mitis.email, "password": PASSWORD})
    page = agent.get(address)
    assert (page.context["conflict"], page.context["note"]) == (True, "Celui du collègue")
    assert ">\nMon mot</textarea>" in page.content.decode()
    assert ">\nCelui du collègue</textarea>" in agent.get(address).content.decode()


def test_tasks_show_what_resembles_with_as_many_queries_for_three_rows_as_for_one(world, agent):
    draft = world.initiative()
    address, counts = f"/espace/initiatives/{draft.pk}/modifier/", []
    agent.get(address)
    for more in (1, 2):
        for _ in range(more):
            world.initiative()
        with CaptureQueriesContext(connection) as queries:
            page = agent.get(address)
        counts.append(len(queries))
    assert (len(page.context["alerts"]), counts[0]) == (3, counts[1])
    assert "3 initiatives ressemblent à la vôtre" in page.content.decode().replace("\xa0", " ")
