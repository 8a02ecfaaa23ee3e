"""The second of two clicks is told the truth: what was asked is done, and by no other person."""

import pytest

from initiatives.choices import State


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.mark.parametrize("role", ["partner", "funder"])
def test_partner_saved_twice_with_the_same_words(world, agent, role):
    file = world.initiative(partners=[(world.moisson, "lead", ""), (world.cdc, "partner", "")])
    row = file.partnerships.get(organization=world.cdc)
    address = f"/espace/initiatives/{file.pk}/partenaires/{row.pk}/"
    fields = {"version": file.version, "organization": world.cdc.pk, "role": role, "note": "Une salle"}
    fields |= {"cash": "on", "cash_amount": "10", "do": "save"}
    assert [agent.post(address, fields).status_code for _click in range(2)] == [302, 302]
    assert file.budget_lines.filter(organization=world.cdc).count() == 1
    other = agent.post(address, fields | {"note": "Un camion"})
    assert other.status_code == (409 if role == "partner" else 404)


def test_partner_saved_twice_at_once(world, client_for, at_once):
    file = world.initiative(partners=[(world.moisson, "lead", ""), (world.cdc, "partner", "")])
    row = file.partnerships.get(organization=world.cdc)
    address = f"/espace/initiatives/{file.pk}/partenaires/{row.pk}/"
    fields = {"version": file.version, "organization": world.cdc.pk, "role": "funder", "note": "Une salle"}
    clients = [client_for(world.agent_mitis, raise_request_exception=False) for _click in range(2)]
    posts = [lambda c=client: c.post(address, {**fields, "do": "save"}).status_code for client in clients]
    assert at_once(posts) == [302, 302]


def test_organization_created_twice_at_once_for_one_file(world, client_for, at_once):
    file = world.initiative(partners=[])
    address = f"/espace/initiatives/{file.pk}/partenaires/creer/"
    fields = {"name": "Cuisine du large", "kind": "organisme_communautaire", "role": "partner"}
    clients = [client_for(world.agent_mitis, raise_request_exception=False) for _click in range(2)]
    posts = [lambda c=client: c.post(address, fields).status_code for client in clients]
    assert at_once(posts) == [302, 302]
    (count,) = at_once([file.partnerships.count])
    assert count == 1


def test_withdrawal_asked_twice_leads_to_the_file(world, agent):
    file = world.initiative(State.SUBMITTED)
    address = f"/espace/initiatives/{file.pk}/retirer/"
    fields = {"version": file.version, "note": "Le projet s’arrête."}
    answers = [agent.post(address, fields) for _click in range(2)]
    assert [answer["Location"] for answer in answers] == [f"/espace/initiatives/{file.pk}/"] * 2
    assert agent.get(address).status_code == 409
