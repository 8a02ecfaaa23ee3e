"""The page of one initiative: results, story, money, source, what is near and why."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from alliance.portal import directory as memory
from alliance.portal.initiative_page import find
from alliance.portal.initiative_steps import milestones
from funding import actions as money
from funding.choices import ContributionKind
from funding.models import Contribution
from initiatives.choices import Cost, PartnerRole, ReportKind, State
from initiatives.models import EasyText, Initiative, Report
from territories.models import Territory

pytestmark = pytest.mark.django_db
PAGE = "/initiatives/frigo-libre-service-de-mont-joli/"
N = "\xa0"
LATER = date(2099, 3, 31)


@pytest.fixture
def page(trio, get):
    return lambda path=PAGE: get(path).content.decode()


def bring(world, initiative, amount, *, organization=None, kind=ContributionKind.CASH):
    record = Contribution(
        initiative=initiative,
        organization=organization or world.cdc,
        kind=kind,
        amount=None if amount is None else Decimal(amount),
    )
    return money.record_contribution(contribution=record, by=world.coordination)


def tell_story(world, initiative, **values):
    base = {
        "initiative": initiative,
        "kind": ReportKind.FINAL,
        "due_on": date(2026, 4, 1),
        "received_on": date(2026, 4, 1),
        "approved_at": timezone.now(),
        "approved_by": world.coordination,
        "story": "« On mange mieux », dit une mère.",
        "story_consent": True,
    }
    told = base | values
    Report.objects.filter(initiative=initiative, kind=told["kind"]).delete()
    return Report.objects.create(**told)


# Results --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "said"), [(None, "inconnu"), (0, "0"), (4, "moins de cinq"), (5, "5"), (1234, f"1{N}234")]
)
def test_people_reached_are_never_under_five(page, trio, reach, said):
    Initiative.objects.filter(pk=trio[0].pk).update(actual_reach=reach)
    assert f"<dt>Personnes rejointes</dt><dd>{said}</dd>" in page()


def test_story_is_shown_only_while_the_person_agrees(page, trio, world):
    report = tell_story(world, trio[0])
    assert "On mange mieux" in page()
    Report.objects.filter(pk=report.pk).update(story_consent=False)
    assert "On mange mieux" not in page()
    Report.objects.filter(pk=report.pk).update(story_consent=True, approved_at=None, approved_by=None)
    assert "On mange mieux" not in page()


def test_story_of_the_last_approved_report_is_the_one_told(page, trio, world):
    tell_story(world, trio[0], story="La seconde histoire.")
    tell_story(
        world, trio[0], kind=ReportKind.PROGRESS, due_on=date(2026, 1, 1), story="La première histoire."
    )
    shown = page()
    assert ("La seconde histoire." in shown, "La première histoire." in shown) == (True, False)


# Money ----------------------------------------------------------------------------------------------------


def test_total_of_known_amounts_says_at_least_when_another_is_unknown(page, trio, world):
    bring(world, trio[0], 1000)
    shown = page()
    assert f'<td class="num">1{N}000{N}$</td>' in shown
    assert f'Coût connu de l’initiative{N}: <span class="amount">13{N}500,50{N}$</span>' in shown
    bring(world, trio[0], None, kind=ContributionKind.HOURS)
    shown = page()
    assert f'<td class="num">au moins 1{N}000{N}$</td>' in shown
    assert f'<span class="amount">au moins 13{N}500,50{N}$</span>' in shown
    assert f"1 contribution a un montant non publié{N}: ce n’est pas zéro." in shown


def test_nothing_known_is_no_total(page, trio, world):
    bring(world, trio[1], None)
    shown = page("/initiatives/logements-d-etudiants/")
    assert '<td class="num">montant non publié</td>' in shown
    assert '<span class="amount">montant non publié</span>' in shown


def test_each_contribution_leads_to_its_organization(page, trio, world):
    bring(world, trio[0], 5)
    assert '<th scope="row"><a href="/organisations/cdc-des-grandes-marees/">CDC' in page()


# Source and help ------------------------------------------------------------------------------------------


def test_page_says_whether_it_was_ever_checked(page, trio):
    assert "<dt>Vérification</dt><dd>Jamais vérifiée</dd>" in page()
    Initiative.objects.filter(pk=trio[0].pk).update(verified_on=date(2026, 1, 1))
    assert "<dt>Vérification</dt><dd>Vérifiée le 1er janvier 2026</dd>" in page()


def test_page_gives_the_address_to_cite(page):
    assert f"http://127.0.0.1:8000{PAGE}</span>" in page()


def test_whom_to_call_stands_first_when_the_initiative_serves_people(page, trio):
    shown = page()
    assert shown.index("tel:211") < shown.index('id="quoi"')
    trio[0].target_groups.clear()
    shown = page()
    assert shown.index('id="quoi"') < shown.index("tel:211") < shown.index('id="qui"')


def test_whom_to_call_is_who_carries_it_then_its_mrc_when_they_publish_a_phone(page, trio, world):
    Initiative.objects.filter(pk=trio[0].pk).update(ends_on=LATER)
    Territory.objects.filter(slug="la-mitis").update(contact_phone="418 555-0199", contact_name="Accueil")
    lead = trio[0].partnerships.get(role=PartnerRole.LEAD).organization
    type(lead).objects.filter(pk=lead.pk).update(contact_phone="418 555-0111")
    assert re.findall('class="calls-number" href="tel:([^"]*)"', page()) == ["211", "+14185550199"]
    type(lead).objects.filter(pk=lead.pk).update(contact_is_public=True)
    shown = page()
    assert re.findall('class="calls-number" href="tel:([^"]*)"', shown) == [
        "211",
        "+14185550111",
        "+14185550199",
    ]
    assert "MRC de La Mitis" in shown
    for over in ({"ends_on": date(2025, 6, 30)}, {"ends_on": LATER, "state": State.COMPLETED}):
        Initiative.objects.filter(pk=trio[0].pk).update(**over)
        assert re.findall('class="calls-number" href="tel:([^"]*)"', page()) == ["211", "+14185550199"]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "years", "said"),
    [
        (
            date(2024, 5, 1),
            date(2025, 2, 28),
            ["2024-2025"],
            "Initiative prévue du 1er mai 2024 au 28 février 2025 (sa fin n’est pas confirmée), ",
        ),
        (
            None,
            date(2025, 2, 28),
            [],
            "Initiative prévue jusqu’au 28 février 2025 (sa fin n’est pas confirmée), ",
        ),
        (None, None, ["2024-2025"], "Initiative annoncée en 2024-2025 (sa fin n’est pas confirmée), "),
        (
            None,
            None,
            ["2024-2025", "2025-2026"],
            "Initiative annoncée jusqu’en 2025-2026 (sa fin n’est pas confirmée), ",
        ),
        (date(2024, 5, 1), LATER, ["2024-2025"], "Initiative en cours, du 1er mai 2024 au 31 mars 2099, "),
        (None, None, [], "Initiative en cours, période non publiée, "),
    ],
)
def test_first_sentence_tells_no_past_period_as_present(
    trio, world, monkeypatch, starts_on, ends_on, years, said
):
    monkeypatch.setattr("alliance.portal.still.today", lambda: date(2026, 4, 1))
    Initiative.objects.filter(pk=trio[0].pk).update(starts_on=starts_on, ends_on=ends_on)
    trio[0].fiscal_years.set([world.years[label] for label in years])
    assert find(trio[0].slug).sentence.startswith(said)


def test_declared_state_of_a_past_period_is_to_confirm(page, trio):
    Initiative.objects.filter(pk=trio[0].pk).update(ends_on=date(2025, 6, 30))
    shown = page()
    told = "fin prévue le 30 juin 2025"
    assert f'Peut-être terminée</span> <span class="meta">{told}</span>' in shown
    assert f"<dt>État</dt><dd>Peut-être terminée, {told}</dd>" in shown
    assert "Cette initiative est peut-être terminée. Besoin d’aide maintenant?" in shown
    Initiative.objects.filter(pk=trio[0].pk).update(state=State.COMPLETED)
    assert "Peut-être terminée" not in page()


@pytest.mark.parametrize(
    ("values", "price"),
    [
        (None, None),
        ({"cost": Cost.FREE}, "C’est gratuit."),
        ({"cost": Cost.PAID, "cost_note": "Cinq dollars."}, "Il faut payer. Cinq dollars."),
        ({"cost": Cost.UNKNOWN}, "Demandez en appelant."),
    ],
)
def test_price_is_that_of_the_short_version(page, trio, values, price):
    Initiative.objects.filter(pk=trio[0].pk).update(ends_on=LATER)
    if values:
        EasyText.objects.create(initiative=trio[0], what="Un frigo.", **values)
    told = re.findall("<dt>C’est combien\\?</dt><dd>([^<]*)</dd>", page())
    assert told == ([price] if price else [])
    Initiative.objects.filter(pk=trio[0].pk).update(ends_on=date(2025, 6, 30))
    assert "C’est combien" not in page()


def test_number_of_the_short_version_comes_first_and_once(page, trio):
    text = EasyText.objects.create(initiative=trio[0], what="Un frigo.", phone="418 722-0000")
    Territory.objects.filter(slug="la-mitis").update(contact_phone="418 555-0199")
    found = 'class="calls-number" href="tel:([^"]*)"'
    assert re.findall(found, page()) == ["211", "+14187220000", "+14185550199"]
    EasyText.objects.filter(pk=text.pk).update(phone="418 555-0199")
    assert re.findall(found, page()) == ["211", "+14185550199"]


def test_one_that_ended_says_so_over_whom_to_call(page, trio):
    ended = "Cette initiative est terminée. Besoin d’aide maintenant?"
    assert [
        (initiative.state == State.COMPLETED, ended in page(f"/initiatives/{initiative.slug}/"))
        for initiative in trio
    ] == [(initiative.state == State.COMPLETED,) * 2 for initiative in trio]


@pytest.mark.parametrize(
    ("others", "said"),
    [(0, ""), (1, " avec Un"), (2, " avec Deux et Un"), (3, " avec 3 partenaires")],
)
def test_first_sentence_names_two_partners_at_most(trio, world, others, said):
    trio[0].partnerships.exclude(role=PartnerRole.LEAD).delete()
    lead = trio[0].partnerships.get()
    for name in ("Un", "Deux", "Trois")[:others]:
        body = type(lead.organization).objects.create(
            name=name, slug=name.lower(), kind=lead.organization.kind
        )
        type(lead).objects.create(initiative=trio[0], organization=body, role=PartnerRole.PARTNER)
    sentence = find(trio[0].slug).sentence
    assert f"portée par {lead.organization}{said}, financée par 12{N}500,50{N}$ du FQIS." in sentence


# Steps ----------------------------------------------------------------------------------------------------


def steps(log, *, starts_on=None, ends_on=None, source_note=""):
    values = {
        "source_note": source_note,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "published_at": datetime(2026, 11, 22, 17, tzinfo=UTC),
        "l_steps": [[state, at] for state, at in log.items()],
    }
    return [(step.on.isoformat(), step.text) for step in milestones(values)]


ENTERED = {
    State.APPROVED: "2026-11-22 15:00:00",
    State.IN_PROGRESS: "2026-11-22 15:01:00",
    State.COMPLETED: "2026-11-22 15:02:00",
}


def test_steps_of_one_day_are_told_together():
    assert steps(ENTERED) == [
        (
            "2026-11-22",
            "L’initiative est retenue. L’initiative commence. L’initiative est terminée. La page est publiée.",
        )
    ]


def test_known_days_are_truer_than_the_log():
    assert steps(ENTERED, starts_on=date(2025, 5, 1), ends_on=date(2026, 2, 28)) == [
        ("2025-05-01", "L’initiative commence."),
        ("2026-02-28", "L’initiative est terminée."),
        ("2026-11-22", "La page est publiée."),
    ]


def test_decision_before_the_first_day_is_told_and_a_future_end_is_not():
    log = {State.APPROVED: "2026-03-02 15:00:00", State.IN_PROGRESS: "2026-04-03 15:00:00"}
    assert steps(log, starts_on=date(2026, 4, 1), ends_on=date(2027, 3, 31)) == [
        ("2026-03-02", "L’initiative est retenue."),
        ("2026-04-01", "L’initiative commence."),
        ("2026-11-22", "La page est publiée."),
    ]


def test_record_of_a_published_text_has_no_step():
    assert steps(ENTERED, source_note="Zoom") == []


def test_easy_version_is_offered_once_it_exists(page, trio):
    assert "facile à lire" not in page()
    EasyText.objects.create(initiative=trio[0], what="Un frigo pour tout le monde.")
    try:
        address = reverse("portal:easy", args=[PAGE.split("/")[2]])
    except NoReverseMatch:
        pytest.skip("no page to lead to")
    assert f'href="{address}"' in page()


# Near -----------------------------------------------------------------------------------------------------


def test_related_ones_say_why(page, trio, world):
    world.published(title="Cuisine de Price", partners=[(world.cdc, PartnerRole.LEAD, "")])
    world.published(
        title="Loyers de La Mitis", themes=[world.themes["logement"]], primary_theme=world.themes["logement"]
    )
    world.published(
        title="Autobus",
        themes=[world.themes["transport"]],
        primary_theme=world.themes["transport"],
        partners=[(world.cdc, PartnerRole.LEAD, "")],
    )
    world.initiative(title="Brouillon caché")
    shown = page().split('id="voisines"')[1].split("</section>")[0]
    assert (
        'Loyers de La Mitis</a> <span class="meta">Aussi portée par Moisson Mitis, dans la même MRC<' in shown
    )
    assert 'Cuisine de Price</a> <span class="meta">Même thème (Alimentation), dans la même MRC<' in shown
    assert ("Autobus" in shown, "Brouillon" in shown) == (False, False)


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_at_most_four_queries(trio, world, get, django_assert_max_num_queries, rows):
    for number in range(rows):
        bring(world, trio[0], number)
        world.published(title=f"Voisine {number}")
    tell_story(world, trio[0])
    for path in (
        PAGE,
        "/organisations/cdc-des-grandes-marees/",
        "/organisations/",
        f"/signaler/?page={PAGE}",
    ):
        memory.forget()
        with django_assert_max_num_queries(4):
            assert get(path).status_code == 200
