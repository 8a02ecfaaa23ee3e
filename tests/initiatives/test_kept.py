"""What a change must not lose: public addresses, fiscal years, words to search by, the rules of a record."""

from datetime import date

import pytest

from alliance.lib.workflow import Refusal, Stale
from initiatives import actions
from initiatives.choices import State
from initiatives.models import Initiative
from initiatives.search import search
from territories.actions import create_organization, find_organization, update_organization
from territories.resources import OrganizationResource


def test_every_address_that_was_public_leads_to_the_present_one(world, client_for):
    row = world.published(title="Premier titre")
    for title in ("Second titre", "Troisième titre"):
        actions.unpublish(initiative=row, by=world.coordination)
        actions.update(initiative=row, by=world.coordination, values={"title": title})
        row = actions.publish(initiative=row, by=world.coordination)
    assert row.slug == "troisieme-titre"
    assert sorted(row.past_slugs.values_list("slug", flat=True)) == ["premier-titre", "second-titre"]
    for old in ("premier-titre", "second-titre"):
        answer = client_for().get(f"/initiatives/{old}/")
        assert (answer.status_code, answer["Location"]) == (301, "/initiatives/troisieme-titre/")


def test_address_of_a_draft_never_becomes_public(world):
    row = world.published(title="Premier titre")
    assert row.past_slugs.count() == 0


@pytest.mark.parametrize(
    ("values", "years"),
    [
        ({"starts_on": date(2025, 5, 1)}, ["2024-2025"]),
        ({"ends_on": date(2025, 5, 1)}, ["2024-2025"]),
        ({"starts_on": date(2025, 5, 1), "ends_on": date(2026, 5, 1)}, ["2025-2026", "2026-2027"]),
        ({"starts_on": None, "ends_on": None}, ["2024-2025"]),
    ],
)
def test_fiscal_years_of_a_record_change_only_when_both_dates_are_known(world, values, years):
    known = world.values(starts_on=None, ends_on=None, fiscal_years=[world.years["2024-2025"]])
    row = actions.record_from_source(
        by=world.coordination, values=known, state=State.COMPLETED, source_note="Bilan 2025"
    )
    actions.update(initiative=row, by=world.coordination, values=values)
    assert sorted(year.label for year in row.fiscal_years.all()) == years


def test_words_in_the_source_lift_no_rule_and_the_record_does(world):
    deposited = world.initiative(State.APPROVED)
    actions.update(
        initiative=deposited, by=world.coordination, values={"source_note": "Courriel"}, partners=[]
    )
    with pytest.raises(Refusal, match="porte l’initiative"):
        actions.publish(initiative=deposited, by=world.coordination)
    recorded = actions.record_from_source(
        by=world.coordination, values=world.values(), state=State.COMPLETED, source_note="Bilan 2025"
    )
    actions.update(initiative=recorded, by=world.coordination, values={"source_note": ""})
    assert actions.publish(initiative=recorded, by=world.coordination).publication == "published"


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("submit", State.DRAFT),
        ("withdraw", State.DRAFT),
        ("approve", State.UNDER_REVIEW),
        ("publish", State.APPROVED),
    ],
)
def test_move_of_another_version_than_the_one_read_is_refused(world, verb, state):
    row = world.initiative(state)
    by = world.agent_mitis if state == State.DRAFT else world.coordination
    read = row.version
    actions.update(initiative=row, by=by, values={"title": "Autre titre"})
    with pytest.raises(Stale, match="modifié ce dossier"):
        getattr(actions, verb)(initiative=row, by=by, expected_version=read)
    row.refresh_from_db()
    assert (row.state, row.publication) == (state, "unpublished")
    getattr(actions, verb)(initiative=row, by=by, expected_version=row.version)


def found(text):
    return list(search(Initiative.objects.all(), text))


def test_new_name_of_an_organization_is_searched_at_once(world):
    row = world.published()
    world.initiative(partners=[])
    version, before = row.version, Initiative.history.count()
    update_organization(
        organization=world.moisson,
        by=world.coordination,
        values={"name": "Banque du Littoral"},
        aliases=["BDL"],
    )
    assert [found("littoral"), found("bdl"), found("moisson")] == [[row]] * 3
    row.refresh_from_db()
    assert (row.version, Initiative.history.count()) == (version, before)


def test_new_words_of_a_theme_are_searched_once_reindexed(world, client_for):
    row = world.published()
    theme = world.themes["alimentation"]
    fields = {
        "name": theme.name,
        "description": theme.description,
        "synonyms": "garde-manger",
        "order": theme.order,
        "mark": theme.mark,
        "tone": theme.tone,
        "periods": [world.period.pk],
    }
    client, where = client_for(world.coordination), f"/admin/initiatives/theme/{theme.pk}/change/"
    opened = client.get(where).context["adminform"].form
    hidden = {field.html_name: field.value() for field in opened.hidden_fields()}
    answer = client.post(where, fields | hidden)
    assert answer.status_code == 302
    assert found("garde-manger") == [row]
    assert actions.reindex_linked(themes=[theme]) == 0


def test_new_shown_name_of_an_organization_gives_an_address_and_keeps_the_old_ones(world):
    by = world.coordination
    for values in ({"usual_name": "Moisson"}, {"name": "Moisson Mitis inc."}, {"usual_name": "La Moisson"}):
        row = update_organization(organization=world.moisson, by=by, values=values)
    assert row.slug == "la-moisson"
    assert sorted(row.past_slugs.values_list("slug", flat=True)) == ["moisson", "moisson-mitis"]
    assert [find_organization(slug) for slug in ("moisson-mitis", "moisson", "la-moisson")] == [row] * 3
    back = update_organization(organization=row, by=by, values={"usual_name": "Moisson"})
    assert (back.slug, sorted(back.past_slugs.values_list("slug", flat=True))) == (
        "moisson",
        ["la-moisson", "moisson-mitis"],
    )
    other = create_organization(by=by, values={"name": "La moisson", "kind": row.kind})
    assert other.slug == "la-moisson-2"


def test_file_exported_before_a_new_name_still_finds_its_organization(world):
    row = update_organization(
        organization=world.moisson, by=world.coordination, values={"name": "La Moisson"}
    )
    resource = OrganizationResource()
    assert resource.find({"Adresse": "moisson-mitis"}) == row
    address = resource.fields["slug"]
    assert [resource.same(address, row.slug, slug) for slug in ("moisson-mitis", "la-moisson", "autre")] == [
        True,
        True,
        False,
    ]
