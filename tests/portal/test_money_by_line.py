"""Money is attributed once, to the line that pays it, and is called FQIS only when a FQIS source pays it."""

import random
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from alliance.portal import figures
from alliance.portal.directory import build
from alliance.portal.selection import Selection
from funding import actions as money
from funding.choices import Line
from funding.models import Allocation, CommitmentMovement
from initiatives.choices import PartnerRole, Scope, State

D = Decimal


def line(world, envelope, year, territory, amount="6000"):
    allocation = Allocation.objects.create(
        envelope=envelope,
        fiscal_year=world.years[year],
        line=Line.TERRITORY if territory else Line.REGIONAL,
        territory=territory,
    )
    money.move_allocation(
        allocation=allocation, by=world.coordination, amount=D(amount), reason="Ajout", on=date(2025, 4, 1)
    )
    return allocation


def regional(world, **changes):
    return world.published(scope=Scope.REGIONAL, territories=[], municipalities=[], **changes)


def _random_world(world, seed):
    """Publish twenty initiatives of one, two or all MRCs, with one or two themes, paid by the lines allowed to."""
    dice = random.Random(seed)  # noqa: S311 - a world, not a secret
    places = list(world.territories.values())
    lines = list(Allocation.objects.all())
    lines += [line(world, world.envelope, "2026-2027", place) for place in (*places[:4], None)]
    lines.append(line(world, world.other_envelope, "2026-2027", None, "900"))
    for _ in range(20):
        scope = dice.choice(list(Scope))
        how_many = {Scope.LOCAL: 1, Scope.SUPRALOCAL: 2, Scope.REGIONAL: 0}[scope]
        mine = dice.sample(places, how_many)
        themes = dice.sample(list(world.themes.values()), dice.choice((1, 2)))
        initiative = world.published(
            scope=scope,
            territories=mine,
            municipalities=[],
            themes=themes,
            primary_theme=themes[0],
            by=world.second_coordination,
            ends_on=date(2026, 12, 31),  # two fiscal years: lines of both may pay
        )
        usable = [one for one in lines if one.line == Line.REGIONAL or one.territory in mine]
        for paying in dice.sample(usable, dice.randint(0, min(3, len(usable)))):
            moved = world.award(initiative, D(dice.randint(1, 9000)) / 100, paying)
            if dice.random() < 0.2:
                money.release(commitment=moved.commitment, by=world.coordination, reason="Moins cher")


@pytest.mark.parametrize("seed", [1, 2])
def test_lists_of_the_eight_mrcs_and_the_regional_line_add_up_to_everything(world, seed):
    _random_world(world, seed)
    directory = build(0)
    everything = figures.totals(Selection(directory))
    by_mrc = [figures.totals(Selection(directory, {"territoire": (slug,)})) for slug in world.territories]
    sums = figures.by_payer(Selection(directory))
    apart = sum(dollars for payer, dollars in sums.items() if payer.line != Line.TERRITORY)
    entered = CommitmentMovement.objects.aggregate(total=Sum("amount"))["total"]
    assert everything.dollars == D(str(entered)).quantize(D("0.01")) > 0
    assert sum(one.dollars for one in by_mrc) + apart == everything.dollars
    assert (len(by_mrc), everything.elsewhere, everything.regional_line) == (8, 0, 0)
    # Each list tells all the money of its initiatives: what is counted, and what is not.
    for slug, one in zip(world.territories, by_mrc, strict=True):
        rows = Selection(directory, {"territoire": (slug,)}).rows()
        assert one.dollars + one.regional_line + one.elsewhere == sum(row.amount or 0 for row in rows)
    by_source = [
        figures.totals(Selection(directory, {"source": (label.slug,)})).dollars
        for label in directory.labels.all("source")
    ]
    assert sum(by_source) == everything.dollars


def test_regional_money_is_in_no_mrc(world, get):
    world.published(title="Ici", award="1000")
    regional(world, title="Partout", award="9000")
    mitis = get("/territoires/la-mitis/").content.decode()
    assert "2 initiatives · 1\xa0000\xa0$ du FQIS (montants connus)." in mitis
    assert "Ligne régionale\xa0: 9\xa0000\xa0$ pour 1 initiative, non comptés ici." in mitis
    kamouraska = get("/territoires/kamouraska/").content.decode()
    assert '<p class="lede">1 initiative.</p>' in kamouraska
    for address in ("territoire=la-mitis", "municipalite=mont-joli"):
        listed = get(f"/initiatives/?{address}").content.decode()
        assert "2 initiatives · 1\xa0000\xa0$ du FQIS (montants connus)<" in listed, address
        assert "Ligne régionale\xa0: 9\xa0000\xa0$ pour 1 initiative, non comptés ici." in listed, address
    assert "2 initiatives · 10\xa0000\xa0$ du FQIS" in get("/initiatives/").content.decode()


def test_supralocal_money_is_counted_in_the_mrc_that_pays(world):
    two = [world.territories["la-mitis"], world.territories["la-matapedia"]]
    both = world.published(scope=Scope.SUPRALOCAL, territories=two, award="1500")
    world.award(both, "600", world.lines["la-matapedia"])
    directory = build(0)
    found = {
        slug: figures.totals(Selection(directory, {"territoire": (slug,)}))
        for slug in ("la-mitis", "la-matapedia")
    }
    assert [(one.dollars, one.origin, one.elsewhere) for one in found.values()] == [
        (D(1500), "du FQIS", D(600)),
        (D(600), "accordés (Entente développement social)", D(1500)),
    ]
    everywhere = figures.totals(Selection(directory, {"territoire": ("la-mitis", "la-matapedia")}))
    assert (everywhere.dollars, everywhere.elsewhere) == (D(2100), D(0))


@pytest.fixture
def social(world):
    """A published initiative that the other source pays, beside one that the FQIS pays."""
    world.published(title="Argent du FQIS", award="1000")
    return world.published(
        title="Argent d’ailleurs",
        territories=[world.territories["la-matapedia"]],
        municipalities=[world.municipalities["07047"]],
        award="4000",
        partners=[(world.cdc, PartnerRole.LEAD, "")],
    )


def test_other_money_is_never_called_fqis(social, get):
    page = get(social.get_absolute_url()).content.decode()
    assert "financée par 4\xa0000\xa0$ accordés (Entente développement social)." in page
    assert "FQIS" not in page.split("<main")[1].split("</main>")[0]
    for address in ("/territoires/la-matapedia/", "/initiatives/?territoire=la-matapedia"):
        page = get(address).content.decode()
        assert (
            "1 initiative · 4\xa0000\xa0$ accordés (Entente développement social) (montants connus)" in page
        )
    assert (
        "2 initiatives · 5\xa0000\xa0$ accordés, dont 1\xa0000\xa0$ du FQIS"
        in get("/initiatives/").content.decode()
    )


def test_home_counts_the_fqis_only_and_leads_to_its_list(social, world, get):
    directory = build(0)
    figure = next(one for one in figures.key_figures(directory) if one.code == "fqis")
    assert (figure.value, figure.url) == (D(1000), "/initiatives/?source=fqis-alliances&tri=montant")
    assert "1 initiative · 1\xa0000\xa0$ du FQIS" in get(figure.url).content.decode()


def test_source_wholly_released_no_longer_lists_the_initiative(world, get):
    initiative = world.published(State.IN_PROGRESS, title="Argent libéré", award="500")
    money.release(commitment=initiative.commitments.get(), by=world.coordination, reason="Moins cher")
    assert Selection(build(0), {"source": ("fqis-alliances",)}).count == 0
    assert Selection(build(0)).rows()[0].amount == 0
