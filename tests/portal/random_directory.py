"""A directory drawn at random, in memory, as the database would give it: MRCs, themes, years, lines, partners' money."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from alliance.portal import labels as names
from alliance.portal.directory import Directory, _assemble
from alliance.portal.labels import Label, Labels
from alliance.portal.payments import Brought, Payer, Payment
from alliance.portal.rows import Row
from funding.choices import ContributionKind, Line
from initiatives.choices import Continuity, PartnerRole, PublicState, Scope

PLACES = ("kamouraska", "riviere-du-loup", "temiscouata", "les-basques")
PLACES += ("rimouski-neigette", "la-mitis", "la-matanie", "la-matapedia")
THEMES = ("emploi-formation", "alimentation", "logement", "sante", "transport", "prejuges")
YEARS = ("2020-2021", "2021-2022", "2022-2023")
FQIS = Label(names.SOURCE, 1, "fqis-alliances", "FQIS", two="fqis")
OTHER = Label(names.SOURCE, 2, "entente", "Entente", order=1)


def _kind(kind, slugs):
    return [Label(kind, pk, slug, slug.title(), order=pk) for pk, slug in enumerate(slugs, 1)]


def labels():
    every = [
        *_kind(names.TERRITORY, PLACES),
        *_kind(names.THEME, THEMES),
        *_kind(names.YEAR, YEARS),
        *_kind(names.ORGANIZATION, ("moisson", "cdc", "omh")),
        FQIS,
        OTHER,
    ]
    by_id, by_slug = {}, {}
    for label in every:
        by_id.setdefault(label.kind, {})[label.pk] = label
        by_slug.setdefault(label.kind, {})[label.slug] = label
    return Labels(by_id, by_slug)


def row(labels, number, **changes):
    """Return one local initiative of La Mitis about food in 2021-2022, without money, with `changes`."""
    theme = labels.by_slug[names.THEME]["alimentation"]
    base = Row(
        pk=number,
        number=f"BSL-2021-{number:03}",
        slug=f"initiative-{number}",
        title=f"Initiative {number:03}",
        summary="",
        scope=Scope.LOCAL,
        state=PublicState.ONGOING,
        starts_on=None,
        ends_on=None,
        published_at=datetime(2021, 6, 1, tzinfo=UTC),
        is_demo=False,
        amount=None,
        theme=theme,
        themes=(theme,),
        territories=(labels.by_slug[names.TERRITORY]["la-mitis"],),
        municipalities=(),
        years=(labels.by_slug[names.YEAR]["2021-2022"],),
        partners=((PartnerRole.LEAD, labels.by_slug[names.ORGANIZATION]["moisson"]),),
        payments=(),
    )
    return replace(base, **changes)


def paid(*payments):
    """Return the changes that make these payments: (place, year, dollars[, source])."""
    made = []
    for place, year, dollars, *source in payments:
        line = place if place in Line.values else Line.TERRITORY
        payer = Payer(line, "" if place in Line.values else place, year, source[0] if source else FQIS)
        made.append(Payment(payer, Decimal(dollars)))
    return {
        "payments": tuple(made),
        "amount": sum((one.amount for one in made), Decimal(0)) if made else None,
    }


def assemble(labels, rows) -> Directory:
    return _assemble(0, labels, rows, ["" for _ in rows])


def draw(seed, size=30) -> Directory:
    """Return a directory of `size` initiatives drawn with `seed`."""
    dice, known = random.Random(seed), labels()  # noqa: S311 - a universe, not a secret
    payers = [
        Payer(line, place, year, source)
        for line, place in [*((Line.TERRITORY, place) for place in PLACES), (Line.REGIONAL, "")]
        for year in YEARS
        for source in (FQIS, OTHER)
    ]
    return assemble(known, [_drawn(dice, known, payers, number) for number in range(1, size + 1)])


def _drawn(dice, known, payers, number):
    def some(kind, least, most):
        every = list(known.by_id[kind].values())
        return tuple(sorted(dice.sample(every, dice.randint(least, most)), key=lambda label: label.order))

    scope = dice.choice(list(Scope))
    places = {Scope.LOCAL: (1, 1), Scope.SUPRALOCAL: (2, 4), Scope.REGIONAL: (0, 0)}[scope]
    if scope == Scope.LOCAL and dice.random() < 0.1:
        places = (0, 0)  # a text that does not say where
    themes = some(names.THEME, 1, 3)
    theme = dice.choice(themes)
    mine = some(names.TERRITORY, *places)
    usable = [one for one in payers if one.is_regional or one.territory in {place.slug for place in mine}]
    paying = dice.sample(usable, dice.randint(0, min(3, len(usable))))
    payments = tuple(Payment(payer, Decimal(dice.randint(0, 900_000)) / 100) for payer in paying)
    return row(
        known,
        number,
        scope=scope,
        theme=theme,
        themes=(theme, *(other for other in themes if other is not theme)),
        territories=mine,
        years=some(names.YEAR, 0, 2),
        partners=tuple((PartnerRole.PARTNER, who) for who in some(names.ORGANIZATION, 0, 2)),
        payments=payments,
        amount=sum((one.amount for one in payments), Decimal(0)) if payments else None,
        continuity=dice.choice(Continuity.values),
        reach=dice.choice((None, 0, 12, 340)),
        contributions=tuple(_brought(dice) for _ in range(dice.randint(0, 3))),
    )


def _brought(dice):
    return Brought(
        dice.choice(ContributionKind.values),
        None if dice.random() < 0.2 else Decimal(dice.randint(0, 500_000)) / 100,
        dice.random() < 0.5,
        dice.choice(("", *YEARS)),
    )
