"""The invented money: one envelope, nine lines a year. The real amount of 2024-2029 is not known to the portal."""

import random
from datetime import date
from decimal import Decimal

from alliance.accounts.models import User
from alliance.lib.records import save_as
from funding.actions import (
    amend,
    award,
    carry_over,
    move_allocation,
    move_envelope,
    record_contribution,
    transfer,
)
from funding.choices import ContributionKind, Line
from funding.models import Allocation, Commitment, Contribution, Envelope, FundingSource
from initiatives.models import FiscalYear, Initiative, Period
from territories.models import Organization, Territory

ENVELOPE = "FQIS – Alliances, 2024-2029 (montants inventés)"
YEARS = ("2024-2025", "2025-2026", "2026-2027")
_AMOUNT = Decimal(7_000_000)
_REGIONAL = Decimal(90_000)
_WHY = "Montant inventé pour la démonstration"

Lines = dict[tuple[str, str], Allocation]  # fiscal year, MRC slug (empty for the regional line)


def open_lines(by: User, chance: random.Random) -> Lines:
    """Create the envelope and its twenty-seven lines, with their money."""
    period = Period.objects.get(slug="2024-2029")
    envelope = Envelope(
        name=ENVELOPE,
        source=FundingSource.objects.get(code="fqis-alliances"),
        period=period,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        is_demo=True,
    )
    save_as(envelope, by)
    move_envelope(envelope=envelope, by=by, amount=_AMOUNT, reason=_WHY, on=period.starts_on)
    lines: Lines = {}
    for year in FiscalYear.objects.filter(label__in=YEARS).order_by("starts_on"):
        for territory in [*Territory.objects.all(), None]:
            amount = Decimal(chance.randrange(170, 240)) * 1000 if territory else _REGIONAL
            line = Allocation(
                envelope=envelope,
                fiscal_year=year,
                line=Line.TERRITORY if territory else Line.REGIONAL,
                territory=territory,
                is_demo=True,
            )
            save_as(line, by)
            move_allocation(allocation=line, by=by, amount=amount, reason=_WHY, on=year.starts_on)
            lines[year.label, territory.slug if territory else ""] = line
    return lines


def move_between(lines: Lines, by: User) -> None:
    """Transfer dollars between two lines of a year, and carry a balance to the next year, by invented resolutions."""
    transfer(
        source=lines["2025-2026", "la-matanie"],
        target=lines["2025-2026", ""],
        by=by,
        amount=Decimal(12_000),
        reason="Transfert inventé pour la démonstration",
        resolution="DÉMO-2025-031",
        on=date(2025, 10, 21),
    )
    carry_over(
        source=lines["2024-2025", "la-mitis"],
        target=lines["2025-2026", "la-mitis"],
        by=by,
        amount=Decimal(18_500),
        reason="Report inventé pour la démonstration",
        resolution="DÉMO-2025-008",
        on=date(2025, 4, 29),
    )


def promise(initiative: Initiative, line: Allocation, by: User, chance: random.Random) -> Commitment:
    """Award dollars, and now and then add to them later; return the promise."""
    amount = Decimal(chance.randrange(24, 120)) * 250
    details = {"initiative": initiative, "allocation": line, "by": by}
    awarded = award(
        **details, amount=amount, reason="Décision de la Table régionale", on=line.fiscal_year.starts_on
    )
    if chance.random() < 0.1:
        amend(**details, amount=Decimal(1_500), reason="Ajout pour les frais de transport")
    return awarded.commitment


def contribute(
    initiative: Initiative,
    organizations: list[Organization],
    year: FiscalYear,
    by: User,
    chance: random.Random,
) -> None:
    """Write what some of the partners bring: some confirmed, some of unknown amount."""
    for organization in organizations[: chance.choice((0, 1, 1, 2, 3))]:
        known = chance.random() < 0.8
        contribution = Contribution(
            initiative=initiative,
            organization=organization,
            fiscal_year=year,
            kind=chance.choice(ContributionKind.values),
            amount=Decimal(chance.randrange(2, 60)) * 250 if known else None,
            is_confirmed=chance.random() < 0.6,
            is_demo=True,
        )
        if contribution.kind == ContributionKind.HOURS:
            contribution.hours = _hours(contribution.amount, initiative.expected_reach or 0)
        record_contribution(contribution=contribution, by=by)


def _hours(amount: Decimal | None, reach: int) -> int | None:
    """Return the hours of an amount at 25 dollars each; one team in four did not count them."""
    if reach % 4 == 0:
        return None
    return 40 + reach % 90 if amount is None else int(amount / 25)


def add_public(initiative: Initiative, year: FiscalYear, by: User) -> None:
    """Write public money that comes besides: it counts in the cumulation of aids."""
    contribution = Contribution(
        initiative=initiative,
        fiscal_year=year,
        kind=ContributionKind.CASH,
        amount=Decimal(4_500),
        is_public=True,
        is_confirmed=True,
        note="Aide municipale inventée pour la démonstration",
        is_demo=True,
    )
    record_contribution(contribution=contribution, by=by)
