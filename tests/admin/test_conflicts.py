"""Every form of the admin that changes a row: opened twice, the stale one is refused with both versions, nothing lost."""

from datetime import date

import pytest
from django.contrib import admin
from django.forms import BooleanField, EmailField, ModelChoiceField, ModelMultipleChoiceField
from django.urls import reverse

from alliance.accounts.models import User
from alliance.lib.admin import ReadOnlyAdmin
from alliance.lib.money import MoneyFormField
from funding.models import Allocation
from initiatives import actions
from initiatives.choices import PartnerRole, ReportKind, State
from initiatives.models import FiscalYear, Initiative, Report
from territories.models import Membership, Territory
from tests.admin.conftest import OURS

NEVER_CHANGED = {"read_version", "form_token", "slug", "code"}


def address(model, obj):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[obj.pk])


def sent(form):
    """Return the fields of a form as a browser would send them back."""
    data = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False or value == "":
            continue
        if value is True:
            data[bound.html_name] = "on"
        elif isinstance(value, (list, tuple)) or hasattr(value, "all"):
            rows = value.all() if hasattr(value, "all") else value
            data[bound.html_name] = [str(getattr(each, "pk", each)) for each in rows]
        else:
            data[bound.html_name] = bound.field.widget.format_value(value)
            if isinstance(data[bound.html_name], list):
                data[bound.html_name] = data[bound.html_name][0]
    return data


def page_of(response):
    """Return the whole page as a browser would send it back: the form, then the rows edited under it."""
    data = sent(response.context["adminform"].form)
    for shown in response.context["inline_admin_formsets"]:
        data |= {bound.html_name: bound.value() for bound in shown.formset.management_form}
        for form in shown.formset.initial_forms:
            data |= sent(form)
    return data


def another(form, data):
    """Return {field: value} for the first field that takes another value, and the value it had (None: no field does)."""
    for bound in form:
        field, name = bound.field, bound.html_name
        if bound.name in NEVER_CHANGED or field.disabled or isinstance(field, ModelMultipleChoiceField):
            continue
        if isinstance(field, BooleanField):
            return {name: "" if data.get(name) else "on"}
        if isinstance(field, ModelChoiceField):
            other = field.queryset.exclude(pk=data.get(name) or 0).first()
            if other is not None:
                return {name: str(other.pk)}
        elif isinstance(field, MoneyFormField):
            return {name: "7"}
        elif isinstance(field, EmailField):
            return {name: f"autre.{data.get(name, 'x@exemple.invalid')}"}
        elif "max_length" in vars(field) and not hasattr(field, "regex"):
            return {name: f"{data.get(name, '')} bis".strip()}
    return None


def test_stale_post_of_every_form_is_409_and_writes_nothing(world, grow, client_for):
    grow(1)
    actions.expect_report(
        initiative=world.initiative(State.IN_PROGRESS),
        kind=ReportKind.PROGRESS,
        due_on=date(2025, 12, 1),
        by=world.coordination,
    )
    client, visited, wrong, read_only = client_for(world.administration), [], [], []
    for model in OURS:
        obj = model._default_manager.order_by("pk").first()
        assert obj is not None, model
        opened = client.get(address(model, obj))
        form = opened.context["adminform"].form
        if not set(form.fields) - NEVER_CHANGED:
            read_only.append(model.__name__)
            continue
        data = page_of(opened)
        mine = another(form, data)
        assert mine, model
        first = client.post(address(model, obj), data | mine)
        assert first.status_code == 302, (model, first.context["errors"])
        before = model._default_manager.values().get(pk=obj.pk)
        stale = client.post(address(model, obj), data)
        if (stale.status_code, "Votre version" in stale.content.decode()) != (409, True):
            wrong.append((model.__name__, stale.status_code))
        if model._default_manager.values().get(pk=obj.pk) != before:
            wrong.append((model.__name__, "written"))
        visited.append(model.__name__)
    assert wrong == []
    assert len(visited) + len(read_only) == len(OURS)
    assert len(visited) >= 17
    never = [model for model in OURS if isinstance(admin.site._registry[model], ReadOnlyAdmin)]
    fixed = (FiscalYear, Allocation)  # only their buttons change them
    assert set(read_only) == {model.__name__ for model in (*never, *fixed)}


def test_partners_changed_meanwhile_are_shown_row_by_row(world, client_for):
    initiative, client = world.initiative(State.SUBMITTED), client_for(world.coordination)
    data = page_of(client.get(address(Initiative, initiative)))
    actions.add_partner(
        initiative=initiative, by=world.second_coordination, organization=world.cdc, role=PartnerRole.PARTNER
    )
    answer = client.post(address(Initiative, initiative), data | {"partnerships-0-note": "prête un local"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "prête un local" in text
    assert str(world.cdc) in text
    assert initiative.partnerships.filter(note="").count() == 2


def test_memberships_changed_meanwhile_are_not_overwritten(world, client_for):
    user, client = world.agent_temis, client_for(world.administration)
    data = page_of(client.get(address(User, user)))
    row = user.memberships.first()
    Membership.objects.create(user=user, territory=world.territories["kamouraska"])
    answer = client.post(address(User, user), data | {"memberships-0-DELETE": "on"})
    text = answer.content.decode()
    assert (answer.status_code, "Kamouraska" in text, str(row.territory) in text) == (409, True, True)
    assert user.memberships.count() == 3
    membership = Membership.objects.get(pk=row.pk)
    other = {"territory": Territory.objects.get(slug="la-matanie").pk}
    page = page_of(client.get(address(Membership, membership)))
    assert client.post(address(Membership, membership), page | other).status_code == 302
    assert client.post(address(Membership, membership), page).status_code == 409


@pytest.mark.parametrize("text", ["Mes résultats"])
def test_report_received_meanwhile_is_not_overwritten(world, client_for, text):
    report = actions.expect_report(
        initiative=world.initiative(State.IN_PROGRESS),
        kind=ReportKind.FINAL,
        due_on=date(2025, 12, 1),
        by=world.coordination,
    )
    client = client_for(world.coordination)
    data = page_of(client.get(address(Report, report)))
    actions.receive_report(report=report, by=world.second_coordination, values={"results": "Les siens"})
    answer = client.post(address(Report, report), data | {"results": text})
    page = answer.content.decode()
    assert (answer.status_code, f"<ins>{text}</ins>" in page, "<del>Les siens</del>" in page) == (
        409,
        True,
        True,
    )
    assert Report.objects.get().results == "Les siens"
