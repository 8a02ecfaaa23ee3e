"""What is perhaps over waits for the staff: the condition of the database says what the public page says."""

from datetime import date
from itertools import product

from alliance.lib.dates import today
from alliance.portal.still import public_state, unconfirmed
from initiatives.choices import PUBLIC_STATE, PublicState, State
from initiatives.models import Initiative
from tests.world import DAY

ENDS = (None, date(2025, 2, 28), DAY, date(2026, 3, 1))
YEARS = ((), ("2024-2025",), ("2024-2025", "2025-2026"), ("2025-2026",))


def perhaps_over(row):
    years = sorted(year.label for year in row.fiscal_years.all())
    return public_state(row.state, row.ends_on, years) == PublicState.UNCONFIRMED


def test_database_and_public_page_agree_whatever_the_dates(world):
    rows, dates = [], list(product(ENDS, YEARS))
    for state in PUBLIC_STATE:
        for row, (ends_on, labels) in zip(
            world.many(len(dates), title=state, state=state), dates, strict=True
        ):
            Initiative.objects.filter(pk=row.pk).update(starts_on=date(2025, 1, 1), ends_on=ends_on)
            row.fiscal_years.set([world.years[label] for label in labels])
            rows.append(row.pk)
    world.initiative(State.APPROVED, title="Pas publiée", ends_on=date(2025, 6, 30))
    published = Initiative.objects.filter(pk__in=rows)
    found = set(Initiative.objects.filter(unconfirmed()))
    assert found == {row for row in published if perhaps_over(row)}
    assert set(Initiative.objects.filter(~unconfirmed())) == set(Initiative.objects.all()) - found
    assert (len(rows), len(found)) == (48, 10)


def test_staff_finds_them_on_the_landing_page_and_in_the_list(world, client_for):
    over = world.published(State.IN_PROGRESS, title="Popote de l’an dernier")
    world.published(State.IN_PROGRESS, title="Popote de cette année")
    Initiative.objects.filter(pk=over.pk).update(ends_on=date(2025, 6, 30))
    client = client_for(world.coordination)
    landing = client.get("/admin/").content.decode()
    assert "Publiées, peut-être terminées\xa0: à confirmer" in landing
    assert ("Popote de l’an dernier" in landing, "Popote de cette année" in landing) == (True, False)
    assert f"<td>{(today() - date(2025, 6, 30)).days} jours</td>" in landing
    listed = client.get("/admin/initiatives/initiative/?peut_etre_terminee=oui").content.decode()
    assert ("Popote de l’an dernier" in listed, "Popote de cette année" in listed) == (True, False)
