"""One partner of a file: role, contribution in words and in money, and the way out of the file."""

from decimal import Decimal

import pytest

from initiatives import actions
from initiatives.choices import BudgetNature, BudgetOrigin, PartnerRole
from initiatives.models import BudgetLine


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.fixture
def file(world):
    """A draft of Moisson Mitis with the CDC as a partner, and a source of money that is nobody's."""
    file = world.initiative(partners=[(world.moisson, "lead", ""), (world.cdc, "partner", "Une salle")])
    sources = [actions.BudgetRow("FQIS", Decimal(5000), BudgetOrigin.FQIS)]
    return actions.update(
        initiative=file, by=world.agent_mitis, values={}, details=actions.Details(sources=sources)
    )


def where(file, organization):
    row = file.partnerships.get(organization=organization)
    return f"/espace/initiatives/{file.pk}/partenaires/{row.pk}/"


def post(agent, file, organization, **fields):
    file.refresh_from_db()
    given = {"version": file.version, "role": "partner", "note": "Une salle", "do": "save"} | fields
    return agent.post(where(file, organization), given)


def sources(file):
    rows = BudgetLine.objects.filter(initiative=file, side="source")
    return [(row.organization_id, row.nature, row.amount, row.is_confirmed) for row in rows]


def test_amounts_are_lines_of_the_budget_and_the_others_stay(world, agent, file):
    fqis = (None, BudgetNature.CASH, Decimal(5000), None)
    answer = post(
        agent, file, world.cdc, cash="on", cash_amount="1 200,50", cash_confirmed="oui", in_kind="on"
    )
    assert (answer.status_code, answer["Location"].endswith("/modifier/organisme/#partenaires")) == (
        302,
        True,
    )
    given = (world.cdc.pk, "cash", Decimal("1200.50"), True)
    assert sources(file) == [fqis, given, (world.cdc.pk, "in_kind", None, None)]
    page = agent.get(where(file, world.cdc)).content.decode()
    assert ("1200,50" in page.replace("\xa0", "").replace(" ", ""), page.count("checked")) == (True, 2)
    post(agent, file, world.cdc, cash="on", cash_amount="800", cash_confirmed="non")
    assert sources(file) == [fqis, (world.cdc.pk, "cash", Decimal(800), False)]
    post(agent, file, world.cdc)
    assert sources(file) == [fqis]


def test_role_and_words_change_and_the_other_partners_stay(world, agent, file):
    post(agent, file, world.cdc, role="funder", note="Prête son camion")
    rows = file.partnerships.order_by("organization__sort_key").values_list("organization", "role", "note")
    assert list(rows) == [(world.cdc.pk, "funder", "Prête son camion"), (world.moisson.pk, "lead", "")]
    assert file.partnerships.count() == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"role": "lead"}, "est déjà porteur"),
        ({"role": "owner"}, "Choisissez parmi les réponses offertes"),
        ({"role": ""}, "Choisissez un rôle"),
        ({"note": "a" * 301}, "Inscrivez au plus 300 caractères"),
        ({"note": "a\x00b"}, "caractère non permis"),
        ({"cash_amount": "-5"}, "id_cash_amount_error"),
        ({"cash_amount": "abc"}, "id_cash_amount_error"),
        ({"cash_amount": "9" * 30}, "id_cash_amount_error"),
        ({"in_kind_confirmed": "x"}, "id_in_kind_confirmed_error"),
    ],
)
def test_bad_answer_is_refused_beside_its_field(world, agent, file, fields, said):
    before = sources(file), list(file.partnerships.values_list())
    answer = post(agent, file, world.cdc, **fields)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert (sources(file), list(file.partnerships.values_list())) == before


def test_stale_page_is_a_conflict_that_shows_both_versions(world, agent, file):
    stale = file.version
    post(agent, file, world.cdc, note="Un local", cash="on", cash_amount="10")
    answer = agent.post(
        where(file, world.cdc), {"version": stale, "role": "partner", "note": "Un camion", "do": "save"}
    )
    page = answer.content.decode()
    assert (answer.status_code, "Un local" in page, "Un camion" in page, "10\xa0$" in page) == (
        409,
        True,
        True,
        True,
    )
    assert file.partnerships.get(organization=world.cdc).note == "Un local"


def test_partner_is_removed_once_and_its_lines_stay(world, agent, file):
    post(agent, file, world.cdc, cash="on", cash_amount="10")
    address = where(file, world.cdc)
    file.refresh_from_db()
    answers = [agent.post(address, {"do": "remove", "version": file.version}).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert list(file.partnerships.values_list("organization", flat=True)) == [world.moisson.pk]
    assert len(sources(file)) == 2
    assert agent.get(address).status_code == 404


def test_several_lines_of_one_nature_are_changed_in_the_budget(world, agent, file):
    line = actions.BudgetRow("CDC", Decimal(10), BudgetOrigin.PARTNER, world.cdc)
    file = actions.update(
        initiative=file, by=world.agent_mitis, values={}, details=actions.Details(sources=[line, line])
    )
    page = agent.get(where(file, world.cdc)).content.decode()
    assert ("Elles se modifient dans le budget" in page, 'name="cash_amount"' in page) == (True, False)
    post(agent, file, world.cdc, note="Deux dons", cash_amount="99")
    assert [amount for _, _, amount, _ in sources(file)] == [10, 10]


def test_partner_of_another_file_or_mrc_is_404(world, client_for, agent, file):
    other = world.initiative()
    row = other.partnerships.get().pk
    assert agent.get(f"/espace/initiatives/{file.pk}/partenaires/{row}/").status_code == 404
    stranger = client_for(world.agent_temis)
    address = where(file, world.cdc)
    assert [stranger.get(address).status_code, stranger.post(address, {"do": "remove"}).status_code] == [
        404,
        404,
    ]
    assert client_for(world.committee_mitis).get(address).status_code == 403


def test_closed_file_is_409(world, agent):
    file = world.initiative("submitted")
    assert agent.get(where(file, world.moisson)).status_code == 409
    assert post(agent, file, world.moisson, role="lead").status_code == 409


def test_role_that_money_forbids_is_not_offered(world, agent, file):
    world.cdc.has_legal_personality = False
    world.cdc.save()
    offered = agent.get(where(file, world.cdc)).content.decode()
    assert f'value="{PartnerRole.FIDUCIARY}"' not in offered
    assert post(agent, file, world.cdc, role="fiduciary").status_code == 422
