"""A synthetic volume of published initiatives, to measure the portal at ten or a hundred times its size.

The one place that writes initiatives and money without the actions, in bulk: ten thousand initiatives through the
actions take half an hour. What the actions guarantee is kept: numbers come from the sequence, lines cover their
commitments, the search column is filled by the same function. Everything is marked `is_demo`.

The database's rules of money sum a line at each row, which a synthetic line of thousands of promises makes quadratic:
they are lifted inside the transaction, put back before it ends, and the books are then checked whole, once (`audit`).

Some words have a fixed share, so that a search means the same proportion at every size: maraîcher 10 %, couture 3 %,
tricot 1 %, boussole 0.1 %, trousse 0.01 %. None is a word of a theme, which would add that theme's initiatives.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import accumulate

from django.db import connection, transaction
from django.utils import timezone

from alliance.accounts.models import User
from alliance.lib.dates import fiscal_bounds
from alliance.lib.text import search_text, slug_fr, sort_key
from alliance.lib.workflow import Refusal
from alliance.portal import guards, reference
from alliance.portal.demo import volume_payments
from alliance.portal.reference.author import author
from funding import audit
from funding.choices import AllocationMove, CommitmentMove, ContributionKind, EnvelopeMove, Line
from funding.models import (
    Allocation,
    AllocationMovement,
    Commitment,
    CommitmentMovement,
    Contribution,
    Envelope,
    EnvelopeMovement,
    FundingSource,
)
from initiatives.choices import PartnerRole, Publication, Scope, State
from initiatives.indexing import fill_index
from initiatives.models import FiscalYear, Initiative, Partnership, Period, Theme
from initiatives.naming import format_number, reserve_numbers
from territories.choices import OrganizationKind
from territories.models import Municipality, Organization, Territory

MARKED = (
    ("maraîcher", 0.10),
    ("couture", 0.03),
    ("tricot", 0.01),
    ("boussole", 0.001),
    ("trousse", 0.0001),
)
_SYLLABLES = (
    "ba ce di fo gu hé ju ki lo mé no pi qua ré sou té vi xa zé cha fre gni plu tra dre clé bou lan mir pon"
)
_TITLE, _SUMMARY = 6, 40  # words
_BATCH = 2_000
_WHY = "Volume d’essai"
_YEARS = range(2019, 2027)


class Volume:
    """Draws the rows of one volume; the same seed over the same reference data draws the same rows."""

    def __init__(self, count: int, seed: int, by: User):
        self.count, self.by = count, by
        self.chance = random.Random(seed)  # noqa: S311  # not a secret: a draw of test data
        self.words = _vocabulary()
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.words))))
        self.territories = list(Territory.objects.all())
        self.themes = list(Theme.objects.all())
        self.years = list(FiscalYear.objects.filter(starts_on__year__in=_YEARS).order_by("starts_on"))
        self.places: dict[int, list[Municipality]] = {}
        for place in Municipality.objects.filter(valid_to=None):
            self.places.setdefault(place.territory_id, []).append(place)

    def write(self) -> int:
        self.organizations = self._organizations()
        years = self.chance.choices(self.years, k=self.count)
        ranks = {
            year.pk: reserve_numbers(year.starts_on.year, count) for year, count in Counter(years).items()
        }
        self.lines = self._lines()
        self.spent: Counter[int] = Counter()
        for start in range(0, self.count, _BATCH):
            self._write_batch(years[start : start + _BATCH], ranks)
        self._cover()
        return self.count

    def _organizations(self) -> list[Organization]:
        rows = []
        stamp = timezone.now().strftime("%Y%m%d%H%M%S%f")
        for rank in range(max(200, self.count // 5)):
            name = f"Organisme {self._phrase(2)} {rank}"
            territory = self.chance.choice(self.territories)
            rows.append(
                Organization(
                    name=name,
                    slug=f"{slug_fr(name, max_length=50)}-{stamp}",
                    kind=OrganizationKind.COMMUNITY,
                    seat_territory=territory,
                    is_demo=True,
                    sort_key=sort_key(name)[:200],
                    search_text=search_text(name),
                )
            )
        return Organization.objects.bulk_create(rows, batch_size=_BATCH)

    def _lines(self) -> dict[tuple[int, int | None], Allocation]:
        """Return the lines by fiscal year and MRC (none: the region), all in an envelope of the volume's own."""
        rank = Envelope.objects.filter(name__startswith=_WHY).count() + 1
        self.envelope = Envelope(
            name=f"{_WHY} {rank}",
            source=FundingSource.objects.get(code="fqis-alliances"),
            period=Period.objects.get(slug="2024-2029"),
            starts_on=fiscal_bounds(_YEARS[0])[0],
            ends_on=fiscal_bounds(_YEARS[-1])[1],
            is_demo=True,
        )
        self.envelope.full_clean()
        self.envelope.save_without_historical_record()
        rows = [
            Allocation(
                envelope=self.envelope,
                fiscal_year=year,
                line=Line.TERRITORY if territory else Line.REGIONAL,
                territory=territory,
                is_demo=True,
            )
            for year in self.years
            for territory in [*self.territories, None]
        ]
        return {(row.fiscal_year_id, row.territory_id): row for row in Allocation.objects.bulk_create(rows)}

    def _write_batch(self, years: list[FiscalYear], ranks: dict[int, int]) -> None:
        drawn = [self._draw(year, ranks) for year in years]
        Initiative.objects.bulk_create([initiative for initiative, _links in drawn], batch_size=500)
        self._link("themes", drawn)
        self._link("territories", drawn)
        self._link("municipalities", drawn)
        self._link("fiscal_years", drawn)
        Partnership.objects.bulk_create(
            [
                Partnership(initiative=initiative, organization=organization, role=role)
                for initiative, links in drawn
                for organization, role in zip(links["organizations"], _roles(), strict=False)
            ],
            batch_size=_BATCH,
        )
        self._promise(drawn)

    def _draw(self, year: FiscalYear, ranks: dict[int, int]) -> tuple[Initiative, dict]:
        """Return one initiative, not saved, and the rows that it will be linked to."""
        rank = ranks[year.pk]
        ranks[year.pk] += 1
        words = self._marked(self._draw_words(_TITLE + _SUMMARY))
        links = self._links(year)
        start_year = year.starts_on.year
        number, title = format_number(start_year, rank), " ".join(words[:_TITLE]).capitalize()
        now = timezone.now()
        initiative = Initiative(
            number=number,
            slug=f"{slug_fr(title, max_length=70)}-{number.lower()}",
            title=title,
            summary=" ".join(words[_TITLE:]).capitalize() + ".",
            scope=_scope(links["territories"]),
            primary_theme=links["themes"][0],
            starts_on=date(start_year, 5, 1),
            ends_on=date(start_year + 1, 2, 28),
            expected_reach=self.chance.randrange(10, 500),
            state=self.chance.choice(State.publishable),
            publication=Publication.PUBLISHED,
            submitted_at=now,
            submitted_by=self.by,
            published_at=now,
            published_by=self.by,
            created_by=self.by,
            is_demo=True,
        )
        fill_index(initiative, **{name: rows for name, rows in links.items() if name != "fiscal_years"})
        return initiative, links

    def _links(self, year: FiscalYear) -> dict[str, list]:
        chance = self.chance
        territories = (
            []
            if chance.random() < 0.08
            else chance.sample(self.territories, chance.choices((1, 2), (85, 15))[0])
        )
        return {
            "themes": chance.sample(self.themes, chance.choices((1, 2, 3), (70, 22, 8))[0]),
            "territories": territories,
            "municipalities": [chance.choice(self.places[territory.pk]) for territory in territories],
            "organizations": chance.sample(self.organizations, chance.choice((1, 2, 3))),
            "fiscal_years": [year],
        }

    def _link(self, name: str, drawn: list[tuple[Initiative, dict]]) -> None:
        through = getattr(Initiative, name).through
        column = through._meta.get_field(Initiative._meta.get_field(name).m2m_reverse_field_name()).attname
        through.objects.bulk_create(
            [
                through(initiative_id=initiative.pk, **{column: row.pk})
                for initiative, links in drawn
                for row in links[name]
            ],
            batch_size=_BATCH,
        )

    def _promise(self, drawn: list[tuple[Initiative, dict]]) -> None:
        """Nine in ten have an amount, on the line of the first MRC or of the region; two in three have a partner's."""
        commitments, movements, contributions = [], [], []
        for initiative, links in drawn:
            year = links["fiscal_years"][0]
            if self.chance.random() < 0.9:
                first = links["territories"][0].pk if links["territories"] else None
                line, amount = self.lines[year.pk, first], self.chance.randrange(500, 120_000)
                self.spent[line.pk] += amount
                commitments.append(Commitment(allocation=line, initiative=initiative, is_demo=True))
                movements.append(
                    self._movement(CommitmentMovement, CommitmentMove.AWARD, amount, year.starts_on)
                )
            if self.chance.random() < 0.66:
                contributions.append(self._contribution(initiative, links["organizations"][-1], year))
        Commitment.objects.bulk_create(commitments, batch_size=_BATCH)
        for commitment, movement in zip(commitments, movements, strict=True):
            movement.commitment = commitment
        CommitmentMovement.objects.bulk_create(movements, batch_size=_BATCH)
        volume_payments.write(list(zip(commitments, movements, strict=True)), self.by, _WHY)
        Contribution.objects.bulk_create(contributions, batch_size=_BATCH)

    def _contribution(
        self, initiative: Initiative, organization: Organization, year: FiscalYear
    ) -> Contribution:
        return Contribution(
            initiative=initiative,
            organization=organization,
            fiscal_year=year,
            kind=self.chance.choice(ContributionKind.values),
            amount=None if self.chance.random() < 0.1 else Decimal(self.chance.randrange(200, 40_000)),
            is_confirmed=self.chance.random() < 0.7,
            is_demo=True,
        )

    def _cover(self) -> None:
        """Give each line what was promised on it, rounded up, and the envelope what the lines hold."""
        amounts = {row: self.spent[row.pk] // 10_000 * 10_000 + 10_000 for row in self.lines.values()}
        on = self.envelope.starts_on
        total = self._movement(EnvelopeMovement, EnvelopeMove.INITIAL, sum(amounts.values()), on)
        total.envelope = self.envelope
        total.save()
        movements = []
        for line, amount in amounts.items():
            movement = self._movement(AllocationMovement, AllocationMove.INITIAL, amount, on)
            movement.allocation = line
            movements.append(movement)
        AllocationMovement.objects.bulk_create(movements)

    def _movement(self, model, kind: str, amount: int, on: date):
        return model(kind=kind, amount=Decimal(amount), on=on, reason=_WHY, by=self.by, is_demo=True)

    def _draw_words(self, count: int) -> list[str]:
        return self.chance.choices(self.words, cum_weights=self.weights, k=count)

    def _marked(self, words: list[str]) -> list[str]:
        for word, share in MARKED:
            if self.chance.random() < share:
                words[self.chance.randrange(len(words))] = word
        return words

    def _phrase(self, count: int) -> str:
        return " ".join(self._draw_words(count))


@transaction.atomic
def make(count: int, seed: int) -> int:
    """Write `count` published initiatives, all or none; return how many were written.

    Raises Refusal when the books do not hold afterwards.
    """
    reference.load()
    guards.lift_money()
    written = Volume(count, seed, author()).write()
    guards.install_money()
    if problems := audit.failures():
        raise Refusal(problems)
    return written


def analyze() -> None:
    """Let the database count its rows again: without it, PostgreSQL plans for tables that it believes empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _roles() -> Iterator[str]:
    yield PartnerRole.LEAD
    while True:
        yield PartnerRole.PARTNER


def _scope(territories: list[Territory]) -> str:
    return (Scope.REGIONAL, Scope.LOCAL, Scope.SUPRALOCAL)[len(territories)]


def _vocabulary(size: int = 4_000) -> list[str]:
    """Return invented words, the same at every run; the first ones are drawn most often."""
    chance, syllables = random.Random(7), _SYLLABLES.split()  # noqa: S311  # not a secret
    words: set[str] = set()
    while len(words) < size:
        words.add("".join(chance.choice(syllables) for _ in range(chance.randint(2, 4))))
    return sorted(words)
