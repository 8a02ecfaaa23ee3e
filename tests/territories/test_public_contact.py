"""Whom an MRC says to call: written by the coordination, checked as elsewhere, kept in the history, then public."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from territories import actions
from territories.models import Territory


def shown(client, path):
    """Return what the form of a page would post as it stands."""
    form = client.get(path).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items() if value is not False}


@pytest.fixture
def page(world, client_for):
    """Return the address of the page of La Mitis in the admin, a client of the coordination, and the form as it stands."""
    path = reverse("admin:territories_territory_change", args=[world.territories["la-mitis"].pk])
    client = client_for(world.coordination)
    return path, client, shown(client, path)


def test_the_coordination_writes_it_and_the_history_keeps_who(world, page):
    path, client, data = page
    asked = {
        "contact_phone": "(418) 775 8445 p. 1138",
        "contact_email": "aide@exemple.invalid",
        "website": "www.exemple.ca/mitis",
        "contact_name": "Développement social",
    }
    answer = client.post(path, data | asked)
    assert answer.status_code == 302, answer.context["errors"]
    mitis = Territory.objects.get(slug="la-mitis")
    assert (mitis.contact_phone, mitis.website) == (
        "418 775-8445, poste 1138",
        "https://www.exemple.ca/mitis",
    )
    last = mitis.history.latest()
    assert (last.contact_name, last.history_user) == ("Développement social", world.coordination)
    assert (mitis.code, mitis.slug, mitis.population) == ("09", "la-mitis", 18006)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("contact_phone", "12 34", "Inscrivez un numéro de téléphone de 10 chiffres"),
        ("contact_phone", "appelez-nous", "Inscrivez un numéro de téléphone de 10 chiffres"),
        ("contact_email", "nom@", "Inscrivez une adresse courriel complète"),
        ("website", "javascript:alert(1)", "Inscrivez une adresse Web complète"),
        ("contact_name", "x" * 121, "120"),
    ],
)
def test_what_cannot_be_called_is_refused_beside_its_field_and_kept_on_the_page(page, field, value, said):
    path, client, data = page
    answer = client.post(path, data | {field: value})
    form = answer.context["adminform"].form
    assert said in " ".join(form.errors[field])
    assert form[field].value() == value
    assert getattr(Territory.objects.get(slug="la-mitis"), field) == ""


def test_who_only_reads_or_serves_an_mrc_does_not_write_it(world, page, client_for):
    path, _, data = page
    for person in (world.reader, world.accounting, world.agent_mitis):
        answer = client_for(person).post(path, data | {"contact_name": "Autre"})
        assert answer.status_code in (302, 403)
    assert Territory.objects.get(slug="la-mitis").contact_name == ""


def test_an_emptied_contact_leaves_the_public_page(world, page, client_for):
    path, client, data = page
    public = client_for()
    client.post(path, data | {"contact_phone": "418 555-0142"})
    assert "418 555-0142" in public.get("/territoires/la-mitis/").content.decode()
    assert client.post(path, shown(client, path) | {"contact_phone": ""}).status_code == 302
    assert "418 555-0142" not in public.get("/territoires/la-mitis/").content.decode()


def test_the_action_refuses_what_is_not_a_field_and_never_moves_a_code(world):
    mitis, by = world.territories["la-mitis"], world.coordination
    with pytest.raises(TypeError):
        actions.update_territory(territory=mitis, by=by, values={"note": "x"})
    with pytest.raises(ValidationError):
        actions.update_territory(territory=mitis, by=by, values={"contact_email": "nom@"})
    changed = actions.update_territory(
        territory=mitis, by=by, values={"code": "99", "slug": "x", "seat": "Price"}
    )
    assert (changed.code, changed.slug, changed.seat) == ("09", "la-mitis", "Price")
