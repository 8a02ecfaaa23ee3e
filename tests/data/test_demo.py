"""The demonstration covers every screen, is marked to the last row, and goes away to the last row."""

from collections import Counter
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from alliance.accounts.models import User
from alliance.accounts.roles import Role
from alliance.lib.dates import today
from alliance.lib.workflow import Refusal
from alliance.portal import demo
from alliance.portal.demo import accounts, removal
from funding import ledger
from funding.choices import DisbursementState
from funding.models import (
    Allocation,
    AllocationMovement,
    Commitment,
    CommitmentMovement,
    Contribution,
    Disbursement,
    DisbursementMovement,
    Envelope,
)
from initiatives import actions
from initiatives.choices import Continuity, Publication, ReportKind, Scope, State
from initiatives.models import Initiative, NumberSequence, Partnership, Report, Theme
from territories.choices import MunicipalityKind
from territories.models import Municipality, Organization, Territory
from tests.data.conftest import fingerprint

pytestmark = pytest.mark.django_db


def demo_initiatives():
    return Initiative.objects.filter(is_demo=True)


def test_demo_covers_every_state_scope_theme_and_territory(shown):
    rows = demo_initiatives()
    assert rows.count() == shown["count"] == 120
    assert set(rows.values_list("state", flat=True)) == set(State.values)
    assert set(rows.exclude(scope="").values_list("scope", flat=True)) == set(Scope.values)
    assert set(rows.values_list("publication", flat=True)) == set(Publication.values)
    published = rows.filter(publication=Publication.PUBLISHED)
    assert set(published.values_list("primary_theme__slug", flat=True)) == set(
        Theme.objects.values_list("slug", flat=True)
    )
    assert set(
        published.filter(territories__isnull=False).values_list("territories__slug", flat=True)
    ) == set(Territory.objects.values_list("slug", flat=True))
    places = Municipality.objects.filter(kind=MunicipalityKind.MUNICIPALITY, valid_to=None)
    assert places.filter(initiatives__in=rows).distinct().count() >= places.count() - 5
    assert rows.filter(continuity=Continuity.CONTINUED, continues__isnull=False).count() == 16
    assert len(set(rows.values_list("fiscal_years__label", flat=True)) - {None}) >= 3


def test_demo_names_no_real_organization(shown):
    rows = Partnership.objects.filter(initiative__is_demo=True)
    assert rows.count() > 300
    assert rows.filter(organization__is_demo=False).count() == 0
    assert Organization.objects.filter(is_demo=True).count() == 60
    assert Contribution.objects.filter(organization__is_demo=False).count() == 0


def test_demo_money_stays_within_its_lines(shown):
    lines = ledger.lines(Allocation.objects.filter(is_demo=True))
    assert len(lines) == 27
    assert all(line.left >= 0 for line in lines)
    envelope = ledger.with_envelope_balances(Envelope.objects.filter(is_demo=True)).get()
    assert envelope.allocated == ledger.total(line.allocated for line in lines)
    assert envelope.allocated <= envelope.amount
    amounts = [
        row.awarded for row in ledger.with_awarded(demo_initiatives().filter(state__in=State.fundable))
    ]
    assert None in amounts  # unknown is not zero
    kinds = Counter(Contribution.objects.values_list("kind", "is_confirmed"))
    assert len(kinds) == 6
    assert Contribution.objects.filter(amount=None).exists()


def test_demo_leaves_work_for_the_agent(shown):
    agent = User.objects.get(email="agent.mitis@exemple.invalid")
    states = set(
        Initiative.objects.visible_to(agent)
        .filter(state__in=State.editable_by_agent)
        .values_list("state", flat=True)
    )
    assert states == {State.DRAFT, State.CHANGES_REQUESTED}


def test_demo_accounts_open_with_the_printed_password(shown):
    people = User.objects.filter(is_demo=True)
    assert {user.email.split("@")[0]: user.role for user in people} == {
        "coordination": Role.COORDINATION,
        "comptabilite": Role.ACCOUNTING,
        "agent.mitis": Role.AGENT,
        "agent.temiscouata": Role.AGENT,
        "comite.mitis": Role.COMMITTEE,
        "lecture": Role.READER,
        "administration": Role.ADMINISTRATION,
    }
    assert len(shown["password"]) >= 12
    assert all(user.check_password(shown["password"]) for user in people)
    memberships = {
        user.email: sorted(row.territory.slug for row in user.memberships.all()) for user in people
    }
    assert memberships["agent.mitis@exemple.invalid"] == ["la-matapedia", "la-mitis"]
    assert memberships["agent.temiscouata@exemple.invalid"] == ["les-basques", "temiscouata"]


def test_second_run_keeps_everything_and_hides_the_password(shown, settings):
    settings.DEMO = True
    before, out = fingerprint(), StringIO()
    call_command("demo", stdout=out)
    assert fingerprint() == before
    assert "déjà donné" in out.getvalue()
    assert shown["password"] not in out.getvalue()
    assert all(account.email in out.getvalue() for account in accounts.ACCOUNTS)


def test_new_password_replaces_the_first_one(shown, settings):
    settings.DEMO = True
    out = StringIO()
    call_command("demo", nouveau_mot_de_passe=True, stdout=out)
    password = out.getvalue().rsplit(" ", 1)[1].strip()
    user = User.objects.get(email="lecture@exemple.invalid")
    assert user.check_password(password)
    assert not user.check_password(shown["password"])


@pytest.mark.parametrize("arguments", [["demo"], ["make_volume", "--initiatives", "10"]])
def test_demonstration_is_refused_on_a_portal_in_service(shown, settings, arguments):
    settings.DEMO = settings.DEBUG = False
    before = fingerprint()
    with pytest.raises(CommandError, match="--forcer"):
        call_command(*arguments, stdout=StringIO())
    assert fingerprint() == before


