"""Funding sources, the envelope of 2019-2023, the nine lines of 2021-2022 and the figures once announced."""

from decimal import Decimal

from alliance.accounts.models import User
from alliance.lib.records import save_as
from alliance.portal.reference.files import Row, day, number, rows, token
from funding.actions import move_allocation, move_envelope
from funding.models import (
    Allocation,
    AllocationMovement,
    Envelope,
    EnvelopeMovement,
    FundingSource,
    PublishedFigure,
)
from initiatives.models import FiscalYear, Period
from territories.models import Territory

_COMPARED = ("measure", "why_not")  # how an announced figure is recomputed, or why it is not


def load_sources(by: User) -> int:
    known = set(FundingSource.objects.values_list("code", flat=True))
    missing = [row for row in rows("funding_sources") if row["code"] not in known]
    for row in missing:
        save_as(
            FundingSource(**row | {"order": number(row["order"]), "is_fqis": row["is_fqis"] == "oui"}), by
        )
    return len(missing)


def load_envelopes(by: User) -> int:
    """Add the missing envelopes. The movement's key tells that one was loaded, under whatever name since."""
    known = _known(EnvelopeMovement)
    missing = [row for row in rows("envelopes") if _envelope_key(row["name"]) not in known]
    for row in missing:
        envelope = Envelope(
            name=row["name"],
            source=FundingSource.objects.get(code=row["source"]),
            period=Period.objects.get(slug=row["period"]),
            starts_on=day(row["starts_on"]),
            ends_on=day(row["ends_on"]),
            note=row["note"],
        )
        save_as(envelope, by)
        move_envelope(
            envelope=envelope,
            by=by,
            amount=Decimal(row["amount"]),
            on=day(row["on"]),
            reason=row["reason"],
            token=_envelope_key(row["name"]),
        )
    return len(missing)


def load_allocations(by: User) -> int:
    """Add the missing lines of the real envelope, each by one movement whose reason names its source."""
    known = _known(AllocationMovement)
    missing = [row for row in rows("allocations") if _line_key(row) not in known]
    if not missing:
        return 0
    key = _envelope_key(rows("envelopes")[0]["name"])
    envelope = EnvelopeMovement.objects.select_related("envelope").get(entry_token=key).envelope
    for row in missing:
        line = _line(row, envelope, by)
        move_allocation(
            allocation=line,
            by=by,
            amount=Decimal(row["amount"]),
            on=day(row["on"]),
            reason=row["reason"],
            token=_line_key(row),
        )
    return len(missing)


def load_figures(by: User) -> int:
    """Add the missing announced figures; return how many were added or told how they are compared."""
    completed = _complete_figures(by)
    known = set(PublishedFigure.objects.values_list("code", flat=True))
    missing = [row for row in rows("figures") if row["code"] not in known]
    for row in missing:
        texts = ("code", "label", "unit", "precision", "wording", "source", "covers", "note", *_COMPARED)
        figure = PublishedFigure(
            **{name: row[name] for name in texts},
            value=Decimal(row["value"]),
            announced_on=day(row["announced_on"]),
            fiscal_year=FiscalYear.objects.filter(label=row["fiscal_year"]).first(),
            territory=Territory.objects.filter(code=row["territory"]).first(),
        )
        save_as(figure, by)
    return len(missing) + completed


def _complete_figures(by: User) -> int:
    """Say how the figures loaded before are compared, when nobody ever said it: what staff wrote or erased stands."""
    told = {row["code"]: row for row in rows("figures")}
    silent = dict.fromkeys(_COMPARED, "")
    ever = PublishedFigure.history.exclude(**silent).values("id")
    untold = PublishedFigure.objects.filter(code__in=told, **silent).exclude(pk__in=ever)
    for figure in untold:
        for name in _COMPARED:
            setattr(figure, name, told[figure.code][name])
        save_as(figure, by)
    return len(untold)


def _line(row: Row, envelope: Envelope, by: User) -> Allocation:
    """Return the line of a row; it may already stand, empty."""
    keys = {
        "envelope": envelope,
        "fiscal_year": FiscalYear.objects.get(label=row["fiscal_year"]),
        "line": row["line"],
        "territory": Territory.objects.filter(code=row["territory"]).first(),
    }
    line = Allocation.objects.filter(**keys).first()
    if line is None:
        line = Allocation(**keys)
        save_as(line, by)
    return line


def _envelope_key(name: str):
    return token("envelope", name)


def _line_key(row: Row):
    return token("allocation", row["fiscal_year"], row["line"], row["territory"])


def _known(model) -> set:
    return set(model.objects.filter(entry_token__isnull=False).values_list("entry_token", flat=True))
