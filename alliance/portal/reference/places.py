"""The eight MRCs and their municipalities, with the periods in which each existed (domain.md §5)."""

from decimal import Decimal

from alliance.accounts.models import User
from alliance.lib.records import save_as
from alliance.portal.reference.files import Row, day, number, rows
from territories.models import Municipality, Territory


def load_territories(by: User) -> int:
    known = set(Territory.objects.values_list("code", flat=True))
    missing = [row for row in rows("territories") if row["code"] not in known]
    for row in missing:
        figures = {name: number(row[name]) for name in ("order", "population", "population_year")}
        save_as(Territory(**{**row, **figures}), by)
    return len(missing)


def load_municipalities(by: User) -> int:
    """Add the missing municipalities; a merged one comes after the one that received it."""
    known = dict(Municipality.objects.values_list("code", "pk"))
    territories = dict(Territory.objects.values_list("code", "pk"))
    missing = [row for row in rows("municipalities") if row["code"] not in known]
    for row in sorted(missing, key=lambda row: bool(row["merged_into"])):
        municipality = _municipality(row, territories[row["territory"]], known.get(row["merged_into"]))
        save_as(municipality, by, exclude=("sort_key",))
        known[row["code"]] = municipality.pk
    return len(missing)


def _municipality(row: Row, territory: int, merged_into: int | None) -> Municipality:
    texts = ("code", "name", "designation", "kind", "slug", "website", "note")
    return Municipality(
        **{name: row[name] for name in texts},
        territory_id=territory,
        merged_into_id=merged_into,
        population=number(row["population"]),
        population_year=number(row["population_year"]),
        latitude=_degrees(row["latitude"]),
        longitude=_degrees(row["longitude"]),
        valid_to=day(row["valid_to"]),
    )


def _degrees(text: str) -> Decimal | None:
    return Decimal(text) if text else None
