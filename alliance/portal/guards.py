"""Which tables the database itself guards. Installed after every `migrate`: SQLite rebuilds a table to alter it and
would silently drop its triggers, so they are declared here, once, and put back each time."""

from collections.abc import Iterator

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, UniqueConstraint

from alliance.lib import triggers
from alliance.portal.models import BilanVersion, DataVersion, EquivalentWords, Zoom, ZoomItem, ZoomSection
from funding import guards as money
from funding import models as funding
from initiatives import models as initiatives
from territories import models as territories

APPEND_ONLY = (
    funding.EnvelopeMovement,
    funding.AllocationMovement,
    funding.Commitment,
    funding.CommitmentMovement,
    funding.Disbursement,
    funding.DisbursementMovement,
    funding.YearClosing,
    initiatives.TransitionLog,
    initiatives.Snapshot,
    initiatives.Exchange,
    initiatives.InternalNote,
    BilanVersion,
)
REFUSAL = "Cette ligne ne se modifie pas et ne s’efface pas : inscrivez un nouveau mouvement."

# Other tables whose rows keep a rule when they change or go: no REPLACE, no TRUNCATE may pass beside it.
SEALED = (
    *APPEND_ONLY,
    funding.FundingSource,
    funding.Envelope,
    funding.Allocation,
    funding.Contribution,
    initiatives.FiscalYear,
)
SEALED_REFUSAL = "Une ligne qui existe ne se remplace pas, et sa table ne se vide pas."

_PUBLISHED = "ROW.publication = 'published'"
_INITIATIVE = initiatives.Initiative._meta.db_table
_WITHOUT_MARK = (initiatives.Exchange, initiatives.InternalNote)  # demonstration as their file is
_OF_DEMO = f"(SELECT of_row.is_demo FROM {_INITIATIVE} of_row WHERE of_row.id = OLD.initiative_id)"  # noqa: S608
_OF_PUBLISHED = f"""EXISTS (SELECT 1 FROM {_INITIATIVE} of_row
    WHERE of_row.id = ROW.initiative_id AND of_row.publication = 'published')"""  # noqa: S608 - our own tables

_OF_ZOOM = f"""EXISTS (SELECT 1 FROM {Zoom._meta.db_table} of_row
    WHERE of_row.id = ROW.zoom_id AND of_row.publication = 'published')"""  # noqa: S608 - our own tables

# Tables that public pages read, with the rows of which a write matters to them (all of them when nothing is said).
PUBLIC = {
    territories.Territory: "",
    territories.Municipality: "",
    territories.Organization: "",
    territories.OrganizationPastSlug: "",
    territories.OrganizationAlias: "",
    territories.Organization.territories_served.through: "",
    initiatives.Period: "",
    initiatives.ActionPlan: "",
    initiatives.PlanNode: "",
    initiatives.FiscalYear: "",
    initiatives.Theme: "",
    initiatives.Theme.periods.through: "",
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
    initiatives.Report: _OF_PUBLISHED,
    initiatives.EasyText: _OF_PUBLISHED,
    BilanVersion: "",
    EquivalentWords: "",
    Zoom: _PUBLISHED,
    Zoom.figures.through: _OF_ZOOM,
    ZoomSection: _OF_ZOOM,
    ZoomItem: _OF_ZOOM,
    funding.FundingSource: "",
    funding.Envelope: "",
    funding.EnvelopeMovement: "",
    funding.Allocation: "",
    funding.AllocationMovement: "",
    funding.Commitment: _OF_PUBLISHED,
    funding.CommitmentMovement: "",  # the bilan tells what every line has promised and paid
    funding.DisbursementMovement: "",
    funding.Contribution: _OF_PUBLISHED,
    funding.PublishedFigure: "",
    funding.YearClosing: "",
}


def install(using: str = "default") -> int:
    """Create or replace every guard on the database `using`; return how many tables are guarded."""
    connection = connections[using]
    counter = DataVersion._meta.db_table
    statements = list(triggers.bump_function(counter, vendor=connection.vendor))
    for model in APPEND_ONLY:
        demo = {"is_demo": _OF_DEMO} if model in _WITHOUT_MARK else {}
        statements += triggers.append_only(
            model._meta.db_table, vendor=connection.vendor, refusal=REFUSAL, **demo
        )
    for model in SEALED:
        statements += triggers.seal(
            model._meta.db_table,
            unique_keys(model, connection),
            vendor=connection.vendor,
            refusal=SEALED_REFUSAL,
        )
    for guard in money.GUARDS:
        statements += triggers.keep(guard, vendor=connection.vendor)
    for model, public in PUBLIC.items():
        statements += triggers.bump(model._meta.db_table, counter, vendor=connection.vendor, public=public)
    _run(connection, statements)
    DataVersion.objects.using(using).get_or_create(pk=1)
    tables = {model._meta.db_table for model in (*SEALED, *PUBLIC)}
    return len(tables | {guard.table for guard in money.GUARDS})


def unique_keys(model: type[Model], connection: BaseDatabaseWrapper) -> Iterator[triggers.Key]:
    """Yield what no two rows of the model share: each unique column, then its constraints."""
    columns = {field.name: field.column for field in model._meta.local_concrete_fields}
    yield from (triggers.Key((field.column,)) for field in model._meta.local_concrete_fields if field.unique)
    editor = connection.schema_editor()
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            condition = constraint._get_condition_sql(model, editor) or ""
            yield triggers.Key(tuple(columns[name] for name in constraint.fields), condition)


def lift_append_only(using: str = "default") -> None:
    """Remove the guards that keep a row from being erased; only tests do, to empty tables, before `install`."""
    connection = connections[using]
    statements: list[str] = []
    for model in APPEND_ONLY:
        statements += triggers.drop_append_only(model._meta.db_table, vendor=connection.vendor)
    for model in SEALED:
        statements += triggers.unseal(model._meta.db_table, vendor=connection.vendor)
    for guard in money.GUARDS:
        if guard.event == "DELETE":
            statements += triggers.drop_keep(guard, vendor=connection.vendor)
    _run(connection, [*triggers.settle(vendor=connection.vendor), *statements])


def lift_money(using: str = "default") -> None:
    """Remove the rules of money: a synthetic volume does, then checks it whole; so do tests that break the books."""
    connection = connections[using]
    statements = list(triggers.settle(vendor=connection.vendor))
    for guard in money.GUARDS:
        statements += triggers.drop_keep(guard, vendor=connection.vendor)
    _run(connection, statements)


def install_money(using: str = "default") -> None:
    """Put back what `lift_money` removed."""
    connection = connections[using]
    statements = list(triggers.settle(vendor=connection.vendor))
    for guard in money.GUARDS:
        statements += triggers.keep(guard, vendor=connection.vendor)
    _run(connection, statements)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
