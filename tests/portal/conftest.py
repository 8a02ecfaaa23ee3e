import pytest

from initiatives.choices import PartnerRole, Scope, State
from tests.espace.conftest import at_once  # noqa: F401  # a fixture
from tests.kept_world import KeptRows
from tests.portal import bilan_year


@pytest.fixture
def get(client_for):
    """Return a function that asks for an address as the public does."""
    client = client_for()
    return lambda path, **headers: client.get(path, headers=headers)


@pytest.fixture(scope="session")
def _kept_trio(_kept_world, django_db_blocker):
    with django_db_blocker.unblock():
        return KeptRows(_trio, above=_kept_world)


@pytest.fixture
def trio(_kept_trio, world):
    """Three published initiatives: food in La Mitis, housing in Témiscouata and Les Basques, transport everywhere."""
    return _kept_trio.give()


@pytest.fixture(scope="session")
def _kept_year(_kept_world, django_db_blocker):
    with django_db_blocker.unblock():
        return KeptRows(bilan_year.fill, above=_kept_world)


@pytest.fixture
def filled(_kept_year, world):
    """The world with the initiatives of a year that `bilan_year.fill` tells, as `world.rows`."""
    world.rows = _kept_year.give()
    world.year = world.years[bilan_year.LABEL]
    return world


def _trio(world):
    food = world.published(State.IN_PROGRESS, title="Frigo libre-service de Mont-Joli", award="12500.50")
    housing = world.published(
        title="Logements d’étudiants",
        scope=Scope.SUPRALOCAL,
        territories=[world.territories["temiscouata"], world.territories["les-basques"]],
        municipalities=[world.municipalities["13073"]],
        themes=[world.themes["logement"], world.themes["alimentation"]],
        primary_theme=world.themes["logement"],
        by=world.agent_temis,
        partners=[(world.cdc, PartnerRole.LEAD, ""), (world.moisson, PartnerRole.PARTNER, "Prête un local")],
    )
    return food, housing, _regional(world)


def _regional(world):
    return world.published(
        title="Œuvre du transport collectif",
        scope=Scope.REGIONAL,
        territories=[],
        municipalities=[],
        themes=[world.themes["transport"]],
        primary_theme=world.themes["transport"],
        partners=[(world.cdc, PartnerRole.LEAD, "")],
    )
