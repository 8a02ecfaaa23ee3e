"""An identifier that cannot be read, in the address or in the post, is refused in French: never a fault."""

import pytest
from django.contrib.admin import site
from django.urls import reverse

from alliance.lib.widgets import AutocompleteMixin

pytestmark = pytest.mark.django_db

BAD = ["abc", "\x00", str(2**63), "-1"]


def autocomplete_fields():
    return [
        (model, name)
        for model, page in site._registry.items()
        if issubclass(type(page), AutocompleteMixin)
        for name in page.get_autocomplete_fields(None)
    ]


def test_every_autocomplete_field_refuses_what_it_cannot_read(world, client_for, in_turn):
    """Each field with two of the four unreadable values, in turn."""
    client = client_for(world.administration)
    fields = autocomplete_fields()
    answers = [
        (url, name, value, response.status_code)
        for rank, (model, name) in enumerate(fields)
        for url in [reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")]
        for value in in_turn(BAD, rank, 2)
        for response in (client.get(url, {name: value}), client.post(url, {name: value, "title": "t"}))
    ]
    faults = [answer for answer in answers if answer[-1] not in (200, 400, 422)]
    assert faults == []
    assert len(fields) >= 25


def test_unreadable_organization_in_the_partners_table_is_refused_beside_it(world, client_for):
    draft = world.initiative()
    url = reverse("admin:initiatives_initiative_change", args=[draft.pk])
    client = client_for(world.coordination)
    page = client.get(url)
    form = page.context["adminform"].form
    typed = {name: form[name].value() or "" for name in form.fields}
    for value in BAD:
        rows = {
            "partnerships-TOTAL_FORMS": "1",
            "partnerships-INITIAL_FORMS": "0",
            "partnerships-MIN_NUM_FORMS": "0",
            "partnerships-MAX_NUM_FORMS": "1000",
            "partnerships-0-role": "partner",
            "partnerships-0-organization": value,
        }
        response = client.post(url, typed | rows | {"title": "Un titre gardé"})
        assert response.status_code == 422
        assert "Un titre gardé" in response.content.decode()
