"""Two clicks make one row; a form that comes back with something else is refused; nobody overwrites what they did not read."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.contrib import admin
from django.urls import reverse

from alliance.lib.admin import AuditedModelAdmin
from funding import ledger
from funding.models import Allocation, CommitmentMovement, Contribution, Envelope, PublishedFigure
from initiatives.choices import State
from initiatives.models import FiscalYear, Initiative, Theme
from territories.models import Organization
from tests.admin.deciding import decide


def add(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def change(obj):
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def token_in(response, name):
    """Return the value of the hidden field `name` in the page."""
    return UUID(str(response.context["adminform"].form[name].value()))


# Twice -----------------------------------------------------------------------------------------------------


def test_contribution_posted_twice_is_one(world, client_for):
    client = client_for(world.accounting)
    token = token_in(client.get(add(Contribution)), "form_token")
    data = {"initiative": world.initiative().pk, "kind": "cash", "amount": "500", "form_token": token}
    for _click in range(2):
        assert client.post(add(Contribution), data).status_code == 302
    assert [row.amount for row in Contribution.objects.all()] == [500]
    response = client.post(add(Contribution), data | {"amount": "600"})
    assert response.status_code == 422
    assert "Ce formulaire a déjà servi" in response.content.decode()
    again = token_in(response, "form_token")
    assert again != token
    assert client.post(add(Contribution), data | {"amount": "600", "form_token": again}).status_code == 302
    assert [row.amount for row in Contribution.objects.order_by("pk")] == [500, 600]


def test_initiative_posted_twice_is_one(world, client_for):
    client = client_for(world.coordination)
    token = token_in(client.get(add(Initiative)), "form_token")
    data = {
        "title": "Saisie au CRD",
        "continuity": "new",
        "form_token": token,
        "partnerships-TOTAL_FORMS": 0,
        "partnerships-INITIAL_FORMS": 0,
    }
    for _click in range(2):
        assert client.post(add(Initiative), data).status_code == 302
    assert Initiative.objects.count() == 1
    response = client.post(add(Initiative), data | {"title": "Une autre"})
    assert (response.status_code, Initiative.objects.count()) == (422, 1)
    assert "Une autre" in response.content.decode()


@pytest.mark.parametrize("name", ["Moisson Mitis", "MOISSON  mîtis"])
def test_organization_of_the_same_name_is_refused_with_the_way_to_it(world, client_for, name):
    count = Organization.objects.count()
    response = client_for(world.coordination).post(add(Organization), {"name": name, "kind": "community"})
    assert response.status_code == 422
    assert (
        f'<a href="{change(world.moisson)}">Moisson Mitis</a> porte déjà ce nom' in response.content.decode()
    )
    assert Organization.objects.count() == count


def test_award_posted_again_with_another_amount_is_refused_and_kept(world, client_for):
    initiative = world.initiative(State.APPROVED)
    client = client_for(world.coordination)
    address = reverse("admin:initiatives_initiative_award", args=[initiative.pk])
    data = {"line": world.lines["la-mitis"].pk, "amount": "500", "reason": "Décision", "token": uuid4()}
    for _click in range(2):
        assert decide(client, address, data).status_code == 302
    response = decide(client, address, data | {"amount": "750"})
    form = response.context["form"]
    assert response.status_code == 422
    assert "Ce formulaire a déjà servi" in response.content.decode()
    assert form["amount"].value() == "750"
    assert str(form["token"].value()) != str(data["token"])
    assert [row.amount for row in CommitmentMovement.objects.all()] == [500]
    decide(client, address, data | {"amount": "750", "token": form["token"].value()})
    assert [row.amount for row in CommitmentMovement.objects.all()] == [500, 750]


# Lost updates ----------------------------------------------------------------------------------------------


def figure():
    return PublishedFigure.objects.create(
        code="x", label="X", value=1, unit="cad", precision="exact", wording="X", source="Y"
    )


def contribution(world):
    return Contribution.objects.create(initiative=world.initiative(), kind="cash", amount=Decimal(5))


EDITED = {
    "contribution": (contribution, "note"),
    "organization": (lambda world: world.moisson, "note"),
    "envelope": (lambda world: world.envelope, "note"),
    "theme": (lambda world: world.themes["logement"], "description"),
    "figure": (lambda world: figure(), "note"),
    "source": (lambda world: world.source, "short_name"),
    "territory": (lambda world: world.territories["la-mitis"], "seat"),
    "municipality": (lambda world: world.municipalities["09077"], "designation"),
    "account": (lambda world: world.reader, "full_name"),
}


def posted(response):
    """Return the page's form as a browser would send it back."""
    form = response.context["adminform"].form
    data = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False or value == "":
            continue
        widget = bound.field.widget
        data[bound.html_name] = value if isinstance(value, list) else widget.format_value(value)
        if isinstance(data[bound.html_name], list):
            data[bound.html_name] = [str(getattr(each, "pk", each)) for each in data[bound.html_name]]
        if value is True:
            data[bound.html_name] = "on"
    for formset in response.context["inline_admin_formsets"]:
        for bound in formset.formset.management_form:
            data[bound.html_name] = bound.value()
    return data


