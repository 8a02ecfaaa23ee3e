"""Which tables the database itself guards. Installed after every `migrate`: SQLite rebuilds a table to alter it and
would silently drop its triggers, so they are declared here, once, and put back each time."""

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from alliance.lib import triggers
from alliance.portal.models import DataVersion
from funding import models as funding
from initiatives import models as initiatives
from territories import models as territories

APPEND_ONLY = (
    funding.EnvelopeMovement,
    funding.AllocationMovement,
    funding.CommitmentMovement,
    initiatives.TransitionLog,
    initiatives.Snapshot,
)
REFUSAL = "Cette ligne ne se modifie pas et ne s’efface pas : inscrivez un nouveau mouvement."

_PUBLISHED = "ROW.publication = 'published'"
_INITIATIVE, _COMMITMENT = initiatives.Initiative._meta.db_table, funding.Commitment._meta.db_table
_OF_PUBLISHED = f"""EXISTS (SELECT 1 FROM {_INITIATIVE} of_row
    WHERE of_row.id = ROW.initiative_id AND of_row.publication = 'published')"""  # noqa: S608 - our own tables
_PAYS_PUBLISHED = f"""EXISTS (SELECT 1 FROM {_COMMITMENT} promised JOIN {_INITIATIVE} of_row
    ON of_row.id = promised.initiative_id
    WHERE promised.id = ROW.commitment_id AND of_row.publication = 'published')"""  # noqa: S608 - our own tables

# Tables that public pages read, with the rows of which a write matters to them (all of them when nothing is said).
PUBLIC = {
    territories.Territory: "",
    territories.Municipality: "",
    territories.Organization: "",
    territories.OrganizationPastSlug: "",
    territories.Organization.territories_served.through: "",
    initiatives.Period: "",
    initiatives.PlanNode: "",
    initiatives.FiscalYear: "",
    initiatives.Theme: "",
    initiatives.ThemePastSlug: "",
    initiatives.TargetGroup: "",
    initiatives.Initiative: _PUBLISHED,
    initiatives.InitiativePastSlug: _OF_PUBLISHED,
    initiatives.Initiative.themes.through: _OF_PUBLISHED,
    initiatives.Initiative.territories.through: _OF_PUBLISHED,
    initiatives.Initiative.municipalities.through: _OF_PUBLISHED,
    initiatives.Initiative.fiscal_years.through: _OF_PUBLISHED,
    initiatives.Initiative.target_groups.through: _OF_PUBLISHED,
    initiatives.Partnership: _OF_PUBLISHED,
    initiatives.TransitionLog: _OF_PUBLISHED,
    funding.FundingSource: "",
    funding.Envelope: "",
    funding.EnvelopeMovement: "",
    funding.Allocation: "",
    funding.AllocationMovement: "",
    funding.Commitment: _OF_PUBLISHED,
    funding.CommitmentMovement: _PAYS_PUBLISHED,
    funding.Contribution: _OF_PUBLISHED,
    funding.PublishedFigure: "",
}


def install(using: str = "default") -> int:
    """Create or replace every guard on the database `using`; return how many tables are guarded."""
    connection = connections[using]
    counter = DataVersion._meta.db_table
    statements = list(triggers.bump_function(counter, vendor=connection.vendor))
    for model in APPEND_ONLY:
        statements += triggers.append_only(model._meta.db_table, vendor=connection.vendor, refusal=REFUSAL)
    for model, public in PUBLIC.items():
        statements += triggers.bump(model._meta.db_table, counter, vendor=connection.vendor, public=public)
    _run(connection, statements)
    DataVersion.objects.using(using).get_or_create(pk=1)
    return len(set(APPEND_ONLY) | set(PUBLIC))


def lift_append_only(using: str = "default") -> None:
    """Remove the append-only guards; only tests do, to empty tables, and put them back with `install`."""
    connection = connections[using]
    statements: list[str] = []
    for model in APPEND_ONLY:
        statements += triggers.drop_append_only(model._meta.db_table, vendor=connection.vendor)
    _run(connection, statements)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
