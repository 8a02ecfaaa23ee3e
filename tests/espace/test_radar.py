"""« Radar » on the title: what resembles it here and next door, without telling another MRC's drafts."""

from datetime import date

import pytest

from initiatives import radar
from initiatives.choices import Scope, State

TITLE = "Cuisine partagée du fleuve"


def told(initiative, user):
    return [(alert.initiative.title, alert.reason) for alert in radar.of(initiative, user)]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (TITLE, "cuisine  partagee du Fleuve!", "même titre"),
        (f"{TITLE} 2025-2026", f"{TITLE} 2024-2025", "même titre"),
        (TITLE, "Cuisines partagées du fleuve", "même titre"),
        (TITLE, "Cuisine partagé du fleve", "titre presque identique"),
        (TITLE, f"{TITLE}, phase deux", ""),
        (TITLE, f"{TITLE} Mitis", "titre presque identique"),
        ("Frigo 1", "Frigo 2", ""),
        ("Frigo", "Frigo libre", ""),
        (TITLE, "Cuisine partagée du village", ""),
        ("", "", ""),
        ("2025", "2026", ""),
    ],
)
def test_titles_resemble_for_a_reason(one, other, reason):
    assert (radar.resemblance(one, other), radar.resemblance(other, one)) == (reason, reason)


def test_own_mrc_is_told_all_and_neighbours_only_what_is_published(world):
    mine = world.initiative(title=TITLE, partners=[])
    world.initiative(title=TITLE, territories=[world.territories["la-matapedia"]])
    temis = {"by": world.agent_temis, "territories": [world.territories["les-basques"]], "municipalities": []}
    world.initiative(title=f"{TITLE} 2", **temis)
    hidden = world.initiative(title=TITLE, **temis)
    public = world.published(title=TITLE, **temis)
    alerts = radar.of(mine, world.agent_mitis)
    assert hidden.pk not in [alert.initiative.pk for alert in alerts]
    found = {alert.initiative.pk: (alert.is_file, alert.address) for alert in alerts}
    assert found[public.pk] == (False, public.get_absolute_url())
    assert sorted(is_file for is_file, _ in found.values()) == [False, True]


def test_far_mrc_far_year_given_up_and_its_own_past_are_left_alone(world):
    far = {"by": world.agent_temis, "territories": [world.territories["kamouraska"]], "municipalities": []}
    world.published(title=TITLE, **{**far, "by": world.second_coordination})
    world.initiative(State.WITHDRAWN, title=TITLE)
    world.initiative(title=TITLE, starts_on=date(2021, 5, 1), ends_on=date(2021, 9, 1))
    past = world.published(title=TITLE)
    mine = world.initiative(title=TITLE, continuity="continued", continues=past, partners=[])
    assert told(mine, world.agent_mitis) == []


def test_same_lead_and_theme_says_the_year(world):
    world.initiative(title="Tout autre chose", starts_on=date(2024, 5, 1), ends_on=date(2025, 2, 1))
    mine = world.initiative(title=TITLE)
    assert told(mine, world.agent_mitis) == [("Tout autre chose", "même organisme et même thème, 2024-2025")]


def test_initiative_of_several_mrcs_is_told_once(world):
    both = [world.territories["la-mitis"], world.territories["la-matapedia"]]
    world.initiative(title=TITLE, scope=Scope.SUPRALOCAL, territories=both)
    assert len(told(world.initiative(title=TITLE, partners=[]), world.agent_mitis)) == 1


def test_last_year_s_file_may_be_renewed_by_who_writes(world):
    year = {"starts_on": date(2024, 5, 1), "ends_on": date(2025, 2, 1)}
    world.initiative(State.IN_PROGRESS, title=TITLE, **year)
    mine = world.initiative(title=TITLE, partners=[])
    seen = [
        [alert.may_renew for alert in radar.of(mine, person)]
        for person in (world.agent_mitis, world.committee_mitis, world.coordination)
    ]
    assert seen == [[True], [False], [True]]


def test_fragment_answers_the_same_and_says_its_links(world, client_for):
    mine = world.initiative(title=TITLE, partners=[])
    other = world.initiative(title=TITLE, partners=[])
    agent = client_for(world.agent_mitis)
    page = agent.get("/espace/titres/", {"q": TITLE, "dossier": mine.pk}).content.decode()
    assert ("même titre" in page, f"/espace/initiatives/{other.pk}/" in page) == (True, True)
    assert agent.get("/espace/titres/", {"q": TITLE}).content.decode().count("<li>") >= 0
    assert agent.get("/espace/titres/", {"q": "Rien de tel"}).content.decode().strip() == ""


def test_draft_of_another_mrc_is_never_told_by_the_address(world, client_for):
    world.initiative(title=TITLE)
    stranger = client_for(world.agent_temis)
    ids = [row.pk for row in world.territories.values()]
    page = stranger.get("/espace/titres/", {"q": TITLE, "territories": ids}).content.decode()
    assert (page.strip(), TITLE in page) == ("", False)


def test_regional_initiative_looks_at_the_whole_region(world):
    actions_by = world.coordination
    mine = world.initiative(
        by=actions_by, title=TITLE, scope=Scope.REGIONAL, territories=[], municipalities=[]
    )
    other = world.initiative(title=TITLE)
    assert [alert.initiative.pk for alert in radar.of(mine, actions_by)] == [other.pk]


def test_radar_queries_for_three_rows_as_for_one(world, django_assert_num_queries):
    mine = world.initiative(title=TITLE, partners=[])
    for _ in range(2):
        world.initiative(title=TITLE)
        with django_assert_num_queries(8):
            assert radar.of(mine, world.agent_mitis)
        world.initiative(title=TITLE)
