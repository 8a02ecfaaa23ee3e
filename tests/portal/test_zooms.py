"""Zooms: what their actions accept, what their pages show, and what leaves them the moment it leaves the site."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliance.lib.workflow import NotAllowed, Refusal
from alliance.portal import directory as memory
from alliance.portal import zooms
from alliance.portal.figures.zooms import ZoomTotals, told_of
from alliance.portal.models import Zoom, ZoomItem, ZoomSection
from alliance.portal.zoom_page import marked
from funding import actions as money
from funding.choices import ContributionKind, Measure, Precision, Unit
from funding.models import Contribution, PublishedFigure
from initiatives import actions
from initiatives.choices import PartnerRole, Publication, Scope, State


@pytest.fixture
def winter(world):
    """A draft Zoom with one heading and no initiative."""
    zoom = zooms.create(by=world.coordination, values={"title": "Manger l’hiver", "kicker": "Hiver 2026"})
    section = zooms.save_section(
        section=ZoomSection(zoom=zoom, title="Près de chez vous", introduction="Moisson Mitis y est."),
        by=world.coordination,
    )
    return zoom, section


def shown(world, zoom, *initiatives, section=None):
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=initiatives, section=section)
    return zooms.publish(zoom=zoom, by=world.coordination)


def page_of(get, path="/zoom/manger-l-hiver/"):
    response = get(path)
    assert response.status_code == 200
    return response.content.decode()


# Actions --------------------------------------------------------------------------------------------------------


def test_address_is_free_and_never_one_of_our_words(world):
    made = [
        zooms.create(by=world.coordination, values={"title": title}).slug for title in ("Été", "Été", "CSV")
    ]
    assert made == ["ete", "ete-2", "csv-1"]


def test_address_stays_when_the_title_changes(world, winter):
    zooms.update(zoom=winter[0], by=world.coordination, values={"title": "Autre titre"})
    assert Zoom.objects.get().slug == "manger-l-hiver"


def test_wrong_values_are_refused_in_french_and_nothing_is_written(world):
    with pytest.raises(ValidationError) as refused:
        zooms.create(by=world.coordination, values={"title": "x" * 161})
    assert list(refused.value.message_dict) == ["title"]
    assert not Zoom.objects.exists()


@pytest.mark.parametrize("person", ["agent_mitis", "committee_mitis", "accounting", "reader"])
def test_only_who_may_change_a_zoom_writes_it(world, winter, person):
    by, (zoom, section) = getattr(world, person), winter
    item = ZoomItem(zoom=zoom, initiative=world.published())
    for attempt in (
        lambda: zooms.create(by=by, values={"title": "Non"}),
        lambda: zooms.update(zoom=zoom, by=by, values={"title": "Non"}),
        lambda: zooms.save_section(section=section, by=by),
        lambda: zooms.save_item(item=item, by=by),
        lambda: zooms.add_items(zoom=zoom, by=by, initiatives=[]),
        lambda: zooms.remove(row=section, by=by),
        lambda: zooms.publish(zoom=zoom, by=by),
        lambda: zooms.withdraw(zoom=zoom, by=by),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert (Zoom.objects.count(), ZoomSection.objects.count(), ZoomItem.objects.count()) == (1, 1, 0)


def test_adding_twice_adds_once_and_says_what_was_left_aside(world, winter):
    zoom, section = winter
    chosen = [world.published(title="Un"), world.published(title="Deux"), world.initiative(State.APPROVED)]
    first = zooms.add_items(zoom=zoom, by=world.coordination, initiatives=chosen, section=section)
    again = zooms.add_items(zoom=zoom, by=world.coordination, initiatives=chosen)
    assert first == zooms.Added(added=2, already=0, unpublished=1)
    assert again == zooms.Added(added=0, already=2, unpublished=1)
    rows = zoom.items.values_list("initiative__title", "order", "section__title")
    assert list(rows) == [("Un", 10, "Près de chez vous"), ("Deux", 20, "Près de chez vous")]


def test_heading_of_another_zoom_is_refused(world, winter):
    other = zooms.create(by=world.coordination, values={"title": "Autre"})
    initiative = world.published()
    with pytest.raises(Refusal, match="appartient à un autre Zoom"):
        zooms.add_items(zoom=other, by=world.coordination, initiatives=[initiative], section=winter[1])
    item = ZoomItem(zoom=other, section=winter[1], initiative=initiative)
    with pytest.raises(Refusal, match="appartient à un autre Zoom"):
        zooms.save_item(item=item, by=world.coordination)
    assert not ZoomItem.objects.exists()


def test_unpublished_initiative_does_not_enter(world, winter):
    item = ZoomItem(zoom=winter[0], initiative=world.initiative(State.APPROVED))
    with pytest.raises(Refusal, match="n’est pas publiée"):
        zooms.save_item(item=item, by=world.coordination)


def test_demonstration_and_reality_never_mix(world, winter):
    zoom, _section = winter
    invented = world.published()
    type(invented).objects.filter(pk=invented.pk).update(is_demo=True)
    invented.refresh_from_db()
    assert zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[invented]).demo == 1
    world.coordination.is_demo = True
    with pytest.raises(NotAllowed, match="démonstration"):
        zooms.update(zoom=zoom, by=world.coordination, values={"title": "Non"})
    assert zooms.create(by=world.coordination, values={"title": "Essai"}).is_demo


@pytest.mark.parametrize(
    ("wrong", "sentence"), [("demo", "que dans un Zoom de démonstration"), ("draft", "n’est pas publiée")]
)
def test_row_of_a_real_zoom_never_becomes_what_could_not_enter_it(world, winter, wrong, sentence):
    zoom, _section = winter
    kept = world.published(title="Vraie")
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[kept])
    other = world.published(title="Inventée") if wrong == "demo" else world.initiative(State.APPROVED)
    type(other).objects.filter(pk=other.pk).update(is_demo=wrong == "demo")
    other.refresh_from_db()
    item = zoom.items.get()
    item.initiative = other
    with pytest.raises(Refusal, match=sentence):
        zooms.save_item(item=item, by=world.coordination)
    assert zoom.items.get().initiative == kept


def test_row_whose_initiative_left_the_site_may_still_be_reordered(world, winter):
    zoom, _section = winter
    gone = world.published()
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[gone])
    actions.unpublish(initiative=gone, by=world.coordination)
    item = zoom.items.get()
    item.order = 70
    zooms.save_item(item=item, by=world.coordination)
    assert zoom.items.get().order == 70


def test_empty_zoom_is_not_published(world, winter):
    with pytest.raises(Refusal, match="au moins une initiative publiée"):
        zooms.publish(zoom=winter[0], by=world.coordination)


def test_publishing_and_withdrawing_again_change_nothing(world, winter):
    zoom = shown(world, winter[0], world.published())
    versions = zoom.history.count()
    assert zooms.publish(zoom=zoom, by=world.coordination).published_at == zoom.published_at
    assert zoom.history.count() == versions
    for _ in range(2):
        assert zooms.withdraw(zoom=zoom, by=world.coordination).publication == Publication.WITHDRAWN
    assert zoom.history.count() == versions + 1


def test_history_names_who_took_an_initiative_out(world, winter):
    zoom, _section = winter
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[world.published()])
    zooms.remove(row=zoom.items.get(), by=world.coordination)
    last = ZoomItem.history.first()
    assert (last.history_type, last.history_user) == ("-", world.coordination)


def test_initiatives_of_a_heading_taken_out_stay(world, winter):
    zoom, section = winter
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[world.published()], section=section)
    zooms.remove(row=section, by=world.coordination)
    assert zoom.items.get().section is None


# Pages ----------------------------------------------------------------------------------------------------------


def test_draft_and_withdrawn_zooms_are_unknown_to_everybody(world, winter, client_for):
    zoom = winter[0]
    people = (None, world.agent_mitis, world.coordination, world.administration)
    for user in people:
        assert client_for(user).get("/zoom/manger-l-hiver/").status_code == 404
    shown(world, zoom, world.published())
    assert client_for(None).get("/zoom/manger-l-hiver/").status_code == 200
    zooms.withdraw(zoom=zoom, by=world.coordination)
    for user in people:
        assert client_for(user).get("/zoom/manger-l-hiver/").status_code == 404
        assert client_for(user).get("/zoom/manger-l-hiver.csv").status_code == 404
    assert "Aucun Zoom n’est publié" in client_for(None).get("/zoom/").content.decode()


def test_initiative_that_leaves_the_site_leaves_the_page_the_totals_and_the_file(world, winter, get):
    kept, gone = world.published(title="Reste ici"), world.published(title="S’en va")
    shown(world, winter[0], kept, gone)
    assert "S’en va" in page_of(get)
    actions.unpublish(initiative=gone, by=world.coordination)
    page = page_of(get)
    assert "Reste ici" in page
    assert "S’en va" not in page
    assert '<span class="figure-number">1</span> <span class="figure-text">initiative</span>' in page
    assert get("/zoom/manger-l-hiver.csv").content.decode("utf-8-sig").count("\n") == 2
    actions.unpublish(initiative=kept, by=world.coordination)
    assert "Aucune initiative à montrer" in page_of(get)


def test_items_follow_their_headings_and_their_order(world, winter, get):
    zoom, section = winter
    one, two, three = (world.published(title=f"Projet {name}") for name in ("alpha", "bravo", "charlie"))
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[one])
    zooms.add_items(zoom=zoom, by=world.coordination, initiatives=[three, two], section=section)
    zooms.publish(zoom=zoom, by=world.coordination)
    page = page_of(get)
    told = ["Près de chez vous", "Projet charlie", "Projet bravo", "Aussi", "Projet alpha"]
    assert sorted(told, key=page.index) == told


def test_totals_count_each_initiative_once_and_tell_what_is_not_known(world, winter, get):
    paid = world.published(State.IN_PROGRESS, title="Payée", award="1000")
    for amount in (Decimal(500), None):
        share = Contribution(
            initiative=paid, organization=world.cdc, kind=ContributionKind.CASH, amount=amount
        )
        money.record_contribution(contribution=share, by=world.coordination)
    regional = world.published(
        title="Partout",
        scope=Scope.REGIONAL,
        territories=[],
        municipalities=[],
        partners=[(world.cdc, PartnerRole.LEAD, "")],
    )
    shown(world, winter[0], paid, regional)
    page = page_of(get)
    for said in (
        '>2</span> <span class="figure-text">initiatives<',
        '>2</span> <span class="figure-text">organisations participantes<',
        '>8</span> <span class="figure-text">MRC touchées<',
        "au moins 1\xa0500\xa0$",
        "FQIS\xa0: au moins 1\xa0000\xa0$. Partenaires\xa0: au moins 500\xa0$.",
        "Montant non publié pour 1 initiative et 1 contribution\xa0: ce n’est pas zéro.",
    ):
        assert said in page, said


def test_announced_figures_are_never_mixed_with_the_count(world, winter, get):
    figures = [
        PublishedFigure.objects.create(
            code=code,
            label=code,
            value=value,
            unit=unit,
            precision=precision,
            wording=wording,
            source="Texte",
            measure=measure,
            why_not=why,
        )
        for code, value, unit, precision, wording, measure, why in (
            ("deux", 2, Unit.INITIATIVES, Precision.AT_LEAST, "au-delà de 2", "", "Non"),
            ("cent", 100, Unit.DOLLARS, Precision.ABOUT, "près de 100 $", "", "Jamais publié."),
            ("mille", 1200, Unit.DOLLARS, Precision.EXACT, "1 200 $", Measure.COMMITTED, ""),
        )
    ]
    zooms.update(zoom=winter[0], by=world.coordination, values={}, figures=figures)
    shown(world, winter[0], world.published(State.IN_PROGRESS, award="1000"))
    page = page_of(get)
    for said in (
        "Ce Zoom en compte 1 aujourd’hui\xa0: différent de −1.",
        "Non recalculable. Jamais publié.",
        "Ce Zoom en compte 1\xa0000\xa0$ aujourd’hui\xa0: différent de −200\xa0$.",
        '<span class="figure-text">au-delà de</span> <span class="figure-number">2</span>',
        '<span class="figure-text">près de</span> <span class="figure-number">100\xa0$</span>',
        '<span class="figure-number">1\xa0200\xa0$</span>',
    ):
        assert said in page, said


def dollars(value, precision, measure=Measure.COMMITTED):
    return PublishedFigure(
        code="x", unit=Unit.DOLLARS, value=Decimal(value), precision=precision, wording="x", measure=measure
    )


def sums(fqis, partners=None, *, without=0, shares=0):
    amounts = [Decimal(one) if one is not None else None for one in (fqis, fqis, partners)]
    return ZoomTotals(22, 3, 2, 0, *amounts, without_amount=without, unknown_shares=shares)


@pytest.mark.parametrize(
    ("figure", "totals", "said"),
    [
        (
            dollars(189000, Precision.ABOUT),
            sums(5000, without=21),
            "Non recalculable. Montant non publié pour 21 initiatives\xa0: les montants connus font 5\xa0000\xa0$.",
        ),
        (
            dollars(189000, Precision.EXACT, Measure.COST),
            sums(5000, 1000, shares=1),
            "Non recalculable. Montant non publié pour 1 contribution\xa0: les montants connus font 6\xa0000\xa0$.",
        ),
        (
            dollars(189000, Precision.EXACT),
            sums(5000, 1000, shares=1),  # what partners bring is not compared here
            "Ce Zoom en compte 5\xa0000\xa0$ aujourd’hui\xa0: différent de −184\xa0000\xa0$.",
        ),
        (
            dollars(5000, Precision.AT_LEAST),
            sums(6000, without=1),
            "Ce Zoom en compte au moins 6\xa0000\xa0$\xa0: le chiffre annoncé tient.",
        ),
        (
            dollars(5000, Precision.EXACT),
            sums(6000, without=1),
            "Ce Zoom en compte au moins 6\xa0000\xa0$ aujourd’hui\xa0: différent d’au moins +1\xa0000\xa0$.",
        ),
        (
            dollars(5000, Precision.EXACT),
            sums(5000, without=1),
            "Ce Zoom en compte au moins 5\xa0000\xa0$ aujourd’hui.",
        ),
        (
            dollars(5000, Precision.EXACT),
            sums(5000),
            "Ce Zoom en compte 5\xa0000\xa0$\xa0: le chiffre annoncé tient.",
        ),
    ],
)
def test_announced_dollars_are_not_compared_with_what_is_not_published(figure, totals, said):
    (told,) = told_of([figure], totals)
    assert told.today == said


def test_organizations_are_strong_and_linked_where_the_words_name_them(world, winter, get):
    zoom = winter[0]
    item = ZoomItem(
        zoom=zoom,
        initiative=world.published(
            title="Frigo",
            partners=[(world.moisson, PartnerRole.LEAD, ""), (world.cdc, PartnerRole.PARTNER, "")],
        ),
        words="Du côté de MOISSON MITIS <b>, on partage.",
    )
    zooms.save_item(item=item, by=world.coordination)
    zooms.publish(zoom=zoom, by=world.coordination)
    page = page_of(get)
    assert (
        'Du côté de <strong><a href="/organisations/moisson-mitis/">MOISSON MITIS</a></strong> &lt;b&gt;,'
        in page
    )
    assert 'Partenaire : <strong><a href="/organisations/cdc-des-grandes-marees/">' in page.replace(
        "\xa0", " "
    )


def test_words_are_cut_without_losing_a_letter(world):
    labels = memory.build(0).labels
    texts = [
        "",
        "Moisson Mitis",
        "œuvre de Moisson  Mitis",
        "Moisson Mitisse",
        "À côté, Moisson Mitis; Moisson Mitis",
    ]
    cut = [
        [(piece.text, bool(piece.organization)) for piece in marked(text, labels.all("organisation"))]
        for text in texts
    ]
    assert ["".join(text for text, _ in pieces) for pieces in cut] == texts
    assert [sum(strong for _, strong in pieces) for pieces in cut] == [0, 1, 0, 0, 1]


@pytest.mark.parametrize("path", ["/zoom/", "/zoom/manger-l-hiver/", "/zoom/manger-l-hiver.csv", "/"])
def test_zoom_pages_ask_as_many_queries_for_three_rows_as_for_one(world, winter, get, path):
    def asked():
        memory.forget()
        with CaptureQueriesContext(connection) as cold:
            assert get(path).status_code == 200
        return len(cold)

    assert connection.features.supports_json_field  # SQLite is asked so once in a process
    shown(world, winter[0], world.published(title="Un"))
    one = asked()
    other = zooms.create(by=world.coordination, values={"title": "Deuxième"})
    shown(world, other, world.published(title="Deux"), world.published(title="Trois"))
    more = [world.published(title="Quatre"), world.published(title="Cinq")]
    zooms.add_items(zoom=winter[0], by=world.coordination, initiatives=more)
    assert (one, asked()) == (4, 4)
    with CaptureQueriesContext(connection) as warm:
        get(path)
    assert len(warm) == 1
