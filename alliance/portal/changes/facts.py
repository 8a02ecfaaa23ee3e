"""A published initiative as it counts in figures: nothing else of it can change a total.

What it holds is what the matrix reads: money stands on the line that pays it, under the primary theme.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from alliance.portal.directory import Directory
from alliance.portal.payments import Payment
from alliance.portal.rows import Row
from funding import ledger


class Paid(NamedTuple):
    """What one line promised, in dollars, releases taken off: zero when all of it was taken back.

    `line` is a `funding.choices.Line`, `territory` the slug of its MRC (blank for another line), `year` « 2021-2022 ».
    """

    line: str
    territory: str
    year: str
    source: str
    is_fqis: bool
    dollars: Decimal


@dataclass(frozen=True, slots=True)
class Fact:
    """One published initiative as it counts. `partners`: known dollars of its partners, None when none is known.

    `theme` is the primary one, first of `themes`; `continuity` an `initiatives.choices.Continuity`.
    """

    number: str
    slug: str
    title: str
    theme: str
    themes: tuple[str, ...]
    territories: tuple[str, ...]
    regional: bool
    continuity: str
    years: tuple[str, ...]
    payments: tuple[Paid, ...]
    partners: Decimal | None


Facts = dict[str, Fact]


def facts_of(directory: Directory) -> Facts:
    """Return the facts of every published initiative of the live directory, by number; no query."""
    return {row.number: _fact(row) for row in directory.rows}


def _fact(row: Row) -> Fact:
    known = [brought.amount for brought in row.contributions if brought.amount is not None]
    return Fact(
        number=row.number,
        slug=row.slug,
        title=row.title,
        theme=row.theme.slug,
        themes=first_then_others(row.theme.slug, (theme.slug for theme in row.themes)),
        territories=tuple(sorted(territory.slug for territory in row.territories)),
        regional=row.is_regional,
        continuity=row.continuity,
        years=tuple(sorted(year.slug for year in row.years)),
        payments=tuple(sorted(map(_paid, row.payments))),
        partners=ledger.total(known) if known else None,
    )


def _paid(payment: Payment) -> Paid:
    payer = payment.payer
    source = payer.source
    return Paid(payer.line, payer.territory, payer.year, source.slug, source.is_fqis, payment.amount)


def first_then_others(first: str, slugs: Iterable[str]) -> tuple[str, ...]:
    """Return the primary theme, then the others by slug, each once."""
    return (first, *sorted(set(slugs) - {first}))


def to_json(facts: Mapping[str, Fact]) -> list[dict[str, Any]]:
    """Return the facts as plain values in the order of the numbers; dollars are texts, so that none is rounded."""
    return [_plain(facts[number]) for number in sorted(facts)]


def _plain(fact: Fact) -> dict[str, Any]:
    return {
        "number": fact.number,
        "slug": fact.slug,
        "title": fact.title,
        "theme": fact.theme,
        "themes": list(fact.themes),
        "territories": list(fact.territories),
        "regional": fact.regional,
        "continuity": fact.continuity,
        "years": list(fact.years),
        "payments": [[*paid[:-1], f"{paid.dollars:.2f}"] for paid in fact.payments],
        "partners": None if fact.partners is None else f"{fact.partners:.2f}",
    }


def from_json(kept: Iterable[Mapping[str, Any]]) -> Facts:
    """Return the facts that `to_json` was given. Raises KeyError, TypeError or ArithmeticError for anything else."""
    return {one["number"]: _read(one) for one in kept}


def _read(one: Mapping[str, Any]) -> Fact:
    partners = one["partners"]
    return Fact(
        number=one["number"],
        slug=one["slug"],
        title=one["title"],
        theme=one["theme"],
        themes=tuple(one["themes"]),
        territories=tuple(one["territories"]),
        regional=one["regional"],
        continuity=one["continuity"],
        years=tuple(one["years"]),
        payments=tuple(Paid(*values, Decimal(dollars)) for *values, dollars in one["payments"]),
        partners=None if partners is None else Decimal(partners),
    )