def test_every_row_written_by_the_demonstration_is_marked_or_tied(shown):
    before, after, doomed = shown["before"], fingerprint(), removal.plan()
    grown = {table for table, rows in after.items() if len(rows) > len(before[table])}
    by_table = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    real = {table for table in grown if not removal._is_history(by_table[table])}
    assert {table for table in real if by_table[table] not in doomed} == {"initiatives_numbersequence"}
    assert len(grown) >= 25
    for table in real - {"initiatives_numbersequence"}:
        model = by_table[table]
        assert removal._rows(model, doomed).count() == len(after[table]) - len(before[table]), table


def test_removal_leaves_the_reference_data_byte_identical(shown):
    out = StringIO()
    call_command("demo", supprimer=True, stdout=out)
    assert "Supprimé\xa0: initiatives (120)" in out.getvalue()
    after = fingerprint()
    assert {table for table, rows in after.items() if rows != shown["before"][table]} == set()
    marked = [
        model
        for model in apps.get_models(include_auto_created=True)
        if any(
            isinstance(field, models.BooleanField) and field.name == "is_demo" for field in model._meta.fields
        )
    ]
    assert len(marked) >= 18  # tables and histories
    assert {model._base_manager.filter(is_demo=True).count() for model in marked} == {0}
    again = StringIO()
    call_command("demo", supprimer=True, stdout=again)
    assert again.getvalue() == "Il n’y a pas de données de démonstration.\n"


def test_removal_covers_what_a_demonstration_account_entered(shown):
    agent = User.objects.get(email="agent.mitis@exemple.invalid")
    made = actions.create_draft(by=agent, values={"title": "Essai"})
    assert made.is_demo
    removal.remove()
    assert not Initiative.objects.filter(title="Essai").exists()


def test_removal_is_refused_when_a_real_row_leans_on_the_demonstration(shown):
    real = Initiative.objects.filter(is_demo=False).first()
    invented = Organization.objects.filter(is_demo=True).first()
    Partnership.objects.create(initiative=real, organization=invented, role="partner")
    before = demo_initiatives().count()
    with pytest.raises(Refusal, match=r"1 × partenariats \(organisation\)"):
        removal.remove()
    assert demo_initiatives().count() == before


def test_removal_forgets_the_author_of_a_real_change(shown):
    theme = Theme.objects.get(slug="logement")
    theme._history_user = User.objects.get(email="coordination@exemple.invalid")
    theme.synonyms = "logis"
    theme.save()
    removal.remove()
    last = Theme.objects.get(slug="logement").history.first()
    assert (last.synonyms, last.history_user, last.history_change_reason) == (
        "logis",
        None,
        "Compte de démonstration supprimé",
    )


def test_removal_gives_back_only_the_numbers_of_the_demonstration(shown):
    sequence = NumberSequence.objects.get(start_year=2026)
    real = Initiative.objects.filter(is_demo=False).first()
    Initiative.objects.filter(pk=real.pk).update(number=f"BSL-2026-{sequence.last + 1:03d}")
    NumberSequence.objects.filter(pk=sequence.pk).update(last=sequence.last + 1)
    removal.remove()
    assert NumberSequence.objects.get(start_year=2026).last == sequence.last + 1
    assert not NumberSequence.objects.filter(start_year=2024).exists()


def test_demo_transitions_are_marked(shown):
    assert CommitmentMovement.objects.filter(is_demo=False).count() == 0
    assert demo.load() == ("", 0)


def test_demo_shows_every_state_of_a_payment(shown):
    dues = ledger.instalments(Disbursement.objects.filter(is_demo=True))
    assert {due.state for due in dues} == set(DisbursementState)
    assert sum(due.state == DisbursementState.RECOVERED for due in dues) >= 1
    planned = Commitment.objects.filter(is_demo=True).exclude(disbursements=None)
    finished = planned.filter(initiative__state__in=(State.IN_PROGRESS, State.COMPLETED))
    assert finished.count() > 60
    assert not DisbursementMovement.objects.filter(on__gt=today()).exists()
    assert ledger.problems() == []


def test_demo_reports_are_received_approved_and_a_few_late(shown):
    rows = Report.objects.filter(is_demo=True)
    late = rows.late(today())
    assert late.filter(kind=ReportKind.FINAL).count() == 3
    assert rows.to_approve().count() >= 2
    assert rows.exclude(approved_at=None).count() > 30
    stories = rows.exclude(story="")
    assert all("inventée pour la démonstration" in row.story for row in stories)
    assert set(stories.values_list("story_consent", flat=True)) == {True, False}
    assert rows.exclude(received_on=None).filter(people_reached=None).exists()  # unknown is not zero


def test_demo_moves_money_between_lines_by_resolutions(shown):
    pairs = AllocationMovement.objects.filter(counterpart__isnull=False)
    assert Counter(pairs.values_list("kind", flat=True)) == {"transfer": 2, "carry_over": 2}
    assert all(row.is_demo and row.resolution.startswith("DÉMO-") for row in pairs)
    assert sum(row.amount for row in pairs) == 0


def test_demo_contributions_tell_hours_and_public_money(shown):
    rows = Contribution.objects.filter(is_demo=True)
    assert rows.filter(hours__isnull=False).exclude(kind="hours").count() == 0
    assert rows.filter(kind="hours", hours=None).exists()
    assert rows.filter(kind="hours", hours__gt=0).exists()
    assert rows.filter(is_public=True).count() >= 5


def test_demo_books_pass_the_check(shown):
    out = StringIO()
    call_command("check_ledger", stdout=out)
    assert "réussies" in out.getvalue()
