"""Figures once announced, compared with the ledger: equal, different by how much and why, or not recalculable."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from alliance.lib.dates import TORONTO
from alliance.portal import reference
from alliance.portal.directory import build
from alliance.portal.figures.told import Ground, compare, comparisons, holds
from alliance.portal.figures.told_rows import table_of
from alliance.portal.reference.author import author
from funding import actions
from funding.choices import ContributionKind, Measure, Precision
from funding.models import Allocation, Contribution, Envelope, PublishedFigure
from initiatives.models import FiscalYear, Initiative

pytestmark = pytest.mark.django_db
D = Decimal
NINE = ("kamouraska", "riviere-du-loup", "temiscouata", "les-basques", "rimouski-neigette")
NINE += ("la-mitis", "la-matanie", "la-matapedia", "regional")


@pytest.fixture
def loaded(reference_data):
    return author()


def by_code():
    return {one.figure.code: one for one in comparisons(build(0))}


def line(territory):
    return Allocation.objects.get(fiscal_year__label="2021-2022", territory__slug=territory)


def test_nine_lines_are_equal_to_the_dollar(loaded, client):
    found = by_code()
    nine = [found[f"bsl-2021-2022-{name}"] for name in NINE]
    assert {one.verdict for one in nine} == {"égal"}
    assert sum(one.counted for one in nine) == found["bsl-2021-2022-fqis"].counted == D(1586962)
    assert found["bsl-2021-2022-fqis"].verdict == "égal"
    page = client.get("/chiffres/fqis-affecte/?exercice=2021-2022").content.decode()
    assert "<strong>1\xa0586\xa0962\xa0$</strong>" in page
    assert page.count('<th scope="row">') == 10
    for amount in ("199\xa0970", "117\xa0821", "231\xa0073", "132\xa0821", "198\xa0285", "229\xa0930"):
        assert f">{amount}\xa0$<" in page
    assert ">1\xa0586\xa0962\xa0$</a>" in client.get("/chiffres/annonces/").content.decode()


def test_year_one_keeps_its_words_and_says_why_it_is_not_recomputed(loaded, client):
    page = client.get("/chiffres/annonces/").content.decode()
    assert (
        "sont soutenus grâce à un financement issu du Fonds québécois d’initiatives sociales (FQIS) totalisant "
        "2\xa0016\xa0049\xa0$, dont 1\xa0025\xa0070\xa0$ dans le cadre des Alliances pour la solidarité\xa0»"
    ) in page
    found = by_code()["montant-an1-total"]
    assert (found.verdict, found.why) == (
        "non recalculable",
        ("Les montants par initiative de cette première année n’ont jamais été publiés.",),
    )


def test_each_announced_figure_is_compared_or_says_why_not(loaded):
    found = by_code()
    assert {code for code, one in found.items() if one.status == "different"} == set()
    assert sum(one.status == "equal" for one in found.values()) == 13
    impossible = [one for one in found.values() if one.status == "impossible"]
    assert len(impossible) == 13
    assert all(one.why[0].endswith(".") and not one.figure.measure for one in impossible)


def test_rounded_envelope_agrees_with_the_exact_one(loaded):
    found = by_code()
    assert (found["enveloppe-fqis"].verdict, found["enveloppe-fqis"].counted) == ("tient", D(6014144))
    assert found["bsl-enveloppe-2019-2023"].verdict == "égal"


@pytest.mark.parametrize(
    ("precision", "value", "counted", "agrees"),
    [
        (Precision.EXACT, 1586962, 1586962, True),
        (Precision.EXACT, 1586962, D("1586962.01"), False),
        (Precision.AT_LEAST, 2400000, 2400000, True),
        (Precision.AT_LEAST, 2400000, 2399999, False),
        (Precision.AT_LEAST, 80, 1000, True),
        (Precision.ABOUT, 6000000, 6014144, True),
        (Precision.ABOUT, 6000000, 6500001, False),
        (Precision.ABOUT, 189000, 188600, True),
        (Precision.ABOUT, 189000, 188499, False),
        (Precision.ABOUT, 0, 0, True),
    ],
)
def test_precision_of_the_announcement_is_respected(precision, value, counted, agrees):
    assert holds(PublishedFigure(value=value, precision=precision), counted) is agrees


def test_change_dated_after_the_announcement_explains_the_difference(loaded):
    actions.move_allocation(
        allocation=line("la-mitis"),
        by=loaded,
        amount=D("-1500"),
        kind="amendment",
        on=date(2022, 1, 10),
        reason="Raison qui reste dans les livres",
    )
    total, mitis = by_code()["bsl-2021-2022-fqis"], by_code()["bsl-2021-2022-la-mitis"]
    assert total.verdict == mitis.verdict == "différent de −1\xa0500\xa0$"
    assert (total.why, mitis.why) == (("−1\xa0500\xa0$ le 10 janvier 2022 (modification).",),) * 2


def test_what_no_movement_explains_is_said_honestly(loaded):
    figure = PublishedFigure.objects.get(code="bsl-2021-2022-fqis")
    figure.value = D(1600000)
    found = compare(figure, Ground(build(0)))
    assert found.why == (
        "La saisie de cette période est incomplète, ou l’annonce comptait autre chose\xa0: "
        "−13\xa0038\xa0$ sans mouvement qui l’explique.",
    )


def test_counts_are_compared_and_explained(world):
    world.published()
    figure = PublishedFigure(
        code="trois",
        value=3,
        unit="initiatives",
        measure=Measure.INITIATIVES,
        announced_on=date(2020, 1, 1),
        fiscal_year=world.years["2025-2026"],
        territory=world.territories["la-mitis"],
    )
    found = compare(figure, Ground(build(0)))
    assert (found.verdict, found.url) == (
        "différent de −2",
        "/chiffres/annonces/trois/",
    )
    assert found.why[0] == "1 initiative publiée ici après l’annonce."
    figure.value = 1
    assert compare(figure, Ground(build(0))).verdict == "égal"


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (Measure.ENVELOPE, 100000),
        (Measure.ALLOCATED, 60000),
        (Measure.ALLOCATED_REGIONAL, 10000),
        (Measure.COMMITTED, 700),
        (Measure.COST, 700),
        (Measure.INITIATIVES, 1),
        (Measure.NEW, 1),
        (Measure.RENEWED, 0),
        (Measure.ORGANIZATIONS, 1),
        (Measure.TERRITORIES, 8),
    ],
)
def test_each_measure_counts_what_it_says(world, measure, value):
    world.published(award="700")
    figure = PublishedFigure(value=value, unit="cad", measure=measure)
    assert compare(figure, Ground(build(0))).verdict == "égal"
    assert set(Measure.values) == {one.value for one in Measure}


def test_demonstration_data_does_not_count(world):
    dates = {"starts_on": date(2024, 4, 1), "ends_on": date(2029, 3, 31)}
    invented = Envelope.objects.create(
        source=world.source, period=world.period, name="Inventée", is_demo=True, **dates
    )
    actions.move_envelope(
        envelope=invented, by=world.coordination, amount=D(5), on=date(2024, 4, 1), reason="Inventé"
    )
    figure = PublishedFigure(value=100000, unit="cad", measure=Measure.ENVELOPE)
    assert compare(figure, Ground(build(0))).verdict == "égal"


def test_figures_already_loaded_learn_how_they_are_compared(loaded):
    told = dict(PublishedFigure.objects.values_list("code", "measure"))
    PublishedFigure.objects.update(measure="", why_not="")
    PublishedFigure.history.update(measure="", why_not="")
    PublishedFigure.objects.filter(code="bsl-2021-2022-fqis").update(label="Corrigé", why_not="Dit par nous.")
    assert reference.load() == {"chiffres annoncés": 25}
    kept = PublishedFigure.objects.get(code="bsl-2021-2022-fqis")
    assert (kept.label, kept.measure, kept.why_not) == ("Corrigé", "", "Dit par nous.")
    now = dict(PublishedFigure.objects.values_list("code", "measure"))
    assert now == told | {"bsl-2021-2022-fqis": ""}
    assert reference.load() == {}


def test_what_staff_erased_stays_erased(loaded):
    figure = PublishedFigure.objects.get(code="nb-mrc")
    figure.measure = ""
    figure.save()
    assert reference.load() == {}
    assert PublishedFigure.objects.get(code="nb-mrc").measure == ""


def test_announced_leverage_is_on_the_page(loaded, client):
    page = client.get("/chiffres/levier/").content.decode()
    assert "Tel qu’annoncé" in page
    for said in ("1,56\xa0$", "2,56\xa0$", "0,51\xa0$", "1,51\xa0$"):
        assert said in page


def test_recorded_late_is_found_when_dates_say_nothing(loaded):
    figure = PublishedFigure.objects.get(code="bsl-2021-2022-la-mitis")
    actions.move_allocation(
        allocation=line("la-mitis"),
        by=loaded,
        amount=D(70),
        kind="amendment",
        on=date(2021, 9, 1),
        reason="Oubli",
    )
    figure.announced_on = datetime(2021, 9, 22, tzinfo=TORONTO).date()
    assert compare(figure, Ground(build(0))).why == ("+70\xa0$ le 1er septembre 2021 (modification).",)
    assert FiscalYear.objects.filter(label="2021-2022").exists()


@pytest.mark.parametrize(
    "measure", [one for one in Measure if one not in (Measure.ENVELOPE, Measure.TERRITORIES)]
)
def test_nothing_entered_is_not_a_difference_with_zero(world, measure):
    figure = PublishedFigure(value=3000, unit="cad", measure=measure, fiscal_year=world.years["2026-2027"])
    found = compare(figure, Ground(build(0)))
    assert (found.status, found.counted, found.verdict) == ("impossible", None, "non recalculable")
    assert (found.why, found.url) == (("Rien n’est inscrit au portail.",), "")


def _with_demo(world):
    """Publish a real and an invented initiative; give the real one another source's money and a partner's."""
    real = world.published(award="700")
    Contribution.objects.create(initiative=real, kind=ContributionKind.CASH, amount=250)
    other = world.published(territories=[world.territories["la-matapedia"]], municipalities=[])
    world.award(other, "1000")
    demo = world.published(award="40")
    Initiative.objects.filter(pk=demo.pk).update(is_demo=True)


@pytest.mark.parametrize(
    ("measure", "counted"),
    [
        (Measure.ENVELOPE, 100000),
        (Measure.ALLOCATED, 60000),
        (Measure.ALLOCATED_REGIONAL, 10000),
        (Measure.COMMITTED, 700),
        (Measure.COST, 950),
        (Measure.INITIATIVES, 2),
        (Measure.NEW, 2),
        (Measure.RENEWED, 0),
        (Measure.ORGANIZATIONS, 1),
    ],
)
def test_link_of_a_count_opens_exactly_the_rows_counted(world, client, measure, counted):
    _with_demo(world)
    figure = PublishedFigure.objects.create(
        code="essai", label="Essai", value=3, unit="cad", measure=measure, wording="Trois", source="Texte"
    )
    ground = Ground(build(0))
    found, table = compare(figure, ground), table_of(figure, ground)
    assert (found.counted, found.url) == (counted, "/chiffres/annonces/essai/")
    assert (table.value, table.value == found.counted) == (counted, True)
    page = client.get(found.url)
    assert page.status_code == 200
    assert found.counted_text in page.content.decode()


def test_figure_that_is_not_recomputed_has_no_rows(loaded, client):
    for code in ("montant-an1-total", "magie"):
        assert client.get(f"/chiffres/annonces/{code}/").status_code == 404