@pytest.mark.parametrize("name", EDITED)
def test_edit_over_an_unread_version_shows_both(world, client_for, name):
    make, field = EDITED[name]
    obj = make(world)
    client = client_for(world.administration)
    page = posted(client.get(change(obj)))
    assert client.post(change(obj), page | {field: "Première version"}).status_code == 302
    response = client.post(change(obj), page | {field: "Ma version"})
    text = response.content.decode()
    assert response.status_code == 409
    assert "<ins>Ma version</ins>" in text
    assert "<del>Première version</del>" in text
    obj.refresh_from_db()
    assert getattr(obj, field) == "Première version"
    resumed = client.post(change(obj), page | {field: "Ma version", "_resume": "1"} | fresh(response))
    assert "Ma version" in resumed.content.decode()
    assert client.post(change(obj), page | {field: "Ma version"} | fresh(response)).status_code == 302
    obj.refresh_from_db()
    assert getattr(obj, field) == "Ma version"


def fresh(conflict):
    return {"read_version": conflict.context["version"]}


@pytest.mark.parametrize("version", ["", "0", "1"])
def test_edit_without_its_version_overwrites_nothing(world, client_for, version):
    client = client_for(world.coordination)
    page = posted(client.get(change(world.moisson))) | {"read_version": version, "note": "Perdu"}
    assert client.post(change(world.moisson), page).status_code == 409
    world.moisson.refresh_from_db()
    assert world.moisson.note == ""


def test_signing_in_is_no_new_version_of_an_account(world, client_for):
    client = client_for(world.administration)
    page = posted(client.get(change(world.reader)))
    client_for(world.reader)
    assert client.post(change(world.reader), page | {"full_name": "Nouveau nom"}).status_code == 302


def test_every_audited_page_sends_its_version(world, rf):
    request = rf.get("/")
    request.user = world.administration
    visited = 0
    for model, page in admin.site._registry.items():
        if isinstance(page, AuditedModelAdmin):
            assert "read_version" in page.get_form(request, None, change=False).base_fields, model
            visited += 1
    assert visited == 19


# Years -----------------------------------------------------------------------------------------------------


def close(world, label="2025-2026"):
    return reverse("admin:initiatives_fiscalyear_close", args=[world.years[label].pk])


def test_year_is_closed_after_a_page_that_says_what_closes(world, client_for):
    world.initiative(State.APPROVED, award="1000")
    client = client_for(world.coordination)
    assert close(world) in client.get(change(world.years["2025-2026"])).content.decode()
    shown = client.get(close(world)).content.decode()
    assert "64\xa0000\xa0$" in shown
    assert "63\xa0000\xa0$" in shown
    assert FiscalYear.objects.get(label="2025-2026").closed_at is None
    assert client.post(close(world)).status_code == 302
    year = FiscalYear.objects.get(label="2025-2026")
    assert (year.closed_by, year.closed_at is None) == (world.coordination, False)
    assert close(world) not in client.get(change(year)).content.decode()


@pytest.mark.parametrize("role", ["accounting", "reader"])
def test_other_roles_close_no_year(world, client_for, role):
    client = client_for(getattr(world, role))
    assert close(world) not in client.get(change(world.years["2025-2026"])).content.decode()
    assert client.post(close(world)).status_code == 403


def test_cancel_page_says_what_becomes_of_the_money(world, client_for):
    initiative = world.initiative(State.APPROVED, award="1000")
    client = client_for(world.coordination)
    address = reverse("admin:initiatives_initiative_step", args=[initiative.pk, "cancel"])
    assert "exercices fermés" not in client.get(address).content.decode()
    client.post(close(world))
    shown = client.get(address).content.decode()
    assert "Reste inscrit à l’initiative (exercices fermés, argent dépensé)" in shown
    assert "1\xa0000\xa0$" in shown
    assert client.post(address, {"note": "Départ"}).status_code == 302
    assert [row.amount for row in ledger.awards_of(initiative)] == [1000]


# Demonstration and dates -----------------------------------------------------------------------------------


def test_envelope_that_a_demonstration_account_adds_is_demonstration(world, client_for):
    world.coordination.is_demo = True
    world.coordination.save()
    client = client_for(world.coordination)
    data = {
        "name": "Essai",
        "source": world.source.pk,
        "period": world.period.pk,
        "starts_on": "2024-04-01",
        "ends_on": "2029-03-31",
        "movements-TOTAL_FORMS": 0,
        "movements-INITIAL_FORMS": 0,
    }
    assert client.post(add(Envelope), data).status_code == 302
    envelope = Envelope.objects.get(name="Essai")
    assert envelope.is_demo is True
    line = {"envelope": world.envelope.pk, "fiscal_year": world.years["2024-2025"].pk, "line": "regional"}
    inline = {"movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0}
    count = Allocation.objects.count()
    response = client.post(add(Allocation), line | inline)
    assert (response.status_code, Allocation.objects.count()) == (422, count)
    assert client.post(add(Allocation), line | inline | {"envelope": envelope.pk}).status_code == 302
    assert Allocation.objects.get(envelope=envelope).is_demo is True


def test_line_of_a_year_outside_its_envelope_is_refused_beside_the_year(world, client_for):
    old = FiscalYear.objects.create(label="2019-2020", starts_on=date(2019, 4, 1), ends_on=date(2020, 3, 31))
    data = {
        "envelope": world.envelope.pk,
        "fiscal_year": old.pk,
        "line": "regional",
        "movements-TOTAL_FORMS": 0,
        "movements-INITIAL_FORMS": 0,
    }
    response = client_for(world.coordination).post(add(Allocation), data)
    assert response.status_code == 422
    assert "hors des dates de l’enveloppe" in response.context["adminform"].form.errors["fiscal_year"][0]


def test_theme_page_keeps_its_periods(world, client_for):
    client = client_for(world.coordination)
    theme = world.themes["logement"]
    page = posted(client.get(change(theme)))
    assert client.post(change(theme), page | {"description": "Autre"}).status_code == 302
    assert list(Theme.objects.get(pk=theme.pk).periods.all()) == [world.period]
